//! No circle of modules: within a crate, files import downward.
//!
//! A module is a place together with its folder. So a use is lifted to where two modules are
//! siblings: `a::x` that names `b::y` is `a` using `b`, and what a module hands on by `pub use`
//! counts as the module that it comes from. A parent and its children are one place: `mod.rs`
//! calls what its folder has, and the folder uses what `mod.rs` says to all of it. Code for tests
//! alone is left out.

mod read;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::Result;
use camino::Utf8Path;

use self::read::Modules;
use crate::files;

/// A use that closes a circle and stays.
struct Meant {
    sources: &'static str,
    by: &'static str,
    target: &'static str,
}

/// What is defined by each other, and only so.
const MEANT: &[Meant] = &[
    // An object of a plugin is one of Python's values: what a template does with it is asked
    // there, and the answers are such values again.
    Meant {
        sources: "crates/render/src",
        by: "python",
        target: "plugin",
    },
    // What may be the key of a dict is told by a value's type, and a dict is one of the types.
    Meant {
        sources: "crates/render/src",
        by: "python::dict",
        target: "python::view",
    },
];

/// Every circle in the sources of the workspace.
pub(super) fn check(root: &Utf8Path) -> Result<Vec<String>> {
    let crates = files::folders(&root.join("crates"))?;
    let mut sources: Vec<_> = crates
        .iter()
        .map(|name| format!("crates/{name}/src"))
        .collect();
    sources.push("xtask/src".to_owned());
    let mut faults = Vec::new();
    for source in sources {
        faults.extend(circles(&root.join(&source), &source, MEANT)?);
    }
    Ok(faults)
}

/// The circles in one crate's sources, by the files on them. `shown` is what the folder is called.
fn circles(folder: &Utf8Path, shown: &str, meant: &[Meant]) -> Result<Vec<String>> {
    let mut faults = BTreeSet::new();
    for start in ["lib.rs", "main.rs"] {
        if folder.join(start).exists() {
            let modules = Modules::read(folder, start)?;
            faults.extend(found(&modules, shown, meant));
        }
    }
    Ok(faults.into_iter().collect())
}

/// For each sibling the siblings that it uses, with the words that say so.
type Uses = BTreeMap<Vec<String>, BTreeMap<Vec<String>, String>>;

fn found(modules: &Modules, shown: &str, meant: &[Meant]) -> Vec<String> {
    // By the module whose children the siblings are.
    let mut levels: BTreeMap<Vec<String>, Uses> = BTreeMap::new();
    for used in modules.uses() {
        let common = used
            .by
            .iter()
            .zip(&used.target)
            .take_while(|(one, other)| one == other)
            .count();
        // One is the other's parent.
        if used.by.len() == common || used.target.len() == common {
            continue;
        }
        let sibling = |path: &[String]| path[..=common].to_vec();
        levels
            .entry(used.by[..common].to_vec())
            .or_default()
            .entry(sibling(&used.by))
            .or_default()
            .entry(sibling(&used.target))
            .or_insert(used.words);
    }
    let mut faults = Vec::new();
    for meant in meant.iter().filter(|meant| meant.sources == shown) {
        let [by, target] = [meant.by, meant.target]
            .map(|path| path.split("::").map(str::to_owned).collect::<Vec<_>>());
        let uses = levels.get_mut(&by[..by.len() - 1]);
        if !uses.is_some_and(|uses| taken_out(uses, &by, &target)) {
            faults.push(format!(
                "{shown}: `{}` with `{}` is listed as a circle and is none",
                meant.by, meant.target
            ));
        }
    }
    for uses in levels.values() {
        let mut told = BTreeSet::new();
        for start in uses.keys() {
            let Some(circle) = shortest(uses, start) else {
                continue;
            };
            // One circle is told once, whichever of its files it is found from.
            if circle.iter().any(|path| told.contains(path)) {
                continue;
            }
            told.extend(circle.iter().cloned());
            let mut text = format!("{shown}: a circle of modules:");
            for (at, path) in circle.iter().enumerate() {
                let next = &circle[(at + 1) % circle.len()];
                let words = &uses[path][next];
                text.push_str(&format!(" `{}` uses `{words}`,", modules.file(path)));
            }
            text.pop();
            faults.push(text);
        }
    }
    faults
}

/// Takes out one use, if it closes a circle.
fn taken_out(uses: &mut Uses, by: &[String], target: &[String]) -> bool {
    let mut reached = BTreeSet::from([target.to_vec()]);
    let mut open = vec![target.to_vec()];
    while let Some(path) = open.pop() {
        for next in uses.get(&path).into_iter().flat_map(BTreeMap::keys) {
            if reached.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    let used = uses.get_mut(by).and_then(|used| used.remove(target));
    used.is_some() && reached.contains(by)
}

/// The shortest way from a module back to itself.
fn shortest(uses: &Uses, start: &Vec<String>) -> Option<Vec<Vec<String>>> {
    let mut before: BTreeMap<&Vec<String>, &Vec<String>> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(path) = open.pop_front() {
        for next in uses.get(path).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let mut circle = vec![path.clone()];
                let mut at = path;
                while at != start {
                    at = before[at];
                    circle.push(at.clone());
                }
                circle.reverse();
                return Some(circle);
            }
            if !before.contains_key(next) {
                before.insert(next, path);
                open.push_back(next);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests;
