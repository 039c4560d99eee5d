//! What the bootstrap installs in another version than Flux.

use diagnostics::{Diagnostic, Diagnostics};

use super::context::Elsewhere;
use super::{at, related};
use crate::assembled::Release;
use crate::inventory::{Inventory, kinds, release_name, target_namespace};
use crate::object::Object;
use crate::rules;
use crate::value::Value;

/// Compares every `releases` of a helmfile below a folder `bootstrap` with what Flux installs.
pub(super) fn check(inventory: &Inventory<'_>, elsewhere: &Elsewhere, problems: &mut Diagnostics) {
    let files = elsewhere.files.iter().filter(|file| file.is_bootstrap());
    for document in files.flat_map(|file| &file.objects) {
        let releases = document
            .0
            .get("releases")
            .map(Value::items)
            .unwrap_or_default();
        for entry in releases {
            let text = |key| entry.get(key).and_then(Value::as_text).unwrap_or_default();
            let (chart, version) = (text("chart"), entry.get("version"));
            let Some((version, wanted)) = version.and_then(|one| Some((one, one.as_text()?)))
            else {
                continue;
            };
            let same = inventory.assembled.releases.iter().find(|release| {
                let installed = release.chart.as_ref().map(|chart| chart.address.as_str());
                let is_named = (release_name(release) == text("name")
                    || release.id.name == text("name"))
                    && [target_namespace(release), ""].contains(&text("namespace"));
                is_named && installed.is_none_or(|address| is_same_chart(address, release, chart))
            });
            let Some(release) = same else { continue };
            problems.extend(drift(inventory, release, text("name"), version, wanted));
        }
    }
}

/// What is wrong with a version of a chart that a bootstrap installs, where Flux installs the same
/// chart in another one.
pub fn drift(
    inventory: &Inventory<'_>,
    release: &Release,
    name: &str,
    version: &Value,
    wanted: &str,
) -> Option<Diagnostic> {
    let (place, installed) = version_of(inventory, release)?;
    let known = plain(&installed);
    let is_exact = known
        .chars()
        .all(|one| one.is_ascii_alphanumeric() || ".-+".contains(one))
        && known.starts_with(|one: char| one.is_ascii_digit());
    if !is_exact || known == plain(wanted) || wanted.contains("{{") {
        return None;
    }
    let message =
        format!("the bootstrap installs `{name}` in version `{wanted}`, Flux in `{installed}`");
    let problem = at(rules::FLUX_BOOTSTRAP_DRIFT.report(message), version);
    Some(
        related(problem, &place, "this is Flux's version")
            .hint(format!("write `{installed}` in both")),
    )
}

/// Without a leading `v` and without a digest.
fn plain(version: &str) -> &str {
    let version = version.split('@').next().unwrap_or_default();
    version.strip_prefix('v').unwrap_or(version)
}

/// Whether a helmfile's chart is that of a release: its whole address, or where that is short for
/// one in a repository of charts, its name.
fn is_same_chart(address: &str, release: &Release, chart: &str) -> bool {
    let bare = |text: &str| {
        text.trim_start_matches("oci://")
            .trim_end_matches('/')
            .to_owned()
    };
    if chart.starts_with("oci://") {
        return bare(address) == bare(chart);
    }
    let named = release.chart.as_ref().map(|chart| chart.name.as_str());
    named.is_some_and(|name| !name.is_empty() && chart.rsplit('/').next() == Some(name))
}

/// The version of the chart of a release, and where it is written.
fn version_of(
    inventory: &Inventory<'_>,
    release: &Release,
) -> Option<(crate::value::Place, String)> {
    if let Some(version) = release.object.0.at(&["spec", "chart", "spec", "version"]) {
        return Some((version.place.clone(), version.as_text()?.to_owned()));
    }
    let spec = |key| release.object.text(&["spec", "chartRef", key]);
    let namespace = match spec("namespace") {
        "" => release.id.namespace.as_str(),
        given => given,
    };
    let source = (kinds::SOURCES, "OCIRepository");
    let object: &Object = inventory.find(source, namespace, spec("name"))?.object;
    let reference = object.0.at(&["spec", "ref"])?;
    let version = reference.get("tag").or_else(|| reference.get("semver"))?;
    Some((version.place.clone(), version.as_text()?.to_owned()))
}
