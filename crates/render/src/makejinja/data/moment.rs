//! Dates and times as Python's `datetime` prints them.

use std::fmt::{self, Write as _};

use crate::Data;

/// A date, a time of day, or both; with both, perhaps a distance from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) date: Option<Date>,
    pub(super) time: Option<Time>,
    pub(super) offset_minutes: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
    pub(super) microsecond: u32,
}

impl Moment {
    /// Reads what `PyYAML` takes for a timestamp. Its range was checked before.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut scan = Scan(text);
        let year = scan.number()?;
        scan.skip("-")?;
        let month = scan.number()?;
        scan.skip("-")?;
        let day = scan.number()?;
        let date = Some(Date {
            year: year.try_into().ok()?,
            month: month.try_into().ok()?,
            day: day.try_into().ok()?,
        });
        if scan.0.is_empty() {
            return Some(Self {
                date,
                time: None,
                offset_minutes: None,
            });
        }
        scan.0 = scan.0.trim_start_matches(['T', 't', ' ', '\t']);
        let hour = scan.number()?;
        scan.skip(":")?;
        let minute = scan.number()?;
        scan.skip(":")?;
        let second = scan.number()?;
        let microsecond = scan.skip(".").map_or(0, |()| scan.fraction());
        scan.0 = scan.0.trim_start_matches([' ', '\t']);
        Some(Self {
            date,
            time: Some(Time {
                hour: hour.try_into().ok()?,
                minute: minute.try_into().ok()?,
                second: second.try_into().ok()?,
                microsecond,
            }),
            offset_minutes: scan.offset(),
        })
    }

    fn kind(&self) -> &'static str {
        match (self.date, self.time) {
            (Some(_), None) => "datetime.date",
            (None, Some(_)) => "datetime.time",
            _ => "datetime.datetime",
        }
    }

    fn repr(&self) -> String {
        let mut numbers = Vec::new();
        if let Some(date) = self.date {
            numbers.extend([u32::from(date.year), date.month.into(), date.day.into()]);
        }
        if let Some(time) = self.time {
            numbers.extend([u32::from(time.hour), time.minute.into()]);
            if time.second > 0 || time.microsecond > 0 {
                numbers.push(time.second.into());
            }
            if time.microsecond > 0 {
                numbers.push(time.microsecond);
            }
        }
        let mut text = numbers
            .iter()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        match self.offset_minutes {
            None => {}
            Some(0) => text.push_str(", tzinfo=datetime.timezone.utc"),
            Some(minutes) => {
                // timedelta keeps the days negative and the seconds positive.
                let days = minutes.div_euclid(24 * 60);
                let seconds = minutes.rem_euclid(24 * 60) * 60;
                let days = match days {
                    0 => String::new(),
                    days if seconds == 0 => format!("days={days}"),
                    days => format!("days={days}, "),
                };
                let seconds = match seconds {
                    0 => String::new(),
                    seconds => format!("seconds={seconds}"),
                };
                let _ = write!(
                    text,
                    ", tzinfo=datetime.timezone(datetime.timedelta({days}{seconds}))"
                );
            }
        }
        format!("{}({text})", self.kind())
    }
}

/// Python's `str()`.
impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Date { year, month, day }) = self.date {
            write!(formatter, "{year:04}-{month:02}-{day:02}")?;
        }
        let Some(time) = self.time else {
            return Ok(());
        };
        if self.date.is_some() {
            formatter.write_char(' ')?;
        }
        let (hour, minute, second) = (time.hour, time.minute, time.second);
        write!(formatter, "{hour:02}:{minute:02}:{second:02}")?;
        if time.microsecond > 0 {
            write!(formatter, ".{:06}", time.microsecond)?;
        }
        if let Some(minutes) = self.offset_minutes {
            let sign = if minutes < 0 { '-' } else { '+' };
            let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
            write!(formatter, "{sign}{hours:02}:{minutes:02}")?;
        }
        Ok(())
    }
}

impl From<Moment> for Data {
    fn from(moment: Moment) -> Self {
        Self::Opaque {
            kind: moment.kind().to_owned(),
            text: moment.to_string(),
            repr: moment.repr(),
        }
    }
}

/// What is still to be read.
struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn number(&mut self) -> Option<u32> {
        let end = self
            .0
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(self.0.len());
        let number = self.0[..end].parse().ok()?;
        self.0 = &self.0[end..];
        Some(number)
    }

    fn skip(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Digits after the point, as microseconds; further ones are cut off.
    fn fraction(&mut self) -> u32 {
        let end = self
            .0
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(self.0.len());
        let digits = format!("{:0<6.6}", &self.0[..end]);
        self.0 = &self.0[end..];
        digits.parse().unwrap_or(0)
    }

    fn offset(&mut self) -> Option<i32> {
        if self.0 == "Z" {
            return Some(0);
        }
        let sign = match self.0.chars().next()? {
            '-' => -1,
            _ => 1,
        };
        self.0 = &self.0[1..];
        let hours = i32::try_from(self.number()?).ok()?;
        let minutes = match self.skip(":") {
            Some(()) => i32::try_from(self.number()?).ok()?,
            None => 0,
        };
        Some(sign * (hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_print_as_in_python() {
        for (text, printed, repr) in [
            ("2024-01-02", "2024-01-02", "datetime.date(2024, 1, 2)"),
            (
                "2024-1-2 3:04:05",
                "2024-01-02 03:04:05",
                "datetime.datetime(2024, 1, 2, 3, 4, 5)",
            ),
            (
                "2024-01-02T03:04:00Z",
                "2024-01-02 03:04:00+00:00",
                "datetime.datetime(2024, 1, 2, 3, 4, tzinfo=datetime.timezone.utc)",
            ),
            (
                "2001-12-14t21:59:43.10 -5:30",
                "2001-12-14 21:59:43.100000-05:30",
                "datetime.datetime(2001, 12, 14, 21, 59, 43, 100000, \
                 tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=66600)))",
            ),
        ] {
            let moment = Moment::read(text).expect(text);
            assert_eq!(moment.to_string(), printed);
            assert_eq!(moment.repr(), repr);
        }
        assert_eq!(Moment::read("2024-01"), None);
    }
}
