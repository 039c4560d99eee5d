//! The secrets of a repository, opened.

use camino::Utf8Path;
use diagnostics::Diagnostics;
use repository::View;
use secrets::{Format, Rule};

use super::change::Overrides;
use super::config::Config;
use super::find::Target;
use super::keys::{Keys, Loader};

/// The secrets of a repository, and what is needed to work on them.
pub struct Vault {
    pub(super) view: View<'static>,
    pub(super) config: Option<Config>,
    pub(super) keys: Keys,
    /// In the place of what the rules and the names of files say.
    pub(super) overrides: Overrides,
}

impl Vault {
    /// Opens what a view shows: `.sops.yaml` is the nearest upward from there, as
    /// sops takes it, unless one is named, and `age.key` stands beside it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with `.sops.yaml`.
    pub fn open(
        view: &View<'static>,
        config: Option<&Utf8Path>,
        loader: Loader,
    ) -> Result<Self, Diagnostics> {
        let config = Config::find(view, config)?;
        let beside = match &config {
            Some(config) if view.root().is_some() => View::on_disk(&config.folder),
            _ => view.clone(),
        };
        Ok(Self {
            view: view.clone(),
            keys: Keys::new(&beside, loader),
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

    /// The folder that paths count from, where it is on a disk.
    pub(super) fn folder(&self) -> &Utf8Path {
        self.view.root().unwrap_or("".into())
    }

    /// A file that the user named.
    pub fn target(&self, path: &Utf8Path) -> Target {
        Target::named(&self.view, path)
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
