//! What nodes are called in the talconfig.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::OnceLock;

use camino::Utf8Path;
use diagnostics::Source;
use machines::Places;
use repository::View;
use talos_client::Address;

/// The nodes of a talconfig, as far as they can be told without its variables. It is read where
/// that makes a difference: reading hundreds of nodes takes longer than asking them.
pub(super) struct Known {
    talconfig: Option<Source>,
    read: OnceLock<Nodes>,
}

#[derive(Default)]
struct Nodes {
    /// Every address of each, with its name.
    nodes: Vec<(String, String)>,
    /// Their numbers: a thousand nodes are looked up a thousand times.
    addresses: HashMap<String, usize>,
    names: HashMap<String, usize>,
}

impl Known {
    /// Those of a repository; none where it has no talconfig that can be read.
    pub(super) fn of(root: &Utf8Path) -> Self {
        let view = View::on_disk(root);
        let talconfig = view.text(Places::find(&view).talconfig.as_str());
        Self {
            talconfig: talconfig.ok().flatten(),
            read: OnceLock::new(),
        }
    }

    fn nodes(&self) -> &Nodes {
        self.read.get_or_init(|| match &self.talconfig {
            Some(source) => Nodes::of(source),
            None => Nodes::default(),
        })
    }

    /// The name of the node with an address.
    pub(super) fn name(&self, address: &str) -> Option<&str> {
        self.nodes().name(address)
    }

    /// Whether it is one of them, by its name or an address.
    pub(super) fn has(&self, node: &str) -> bool {
        self.nodes().names.contains_key(node) || self.name(node).is_some()
    }

    /// Their names, each once.
    pub(super) fn names(&self) -> Vec<&str> {
        let nodes = self.nodes().nodes.iter();
        let mut names: Vec<&str> = nodes.map(|(_, name)| name.as_str()).collect();
        names.dedup();
        names
    }

    /// Names of nodes as their addresses, whatever else as it is; each node once, whichever of its
    /// addresses are named.
    pub(super) fn addresses(&self, named: &[String]) -> Vec<String> {
        let are_addresses = named.iter().all(|name| name.parse::<IpAddr>().is_ok());
        let talconfig = self.talconfig.as_ref().map_or("", |source| source.text());
        if are_addresses && each_has_one_address(talconfig) {
            return Nodes::default().addresses(named);
        }
        self.nodes().addresses(named)
    }
}

/// Whether every node of a talconfig has one address for sure, told without reading it: where that
/// stands on one line with nothing else, and no other line goes on with it.
fn each_has_one_address(talconfig: &str) -> bool {
    let is_key = |line: &str| {
        let key = line.split_once(':').map(|(key, _)| key);
        key.is_some_and(|key| !key.contains([',', '#']))
    };
    talconfig.split("ipAddress").skip(1).all(|rest| {
        let mut lines = rest.lines();
        let value = lines.next().unwrap_or_default();
        let value = value.strip_prefix(':').map(str::trim).unwrap_or_default();
        let next = lines.find(|line| !line.trim().is_empty());
        value.parse::<IpAddr>().is_ok() && next.is_none_or(is_key)
    })
}

impl Nodes {
    fn of(source: &Source) -> Self {
        let parsed = yaml::parse(source, &yaml::Limits::default());
        let nodes = parsed.root().and_then(|root| root.get("nodes"));
        let nodes = nodes.and_then(yaml::Node::as_sequence).unwrap_or_default();
        let mut known = Vec::new();
        for node in nodes {
            let text = |key: &str| node.get(key)?.text().map(str::to_owned);
            let (Some(addresses), Some(name)) = (text("ipAddress"), text("hostname")) else {
                continue;
            };
            if name.contains('$') {
                continue;
            }
            let addresses = addresses.split(',').map(str::trim);
            let plain = addresses.filter(|address| !address.contains('$'));
            known.extend(plain.map(|address| (address.to_owned(), name.clone())));
        }
        Self::new(known)
    }

    fn new(nodes: Vec<(String, String)>) -> Self {
        let mut known = Self::default();
        for (index, (address, name)) in nodes.iter().enumerate() {
            known.addresses.entry(spelled(address)).or_insert(index);
            known.names.entry(name.clone()).or_insert(index);
        }
        known.nodes = nodes;
        known
    }

