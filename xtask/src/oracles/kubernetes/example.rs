//! The example that ichor makes itself, bootstrapped until everything of it is ready. Its charts are stand-ins, under the
//! names and in the versions that it has them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use regex::Regex;

use super::super::Options;
use super::apps::again;
use super::flow;
use super::repository::Repository;
use super::rig::{Helm, Rig, scripts};
use crate::{files, process};

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    _options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    rig.helm = Helm::Four;
    let folder = rig.path("example")?;
    let _none = std::fs::remove_dir_all(&folder);
    let mut make = rig.command(ichor.as_str())?;
    process::quiet(make.args(["configure", "--example", folder.as_str()]))?;
    let tree = texts(&folder)?;
    let table = rig.path("example.txt")?;
    files::write(&table, charts(&tree)?)?;
    rig.charts(&table)?;
    manifests(rig, &tree)?;

    let address = first(&tree, r#"url: "https://github\.com/([^"]+)""#)?;
    let repository = Repository::of(rig, ichor, folder, &format!("git/{address}"))?;
    let nodes = Regex::new(r#"(?m)^ *- name: "?([a-z0-9-]+)"?$"#)?;
    let text = repository.text("nodes.yaml")?;
    let nodes: Vec<_> = nodes
        .captures_iter(&text)
        .filter_map(|found| Some(found.get(1)?.as_str()))
        .collect();
    rig.with_nodes(&nodes)?;
    let (times, _) = flow::done(rig, &repository)?;
    let again = again(rig, &repository, faults)?;
    Ok(format!(
        "the example: Flux's first revision in {:.1} s, all of {} ready in {:.1} s, again in {:.1} s",
        times.revision.as_secs_f32(),
        rig.list(flow::RELEASES)?.len() + rig.list(flow::KUSTOMIZATIONS)?.len(),
        times.ready.as_secs_f32(),
        again.as_secs_f32()
    ))
}

/// Its files that are text.
fn texts(folder: &Utf8Path) -> Result<BTreeMap<String, String>> {
    Ok(files::below(folder)?
        .into_iter()
        .filter_map(|(path, content)| Some((path, String::from_utf8(content).ok()?)))
        .collect())
}

/// What the first file that has it has in the parentheses.
fn first(tree: &BTreeMap<String, String>, pattern: &str) -> Result<String> {
    let pattern = Regex::new(pattern)?;
    let found = tree.values().find_map(|text| pattern.captures(text));
    let found = found.with_context(|| format!("the example does not have `{pattern}`"))?;
    Ok(found[1].to_owned())
}

/// A line for each chart: what the table has of its name, or a Deployment.
fn charts(tree: &BTreeMap<String, String>) -> Result<String> {
    let known = files::text(&scripts("charts.txt"))?;
    let known: BTreeMap<&str, &str> = known
        .lines()
        .filter_map(|line| {
            let mut words = line.splitn(3, ' ');
            let name = words.next()?.rsplit('/').next()?;
            Some((name, words.nth(1)?))
        })
        .collect();
    let mut wanted = BTreeSet::new();
    let [address, tag] = [r"url: oci://[^/]+/(\S+)", r#"tag: "?([^"\s]+)"#].map(Regex::new);
    let (address, tag) = (address?, tag?);
    let release = Regex::new(r#"chart: oci://[^/]+/(\S+)\s+version: "?([^"\s]+)"#)?;
    for (path, text) in tree {
        if path.ends_with("ocirepository.yaml")
            && let (Some(address), Some(tag)) = (address.captures(text), tag.captures(text))
        {
            wanted.insert((address[1].to_owned(), tag[1].to_owned()));
        }
        let releases = release.captures_iter(text);
        wanted.extend(releases.map(|found| (found[1].to_owned(), found[2].to_owned())));
    }
    Ok(wanted
        .iter()
        .map(|(path, version)| {
            let name = path.rsplit('/').next().unwrap_or_default();
            let other = format!("deploy:{name}");
            let things = known.get(name).copied().unwrap_or(&other);
            format!("{path} {version} {things}\n")
        })
        .collect())
}

/// Pushes the manifests that flux-operator makes Flux of, where its instance wants them.
fn manifests(rig: &Rig, tree: &BTreeMap<String, String>) -> Result<()> {
    let artifact = first(
        tree,
        r"oci://[^/]+/(\S+/flux-operator-manifests:[^\s\x22]+)",
    )?;
    let mut push = rig.command("flux")?;
    push.args([
        "push",
        "artifact",
        &format!("oci://127.0.0.1:5000/{artifact}"),
    ])
    .arg(format!("--path={}", rig.flux_data()))
    .args([
        "--source=oracle",
        "--revision=main@sha1:0",
        "--insecure-registry",
    ]);
    process::quiet(&mut push).map(drop)
}
