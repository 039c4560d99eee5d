//! Plain text, for a terminal.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::{Graph, Links, Network, Relation, State};

/// How deep Kustomizations are shown below each other.
const DEPTH: usize = 64;

/// Who applies what and waits for what, then what is reached from where.
pub fn tree(graph: &Graph) -> String {
    let mut text = String::new();
    let links = Links::new(graph);
    let applied = graph
        .edges
        .iter()
        .filter(|edge| edge.relation == Relation::Applies);
    let children: HashSet<usize> = applied.map(|edge| edge.to).collect();
    for (index, node) in graph.nodes.iter().enumerate() {
        if node.kind == "Kustomization" && !children.contains(&index) {
            branch(&links, index, "", "", 0, &mut text);
        }
    }
    for cluster in graph.clusters() {
        if !cluster.is_empty() {
            let _ = writeln!(text, "\nCluster {}", printable(cluster));
        }
        network(&graph.network_of(cluster), &mut text);
    }
    text
}

fn branch(
    links: &Links<'_>,
    index: usize,
    first: &str,
    rest: &str,
    depth: usize,
    text: &mut String,
) {
    let Some(node) = links.graph.nodes.get(index) else {
        return;
    };
    let _ = write!(
        text,
        "{first}{} {}/{}",
        node.kind,
        printable(&node.namespace),
        printable(&node.name)
    );
    if !node.detail.is_empty() {
        let _ = write!(text, " ({})", printable(&node.detail));
    }
    match node.state {
        State::Known => {}
        State::Failed => text.push_str(" fails"),
        State::Elsewhere => text.push_str(" from elsewhere"),
        State::Named => text.push_str(" missing"),
    }
    let waits: Vec<String> = { links.of(index, Relation::DependsOn) }
        .map(|(_, to)| {
            let missing = if to.state == State::Named {
                " (missing)"
            } else {
                ""
            };
            format!(
                "{}/{}{missing}",
                printable(&to.namespace),
                printable(&to.name)
            )
        })
        .collect();
    if !waits.is_empty() {
        let _ = write!(text, ", waits for {}", waits.join(", "));
    }
    text.push('\n');
    if depth >= DEPTH {
        return;
    }
    let children = links.of(index, Relation::Applies).map(|(to, _)| to);
    let children: Vec<usize> = children.filter(|&to| to != index).collect();
    for (position, &child) in children.iter().enumerate() {
        let (corner, line) = if position + 1 == children.len() {
            ("`-- ", "    ")
        } else {
            ("|-- ", "|   ")
        };
        branch(
            links,
            child,
            &format!("{rest}{corner}"),
            &format!("{rest}{line}"),
            depth + 1,
            text,
        );
    }
}

fn network(network: &Network, text: &mut String) {
    for gateway in &network.gateways {
        let name = format!("{}/{}", gateway.namespace, gateway.name);
        let addresses = gateway.addresses.join(", ");
        let _ = write!(text, "\nGateway {}", printable(&name));
        let _ = writeln!(
            text,
            "{}",
            if addresses.is_empty() {
                addresses
            } else {
                format!(" at {addresses}")
            }
        );
        for listener in &gateway.listeners {
            let _ = write!(
                text,
                "  listener {} {} {}",
                printable(&listener.name),
                printable(&listener.protocol),
                listener.port
            );
            if !listener.hostname.is_empty() {
                let _ = write!(text, " for {}", printable(&listener.hostname));
            }
            if !listener.certificates.is_empty() {
                let _ = write!(
                    text,
                    " with {}",
                    printable(&listener.certificates.join(", "))
                );
            }
            text.push('\n');
        }
        for route in &network.routes {
            let to_it = route
                .parents
                .iter()
                .any(|parent| parent.split('#').next() == Some(&name));
            if to_it {
                hosts(route, text);
            }
        }
    }
    let is_known = |parent: &String| {
        network.gateways.iter().any(|gateway| {
            parent.split('#').next() == Some(&format!("{}/{}", gateway.namespace, gateway.name))
        })
    };
    let lost: Vec<_> = network
        .routes
        .iter()
        .filter(|route| !route.parents.iter().any(is_known))
        .collect();
    if !lost.is_empty() {
        text.push_str("\nWithout a Gateway\n");
        for route in lost {
            hosts(route, text);
        }
    }
    if !network.load_balancers.is_empty() {
        text.push_str("\nAddresses\n");
    }
    for one in &network.load_balancers {
        let _ = writeln!(
            text,
            "  {} {} {}/{}",
            one.address,
            one.kind,
            printable(&one.namespace),
            printable(&one.name)
        );
    }
    if !network.certificates.is_empty() {
        text.push_str("\nCertificates\n");
    }
    for one in &network.certificates {
        let _ = writeln!(
            text,
            "  {}/{} for {} from {}",
            printable(&one.namespace),
            printable(&one.secret),
            printable(&one.hosts.join(", ")),
            printable(&one.issuer),
        );
    }
}

fn hosts(route: &super::Route, text: &mut String) {
    let hosts = if route.hosts.is_empty() {
        "any host".to_owned()
    } else {
        route.hosts.join(", ")
    };
    let backends = if route.backends.is_empty() {
        String::new()
    } else {
        format!(", to {}", route.backends.join(", "))
    };
    let _ = writeln!(
        text,
        "  {} -> {} {}/{}{}",
        printable(&hosts),
        route.kind,
        printable(&route.namespace),
        printable(&route.name),
        printable(&backends),
    );
}

/// Names without control characters, which a terminal would obey.
fn printable(text: &str) -> String {
    text.chars()
        .map(|one| if one.is_control() { '?' } else { one })
        .collect()
}
