//! Networks.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::text::InvalidValue;
use crate::rules;

/// A network as it was written, host bits included: IPv4 today, and a type that leaves room
/// for IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(IpNet);

impl Cidr {
    /// The network, without host bits.
    pub fn network(self) -> IpNet {
        self.0.trunc()
    }

    /// Whether the address has bits set beyond the prefix.
    pub fn has_host_bits(self) -> bool {
        self.0 != self.0.trunc()
    }

    /// The address `number` places after the network's own, if it is inside: host 1 is
    /// usually the gateway. The last address of the network counts as well.
    ///
    /// ```
    /// let network: config_model::types::Cidr = "10.43.0.0/16".parse()?;
    /// assert_eq!(network.host(10), Some([10, 43, 0, 10].into()));
    /// assert_eq!(network.host(1 << 16), None);
    /// # Ok::<(), config_model::types::InvalidValue>(())
    /// ```
    pub fn host(self, number: u32) -> Option<IpAddr> {
        let address = match self.0.network() {
            IpAddr::V4(first) => IpAddr::V4(u32::from(first).checked_add(number)?.into()),
            IpAddr::V6(first) => {
                IpAddr::V6(u128::from(first).checked_add(u128::from(number))?.into())
            }
        };
        self.0.contains(&address).then_some(address)
    }

    /// Whether an address lies in the network.
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }

    /// Whether the two networks share an address.
    pub fn overlaps(self, other: Self) -> bool {
        self.0.contains(&other.0.network()) || other.0.contains(&self.0.network())
    }
}

impl FromStr for Cidr {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |reason| InvalidValue::new(&rules::CIDR_INVALID, reason);
        match text.parse::<IpNet>() {
            // The text is rendered as it stands, and Go takes no leading zeros.
            Ok(network @ IpNet::V4(_)) if network.to_string() != text => {
                Err(invalid("is not written as a network is")
                    .hint_that(format!("write it without leading zeros: `{network}`")))
            }
            Ok(network @ IpNet::V4(_)) => Ok(Self(network)),
            Ok(IpNet::V6(_)) => Err(invalid("is an IPv6 network, and only IPv4 is supported")),
            Err(_) => Err(match text.parse::<IpAddr>() {
                Ok(address @ IpAddr::V4(_)) => invalid("has no prefix length").hint_that(format!(
                    "add the length of its prefix, such as `{}`",
                    slash_24(address)
                )),
                _ => invalid("is not an IPv4 network such as `192.168.1.0/24`"),
            }),
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

fn slash_24(address: IpAddr) -> String {
    IpNet::new(address, 24).map_or_else(|_| format!("{address}/24"), |net| net.trunc().to_string())
}
