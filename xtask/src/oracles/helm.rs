//! The real Helm over the cases of `crates/flux/tests/helm`: the values that templates get, and
//! whether a schema refuses them. And one chart rendered through `pipeline::manifests::render`, as
//! `flux build --helm` does it.

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use flux::helm::Package;
use helm::Helm;
use pipeline::manifests::{self, Settings, charts, render};
use repository::View;
use repository::private::{Places, PrivateFolder};
use serde_json::Value as Json;

use super::{Options, Outcome};
use crate::files;
use crate::oracles::charts::HELM;

/// The recorded cases.
const CASES: &str = "crates/flux/tests/helm/helm-4.3.1.json";

/// Prints the values as templates see them.
const TEMPLATE: &str = "out: {{ toJson .Values | quote }}\n";

pub(super) fn run(options: &Options) -> Result<Outcome> {
    let helm = match HELM.built()? {
        Ok(helm) => helm,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let cases: Vec<Json> = serde_json::from_str(&files::text(&files::root().join(CASES))?)?;
    let mut differences = Vec::new();
    for case in &cases {
        let why = case["why"].as_str().unwrap_or_default();
        let folder = tempfile::tempdir()?;
        let folder = files::utf8(folder.path())?;
        for (path, text) in case["files"].as_object().context("a case has files")? {
            let text = text.as_str().unwrap_or_default();
            files::write(&folder.join("chart").join(path), text.as_bytes())?;
        }
        files::write(
            &folder.join("chart/templates/out.yaml"),
            TEMPLATE.as_bytes(),
        )?;
        let values = case["values"].as_str().unwrap_or_default();
        files::write(&folder.join("values.yaml"), values.as_bytes())?;
        let judged = template(&helm, folder, &[])?;
        if judged.is_none() != (case["refused"] == Json::Bool(true)) {
            differences.push(format!("{why}: refused: {}", judged.is_none()));
        }
        let made = template(&helm, folder, &["--skip-schema-validation"])?;
        let made = made.map(|text| out(&text)).transpose()?.unwrap_or_default();
        if made != case["result"] {
            differences.push(format!("{why}: {made}, not {}", case["result"]));
        }
    }
    differences.extend(rendered(&helm, options.bless)?);
    Ok(if differences.is_empty() {
        Outcome::Agreed(format!("{} cases, and a chart rendered", cases.len()))
    } else {
        Outcome::Differs(differences.join("\n"))
    })
}

/// What `helm template` prints; none where it refuses.
fn template(helm: &Utf8Path, folder: &Utf8Path, more: &[&str]) -> Result<Option<String>> {
    let output = Command::new(helm)
        .args(["template", "r", "chart", "--values", "values.yaml"])
        .args(more)
        .current_dir(folder)
        .env("HOME", folder)
        .output()
        .with_context(|| format!("cannot start {helm}"))?;
    let text = String::from_utf8(output.stdout)?;
    Ok(output.status.success().then_some(text))
}

/// The JSON within the text of the one template.
fn out(text: &str) -> Result<Json> {
    let line = text.lines().find_map(|line| line.strip_prefix("out: "));
    let line = line.context("the template prints a line")?;
    let inner: String = serde_json::from_str(line)?;
    Ok(serde_json::from_str(&inner)?)
}

/// A release through everything: the cache, the program, post-renderers, labels.
fn rendered(helm: &Utf8Path, bless: bool) -> Result<Vec<String>> {
    let folder = tempfile::tempdir()?;
    let root = files::utf8(folder.path())?;
    let repository = files::root().join("xtask/src/oracles/helm");
    for path in files::paths(&repository.join("repository"))? {
        let text = files::text(&repository.join("repository").join(&path))?;
        files::write(&root.join(&path), text.as_bytes())?;
    }
    let packed = Command::new("tar")
        .args(["-czf", "-", "-C", repository.as_str(), "chart"])
        .output()
        .context("cannot start tar")?;
    if let Err(why) = Package::from_archive(&packed.stdout) {
        bail!("the chart is none: {why}");
    }
    let view = View::on_disk(root);
    let settings = Settings {
        kubernetes: Some("v1.36.3".to_owned()),
        ..Settings::default()
    };
    let mut assembled = manifests::assemble(&view, &settings);
    let fetched: Vec<_> = { assembled.releases.iter() }
        .filter_map(|release| release.chart.clone())
        .map(|chart| charts::Fetched {
            chart,
            version: "1.0.0".to_owned(),
            archive: packed.stdout.clone(),
        })
        .collect();
    if let Err(problems) = charts::keep(root, &fetched) {
        bail!("nothing can be kept: {problems:?}");
    }
    let private = PrivateFolder::create(&Places {
        memory: Vec::new(),
        disk: root.to_owned(),
    })?;
    let helm = match Helm::new(helm.to_owned(), private) {
        Ok(helm) => helm,
        Err(why) => bail!("helm cannot be used: {why:?}"),
    };
    let done = render::render(&helm, &view, &view, &mut assembled, &settings);
    let objects = assembled
        .releases
        .iter()
        .flat_map(|release| release.rendered.iter().flatten());
    let text = flux::kustomize::to_yaml(&objects.cloned().collect::<Vec<_>>());
    if bless {
        files::write(&repository.join("expected.yaml"), text.as_bytes())?;
    }
    let expected = files::text(&repository.join("expected.yaml")).unwrap_or_default();
    let mut differences: Vec<String> = done.problems.iter().map(ToString::to_string).collect();
    differences.extend(
        done.left_out
            .iter()
            .map(|(name, why)| format!("{name}: {why}")),
    );
    if text != expected {
        differences.push(format!(
            "the chart is rendered otherwise than `expected.yaml`:\n{text}"
        ));
    }
    Ok(differences)
}
