//! Single values of a file: read, set, taken out.

use diagnostics::Diagnostics;
use repository::Batch;
use secrets::{Path, Value};
use serde_json::Value as Json;

use super::batch::Action;
use super::change::Changed;
use super::find::Target;
use super::open::Vault;
use super::steps::write;
use crate::clock;

impl Vault {
    /// One value of a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be decrypted, or there is no value at that path.
    pub fn get(&self, target: &Target, path: &Path) -> Result<Value, Diagnostics> {
        let (look, _) = self.required(target)?;
        secrets::get(&look.file(), path, self.keys.identities()).map_err(Diagnostics::without_lines)
    }

    /// All values of a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be decrypted.
    pub fn values(&self, target: &Target) -> Result<Vec<(Path, Value)>, Diagnostics> {
        let (look, _) = self.required(target)?;
        secrets::values(&look.file(), self.keys.identities()).map_err(Diagnostics::without_lines)
    }

    /// Sets a value, and writes the file if that changes it.
    ///
    /// # Errors
    ///
    /// If the file cannot be decrypted or written, or has no place for such a value.
    pub fn set(&self, target: &Target, path: &Path, value: &Json) -> Result<Changed, Diagnostics> {
        let batch = Batch::into_view(&self.view)?;
        let (look, _) = self.required(target)?;
        let identities = self.keys.identities();
        let now = clock::timestamp();
        let encrypted = secrets::set(
            &look.file(),
            path,
            value,
            self.rule(target),
            identities,
            now,
        )
        .map_err(Diagnostics::without_lines)?;
        let changed = Changed::encrypted(look.shown, Action::Updated, encrypted);
        write(batch, target, &changed)?;
        Ok(changed)
    }

    /// Takes a value out. One that is not there is no error: then nothing changes.
    ///
    /// # Errors
    ///
    /// If the file cannot be decrypted or written.
    pub fn unset(&self, target: &Target, path: &Path) -> Result<Changed, Diagnostics> {
        let batch = Batch::into_view(&self.view)?;
        let (look, _) = self.required(target)?;
        let identities = self.keys.identities();
        match secrets::unset(&look.file(), path, identities, clock::timestamp()) {
            Ok(encrypted) => {
                let changed = Changed::encrypted(look.shown, Action::Updated, encrypted);
                write(batch, target, &changed)?;
                Ok(changed)
            }
            Err(problems)
                if problems
                    .iter()
                    .all(|problem| problem.is(&secrets::rules::SOPS_NO_SUCH_VALUE)) =>
            {
                let content = look.content.clone();
                Ok(Changed::new(look.shown, Action::Unchanged, content))
            }
            Err(problems) => Err(problems.without_lines()),
        }
    }
}
