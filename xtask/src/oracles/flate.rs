//! flate, on what the fixtures render to and on repositories that the caller has: `flate build ks`
//! and the assembly give the same objects, by meaning.
//!
//! flate fetches charts and sources before it prints anything, so both read copies in which the
//! kinds that it fetches have another group: they are objects like any other then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Source;
use flux::files::Memory;
use flux::{assembly, unknown};
use regex::Regex;
use serde_json::Value;
use yaml::Dialect;

use super::go::Program;
use super::{Options, Outcome};
use crate::golden::{self, Files};
use crate::{files, process};

const FLATE: Program = Program {
    folder: "flate",
    name: "flate",
    package: "github.com/home-operations/flate/cmd/flate",
    link: "",
};

/// The group that stands in for Flux's own, so that nothing is fetched.
const GROUP: &str = "toolkit.example.com";

/// Labels that Flux gives when it applies, and flate when it prints.
const OWNER: [&str; 2] = [
    "kustomize.toolkit.fluxcd.io/name",
    "kustomize.toolkit.fluxcd.io/namespace",
];

/// What stands in place of a value that flate does not decrypt.
const PLACEHOLDER: &str = "..PLACEHOLDER_";

/// How many differences of one repository are shown.
const SHOWN: usize = 20;

pub(super) fn run(options: &Options) -> Result<Outcome> {
    let program = match FLATE.built()? {
        Ok(program) => program,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let fixtures = files::root().join("fixtures");
    let mut repositories = Vec::new();
    for fixture in golden::configurations()? {
        let rendered = golden::rendered(&fixtures.join(&fixture))?;
        repositories.push((fixture, rendered));
    }
    let given = repositories.len();
    if let Some(folder) = &options.repositories {
        for name in files::folders(folder)? {
            repositories.push((name.clone(), checkout(&folder.join(name))?));
        }
    }
    let work = tempfile::tempdir().context("cannot make a folder")?;
    let work = Utf8Path::from_path(work.path()).context("a folder is not UTF-8")?;
    let mut all = Compared::default();
    let (mut wrong, mut refused) = (Vec::new(), Vec::new());
    for (index, (name, content)) in repositories.into_iter().enumerate() {
        let folder = work.join(index.to_string());
        let compared = compare(&program, &folder, &alone(content))?;
        match compared {
            Ok(compared) => {
                all.same += compared.same;
                all.unknown += compared.unknown;
                all.unprinted += compared.unprinted;
                all.placed += compared.placed;
                let shown = compared.wrong.iter().take(SHOWN);
                wrong.extend(shown.map(|words| format!("{name}: {words}")));
            }
            // What no fixture may be, another repository may.
            Err(words) if index < given => wrong.push(format!("{name}: flate refuses it: {words}")),
            Err(words) => refused.push(format!("{name}: {words}")),
        }
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{folder}`"))?;
    }
    if !wrong.is_empty() {
        return Ok(Outcome::Differs(wrong.join("\n")));
    }
    let mut words = format!(
        "{} objects are alike, {} of them but for a namespace that flate gives; of {} only the \
         cluster knows all, and {} are what a cluster begins with, which flate does not print",
        all.same, all.placed, all.unknown, all.unprinted
    );
    for refused in &refused {
        words += &format!("\n  flate refuses {refused}");
    }
    Ok(Outcome::Agreed(words))
}

/// The files of a checkout, without links and what git keeps beside them.
fn checkout(folder: &Utf8Path) -> Result<Files> {
    let mut content = Files::new();
    for path in files::paths(folder)? {
        let place = folder.join(&path);
        if place.is_file() && !place.is_symlink() && !path.starts_with(".git/") {
            let bytes = std::fs::read(&place).with_context(|| format!("cannot read `{place}`"))?;
            content.insert(path, bytes);
        }
    }
    Ok(content)
}

/// A repository whose releases, charts and sources of charts are objects like any other.
fn alone(content: Files) -> Files {
    // A regular expression that is written here is one.
    let sources = Regex::new(
        r"(?m)^(\s*apiVersion: source\.)toolkit\.fluxcd\.io(/.*\n\s*kind: (?:OCIRepository|HelmRepository|HelmChart|Bucket)\b)",
    );
    let Ok(sources) = sources else {
        return content;
    };
    let renamed = content.into_iter().map(|(path, bytes)| {
        let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
        match String::from_utf8(bytes) {
            Ok(text) if is_yaml => {
                let text = text.replace("helm.toolkit.fluxcd.io", &format!("helm.{GROUP}"));
                let text = sources.replace_all(&text, format!("${{1}}{GROUP}${{2}}"));
                (path, text.into_owned().into_bytes())
            }
            Ok(text) => (path, text.into_bytes()),
            Err(error) => (path, error.into_bytes()),
        }
    });
    renamed.collect()
}

/// What both made of a repository.
#[derive(Default)]
struct Compared {
    same: usize,
    unknown: usize,
    unprinted: usize,
    placed: usize,
    wrong: Vec<String>,
}

/// The objects of a repository, or why flate prints none.
fn compare(
    program: &Utf8PathBuf,
    folder: &Utf8Path,
    content: &Files,
) -> Result<Result<Compared, String>> {
    for (path, bytes) in content {
        files::write(&folder.join("repository").join(path), bytes)?;
    }
    let mut flate = process::command(program);
    flate
        .current_dir(folder.join("repository"))
        .env_clear()
        .env("HOME", folder.as_str())
        .args(["build", "ks", "--path", ".", "--no-progress"])
        .args(["--log-level", "error", "--source-retry-attempts", "1"])
        .args([
            "--skip-secrets=false",
            "--skip-crds=false",
            "--allow-missing-secrets",
        ])
        .args(["--cache-dir", folder.join("cache").as_str()]);
    let printed = match process::quiet(&mut flate) {
        Ok(printed) => printed,
        Err(error) => {
            let words = format!("{error:#}");
            let first = words.lines().find(|line| line.contains('✗'));
            return Ok(Err(first.unwrap_or(&words).trim().to_owned()));
        }
    };
    let mut compared = Compared::default();
    let theirs = by_id(documents(&printed));
    let memory: Memory = content.clone().into_iter().collect();
    let assembled = assembly::assemble(&memory, &assembly::Options::default());
    let objects = || { assembled.kustomizations.iter() }.flat_map(|one| &one.objects);
    let mut ours = by_id(objects().map(|object| object.0.to_json()));
    for one in &assembled.kustomizations {
        for object in one.objects.iter().filter(|it| it.namespace().is_empty()) {
            let mut given = object.0.to_json();
            let plain = id(&given);
            given["metadata"]["namespace"] = one.id.namespace.clone().into();
            let given = by_id(std::iter::once(given));
            // flate gives what has no namespace that of whoever applies it; kustomize-controller
            // leaves it to the API server, which wants none for kinds of the whole cluster.
            if let Some((id, texts)) = given.into_iter().next()
                && theirs.contains_key(&id)
                && !theirs.contains_key(&plain)
                && ours.remove(&plain).is_some()
            {
                ours.insert(id, texts);
                compared.placed += 1;
            }
        }
    }
    let known = objects().filter(|object| unknown::within(&object.0));
    let open = by_id(known.map(|object| object.0.to_json()));
    // Where no file has the Kustomization that a cluster begins with, flate begins with those that
    // it would apply, and prints what they apply.
    let made = { assembled.kustomizations.iter() }
        .filter(|one| one.parent.is_none() && one.object.0.place.source().is_none());
    let begun = made.flat_map(|one| &one.objects);
    let begins = by_id(begun.map(|object| object.0.to_json()));
    let begins: BTreeSet<&String> = { begins.keys() }
        .filter(|id| id.contains("kustomize.toolkit.fluxcd.io/"))
        .collect();
    let ids: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for id in ids {
        let of = |all: &BTreeMap<String, Vec<String>>| all.get(id).cloned().unwrap_or_default();
        let (ours, theirs) = (of(&ours), of(&theirs));
        if ours == theirs {
            compared.same += ours.len();
        } else if open.contains_key(id) || theirs.iter().any(|text| text.contains(PLACEHOLDER)) {
            compared.unknown += ours.len().max(theirs.len());
        } else if begins.contains(id) && theirs.is_empty() {
            compared.unprinted += ours.len();
        } else {
            let words = match (ours.as_slice(), theirs.as_slice()) {
                (_, []) => "only ichor has it".to_owned(),
                ([], _) => "only flate has it".to_owned(),
                (ours, theirs) => format!("\n  {}\n  {}", ours.join("\n  "), theirs.join("\n  ")),
            };
            compared.wrong.push(format!("{id}: {words}"));
        }
    }
    Ok(Ok(compared))
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
