//! The charts behind the rendered releases: real `helm template` with our values, and every key
//! that the values set against what the chart itself knows.
//!
//! Charts are looked up in a folder that the caller names; see `oracles/README.md` for its layout.

mod chart;
mod keys;
mod releases;
mod text;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Command;

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use tempfile::TempDir;

use self::releases::Release;
pub(crate) use self::text::documents;

/// What became of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The release, as `namespace/name`.
    pub(crate) release: String,
    /// The chart's name: the last part of its source's address.
    pub(crate) chart: String,
    /// The version that the repository pins; empty where it pins none.
    pub(crate) pinned: String,
    /// The version of the chart that was found, if one was.
    pub(crate) found: Option<String>,
    /// What `helm template` said.
    pub(crate) template: Template,
    /// Keys of the values that nothing in the chart knows, as dotted paths: mistakes.
    pub(crate) unknown: Vec<String>,
    /// Keys that neither the chart's values nor its schema list, but its templates read.
    pub(crate) unlisted: Vec<String>,
}

/// The result of `helm template`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Template {
    /// It rendered, and the values fit the chart's schema where it has one.
    Rendered,
    /// It rendered, but a schema lies on the web and could not be read, so none was applied.
    RenderedWithoutSchema,
    /// It failed, with helm's words.
    Failed(String),
    /// There is no such chart in the folder.
    NoChart,
}

impl Row {
    /// Whether the release is wrong. One whose chart is missing is unproven, not wrong.
    pub(crate) fn is_wrong(&self) -> bool {
        !self.unknown.is_empty() || matches!(self.template, Template::Failed(_))
    }
}

/// Checks every `HelmRelease` below `rendered_root` (plaintext, as `expected/` of a fixture holds
/// it) against the charts found below `charts`, with the program `helm`. Rows come in the order of
/// their release names. A release that is in `seen`, with the same chart and values, is passed over;
/// the others are put there.
///
/// # Errors
/// When a folder or file cannot be read, is not YAML, or `helm` cannot be started. What helm says
/// against a release is in its row.
pub(crate) fn run(
    rendered_root: &Utf8Path,
    charts: &Utf8Path,
    helm: &Utf8Path,
    seen: &mut BTreeSet<String>,
) -> Result<Vec<Row>> {
    let charts = chart::find(charts)?;
    let mut rows = Vec::new();
    for release in releases::find(rendered_root)? {
        let Release {
            name,
            namespace,
            chart,
            pinned,
            values,
        } = &release;
        if !seen.insert(format!("{namespace}/{name} {chart} {pinned} {values}")) {
            continue;
        }
        let candidates = charts.get(&release.chart).map_or(&[][..], Vec::as_slice);
        let same = |found: &&chart::Found| plain(&found.version) == plain(&release.pinned);
        let found = candidates.iter().find(same).or(candidates.first());
        let mut row = Row {
            release: format!("{}/{}", release.namespace, release.name),
            chart: release.chart.clone(),
            pinned: release.pinned.clone(),
            found: found.map(|found| found.version.clone()),
            template: Template::NoChart,
            unknown: Vec::new(),
            unlisted: Vec::new(),
        };
        if let Some(found) = found {
            let chart = chart::Chart::load(&found.folder)?;
            let findings = keys::check(&release.values, &chart);
            (row.unknown, row.unlisted) = (findings.unknown, findings.unlisted);
            row.template = template(&release, &found.folder, helm)?;
        }
        rows.push(row);
    }
    rows.sort_by(|a, b| a.release.cmp(&b.release));
    Ok(rows)
}

/// How many of the rows were proven, and how well.
pub(crate) fn summary(rows: &[Row]) -> String {
    let count = |wanted: fn(&&Row) -> bool| rows.iter().filter(wanted).count();
    let at_the_pin = count(|row| row.found.as_deref().map(plain) == Some(plain(&row.pinned)));
    let missing = count(|row| row.found.is_none());
    format!(
        "{} releases: {at_the_pin} by the pinned version of their chart, {} by another, {missing} by none",
        rows.len(),
        rows.len() - at_the_pin - missing,
    )
}

