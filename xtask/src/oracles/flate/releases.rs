//! Releases of the small charts in `oracles/flate/charts`, which the repository `oracles/flate/repository` installs:
//! from a registry on the loopback, over TLS, and from a repository of charts over HTTP. Three are asked:
//!
//! - ichor: `charts sync`, and what `--helm` renders;
//! - helm-controller's own action and library of values, over the same charts, which have to give the same;
//! - `flate build hr`, whose differences `oracles/flate/differences.txt` lists with their reasons.

mod judge;
mod registry;

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use camino::Utf8Path;
use flux::assembled::{Assembled, Release};
use flux::helm::release_namespace;
use helm::Helm;
use pipeline::manifests::{self, Settings, render};
use repository::View;
use repository::private::{Places, PrivateFolder};
use serde_json::Value;

use self::judge::JUDGE;
use self::registry::{DOOR, Registry};
use super::super::charts::HELM;
use super::super::flux::processes::Sandbox;
use super::super::{Options, differences};
use super::{LIMIT, documents, flate, id};
use crate::{files, process};

/// The version of Kubernetes that charts are told.
const KUBERNETES: &str = "v1.36.3";

/// The fewest objects that make the answer worth something.
const FEWEST: usize = 140;

/// What the objects of a release are, by what names them.
type Objects = BTreeMap<String, Value>;

/// Compares them, and says how many objects are alike, or why nobody can be asked; what is not as
/// it should be is a fault.
pub(super) fn run(
    program: &Utf8Path,
    options: &Options,
    faults: &mut Vec<String>,
) -> Result<Result<String, String>> {
    if !process::exists("git", "version") {
        return Ok(Err("there is no `git`, which the registry needs".to_owned()));
    }
    let source = files::text(&files::root().join("oracles/flate/judge/judge.go"))?;
    let judge = JUDGE.built_with(judge::MODULE, "cmd/oracle/main.go", &source)?;
    let (helm, door, judge) = match (HELM.built()?, DOOR.built()?, judge) {
        (Ok(helm), Ok(door), Ok(judge)) => (helm, door, judge),
        (Err(reason), ..) | (_, Err(reason), _) | (.., Err(reason)) => return Ok(Err(reason)),
    };
    let ichor = process::ichor(&options.profile)?;
    let sandbox = Sandbox::new()?;
    let registry = Registry::start(&sandbox, &door, &helm)?;
    let folder = sandbox.path("flux")?;
    let root = folder.join("repository");
    for (path, bytes) in files::below(&files::root().join("oracles/flate/repository"))? {
        let text = registry.named(&String::from_utf8(bytes)?);
        files::write(&root.join(path), text)?;
    }
    let mut sync = sandbox.command(ichor.as_str())?;
    sync.args(["charts", "sync", "--path", root.as_str()]);
    process::quiet(sync.envs(registry.environment()))?;
    let settings = Settings {
        kubernetes: Some(KUBERNETES.to_owned()),
        ..Settings::default()
    };
    let view = View::on_disk(&root);
    let (assembled, mut found) = rendered(&helm, &view, &settings, faults)?;
    let definitions = manifests::definitions(&view, &assembled, &settings);
    let apis = flux::helm::apis(&assembled, definitions.iter().map(String::as_str));
    let apis: Vec<String> = apis.into_iter().collect();

    let judged = judge::ask(&judge, &sandbox, &view, &assembled, &apis, faults)?;
    let mut build = flate(program, "hr", &folder);
    build
        .envs(registry.environment())
        .args(["--kube-version", KUBERNETES])
        .args(["--api-versions", &apis.join(",")]);
    let Some(output) = process::bounded(&mut build, LIMIT)? else {
        faults.push(format!("flate did not end within {} s", LIMIT.as_secs()));
        return Ok(Ok(String::new()));
    };
    let refused = refusals(&String::from_utf8_lossy(&output.stderr));
    let theirs = by_name(documents(&String::from_utf8_lossy(&output.stdout)));
    let ours = ours(&assembled, &refused, &theirs);
    found.extend(
        refused
            .iter()
            .map(|(name, why)| format!("{name}: flate refuses it: {why}")),
    );
    let alike = compare("flate", &ours, &theirs, &mut found);
    let list = files::root().join("oracles/flate/differences.txt");
    differences::judge(&list, &found, options.bless, faults)?;
    if alike < FEWEST {
        faults.push(format!("only {alike} objects of releases are alike"));
    }
    Ok(Ok(format!(
        "{} releases: {judged} objects are what helm-controller installs; {alike} of {} are as flate has them, with {} \
         differences that are listed",
        assembled.releases.len(),
        ours.len(),
        found.len(),
    )))
}

