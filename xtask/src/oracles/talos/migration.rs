//! Configurations of the contract 1.13 moved to documents: a node reads the same, but for what is
//! listed, and what was valid is valid.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use talos::migrate::{Subsystem, configuration};

use super::generate::folder;
use super::machinery::Machinery;
use super::{Part, genconfig, reading, talconfigs, talhelper};
use crate::files;

/// How many talconfigs; each has up to four nodes.
const TALCONFIGS: usize = 150;

/// Sets of the vectors that do not say the same at both contracts, and why.
const OTHERWISE: [(&str, &str); 4] = [
    ("11-", "the contract 1.13 cannot do without Kubernetes"),
    ("12-", "the contract 1.13 cannot do without Kubernetes"),
    (
        "13-",
        "the machinery drops a secret of AES-CBC at 1.13, and takes it for one of secretbox at 1.14",
    ),
    ("17-", "only at 1.14 is a shared address asked for"),
];

/// Two forms of one configuration.
struct Pair {
    name: String,
    old: String,
    new: String,
    /// What was left in v1alpha1, for want of a document.
    stays: usize,
}

pub(super) fn run(machineries: &[Machinery]) -> Result<Part> {
    let mut part = Part::new("configurations moved to 1.14");
    let machinery = Machinery::of(machineries, 14)?;
    let mut pairs = generated()?;
    pairs.retain(|pair| !OTHERWISE.iter().any(|(set, _)| pair.name.starts_with(set)));
    for (name, old) in configurations()? {
        let documents: Vec<Value> = serde_saphyr::from_multiple(&old)?;
        let moved = configuration(&documents, &Subsystem::ALL);
        pairs.push(Pair {
            name,
            old,
            new: documents::emit::documents(&moved.documents, 4),
            stays: moved.stays.len(),
        });
    }
    let ask = |ask: &str, text: fn(&Pair) -> &String| {
        let questions: Vec<_> = pairs
            .iter()
            .map(|pair| json!({ "ask": ask, "asNode": true, "lenient": true, "text": text(pair) }))
            .collect();
        machinery.ask(&questions)
    };
    let old = ask("read", |pair| &pair.old)?
        .into_iter()
        .zip(ask("validate", |pair| &pair.old)?);
    let new = ask("read", |pair| &pair.new)?
        .into_iter()
        .zip(ask("validate", |pair| &pair.new)?);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (pair, ((old, was_valid), (new, is_valid))) in pairs.iter().zip(old.zip(new)) {
        part.cases += 1;
        let mut count = |what, more| *counts.entry(what).or_default() += more;
        count("values read", new.values.len());
        count("accessors skipped", new.skipped.len());
        count("sections left where they were", pair.stays);
        if let Some(error) = old.error.as_ref().or(new.error.as_ref()) {
            part.differs(format!("{}: {error}", pair.name));
            continue;
        }
        if was_valid.error.is_some() {
            count("invalid before", 1);
        } else if let Some(error) = is_valid.error {
            part.differs(format!("{}: no longer valid: {error}", pair.name));
        }
        let (found, accepted) = reading::differences(&old.values, &new.values);
        count("accepted", accepted);
        for difference in found {
            part.differs(format!("{}: {difference}", pair.name));
        }
    }
    part.notes = { counts.iter() }
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    Ok(part)
}

/// What Talos generates of the same options at both contracts.
fn generated() -> Result<Vec<Pair>> {
    let folder = folder().join("v1.14/generate");
    let mut all = Vec::new();
    for path in files::paths(&folder)? {
        let newer = path.replacen("-1.13-", "-1.14-", 1);
        if path.contains("-1.13-") {
            all.push(Pair {
                old: files::text(&folder.join(&path))?,
                new: files::text(&folder.join(&newer)).context("without its other form")?,
                name: path,
                stays: 0,
            });
        }
    }
    Ok(all)
}

/// Configurations at 1.13: those of the vectors, and of random talconfigs.
fn configurations() -> Result<Vec<(String, String)>> {
    let mut all: Vec<_> = generated()?
        .into_iter()
        .map(|pair| (format!("{} moved", pair.name), pair.old))
        .collect();
    let bundle = talhelper::bundle()?;
    for index in 0..TALCONFIGS {
        let case = talconfigs::case_at("migration", index, 13)?;
        // What ichor refuses is told by the part that compares it with talhelper.
        for (file, text) in
            genconfig::ours(&case, &bundle).map_or_else(|_| Vec::new(), |ours| ours.configs)
        {
            all.push((format!("{} {file} moved", case.name), text));
        }
    }
    Ok(all)
}
