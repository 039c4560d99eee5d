//! Other people's repositories at the contract 1.13, moved by the program as their owners would
//! move them: each node's configuration is read as before, and what stays in its old form is named.

mod owner;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use rayon::prelude::*;
use serde_json::Value;
use talos::migrate::{Subsystem, configuration};

use self::owner::Owner;
use super::super::Options;
use super::Part;
use super::both::{self, Strictness};
use super::machinery::Machinery;
use crate::{files, process};

/// A talconfig of a repository.
struct Fork {
    name: String,
    /// How many patches the talconfig names or holds.
    patches: usize,
    outcome: Outcome,
}

enum Outcome {
    /// It is refused as it is, and why.
    Refused(String),
    /// It moves.
    Moved(Moved),
    /// It moves neither whole nor in parts, and why.
    Wrong(String),
}

struct Moved {
    /// Configurations before and after.
    nodes: Vec<(String, String, String)>,
    /// The parts that were left as they are.
    kept: BTreeSet<String>,
    /// What of the nodes is in its old form afterwards.
    stays: BTreeSet<String>,
}

pub(super) fn run(machineries: &[Machinery], options: &Options) -> Result<Part> {
    let mut part = Part::new("talconfigs of other people moved to 1.14");
    let Some(folder) = &options.repositories else {
        if options.parts.iter().any(|part| part == "forks") {
            bail!("name a folder with repositories: `--repositories DIR`");
        }
        let skipped = "SKIPPED: there is no `--repositories DIR`".to_owned();
        part.notes.push(skipped);
        return Ok(part);
    };
    let machinery = Machinery::of(machineries, 14)?;
    let ichor = process::ichor(&options.profile)?;
    let forks: Vec<_> = talconfigs(folder)?
        .into_par_iter()
        .map(|(repository, talconfig)| fork(folder, &repository, &talconfig, &ichor))
        .collect::<Result<_>>()?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    row(["nodes", "patches", "moved", "differ", "talconfig"], "");
    for fork in forks {
        part.cases += 1;
        let patches = fork.patches.to_string();
        let moved = match fork.outcome {
            Outcome::Refused(why) => {
                row(["", &patches, "refused", "", &fork.name], &why);
                *counts.entry("refused as they are").or_default() += 1;
                continue;
            }
            Outcome::Wrong(why) => {
                row(["", &patches, "NO", "", &fork.name], &why);
                part.differs(format!("{}: {why}", fork.name));
                continue;
            }
            Outcome::Moved(moved) => moved,
        };
        let pairs: Vec<_> = { moved.nodes.iter() }
            .map(|(_, old, new)| (&**old, &**new))
            .collect();
        let answers = both::read(machinery, &pairs, Strictness::Lenient)?;
        let mut differences = 0;
        for ((node, ..), answer) in moved.nodes.iter().zip(answers) {
            let refused = answer.refused.map(|error| format!("not valid: {error}"));
            for difference in answer.differences.into_iter().chain(refused) {
                differences += 1;
                part.differs(format!("{}: {node}: {difference}", fork.name));
            }
            *counts.entry("accepted").or_default() += answer.accepted;
        }
        let how = if moved.kept.is_empty() {
            "whole"
        } else {
            "in parts"
        };
        *counts.entry(how).or_default() += 1;
        *counts.entry("nodes").or_default() += pairs.len();
        let list = |all: BTreeSet<String>| all.into_iter().collect::<Vec<_>>().join(", ");
        let why = format!("kept: {}; stays: {}", list(moved.kept), list(moved.stays));
        let (nodes, differences) = (pairs.len().to_string(), differences.to_string());
        row([&nodes, &patches, how, &differences, &fork.name], &why);
    }
    if !counts.contains_key("nodes") {
        part.differs("none of them moves".to_owned());
    }
    part.notes = { counts.iter() }
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    Ok(part)
}

/// A row of the table.
#[expect(
    clippy::print_stderr,
    reason = "whoever gives a folder asks about each of its repositories"
)]
fn row([nodes, patches, moved, differ, name]: [&str; 5], why: &str) {
    eprintln!("{nodes:>5} {patches:>7} {moved:<8} {differ:>6}  {name}  {why}");
}

/// Every talconfig below a folder, also one that is rendered: the repository that it is in, and
/// its path there.
fn talconfigs(folder: &Utf8Path) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for repository in files::folders(folder)? {
        let paths = files::paths(&folder.join(&repository))?;
        let is_one = |path: &&String| path.ends_with("talconfig.yaml");
        let mut found: Vec<_> = paths.iter().filter(is_one).cloned().collect();
        let is_rendered = paths.iter().any(|path| path == "cluster.yaml")
            && paths.iter().any(|path| path == "nodes.yaml");
        if is_rendered && found.is_empty() {
            found.push("talos/talconfig.yaml".to_owned());
        }
        all.extend(found.into_iter().map(|path| (repository.clone(), path)));
    }
    Ok(all)
}

/// Moves one of them.
fn fork(folder: &Utf8Path, repository: &str, talconfig: &str, ichor: &Utf8Path) -> Result<Fork> {
    let name = format!("{repository} {talconfig}");
    let owner = match Owner::new(ichor, &folder.join(repository), talconfig) {
        Ok(owner) => owner,
        Err(error) => {
            return Ok(Fork {
                name,
                patches: 0,
                outcome: Outcome::Refused(format!("{error:#}")),
            });
        }
    };
    let patches = owner.patches()?;
    let outcome = match owner.configurations("before")? {
        Ok(old) => moved(&owner, &old)?,
        Err(why) => Outcome::Refused(why),
    };
    Ok(Fork {
        name,
        patches,
        outcome,
    })
}

/// Moves it as its owner would: whole, or without the parts that the program says to keep.
fn moved(owner: &Owner, old: &BTreeMap<String, String>) -> Result<Outcome> {
    let mut kept = BTreeSet::new();
    while let Err(refusals) = owner.migrate(&kept)? {
        let more: BTreeSet<_> = { refusals.iter() }
            .filter_map(|refusal| refusal.keep.clone())
            .filter(|part| !kept.contains(part))
            .collect();
        if more.is_empty() || refusals.iter().any(|refusal| refusal.keep.is_none()) {
            let told: Vec<_> = refusals.into_iter().map(|refusal| refusal.why).collect();
            return Ok(Outcome::Wrong(told.join("; ")));
        }
        kept.extend(more);
    }
    let new = match owner.configurations("after")? {
        Ok(new) => new,
        Err(why) => return Ok(Outcome::Wrong(format!("afterwards: {why}"))),
    };
    let mut stays = BTreeSet::new();
    let mut nodes = Vec::new();
    for (name, old) in old {
        let new = { new.get(name) }.with_context(|| format!("`{name}` is gone"))?;
        let documents: Vec<Value> = serde_saphyr::from_multiple(new)?;
        let left = configuration(&documents, &Subsystem::ALL).stays;
        stays.extend(left.into_iter().map(|stay| stay.path));
        nodes.push((name.clone(), old.clone(), new.clone()));
    }
    Ok(Outcome::Moved(Moved { nodes, kept, stays }))
}
