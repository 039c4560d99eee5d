//! What a talconfig must make sense of, beyond the types of its keys.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::Range;

use diagnostics::{Diagnostics, Rule, Severity};
use serde_json::Value;
use yaml::{Dialect, Node, Resolved};

use super::addresses::Network;
use super::raw::Raw;
use documents::path::{Step, steps};
use talos::contract::kubernetes_range;
use talos::validate::{Violation, sections};

use crate::rules;

/// The label that a control plane has unless its node sets labels of its own.
const GENERATED_LABEL: &str = "node.kubernetes.io/exclude-from-external-load-balancers";

/// Adds what is wrong.
pub(super) fn check(raw: &Raw, values: &Value, problems: &mut Diagnostics) {
    let mut check = Check { raw, problems };
    let root = raw.root();
    if root.as_mapping().is_none() {
        return;
    }
    for key in ["clusterName", "kubernetesVersion", "endpoint", "nodes"] {
        check.required(root, key);
    }
    check.versions();
    let nodes = root
        .get("nodes")
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    for node in nodes.iter().filter(|node| node.as_mapping().is_some()) {
        check.node(node);
    }
    check.sections(nodes, values);
    check.unique(nodes, "hostname");
    check.unique(nodes, "ipAddress");
    check.virtual_addresses(nodes);
}

struct Check<'a> {
    raw: &'a Raw,
    problems: &'a mut Diagnostics,
}