    fn name(&self, address: &str) -> Option<&str> {
        let index = self.addresses.get(&spelled(address))?;
        Some(&self.nodes[*index].1)
    }

    fn addresses(&self, named: &[String]) -> Vec<String> {
        let mut addresses: Vec<String> = Vec::with_capacity(named.len());
        let mut taken = HashSet::new();
        for node in named {
            let by_name = self.names.get(node).map(|index| &self.nodes[*index]);
            let name = match by_name {
                Some((_, name)) => Some(name.as_str()),
                None => self.name(node),
            };
            if taken.insert(name.map_or_else(|| spelled(node), str::to_owned)) {
                addresses.push(by_name.map_or(node, |(address, _)| address).clone());
            }
        }
        addresses
    }
}

/// An address in the one spelling of the many that it has; whatever else as it is.
fn spelled(address: &str) -> String {
    Address::read(address).map_or_else(|_| address.to_owned(), |one| one.to_string())
}

/// Whether two texts name the same address.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one == other || spelled(one) == spelled(other)
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use diagnostics::Source;

    use super::{Known, each_has_one_address};

    const TALCONFIG: &str = "\
nodes:
  - hostname: a
    ipAddress: 10.0.0.1, fd00::1
  - hostname: b
    ipAddress: 10.0.0.2
  - hostname: ${c}
    ipAddress: 10.0.0.3
  - ipAddress: ${d}
    hostname: d
";

    fn known() -> Known {
        Known {
            talconfig: Some(Source::new("talconfig.yaml", TALCONFIG)),
            read: OnceLock::new(),
        }
    }

    #[test]
    fn a_node_is_asked_once_whatever_it_is_called() {
        let cases: [(&[&str], &[&str]); 8] = [
            (&["a", "b"], &["10.0.0.1", "10.0.0.2"]),
            (
                &["10.0.0.1", "fd00::1", "10.0.0.2"],
                &["10.0.0.1", "10.0.0.2"],
            ),
            (&["fd00::1", "a"], &["fd00::1"]),
            (&["a", "fd00::1"], &["10.0.0.1"]),
            (&["c", "10.0.0.9", "c"], &["c", "10.0.0.9"]),
            (&["10.0.0.9:50000", "10.0.0.9"], &["10.0.0.9:50000"]),
            (&["10.0.0.1:50000", "a"], &["10.0.0.1:50000"]),
            (&["::9", "[::9]", "[0:0::9]:50000"], &["::9"]),
        ];
        for (named, asked) in cases {
            let named: Vec<_> = named.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(known().addresses(&named), asked);
        }
    }

    #[test]
    fn a_node_is_known_by_every_spelling_of_its_addresses() {
        let cases = [
            ("10.0.0.1", Some("a")),
            ("10.0.0.1:50000", Some("a")),
            ("[FD00:0::1]", Some("a")),
            ("10.0.0.1:443", None),
            ("10.0.0.3", None),
            ("not an address", None),
        ];
        for (address, name) in cases {
            assert_eq!(known().name(address), name, "{address}");
        }
        assert_eq!(known().names(), ["a", "b"]);
        assert!(known().has("b") && known().has("fd00::1") && !known().has("c"));
    }

    #[test]
    fn a_talconfig_is_left_unread_only_where_no_node_can_have_a_second_address() {
        let cases = [
            ("nodes: []\n", true),
            ("- ipAddress: 10.0.0.1\n  hostname: a\n", true),
            (
                "- hostname: a\n  ipAddress: fd00::1\n\n- hostname: b\n  ipAddress: 10.0.0.2",
                true,
            ),
            (TALCONFIG, false),
            ("- ipAddress: 10.0.0.1,fd00::1\n", false),
            ("- ipAddress: ${both}\n", false),
            ("- ipAddress: *both\n", false),
            ("- ipAddress: >-\n    10.0.0.1,\n    fd00::1\n", false),
            ("- ipAddress: 10.0.0.1\n    , fd00::1\n", false),
            ("- {ipAddress: '10.0.0.1,fd00::1', hostname: a}\n", false),
            ("- \"ipAddress\": 10.0.0.1,fd00::1\n", false),
            ("- ipAddress:\n    10.0.0.1,fd00::1\n", false),
            ("- ipAddress", false),
        ];
        for (talconfig, has) in cases {
            assert_eq!(each_has_one_address(talconfig), has, "{talconfig}");
        }
    }
}
