//! Time spans in Go's notation: `1.5h` is `1h30m0s`.

const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// A time span in nanoseconds, if Go reads the text as one.
pub fn nanoseconds(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let most = 1_u64 << 63;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = |text: &str| {
            text.find(|one: char| !one.is_ascii_digit())
                .unwrap_or(text.len())
        };
        let (whole, after) = rest.split_at(digits(rest));
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at(digits(after)),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let end = after
            .find(|one: char| one == '.' || one.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        let (_, unit) = UNITS.iter().find(|(known, _)| *known == unit)?;
        let whole: u64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        total = total
            .checked_add(whole.checked_mul(*unit)?)?
            .checked_add(part(fraction, *unit))?;
        if total > most {
            return None;
        }
        rest = next;
    }
    if negative {
        return 0_i64.checked_sub_unsigned(total);
    }
    i64::try_from(total).ok()
}

/// A fraction of a unit, cut like Go cuts it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Go calculates it so, and what is cut is less than a nanosecond"
)]
fn part(digits: &str, unit: u64) -> u64 {
    let mut value: u64 = 0;
    let mut scale = 1.0;
    for digit in digits.bytes() {
        // Digits that no number of 63 bits holds are left out.
        let more = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(u64::from(digit - b'0')));
        let Some(more) = more.filter(|more| *more < 1 << 63) else {
            break;
        };
        value = more;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

/// A time span as Go writes it, if it is one.
pub fn canonical(text: &str) -> Option<String> {
    let span = nanoseconds(text)?;
    let sign = if span < 0 { "-" } else { "" };
    let span = span.unsigned_abs();
    let fraction = |span: u64, unit: u64| {
        let rest = span % unit;
        if rest == 0 {
            return (span / unit).to_string();
        }
        let digits = unit.ilog10() as usize;
        let rest = format!("{rest:0digits$}");
        format!("{}.{}", span / unit, rest.trim_end_matches('0'))
    };
    Some(match span {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{span}ns"),
        1_000..1_000_000 => format!("{sign}{}\u{b5}s", fraction(span, 1_000)),
        1_000_000..1_000_000_000 => format!("{sign}{}ms", fraction(span, 1_000_000)),
        _ => {
            let minutes = span / 60_000_000_000;
            let seconds = fraction(span % 60_000_000_000, 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{canonical, nanoseconds};

    #[test]
    fn as_go_reads_and_writes_them() {
        for (text, expected) in [
            ("90s", Some("1m30s")),
            ("1h", Some("1h0m0s")),
            ("1.5h", Some("1h30m0s")),
            ("1h30m", Some("1h30m0s")),
            ("5s", Some("5s")),
            ("0", Some("0s")),
            ("0h", Some("0s")),
            ("100ms", Some("100ms")),
            ("1500ms", Some("1.5s")),
            ("1.5ms", Some("1.5ms")),
            ("10us", Some("10\u{b5}s")),
            ("7ns", Some("7ns")),
            (".5m", Some("30s")),
            ("1.m", Some("1m0s")),
            ("-90s", Some("-1m30s")),
            ("+1m0.25s", Some("1m0.25s")),
            ("8760h", Some("8760h0m0s")),
            ("0.3333333333333333333h", Some("20m0s")),
            ("2562047h47m16.854775807s", Some("2562047h47m16.854775807s")),
            (
                "-2562047h47m16.854775808s",
                Some("-2562047h47m16.854775808s"),
            ),
            ("2562047h47m16.854775808s", None),
            ("1", None),
            ("h", None),
            (".h", None),
            ("", None),
            ("-", None),
            ("1d", None),
            ("1h 30m", None),
            ("99999999999999999999h", None),
        ] {
            assert_eq!(canonical(text).as_deref(), expected, "{text}");
            // What is written is read as the same.
            if let Some(written) = canonical(text) {
                assert_eq!(nanoseconds(&written), nanoseconds(text), "{text}");
            }
        }
    }
}
