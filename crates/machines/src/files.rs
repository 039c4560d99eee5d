//! The texts that a talconfig names: from the disk, or from what was just rendered, decrypted
//! where they are encrypted.

use crate::rules;
use std::sync::{Mutex, PoisonError};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics, Source};
use secrets::{EncryptedFile, File, Identity};
use talhelper::nodes;

use repository::{Kind, View};
use vault::identities::hidden;
use vault::may_be_encrypted;

/// Reads texts around a talconfig, and keeps what of them is secret.
pub(crate) struct Reader<'a> {
    view: View<'a>,
    /// The folder of the talconfig, relative to the repository.
    folder: Utf8PathBuf,
    /// Asked for when the first file is encrypted, and not before.
    identities: Box<dyn Fn() -> &'a [Identity] + Send + Sync + 'a>,
    found: Mutex<Found>,
}

/// What turned up on the way.
#[derive(Default)]
struct Found {
    secrets: Vec<String>,
    /// Encrypted files, whose values are looked at only if something is to be shown.
    encrypted: Vec<(Utf8PathBuf, Vec<u8>)>,
    locked: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        view: &View<'a>,
        talconfig: &Utf8Path,
        identities: Box<dyn Fn() -> &'a [Identity] + Send + Sync + 'a>,
    ) -> Self {
        let folder = talconfig.parent().unwrap_or(Utf8Path::new("")).to_owned();
        Self {
            view: view.clone(),
            folder,
            identities,
            found: Mutex::default(),
        }
    }

    /// The bytes of a file by its path relative to the repository, or its absolute path; none if
    /// there is no such file.
    fn bytes(&self, path: &Utf8Path) -> Result<Option<Vec<u8>>, Diagnostic> {
        let kind = self.view.find(path).map(|found| found.kind);
        // A pipe would be waited for; a folder in its place is not a missing file.
        if matches!(kind, Some(Kind::Folder | Kind::Special)) {
            return Err(repository::rules::FILE_SPECIAL
                .report(format!("`{path}` is no file"))
                .at(diagnostics::Location::file(path.as_str())));
        }
        self.view.bytes(path)
    }

    /// A text by its path relative to the repository.
    pub(super) fn text(&self, path: &Utf8Path) -> Result<Option<Source>, Diagnostics> {
        let Some(bytes) = self.bytes(path)? else {
            return Ok(None);
        };
        let file = File::new(path.as_str(), &bytes);
        let encrypted = if may_be_encrypted(&bytes) {
            EncryptedFile::read(&file)
        } else {
            Ok(None)
        };
        let encrypted = match encrypted {
            Ok(encrypted) => encrypted,
            // What is no file of SOPS need not be one of its formats either.
            Err(problems) if looks_encrypted(&bytes) => return Err(problems.without_lines()),
            Err(_) => None,
        };
        let Some(encrypted) = encrypted else {
            if looks_encrypted(&bytes) {
                return Err(without_metadata(path).into());
            }
            let text = String::from_utf8(bytes).map_err(|_| not_utf8(path))?;
            return Ok(Some(Source::new(path.as_str(), text)));
        };
        let identities = (self.identities)();
        let decrypted = encrypted.decrypt(identities).map_err(|problems| {
            let locked = problems
                .iter()
                .any(|problem| problem.is(&secrets::rules::SOPS_NO_IDENTITY));
            if locked {
                self.note(|found| found.locked.push(path.to_string()));
            }
            problems.without_lines()
        })?;
        let text = std::str::from_utf8(&decrypted.content).map_err(|_| not_utf8(path))?;
        self.note(|found| found.encrypted.push((path.to_owned(), bytes.clone())));
        Ok(Some(hidden(path.as_str(), text)))
    }

    /// Adds what came of encrypted files in another way, such as variables.
    pub(super) fn add_secrets(&self, texts: impl IntoIterator<Item = String>) {
        self.note(|found| found.secrets.extend(texts));
    }

    /// Values of encrypted files, which no output may show.
    pub(super) fn secrets(&self) -> Vec<String> {
        let encrypted = self.note(|found| std::mem::take(&mut found.encrypted));
        for (path, bytes) in encrypted {
            let file = File::new(path.as_str(), &bytes);
            let values = secrets::values(&file, (self.identities)()).unwrap_or_default();
            self.add_secrets(
                values
                    .iter()
                    .map(|(_, value)| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            );
        }
        self.note(|found| found.secrets.clone())
    }

    /// The files that nobody here can decrypt.
    pub(super) fn locked(&self) -> Vec<String> {
        self.note(|found| {
            found.locked.sort();
            found.locked.dedup();
            found.locked.clone()
        })
    }

    fn note<T>(&self, what: impl FnOnce(&mut Found) -> T) -> T {
        what(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl nodes::Files for Reader<'_> {
    fn read(&self, path: &str) -> Result<Option<Source>, Diagnostic> {
        let path = tidy(&self.folder.join(path));
        self.text(&path).map_err(|problems| {
            let first = problems.into_iter().next();
            first.unwrap_or_else(|| {
                repository::rules::FILE_UNREADABLE.report(format!("`{path}` cannot be read"))
            })
        })
    }
}

/// Whether a file holds values that sops has encrypted.
pub fn looks_encrypted(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"ENC[AES256_GCM,data:").is_some()
}

/// Encrypted values without what is needed to decrypt them: they would end in configurations
/// as they are.
fn without_metadata(path: &Utf8Path) -> Diagnostic {
    rules::SOPS_NO_METADATA
        .report(format!(
            "`{path}` has encrypted values, but no `sops` block to decrypt them with"
        ))
        .at(diagnostics::Location::file(path.as_str()))
        .hint("restore the file from version control or a backup")
}

fn not_utf8(path: &Utf8Path) -> Diagnostic {
    yaml::rules::FILE_NOT_UTF8
        .report(format!("`{path}` is not UTF-8"))
        .at(diagnostics::Location::file(path.as_str()))
}

/// Without `.` and `..`, as far as they can be resolved by name.
pub fn tidy(path: &Utf8Path) -> Utf8PathBuf {
    let mut tidied = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if tidied.file_name().is_some() => {
                tidied.pop();
            }
            other => tidied.push(other.as_str()),
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_tidied() {
        for (path, tidied) in [
            ("talos/./patches/a.yaml", "talos/patches/a.yaml"),
            ("talos/../a.yaml", "a.yaml"),
            ("../a.yaml", "../a.yaml"),
            ("../../a.yaml", "../../a.yaml"),
            ("/etc/../a.yaml", "/a.yaml"),
        ] {
            assert_eq!(tidy(Utf8Path::new(path)), tidied, "{path}");
        }
    }
}
