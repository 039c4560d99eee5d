//! Types of CEL.

/// A type of CEL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Null,
    Duration,
    Timestamp,
    /// Known only when it runs.
    Dynamic,
    /// A type itself.
    Kind,
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Optional(Box<Type>),
    /// What Talos offers, with fields.
    Message(&'static [(&'static str, &'static str)]),
}

impl Type {
    /// How a message calls it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Uint => "an unsigned number",
            Self::Double => "a number with a fraction",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Null => "null",
            Self::Duration => "a duration",
            Self::Timestamp => "a time",
            Self::Dynamic => "a value of any type",
            Self::Kind => "a type",
            Self::List(_) => "a list",
            Self::Map(..) => "a map",
            Self::Optional(_) => "an optional value",
            Self::Message(_) => "a whole object",
        }
    }

    /// Whether a value of one may stand for the other.
    pub(super) fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dynamic, _) | (_, Self::Dynamic) => true,
            (Self::List(one), Self::List(other)) | (Self::Optional(one), Self::Optional(other)) => {
                one.fits(other)
            }
            (Self::Map(key, value), Self::Map(other_key, other_value)) => {
                key.fits(other_key) && value.fits(other_value)
            }
            (Self::Message(_) | Self::Optional(_), Self::Null)
            | (Self::Null, Self::Message(_) | Self::Optional(_)) => true,
            _ => self == other,
        }
    }

    /// Fails unless it is true or false.
    pub(super) fn truth(&self) -> Result<(), String> {
        if self.fits(&Self::Bool) {
            return Ok(());
        }
        Err(format!("true or false is wanted, not {}", self.name()))
    }
}
