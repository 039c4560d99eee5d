//! Folders with random talconfigs at the contract 1.13, moved as `talos migrate` moves them: each
//! node's configuration at 1.14 is strictly valid, and read as the one at 1.13 is.

use std::collections::BTreeMap;

use anyhow::Result;
use machines::Places;
use rayon::prelude::*;
use repository::View;

use super::both::{self, Strictness};
use super::machinery::Machinery;
use super::talconfigs::{self, Case};
use super::{Part, genconfig, talhelper};

/// How many talconfigs.
const CASES: usize = 600;
/// How many of them have to move without a person at least.
const LEAST: usize = 200;

/// The file that containerd's configuration is customised by.
const PART: &str = "20-customization.part";

/// A node of one of them.
struct Node {
    name: String,
    old: String,
    new: String,
}

/// Why a talconfig does not move by itself.
enum Kept {
    /// talhelper and ichor refuse it as it is.
    Refused,
    /// Somebody has to decide about it.
    ByHand,
    /// Something is wrong with it afterwards.
    Wrong(String),
}

pub(super) fn run(machineries: &[Machinery]) -> Result<Part> {
    let mut part = Part::new("talconfigs moved to 1.14");
    let machinery = Machinery::of(machineries, 14)?;
    let bundle = talhelper::bundle()?;
    let moved: Vec<_> = (0..CASES)
        .into_par_iter()
        .map(|index| {
            let case = talconfigs::case_at("moved", index, 13)?;
            Ok(nodes(&case, &bundle).map_err(|kept| (case.name, kept)))
        })
        .collect::<Result<_>>()?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut count = |what, more| *counts.entry(what).or_default() += more;
    let mut nodes = Vec::new();
    for case in moved {
        match case {
            Ok(more) => {
                part.cases += 1;
                nodes.extend(more);
            }
            Err((_, Kept::Refused)) => count("refused before", 1),
            Err((_, Kept::ByHand)) => count("left to a person", 1),
            Err((name, Kept::Wrong(why))) => part.differs(format!("{name}: {why}")),
        }
    }
    count("nodes", nodes.len());
    let asked: Vec<_> = { nodes.iter() }
        .map(|node| (&*node.old, &*node.new))
        .collect();
    let answers = both::read(machinery, &asked, Strictness::Strict)?;
    for (node, answer) in nodes.iter().zip(answers) {
        // A patch has made it so, which 1.14 refuses whatever else is done.
        let count_of = |list: &str| {
            { answer.old.keys() }
                .filter(|key| key.starts_with(list))
                .count()
        };
        if count_of("K8sNetworkConfig.PodCIDRs[") != count_of("K8sNetworkConfig.ServiceCIDRs[") {
            count("nodes with networks that 1.14 refuses", 1);
            continue;
        }
        if let Some(error) = answer.refused {
            part.differs(format!("{}: not valid: {error}", node.name));
        }
        count("accepted", answer.accepted);
        for difference in answer.differences {
            part.differs(format!("{}: {difference}", node.name));
        }
    }
    part.notes = { counts.iter() }
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    if part.cases < LEAST {
        part.differs(format!("only {} of {CASES} move by themselves", part.cases));
    }
    Ok(part)
}

/// The nodes of a talconfig, before and after.
fn nodes(case: &Case, bundle: &str) -> Result<Vec<Node>, Kept> {
    let old = genconfig::ours(case, bundle).map_err(|_| Kept::Refused)?;
    let view: View<'static> = case.files.clone().into_iter().collect();
    let told = |problems: diagnostics::Diagnostics| {
        let lines: Vec<_> = { problems.iter() }.map(ToString::to_string).collect();
        Kept::Wrong(lines.join("; "))
    };
    let places = Places::find(&view);
    let moving = pipeline::migrate::plan(&view, &places).map_err(told)?;
    let mut texts = old.configs.iter().map(|(_, text)| text);
    // Talos 1.14 takes the first, and what is wanted nobody knows.
    let twice = texts.any(|text| text.matches(PART).count() > 1);
    if moving.problems.has_errors() || twice {
        return Err(Kept::ByHand);
    }
    let mut files = case.files.clone();
    for (path, change) in moving.changes.iter() {
        let text = change
            .after
            .clone()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        match text {
            Some(text) => files.insert(path.to_owned(), text),
            None => files.remove(path),
        };
    }
    let moved = Case {
        name: case.name.clone(),
        minor: 14,
        files,
    };
    let new = genconfig::ours(&moved, bundle).map_err(Kept::Wrong)?;
    let both = old.configs.into_iter().zip(new.configs);
    Ok(both
        .map(|((file, old), (_, new))| Node {
            name: format!("{} {file}", case.name),
            old,
            new,
        })
        .collect())
}
