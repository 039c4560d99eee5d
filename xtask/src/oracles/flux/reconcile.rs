//! `ichor reconcile`, `suspend` and `resume`, against controllers that do as they are told.

use std::process::Output;
use std::time::Instant;

use anyhow::{Context as _, Result};
use camino::Utf8PathBuf;
use serde_json::{Value, json};

use super::cluster::Cluster;
use super::objects::{NAME, NAMESPACE};
use super::processes::Sandbox;
use super::repository::Repository;
use crate::{files, process};

/// A Kustomization that the first one brings, which makes a ConfigMap.
const CHILD: &str = "child";

/// The program, and a repository whose kubeconfig is the cluster's.
struct Runner<'a> {
    sandbox: &'a Sandbox,
    ichor: Utf8PathBuf,
    folder: Utf8PathBuf,
}

impl Runner<'_> {
    fn run(&self, line: &str) -> Result<(Output, f64)> {
        let begun = Instant::now();
        let mut command = self.sandbox.command(self.ichor.as_str())?;
        let output = command
            .current_dir(&self.folder)
            .args(line.split(' '))
            .output()
            .context("cannot start ichor")?;
        Ok((output, begun.elapsed().as_secs_f64()))
    }
}

/// What took how long, or what was not as it should be.
pub(super) fn check(
    sandbox: &Sandbox,
    cluster: &Cluster<'_>,
    repository: &Repository<'_>,
) -> Result<Result<String, String>> {
    let folder = sandbox.path("reconciled")?;
    files::write(&folder.join("kubeconfig"), cluster.whole_kubeconfig()?)?;
    let runner = Runner {
        sandbox,
        ichor: process::ichor("dev")?,
        folder,
    };
    let top = repository.tree.join("kustomization.yaml");
    let before: Value = serde_json::from_str(&files::text(&top)?)?;
    let with = |more: &str| -> Result<()> {
        let mut list = before.clone();
        if let Some(resources) = list["resources"].as_array_mut() {
            resources.extend(
                [json!("child.yaml"), json!(more)]
                    .into_iter()
                    .filter(|one| *one != ""),
            );
        }
        files::write(&top, list.to_string())
    };
    let child = json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": { "name": CHILD, "namespace": NAMESPACE },
        "spec": {
            "interval": "1h", "prune": false, "path": "./child",
            "sourceRef": { "kind": "GitRepository", "name": NAME },
        },
    });
    files::write(&repository.tree.join("child.yaml"), child.to_string())?;
    let made = json!({ "configMapGenerator": [{ "name": "made", "namespace": NAMESPACE, "literals": ["a=b"] }] });
    files::write(
        &repository.tree.join("child/kustomization.yaml"),
        made.to_string(),
    )?;

    let root = format!("reconcile {NAMESPACE}/{NAME} --with-source");
    let ready = format!("ks {NAMESPACE}/{NAME}: ready at main@sha1:");
    let brought = format!("ks {NAMESPACE}/{CHILD}: ready at main@sha1:");
    let mut took = Vec::new();
    let mut step = |commit: Option<&str>,
                    line: &str,
                    code: i32,
                    said: &[&str]|
     -> Result<Result<(), String>> {
        if let Some(what) = commit {
            repository.commit(what)?;
        }
        let (output, seconds) = runner.run(line)?;
        took.push(format!("{seconds:.1}"));
        let words = String::from_utf8_lossy(&output.stderr);
        let is_right =
            output.status.code() == Some(code) && said.iter().all(|one| words.contains(one));
        Ok(if is_right {
            Ok(())
        } else {
            Err(format!(
                "`ichor {line}` ended with {}, not {code} and {said:?}:\n{words}",
                output.status
            ))
        })
    };
    with("")?;
    if let Err(fault) = step(Some("a child"), &root, 0, &[&ready, &brought])? {
        return Ok(Err(fault));
    }
    with("missing.yaml")?;
    // Its own reason, where Flux tries again and again.
    let fails = ["[cluster/flux-not-ready]", "missing.yaml"];
    if let Err(fault) = step(Some("what is not there"), &root, 1, &fails)? {
        return Ok(Err(fault));
    }
    let alone = format!("reconcile {NAMESPACE}/{NAME}");
    if let Err(fault) = step(None, &alone, 1, &fails)? {
        return Ok(Err(fault));
    }
    with("")?;
    let suspend = format!("suspend ks {NAMESPACE}/{CHILD}");
    let resume = format!("resume ks {NAMESPACE}/{CHILD}");
    let left = format!("ks {NAMESPACE}/{CHILD}: suspended");
    for (commit, line, said) in [
        (Some("whole again"), &root, vec![ready.as_str(), &brought]),
        (None, &suspend, vec!["is suspended"]),
        (None, &root, vec![&ready, &left]),
        (None, &resume, vec!["goes on", &brought]),
    ] {
        if let Err(fault) = step(commit, line, 0, &said)? {
            return Ok(Err(fault));
        }
    }
    Ok(Ok(format!("reconciled in {} s", took.join(", "))))
}
