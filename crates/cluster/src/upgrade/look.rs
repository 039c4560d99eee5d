//! What a node runs, and what is left to do about it.

use diagnostics::Diagnostic;
use serde::Serialize;
use talos::contract::{kubernetes_range, upgrade_range};
use talos_client::{Fault, Node};

use super::{Target, Upgrade};
use crate::image;
use crate::rules;

/// What is left to do about a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "todo")]
pub enum Verdict {
    /// It runs the image.
    Nothing,
    /// It runs the image, and takes no pods since an upgrade that did not end.
    Finish,
    /// It runs another one.
    Upgrade {
        /// The version that it runs.
        from: String,
        /// The version that it is to run, where the image names one.
        to: Option<String>,
        /// Whether what changes is the schematic alone.
        schematic: bool,
    },
}

/// What a node runs.
pub(super) struct Running {
    /// The version, such as `v1.13.9`.
    pub(super) version: String,
    schematic: Option<String>,
    /// The minor of Kubernetes `1.x` of its kubelet.
    kubernetes: Option<u32>,
}

/// What a node says of itself; of it Kubernetes is not asked.
pub(super) fn running(node: &Node<'_>) -> Result<Running, Fault> {
    let version = node.version()?.version.unwrap_or_default().tag;
    let kubelet = node.kubelet_image()?;
    Ok(Running {
        version,
        schematic: node.schematic()?,
        kubernetes: kubelet.as_deref().and_then(image::tag).and_then(minor),
    })
}

/// Whether Talos says that a node runs, and what it still misses.
pub(super) fn is_ready(node: &Node<'_>) -> Result<Result<(), String>, Fault> {
    let kind = "MachineStatuses.runtime.talos.dev";
    let Some(status) = node.find("runtime", kind, "machine")? else {
        // It has only just begun.
        return Ok(Err("it has begun".to_owned()));
    };
    let status = status.value();
    let stage = status.get("stage").and_then(|stage| stage.as_str());
    if stage != Some("running") {
        let stage = diagnostics::visible(stage.unwrap_or("nothing yet"));
        return Ok(Err(format!("Talos is running, not {stage}")));
    }
    if status.pointer("/status/ready") == Some(&true.into()) {
        return Ok(Ok(()));
    }
    let unmet = status.pointer("/status/unmetConditions");
    let unmet = unmet.and_then(|unmet| unmet.as_array());
    let reasons: Vec<String> = unmet
        .into_iter()
        .flatten()
        .filter_map(|one| one.get("name")?.as_str())
        .map(diagnostics::visible)
        .collect();
    Ok(Err(if reasons.is_empty() {
        "it is ready".to_owned()
    } else {
        format!("it is ready: {}", reasons.join(", "))
    }))
}

impl Upgrade<'_> {
    /// What is left to do about a node, or why that must not be done.
    pub(super) fn look(&self, node: &Node<'_>, target: &Target) -> Result<Verdict, Diagnostic> {
        let running = running(node).map_err(|fault| super::words::named(target, &fault))?;
        let wanted = image::tag(&target.image).filter(|tag| minor(tag).is_some());
        let same_version = wanted.is_none_or(|wanted| wanted == running.version);
        let same_schematic = image::is_schematic(&target.image, running.schematic.as_deref());
        // Of an image without a version nobody can say that it runs.
        if same_version && same_schematic && wanted.is_some() {
            return Ok(if self.is_kept(node, target)? {
                Verdict::Finish
            } else {
                Verdict::Nothing
            });
        }
        if let Some(wanted) = wanted {
            check(target, &running, wanted)?;
        }
        Ok(Verdict::Upgrade {
            from: running.version,
            to: wanted.map(str::to_owned),
            schematic: same_version && !same_schematic,
        })
    }

    /// Whether an upgrade keeps pods from it.
    fn is_kept(&self, node: &Node<'_>, target: &Target) -> Result<bool, Diagnostic> {
        let Some(workloads) = self.workloads else {
            return Ok(false);
        };
        let name = node.nodename();
        let name = name.map_err(|fault| super::words::named(target, &fault))?;
        let placement = workloads.placement(&name.unwrap_or_default())?;
        Ok(placement.is_some_and(|placement| placement.ours && !placement.schedulable))
    }
}

/// The minor of a release of Talos `1.x`.
pub(super) fn minor(version: &str) -> Option<u32> {
    talos::contract::Release::parse(version).map(talos::contract::Release::minor)
}

/// Refuses what Talos's own installer refuses, before anything is stopped for it.
fn check(target: &Target, running: &Running, wanted: &str) -> Result<(), Diagnostic> {
    let (Some(from), Some(to)) = (minor(&running.version), minor(wanted)) else {
        return Ok(());
    };
    let refused = |why: String, hint: String| {
        let message = format!(
            "`{}` cannot go from Talos {} to {wanted}: {why}",
            target.name, running.version
        );
        Err(rules::CLUSTER_VERSION_JUMP.report(message).hint(hint))
    };
    let (oldest, newest) = upgrade_range(to);
    if from < oldest {
        return refused(
            format!("that can be installed over 1.{oldest} or newer"),
            format!(
                "go to the last patch release of 1.{} first, and on by one minor each time",
                from + 1
            ),
        );
    }
    if from > newest {
        return refused(
            format!("that can be installed over 1.{newest} or older"),
            "go back by one minor at a time".to_owned(),
        );
    }
    if let (Some(kubernetes), Some((oldest, newest))) = (running.kubernetes, kubernetes_range(to))
        && !(oldest..=newest).contains(&kubernetes)
    {
        return refused(
            format!(
                "it runs Kubernetes 1.{oldest} to 1.{newest}, and the cluster has 1.{kubernetes}"
            ),
            "`ichor talos upgrade-k8s` first, or another Talos".to_owned(),
        );
    }
    Ok(())
}
