//! What git would publish and must not, and what it leaves out and must not.

use diagnostics::{Diagnostic, Diagnostics, Location, Severity};
use serde::{Deserialize, Serialize};
use tree::{RECORD_PATH, Rendered, Tree};

use super::{Check, Subject};
use crate::model::Model;
use repository::{Git, View, names, rules};

/// How many ignored outputs a message names.
const LISTED: usize = 3;

/// What git would publish and must not, and what it leaves out and must not.
pub(super) struct Published;

impl Check for Published {
    fn name(&self) -> &'static str {
        "git"
    }

    fn run(&self, subject: &Subject<'_>, tree: &Tree<Rendered>) -> Diagnostics {
        let facts = Facts::of(subject.model);
        let outputs = tree.iter().map(|(path, _)| path.as_str());
        published(&subject.inputs.view, facts, outputs)
    }
}

/// What of the configuration counts here.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// Whether the repository is a private one.
    private: bool,
    /// Whether `cluster.yaml` holds secrets.
    secrets: bool,
}

impl Facts {
    pub(crate) fn of(model: &Model) -> Self {
        let secrets = model.cluster.values().iter().any(|(_, entry)| {
            entry.is_secret() && matches!(entry.value(), Some(value) if value.as_str() != Some(""))
        });
        Self {
            private: model.cluster.visibility() == config_model::Visibility::Private,
            secrets,
        }
    }
}

/// Everything that git would publish or leave out; nothing where there is no git repository.
pub(crate) fn published<'a>(
    view: &View<'_>,
    facts: Facts,
    outputs: impl IntoIterator<Item = &'a str>,
) -> Diagnostics {
    let Some(git) = view.git() else {
        return Diagnostics::new();
    };
    let mut found = keys(view, &git);
    found.extend(configuration(&git, facts));
    found.extend(ignored(&git, outputs));
    found.into_iter().collect()
}

/// The keys that git has, and the first that it would take.
pub(crate) fn keys(view: &View<'_>, git: &Git) -> Vec<Diagnostic> {
    let mut found = tracked(git);
    found.extend(exposed(view).map(|path| {
        rules::GIT_KEY_EXPOSED
            .report(format!("no `.gitignore` covers `{path}`: the next `git add --all` takes it"))
            .at(Location::file(path))
            .hint("`ichor init` adds what is missing to `.gitignore`, and changes nothing that is there")
    }));
    found
}

/// Whether a problem is one of these.
pub(crate) fn is_ours(problem: &Diagnostic) -> bool {
    [
        &rules::GIT_KEY_TRACKED,
        &rules::GIT_SECRETS_TRACKED,
        &rules::GIT_KEY_EXPOSED,
        &rules::GIT_IGNORED_OUTPUT,
    ]
    .iter()
    .any(|rule| problem.is(rule))
}

/// The first file with keys or tokens that a commit of everything would take. Of a folder
/// that is no git repository yet, `.gitignore` is read for the entries that `init` writes.
pub(crate) fn exposed(view: &View<'_>) -> Option<&'static str> {
    let present = names::keys()
        .chain(["cluster.yaml"])
        .filter(|path| view.is_file(path));
    let Some(git) = view.git() else {
        let text = view.text(".gitignore").ok().flatten();
        let text = text.as_ref().map_or("", |source| source.text());
        let covers = |path: &str| {
            text.lines()
                .any(|line| line.trim().trim_matches('/') == path)
        };
        return present.into_iter().find(|path| !covers(path));
    };
    let present: Vec<_> = present.collect();
    let known: Vec<_> = git
        .ignored(present.iter().copied())
        .into_iter()
        .chain(git.tracked(present.iter().copied()))
        .map(str::to_owned)
        .collect();
    present
        .into_iter()
        .find(|path| !known.iter().any(|known| known == path))
}

/// Outputs that no commit would hold: Flux reads what is committed.
fn ignored<'a>(git: &Git, outputs: impl IntoIterator<Item = &'a str>) -> Option<Diagnostic> {
    let outputs: Vec<_> = outputs.into_iter().collect();
    let ignored = git.ignored(outputs.iter().copied().chain([RECORD_PATH]));
    // An example in a folder that git ignores as a whole is not meant to be committed.
    if ignored.len() > outputs.len() && git.is_below() {
        return None;
    }
    let first: Vec<_> = ignored
        .iter()
        .take(LISTED)
        .map(|path| format!("`{path}`"))
        .collect();
    if first.is_empty() {
        return None;
    }
    let more = match ignored.len() - first.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(
        rules::GIT_IGNORED_OUTPUT
            .report(format!(
                "git ignores {}{more}, so that no commit holds them",
                first.join(", ")
            ))
            .at(Location::file(".gitignore"))
            .hint(format!(
                "`git check-ignore --verbose {}` names the rule; take it out",
                ignored[0]
            )),
    )
}

/// Keys and passwords that git has.
fn tracked(git: &Git) -> Vec<Diagnostic> {
    git.tracked(names::keys())
        .into_iter()
        .map(|path| {
            rules::GIT_KEY_TRACKED.report(format!("git tracks `{path}`, which holds a key"))
                .at(Location::file(path))
                .hint(format!("run `git rm --cached {path}`, and replace the key: whoever has the repository has it"))
        })
        .collect()
}

/// The configuration, where it holds secrets and git has it.
fn configuration(git: &Git, facts: Facts) -> Option<Diagnostic> {
    if !facts.secrets || git.tracked(["cluster.yaml"]).is_empty() {
        return None;
    }
    let message = "git tracks `cluster.yaml`, which holds secrets in the clear";
    let problem = if facts.private {
        rules::GIT_SECRETS_TRACKED.report_as(Severity::Warning, message)
    } else {
        rules::GIT_SECRETS_TRACKED.report(message)
    };
    Some(
        problem
            .at(Location::file("cluster.yaml"))
            .hint("run `git rm --cached cluster.yaml`, and replace the tokens in it"),
    )
}
