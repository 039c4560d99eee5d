//! A clone's own settings: `.git/config`, and the folders that go with it.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics, Location};
use gix::config::{File, Source};

use crate::{named, rules};

/// A clone as git sets it up.
pub struct Local {
    repository: gix::Repository,
    /// The top of the work tree.
    pub work_tree: Utf8PathBuf,
    /// git's own folder, which all work trees of the clone share.
    pub folder: Utf8PathBuf,
}

/// One setting: `[section "subsection"] key = value`.
pub struct Setting<'a> {
    /// What kind of thing is set.
    pub section: &'a str,
    /// Which of them.
    pub subsection: &'a str,
    /// What of it.
    pub key: &'a str,
    /// What it is set to.
    pub value: String,
}

impl Local {
    /// How a message calls the file of the settings.
    pub const SHOWN: &'static str = ".git/config";

    /// The clone around a folder.
    ///
    /// # Errors
    ///
    /// Where there is none, none with a work tree, or one whose path is not UTF-8.
    pub fn around(folder: &Utf8Path) -> Result<Self, Diagnostic> {
        let repository = gix::discover(folder.as_std_path())
            .map_err(|_| none("there is no git repository here"))?;
        let utf8 = |path: &std::path::Path| {
            Utf8PathBuf::from_path_buf(path.to_owned())
                .map_err(|_| none("the path of the git repository is not UTF-8"))
        };
        let work_tree = repository
            .workdir()
            .ok_or_else(|| none("this git repository has no work tree"))?;
        Ok(Self {
            work_tree: utf8(work_tree)?,
            folder: utf8(repository.common_dir())?,
            repository,
        })
    }

    /// What git would use for a key such as `core.hooksPath`, wherever that is set.
    pub fn setting(&self, key: &str) -> Option<String> {
        let settings = self.repository.config_snapshot();
        settings.string(key).map(|value| value.to_string())
    }

    /// Sets what is not so yet in the clone's own file, leaving the rest of it as it is; whether
    /// anything had to be.
    ///
    /// # Errors
    ///
    /// Settings that cannot be read, changed or written.
    pub fn set(&self, wanted: &[Setting<'_>]) -> Result<bool, Diagnostics> {
        let path = self.folder.join("config");
        let mut settings = File::from_path_no_includes(path.clone().into(), Source::Local)
            .map_err(|error| fault(&error))?;
        let before = settings.to_bstring();
        for wanted in wanted {
            let (section, key) = (wanted.section, wanted.key);
            let has = settings
                .raw_value_by(section, wanted.subsection, key)
                .is_ok_and(|has| has.as_ref() as &[u8] == wanted.value.as_bytes());
            if !has {
                settings
                    .set_raw_value_by(section, wanted.subsection, key, wanted.value.as_str())
                    .map_err(|error| fault(&error))?;
            }
        }
        let after = settings.to_bstring();
        if before == after {
            return Ok(false);
        }
        named::replace(&path, Self::SHOWN, &after, None)?;
        Ok(true)
    }
}

/// Whether git, in the clone around a folder, has a setting, wherever that is set.
pub fn has_setting(folder: &Utf8Path, key: &str) -> bool {
    gix::discover(folder.as_std_path())
        .is_ok_and(|repository| repository.config_snapshot().string(key).is_some())
}

fn none(reason: &str) -> Diagnostic {
    rules::GIT_NO_REPOSITORY
        .report(reason)
        .at(Location::file(".git"))
        .hint("run `git init` first")
}

fn fault(reason: &dyn std::fmt::Display) -> Diagnostics {
    let problem = rules::GIT_BAD_SETTINGS
        .report(format!("git's settings cannot be changed: {reason}"))
        .at(Location::file(Local::SHOWN));
    problem.into()
}
