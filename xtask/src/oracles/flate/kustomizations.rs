//! Every Kustomization of the fixtures, and of repositories that the caller has.
//!
//! flate fetches charts and sources before it prints anything, so both read copies in which the
//! kinds that it fetches have another group: they are objects like any other then.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use flux::files::Memory;
use flux::{assembly, unknown};
use regex::Regex;

use super::super::Options;
use super::{LIMIT, by_id, documents, flate, id};
use crate::golden::{self, Files};
use crate::{files, process};

/// The group that stands in for Flux's own, so that nothing is fetched.
const GROUP: &str = "toolkit.example.com";

/// What stands in place of a value that flate does not decrypt.
const PLACEHOLDER: &str = "..PLACEHOLDER_";

/// How many differences of one repository are shown.
const SHOWN: usize = 20;

/// Compares them, and says how many objects are alike; what is not is a fault.
pub(super) fn run(
    program: &Utf8Path,
    options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
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
    let mut refused = Vec::new();
    for (index, (name, content)) in repositories.into_iter().enumerate() {
        let folder = work.join(index.to_string());
        let compared = compare(program, &folder, &alone(content))?;
        match compared {
            Ok(compared) => {
                all.same += compared.same;
                all.unknown += compared.unknown;
                all.unprinted += compared.unprinted;
                all.placed += compared.placed;
                let shown = compared.wrong.iter().take(SHOWN);
                faults.extend(shown.map(|words| format!("{name}: {words}")));
            }
            // What no fixture may be, another repository may.
            Err(words) if index < given => faults.push(format!("{name}: {words}")),
            Err(words) => refused.push(format!("{name}: {words}")),
        }
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{folder}`"))?;
    }
    let mut words = format!(
        "{} objects are alike, {} of them but for a namespace that flate gives; of {} only the \
         cluster knows all, and {} are what a cluster begins with, which flate does not print",
        all.same, all.placed, all.unknown, all.unprinted
    );
    for refused in &refused {
        words += &format!("\n  not compared: {refused}");
    }
    Ok(words)
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
pub(super) fn alone(content: Files) -> Files {
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
    program: &Utf8Path,
    folder: &Utf8Path,
    content: &Files,
) -> Result<Result<Compared, String>> {
    for (path, bytes) in content {
        files::write(&folder.join("repository").join(path), bytes)?;
    }
    let mut build = flate(program, "ks", folder);
    build.arg("--allow-missing-secrets");
    let Some(output) = process::bounded(&mut build, LIMIT)? else {
        let seconds = LIMIT.as_secs();
        return Ok(Err(format!("flate did not end within {seconds} s")));
    };
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let first = words.lines().find(|line| line.contains('✗'));
        let first = first.unwrap_or(&words).trim();
        return Ok(Err(format!("flate refuses it: {first}")));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
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
