//! What is drawn: boxes and arrows, whatever draws them.

use std::collections::{HashMap, HashSet};

use super::{Graph, Links, Relation, State};

/// Boxes and arrows between them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// The boxes.
    pub items: Vec<Item>,
    /// The arrows.
    pub arrows: Vec<Arrow>,
}

/// A box.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it belongs to: a namespace; empty for none.
    pub group: String,
    /// The lines in it.
    pub lines: Vec<String>,
    /// What it stands for.
    pub shape: Shape,
}

/// What a box stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An application.
    Application,
    /// Something that is wrong, or not known.
    Open,
    /// An address or a host.
    Outside,
    /// A Gateway or another way in.
    Entrance,
}

/// An arrow between two boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrow {
    /// A place in [`Picture::items`].
    pub from: usize,
    /// A place in [`Picture::items`].
    pub to: usize,
    /// Whether it is drawn fainter than others.
    pub is_faint: bool,
}

/// Kustomizations, each with the charts that it installs; arrows lead to what waits.
pub(super) fn dependencies(graph: &Graph) -> Picture {
    let mut picture = Picture {
        title: "What waits for what".to_owned(),
        ..Picture::default()
    };
    let mut places = HashMap::new();
    let waiting: HashSet<usize> = { graph.edges.iter() }
        .filter(|edge| edge.relation == Relation::DependsOn)
        .map(|edge| edge.from)
        .collect();
    let waited = { graph.edges.iter() }.filter(|edge| edge.relation == Relation::DependsOn);
    let waited: HashSet<usize> = waited.map(|edge| edge.to).collect();
    let waits = |index: usize| waiting.contains(&index) || waited.contains(&index);
    let links = Links::new(graph);
    for (index, node) in graph.nodes.iter().enumerate() {
        if node.kind != "Kustomization" && !(node.kind == "HelmRelease" && waits(index)) {
            continue;
        }
        let mut lines = vec![node.name.clone()];
        if node.kind == "HelmRelease" {
            lines.push(node.detail.clone());
        } else {
            let applied = links.of(index, Relation::Applies);
            let releases = applied.map(|(_, node)| node);
            let releases = releases.filter(|node| node.kind == "HelmRelease");
            lines.extend(releases.map(|node| node.detail.clone()).take(3));
        }
        match node.state {
            State::Known => {}
            State::Failed => lines.push("fails".to_owned()),
            State::Elsewhere => lines.push("from elsewhere".to_owned()),
            State::Named => lines.push("missing".to_owned()),
        }
        lines.retain(|line| !line.is_empty());
        places.insert(index, picture.items.len());
        picture.items.push(Item {
            group: group(&node.cluster, &node.namespace),
            lines,
            shape: if node.state == State::Known {
                Shape::Application
            } else {
                Shape::Open
            },
        });
    }
    for edge in &graph.edges {
        let (from, to) = (places.get(&edge.from), places.get(&edge.to));
        let (Some(&from), Some(&to)) = (from, to) else {
            continue;
        };
        match edge.relation {
            Relation::DependsOn => picture.arrows.push(Arrow {
                from: to,
                to: from,
                is_faint: false,
            }),
            // Where something is waited for, that arrow shows where it belongs.
            Relation::Applies if !waiting.contains(&edge.to) => picture.arrows.push(Arrow {
                from,
                to,
                is_faint: true,
            }),
            Relation::Applies | Relation::Source | Relation::Reads => {}
        }
    }
    picture
}

/// Addresses, ways in, hosts, what answers.
pub(super) fn network(graph: &Graph) -> Picture {
    let mut boxes = Boxes::default();
    let network = &graph.network;
    let mut gateways = HashMap::new();
    for gateway in &network.gateways {
        let mut lines = vec![format!("Gateway {}", gateway.name)];
        lines.extend(gateway.listeners.iter().map(|one| {
            let host = if one.hostname.is_empty() {
                String::new()
            } else {
                format!(" {}", one.hostname)
            };
            format!("{} {}:{}{host}", one.name, one.protocol, one.port)
        }));
        let cluster = graph.cluster(gateway.owner);
        let at = boxes.add(&group(cluster, &gateway.namespace), lines, Shape::Entrance);
        let name = format!("{}/{}", gateway.namespace, gateway.name);
        gateways.insert((cluster, name), at);
        for address in &gateway.addresses {
            let outside = boxes.add(cluster, vec![address.clone()], Shape::Outside);
            boxes.arrow(outside, at);
        }
    }
    for one in &network.load_balancers {
        let cluster = graph.cluster(one.owner);
        let outside = boxes.add(cluster, vec![one.address.clone()], Shape::Outside);
        let at = boxes.add(
            &group(cluster, &one.namespace),
            vec![format!("{} {}", one.kind, one.name)],
            Shape::Entrance,
        );
        boxes.arrow(outside, at);
    }
    for route in &network.routes {
        let owner = graph.nodes.get(route.owner);
        let name = owner.map_or(route.name.as_str(), |owner| owner.name.as_str());
        let mut lines = vec![name.to_owned()];
        lines.extend(route.backends.iter().take(3).cloned());
        let cluster = graph.cluster(route.owner);
        let answers = boxes.add(&group(cluster, &route.namespace), lines, Shape::Application);
        let hosts = if route.hosts.is_empty() {
            vec!["any host".to_owned()]
        } else {
            route.hosts.clone()
        };
        for host in hosts {
            let host = boxes.add(cluster, vec![host], Shape::Outside);
            boxes.arrow(host, answers);
            for parent in &route.parents {
                let name = parent.split('#').next().unwrap_or_default();
                let gateway = gateways.get(&(cluster, name.to_owned())).copied();
                let gateway = gateway.unwrap_or_else(|| {
                    boxes.add(cluster, vec![format!("{name} is missing")], Shape::Open)
                });
                boxes.arrow(gateway, host);
            }
        }
    }
    Picture {
        title: "What is reached from where".to_owned(),
        ..boxes.picture
    }
}

/// What a box belongs to: a namespace, after its cluster where there are several.
fn group(cluster: &str, namespace: &str) -> String {
    if cluster.is_empty() {
        namespace.to_owned()
    } else {
        format!("{cluster}: {namespace}")
    }
}

/// Boxes without repetition.
#[derive(Default)]
struct Boxes {
    picture: Picture,
    places: HashMap<(String, Vec<String>), usize>,
    arrows: HashSet<(usize, usize)>,
}

impl Boxes {
    fn add(&mut self, group: &str, lines: Vec<String>, shape: Shape) -> usize {
        let key = (group.to_owned(), lines.clone());
        if let Some(at) = self.places.get(&key) {
            return *at;
        }
        let at = self.picture.items.len();
        self.places.insert(key, at);
        self.picture.items.push(Item {
            group: group.to_owned(),
            lines,
            shape,
        });
        at
    }

    fn arrow(&mut self, from: usize, to: usize) {
        if self.arrows.insert((from, to)) {
            self.picture.arrows.push(Arrow {
                from,
                to,
                is_faint: false,
            });
        }
    }
}
