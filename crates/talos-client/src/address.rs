//! Where a node is.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use diagnostics::Diagnostic;

use crate::rules;

/// The port of the Talos API.
pub const PORT: u16 = 50_000;

/// A host name or an address, with a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// The name, or the address without brackets.
    host: String,
    port: u16,
}

impl Address {
    /// Reads `host`, `host:port`, an address, `[address]` or `[address]:port`.
    ///
    /// # Errors
    ///
    /// `talos-api/bad-address`.
    ///
    /// ```
    /// use talos_client::Address;
    ///
    /// let shown = |text: &str| Address::read(text).map(|address| address.to_string());
    /// assert_eq!(shown("10.0.0.11").as_deref(), Ok("10.0.0.11:50000"));
    /// assert_eq!(shown("fd00::11").as_deref(), Ok("[fd00::11]:50000"));
    /// assert_eq!(shown("[fd00::11]:443").as_deref(), Ok("[fd00::11]:443"));
    /// assert_eq!(shown("node.example:443").as_deref(), Ok("node.example:443"));
    /// assert!(shown("https://10.0.0.11").is_err());
    /// ```
    pub fn read(text: &str) -> Result<Self, Diagnostic> {
        Self::parse(text).ok_or_else(|| {
            rules::TALOS_API_BAD_ADDRESS
                .report(format!(
                    "`{}` is no address of a node",
                    diagnostics::visible(text)
                ))
                .hint("write a host name or an address, such as `10.0.0.11`")
        })
    }

    fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            return Some(Self {
                host: address.to_string(),
                port: PORT,
            });
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                host.parse::<Ipv6Addr>().ok()?;
                let port = match port {
                    "" => None,
                    port => Some(port.strip_prefix(':')?),
                };
                (host, port)
            }
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().ok().filter(|port| *port > 0)?,
            None => PORT,
        };
        let is_word = |label: &str| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            (1..=63).contains(&label.len()) && label.bytes().all(fits)
        };
        let name = host.strip_suffix('.').unwrap_or(host);
        // One address has many spellings.
        let host = match host.parse::<Ipv6Addr>() {
            Ok(address) => address.to_string(),
            Err(_) if name.len() <= 253 && name.split('.').all(is_word) => host.to_owned(),
            Err(_) => return None,
        };
        Some(Self { host, port })
    }

    /// The name or address alone.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V6(_)) => write!(formatter, "[{}]:{}", self.host, self.port),
            _ => write!(formatter, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn what_is_no_address_is_refused_under_its_rule() {
        for text in [
            "",
            " ",
            "a b",
            "a:b",
            "a:0",
            "a:65536",
            "[::1",
            "[a]:1",
            "::1]:1",
            "a/b",
            "a..b",
            "https://a",
            "a\u{1b}[0m",
            "-é",
        ] {
            let problem = Address::read(text).expect_err(text);
            assert_eq!(problem.rule.id(), "talos-api/bad-address", "{text}");
            assert!(!problem.message.contains('\u{1b}'));
        }
    }
}
