//! Bringing a plan to disk, all or nothing.
//!
//! In order: lock, sweep what a killed run left, write the journal, stage every new file
//! under a temporary name beside its target, look once more whether a target changed
//! meanwhile, rename, prune, rename the record, remove the journal. Until the first rename
//! every failure is undone. After it the journal stays behind, and the next run completes.
//!
//! Nothing is flushed to the medium: everything here can be rendered again.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use diagnostics::{Diagnostic, Diagnostics, Location};
use rayon::prelude::*;

use crate::change::{Action, Change};
use crate::disk::{Disk, Folder, Obstacle};
use crate::journal::{JOURNAL_PATH, Journal, Step, temporary_name};
use crate::known::{FOLDER, JOURNAL_NAME, Known, RECORD_NAME, journal_temporary, record_temporary};
use crate::plan::Plan;
use crate::problems::{blocked, in_the_way, refused};
use crate::record::RECORD_PATH;
use crate::rules;
use crate::sweep::{remove_empty_parents, remove_folder, sweep};
use crate::{Content, Mode};

impl Plan {
    /// Writes and removes what the plan says, then the record. Does nothing if the plan
    /// [is done](Plan::is_done).
    ///
    /// # Errors
    ///
    /// The plan's findings if it [is blocked](Plan::is_blocked); another run at work; a file
    /// that changed since the plan was made; what the disk refuses. Nothing has changed
    /// then, unless `commit/incomplete` is among them: the disk failed half way through the
    /// renames, every file is whole, and the next run completes.
    pub fn commit(&self, disk: &Disk) -> Result<(), Diagnostics> {
        if self.is_blocked() {
            return Err(self.findings().clone());
        }
        if self.is_done() {
            return Ok(());
        }
        disk.create_root()
            .map_err(|error| refused(&disk.root().display().to_string(), &error))?;
        let lock = disk
            .lock()
            .map_err(|error| refused(&disk.root().display().to_string(), &error))?
            .ok_or_else(|| {
                rules::COMMIT_LOCKED
                    .report("another run is writing to this folder")
                    .hint("wait until it is done, then run again")
            })?;
        let known = self.unchanged_record(disk)?;
        if let Some(journal) = &known.journal {
            sweep(disk, journal);
        }
        let mut commit = Commit::new(self, disk);
        commit.prepare().inspect_err(|_| commit.undo())?;
        let result = commit.finish();
        drop(lock);
        result
    }

    /// Reads the record and journal again, now that no other run can change them.
    fn unchanged_record(&self, disk: &Disk) -> Result<Known, Diagnostics> {
        let mut problems = Diagnostics::new();
        let known = Known::load(disk, &mut problems);
        if problems.has_errors() {
            return Err(problems);
        }
        if known.seen != self.seen {
            return Err(rules::COMMIT_CHANGED_MEANWHILE
                .report("another run has written to this folder since it was compared")
                .hint("run again")
                .into());
        }
        Ok(known)
    }
}

/// A commit in progress.
struct Commit<'a> {
    plan: &'a Plan,
    disk: &'a Disk,
    journal: Journal,
    /// What is written, by folder. The number is that of the journal's step.
    writes: Vec<(&'a str, Vec<(usize, &'a Change)>)>,
    /// Folders that did not exist before, parents first.
    made: Vec<String>,
}

impl<'a> Commit<'a> {
    fn new(plan: &'a Plan, disk: &'a Disk) -> Self {
        let mut journal = Journal::default();
        let mut writes: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for change in &plan.changes {
            let recorded = plan.old_record.get(change.path.as_str());
            let is_recorded = change.new.is_some_and(|new| recorded == [new]);
            if change.action == Action::Release || (is_recorded && !change.action.changes_disk()) {
                continue;
            }
            if change.action.writes() {
                writes
                    .entry(change.path.parent())
                    .or_default()
                    .push((journal.steps.len(), change));
            }
            journal.steps.push(Step {
                path: change.path.clone(),
                old: change.old,
                new: change.new,
            });
        }
        Self {
            plan,
            disk,
            journal,
            writes: writes.into_iter().collect(),
            made: Vec::new(),
        }
    }

    /// Everything that can be undone: journal, folders, staged files.
    fn prepare(&mut self) -> Result<(), Diagnostics> {
        let records = self
            .disk
            .create_folder(FOLDER, &mut self.made)
            .map_err(|obstacle| blocked(FOLDER, obstacle))?;
        let journal = Content::from(self.journal.to_string());
        records
            .stage(&journal_temporary(), journal.as_bytes(), Mode::REGULAR)
            .and_then(|()| records.rename(&journal_temporary(), JOURNAL_NAME))
            .map_err(|error| refused(JOURNAL_PATH, &error))?;
        if !self.plan.record.is_empty() {
            let record = Content::from(self.plan.record.to_string());
            records
                .stage(&record_temporary(), record.as_bytes(), Mode::REGULAR)
                .map_err(|error| refused(RECORD_PATH, &error))?;
        }
        for (folder, _) in &self.writes {
            self.disk
                .create_folder(folder, &mut self.made)
                .map_err(|obstacle| blocked(folder, obstacle))?;
        }
        self.each_write(|folder, step, change| {
            let Some((content, mode)) = &change.after else {
                return Ok(());
            };
            folder.stage(&temporary_name(step), content.as_bytes(), *mode)
        })?;
        self.look_again()
    }

