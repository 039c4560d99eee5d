//! A new bundle, encrypted before it touches the disk.

use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics, Location};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use talos::bundle::Bundle;
use zeroize::Zeroizing;

use super::clock;
use super::places::Places;
use repository::{Batch, View};
use tree::{Mode, WriteOptions};
use vault::Vault;

use crate::rules;

/// What became of a new bundle.
pub struct NewSecret {
    /// Where it is.
    pub path: Utf8PathBuf,
    /// What is worth knowing of its encryption.
    pub notes: Diagnostics,
}

/// Writes a bundle into `talsecret.sops.yaml`, encrypted by the rules of `.sops.yaml`. One that
/// is there is never replaced: other secrets are another cluster.
///
/// # Errors
///
/// A bundle that is there, a rule that is not, what the disk refuses.
pub fn new_secret(
    view: &View<'_>,
    vault: &Vault,
    places: &Places,
    bundle: &Bundle,
) -> Result<NewSecret, Diagnostics> {
    refuse_second_secret(view, places)?;
    let sealed = |path: &&Utf8PathBuf| path.as_str().ends_with(".sops.yaml");
    let path = places
        .bundles
        .iter()
        .find(sealed)
        .or(places.bundles.first())
        .ok_or_else(|| rules::TALSECRET_NONE.report("no file is named for the secrets"))?;
    let content = Zeroizing::new(bundle.to_yaml().as_bytes().to_vec());
    let target = vault.target(path);
    let changed = vault.encrypt_text(&target, content)?;
    if bundle
        .secret_texts()
        .any(|secret| holds(&changed.content, secret))
    {
        return Err(left_clear(path).into());
    }
    let options = WriteOptions {
        mode: Some(Mode::REGULAR),
        sync: true,
        ..WriteOptions::default()
    };
    let batch = Batch::into_view(view)?;
    batch.stage(path.as_str(), &changed.content, options)?;
    batch.commit()?;
    Ok(NewSecret {
        path: path.clone(),
        notes: changed.notes,
    })
}

/// Stops where the cluster has a bundle.
///
/// # Errors
///
/// `talsecret/exists`.
pub fn refuse_second_secret(view: &View<'_>, places: &Places) -> Result<(), Diagnostic> {
    let mut paths = places.bundles.iter();
    match paths.find(|path| view.exists(path)) {
        Some(path) => Err(exists(path)),
        None => Ok(()),
    }
}

/// The secrets of a new cluster, from the system's random numbers, whose certificates begin now.
///
/// # Errors
///
/// A clock that is wrong; where a certificate cannot be made, which is a fault of ours.
pub fn new_bundle(now: SystemTime) -> Result<Bundle, Diagnostic> {
    Bundle::generate(&mut UnwrapErr(SysRng), clock::plausible(now)?).map_err(|error| {
        rules::TALSECRET_NOT_MADE.report(format!("no secrets can be made: {error}"))
    })
}

fn holds(content: &[u8], secret: &str) -> bool {
    content
        .windows(secret.len())
        .any(|window| window == secret.as_bytes())
}

/// The rule encrypts other keys than those of a bundle.
fn left_clear(path: &Utf8Path) -> Diagnostic {
    rules::TALSECRET_LEFT_CLEAR
        .report(format!(
            "the rule for `{path}` would leave secrets of the cluster in the clear"
        ))
        .at(Location::file(".sops.yaml"))
        .hint(format!(
            "give it a rule of its own before the others, without a selector: `path_regex: {path}`"
        ))
}

fn exists(path: &Utf8Path) -> Diagnostic {
    rules::TALSECRET_EXISTS.report(format!("`{path}` holds the secrets of the cluster"))
        .at(Location::file(path.as_str()))
        .hint("other secrets are another cluster: delete the file only if the nodes are to be set up anew")
}
