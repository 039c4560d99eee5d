//! Where clusters begin that nothing else says: with the Kustomizations that nobody applies.

use std::collections::BTreeSet;

use super::{Entry, ROOT, Reference, is_pushed, is_within, join, normal};
use crate::files::Files;
use crate::kustomize;
use crate::object::Object;
use crate::value::Value;

/// How many files and folders of one are followed.
const MOST: usize = 10_000;

/// The Kustomizations whose files no other one builds, each with the folder of its file; of those
/// that build one another in a circle, the first. What was left behind is none of them.
pub(super) fn alone(files: &dyn Files, all: &[(String, Entry)], sources: &[Object]) -> Vec<Entry> {
    let is_other: Vec<bool> = { all.iter() }
        .map(|(_, entry)| is_whole_other(files, entry, all, sources))
        .collect();
    let mut made = vec![Vec::new(); all.len()];
    for (index, (_, by)) in all.iter().enumerate() {
        if is_other.get(index) == Some(&false)
            && let Some(made) = made.get_mut(index)
        {
            let listed = listed(files, by);
            made.extend((0..all.len()).filter(|one| {
                all.get(*one).is_some_and(|(folder, entry)| {
                    let file = entry.object.0.place.source();
                    is_within(folder, &by.path)
                        || file.is_some_and(|file| listed.contains(file.name()))
                })
            }));
        }
    }
    let id = |index: usize| all.get(index).map(|(_, entry)| entry.object.id());
    let mut is_made = vec![false; all.len()];
    for (by, made) in made.iter().enumerate() {
        // Who makes itself begins all the same.
        for index in made.iter().filter(|made| id(**made) != id(by)) {
            set(&mut is_made, *index);
        }
    }
    let mut seen = vec![false; all.len()];
    let mut alone = Vec::new();
    // What begins somewhere, and then what is reached from none of that.
    let begins = (0..all.len()).filter(|one| is_made.get(*one) == Some(&false));
    // What builds the whole repository makes everything in it, examples and tests as well.
    let is_folder = |one: &usize| {
        all.get(*one)
            .is_some_and(|(_, entry)| !entry.path.is_empty())
    };
    for begin in begins.chain((0..all.len()).filter(is_folder)) {
        if seen.get(begin) != Some(&false) {
            continue;
        }
        alone.push(begin);
        let mut next = vec![begin];
        while let Some(one) = next.pop() {
            if seen.get(one) == Some(&false) {
                set(&mut seen, one);
                next.extend(made.get(one).into_iter().flatten());
            }
        }
    }
    alone.sort_unstable();
    let mut roots: Vec<(usize, Entry)> = { alone.into_iter() }
        .filter_map(|index| {
            let (folder, entry) = all.get(index)?;
            let cluster = folder.clone();
            let entry = Entry {
                cluster,
                ..entry.clone()
            };
            Some((index, entry))
        })
        .collect();
    // No API server takes one that names no source: it gets that from who would list it.
    let has_source = |(_, entry): &(usize, Entry)| !Reference::of(&entry.object).name.is_empty();
    if roots.iter().any(has_source) {
        roots.retain(has_source);
    }
    // What makes Kustomizations of this repository, its own file among them, comes from it.
    let is_here = |index: usize| made.get(index).is_some_and(|made| !made.is_empty());
    let is_declared = |entry: &Entry| {
        let source = Reference::of(&entry.object);
        sources.iter().any(|declared| source.is(declared))
    };
    // The source that everything comes from is mostly made with the cluster, written nowhere.
    let is_known =
        { roots.iter() }.any(|(_, entry)| !is_declared(entry) && files.is_folder(&entry.path));
    for (index, entry) in &mut roots {
        let is_foreign = || is_known || is_foreign(files, entry, all);
        entry.is_elsewhere = is_other.get(*index) == Some(&true)
            || (is_declared(entry) && !is_here(*index) && is_foreign());
    }
    let mut roots = roots.into_iter().map(|(_, entry)| entry).collect();
    without_archives(files, &mut roots);
    // What no file declares, and Flux was not bootstrapped with, may hold anything.
    for entry in &mut roots {
        let source = Reference::of(&entry.object);
        let is_same = |other: &Entry| Reference::of(&other.object) == source;
        let has_folder = |other: &Entry| !other.path.is_empty() && files.is_folder(&other.path);
        let is_here = || {
            has_folder(entry)
                || (entry.path.is_empty()
                    && (all
                        .iter()
                        .any(|(_, other)| is_same(other) && has_folder(other))
                        || matches!(kustomize::read(files, ""), Ok(Some(_)))))
        };
        entry.is_elsewhere |=
            !is_declared(entry) && !matches!(source.name.as_str(), "" | ROOT) && !is_here();
    }
    roots
}