    /// Nobody locks an editor out: a file that changed since the plan was made is an edit
    /// that nobody has agreed to lose.
    fn look_again(&self) -> Result<(), Diagnostics> {
        let problems: Diagnostics = self
            .plan
            .changes
            .par_iter()
            .filter(|change| change.action.changes_disk())
            .filter_map(|change| {
                let now = match self.disk.folder(change.path.parent()) {
                    Ok(folder) => folder.stamp(change.path.file_name()),
                    Err(Obstacle::Missing) => Ok(None),
                    Err(obstacle) => return Some(in_the_way(&obstacle)),
                };
                (!matches!(now, Ok(now) if now == change.before.stamp())).then(|| {
                    let path = change.path.as_str();
                    rules::COMMIT_CHANGED_MEANWHILE
                        .report(format!("`{path}` has changed since it was compared"))
                        .at(Location::file(path))
                        .hint("run again; nothing was written")
                })
            })
            .collect::<Vec<_>>()
            .into_iter()
            .collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// Everything that cannot be undone.
    fn finish(&self) -> Result<(), Diagnostics> {
        let result = self
            .each_write(|folder, step, change| {
                folder.rename(&temporary_name(step), change.path.file_name())
            })
            .and_then(|()| self.prune())
            .and_then(|()| self.conclude());
        result.map_err(|mut problems| {
            self.remove_staged();
            problems.push(
                rules::COMMIT_INCOMPLETE.report("not every file could be put in place")
                    .hint("remove the cause and run again: every file is whole, and the next run completes"),
            );
            problems
        })
    }

    fn prune(&self) -> Result<(), Diagnostics> {
        let mut problems = Diagnostics::new();
        let mut pruned = BTreeSet::new();
        for change in &self.plan.changes {
            if change.action != Action::Prune {
                continue;
            }
            let removed = match self.disk.folder(change.path.parent()) {
                Ok(folder) => folder
                    .remove(change.path.file_name())
                    .map_err(|error| refused(change.path.as_str(), &error)),
                Err(Obstacle::Missing) => Ok(()),
                Err(obstacle) => Err(blocked(change.path.parent(), obstacle)),
            };
            match removed {
                Ok(()) => drop(pruned.insert(&change.path)),
                Err(problem) => problems.push(problem),
            }
        }
        remove_empty_parents(self.disk, pruned);
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// Puts the record in place and ends the journal.
    fn conclude(&self) -> Result<(), Diagnostics> {
        let records = self
            .disk
            .folder(FOLDER)
            .map_err(|obstacle| blocked(FOLDER, obstacle))?;
        if self.plan.record.is_empty() {
            records
                .remove(&record_temporary())
                .and_then(|()| records.remove(RECORD_NAME))
        } else {
            records.rename(&record_temporary(), RECORD_NAME)
        }
        .map_err(|error| refused(RECORD_PATH, &error))?;
        records
            .remove(JOURNAL_NAME)
            .map_err(|error| refused(JOURNAL_PATH, &error))?;
        if self.plan.record.is_empty() {
            remove_folder(self.disk, FOLDER);
        }
        Ok(())
    }

    /// Takes back what [`Commit::prepare`] did, as far as the disk lets it. What it does not
    /// is listed in the journal, which then stays.
    fn undo(&self) {
        let staged_is_gone = self.remove_staged();
        if let Ok(records) = self.disk.folder(FOLDER) {
            drop(records.remove(&journal_temporary()));
            // A journal that was there before knows what an earlier killed run wrote; the
            // one that took its place knows it too.
            if staged_is_gone && !self.plan.had_journal {
                drop(records.remove(JOURNAL_NAME));
            }
        }
        for folder in self.made.iter().rev() {
            remove_folder(self.disk, folder);
        }
    }

    /// Whether no staged file is left.
    fn remove_staged(&self) -> bool {
        let gone = |folder: &str, names: &mut dyn Iterator<Item = String>| {
            match self.disk.folder(folder) {
                // All of them, even if one cannot be removed.
                Ok(folder) => {
                    names
                        .map(|name| folder.remove(&name))
                        .filter(Result::is_err)
                        .count()
                        == 0
                }
                // Nothing of ours can be where no folder of ours is.
                Err(Obstacle::Missing | Obstacle::NotAFolder(_) | Obstacle::Link(_)) => true,
                Err(Obstacle::Io(..)) => false,
            }
        };
        let records = gone(FOLDER, &mut std::iter::once(record_temporary()));
        self.writes.iter().fold(records, |all, (folder, changes)| {
            gone(
                folder,
                &mut changes.iter().map(|(step, _)| temporary_name(*step)),
            ) && all
        })
    }

    /// Does something for every file that is written, folder by folder in parallel. Stops
    /// soon after the first failure.
    fn each_write(
        &self,
        act: impl Fn(&Folder<'_>, usize, &Change) -> io::Result<()> + Sync,
    ) -> Result<(), Diagnostics> {
        let failed = AtomicBool::new(false);
        let problems: Vec<Diagnostic> = self
            .writes
            .par_iter()
            .filter_map(|(folder, changes)| {
                let opened = match self.disk.folder(folder) {
                    Ok(opened) => opened,
                    Err(obstacle) => return Some(blocked(folder, obstacle)),
                };
                for (step, change) in changes {
                    if failed.load(Ordering::Relaxed) {
                        return None;
                    }
                    if let Err(error) = act(&opened, *step, change) {
                        failed.store(true, Ordering::Relaxed);
                        return Some(refused(change.path.as_str(), &error));
                    }
                }
                None
            })
            .collect();
        if problems.is_empty() {
            return Ok(());
        }
        let mut problems = Diagnostics::from_iter(problems);
        problems.sort();
        Err(problems)
    }
}
