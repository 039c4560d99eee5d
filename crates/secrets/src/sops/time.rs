//! Times as SOPS writes them, and dates as go-yaml reads them.

use std::fmt;

use jiff::civil::Date;

/// A point in time, in whole seconds: what `lastmodified` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds)
    }
}

/// 0001-01-01T00:00:00Z
const FIRST: i64 = -62_135_596_800;

/// 9999-12-30T22:00:00Z, the last that fits every offset.
const LAST: i64 = 253_402_207_200;

/// RFC 3339, UTC: `2026-01-02T03:04:05Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Outside of the years of four digits it is the nearest within.
        let seconds = self.0.clamp(FIRST, LAST);
        let time = jiff::Timestamp::from_second(seconds).unwrap_or_default();
        write!(formatter, "{time}")
    }
}

/// A date or time in one of the four notations that go-yaml takes, printed as Go's
/// `time.RFC3339Nano`. `None` if it is none of them.
///
/// `2006-1-2`, `2006-1-2T15:4:5.999999999Z07:00` with `T` or `t`, and with a blank and no zone.
pub(super) fn canonical(text: &str) -> Option<String> {
    let mut reader = Reader(text.as_bytes());
    let moment = reader.moment(true)?;
    moment.is_possible().then(|| moment.print(true))
}

/// An RFC 3339 time as sops prints it back: fractions dropped, `+00:00` as `Z`. It is what
/// authenticates the MAC. `None` if it is no such time.
pub(super) fn last_modified(text: &str) -> Option<String> {
    let mut reader = Reader(text.as_bytes());
    let moment = reader.moment(false)?;
    moment.is_possible().then(|| moment.print(false))
}

#[derive(Default)]
struct Moment {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    /// Digits after the point, without trailing zeros.
    fraction: String,
    /// Minutes east of Greenwich.
    offset: i32,
}

impl Moment {
    fn is_possible(&self) -> bool {
        let exists = || {
            let [month, day] = [self.month, self.day].map(i8::try_from);
            let year = i16::try_from(self.year).ok()?;
            Date::new(year, month.ok()?, day.ok()?).ok()
        };
        exists().is_some() && self.hour < 24 && self.minute < 60 && self.second < 60
    }

    fn print(&self, with_fraction: bool) -> String {
        let mut text = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        );
        if with_fraction && !self.fraction.is_empty() {
            text.push('.');
            text.push_str(&self.fraction);
        }
        if self.offset == 0 {
            text.push('Z');
        } else {
            let sign = if self.offset < 0 { '-' } else { '+' };
            let minutes = self.offset.abs();
            text.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
        }
        text
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// `short`: as go-yaml, which takes one-digit fields and dates alone; else RFC 3339.
    fn moment(&mut self, short: bool) -> Option<Moment> {
        let least = if short { 1 } else { 2 };
        let mut moment = Moment {
            year: self.number(4, 4)?,
            ..Moment::default()
        };
        self.expect(b'-')?;
        moment.month = self.number(least, 2)?;
        self.expect(b'-')?;
        moment.day = self.number(least, 2)?;
        if self.0.is_empty() {
            return short.then_some(moment);
        }
        let separator = self.next()?;
        if !(separator == b'T' || short && matches!(separator, b't' | b' ')) {
            return None;
        }
        // Go reads one digit or two for an hour even where the layout says two.
        moment.hour = self.number(1, 2)?;
        self.expect(b':')?;
        moment.minute = self.number(least, 2)?;
        self.expect(b':')?;
        moment.second = self.number(least, 2)?;
        if matches!(self.0.first(), Some(b'.' | b',')) {
            self.next();
            let digits = self
                .0
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if digits == 0 {
                return None;
            }
            let (fraction, rest) = self.0.split_at(digits);
            self.0 = rest;
            // Go keeps nanoseconds.
            let fraction = String::from_utf8_lossy(&fraction[..digits.min(9)]);
            fraction
                .trim_end_matches('0')
                .clone_into(&mut moment.fraction);
        }
        if separator != b' ' {
            moment.offset = self.offset()?;
        }
        self.0.is_empty().then_some(moment)
    }

    fn offset(&mut self) -> Option<i32> {
        let sign = match self.next()? {
            b'Z' => return Some(0),
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let hours = self.number(2, 2)?;
        self.expect(b':')?;
        let minutes = self.number(2, 2)?;
        (hours <= 24 && minutes < 60).then(|| {
            i32::try_from(hours * 60 + minutes)
                .ok()
                .map(|total| sign * total)
        })?
    }

    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// A number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let digits = self
            .0
            .iter()
            .take(most)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits < least {
            return None;
        }
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        std::str::from_utf8(number).ok()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, canonical, last_modified};

    #[test]
    fn seconds_print_as_dates() {
        let print = |seconds| Timestamp::from_unix_seconds(seconds).to_string();
        assert_eq!(print(0), "1970-01-01T00:00:00Z");
        assert_eq!(print(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(print(1_767_323_045), "2026-01-02T03:04:05Z");
        assert_eq!(print(-1), "1969-12-31T23:59:59Z");
        assert_eq!(print(4_107_542_400), "2100-03-01T00:00:00Z");
    }

    #[test]
    fn dates_read_as_go_yaml_reads_them() {
        for (text, expected) in [
            ("2024-01-01", Some("2024-01-01T00:00:00Z")),
            ("2024-1-1", Some("2024-01-01T00:00:00Z")),
            ("2024-01-01T1:2:3Z", Some("2024-01-01T01:02:03Z")),
            (
                "2024-01-01t01:02:03.1200+02:00",
                Some("2024-01-01T01:02:03.12+02:00"),
            ),
            ("2024-01-01 10:11:12.5", Some("2024-01-01T10:11:12.5Z")),
            ("2024-01-01T10:11:12", None),
            ("2001-12-14 21:59:43.10 -5", None),
            ("2023-02-29", None),
            ("24-01-01", None),
        ] {
            assert_eq!(canonical(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn last_modified_is_normalised() {
        for (text, expected) in [
            ("2026-01-02T03:04:05Z", Some("2026-01-02T03:04:05Z")),
            ("2026-01-02T03:04:05+00:00", Some("2026-01-02T03:04:05Z")),
            ("2026-01-02T03:04:05.25Z", Some("2026-01-02T03:04:05Z")),
            (
                "2026-01-02T03:04:05+01:30",
                Some("2026-01-02T03:04:05+01:30"),
            ),
            ("2026-1-2T03:04:05Z", None),
            ("yesterday", None),
        ] {
            assert_eq!(last_modified(text).as_deref(), expected, "{text}");
        }
    }
}
