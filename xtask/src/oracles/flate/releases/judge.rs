//! helm-controller itself: what it would install of each release.

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use flux::assembled::{Assembled, Release};
use pipeline::manifests::charts::Charts;
use repository::View;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::ask::ask as asked;
use super::super::super::flux::processes::Sandbox;
use super::super::super::go::Program;
use super::super::documents;
use super::{KUBERNETES, by_name, compare};
use crate::files;

pub(super) const JUDGE: Program = Program {
    folder: "flate/judge",
    name: "judge",
    package: "github.com/fluxcd/helm-controller/cmd/oracle",
    link: "-s -w",
};

/// Whose packages it needs.
pub(super) const MODULE: &str = "github.com/fluxcd/helm-controller";

/// What it would install.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    error: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    hooks: Option<Vec<Hook>>,
    /// The files of the chart's folder `crds`, if they are applied.
    #[serde(default)]
    crds: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Hook {
    events: Vec<String>,
    text: String,
}

/// Compares the releases that ichor has rendered with what helm-controller makes of them, and says how many objects
/// are the same.
pub(super) fn ask(
    judge: &Utf8Path,
    sandbox: &Sandbox,
    view: &View<'_>,
    assembled: &Assembled,
    apis: &[String],
    faults: &mut Vec<String>,
) -> Result<usize> {
    let charts = Charts::open(view);
    let of_kind = |kind: &str| -> Vec<Value> {
        { assembled.kustomizations.iter() }
            .flat_map(|one| &one.objects)
            .filter(|object| object.kind() == kind)
            .map(|object| object.0.to_json())
            .collect()
    };
    let (config_maps, secrets) = (of_kind("ConfigMap"), of_kind("Secret"));
    let rendered: Vec<&Release> = { assembled.releases.iter() }
        .filter(|release| release.rendered.is_some())
        .collect();
    let mut questions = Vec::new();
    for (index, release) in rendered.iter().enumerate() {
        let chart = release.chart.as_ref();
        let chart = chart.context("a release that is rendered has a chart")?;
        let content = charts.archive(chart);
        let archive = sandbox.path(&format!("charts/{index}.tgz"))?;
        files::write(&archive, content.context("it is in the cache")?)?;
        questions.push(json!({
            "release": release.object.0.to_json(),
            "chart": archive,
            "valuesFiles": chart.values_files,
            "mayMiss": chart.may_miss_values_files,
            "configMaps": config_maps,
            "secrets": secrets,
            "kubernetes": KUBERNETES,
            "apis": apis,
        }));
    }
    let answers: Vec<Answer> = asked(judge, &questions)?;
    let mut alike = 0;
    for (release, answer) in rendered.into_iter().zip(answers) {
        if !answer.error.is_empty() {
            faults.push(format!(
                "helm-controller refuses {}: {}",
                release.id, answer.error
            ));
            continue;
        }
        let ours = { release.rendered.iter().flatten() }.map(|object| object.0.to_json());
        let theirs = installed(release, &answer);
        let mut found = Vec::new();
        alike += compare(
            "helm-controller",
            &by_name(ours),
            &by_name(theirs.into_iter()),
            &mut found,
        );
        faults.extend(
            found
                .into_iter()
                .map(|words| format!("{}: {words}", release.id)),
        );
    }
    Ok(alike)
}

/// The objects that a cluster gets from a release, when it is installed.
fn installed(release: &Release, answer: &Answer) -> Vec<Value> {
    let is_set = |path: &[&str]| {
        { release.object.0.at(path) }.and_then(flux::value::Value::as_bool) == Some(true)
    };
    let hooks = answer.hooks.iter().flatten().filter(|hook| {
        let is_test = hook.events.iter().all(|event| event == "test");
        if is_test {
            is_set(&["spec", "test", "enable"])
        } else {
            !is_set(&["spec", "install", "disableHooks"])
        }
    });
    let mut objects: Vec<Value> = documents(&answer.text).collect();
    objects.extend(hooks.flat_map(|hook| documents(&hook.text)));
    for mut definition in answer
        .crds
        .iter()
        .flatten()
        .flat_map(|text| documents(text))
    {
        // The action sets them on what its client has read.
        let labels = &mut definition["metadata"]["labels"];
        labels["helm.toolkit.fluxcd.io/name"] = release.id.name.clone().into();
        labels["helm.toolkit.fluxcd.io/namespace"] = release.id.namespace.clone().into();
        objects.push(definition);
    }
    objects.retain(Value::is_object);
    objects
}
