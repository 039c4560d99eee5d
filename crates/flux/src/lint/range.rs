//! Ranges of addresses, as pools name them.

use std::net::IpAddr;

/// Addresses from the first to the last of them.
pub type Range = (IpAddr, IpAddr);

/// The ranges that a text names: `10.0.0.0/24`, `10.0.0.10-10.0.0.20`, `10.0.0.9`; several with
/// commas between. What is none of these is left out.
pub fn ranges(text: &str) -> Vec<Range> {
    let parts = text.split(',').map(str::trim);
    parts.filter_map(range).collect()
}

/// One of them.
pub(super) fn range(text: &str) -> Option<Range> {
    if let Some((first, last)) = text.split_once('-') {
        return Some((first.trim().parse().ok()?, last.trim().parse().ok()?));
    }
    let Some((address, prefix)) = text.split_once('/') else {
        let address = text.parse().ok()?;
        return Some((address, address));
    };
    let prefix: u32 = prefix.trim().parse().ok()?;
    match address.trim().parse().ok()? {
        IpAddr::V4(address) if prefix <= 32 => {
            let host = u32::MAX.checked_shr(prefix).unwrap_or_default();
            let first = u32::from(address) & !host;
            Some((IpAddr::V4(first.into()), IpAddr::V4((first | host).into())))
        }
        IpAddr::V6(address) if prefix <= 128 => {
            let host = u128::MAX.checked_shr(prefix).unwrap_or_default();
            let first = u128::from(address) & !host;
            Some((IpAddr::V6(first.into()), IpAddr::V6((first | host).into())))
        }
        _ => None,
    }
}
