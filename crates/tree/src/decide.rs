//! What becomes of each file, from what is rendered, on disk and on record.

use std::collections::BTreeMap;

use diagnostics::Diagnostics;
use rayon::prelude::*;

use crate::change::{Action, Before, Change};
use crate::disk::{Bytes, Disk, Folder, Found, FoundFile, Obstacle};
use crate::files::{Encrypted, Tree};
use crate::known::Known;
use crate::options::Options;
use crate::problems;
use crate::{Digest, Entry, RelPath};

/// What becomes of a file; nothing, if it is neither rendered nor there.
pub(crate) type Outcome = Result<Option<Change>, Diagnostics>;

/// Looks at every file that is rendered or owned, folder by folder.
pub(crate) fn observe(
    tree: &Tree<Encrypted>,
    known: &Known,
    disk: &Disk,
    options: &Options<'_>,
) -> Vec<Outcome> {
    let mut folders: BTreeMap<&str, Vec<(&RelPath, Option<&Entry>)>> = BTreeMap::new();
    for (path, entry) in tree.iter() {
        folders
            .entry(path.parent())
            .or_default()
            .push((path, Some(entry)));
    }
    for path in known.digests.keys() {
        if tree.get(path.as_str()).is_none() {
            folders.entry(path.parent()).or_default().push((path, None));
        }
    }
    let folders: Vec<_> = folders.into_iter().collect();
    let outcomes: Vec<Vec<Outcome>> = folders
        .par_iter()
        .map(|(folder, files)| {
            let folder = disk.folder(folder);
            files
                .iter()
                .map(|(path, entry)| match entry {
                    Some(entry) => rendered(path, entry, known.get(path), &folder, options),
                    None => orphan(path, known.get(path), &folder),
                })
                .collect()
        })
        .collect();
    outcomes.into_iter().flatten().collect()
}

type Opened<'disk> = Result<Folder<'disk>, Obstacle>;

/// Decides about a file that is rendered.
fn rendered(
    path: &RelPath,
    entry: &Entry,
    known: &[Digest],
    folder: &Opened<'_>,
    options: &Options<'_>,
) -> Outcome {
    if path.is_input() {
        return Err(problems::is_input(path, entry).into());
    }
    let rendering = entry.content.as_bytes();
    let found = match folder {
        Ok(folder) => folder
            .read(path.file_name(), rendering.len())
            .map_err(|error| problems::unreadable(path.as_str(), &error))?,
        Err(Obstacle::Missing) => Found::Missing,
        Err(obstacle) => return Err(problems::in_the_way(obstacle).into()),
    };
    let new = Digest::of(rendering);
    let mut change = Change {
        path: path.clone(),
        action: Action::Create,
        secret: entry.is_secret(),
        template: Some(entry.origin.template().to_owned()),
        before: Before::Missing,
        after: Some((entry.content.clone(), entry.mode)),
        old: None,
        new: Some(new),
    };
    let file = match found {
        Found::Missing => return Ok(Some(change)),
        Found::Other(kind) => return Err(problems::not_a_file(path.as_str(), kind).into()),
        Found::File(file) => file,
    };
    let equal = matches!(&file.bytes, Bytes::Held(bytes) if bytes == rendering);
    let owned = if known.is_empty() {
        Action::TakeOver
    } else {
        Action::Unchanged
    };
    if equal {
        change.old = Some(new);
        if file.mode.is_executable() == entry.mode.is_executable() {
            change.action = owned;
            change.before = Before::File {
                content: None,
                mode: file.mode,
                stamp: file.stamp,
            };
            change.after = None;
            return Ok(Some(change));
        }
        change.action = Action::Update;
    } else if known.is_empty() {
        change.action = if options.adopt || options.force.covers(path) {
            Action::Overwrite
        } else {
            Action::Foreign
        };
    } else {
        let digest = digest(&file);
        if known.contains(&digest) {
            change.action = Action::Update;
            change.old = Some(digest);
        } else if options.force.covers(path) {
            change.action = Action::Overwrite;
        } else {
            change.action = Action::Edited;
        }
    }
    change.before = Before::file(file);
    Ok(Some(change))
}

/// Decides about a file that is owned but no longer rendered.
fn orphan(path: &RelPath, known: &[Digest], folder: &Opened<'_>) -> Outcome {
    let mut change = Change {
        path: path.clone(),
        action: Action::Release,
        secret: path.file_name().contains(".sops."),
        template: None,
        before: Before::Unknown,
        after: None,
        old: None,
        new: None,
    };
    let found = match folder {
        Ok(folder) => folder
            .read(path.file_name(), 0)
            .map_err(|error| problems::unreadable(path.as_str(), &error))?,
        Err(Obstacle::Missing) => Found::Missing,
        // Whoever put something else there has taken the file over.
        Err(Obstacle::NotAFolder(_) | Obstacle::Link(_)) => return Ok(Some(change)),
        Err(obstacle) => return Err(problems::in_the_way(obstacle).into()),
    };
    match found {
        Found::Missing => Ok(None),
        Found::Other(_) => Ok(Some(change)),
        Found::File(file) => {
            let digest = digest(&file);
            if known.contains(&digest) {
                change.action = Action::Prune;
                change.old = Some(digest);
            }
            change.before = Before::file(file);
            Ok(Some(change))
        }
    }
}

fn digest(file: &FoundFile) -> Digest {
    match &file.bytes {
        Bytes::Held(bytes) => Digest::of(bytes),
        Bytes::TooMany(digest) => *digest,
    }
}
