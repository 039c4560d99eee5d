//! flate, on what the fixtures render to, on repositories that the caller has, and on releases of small charts of
//! our own: `flate build` and ichor give the same objects, by meaning.

mod kustomizations;
mod releases;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use camino::Utf8Path;
use diagnostics::Source;
use serde_json::Value;
use yaml::Dialect;

use super::go::Program;
use super::{Options, Outcome, parts};
use crate::golden::Files;
use crate::{files, process};

const FLATE: Program = Program {
    folder: "flate",
    name: "flate",
    package: "github.com/home-operations/flate/cmd/flate",
    link: "",
};

/// How long flate may take for one repository.
const LIMIT: Duration = Duration::from_mins(1);

/// Labels that Flux gives when it applies, and flate when it prints.
const OWNER: [&str; 2] = [
    "kustomize.toolkit.fluxcd.io/name",
    "kustomize.toolkit.fluxcd.io/namespace",
];

/// What is compared.
const PARTS: [&str; 2] = ["kustomizations", "releases"];

pub(super) fn run(options: &Options) -> Result<Outcome> {
    parts::check_names(&PARTS, options)?;
    let program = match FLATE.built()? {
        Ok(program) => program,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let (mut words, mut faults) = (Vec::new(), Vec::new());
    let [kustomizations, releases] = PARTS;
    if options.asks_for(kustomizations) {
        words.push(kustomizations::run(&program, options, &mut faults)?);
    }
    if options.asks_for(releases) {
        match releases::run(&program, options, &mut faults)? {
            Ok(shown) => words.push(shown),
            Err(reason) => return Ok(Outcome::Skipped(reason)),
        }
    }
    Ok(if faults.is_empty() {
        Outcome::Agreed(words.join("\n  "))
    } else {
        Outcome::Differs(faults.join("\n"))
    })
}

/// `flate test ks` of a folder with a folder for its cache, and that folder's repository as flate
/// reads it without fetching anything; why there is none, where there is none.
pub fn test(folder: &Utf8Path, content: Files) -> Result<Result<Command, String>> {
    let program = match FLATE.built()? {
        Ok(program) => program,
        Err(reason) => return Ok(Err(reason)),
    };
    for (path, bytes) in &kustomizations::alone(content) {
        files::write(&folder.join("repository").join(path), bytes)?;
    }
    let mut command = process::command(&program);
    command
        .current_dir(folder.join("repository"))
        .env_clear()
        .env("HOME", folder.as_str())
        .args(["test", "ks", "--path", ".", "--no-progress"])
        .args(["--log-level", "error", "--source-retry-attempts", "1"])
        .arg("--allow-missing-secrets")
        .args(["--cache-dir", folder.join("cache").as_str()]);
    Ok(Ok(command))
}

/// `flate build`, of the repository in a folder of flate's own.
fn flate(program: &Utf8Path, what: &str, folder: &Utf8Path) -> Command {
    let mut command = process::command(program);
    command
        .current_dir(folder.join("repository"))
        .env_clear()
        .env("HOME", folder.as_str())
        .args(["build", what, "--path", ".", "--no-progress"])
        .args(["--log-level", "error", "--source-retry-attempts", "1"])
        .args(["--skip-secrets=false", "--skip-crds=false"])
        .args(["--cache-dir", folder.join("cache").as_str()]);
    command
}

/// What a text says as YAML of Kubernetes.
fn documents(text: &str) -> impl Iterator<Item = Value> {
    let source = Arc::new(Source::new("flate", text));
    let (values, _) = flux::value::documents(&source, Dialect::Kubernetes);
    values.into_iter().map(|value| value.to_json())
}

/// What names an object.
fn id(object: &Value) -> String {
    let text = |pointer: &str| { object.pointer(pointer) }.and_then(Value::as_str);
    format!(
        "{} {} {}/{}",
        text("/apiVersion").unwrap_or_default(),
        text("/kind").unwrap_or_default(),
        text("/metadata/namespace").unwrap_or_default(),
        text("/metadata/name").unwrap_or_default(),
    )
}

/// Objects by what names them, as JSON with its keys in order, several clusters' of one name too.
fn by_id(objects: impl Iterator<Item = Value>) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mut object in objects {
        let id = id(&object);
        let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
        if let Some(metadata) = metadata {
            let labels = metadata.get_mut("labels").and_then(Value::as_object_mut);
            let is_empty = labels.is_some_and(|labels| {
                labels.retain(|key, _| !OWNER.contains(&key.as_str()));
                labels.is_empty()
            });
            if is_empty {
                metadata.remove("labels");
            }
        }
        object.sort_all_objects();
        all.entry(id).or_default().push(object.to_string());
    }
    for objects in all.values_mut() {
        objects.sort();
    }
    all
}
