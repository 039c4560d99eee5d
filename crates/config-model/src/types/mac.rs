//! Hardware addresses.

use std::fmt;
use std::str::FromStr;

use super::text::InvalidValue;
use crate::rules;

/// The address of a network interface. Printed in lower case with colons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddress([u8; 6]);

impl MacAddress {
    /// The six bytes.
    pub fn bytes(self) -> [u8; 6] {
        self.0
    }
}

impl FromStr for MacAddress {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some(bytes) = parse(text, ':') else {
            let invalid = InvalidValue::new(
                &rules::NODE_INVALID_MAC,
                "is not a MAC address of six pairs of hexadecimal digits with colons",
            );
            return Err(match parse(text, '-') {
                Some(bytes) => invalid.hint_that(format!("write `{}`", Self(bytes))),
                None => invalid,
            });
        };
        if bytes[0] & 1 == 1 {
            let kind = if bytes == [0xff; 6] {
                "the broadcast address"
            } else {
                "a multicast address"
            };
            return Err(InvalidValue::new(
                &rules::NODE_GROUP_MAC,
                format!("is {kind}, which no network interface has"),
            ));
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ":" };
            write!(formatter, "{separator}{byte:02x}")?;
        }
        Ok(())
    }
}

fn parse(text: &str, separator: char) -> Option<[u8; 6]> {
    let mut bytes = [0; 6];
    let mut parts = text.split(separator);
    for byte in &mut bytes {
        let part = parts.next()?;
        if part.len() != 2 || !part.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        *byte = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(bytes)
}
