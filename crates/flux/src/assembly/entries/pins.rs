//! Which Flux a cluster has, as far as its repository says so: the version of it, and whether a
//! feature gate changes what becomes of variables that are not set.

use std::cmp::Reverse;

use super::{Entry, is_within, normal};
use crate::object::Object;
use crate::substitute::Mode;
use crate::value::{Data, Value};
use crate::version::Version;

/// The gate of kustomize-controller that fails on variables that are not set.
const GATE: &str = "StrictPostBuildSubstitutions=";

/// Something that a file says of Flux.
#[derive(Debug, Clone)]
pub(in crate::assembly) struct Pin {
    /// The folder of the file.
    folder: String,
    /// The folder of the cluster that it is said of, where it is said of one only.
    cluster: Option<String>,
    says: Says,
}

#[derive(Debug, Clone, Copy)]
enum Says {
    /// What becomes of variables that are not set.
    Gate(Mode),
    /// The version.
    Version(By, Version),
}

/// Who says a version, the most binding first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    /// What a Flux Operator installs.
    Instance,
    /// Manifests that are fetched.
    Manifests,
    /// Manifests that lie in the repository.
    Components,
}

/// Whether a file may say something of Flux, which shows without reading it as YAML.
pub(in crate::assembly) fn says_something(text: &str) -> bool {
    text.contains("distribution:")
        || text.contains("flux-manifests")
        || text.contains("fluxcd/flux2")
        || text.contains(GATE)
}

/// What the manifests say that `flux install` writes. They are long, and read as text.
pub(in crate::assembly) fn of_components(path: &str, text: &str) -> Option<Pin> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if name != "gotk-components.yaml" {
        return None;
    }
    let label = after(text, "app.kubernetes.io/version: ").and_then(Version::read);
    let version =
        label.or_else(|| after(text, "/kustomize-controller:").and_then(Version::of_controller))?;
    Some(Pin {
        folder: folder.to_owned(),
        cluster: None,
        says: Says::Version(By::Components, version),
    })
}

/// What follows upon some words, to the end of the line.
fn after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(words)?;
    rest.lines().next().map(str::trim)
}

/// What an object says, or a file of values.
pub(in crate::assembly) fn of(folder: &str, object: &Object) -> Vec<Pin> {
    let instance = match (object.group(), object.kind()) {
        ("fluxcd.controlplane.io", "FluxInstance") => object.0.get("spec"),
        ("helm.toolkit.fluxcd.io", "HelmRelease") => object.0.at(&["spec", "values", "instance"]),
        ("", "") => object.0.get("instance"),
        _ => None,
    };
    let path = instance.and_then(|it| it.at(&["sync", "path"])?.as_text());
    let pin = |says| Pin {
        folder: folder.to_owned(),
        cluster: path.and_then(normal),
        says,
    };
    let mut pins = Vec::new();
    let said = |key| instance.and_then(|it| it.at(&["distribution", key])?.as_text());
    let newest = said("artifact").and_then(Version::of_manifests);
    if said("version").is_some() || newest.is_some() {
        // A range may go on to the newest that there is.
        let version = said("version").and_then(Version::read).or(newest);
        pins.push(pin(Says::Version(
            By::Instance,
            version.unwrap_or_default(),
        )));
    }
    pins.extend(manifests(object).map(|version| pin(Says::Version(By::Manifests, version))));
    pins.extend(gate(&object.0).map(|mode| pin(Says::Gate(mode))));
    pins
}

/// The version of Flux's manifests that are fetched: an artifact, or a resource of a kustomization.
fn manifests(object: &Object) -> Option<Version> {
    if object.kind() == "OCIRepository"
        && object.text(&["spec", "url"]).ends_with("/flux-manifests")
    {
        let reference = object.0.at(&["spec", "ref"])?;
        let texts = ["tag", "semver"].map(|key| reference.get(key)?.as_text());
        return texts.into_iter().flatten().find_map(Version::read);
    }
    if object.group() != "kustomize.config.k8s.io" && !object.api_version().is_empty() {
        return None;
    }
    let resources = object.0.get("resources")?.items().iter();
    let mut texts = resources.filter_map(Value::as_text);
    texts.find_map(|text| {
        let (_, rest) = text.split_once("fluxcd/flux2/")?;
        let (_, version) = rest.split_once("ref=")?;
        Version::read(version.split('&').next()?)
    })
}

/// What a gate says that stands in any text, such as a patch of the controller's arguments.
fn gate(value: &Value) -> Option<Mode> {
    match &value.data {
        Data::Text(text) => {
            let lines = text.lines().map(str::trim_start);
            // A patch may have comments of its own.
            let mut lines = lines.filter(|line| !line.starts_with('#'));
            lines.find_map(|line| {
                let (_, value) = line.split_once(GATE)?;
                let is = |word| value.starts_with(word);
                (is("true").then_some(Mode::Strict)).or(is("false").then_some(Mode::Lenient))
            })
        }
        Data::List(items) => items.iter().find_map(gate),
        Data::Map(map) => map.values().find_map(|field| gate(&field.value)),
        Data::Null | Data::Bool(_) | Data::Number(_) => None,
    }
}

fn lies_in(pin: &Pin, entry: &Entry) -> bool {
    is_within(&pin.folder, &entry.path) || is_within(&pin.folder, &entry.cluster)
}

/// The Flux of a cluster, and what becomes of its variables that are not set. What nothing of the
/// repository says, is that of the newest Flux.
pub(in crate::assembly) fn flux_of(pins: &[Pin], all: &[Entry], entry: &Entry) -> (Version, Mode) {
    let said: Vec<(bool, Says)> = { pins.iter() }
        .filter_map(|pin| {
            let is_own = match &pin.cluster {
                Some(named) => return (*named == entry.path).then_some((true, pin.says)),
                None => lies_in(pin, entry),
            };
            // What lies in no folder of a cluster is said of all.
            let is_of_all = || !all.iter().any(|other| lies_in(pin, other));
            (is_own || is_of_all()).then_some((is_own, pin.says))
        })
        .collect();
    // What the cluster's own files pin is what it comes to, whatever it was begun with.
    let versions = said.iter().filter_map(|(is_own, says)| match says {
        Says::Version(by, version) => Some((!is_own, *by, Reverse(*version))),
        Says::Gate(_) => None,
    });
    let version = versions
        .min()
        .map_or_else(Version::default, |(_, _, version)| version.0);
    let gate = said.iter().find_map(|(_, says)| match says {
        Says::Gate(mode) => Some(*mode),
        Says::Version(..) => None,
    });
    (version, gate.unwrap_or_else(|| version.mode()))
}
