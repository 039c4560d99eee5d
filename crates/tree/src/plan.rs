//! What has to happen for the disk to hold a tree.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Diagnostics, Location, closest};
use rayon::prelude::*;

use crate::change::{Action, Before, Change, Summary};
use crate::disk::{Bytes, Disk, Folder, Found, FoundFile, Obstacle, Stamp};
use crate::files::{Encrypted, Entry, Tree};
use crate::known::{self, Known};
use crate::record::Record;
use crate::{Digest, RelPath};

/// Says whether ciphertext on disk has the plaintext that was rendered for its path. False
/// also where that cannot be proven.
pub type SamePlaintext<'a> = &'a (dyn Fn(&RelPath, &[u8]) -> bool + Sync);

/// How a plan treats what it finds.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// The version of the template set, for the record.
    pub template_set: &'a str,
    /// Which hand edits may be overwritten.
    pub force: Force<'a>,
    /// Whether files that are rendered but not owned may be overwritten.
    pub adopt: bool,
    /// How to compare secret files that differ byte by byte, as two encryptions of one
    /// plaintext do. Without it their bytes decide.
    pub same_plaintext: Option<SamePlaintext<'a>>,
}

/// Which protected files may be overwritten: those edited by hand, and those not owned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Force<'a> {
    /// None.
    #[default]
    None,
    /// Every one.
    All,
    /// Those of the given paths, and those below them.
    Paths(&'a [RelPath]),
}

/// What has to happen for a disk to hold a tree: one [`Change`] a file, in order of path.
#[derive(Debug)]
pub struct Plan {
    pub(crate) changes: Vec<Change>,
    pub(crate) record: Record,
    pub(crate) old_record: Record,
    pub(crate) record_changes: bool,
    pub(crate) has_leftovers: bool,
    pub(crate) had_journal: bool,
    pub(crate) seen: known::Seen,
    findings: Diagnostics,
    summary: Summary,
}

impl Plan {
    /// Compares a tree with what is on disk and with the record of earlier runs. Writes
    /// nothing.
    ///
    /// # Errors
    ///
    /// What makes a comparison impossible, all of it: something else where a file or folder
    /// must stand, a symbolic link on the way, a file that cannot be read, a record that
    /// cannot be understood.
    pub fn new(
        tree: &Tree<Encrypted>,
        disk: &Disk,
        options: &Options<'_>,
    ) -> Result<Self, Diagnostics> {
        let mut findings = Diagnostics::new();
        let known = Known::load(disk, &mut findings);
        if findings.has_errors() {
            return Err(findings);
        }
        let mut changes = Vec::with_capacity(tree.len());
        for outcome in observe(tree, &known, disk, options) {
            match outcome {
                Ok(None) => {}
                Ok(Some(change)) => changes.push(change),
                Err(problems) => findings.extend(problems),
            }
        }
        if findings.has_errors() {
            findings.sort();
            return Err(findings);
        }
        changes.sort_unstable_by(|left, right| left.path.cmp(&right.path));
        spare_renamed_case(&mut changes);

        explain(&changes, &mut findings);
        unmatched_force(options.force, &changes, &mut findings);
        findings.sort();
        let record = next_record(tree, &known, &changes, options.template_set);
        let record_changes = !record.owns_the_same(&known.record)
            || (known.seen.has_record() && !known.record_is_sound);
        Ok(Self {
            summary: Summary::of(changes.iter(), tree.left_out().len()),
            record,
            record_changes,
            has_leftovers: known.has_leftovers,
            had_journal: known.journal.is_some(),
            old_record: known.record,
            seen: known.seen,
            findings,
            changes,
        })
    }

    /// Every file that is rendered or owned, in order of path.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// How many files are treated in which way.
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// An error for each protected file, and warnings: files that stay though no longer
    /// rendered, a record that needs repair.
    pub fn findings(&self) -> &Diagnostics {
        &self.findings
    }

    /// Whether a protected file keeps the plan from being committed.
    pub fn is_blocked(&self) -> bool {
        self.summary.edited + self.summary.foreign > 0
    }

    /// Whether a commit would write or remove nothing at all: no file, no record, no
    /// leftover of a killed run.
    pub fn is_done(&self) -> bool {
        !self.is_blocked()
            && self.summary.changes() == 0
            && !self.record_changes
            && !self.has_leftovers
    }
}

impl Force<'_> {
    fn covers(self, path: &RelPath) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Paths(paths) => paths.iter().any(|forced| path.starts_with(forced.as_str())),
        }
    }
}

type Outcome = Result<Option<Change>, Diagnostics>;

