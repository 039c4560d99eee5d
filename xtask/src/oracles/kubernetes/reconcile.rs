//! A Kustomization that fails: ichor says why at once, where flux waits for its time-out.

use std::time::{Duration, Instant};

use anyhow::Result;
use camino::Utf8Path;

use super::super::Options;
use super::flow;
use super::repository::Repository;
use super::rig::{Helm, PATIENCE, Rig, until};

/// How long the reason may take.
const SOON: Duration = Duration::from_secs(3);

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    _options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    rig.helm = Helm::Four;
    rig.fresh()?;
    let repository = Repository::new(rig, ichor)?;
    flow::done(rig, &repository)?;
    repository.put(
        "kubernetes/apps/default/echo/app/kustomization.yaml",
        r#"{"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["./gone.yaml"]}"#,
    )?;
    repository.push(rig)?;
    // It fails already before either is asked.
    repository
        .ended(rig, "reconcile source git flux-system")?
        .well("`reconcile source`")?;
    let echo = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/default/kustomizations/echo";
    until("the Kustomization to fail", PATIENCE, || {
        let echo = rig.get(echo)?.unwrap_or_default();
        Ok(flow::ready_condition(&echo)["status"] == "False")
    })?;
    let ours = repository.ended(rig, "reconcile default/echo")?;
    if ours.status.success() || !ours.words.contains("gone.yaml") {
        faults.push(format!(
            "a Kustomization that fails is told so:\n{}",
            ours.words
        ));
    }
    if ours.took > SOON {
        faults.push(format!("its reason takes {:.1} s", ours.took.as_secs_f32()));
    }
    let begin = Instant::now();
    let mut flux = rig.command("flux")?;
    flux.args([
        "reconcile",
        "kustomization",
        "echo",
        "--namespace=default",
        "--timeout=30s",
    ]);
    let theirs = flux.output()?;
    let words = super::super::helper::said(&theirs);
    if theirs.status.success() || words.contains("gone.yaml") {
        faults.push(format!("flux has learned to say why:\n{words}"));
    }
    Ok(format!(
        "the reason in {:.1} s, and with flux none in {:.0} s",
        ours.took.as_secs_f32(),
        begin.elapsed().as_secs_f32()
    ))
}
