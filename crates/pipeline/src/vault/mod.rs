//! SOPS files of a repository: found, read, changed and written, one by one or whole trees.
//!
//! What a file needs is decided by `secrets`; here is what touches the disk and git. Every
//! file is written whole or not at all, and keeps its mode. A problem of one file keeps no
//! other from being done, and all problems are reported.
//!
//! A file that `.ichor/outputs` records needs no care here: a secret counts as edited only if
//! its plaintext differs, and a new token for an equal plaintext is none.

mod actions;
mod batch;
mod change;
pub mod check;
mod config;
mod convert;
mod disk;
mod edit;
mod find;
pub mod hooks;
mod keys;
mod look;
mod merging;
mod names;
pub mod private;
mod state;

#[cfg(test)]
mod tests;

pub use actions::Recipients;
pub use batch::{Action, Outcome, Progress, Report};
pub use change::{Changed, KeyPlan, Overrides};
pub use config::Config;
pub use convert::{convert, extract};
pub use disk::{read_target as read, replace};
pub use edit::Editing;
pub use find::{Target, targets};
pub use keys::{Keys, Loader};
pub use merging::{merge, redacted, revealed};
pub use state::{FileState, State};

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Diagnostics;
use secrets::Format;

/// The secrets of a repository, and what is needed to work on them.
pub struct Vault {
    folder: Utf8PathBuf,
    config: Option<Config>,
    keys: Keys,
    /// In the place of what the rules and the names of files say.
    overrides: Overrides,
}

impl Vault {
    /// Opens what lies around `folder`: `.sops.yaml` is the nearest upward from there, as
    /// sops takes it, unless one is named, and `age.key` stands beside it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with `.sops.yaml`.
    pub fn open(
        folder: &Utf8Path,
        config: Option<&Utf8Path>,
        loader: Loader,
    ) -> Result<Self, Diagnostics> {
        let config = Config::find(folder, config)?;
        let root = config.as_ref().map_or(folder, |config| &config.folder);
        Ok(Self {
            folder: folder.to_owned(),
            keys: Keys::new(root, loader),
            config,
            overrides: Overrides::default(),
        })
    }

    /// The same, with other recipients, selectors or formats than rules and names say.
    #[must_use]
    pub fn with(self, overrides: Overrides) -> Self {
        Self { overrides, ..self }
    }

    /// The creation rules, where there are any.
    pub fn config(&self) -> Option<&Config> {
        self.config.as_ref()
    }

    /// The identities, read when they are first asked for.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    fn format(&self) -> Option<Format> {
        self.overrides.format
    }
}
