//! The secrets of a repository, opened.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Diagnostics;
use secrets::{Format, Rule};

use super::change::Overrides;
use super::config::Config;
use super::find::Target;
use super::keys::{Keys, Loader};

/// The secrets of a repository, and what is needed to work on them.
pub struct Vault {
    pub(super) folder: Utf8PathBuf,
    pub(super) config: Option<Config>,
    pub(super) keys: Keys,
    /// In the place of what the rules and the names of files say.
    pub(super) overrides: Overrides,
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

    /// What the creation rules say of a file.
    pub(super) fn rule(&self, target: &Target) -> Option<&Rule> {
        let rule = self.config.as_ref()?.rule_for(&target.path)?;
        Some(&rule.rule)
    }

    pub(super) fn format(&self) -> Option<Format> {
        self.overrides.format
    }
}