/// A version without its `v`, which registries have or leave out.
fn plain(version: &str) -> &str {
    version.trim_start_matches('v')
}

/// The rows as a table in plain text, one line a release, keys and failures below their release.
pub(crate) fn table(rows: &[Row]) -> String {
    let heads = [
        "RELEASE",
        "CHART",
        "PINNED",
        "FOUND",
        "TEMPLATE",
        "UNKNOWN KEYS",
    ];
    let cells = |row: &Row| {
        [
            row.release.clone(),
            row.chart.clone(),
            row.pinned.clone(),
            row.found.clone().unwrap_or_else(|| "-".to_owned()),
            match row.template {
                Template::Rendered => "ok",
                Template::RenderedWithoutSchema => "ok, schema unread",
                Template::Failed(_) => "failed",
                Template::NoChart => "no chart",
            }
            .to_owned(),
            match (&row.found, row.unknown.len()) {
                (None, _) => "-".to_owned(),
                (Some(_), 0) => "none".to_owned(),
                (Some(_), count) => count.to_string(),
            },
        ]
    };
    let lines: Vec<_> = rows.iter().map(cells).collect();
    let width = |column: usize| {
        let widest = lines.iter().map(|line| line[column].len()).max();
        widest.unwrap_or(0).max(heads[column].len())
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();

    let mut out = String::new();
    put(&mut out, &heads.map(str::to_owned), &widths);
    for (line, row) in lines.iter().zip(rows) {
        put(&mut out, line, &widths);
        for key in &row.unknown {
            let _ = writeln!(out, "  unknown: {key}");
        }
        if !row.unlisted.is_empty() {
            let _ = writeln!(
                out,
                "  read by its templates only: {}",
                row.unlisted.join(", ")
            );
        }
        if let Template::Failed(words) = &row.template {
            for line in words.lines() {
                let _ = writeln!(out, "  helm: {line}");
            }
        }
    }
    out
}

fn put(out: &mut String, line: &[String], widths: &[usize]) {
    let mut text = String::new();
    for (cell, width) in line.iter().zip(widths) {
        let _ = write!(text, "{cell:width$}  ");
    }
    let _ = writeln!(out, "{}", text.trim_end());
}

/// APIs that stand in a cluster before Flux applies a release, without which charts refuse or leave
/// out objects.
const API_VERSIONS: [&str; 3] = [
    "cert-manager.io/v1",
    "gateway.networking.k8s.io/v1",
    "monitoring.coreos.com/v1",
];

/// Runs `helm template` for one release.
fn template(release: &Release, chart: &Utf8Path, helm: &Utf8Path) -> Result<Template> {
    // An empty home, so that nobody's plug-ins and settings take part.
    let home = TempDir::with_prefix("ichor-charts-").context("no temporary folder")?;
    let values = home.path().join("values.json");
    text::write(&values, &serde_json::to_string(&release.values)?)?;

    let attempt = |schema: bool| -> Result<std::process::Output> {
        let mut command = Command::new(helm);
        command.args(["template", &release.name, chart.as_str()]);
        command.args(["--namespace", &release.namespace]);
        command.arg("--values").arg(&values);
        for version in API_VERSIONS {
            command.args(["--api-versions", version]);
        }
        if !schema {
            command.arg("--skip-schema-validation");
        }
        command.env("HOME", home.path());
        command
            .output()
            .with_context(|| format!("cannot start {helm}"))
    };

    let output = attempt(true)?;
    if output.status.success() {
        return Ok(Template::Rendered);
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    // Schemas may refer to web addresses, which helm then asks for; the check is an offline one.
    if words.contains("failing loading \"http") && attempt(false)?.status.success() {
        return Ok(Template::RenderedWithoutSchema);
    }
    Ok(Template::Failed(words))
}
