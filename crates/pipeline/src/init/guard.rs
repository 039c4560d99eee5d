//! When `init` must not write: where a key is in use already, or where no repository starts.

use camino::Utf8Path;
use diagnostics::{Diagnostic, Location};

use super::Existing;
use repository::{Root, View, names};

use crate::load::layout;
use crate::rules;

/// Refuses a folder that no repository of ours starts in.
///
/// # Errors
///
/// `init/below-root` below the root of a repository, ours or git's, `init/other-layout` where another file
/// configures the repository.
pub(super) fn refuse_other_places(
    root: &Utf8Path,
    existing: &Existing<'_>,
) -> Result<(), Diagnostic> {
    if ["cluster.yaml", "cluster.sops.yaml"]
        .iter()
        .any(|path| (existing.has)(path))
    {
        return Ok(());
    }
    let Root { path: above, below } = Root::find(root);
    if !below.as_str().is_empty() {
        return Err(rules::INIT_BELOW_ROOT
            .report(format!(
                "this folder lies in a repository whose root is `{above}`"
            ))
            .hint(format!(
                "run `ichor -C {above} init`, or make a repository of this folder first: `git init`"
            )));
    }
    if let Some(layout) = layout::other(&View::on_disk(root)) {
        let file = layout.configuration;
        return Err(rules::INIT_OTHER_LAYOUT
            .report(format!(
                "this repository is configured by `{file}`, and not by a `cluster.yaml`"
            ))
            .at(Location::file(file))
            .hint("a new repository needs a folder of its own: `ichor -C FOLDER init`"));
    }
    Ok(())
}

/// Refuses keys that would take the place of others which are only not here.
///
/// # Errors
///
/// `init/other-age-key` where `.sops.yaml` encrypts for a key and `age.key` is missing, as in
/// a fresh clone: with a new one, nothing that is encrypted could be decrypted any more.
/// `init/public-key-alone` where only the public half of the deploy key is there.
pub(super) fn refuse_second_keys(
    view: &View<'_>,
    existing: &Existing<'_>,
) -> Result<(), Diagnostic> {
    if !(existing.has)(names::AGE_KEY) {
        let rules = view.text(".sops.yaml")?;
        if rules.is_some_and(|rules| rules.text().contains("age1")) {
            return Err(rules::INIT_OTHER_AGE_KEY
                .report("secrets are encrypted for a key already, and it is not in `age.key`")
                .at(Location::file(".sops.yaml"))
                .hint(
                    "copy the `age.key` of this repository from where it is kept; to start anew \
                 with another, remove `.sops.yaml` and every file that was encrypted",
                ));
        }
    }
    if (existing.has)(names::DEPLOY_KEY_PUBLIC) && !(existing.has)(names::DEPLOY_KEY) {
        return Err(rules::INIT_PUBLIC_KEY_ALONE
            .report("the public half of a deploy key is here without `github-deploy.key`")
            .at(Location::file(names::DEPLOY_KEY_PUBLIC))
            .hint("copy `github-deploy.key` from where it is kept, or remove the public half"));
    }
    Ok(())
}
