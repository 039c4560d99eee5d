//! Whose reading, and what comes out of it.

use std::fmt;

/// Whose rules decide what a plain scalar means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The core schema of YAML 1.2.
    Yaml12,
    /// Go's `yaml.v3` into an untyped value, as SOPS, Talos and kustomize read.
    Go,
    /// Go's `sigs.k8s.io/yaml` (a copy of `yaml.v2`), as the Kubernetes API machinery,
    /// `kubectl`, Helm and the Flux controllers read.
    Kubernetes,
    /// Python's `PyYAML` `safe_load`, YAML 1.1, as makejinja reads its data files.
    Python,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Yaml12, Self::Go, Self::Kubernetes, Self::Python];
}

/// As messages name it.
impl fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Yaml12 => "YAML 1.2",
            Self::Go => "Go's yaml.v3",
            Self::Kubernetes => "Kubernetes",
            Self::Python => "Python's YAML 1.1",
        })
    }
}

/// A scalar with its type.
///
/// `Debug` shows the type only: the value may be a secret.
#[derive(Clone, PartialEq)]
pub enum Resolved {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// A whole number beyond `i128`: an optional `-`, then decimal digits.
    BigInteger(String),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
    /// A date, or a date and time, as it was written. Only Go and Python have the type.
    Timestamp(String),
    /// Bytes, from `!!binary`, as the base64 text that was written.
    Binary(String),
    /// The reader refuses it, such as `!!int abc`: why, without the value.
    Refused(&'static str),
}

impl Resolved {
    /// What it is, with its article where it takes one.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Integer(_) | Self::BigInteger(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::Timestamp(_) => "a date",
            Self::Binary(_) => "binary data",
            Self::Refused(_) => "an unreadable value",
        }
    }

    /// Equality under which a number that is none equals itself, and two refusals each other.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(one), Self::Float(other)) => {
                one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan())
            }
            (Self::Refused(_), Self::Refused(_)) => true,
            _ => self == other,
        }
    }
}

impl fmt::Debug for Resolved {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Resolved({})", self.kind_name())
    }
}
