//! What git would publish and must not, and what it leaves out and must not.

use camino::Utf8Path;
use diagnostics::{Diagnostic, Diagnostics, Location};
use tree::{RECORD_PATH, Rendered, Tree};

use super::{Check, Subject};
use crate::load::Inputs;
use crate::model::Model;
use repository::Git;

/// Files that hold a key or password in the clear, so that git must never track them.
const NEVER_TRACKED: &[&str] = &[
    "age.key",
    "cloudflare-tunnel.json",
    "github-deploy.key",
    "github-push-token.txt",
    "kubeconfig",
    "talosconfig",
];

/// How many ignored outputs a message names.
const LISTED: usize = 3;

/// What git would publish and must not, and what it leaves out and must not.
pub(super) struct Published;

impl Check for Published {
    fn name(&self) -> &'static str {
        "git"
    }

    fn run(&self, subject: &Subject<'_>, tree: &Tree<Rendered>) -> Diagnostics {
        check(subject.inputs, subject.model, tree)
            .into_iter()
            .collect()
    }
}

/// Both; nothing where there is no git repository.
fn check(inputs: &Inputs, model: &Model, tree: &Tree<Rendered>) -> Vec<Diagnostic> {
    let Some(git) = Git::discover(&inputs.root) else {
        return Vec::new();
    };
    let mut found = tracked(&git, model);
    found.extend(exposed(&inputs.root).map_or_else(Vec::new, |path| {
        vec![
            Diagnostic::warning(
                "git/key-exposed",
                format!("no `.gitignore` covers `{path}`: the next `git add --all` takes it"),
            )
            .at(Location::file(path))
            .hint("`ichor init` adds what is missing to `.gitignore`, and changes nothing that is there"),
        ]
    }));
    found.extend(ignored(&git, tree));
    found
}

/// The first file with keys or tokens that a commit of everything would take. Of a folder
/// that is no git repository yet, `.gitignore` is read for the entries that `init` writes.
pub(crate) fn exposed(root: &Utf8Path) -> Option<&'static str> {
    let present = NEVER_TRACKED
        .iter()
        .chain(&["cluster.yaml"])
        .copied()
        .filter(|path| root.join(path).is_file());
    let Some(git) = Git::discover(root) else {
        let text = repository::read::text(root, ".gitignore").ok().flatten();
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
fn ignored(git: &Git, tree: &Tree<Rendered>) -> Option<Diagnostic> {
    let paths = tree.iter().map(|(path, _)| path.as_str());
    let ignored = git.ignored(paths.chain([RECORD_PATH]));
    // An example in a folder that git ignores as a whole is not meant to be committed.
    if ignored.len() > tree.len() && git.is_below() {
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
        Diagnostic::warning(
            "git/ignored-output",
            format!(
                "git ignores {}{more}, so that no commit holds them",
                first.join(", ")
            ),
        )
        .at(Location::file(".gitignore"))
        .hint(format!(
            "`git check-ignore --verbose {}` names the rule; take it out",
            ignored[0]
        )),
    )
}

/// Keys and passwords that git would publish.
fn tracked(git: &Git, model: &Model) -> Vec<Diagnostic> {
    let private = model.cluster.repository().visibility == config_model::Visibility::Private;
    let mut found: Vec<_> = git
        .tracked(NEVER_TRACKED.iter().copied())
        .into_iter()
        .map(|path| {
            Diagnostic::error("git/key-tracked", format!("git tracks `{path}`, which holds a key"))
                .at(Location::file(path))
                .hint(format!("run `git rm --cached {path}`, and replace the key: whoever has the repository has it"))
        })
        .collect();
    let secret = model.cluster.values().iter().any(|(_, entry)| {
        entry.is_secret() && matches!(entry.value(), Some(value) if value.as_str() != Some(""))
    });
    if secret && !git.tracked(["cluster.yaml"]).is_empty() {
        let message = "git tracks `cluster.yaml`, which holds secrets in the clear";
        let problem = if private {
            Diagnostic::warning("git/secrets-tracked", message)
        } else {
            Diagnostic::error("git/secrets-tracked", message)
        };
        found.push(
            problem
                .at(Location::file("cluster.yaml"))
                .hint("run `git rm --cached cluster.yaml`, and replace the tokens in it"),
        );
    }
    found
}