/// What is in a repository, with what `helm` makes of its releases, and a line for each that is not rendered.
fn rendered(
    helm: &Utf8Path,
    view: &View<'_>,
    settings: &Settings<'_>,
    faults: &mut Vec<String>,
) -> Result<(Assembled, Vec<String>)> {
    let private = tempfile::tempdir()?;
    let private = PrivateFolder::create(&Places {
        memory: Vec::new(),
        disk: files::utf8(private.path())?.to_owned(),
    })?;
    let helm = match Helm::new(helm.to_owned(), private) {
        Ok(helm) => helm,
        Err(why) => bail!("helm cannot be used: {why:?}"),
    };
    let mut assembled = manifests::assemble(view, settings);
    let done = render::render(&helm, view, view, &mut assembled, settings);
    let problems = assembled.problems.iter().chain(&done.problems);
    faults.extend(problems.map(ToString::to_string));
    let left_out = { done.left_out.iter() }
        .map(|(name, why)| format!("{name}: ichor leaves it out: {why}"))
        .collect();
    Ok((assembled, left_out))
}

/// The resources that flate could not build, and why.
fn refusals(words: &str) -> BTreeMap<String, String> {
    { words.lines() }
        .filter_map(|line| {
            let mut words = line.trim().strip_prefix('✗')?.split_whitespace();
            let name = format!("{} {}", words.next()?, words.next()?);
            let why = words.collect::<Vec<_>>().join(" ");
            name.contains('/').then_some((name, why))
        })
        .collect()
}

/// What ichor has of all releases but those that flate refuses. What has no namespace gets that of its release
/// where it has one from flate, as helm gives it in the cluster.
fn ours(assembled: &Assembled, refused: &BTreeMap<String, String>, theirs: &Objects) -> Objects {
    let mut all = Objects::new();
    let taken = |release: &&Release| !refused.contains_key(&release.id.to_string());
    for release in assembled.releases.iter().filter(taken) {
        for object in release.rendered.iter().flatten() {
            let plain = object.0.to_json();
            let mut placed = plain.clone();
            if object.namespace().is_empty() {
                placed["metadata"]["namespace"] = release_namespace(&release.object).into();
            }
            let is_placed = theirs.contains_key(&name(&placed));
            let object = if is_placed { placed } else { plain };
            all.insert(name(&object), object);
        }
    }
    all
}

/// What names an object among those of all releases: many may bring one definition along.
fn name(object: &Value) -> String {
    let id = id(object);
    let labels = &object["metadata"]["labels"];
    match labels["helm.toolkit.fluxcd.io/name"].as_str() {
        Some(release) if object["kind"] == "CustomResourceDefinition" => {
            format!("{id} of {release}")
        }
        _ => id,
    }
}

fn by_name(objects: impl Iterator<Item = Value>) -> Objects {
    objects.map(|object| (name(&object), object)).collect()
}

/// How many objects are the same; of the others a line for each place that is not.
fn compare(who: &str, ours: &Objects, theirs: &Objects, found: &mut Vec<String>) -> usize {
    let mut alike = 0;
    for (name, one) in ours {
        let before = found.len();
        match theirs.get(name) {
            Some(other) => differences::compare(name, one, other, who, found),
            None => found.push(format!("{name}: only ichor has it")),
        }
        alike += usize::from(found.len() == before);
    }
    let others = theirs.keys().filter(|name| !ours.contains_key(*name));
    found.extend(others.map(|name| format!("{name}: only {who} has it")));
    alike
}
