//! What every operation does: look at a file, work on it, write what changed.

use diagnostics::Diagnostics;
use secrets::EncryptedFile;
use zeroize::Zeroizing;

use super::batch::{self, Action, Outcome, Progress, Report};
use super::change::Changed;
use super::find::Target;
use super::look::{self, Look};
use super::open::Vault;
use repository::write::REPLACING;
use repository::{Batch, Git};

impl Vault {
    pub(super) fn in_place(
        &self,
        targets: &[Target],
        progress: Progress<'_>,
        work: impl Fn(&Self, Option<&Git>, &Target) -> Result<Option<Changed>, Diagnostics> + Sync,
    ) -> Report<Outcome> {
        let batch = match Batch::into_view(&self.view) {
            Ok(batch) => batch,
            Err(problem) => {
                return Report {
                    files: Vec::new(),
                    problems: problem.into(),
                };
            }
        };
        let start = || self.view.git();
        let mut report = batch::run(targets, progress, start, |git, target| {
            let Some(changed) = work(self, git.as_ref(), target)? else {
                return Ok(None);
            };
            stage(&batch, target, &changed)?;
            Ok(Some((changed.outcome, changed.notes)))
        });
        if let Err(problems) = batch.commit() {
            let failed = |path: &str| {
                let mut places = problems.iter().filter_map(|one| one.location.as_ref());
                places.any(|place| &*place.file == path)
            };
            report.files.retain(|outcome| !failed(&outcome.path));
            report.problems.extend(problems);
        }
        report
    }

    /// An encrypted file. `None` if it was found in a folder and is none.
    pub(super) fn encrypted_look<'a>(
        &'a self,
        target: &'a Target,
    ) -> Result<Option<(Look<'a>, EncryptedFile)>, Diagnostics> {
        let look = look::at(&self.view, target, self.config.as_ref(), self.format())?;
        match look {
            Some(mut look) => match look.encrypted.take() {
                Some(encrypted) => Ok(Some((look, encrypted))),
                None if target.named => Err(look::not_encrypted(look.shown)),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    /// The same of a file that must be encrypted.
    pub(super) fn required<'a>(
        &'a self,
        target: &'a Target,
    ) -> Result<(Look<'a>, EncryptedFile), Diagnostics> {
        self.encrypted_look(target)?
            .ok_or_else(|| look::not_encrypted(&target.shown))
    }

    pub(super) fn text<'a>(
        &'a self,
        target: &'a Target,
        content: Zeroizing<Vec<u8>>,
    ) -> Result<Look<'a>, Diagnostics> {
        let rule = self
            .config
            .as_ref()
            .and_then(|config| config.rule_for(&target.path));
        let format = self
            .format()
            .unwrap_or_else(|| secrets::Format::of(&target.shown));
        look::look(&target.shown, content, format, rule, true)?
            .ok_or_else(|| look::not_encrypted(&target.shown))
    }
}

/// Writes what changed, under a lock that was taken before the file was read.
pub(super) fn write(batch: Batch, target: &Target, changed: &Changed) -> Result<(), Diagnostics> {
    stage(&batch, target, changed)?;
    batch.commit()
}

fn stage(batch: &Batch, target: &Target, changed: &Changed) -> Result<(), Diagnostics> {
    if changed.outcome.action != Action::Unchanged {
        batch.stage(&target.shown, &changed.content, REPLACING)?;
    }
    Ok(())
}

/// A file that turned out to need nothing.
pub(super) fn nothing(target: &Target) -> Changed {
    Changed::new(&target.shown, Action::Unchanged, Zeroizing::default())
}