fn set(marks: &mut [bool], index: usize) {
    if let Some(mark) = marks.get_mut(index) {
        *mark = true;
    }
}

/// What the kustomizations of one list, wherever it lies.
fn listed(files: &dyn Files, entry: &Entry) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut paths = vec![entry.path.clone()];
    let components = entry.object.0.at(&["spec", "components"]);
    let inside = |folder: &str, list: Option<&Value>| -> Vec<String> {
        let list = list.map(Value::items).unwrap_or_default().iter();
        let paths = list.filter_map(|path| normal(&join(folder, path.as_text()?)));
        paths.collect()
    };
    paths.extend(inside(&entry.path, components));
    while let Some(path) = paths.pop() {
        if seen.len() >= MOST {
            break;
        }
        if !seen.insert(path.clone()) || !files.is_folder(&path) {
            continue;
        }
        if let Ok(Some((_, own))) = kustomize::read(files, &path) {
            for key in ["resources", "bases", "components"] {
                paths.extend(inside(&path, own.get(key)));
            }
        }
    }
    seen
}

/// Whether one builds the whole of another repository, as `path: ./` does of Flux's own manifests:
/// of a source that is written, while the folders that others build are those of another one.
fn is_whole_other(
    files: &dyn Files,
    one: &Entry,
    all: &[(String, Entry)],
    sources: &[Object],
) -> bool {
    let source = Reference::of(&one.object);
    if !one.path.is_empty() || !sources.iter().any(|declared| source.is(declared)) {
        return false;
    }
    // What is pushed may be any folder, and is the whole of this one only where that can be built.
    if is_pushed(&source) {
        return !matches!(kustomize::read(files, ""), Ok(Some(_)));
    }
    let mut has_folders = { all.iter() }
        .filter(|(_, entry)| !entry.path.is_empty() && files.is_folder(&entry.path))
        .map(|(_, entry)| Reference::of(&entry.object))
        .filter(|other| !other.name.is_empty())
        .peekable();
    has_folders.peek().is_some() && has_folders.all(|other| other != source)
}

/// Whether most folders are missing that Kustomizations build out of the source of one.
fn is_foreign(files: &dyn Files, one: &Entry, all: &[(String, Entry)]) -> bool {
    let source = Reference::of(&one.object);
    let same = all
        .iter()
        .filter(|(_, entry)| Reference::of(&entry.object) == source);
    let (here, missing): (Vec<_>, Vec<_>) =
        same.partition(|(_, entry)| files.is_folder(&entry.path));
    missing.len() >= here.len()
}

/// Leaves out what was left behind, as in a folder `.archive`: its folders are gone, and nothing
/// that begins in the same folder of the repository has one.
fn without_archives(files: &dyn Files, roots: &mut Vec<Entry>) {
    let is_there = |entry: &Entry| !entry.is_elsewhere && files.is_folder(&entry.path);
    let top = |entry: &Entry| entry.cluster.split('/').next().map(str::to_owned);
    let alive: Vec<_> = { roots.iter() }
        .filter(|entry| is_there(entry))
        .map(top)
        .collect();
    if !alive.is_empty() {
        roots.retain(|entry| entry.is_elsewhere || alive.contains(&top(entry)));
    }
}
