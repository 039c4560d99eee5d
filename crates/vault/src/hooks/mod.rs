//! What makes git look after secrets: a hook, a merge driver, a text for differences. Only
//! files of this clone are written, and nothing of others is overwritten.

mod attributes;
mod installed;
mod settings;

use camino::Utf8Path;
use diagnostics::{Diagnostics, Location};
use repository::git::{Local, has_setting};
use repository::{View, write};

pub use installed::{Installed, Setup};

/// Where git has the hook that guards commits.
const HOOK: &str = "hooks/pre-commit";

/// What it runs.
const GUARD: &str = "secrets check --staged";

/// Sets up the git repository around `folder`. `program` is how a shell calls ichor.
///
/// # Errors
///
/// Where there is no git repository, and what the disk refuses.
pub fn install(folder: &Utf8Path, program: &str) -> Result<Vec<Installed>, Diagnostics> {
    let clone = Local::around(folder)?;
    let guard = format!("{program}{} {GUARD}", directory(folder, &clone.work_tree));
    let foreign = clone.setting("core.hooksPath");
    Ok(vec![
        hook(&clone.folder, foreign.as_deref(), &guard)?,
        settings::set(&clone, program)?,
        attributes::complete(&clone.work_tree)?,
    ])
}

/// Whether git calls ichor in this clone: to merge, which is set up together with the rest.
pub fn are_installed(folder: &Utf8Path) -> bool {
    has_setting(folder, &format!("merge.{}.driver", settings::NAME))
}

/// What git lacks in this clone of what [`install`] sets up, as clauses; nothing where all is there.
///
/// # Errors
///
/// Where there is no git repository.
pub fn lacking(folder: &Utf8Path) -> Result<Vec<&'static str>, Diagnostics> {
    let clone = Local::around(folder)?;
    let hooks = match clone.setting("core.hooksPath") {
        // As git has it, a path that is relative counts from the top of the work tree.
        Some(folder) => clone.work_tree.join(folder),
        None => clone.folder.join("hooks"),
    };
    let hook = View::on_disk(hooks).bytes("pre-commit").ok().flatten();
    let mut lacking = Vec::new();
    if !hook.is_some_and(|text| guards(&text)) {
        lacking.push("no hook keeps secrets in the clear out of commits");
    }
    if !are_installed(folder) {
        lacking.push("git merges encrypted files line by line");
    }
    Ok(lacking)
}

/// Whether a hook runs the guard.
fn guards(text: &[u8]) -> bool {
    String::from_utf8_lossy(text)
        .lines()
        .any(|line| !line.trim_start().starts_with('#') && line.contains(GUARD))
}

fn hook(common: &Utf8Path, foreign: Option<&str>, guard: &str) -> Result<Installed, Diagnostics> {
    let line = guard.to_owned();
    let installed = |path: &str, action| Installed {
        path: path.to_owned(),
        purpose: "keeps secrets in the clear out of commits",
        action,
    };
    if let Some(folder) = foreign {
        let action = Setup::Foreign { line };
        return Ok(installed(&format!("{folder}/pre-commit"), action));
    }
    let shown = ".git/hooks/pre-commit";
    let disk = View::on_disk(common);
    if disk.exists(HOOK) {
        let text = disk
            .bytes(HOOK)
            .map_err(|problem| problem.at(Location::file(shown)))?;
        let action = if guards(&text.unwrap_or_default()) {
            Setup::Present
        } else {
            Setup::Foreign { line }
        };
        return Ok(installed(shown, action));
    }
    let text = format!(
        "#!/bin/sh\n# Written by `ichor init --hooks`: keeps secrets in the clear out of commits.\nexec {line}\n"
    );
    write::file(common, HOOK, text.as_bytes(), 0o755).map_err(|mut problem| {
        problem.message = problem.message.replace(HOOK, shown);
        problem.at(Location::file(shown))
    })?;
    Ok(installed(shown, Setup::Written))
}

/// git runs hooks at the top of its work tree, which need not be where the rules are.
fn directory(folder: &Utf8Path, work_tree: &Utf8Path) -> String {
    let below = || {
        let (folder, top) = (repository::real(folder), repository::real(work_tree));
        let path = folder?.strip_prefix(top?).ok()?.to_string();
        (!path.is_empty()).then_some(path)
    };
    below().map_or_else(String::new, |path| {
        format!(" -C '{}'", path.replace('\'', r"'\''"))
    })
}
