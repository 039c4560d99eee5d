//! What `doctor` looks at in a repository: each check says how something stands, and what to do
//! where it stands badly. What runs is looked at by the crate `cluster`, with the same [`Check`].

mod credentials;
mod keys;
mod leftovers;
mod pins;
mod programs;

use camino::Utf8Path;
use diagnostics::{Diagnostic, Diagnostics, Severity};
use repository::View;
use serde::Serialize;
use vault::{State as Sealing, Vault};

use crate::checks;
use crate::rules;

pub use credentials::{kubeconfig, talosconfig};
pub use keys::{PublicKeys, public_keys};
pub use leftovers::Leftovers;
pub use pins::{Pins, Release};
pub use programs::{Program, Unusable, programs};

/// How something stands.
#[derive(Debug, Clone)]
pub struct Check {
    /// What was looked at: a noun or two.
    pub name: &'static str,
    /// How it stands.
    pub found: Found,
}

/// What came of a check.
#[derive(Debug, Clone)]
pub enum Found {
    /// It is as it should be: a clause.
    Fine(String),
    /// Something is worth a look, or wrong.
    Wrong {
        /// How it stands in short: a clause.
        what: String,
        /// Each with what to do.
        problems: Diagnostics,
    },
    /// It could not be looked at, which is no problem: a clause on why.
    Unseen(String),
}

/// How a check ended, in the order in which they matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// All is well.
    Ok,
    /// It works, and something is to be done some day.
    Warning,
    /// It does not work, or will not when it is needed.
    Problem,
    /// It was not looked at.
    NotLookedAt,
}

impl Check {
    /// What is as it should be.
    pub fn fine(name: &'static str, what: impl Into<String>) -> Self {
        let found = Found::Fine(what.into());
        Self { name, found }
    }

    /// What was not looked at.
    pub fn unseen(name: &'static str, why: impl Into<String>) -> Self {
        let found = Found::Unseen(why.into());
        Self { name, found }
    }

    /// What something is, where these problems were found; fine where there are none.
    pub fn of(name: &'static str, what: impl Into<String>, problems: Diagnostics) -> Self {
        let what = what.into();
        let found = if problems.is_empty() {
            Found::Fine(what)
        } else {
            Found::Wrong { what, problems }
        };
        Self { name, found }
    }

    /// How it ended.
    pub fn state(&self) -> State {
        match &self.found {
            Found::Unseen(_) => State::NotLookedAt,
            Found::Wrong { problems, .. } if problems.has_errors() => State::Problem,
            Found::Wrong { problems, .. } if problems.count(Severity::Warning) > 0 => {
                State::Warning
            }
            Found::Wrong { .. } | Found::Fine(_) => State::Ok,
        }
    }

    /// How it stands, as a clause.
    pub fn message(&self) -> &str {
        match &self.found {
            Found::Fine(what) | Found::Wrong { what, .. } | Found::Unseen(what) => what,
        }
    }

    /// What was found.
    pub fn problems(&self) -> Diagnostics {
        match &self.found {
            Found::Wrong { problems, .. } => problems.clone(),
            Found::Fine(_) | Found::Unseen(_) => Diagnostics::new(),
        }
    }
}

/// Whether git has, or would take, what nobody else may have.
pub fn git(view: &View<'_>) -> Check {
    const NAME: &str = "git";
    let Some(git) = view.git() else {
        return Check::unseen(NAME, "there is no git repository here");
    };
    let problems: Diagnostics = checks::keys_in_git(view, &git).into_iter().collect();
    let what = if problems.is_empty() {
        "no key is in it, and none would be taken"
    } else {
        "keys are not safe from it"
    };
    Check::of(NAME, what, problems)
}

/// Whether git looks after secrets in this clone.
pub fn hooks(root: &Utf8Path) -> Check {
    const NAME: &str = "git hooks";
    let Ok(lacking) = vault::hooks::lacking(root) else {
        return Check::unseen(NAME, "there is no git repository here");
    };
    if lacking.is_empty() {
        return Check::fine(NAME, "set up in this clone");
    }
    let problem = rules::DOCTOR_NO_HOOKS
        .report(lacking.join(", and "))
        .hint("`ichor init --hooks` sets up this clone");
    Check::of(NAME, "not all set up in this clone", problem.into())
}

/// Whether every secret of the repository is encrypted, and can be decrypted here.
pub fn secrets(vault: &Vault, view: &View<'_>) -> Check {
    const NAME: &str = "secrets";
    let (targets, found) = vault::targets(view, &[".".into()]);
    let mut report = vault.states(&targets, true, &|_, _| {});
    report.problems.extend(found);
    let count = report.files.len();
    if count == 0 && report.problems.is_empty() {
        return Check::unseen(NAME, "there are no encrypted files yet");
    }
    let is = |wanted: &[Sealing]| {
        let states = report.files.iter().map(|file| file.state);
        states.filter(|state| wanted.contains(state)).count()
    };
    let clear = is(&[
        Sealing::Clear,
        Sealing::PartlyClear,
        Sealing::NothingEncrypted,
    ]);
    let stale = is(&[Sealing::OtherKeys, Sealing::OtherSelector]);
    let files = |count: usize| match count {
        1 => "1 file".to_owned(),
        _ => format!("{count} files"),
    };
    if clear > 0 {
        report.problems.push(
            rules::DOCTOR_CLEAR_SECRETS
                .report(format!("{} in the clear, wholly or in part", files(clear)))
                .hint("`ichor secrets status` names them; `ichor secrets encrypt` encrypts them"),
        );
    }
    if stale > 0 {
        report.problems.push(
            rules::DOCTOR_STALE_SECRETS
                .report(format!(
                    "{} encrypted otherwise than the rules of today say",
                    files(stale)
                ))
                .hint("`ichor secrets status` names them; `ichor secrets updatekeys` gives them the recipients of their rules"),
        );
    }
    let locked = locked(&mut report.problems);
    report.problems.extend(locked);
    if report.problems.has_errors() {
        // Why identities were left out explains what cannot be decrypted.
        report.problems.extend(vault.keys().faults());
    }
    let what = if report.problems.has_errors() {
        format!("{}, not all as they should be", files(count))
    } else {
        format!("{}, all of them decrypted here", files(count))
    };
    Check::of(NAME, what, report.problems)
}

/// What no identity here decrypts, as one problem: it is told of each file otherwise.
fn locked(problems: &mut Diagnostics) -> Option<Diagnostic> {
    let all = std::mem::take(problems);
    let is_locked = |problem: &Diagnostic| problem.is(&secrets::rules::SOPS_NO_IDENTITY);
    let (locked, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(is_locked);
    *problems = rest.into_iter().collect();
    let first = locked.first()?.location.clone()?;
    let which = match locked.len() {
        1 => format!("`{}`", first.file),
        count => format!("{count} files, such as `{}`", first.file),
    };
    Some(
        rules::DOCTOR_LOCKED_SECRETS
            .report(format!("no identity here decrypts {which}"))
            .hint("`ichor secrets status --verify` says for whom each is encrypted; use the `age.key` of one of them"),
    )
}

#[cfg(test)]
mod tests;