impl Check<'_> {
    fn add(&mut self, rule: &'static Rule, message: String, range: Range<usize>) {
        self.problems
            .push(rule.report(message).at(self.raw.source().location(range)));
    }

    fn required(&mut self, map: &Node, key: &str) {
        let place = match map.get(key) {
            None => start(map),
            Some(value) if value.is_null() || value.text() == Some("") => value.range(),
            Some(_) => return,
        };
        self.add(
            &rules::TALCONFIG_MISSING_KEY,
            format!("`{key}` is missing"),
            place,
        );
    }

    fn versions(&mut self) {
        let root = self.raw.root();
        for (key, example) in [
            ("talosVersion", "v1.13.7"),
            ("kubernetesVersion", "v1.36.4"),
        ] {
            let written = root.get(key).filter(|node| !node.is_null());
            let Some(node) = written.filter(|node| {
                node.text()
                    .is_some_and(|text| !text.is_empty() && !is_version(text))
            }) else {
                continue;
            };
            let text = node.text().unwrap_or_default();
            // What came of a variable may not be shown.
            let range = node.range();
            let mut secrets = self.raw.source().secrets().iter();
            let hidden = secrets.any(|one| one.start < range.end && range.start < one.end);
            // With the numbers that are there, where they are those of a minor version.
            let example = match minor(text) {
                Some(minor) if text.matches('.').count() == 1 && !hidden => format!("v1.{minor}.0"),
                _ => example.to_owned(),
            };
            let number = node.as_scalar().map(|scalar| scalar.read(Dialect::Go));
            let read = match number {
                Some(Resolved::Float(number)) if number.to_string() != text => {
                    format!(", and YAML reads a number here, {number}")
                }
                _ => String::new(),
            };
            let message = if hidden {
                format!("`{key}` is not a version with three numbers")
            } else {
                format!("`{key}` is `{text}`, not a version with three numbers{read}")
            };
            self.problems.push(
                rules::TALCONFIG_VERSION
                    .report(message)
                    .at(self.raw.source().location(range))
                    .hint(format!(
                        "write it like `{example}`: images are named after it"
                    )),
            );
        }
        let minor = |key: &str| root.get(key).and_then(Node::text).and_then(minor);
        let (Some(talos), Some(kubernetes)) = (minor("talosVersion"), minor("kubernetesVersion"))
        else {
            return;
        };
        let place = |key: &str| root.get(key).map_or(0..0, Node::range);
        let Some((least, most)) = kubernetes_range(talos) else {
            self.add(
                &rules::TALCONFIG_TALOS_VERSION,
                format!("Talos 1.{talos} is not among the supported versions, 1.9 to 1.15"),
                place("talosVersion"),
            );
            return;
        };
        if kubernetes < least || kubernetes > most {
            self.add(
                &rules::TALCONFIG_VERSION_PAIR,
                format!(
                    "Talos 1.{talos} runs Kubernetes 1.{least} to 1.{most}, not 1.{kubernetes}"
                ),
                place("kubernetesVersion"),
            );
        }
    }

    /// What ends in the configurations as it is.
    fn sections(&mut self, nodes: &[Node], values: &Value) {
        let root = self.raw.root();
        self.violations(root, sections::of_cluster(values));
        for role in ["controlPlane", "worker"] {
            if let (Some(root), Some(values)) = (root.get(role), values.get(role)) {
                self.violations(root, sections::of_node(values));
            }
        }
        let values = values.get("nodes").and_then(Value::as_array);
        for (root, values) in nodes.iter().zip(values.into_iter().flatten()) {
            self.violations(root, sections::of_node(values));
        }
    }

    fn violations(&mut self, root: &Node, found: Vec<Violation>) {
        for violation in found {
            let range = find(root, &violation.path);
            let text = self.raw.source().text().get(range.clone());
            // A variable that is not set is told already, and so is what has a wrong type, and
            // what is no virtual address.
            if text.is_some_and(|text| text.contains("${"))
                || violation.rule == &talos::rules::MACHINE_CONFIG_WRONG_TYPE
                || violation.path.ends_with("vip.ip")
            {
                continue;
            }
            let place = self.raw.source().location(range);
            let mut problem = violation
                .rule
                .report_as(violation.severity, violation.message)
                .at(place);
            if let Some(hint) = violation.hint {
                problem = problem.hint(hint);
            }
            self.problems.push(problem);
        }
    }

    fn node(&mut self, node: &Node) {
        self.required(node, "hostname");
        self.required(node, "ipAddress");
        if node.get("installDisk").is_none() && node.get("installDiskSelector").is_none() {
            self.add(
                &rules::TALCONFIG_MISSING_KEY,
                "`installDisk` or `installDiskSelector` is missing".to_owned(),
                start(node),
            );
        }
        if let Some(image) = node.get("talosImageURL")
            && let Some(text) = image.text()
            && (text.contains('@')
                || text
                    .rsplit('/')
                    .next()
                    .is_some_and(|last| last.contains(':')))
        {
            self.add(
                &rules::TALCONFIG_IMAGE_TAG,
                "the image has a tag or a digest; the Talos version is added to it".to_owned(),
                image.range(),
            );
        }
        let control_plane = is_true(node.get("controlPlane"));
        if !control_plane {
            let root = self.raw.root();
            let talos = root.get("talosVersion").and_then(Node::text);
            // As a document of its own, which workers have had since 1.12, it does nothing there.
            let severity = match talos.and_then(minor) {
                Some(..12) => Severity::Error,
                _ => Severity::Warning,
            };
            for vip in virtual_addresses(node) {
                let message = "a worker cannot hold a virtual address";
                let problem = rules::TALCONFIG_WORKER_VIP.report_as(severity, message);
                let place = self.raw.source().location(vip.range());
                let hint = "take it out: control planes agree on who has it";
                self.problems.push(problem.at(place).hint(hint));
            }
        }
        if control_plane
            && let Some(labels) = node.get("nodeLabels")
            && labels
                .as_mapping()
                .is_some_and(|map| !map.is_empty() && map.get(GENERATED_LABEL).is_none())
        {
            self.problems.push(
                rules::TALCONFIG_DISPLACED_LABEL
                    .report(format!(
                        "these labels displace the generated `{GENERATED_LABEL}`"
                    ))
                    .at(self.raw.source().location(start(labels)))
                    .hint(format!("add `{GENERATED_LABEL}: \"\"` to keep it")),
            );
        }
        self.subnet(node);
        self.reachable(node);
    }

    /// Gateways and virtual addresses must be in a network of the link that has them.
    fn reachable(&mut self, node: &Node) {
        for link in links(node).filter(|link| !is_true(link.get("dhcp"))) {
            let networks: Vec<Network> = networks(link).collect();
            let outside = |value: &Node| {
                let address: Option<IpAddr> = value.text().and_then(|text| text.parse().ok());
                address.filter(|address| {
                    let mut alike = networks
                        .iter()
                        .filter(|network| network.is_like(*address))
                        .peekable();
                    alike.peek().is_some() && !alike.any(|network| network.contains(*address))
                })
            };
            let routes = link.get("routes").and_then(Node::as_sequence);
            for route in routes.unwrap_or_default() {
                // A network of one address, as some clouds have it, has its gateway outside.
                let single = networks.iter().any(Network::is_single);
                if let Some(gateway) = route.get("gateway")
                    && let Some(address) = outside(gateway)
                    && !single
                {
                    self.problems.push(
                        rules::TALCONFIG_GATEWAY_OUTSIDE
                            .report(format!(
                                "`{address}` is in none of the networks of the interface"
                            ))
                            .at(self.raw.source().location(gateway.range()))
                            .hint("use a gateway that the node reaches without a route"),
                    );
                }
            }
            if let Some(vip) = link.get("vip").and_then(|vip| vip.get("ip"))
                && let Some(address) = outside(vip)
            {
                self.problems.push(
                    rules::TALCONFIG_VIP_OUTSIDE
                        .report(format!(
                            "`{address}` is in none of the networks of the interface"
                        ))
                        .at(self.raw.source().location(vip.range()))
                        .hint("use an address that the nodes of its network reach"),
                );
            }
        }
    }

    /// The node's address should be one that its interfaces can have; a tunnel or a router in
    /// between may give it another.
    fn subnet(&mut self, node: &Node) {
        let networks: Vec<Network> = links(node).flat_map(networks).collect();
        let dynamic = links(node).any(|link| is_true(link.get("dhcp")));
        let Some(written) = node.get("ipAddress") else {
            return;
        };
        for address in addresses(written) {
            let mut alike = networks
                .iter()
                .filter(|network| network.is_like(address))
                .peekable();
            if !dynamic && alike.peek().is_some() && !alike.any(|network| network.contains(address))
            {
                self.problems.push(
                    rules::TALCONFIG_ADDRESS_OUTSIDE.report(format!("`{address}` is in none of the networks of the node's interfaces"),
                    )
                    .at(self.raw.source().location(written.range()))
                    .hint("right only where the node is reached through a tunnel or a router that translates"),
                );
            }
        }
    }

    fn unique(&mut self, nodes: &[Node], key: &str) {
        let mut seen: HashMap<&str, (usize, Range<usize>)> = HashMap::new();
        for (index, node) in nodes.iter().enumerate() {
            let Some(value) = node.get(key) else {
                continue;
            };
            // Addresses may be a list with commas.
            let all = value.text().unwrap_or_default().split(',').map(str::trim);
            for text in all.filter(|text| !text.is_empty()) {
                let first = seen.entry(text).or_insert_with(|| (index, value.range()));
                if first.0 == index {
                    continue;
                }
                let first = first.1.clone();
                // What is merged from the other node is written there only.
                let place = if first == value.range() {
                    start_of_own(node)
                } else {
                    value.range()
                };
                self.problems.push(
                    rules::TALCONFIG_DUPLICATE_NODE
                        .report(format!("two nodes have the {key} `{text}`"))
                        .at(self.raw.source().location(place))
                        .related(self.raw.source().location(first), "the first one"),
                );
            }
        }
    }

    fn virtual_addresses(&mut self, nodes: &[Node]) {
        let taken: Vec<(IpAddr, &str)> = nodes
            .iter()
            .flat_map(|node| {
                let name = node
                    .get("hostname")
                    .and_then(Node::text)
                    .unwrap_or_default();
                let own = node.get("ipAddress").map(addresses).unwrap_or_default();
                own.into_iter().map(move |address| (address, name))
            })
            .collect();
        for vip in nodes.iter().flat_map(virtual_addresses) {
            let Some(address) = vip.text().and_then(|text| text.parse::<IpAddr>().ok()) else {
                self.add(
                    &rules::TALCONFIG_BAD_VIP,
                    "a virtual address is an IP address".to_owned(),
                    vip.range(),
                );
                continue;
            };
            if let Some((_, name)) = taken.iter().find(|(taken, _)| *taken == address) {
                // The configurations are right; whoever talks to that node may meet another.
                self.problems.push(
                    rules::TALCONFIG_VIP_IS_NODE
                        .report(format!("the virtual address is that of the node `{name}`"))
                        .at(self.raw.source().location(vip.range()))
                        .hint("give the node's own address in `ipAddress`"),
                );
            }
        }
    }
}

