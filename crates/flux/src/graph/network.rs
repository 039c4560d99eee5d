//! Gateways, addresses, routes, hosts, certificates.

use serde::Serialize;

use crate::inventory::{Entry, Inventory, kinds};
use crate::lint::{addresses_of, routes_of};
use crate::object::Object;
use crate::redact::Redaction;
use crate::value::{Data, Number, Value};

/// What is reached from where.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Network {
    /// The Gateways.
    pub gateways: Vec<Gateway>,
    /// The routes, those that values of charts ask for included.
    pub routes: Vec<Route>,
    /// What else has an address of its own.
    #[serde(rename = "loadBalancers")]
    pub load_balancers: Vec<LoadBalancer>,
    /// The certificates that are asked for.
    pub certificates: Vec<Certificate>,
}

impl Network {
    /// Keeps only what these apply.
    pub(super) fn keep(&mut self, is_kept: impl Fn(usize) -> bool) {
        self.gateways.retain(|one| is_kept(one.owner));
        self.routes.retain(|one| is_kept(one.owner));
        self.load_balancers.retain(|one| is_kept(one.owner));
        self.certificates.retain(|one| is_kept(one.owner));
    }

    /// Adds that of another cluster, with the places that its nodes get.
    pub(super) fn append(&mut self, mut other: Self, place: impl Fn(usize) -> usize) {
        let Self {
            gateways,
            routes,
            load_balancers,
            certificates,
        } = &mut other;
        let owners = { gateways.iter_mut().map(|one| &mut one.owner) }
            .chain(routes.iter_mut().map(|one| &mut one.owner))
            .chain(load_balancers.iter_mut().map(|one| &mut one.owner))
            .chain(certificates.iter_mut().map(|one| &mut one.owner));
        for owner in owners {
            *owner = place(*owner);
        }
        self.gateways.append(gateways);
        self.routes.append(routes);
        self.load_balancers.append(load_balancers);
        self.certificates.append(certificates);
    }
}

/// A Gateway.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gateway {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Its listeners.
    pub listeners: Vec<Listener>,
    /// Who applies it: a place in [`super::Graph::nodes`].
    pub owner: usize,
}

/// A listener of a Gateway.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listener {
    /// Its name.
    pub name: String,
    /// Its protocol.
    pub protocol: String,
    /// Its port; 0 where it says none.
    pub port: u16,
    /// The hosts that it takes; empty for all.
    pub hostname: String,
    /// The Secrets with its certificates.
    pub certificates: Vec<String>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Route {
    /// The kind, such as `HTTPRoute`.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name, or that of the release whose chart makes it.
    pub name: String,
    /// The Gateways: namespace and name, and the listener after a `#`, where one is named.
    pub parents: Vec<String>,
    /// Its hosts; none for all of the listener.
    pub hosts: Vec<String>,
    /// What answers: Services with their ports.
    pub backends: Vec<String>,
    /// Who applies it: a place in [`super::Graph::nodes`].
    pub owner: usize,
}

/// Something else with an address: a Service, or a release whose chart makes one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoadBalancer {
    /// The kind of the object.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: String,
    /// Who applies it: a place in [`super::Graph::nodes`].
    pub owner: usize,
}

/// A certificate that is asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Certificate {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The Secret that it comes into.
    pub secret: String,
    /// The hosts that it is for.
    pub hosts: Vec<String>,
    /// Who issues it.
    pub issuer: String,
    /// Who applies it: a place in [`super::Graph::nodes`].
    pub owner: usize,
}

