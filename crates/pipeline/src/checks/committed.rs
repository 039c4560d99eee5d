//! The checks of what git has, which need neither configuration nor key.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Diagnostics;
use repository::View;
use vault::Progress;
use vault::check::{Checked, Scope};

use super::machines::Machines;
use super::yaml::Yaml;
use super::{Check, Over};

/// Which files of git count.
#[derive(Debug, Clone)]
pub enum Of {
    /// All that git tracks, as a repository that lives without its configuration has it.
    Tracked,
    /// What git's index holds: of these files and folders, or all of it; `staged` leaves out
    /// what the last commit has, too.
    Index {
        /// Only what differs from the last commit.
        staged: bool,
        /// Only these files, and what lies below these folders.
        paths: Vec<Utf8PathBuf>,
    },
}

/// Checks what git has; where there is no git repository, the files on disk. `config` is a file
/// of creation rules in the place of the usual one.
///
/// # Errors
///
/// An index that cannot be read, and everything that is wrong with `.sops.yaml`.
pub fn committed(
    view: &View<'static>,
    of: Of,
    config: Option<&Utf8Path>,
    progress: Progress<'_>,
) -> Result<Checked, Diagnostics> {
    let over = match of {
        Of::Tracked => Over::Tracked,
        Of::Index { .. } => Over::Index,
    };
    let mut scope = Scope {
        yaml: Yaml.over().contains(&over),
        ..Scope::default()
    };
    if let Of::Index { staged, paths } = of {
        scope = Scope {
            staged,
            paths,
            ..scope
        };
    }
    let mut checked = vault::check::run(view, config, &scope, progress)?;
    if Machines.over().contains(&over) {
        let refused = ::machines::check::committed(view, repository::clock::system_time());
        checked.problems.extend(refused);
    }
    Ok(checked)
}
