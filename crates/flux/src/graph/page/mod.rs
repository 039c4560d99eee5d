//! One page to look around in, without any request to a network.
//!
//! Names and annotations are anybody's text: they come into the page as JSON, in a block that
//! nothing within can end, and its script makes nothing but text of them. A policy lets no other
//! script run, and nothing be loaded.

mod owners;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::{Diagnostic, Diagnostics};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::svg::escaped;
use super::{Graph, Links, Relation, State, svg};
use crate::assembled::{Assembled, Kustomization};
use crate::images;
use crate::redact::Redaction;
use owners::Owners;

/// The page, its style and its script.
const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What a page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// What the page is called, such as the name of the repository.
    pub title: &'a str,
    /// The cluster.
    pub assembled: &'a Assembled,
    /// What is wrong with it.
    pub findings: &'a Diagnostics,
    /// Texts that are shown though a Secret has them, too.
    pub public: &'a [String],
}

/// A page of its own: HTML with style, script and data, and nothing else to load.
pub fn html(page: &Page<'_>) -> String {
    let graph = Graph::new(page.assembled, page.public);
    let redaction = Redaction::new(page.assembled, page.public);
    let title = escaped(page.title);
    let parts = [
        ("title", title),
        ("style-hash", hash(STYLE)),
        ("script-hash", hash(SCRIPT)),
        ("style", STYLE.to_owned()),
        ("script", SCRIPT.to_owned()),
        ("network", svg(&graph.reached())),
        ("dependencies", svg(&graph.dependencies())),
        ("data", in_script(&data(page, &graph, &redaction))),
    ];
    filled(PAGE, &parts)
}

/// The text with each `{{name}}` replaced once: what is filled in is not looked at again.
fn filled(page: &str, parts: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or_default();
        let part = parts.iter().find(|(of, _)| *of == name);
        text.push_str(part.map_or("", |(_, part)| part));
        rest = after;
    }
    text.push_str(rest);
    text
}

/// What a policy calls a style or script that may stand in the page.
fn hash(text: &str) -> String {
    format!(
        "'sha256-{}'",
        STANDARD.encode(Sha256::digest(text.as_bytes()))
    )
}

/// JSON that no HTML ends or begins: every character that could is written as JSON's escape.
fn in_script(data: &Json) -> String {
    let mut safe = String::new();
    for one in data.to_string().chars() {
        match one {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            one => safe.push(one),
        }
    }
    safe
}

fn data(page: &Page<'_>, graph: &Graph, redaction: &Redaction) -> Json {
    let kustomizations = &page.assembled.kustomizations;
    let mut findings: Vec<Vec<Json>> = vec![Vec::new(); kustomizations.len()];
    let mut others = Vec::new();
    let owners = Owners::new(kustomizations);
    for problem in page.findings {
        let shown = finding(&redaction.clean(problem.clone()));
        let owner = owners.of(problem);
        if let Some(own) = owner.and_then(|index| findings.get_mut(index)) {
            own.push(shown.clone());
        }
        others.push(shown);
    }
    let links = Links::new(graph);
    let applications: Vec<Json> = { kustomizations.iter().zip(findings).enumerate() }
        .map(|(index, (one, findings))| application(&links, redaction, index, one, findings))
        .collect();
    json!({
        "title": page.title,
        "counts": {
            "releases": page.assembled.releases.len(),
            "objects": kustomizations.iter().map(|one| one.objects.len()).sum::<usize>(),
            "findings": page.findings.len(),
        },
        "applications": applications,
        "findings": others,
    })
}

fn finding(problem: &Diagnostic) -> Json {
    json!({
        "severity": problem.severity,
        "rule": problem.rule,
        "message": problem.message,
        "hint": problem.hint,
        "place": problem.location.as_ref().map(ToString::to_string),
    })
}

fn application(
    links: &Links<'_>,
    redaction: &Redaction,
    index: usize,
    one: &Kustomization,
    findings: Vec<Json>,
) -> Json {
    let graph = links.graph;
    let node = graph.nodes.get(index);
    let of = |from, relation| links.of(from, relation);
    let name = |node: &super::Node| format!("{}/{}", node.namespace, node.name);
    let waits = of(index, Relation::DependsOn).map(|(to, node)| {
        json!({
            "name": name(node),
            "application": (node.state != State::Named).then_some(to),
        })
    });
    let releases = of(index, Relation::Applies).filter(|(_, node)| node.kind == "HelmRelease");
    let releases = releases.map(|(at, node)| {
        let source = of(at, Relation::Source).map(|(_, source)| {
            let missing = if source.state == State::Named { " (not here)" } else { "" };
            format!("{} {}{missing}", source.kind, if source.detail.is_empty() { &source.name } else { &source.detail })
        });
        json!({"name": node.name, "chart": node.detail, "source": source.collect::<Vec<_>>().join(", ")})
    });
    let reads = of(index, Relation::Reads).map(|(_, node)| format!("{} {}", node.kind, name(node)));
    let children = of(index, Relation::Applies).filter(|(_, node)| node.kind == "Kustomization");
    let network = &graph.network;
    let routes = network.routes.iter().filter(|route| route.owner == index);
    let hosts = routes.flat_map(|route| {
        let hosts = if route.hosts.is_empty() {
            vec!["any host".to_owned()]
        } else {
            route.hosts.clone()
        };
        hosts.into_iter().map(|host| {
            json!({
                "host": host,
                "through": route.parents.join(", "),
                "answers": if route.backends.is_empty() {
                    format!("{} {}/{}", route.kind, route.namespace, route.name)
                } else {
                    route.backends.join(", ")
                },
            })
        })
    });
    let gateways = network
        .gateways
        .iter()
        .filter(|gateway| gateway.owner == index);
    let gateways = gateways.flat_map(|gateway| {
        let of = format!("Gateway {}/{}", gateway.namespace, gateway.name);
        gateway
            .addresses
            .iter()
            .map(move |address| json!({"address": address, "of": of}))
    });
    let balancers = network
        .load_balancers
        .iter()
        .filter(|one| one.owner == index);
    let balancers = balancers.map(|one| {
        json!({"address": one.address, "of": format!("{} {}/{}", one.kind, one.namespace, one.name)})
    });
    let mut named: Vec<String> = { one.objects.iter() }
        .flat_map(images::of)
        .map(|image| redaction.secrets().mask(&image.to_string()))
        .collect();
    named.sort();
    named.dedup();
    let objects = one.objects.iter().map(|object| {
        let id = redaction.id(object);
        json!({
            "kind": id.kind,
            "name": if id.namespace.is_empty() { id.name } else { format!("{}/{}", id.namespace, id.name) },
            "yaml": documents::emit::document(&redaction.object(object), 2),
        })
    });
    json!({
        "name": node.map(|node| &node.name),
        "namespace": node.map(|node| &node.namespace),
        "path": one.path,
        "state": node.map(|node| node.state),
        "parent": one.parent,
        "waits": waits.collect::<Vec<_>>(),
        "children": children.map(|(to, _)| to).collect::<Vec<_>>(),
        "releases": releases.collect::<Vec<_>>(),
        "reads": reads.collect::<Vec<_>>(),
        "hosts": hosts.collect::<Vec<_>>(),
        "addresses": gateways.chain(balancers).collect::<Vec<_>>(),
        "images": named,
        "findings": findings,
        "objects": objects.collect::<Vec<_>>(),
    })
}