pub(super) fn of(inventory: &Inventory<'_>, redaction: &Redaction) -> Network {
    let shown =
        |value: Option<&Value>| value.map(|value| redaction.text(value)).unwrap_or_default();
    let texts = |value: Option<&Value>| -> Vec<String> {
        let items = value.map(Value::items).unwrap_or_default();
        items.iter().map(|item| redaction.text(item)).collect()
    };
    let owner_of = |object: &Object| {
        let kind = (object.group(), object.kind());
        let found = inventory.find(kind, object.namespace(), object.name());
        found.map(|entry| entry.owner).unwrap_or_default()
    };
    let mut network = Network::default();
    let addresses = addresses_of(inventory);
    for entry in inventory.all(kinds::GATEWAY) {
        network.gateways.push(gateway(entry, redaction, &addresses));
    }
    for one in &addresses {
        if one.object.kind() == "Gateway" {
            continue;
        }
        let id = redaction.id(one.object);
        network.load_balancers.push(LoadBalancer {
            kind: id.kind,
            namespace: id.namespace,
            name: id.name,
            address: redaction.secrets().mask(&one.address.to_string()),
            owner: owner_of(one.object),
        });
    }
    for route in routes_of(inventory) {
        let id = redaction.id(route.object);
        let parents = route.parents.iter().map(|parent| {
            let namespace = match parent.get("namespace") {
                Some(namespace) => redaction.text(namespace),
                None => route.namespace.clone(),
            };
            let section = match shown(parent.get("sectionName")) {
                section if section.is_empty() => section,
                section => format!("#{section}"),
            };
            format!("{namespace}/{}{section}", shown(parent.get("name")))
        });
        let backends = route.backends.iter().map(|backend| {
            let namespace = match backend.get("namespace") {
                Some(namespace) => redaction.text(namespace),
                None => route.namespace.clone(),
            };
            let port = match port(backend) {
                0 => String::new(),
                port => format!(":{port}"),
            };
            format!("{namespace}/{}{port}", shown(backend.get("name")))
        });
        network.routes.push(Route {
            kind: route.kind.to_owned(),
            namespace: id.namespace,
            name: id.name,
            parents: parents.collect(),
            hosts: route
                .hostnames
                .iter()
                .map(|host| redaction.text(host))
                .collect(),
            backends: backends.collect(),
            owner: owner_of(route.object),
        });
    }
    for entry in inventory.all(("cert-manager.io", "Certificate")) {
        let id = redaction.id(entry.object);
        let spec = |key| entry.object.0.at(&["spec", key]);
        network.certificates.push(Certificate {
            namespace: id.namespace,
            name: id.name,
            secret: shown(spec("secretName")),
            hosts: texts(spec("dnsNames")),
            issuer: shown(entry.object.0.at(&["spec", "issuerRef", "name"])),
            owner: entry.owner,
        });
    }
    network
}

fn gateway(
    entry: Entry<'_>,
    redaction: &Redaction,
    addresses: &[crate::lint::Address<'_>],
) -> Gateway {
    let id = redaction.id(entry.object);
    let own = addresses
        .iter()
        .filter(|one| std::ptr::eq(one.object, entry.object));
    let listeners = entry.object.0.at(&["spec", "listeners"]).map(Value::items);
    let listener = |one: &Value| {
        let text = |key| {
            one.get(key)
                .map(|value| redaction.text(value))
                .unwrap_or_default()
        };
        let references = one.at(&["tls", "certificateRefs"]).map(Value::items);
        let references = references.unwrap_or_default().iter();
        let names = references.filter_map(|one| Some(redaction.text(one.get("name")?)));
        Listener {
            name: text("name"),
            protocol: text("protocol"),
            port: port(one),
            hostname: text("hostname"),
            certificates: names.collect(),
        }
    };
    Gateway {
        namespace: id.namespace,
        name: id.name,
        addresses: own
            .map(|one| redaction.secrets().mask(&one.address.to_string()))
            .collect(),
        listeners: listeners.unwrap_or_default().iter().map(listener).collect(),
        owner: entry.owner,
    }
}

fn port(value: &Value) -> u16 {
    match value.get("port").map(|port| &port.data) {
        Some(Data::Number(Number::Integer(port))) => u16::try_from(*port).unwrap_or_default(),
        _ => 0,
    }
}
