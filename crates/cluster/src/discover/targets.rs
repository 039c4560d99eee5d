//! Addresses, and networks of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use diagnostics::Diagnostic;

use crate::rules;

/// So many addresses are looked at in one run: a /20 of IPv4.
const MOST: u128 = 4096;

/// An address that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// It.
    pub address: String,
    /// Whether it was named alone, so that somebody should be there.
    pub is_named: bool,
}

/// Addresses and networks, such as `10.0.0.11` and `10.0.0.0/24`, as single addresses, each once.
///
/// # Errors
///
/// `cluster/bad-range` for a network that is none, and for too many addresses.
///
/// ```
/// use cluster::discover::targets;
///
/// let found = targets(&["10.0.0.11".to_owned(), "10.0.1.0/30".to_owned()]).expect("few");
/// let found: Vec<_> = found.iter().map(|target| target.address.as_str()).collect();
/// assert_eq!(found, ["10.0.0.11", "10.0.1.1", "10.0.1.2"]);
/// assert!(targets(&["10.0.0.0/8".to_owned()]).is_err());
/// ```
pub fn targets(texts: &[String]) -> Result<Vec<Target>, Diagnostic> {
    let mut targets: Vec<Target> = Vec::new();
    let mut count = 0;
    for text in texts {
        let Some((address, length)) = text.split_once('/') else {
            count += 1;
            add(&mut targets, text.clone(), true);
            continue;
        };
        let network = network(address, length).ok_or_else(|| {
            let text = diagnostics::visible(text);
            let problem = rules::CLUSTER_BAD_RANGE.report(format!("`{text}` is no network"));
            problem.hint("write it like `10.0.0.0/24`")
        })?;
        count += network.count;
        if count > MOST {
            return Err(too_many(text, network.count));
        }
        for number in 0..network.count {
            add(&mut targets, network.address(number), false);
        }
    }
    if count > MOST {
        return Err(too_many("these", count));
    }
    Ok(targets)
}

fn too_many(text: &str, count: u128) -> Diagnostic {
    let problem = rules::CLUSTER_BAD_RANGE.report(format!(
        "`{text}` has {count} addresses, and {MOST} are looked at in one run"
    ));
    problem.hint("name a smaller network: a /20 of IPv4, a /116 of IPv6")
}

fn add(targets: &mut Vec<Target>, address: String, is_named: bool) {
    match targets.iter_mut().find(|target| target.address == address) {
        Some(target) => target.is_named |= is_named,
        None => targets.push(Target { address, is_named }),
    }
}

/// The hosts of a network.
struct Network {
    is_v4: bool,
    first: u128,
    count: u128,
}

impl Network {
    fn address(&self, number: u128) -> String {
        let bits = self.first + number;
        match u32::try_from(bits) {
            Ok(bits) if self.is_v4 => Ipv4Addr::from_bits(bits).to_string(),
            _ => Ipv6Addr::from_bits(bits).to_string(),
        }
    }
}

/// Without the addresses of the network itself and of all in it, where IPv4 has these.
fn network(address: &str, length: &str) -> Option<Network> {
    let address: IpAddr = address.parse().ok()?;
    let length: u32 = length.parse().ok()?;
    let (bits, all): (u128, u32) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let rest = all.checked_sub(length)?;
    let count = 1_u128.checked_shl(rest).unwrap_or(u128::MAX);
    let first = bits & !(count - 1);
    let is_v4 = all == 32;
    Some(if is_v4 && count > 2 {
        Network {
            is_v4,
            first: first + 1,
            count: count - 2,
        }
    } else {
        Network {
            is_v4,
            first,
            count,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::targets;

    fn found(texts: &[&str]) -> Result<Vec<(String, bool)>, String> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let found = targets(&texts).map_err(|problem| problem.message)?;
        let found = found.into_iter();
        Ok(found
            .map(|target| (target.address, target.is_named))
            .collect())
    }

    /// What is named, and what that is.
    type Case = (&'static [&'static str], &'static [(&'static str, bool)]);

    #[test]
    fn networks_are_their_hosts() {
        let cases: [Case; 5] = [
            (&["10.0.0.5/32"], &[("10.0.0.5", false)]),
            (
                &["10.0.0.4/31"],
                &[("10.0.0.4", false), ("10.0.0.5", false)],
            ),
            (
                &["10.0.0.7/30", "10.0.0.6"],
                &[("10.0.0.5", false), ("10.0.0.6", true)],
            ),
            (&["fd00::/127"], &[("fd00::", false), ("fd00::1", false)]),
            (
                &["node.example", "[::1]:50001"],
                &[("node.example", true), ("[::1]:50001", true)],
            ),
        ];
        for (texts, expected) in cases {
            let expected = expected
                .iter()
                .map(|(text, named)| ((*text).to_owned(), *named));
            assert_eq!(found(texts), Ok(expected.collect()), "{texts:?}");
        }
        assert_eq!(found(&["10.0.0.0/20"]).map(|found| found.len()), Ok(4094));
        for text in ["10.0.0.0/19", "::/0", "0.0.0.0/0", "fd00::/115"] {
            let words = found(&[text]).expect_err(text);
            assert!(
                words.contains("and 4096 are looked at in one run"),
                "{words}"
            );
        }
        assert!(found(&["10.0.0.0/20", "10.1.0.0/29"]).is_err());
        for text in [
            "10.0.0.0/33",
            "10.0.0/8",
            "10.0.0.0/",
            "/8",
            "a/b",
            "fd00::/129",
        ] {
            let words = found(&[text]).expect_err(text);
            assert_eq!(words, format!("`{text}` is no network"));
        }
    }
}