/// The place where a map starts: its first line would mark too much.
fn start(node: &Node) -> Range<usize> {
    let range = node.range();
    match node.as_mapping().and_then(|map| map.entries().first()) {
        Some(entry) => entry.key.range(),
        None => range,
    }
}

/// The first key of a map that stands within it, and is not merged into it.
fn start_of_own(node: &Node) -> Range<usize> {
    let whole = node.definition_range();
    let keys = node.as_mapping().into_iter().flatten();
    let mut own = keys
        .map(|entry| entry.key.range())
        .filter(|range| whole.contains(&range.start));
    own.next().unwrap_or(whole)
}

/// Where the value of a path is, or the last part of the way to it that is written.
fn find(root: &Node, path: &str) -> Range<usize> {
    let mut node = root;
    for step in steps(path) {
        let next = match step {
            Step::Key(key) => node.get(&key),
            Step::Item(index) => node.as_sequence().and_then(|items| items.get(index)),
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    start(node)
}

/// A node's interfaces and their VLANs.
fn links(node: &Node) -> impl Iterator<Item = &Node> {
    let interfaces = node
        .get("networkInterfaces")
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    interfaces.iter().flat_map(|interface| {
        let vlans = interface
            .get("vlans")
            .and_then(Node::as_sequence)
            .unwrap_or_default();
        std::iter::once(interface).chain(vlans)
    })
}

/// The networks of a link's addresses.
fn networks(link: &Node) -> impl Iterator<Item = Network> {
    let addresses = link.get("addresses").and_then(Node::as_sequence);
    addresses
        .into_iter()
        .flatten()
        .filter_map(|address| Network::read(address.text()?))
}

fn virtual_addresses(node: &Node) -> Vec<&Node> {
    links(node)
        .filter_map(|link| link.get("vip")?.get("ip"))
        .collect()
}

/// The addresses of a list with commas; names are left out.
fn addresses(node: &Node) -> Vec<IpAddr> {
    let text = node.text().unwrap_or_default();
    text.split(',')
        .filter_map(|part| part.trim().parse().ok())
        .collect()
}

/// The minor of `v1.11.5` or `1.34.2`.
fn minor(version: &str) -> Option<u32> {
    let mut parts = version.trim_start_matches('v').split('.');
    (parts.next() == Some("1")).then(|| parts.next()?.parse().ok())?
}

fn is_true(node: Option<&Node>) -> bool {
    node.and_then(Node::as_scalar)
        .is_some_and(|scalar| scalar.read(Dialect::Kubernetes) == Resolved::Bool(true))
}

/// `v1.13.7` or `1.13.7`, a pre-release behind it or not: what can be the tag of an image.
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (core, rest) = match text.find(['-', '+']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let numbers: Vec<&str> = core.split('.').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.len() == 3
        && numbers.iter().all(number)
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte))
}
