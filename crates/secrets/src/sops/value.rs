//! A value as SOPS sees it: a type, and the canonical bytes that are encrypted and hashed.

use std::fmt;

use zeroize::Zeroizing;

use super::time;

/// What kind of value it is; SOPS writes it into each token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Text, or any bytes.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A floating-point number.
    Float,
    /// `true` or `false`.
    Bool,
    /// A date, or a date and time.
    Time,
    /// A comment, without its `#` or `;`.
    Comment,
    /// Nothing: a null, an empty list, an empty map. Never encrypted, never hashed.
    Nothing,
}

/// A value. Wiped from memory when dropped; `Debug` shows its kind only.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    kind: Kind,
    bytes: Zeroizing<Vec<u8>>,
}

impl Value {
    /// Text, or any bytes.
    pub fn text(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Kind::Text, bytes.into())
    }

    /// A whole number.
    pub fn integer(number: i64) -> Self {
        Self::new(Kind::Integer, number.to_string().into_bytes())
    }

    /// A floating-point number, as Go prints it: the shortest digits that read back the same,
    /// never an exponent.
    pub fn float(number: f64) -> Self {
        let text = if number.is_infinite() {
            if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
        } else {
            number.to_string()
        };
        Self::new(Kind::Float, text.into_bytes())
    }

    /// A truth value.
    pub fn bool(truth: bool) -> Self {
        let text = if truth { "True" } else { "False" };
        Self::new(Kind::Bool, text.as_bytes().to_vec())
    }

    /// A date or a time as YAML writes it, if it is one.
    pub fn time(text: &str) -> Option<Self> {
        Some(Self::new(Kind::Time, time::canonical(text)?.into_bytes()))
    }

    /// A comment, without its `#` or `;`.
    pub fn comment(text: impl Into<Vec<u8>>) -> Self {
        Self::new(Kind::Comment, text.into())
    }

    /// Nothing.
    pub fn nothing() -> Self {
        Self::new(Kind::Nothing, Vec::new())
    }

    /// What kind of value it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The canonical bytes: what is encrypted, and what the MAC is over.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The canonical bytes as text, if they are UTF-8.
    pub fn as_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// As sops prints it where everything is text, in environment variables and dotenv files:
    /// truth values in lower case, floating-point numbers as Go's `%G` with a point or an
    /// exponent, times without fractions of a second.
    pub fn printed(&self) -> Zeroizing<Vec<u8>> {
        let text = self.as_text().unwrap_or_default();
        let printed = match self.kind {
            Kind::Bool => text.to_ascii_lowercase(),
            Kind::Float => text.parse().map_or_else(|_| text.to_owned(), printed_float),
            Kind::Time => whole_seconds(text),
            _ => return self.bytes.clone(),
        };
        Zeroizing::new(printed.into_bytes())
    }

    /// Whether there is nothing to encrypt: nothing at all, empty text, an empty comment.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The value of a decrypted token: its type as the token names it, its bytes as they were
    /// stored. `None` if they are no such value. What is read is printed anew, as sops does
    /// before hashing: a stored `0042` is 42.
    pub(crate) fn from_stored(name: &str, bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        let text = || std::str::from_utf8(&bytes).ok();
        match name {
            // `bytes` is what the Python version of sops called text that is not UTF-8.
            "str" | "bytes" => Some(Self {
                kind: Kind::Text,
                bytes,
            }),
            "comment" => Some(Self {
                kind: Kind::Comment,
                bytes,
            }),
            "int" => text()?.parse().ok().map(Self::integer),
            "float" => text()?.parse().ok().map(Self::float),
            "bool" => match text()? {
                "1" | "t" | "T" | "true" | "True" | "TRUE" => Some(Self::bool(true)),
                "0" | "f" | "F" | "false" | "False" | "FALSE" => Some(Self::bool(false)),
                _ => None,
            },
            "time" => Self::time(text()?),
            _ => None,
        }
    }

    /// The type as a token names it; `None` for nothing.
    pub(crate) fn stored_name(&self) -> Option<&'static str> {
        Some(match self.kind {
            Kind::Text => "str",
            Kind::Integer => "int",
            Kind::Float => "float",
            Kind::Bool => "bool",
            Kind::Time => "time",
            Kind::Comment => "comment",
            Kind::Nothing => return None,
        })
    }

    fn new(kind: Kind, bytes: Vec<u8>) -> Self {
        Self {
            kind,
            bytes: Zeroizing::new(bytes),
        }
    }
}

fn printed_float(number: f64) -> String {
    if !number.is_finite() {
        return Value::float(number)
            .as_text()
            .unwrap_or_default()
            .to_owned();
    }
    let scientific = format!("{number:E}");
    let (digits, exponent) = scientific.split_once('E').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}E{sign}{:02}", exponent.abs());
    }
    let plain = number.to_string();
    if plain.contains('.') {
        plain
    } else {
        format!("{plain}.0")
    }
}

fn whole_seconds(time: &str) -> String {
    let Some((whole, rest)) = time.split_once('.') else {
        return time.to_owned();
    };
    format!(
        "{whole}{}",
        rest.trim_start_matches(|byte: char| byte.is_ascii_digit())
    )
}

impl std::hash::Hash for Value {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Value({:?})", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn numbers_print_as_go_prints_them() {
        let float = |number: f64| Value::float(number).as_text().expect("ASCII").to_owned();
        assert_eq!(float(1.0), "1");
        assert_eq!(float(1e21), "1000000000000000000000");
        assert_eq!(float(1e-7), "0.0000001");
        assert_eq!(float(-0.0), "-0");
        assert_eq!(float(f64::INFINITY), "+Inf");
        assert_eq!(float(f64::NEG_INFINITY), "-Inf");
        assert_eq!(float(f64::NAN), "NaN");
    }

    /// What `sops exec-env` 3.13.3 sets for these.
    #[test]
    fn values_are_printed_as_sops_prints_them() {
        let printed = |value: Value| String::from_utf8(value.printed().to_vec()).expect("UTF-8");
        for (number, expected) in [
            (1.0, "1.0"),
            (1000.0, "1000.0"),
            (1.5, "1.5"),
            (-0.0, "-0.0"),
            (1e21, "1E+21"),
            (1e-7, "1E-07"),
            (0.00001, "1E-05"),
            (123_456_789.0, "1.23456789E+08"),
            (f64::INFINITY, "+Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(printed(Value::float(number)), expected);
        }
        assert_eq!(printed(Value::bool(true)), "true");
        assert_eq!(printed(Value::integer(-42)), "-42");
        assert_eq!(printed(Value::text("True")), "True");
        let time = Value::time("2024-01-01T10:11:12.5+02:00").expect("a time");
        assert_eq!(printed(time), "2024-01-01T10:11:12+02:00");
    }

    #[test]
    fn stored_values_are_normalised() {
        let read = |name, text: &str| {
            Value::from_stored(name, text.as_bytes().to_vec().into())
                .map(|value| value.as_text().expect("ASCII").to_owned())
        };
        assert_eq!(read("int", "0042").as_deref(), Some("42"));
        assert_eq!(read("int", "+7").as_deref(), Some("7"));
        assert_eq!(read("bool", "true").as_deref(), Some("True"));
        assert_eq!(read("float", "1e3").as_deref(), Some("1000"));
        assert_eq!(read("int", "x"), None);
        assert_eq!(read("date", "x"), None);
    }
}
