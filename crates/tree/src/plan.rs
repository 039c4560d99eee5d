//! What has to happen for the disk to hold a tree.

use diagnostics::{Diagnostics, Location};

use crate::change::{Action, Change, Summary};
use crate::decide::observe;
use crate::disk::{Disk, Stamp};
use crate::explain::{explain, unmatched_force};
use crate::files::{Encrypted, Tree};
use crate::known::{Known, Seen};
use crate::options::Options;
use crate::record::Record;

/// What has to happen for a disk to hold a tree: one [`Change`] a file, in order of path.
#[derive(Debug)]
pub struct Plan {
    pub(crate) changes: Vec<Change>,
    pub(crate) record: Record,
    pub(crate) old_record: Record,
    pub(crate) record_changes: bool,
    pub(crate) has_leftovers: bool,
    pub(crate) had_journal: bool,
    pub(crate) seen: Seen,
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
        let record = next_record(&changes, options.template_set);
        let record_changes = !record.owns_the_same(&known.record)
            || (known.seen.has_record() && !known.record_is_sound);
        Ok(Self {
            summary: Summary::of(changes.iter()),
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

    /// Adds to what is said of files that differ and were not rendered here why they do, where
    /// that is known: a place and what it has to do with it.
    pub fn explain_foreign(&mut self, why: impl Fn(&Change) -> Option<(Location, String)>) {
        let findings = std::mem::take(&mut self.findings);
        self.findings = findings
            .into_iter()
            .map(|finding| {
                let of = |change: &&Change| {
                    change.action == Action::Foreign
                        && finding.location == Some(Location::file(change.path.as_str()))
                };
                match self.changes.iter().find(of).and_then(&why) {
                    Some((location, message)) => finding.related(location, message),
                    None => finding,
                }
            })
            .collect();
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

fn next_record(changes: &[Change], template_set: &str) -> Record {
    Record::new(
        template_set,
        changes
            .iter()
            .filter_map(|change| Some((change.path.clone(), change.new?))),
    )
}
