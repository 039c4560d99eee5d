//! Addresses and networks in the notation of Go.

use std::net::{IpAddr, SocketAddr};

/// Whether a text is an address.
pub(in crate::nodes) fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// An address, rewritten.
pub(super) fn address(text: &str) -> Option<String> {
    text.parse::<IpAddr>()
        .ok()
        .map(|address| address.to_string())
}

/// An address with the length of its network, rewritten.
pub(super) fn network(text: &str) -> Option<String> {
    let (host, length) = text.split_once('/')?;
    let host: IpAddr = host.parse().ok()?;
    let most = if host.is_ipv4() { 32 } else { 128 };
    let plain = length.bytes().all(|one| one.is_ascii_digit())
        && (length.len() == 1 || !length.starts_with('0'));
    let length: u8 = length.parse().ok().filter(|_| plain)?;
    (length <= most).then(|| format!("{host}/{length}"))
}

/// As [`network`]; an address alone is a network of its own.
pub(super) fn network_or_host(text: &str) -> Option<String> {
    network(text).or_else(|| {
        let host: IpAddr = text.parse().ok()?;
        let most = if host.is_ipv4() { 32 } else { 128 };
        Some(format!("{host}/{most}"))
    })
}

/// An address with a port, rewritten.
pub(super) fn endpoint(text: &str) -> Option<String> {
    text.parse::<SocketAddr>()
        .ok()
        .map(|address| address.to_string())
}

#[cfg(test)]
mod tests {
    use super::{endpoint, network, network_or_host};

    #[test]
    fn networks_are_rewritten_as_go_has_them() {
        for (text, expected) in [
            ("10.0.0.1/24", Some("10.0.0.1/24")),
            ("FD00::0:1/64", Some("fd00::1/64")),
            ("10.0.0.1", None),
            ("10.0.0.1/33", None),
            ("10.0.0.1/024", None),
            ("10.0.0.1/+4", None),
            ("10.0.0.1/", None),
            ("a/24", None),
        ] {
            assert_eq!(network(text).as_deref(), expected, "{text}");
        }
        assert_eq!(network_or_host("10.0.0.1").as_deref(), Some("10.0.0.1/32"));
        assert_eq!(network_or_host("::1").as_deref(), Some("::1/128"));
        assert_eq!(endpoint("[::1]:80").as_deref(), Some("[::1]:80"));
        assert_eq!(endpoint("example.org:80"), None);
    }
}
