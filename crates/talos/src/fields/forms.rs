//! Texts that Talos reads more into, as it writes them again: `1.5h` becomes `1h30m0s`.

use std::net::{IpAddr, SocketAddr};

use super::table::Schema;
use documents::duration;

/// A text of a format as Talos writes it; none if it stays as it is.
pub(crate) fn written(format: &str, text: &str) -> Option<String> {
    match format {
        "" => None,
        "duration" => duration::canonical(text),
        "address" => text.parse::<IpAddr>().ok().map(|one| one.to_string()),
        "address-port" => { text.parse::<SocketAddr>().ok() }.map(|one| one.to_string()),
        "prefix" => {
            let (address, length) = text.split_once('/')?;
            let address: IpAddr = address.parse().ok()?;
            Some(format!("{address}/{length}"))
        }
        "hardware-address" if text.contains(':') => Some(text.to_ascii_lowercase()),
        _ => {
            let mut values = Schema::get().values(format)?.iter();
            values
                .find(|value| value.eq_ignore_ascii_case(text))
                .map(|value| (*value).to_owned())
        }
    }
}

/// The same for comparing, where what is written may stand in another way: `10GB` and `10 GB`.
pub(crate) fn compared(format: &str, text: &str) -> Option<String> {
    if format != "disk-size" {
        return written(format, text);
    }
    let bytes = bytes(text)?;
    let short = text.trim().to_lowercase().replace([' ', ','], "");
    // Units of 1000 and of 1024 alike, as long as nothing is cut.
    Some(match bytes {
        whole if whole < 1e15 => format!("{whole} B"),
        _ => short,
    })
}

/// A size in bytes: a number and a unit, without regard to case.
pub(crate) fn bytes(text: &str) -> Option<f64> {
    let end = text
        .find(|one: char| !(one.is_ascii_digit() || one == '.' || one == ','))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.replace(',', "").parse().ok()?;
    let unit = unit.trim().to_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let (base, letter) = match unit.strip_suffix('i') {
        Some(letter) if !letter.is_empty() => (1024.0_f64, letter),
        _ => (1000.0, unit),
    };
    let power = ["", "k", "m", "g", "t", "p", "e"]
        .iter()
        .position(|known| *known == letter)?;
    let total = number * base.powi(i32::try_from(power).ok()?);
    (total < 1.844_674_407_370_955_2e19).then(|| total.floor())
}

/// Whether a size in bytes is what `machine.install.diskSelector.size` says, such as
/// `>= 100GB`; never where that says nothing.
///
/// ```
/// assert!(talos::fields::size_fits("<= 2TB", 2_000_000_000_000));
/// assert!(!talos::fields::size_fits("100 GiB", 100));
/// ```
pub fn size_fits(condition: &str, size: u64) -> bool {
    let condition = condition.trim();
    let (operator, rest) = [">=", "<=", "==", ">", "<"]
        .iter()
        .find_map(|operator| Some((*operator, condition.strip_prefix(operator)?)))
        .unwrap_or(("==", condition));
    // A float that is whole and below 2^64, as `bytes` gives it, is written as that number.
    let Some(limit) = bytes(rest.trim()).and_then(|limit| format!("{limit}").parse::<u64>().ok())
    else {
        return false;
    };
    match operator {
        ">=" => size >= limit,
        "<=" => size <= limit,
        ">" => size > limit,
        "<" => size < limit,
        _ => size == limit,
    }
}

#[cfg(test)]
mod tests {
    use super::{compared, written};

    #[test]
    fn texts_as_talos_writes_them() {
        for (format, text, expected) in [
            ("duration", "1.5h", Some("1h30m0s")),
            ("duration", "soon", None),
            ("address", "FD00:0::1", Some("fd00::1")),
            ("address", "10.0.0.1", Some("10.0.0.1")),
            ("prefix", "FD00:0::/8", Some("fd00::/8")),
            ("prefix", "10.0.0.0", None),
            ("address-port", "[FD00::1]:51820", Some("[fd00::1]:51820")),
            (
                "hardware-address",
                "AA:BB:CC:00:11:22",
                Some("aa:bb:cc:00:11:22"),
            ),
            ("bond-mode", "802.3AD", Some("802.3ad")),
            ("bond-mode", "802.3", None),
            ("dns-protocol", "dot", Some("DoT")),
            ("", "1.5h", None),
            ("byte-size", "10GB", None),
        ] {
            assert_eq!(
                written(format, text).as_deref(),
                expected,
                "{format} {text}"
            );
        }
        assert_eq!(
            compared("disk-size", "10GB"),
            compared("disk-size", "10 GB")
        );
        assert_ne!(
            compared("disk-size", "10GB"),
            compared("disk-size", "10GiB")
        );
    }
}
