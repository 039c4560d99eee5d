//! Dates and times, as far as telling them from text needs it.

use jiff::civil::Date;

/// Whether Go's `yaml.v3` takes the text for a point in time: one of the four layouts that
/// it hands to `time.Parse`, which forgives short fields, several blanks and a comma.
pub(super) fn is_go_timestamp(text: &str) -> bool {
    go_timestamp(text).is_some()
}

/// What a text is to `PyYAML`'s timestamp constructor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Python {
    /// Not of the form of a date.
    Other,
    /// A date, with or without a time.
    Valid,
    /// Of the form of one, but there is no such day or time: loading fails.
    Invalid,
}

/// A plain scalar: a date alone needs two digits for month and day.
pub(super) fn python_plain(text: &str) -> Python {
    match python(text) {
        Some((timestamp, valid)) if timestamp || text.len() == "2001-12-14".len() => {
            if valid {
                Python::Valid
            } else {
                Python::Invalid
            }
        }
        _ => Python::Other,
    }
}

/// A scalar tagged `!!timestamp`.
pub(super) fn python_tagged(text: &str) -> Python {
    match python(text) {
        Some((_, true)) => Python::Valid,
        Some((_, false)) => Python::Invalid,
        None => Python::Other,
    }
}

fn go_timestamp(text: &str) -> Option<()> {
    let mut cursor = Cursor(text);
    let year = cursor.digits(4, 4)?;
    let (month, day) = cursor.month_and_day()?;
    if !exists(year, month, day) {
        return None;
    }
    if cursor.0.is_empty() {
        return Some(());
    }
    let zoned = cursor.one_of("Tt").is_some();
    if !zoned {
        cursor.one_of(" ")?;
        while cursor.one_of(" ").is_some() {}
    }
    let hour = cursor.digits(1, 2)?;
    cursor.one_of(":")?;
    let minute = cursor.digits(1, 2)?;
    cursor.one_of(":")?;
    let second = cursor.digits(1, 2)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    if cursor.one_of(".,").is_some() {
        cursor.digits(1, usize::MAX)?;
    }
    if zoned && cursor.one_of("Z").is_none() {
        cursor.one_of("+-")?;
        let hours = cursor.digits(2, 2)?;
        cursor.one_of(":")?;
        let minutes = cursor.digits(2, 2)?;
        // Go lets an offset reach the round number.
        if hours > 24 || minutes > 60 {
            return None;
        }
    }
    cursor.0.is_empty().then_some(())
}

/// Whether it has a time, and whether the date and time exist.
fn python(text: &str) -> Option<(bool, bool)> {
    let mut cursor = Cursor(text);
    let year = cursor.digits(4, 4)?;
    let (month, day) = cursor.month_and_day()?;
    let mut valid = year >= 1 && exists(year, month, day);
    if cursor.0.is_empty() {
        return Some((false, valid));
    }
    if cursor.one_of("Tt").is_none() {
        cursor.one_of(" \t")?;
        while cursor.one_of(" \t").is_some() {}
    }
    let hour = cursor.digits(1, 2)?;
    cursor.one_of(":")?;
    let minute = cursor.digits(2, 2)?;
    cursor.one_of(":")?;
    let second = cursor.digits(2, 2)?;
    valid &= hour < 24 && minute < 60 && second < 60;
    if cursor.one_of(".").is_some() {
        cursor.digits(0, usize::MAX)?;
    }
    while cursor.one_of(" \t").is_some() {}
    let blank_at_end = text.ends_with([' ', '\t']);
    if cursor.one_of("+-").is_some() {
        let hours = cursor.digits(1, 2)?;
        let minutes = match cursor.one_of(":") {
            Some(_) => cursor.digits(2, 2)?,
            None => 0,
        };
        valid &= hours * 60 + minutes < 24 * 60;
    } else if cursor.one_of("Z").is_none() && blank_at_end {
        return None;
    }
    cursor.0.is_empty().then_some((true, valid))
}

/// Whether there is such a day.
fn exists(year: u32, month: u32, day: u32) -> bool {
    let date = || {
        let [month, day] = [month, day].map(i8::try_from);
        Date::new(i16::try_from(year).ok()?, month.ok()?, day.ok()?).ok()
    };
    date().is_some()
}

/// What is left to read.
struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    /// ASCII digits, as many as there are up to `most`; their value counts while it is small.
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self
            .0
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        if count < least {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        Some(digits.bytes().fold(0, |value: u32, digit| {
            value
                .saturating_mul(10)
                .saturating_add(u32::from(digit - b'0'))
        }))
    }

    fn one_of(&mut self, characters: &str) -> Option<char> {
        let first = self
            .0
            .chars()
            .next()
            .filter(|&first| characters.contains(first))?;
        self.0 = &self.0[first.len_utf8()..];
        Some(first)
    }

    fn month_and_day(&mut self) -> Option<(u32, u32)> {
        self.one_of("-")?;
        let month = self.digits(1, 2)?;
        self.one_of("-")?;
        Some((month, self.digits(1, 2)?))
    }
}
