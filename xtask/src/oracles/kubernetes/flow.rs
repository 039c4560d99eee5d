//! A bootstrap as it goes: when Flux has its first revision, and when all is ready.

use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

use super::repository::{Ended, Repository, Run};
use super::rig::{Helm, PATIENCE, Rig, until};

/// The line that all of this is about.
pub(super) const BOOTSTRAP: &str = "bootstrap apps";

/// Where Flux keeps its objects.
pub(super) const KUSTOMIZATIONS: &str = "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations";
pub(super) const RELEASES: &str = "/apis/helm.toolkit.fluxcd.io/v2/helmreleases";

/// How long a bootstrap took, from its start on.
pub(super) struct Times {
    /// Until the Kustomization that Flux begins with has applied a revision.
    pub(super) revision: Duration,
    /// Until the program ended.
    pub(super) ended: Duration,
    /// Until every Kustomization and every release was ready.
    pub(super) ready: Duration,
}

/// Bootstraps to the end, and waits until everything is ready.
pub(super) fn done(rig: &Rig, repository: &Repository) -> Result<(Times, Ended)> {
    follow(rig, repository.ichor(rig, BOOTSTRAP)?)
}

/// Follows a bootstrap.
pub(super) fn follow(rig: &Rig, mut run: Run) -> Result<(Times, Ended)> {
    let begin = run.begin;
    let (mut revision, mut ended) = (None, None);
    let root =
        "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/flux-system";
    until("the first revision of Flux", PATIENCE, || {
        if ended.is_none() {
            ended = run.ended()?;
        }
        if let Some(failed) = ended.as_ref().filter(|ended| !ended.status.success()) {
            bail!(
                "a bootstrap ended with {}:\n{}",
                failed.status,
                failed.words
            );
        }
        if revision.is_none()
            && let Some(root) = rig.get(root)?
            && root["status"]["lastAppliedRevision"].is_string()
        {
            revision = Some(begin.elapsed());
        }
        Ok(revision.is_some() && ended.is_some())
    })?;
    ready(rig)?;
    let (Some(revision), Some(ended)) = (revision, ended) else {
        bail!("a bootstrap came to no end")
    };
    let times = Times {
        revision,
        ended: ended.took,
        ready: begin.elapsed(),
    };
    Ok((times, ended))
}

/// Waits until every Kustomization and every release is ready.
pub(super) fn ready(rig: &Rig) -> Result<()> {
    let mut left = Vec::new();
    let waited = until("everything to be ready", PATIENCE, || {
        left = unready(rig)?;
        Ok(left.is_empty())
    });
    match waited {
        Ok(()) => Ok(()),
        Err(error) => bail!("{error}; not ready:\n{}", left.join("\n")),
    }
}

/// What of Flux is not ready, and why; that there are no releases yet is one reason.
pub(super) fn unready(rig: &Rig) -> Result<Vec<String>> {
    let mut left = Vec::new();
    for path in [KUSTOMIZATIONS, RELEASES] {
        let objects = rig.list(path)?;
        if objects.is_empty() {
            left.push(format!("nothing at {path}"));
        }
        left.extend(objects.iter().filter_map(|object| {
            let condition = ready_condition(object);
            let current =
                object["metadata"]["generation"] == object["status"]["observedGeneration"];
            (condition["status"] != "True" || !current).then(|| {
                format!(
                    "{} {}: {}",
                    object["kind"], object["metadata"]["name"], condition["message"]
                )
            })
        }));
    }
    Ok(left)
}

/// The condition that an object is ready by.
pub(super) fn ready_condition(object: &Value) -> Value {
    let conditions = object["status"]["conditions"].as_array();
    let mut conditions = conditions.into_iter().flatten();
    conditions
        .find(|condition| condition["type"] == "Ready")
        .cloned()
        .unwrap_or_default()
}

/// The revisions of Helm, by the names of their Secrets.
pub(super) fn revisions(rig: &Rig) -> Result<Vec<String>> {
    let found = rig.list("/api/v1/secrets?fieldSelector=type%3Dhelm.sh%2Frelease.v1")?;
    let name = |secret: &Value| secret["metadata"]["name"].as_str().map(str::to_owned);
    Ok(found.iter().filter_map(name).collect())
}

/// The script that ichor replaces, unmodified, with what it calls: it wants Helm 3.
pub(super) fn original(rig: &mut Rig, repository: &Repository) -> Result<(Times, Ended)> {
    let before = std::mem::replace(&mut rig.helm, Helm::Three);
    let mut script = rig.command("bash")?;
    rig.helm = before;
    // It opens what it writes to again and again, and would empty a file.
    script
        .args([
            "-c",
            "set -o pipefail; bash scripts/bootstrap-apps.sh 2>&1 | cat",
        ])
        .env("KUBECONFIG", repository.folder.join("kubeconfig"))
        .env("TALOSCONFIG", "/dev/null")
        .env("SOPS_AGE_KEY_FILE", repository.folder.join("age.key"));
    follow(rig, repository.start(rig, script)?)
}