/// Looks at every file that is rendered or owned, folder by folder.
fn observe(
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
        if tree.get(path.as_str()).is_none() && !tree.leaves_out(path) {
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
    let rendering = entry.content.as_bytes();
    let found = match folder {
        Ok(folder) => folder
            .read(path.file_name(), rendering.len())
            .map_err(|error| known::unreadable(path.as_str(), &error))?,
        Err(Obstacle::Missing) => Found::Missing,
        Err(obstacle) => return Err(known::in_the_way(obstacle).into()),
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
        Found::Other(kind) => return Err(known::not_a_file(path.as_str(), kind).into()),
        Found::File(file) => file,
    };
    let equal = matches!(&file.bytes, Bytes::Held(bytes) if bytes == rendering);
    let keeps = !equal && entry.is_secret() && has_same_plaintext(path, &file, options);
    let owned = if known.is_empty() {
        Action::TakeOver
    } else {
        Action::Unchanged
    };
    if equal || keeps {
        let digest = if equal { new } else { digest(&file) };
        change.old = Some(digest);
        if file.mode.is_executable() == entry.mode.is_executable() {
            change.action = owned;
            change.new = Some(digest);
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
            .map_err(|error| known::unreadable(path.as_str(), &error))?,
        Err(Obstacle::Missing) => Found::Missing,
        // Whoever put something else there has taken the file over.
        Err(Obstacle::NotAFolder(_) | Obstacle::Link(_)) => return Ok(Some(change)),
        Err(obstacle) => return Err(known::in_the_way(obstacle).into()),
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

fn has_same_plaintext(path: &RelPath, file: &FoundFile, options: &Options<'_>) -> bool {
    match (options.same_plaintext, &file.bytes) {
        (Some(same), Bytes::Held(bytes)) => same(path, bytes),
        _ => false,
    }
}

fn digest(file: &FoundFile) -> Digest {
    match &file.bytes {
        Bytes::Held(bytes) => Digest::of(bytes),
        Bytes::TooMany(digest) => *digest,
    }
}

/// On a file system that folds case, a file whose name changed only in case is found under
/// both names: removing the old one would remove the new one.
fn spare_renamed_case(changes: &mut Vec<Change>) {
    if !changes.iter().any(|change| change.action == Action::Prune) {
        return;
    }
    let rendered: Vec<Stamp> = changes
        .iter()
        .filter(|change| change.template.is_some())
        .filter_map(|change| change.before.stamp())
        .collect();
    changes.retain(|change| {
        change.action != Action::Prune
            || change
                .before
                .stamp()
                .is_none_or(|stamp| !rendered.iter().any(|other| other.is_same_file(&stamp)))
    });
}

fn next_record(
    tree: &Tree<Encrypted>,
    known: &Known,
    changes: &[Change],
    template_set: &str,
) -> Record {
    let mut record = Record::new(
        template_set,
        changes
            .iter()
            .filter_map(|change| Some((change.path.clone(), change.new?))),
    );
    // What is left out today keeps its line: it was written, and may be again.
    for path in tree.left_out() {
        record.carry(path, known.get(path));
    }
    record
}

fn explain(changes: &[Change], findings: &mut Diagnostics) {
    for change in changes {
        let path = &change.path;
        let at = Location::file(path.as_str());
        match change.action {
            Action::Edited => findings.push(
                Diagnostic::error(
                    "plan/edited-output",
                    format!("`{path}` was edited after it was rendered"),
                )
                .at(at)
                .hint(format!(
                    "move the edit into {}, or give it up with `--force {path}`",
                    template(change)
                )),
            ),
            Action::Foreign => findings.push(
                Diagnostic::error(
                    "plan/foreign-output",
                    format!("`{path}` is there, was not rendered, and differs from the rendering"),
                )
                .at(at)
                .hint(format!(
                    "move what differs into {}, or give it up with `--adopt`",
                    template(change)
                )),
            ),
            Action::Release => findings.push(
                Diagnostic::warning(
                    "plan/edited-orphan",
                    format!("`{path}` is no longer rendered, but was edited and stays"),
                )
                .at(at)
                .hint("remove it if nothing needs it: it is yours from now on"),
            ),
            _ => {}
        }
    }
}

fn template(change: &Change) -> String {
    match &change.template {
        Some(template) => format!("its template `{template}`"),
        None => "a template".to_owned(),
    }
}

fn unmatched_force(force: Force<'_>, changes: &[Change], findings: &mut Diagnostics) {
    let Force::Paths(paths) = force else { return };
    for path in paths {
        if changes
            .iter()
            .any(|change| change.path.starts_with(path.as_str()))
        {
            continue;
        }
        let problem = Diagnostic::warning(
            "plan/unknown-force-path",
            format!("`{path}` is no output, so forcing it does nothing"),
        );
        let candidates = changes.iter().map(|change| change.path.as_str());
        findings.push(match closest(path.as_str(), candidates) {
            Some(candidate) => problem.hint(format!("did you mean `{candidate}`")),
            None => problem,
        });
    }
}
