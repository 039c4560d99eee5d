//! Addresses of machines.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use super::domain::HostName;
use super::text::InvalidValue;
use crate::rules;

/// The address of one machine: IPv4 today, and a type that leaves room for IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(IpAddr);

impl Address {
    /// The address.
    pub fn ip(self) -> IpAddr {
        self.0
    }
}

impl FromStr for Address {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text.parse().map_err(|_| not_an_address(text))?)
    }
}

impl Address {
    /// An address that one machine on the network can have.
    pub(crate) fn new(address: IpAddr) -> Result<Self, InvalidValue> {
        let IpAddr::V4(v4) = address else {
            return Err(InvalidValue::new(
                &rules::ADDRESS_INVALID,
                "is an IPv6 address, and only IPv4 is supported",
            ));
        };
        let kind = if v4.is_unspecified() {
            "the unspecified address"
        } else if v4.is_multicast() {
            "a multicast address"
        } else if v4.is_loopback() {
            "a loopback address"
        } else if v4.is_broadcast() {
            "the broadcast address"
        } else {
            return Ok(Self(address));
        };
        Err(InvalidValue::new(
            &rules::ADDRESS_UNUSABLE,
            format!("is {kind}, which no machine can have"),
        ))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

fn not_an_address(text: &str) -> InvalidValue {
    let invalid = InvalidValue::new(&rules::ADDRESS_INVALID, "is not an IPv4 address");
    if let Some((address, _)) = text.split_once('/')
        && address.parse::<IpAddr>().is_ok()
    {
        return invalid.hint_that(format!("leave the prefix length out: `{address}`"));
    }
    if let Some((address, _)) = text.split_once(':')
        && address.parse::<IpAddr>().is_ok()
        && text.parse::<Ipv6Addr>().is_err()
    {
        return invalid.hint_that(format!("leave the port out: `{address}`"));
    }
    let trimmed = text.trim();
    if trimmed != text && trimmed.parse::<IpAddr>().is_ok() {
        return invalid.hint_that(format!("remove the white space: `{trimmed}`"));
    }
    let parts: Vec<_> = text.split('.').collect();
    if parts.len() == 4 {
        let plain: Vec<String> = parts
            .iter()
            .filter_map(|part| part.parse::<u8>().ok().map(|number| number.to_string()))
            .collect();
        if plain.len() == 4 {
            return invalid.hint_that(format!(
                "write it without leading zeros: `{}`",
                plain.join(".")
            ));
        }
    }
    invalid
}

/// A server, by address or by host name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressOrHost {
    /// By address.
    Address(Address),
    /// By name.
    Host(HostName),
}

impl FromStr for AddressOrHost {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let looks_like_address = text.contains(':')
            || text.contains('/')
            || text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
        if looks_like_address {
            return text.parse().map(Self::Address);
        }
        text.parse().map(Self::Host)
    }
}

impl fmt::Display for AddressOrHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(formatter),
            Self::Host(host) => host.fmt(formatter),
        }
    }
}
