//! Where clusters begin that nothing else says: with the Kustomizations that nobody applies.

use super::{Entry, Reference, is_within};
use crate::files::Files;
use crate::object::Object;

/// The Kustomizations whose files no other one builds, each with the folder of its file.
pub(super) fn alone(files: &dyn Files, all: &[(String, Entry)], sources: &[Object]) -> Vec<Entry> {
    let builders: Vec<&Entry> = { all.iter() }
        .map(|(_, entry)| entry)
        .filter(|entry| !is_whole_other(files, entry, all, sources))
        .collect();
    let alone = all.iter().filter(|(folder, entry)| {
        !builders
            .iter()
            .any(|by| by.object.id() != entry.object.id() && is_within(folder, &by.path))
    });
    let alone = alone.map(|(folder, entry)| Entry {
        cluster: folder.clone(),
        ..entry.clone()
    });
    alone.collect()
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
    let mut has_folders = { all.iter() }
        .filter(|(_, entry)| !entry.path.is_empty() && files.is_folder(&entry.path))
        .map(|(_, entry)| Reference::of(&entry.object))
        .filter(|other| !other.name.is_empty())
        .peekable();
    has_folders.peek().is_some() && has_folders.all(|other| other != source)
}

/// Whether most folders are missing that Kustomizations build out of the source of one.
pub(super) fn is_foreign(files: &dyn Files, one: &Entry, all: &[(String, Entry)]) -> bool {
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
pub(super) fn without_archives(files: &dyn Files, roots: &mut Vec<Entry>) {
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
