//! Objects changed one field at a time, as the schemas of the crate `flux` and a real
//! kube-apiserver judge them: server-side apply with strict field validation, without an effect.
//!
//! `oracles/schemas/objects.yaml` has an object of each common kind of Kubernetes, and one of a
//! kind that `oracles/schemas/definitions.yaml` defines to ask about rules; those of other kinds
//! come from the `public` fixture. `oracles/schemas/differences.txt` lists the differences that
//! are meant, with their reasons.
//!
//! Then every object of every fixture as it is, in its own namespace.

mod api;
mod changes;
mod fixtures;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Result, bail};
use camino::Utf8Path;
use diagnostics::{Diagnostic, Source};
use flux::object::Object;
use flux::schema::{Found, Schemas, check};
use serde_json::Value;
use yaml::Dialect;

use self::api::Api;
use super::flux::cluster::Cluster;
use super::flux::processes::Sandbox;
use super::flux::{API_SERVER, ETCD, KUBECTL};
use super::go;
use super::{Options, Outcome};
use crate::{codegen, files};

/// The most changes of one kind of object; they are spread over the whole of it.
const CHANGES: usize = 120;

/// The fewest objects that make the answer worth something.
const FEWEST: usize = 400;

/// The release that the API server of `oracles/kube-apiserver` is of.
const RELEASE: &str = "v1.36.3";

pub(super) fn run(_options: &Options) -> Result<Outcome> {
    if !cfg!(unix) {
        return Ok(Outcome::Skipped("this is no Unix".to_owned()));
    }
    let [etcd, api_server, kubectl] = match go::all([&ETCD, &API_SERVER, &KUBECTL])? {
        Ok(programs) => programs,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let mut definitions = match codegen::definitions() {
        Ok(definitions) => definitions,
        Err(error) => return Ok(Outcome::Skipped(format!("{error:#}"))),
    };
    let own = files::root().join("oracles/schemas/definitions.yaml");
    definitions.push(own.clone());
    let sandbox = Sandbox::new()?;
    let cluster = Cluster::start(&sandbox, &etcd, &api_server, kubectl)?;
    cluster.define(&definitions)?;
    let (_proxy, port) = cluster.proxy()?;
    let api = Api::new(port)?;
    let mut schemas = Schemas::bundled(RELEASE);
    define(&mut schemas, &own)?;
    let mut defined = Schemas::bundled(RELEASE);
    for definition in &definitions {
        define(&mut defined, definition)?;
    }
    let known = differences()?;
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    let (mut count, mut kinds) = (0, 0);
    for (kind, object) in objects()? {
        if let Some(refused) = api.refuses(&object)? {
            problems.push(format!("{kind}: the object itself is refused: {refused}"));
            continue;
        }
        kinds += 1;
        for change in changes::of(&object, CHANGES) {
            count += 1;
            let ours = ours(&change.object, &schemas, &defined)?;
            let theirs = api.refuses(&change.object)?;
            if ours.is_some() == theirs.is_some() {
                continue;
            }
            let name = format!("{kind} {} {}", change.what, change.path);
            let says = match (&ours, &theirs) {
                (Some(ours), _) => format!("refused here only: {ours}"),
                (None, theirs) => format!(
                    "refused there only: {}",
                    theirs.as_deref().unwrap_or_default()
                ),
            };
            if known.contains_key(&name) {
                seen.insert(name);
            } else {
                problems.push(format!("{name}: {says}"));
            }
        }
    }
    let rendered = fixtures::judged(&cluster, &api, &mut problems)?;
    let gone = known.keys().filter(|name| !seen.contains(*name));
    problems.extend(gone.map(|name| format!("{name}: is listed, and no difference any more")));
    if count < FEWEST {
        problems.push(format!("only {count} objects were compared"));
    }
    if !problems.is_empty() {
        return Ok(Outcome::Differs(problems.join("\n")));
    }
    Ok(Outcome::Agreed(format!(
        "{count} changed objects of {kinds} kinds, with {} differences that are listed; \
         {rendered} objects of the fixtures are taken without a warning",
        seen.len()
    )))
}

/// Adds the kinds that a file defines.
fn define(schemas: &mut Schemas, file: &Utf8Path) -> Result<()> {
    for definition in values(&files::text(file)?)? {
        if let Err(problem) = schemas.add_crd(&definition) {
            bail!("{problem}");
        }
    }
    Ok(())
}

/// What the schemas say of an object: the first reason to refuse it. Of kinds that a cluster may
/// have in a newer version, bundled schemas only warn where the cluster's own definition, as it
/// is `defined`, refuses.
fn ours(object: &Value, schemas: &Schemas, defined: &Schemas) -> Result<Option<String>> {
    // JSON is YAML.
    let object = Object(values(&object.to_string())?.pop().unwrap_or_default());
    let found = check(&object, schemas);
    if found.missing {
        bail!("the schema of `{}` is missing", object.kind());
    }
    let refusal = |found: &Found| {
        let first = found.problems.iter().find(|problem| problem.is_error());
        first.map(Diagnostic::to_string)
    };
    Ok(match refusal(&found) {
        None if !found.problems.is_empty() => refusal(&check(&object, defined)),
        told => told,
    })
}

/// The objects, by kind; of several of one kind the largest.
fn objects() -> Result<BTreeMap<String, Value>> {
    let mut objects = BTreeMap::new();
    let own = files::root().join("oracles/schemas/objects.yaml");
    for object in read(&files::text(&own)?)? {
        objects.insert(kind(&object), object);
    }
    let folder = files::root().join("fixtures/public/expected/kubernetes");
    let mut others: BTreeMap<String, Value> = BTreeMap::new();
    for (path, bytes) in files::below(&folder)? {
        if !path.ends_with(".yaml") {
            continue;
        }
        for mut object in read(&String::from_utf8_lossy(&bytes))? {
            let kind = kind(&object);
            if objects.contains_key(&kind) || kind.starts_with("kustomize.config.k8s.io") {
                continue;
            }
            if let Some(metadata) = object
                .pointer_mut("/metadata")
                .and_then(Value::as_object_mut)
            {
                metadata.shift_remove("namespace");
            }
            let larger = others
                .get(&kind)
                .is_none_or(|other| other.to_string().len() < object.to_string().len());
            if larger {
                others.insert(kind, object);
            }
        }
    }
    objects.extend(others);
    Ok(objects)
}

fn kind(object: &Value) -> String {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    format!("{}/{}", text("apiVersion"), text("kind"))
}

/// Documents, with something in the place of what substitution would put in.
fn read(text: &str) -> Result<Vec<Value>> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        out.push_str("x1");
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    Ok(values(&out)?
        .iter()
        .map(flux::value::Value::to_json)
        .collect())
}

fn values(text: &str) -> Result<Vec<flux::value::Value>> {
    let source = Arc::new(Source::new("objects", text));
    let (values, problems) = flux::value::documents(&source, Dialect::Go);
    if let Some(problem) = problems.iter().next() {
        bail!("{problem}");
    }
    Ok(values)
}

/// The differences that are meant, and why: `name: reason` a line.
fn differences() -> Result<BTreeMap<String, String>> {
    let text = files::text(&files::root().join("oracles/schemas/differences.txt"))?;
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entries = lines.filter_map(|line| line.split_once(": "));
    Ok(entries
        .map(|(name, why)| (name.to_owned(), why.to_owned()))
        .collect())
}
