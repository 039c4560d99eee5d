//! The chart of a release of a helmfile.

use diagnostics::{Diagnostic, Diagnostics, closest};
use flux::assembled::{Chart, Pin, Release};
use flux::helm::version;
use flux::inventory::Inventory;
use flux::lint::drift;
use flux::value::{Place, Value};

use super::helmfile::{Entry, Text, scalar, text_of};
use crate::rules;

/// The chart, if it can be known; `release` is the one that Flux installs.
pub(super) fn of(
    entry: &Entry,
    release: Option<&Release>,
    inventory: &Inventory<'_>,
    problems: &mut Diagnostics,
) -> Option<Chart> {
    let plain = |value: &Value| {
        let written = scalar(value).unwrap_or_default();
        match text_of(&written, &entry.name, &entry.namespace) {
            Text::Plain { text, .. } => Some(text),
            Text::Template => None,
        }
    };
    let name = plain(&entry.chart);
    let wanted = entry.version.as_ref().map(plain);
    let of_flux = release.and_then(|release| release.chart.as_ref());
    let (Some(name), None | Some(Some(_))) = (name, &wanted) else {
        // What a template reads is what Flux has.
        if of_flux.is_none_or(Chart::is_folder) {
            problems.push(template(entry));
            return None;
        }
        return of_flux.cloned();
    };
    let (address, name) = match place_of(entry, &name) {
        Ok(place) => place,
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
    let same = of_flux.filter(|chart| chart.address == address && chart.name == name);
    let Some(wanted) = wanted.flatten() else {
        // Without a version it is Flux's, or else the newest.
        return Some(same.cloned().unwrap_or(Chart {
            address,
            name,
            version: "*".to_owned(),
            ..Chart::default()
        }));
    };
    if let (Some(release), Some(version)) = (release, &entry.version) {
        problems.extend(drift(inventory, release, &entry.name, version, &wanted));
    }
    let is_exact = version(&wanted).is_some();
    let pin = if is_exact && name.is_empty() {
        Pin::Tag
    } else {
        Pin::Range
    };
    Some(match same {
        Some(same) if same.version == wanted => same.clone(),
        // What else is said of the source holds for all of its versions.
        Some(same) => Chart {
            version: wanted,
            pin,
            filter: String::new(),
            ..same.clone()
        },
        None => Chart {
            address,
            name,
            version: wanted,
            pin,
            ..Chart::default()
        },
    })
}

/// Where a chart comes from, and its name there.
fn place_of(entry: &Entry, chart: &str) -> Result<(String, String), Box<Diagnostic>> {
    let trimmed = chart.trim_end_matches('/');
    if trimmed.starts_with("oci://") {
        return Ok((trimmed.to_owned(), String::new()));
    }
    let unknown = |message: String| {
        let problem = rules::BOOTSTRAP_RELEASE_UNKNOWN.report(message);
        Box::new(problem.at(place(&entry.chart).location()))
    };
    let is_path = trimmed.starts_with('.') || trimmed.starts_with('/');
    match trimmed.split_once('/') {
        Some((repository, name)) if !is_path && !trimmed.contains("://") => {
            let known = { entry.repositories.iter() }.find(|(known, _)| known == repository);
            let Some((_, url)) = known else {
                let names = entry.repositories.iter().map(|(name, _)| name.as_str());
                let message = format!("`{repository}` is no repository of charts of its helmfile");
                let hint = match closest(repository, names) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("add `{repository}` to `repositories`"),
                };
                return Err(Box::new(unknown(message).hint(hint)));
            };
            Ok(if url.starts_with("oci://") {
                (format!("{url}/{name}"), String::new())
            } else {
                (url.clone(), name.to_owned())
            })
        }
        _ => {
            let message = format!("the chart `{chart}` is in no registry or repository of charts");
            Err(Box::new(unknown(message).hint(
                "write `oci://…`, or the name of a repository and of its chart",
            )))
        }
    }
}

fn place(value: &Value) -> Place {
    value.place.clone()
}

fn template(entry: &Entry) -> Diagnostic {
    let Entry {
        name, namespace, ..
    } = entry;
    let message = format!(
        "the chart of `{name}` is a template, which is not run, and Flux installs no `{name}` into `{namespace}`"
    );
    let problem = rules::BOOTSTRAP_TEMPLATE.report(message);
    problem
        .at(place(&entry.chart).location())
        .hint("write the chart and its version as they are")
}
