//! Numbers that are written as text or as a number.

use std::fmt;
use std::str::FromStr;

use super::text::InvalidValue;
use crate::rules;

/// The tag of a VLAN, 1 to 4094.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VlanTag(u16);

impl VlanTag {
    /// The number.
    pub fn number(self) -> u16 {
        self.0
    }
}

impl FromStr for VlanTag {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        decimal(text)
            .and_then(|number| u16::try_from(number).ok())
            .filter(|number| (1..=4094).contains(number))
            .map(Self)
            .ok_or_else(|| {
                InvalidValue::new(&rules::VLAN_INVALID, "is not a VLAN tag from 1 to 4094")
            })
    }
}

impl fmt::Display for VlanTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The number of an autonomous system, 1 to 4294967295.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asn(u32);

impl Asn {
    /// The number.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl FromStr for Asn {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("AS").or_else(|| text.strip_prefix("as"));
        let number = decimal(text)
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| *number > 0);
        number.map(Self).ok_or_else(|| {
            let invalid = InvalidValue::new(
                &rules::BGP_INVALID_ASN,
                "is not an autonomous system number from 1 to 4294967295",
            );
            match digits {
                Some(digits) if decimal(digits).is_some() => {
                    invalid.hint_that(format!("write the number only: `{digits}`"))
                }
                _ => invalid,
            }
        })
    }
}

impl fmt::Display for Asn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A whole number in decimal digits without sign or leading zero: `010` is octal to some readers.
fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && !(text.len() > 1 && text.starts_with('0')))
        .then(|| text.parse().ok())
        .flatten()
}
