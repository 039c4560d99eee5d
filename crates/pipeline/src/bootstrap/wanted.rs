//! The releases of a bootstrap, with what Flux installs of each.

use std::collections::BTreeSet;
use std::time::Duration;

use diagnostics::{Diagnostic, Diagnostics};
use documents::duration;
use flux::assembled::{Assembled, Release};
use flux::helm::{release_name, release_namespace};
use flux::inventory::Inventory;
use flux::object::Object;
use flux::value::Value;
use repository::View;

use super::helmfile::{Entry, Helmfile};
use super::order::Ordered;
use super::values::nothing;
use super::{Wanted, builtin, chart, helmfile, order, sync, values};
use crate::rules;

/// How long Helm may wait where nothing says it.
const TIMEOUT: Duration = Duration::from_mins(10);

/// How long it may where a helmfile says nothing of it.
const TIMEOUT_OF_HELMFILE: Duration = Duration::from_mins(5);

/// The charts whose definitions come first, and the releases.
pub(super) fn read(
    view: &View<'_>,
    assembled: &Assembled,
    problems: &mut Diagnostics,
) -> (Vec<Wanted>, Vec<Wanted>) {
    let (crds, mut releases) = match helmfile::read(view, problems) {
        Some(files) => written(view, assembled, &files, problems),
        None => built_in(assembled, problems),
    };
    for release in &mut releases {
        release.wait &= release.name != sync::INSTANCE;
    }
    (crds, releases)
}

/// As helmfiles have it.
fn written(
    view: &View<'_>,
    assembled: &Assembled,
    files: &[Helmfile],
    problems: &mut Diagnostics,
) -> (Vec<Wanted>, Vec<Wanted>) {
    let inventory = Inventory::new(assembled);
    let mut crds = Vec::new();
    let mut releases = Vec::new();
    let mut known: BTreeSet<(bool, &str, &str)> = BTreeSet::new();
    for (file, helmfile) in files.iter().enumerate() {
        for entry in &helmfile.entries {
            if !known.insert((helmfile.is_crds, &entry.namespace, &entry.name)) {
                let message = format!("the release `{}` is in the helmfiles twice", entry.name);
                let problem = rules::BOOTSTRAP_RELEASE_TWICE.report(message);
                problems.push(problem.at(entry.place.location()));
                continue;
            }
            let wanted = if entry.is_wanted {
                of_entry(view, &inventory, helmfile.is_crds, entry, problems)
            } else {
                None
            };
            if helmfile.is_crds {
                crds.extend(wanted);
            } else {
                let ordered = Ordered {
                    file,
                    entry,
                    wanted,
                };
                releases.push(ordered);
            }
        }
    }
    (crds, order::of(releases, problems))
}

/// A release as a helmfile has it.
fn of_entry(
    view: &View<'_>,
    inventory: &Inventory<'_>,
    is_crds: bool,
    entry: &Entry,
    problems: &mut Diagnostics,
) -> Option<Wanted> {
    let mut releases = inventory.assembled.releases.iter();
    let index = releases.position(|release| {
        release_name(&release.object) == entry.name
            && release_namespace(&release.object) == entry.namespace
    });
    let release = index.and_then(|index| inventory.assembled.releases.get(index));
    let chart = chart::of(entry, release, inventory, problems);
    let mut found = Diagnostics::new();
    let values = values::of(view, entry, release, &mut found);
    let values = values.filter(|values| is_known(values, &entry.name, &mut found));
    let only_unknown = |one: &Diagnostic| one.is(&rules::BOOTSTRAP_RELEASE_UNKNOWN);
    let values = if is_crds && values.is_none() && found.iter().all(only_unknown) {
        // What is defined does not depend on them.
        Some(nothing())
    } else {
        problems.extend(found);
        values
    };
    Some(Wanted {
        name: entry.name.clone(),
        namespace: entry.namespace.clone(),
        chart: chart?,
        values: values?,
        needs: Vec::new(),
        timeout: entry
            .timeout
            .map_or(TIMEOUT_OF_HELMFILE, Duration::from_secs),
        wait: entry.wait,
        release: index,
        place: entry.place.clone(),
    })
}

/// In the built-in order, of what Flux installs.
fn built_in(assembled: &Assembled, problems: &mut Diagnostics) -> (Vec<Wanted>, Vec<Wanted>) {
    let mut crds = Vec::new();
    for name in builtin::CRDS {
        let wanted = named(assembled, name).and_then(|index| of_flux(assembled, index, problems));
        crds.extend(wanted.map(|wanted| Wanted {
            // What is defined does not depend on them, and may be wanted before they are known.
            values: nothing(),
            ..wanted
        }));
    }
    let mut releases: Vec<Wanted> = Vec::new();
    for (name, needs) in builtin::RELEASES {
        let wanted = named(assembled, name).and_then(|index| of_flux(assembled, index, problems));
        let Some(mut wanted) = wanted else { continue };
        let place = |need: &&str| releases.iter().position(|known| known.name == **need);
        wanted.needs = needs.iter().filter_map(place).collect();
        releases.push(wanted);
    }
    (crds, releases)
}

/// The release that Flux installs under a name.
fn named(assembled: &Assembled, name: &str) -> Option<usize> {
    let mut releases = assembled.releases.iter();
    releases.position(|release| release_name(&release.object) == name)
}

/// What Flux installs, if all of it is known.
fn of_flux(assembled: &Assembled, index: usize, problems: &mut Diagnostics) -> Option<Wanted> {
    let release = assembled.releases.get(index)?;
    let object = &release.object;
    let Some(chart) = &release.chart else {
        problems.push(unknown(
            release,
            "nothing in the repository says which chart it is",
        ));
        return None;
    };
    if chart.is_folder() {
        problems.push(unknown(release, "its chart is a folder of the repository"));
        return None;
    }
    let Some(values) = &release.values else {
        problems.push(unknown(release, "its values are known in the cluster only"));
        return None;
    };
    let values = if values.is_null() {
        nothing()
    } else {
        values.clone()
    };
    if !is_known(&values, &release.id.name, problems) {
        return None;
    }
    Some(Wanted {
        name: release_name(object),
        namespace: release_namespace(object).to_owned(),
        chart: chart.clone(),
        values,
        needs: Vec::new(),
        timeout: timeout(object).unwrap_or(TIMEOUT),
        wait: object
            .0
            .at(&["spec", "install", "disableWait"])
            .and_then(Value::as_bool)
            != Some(true),
        release: Some(index),
        place: object.place(),
    })
}

/// Whether all of some values is known; else what is not is told.
fn is_known(values: &Value, name: &str, problems: &mut Diagnostics) -> bool {
    let Some(unknown) = values::unknown(values) else {
        return true;
    };
    let message = format!("a value of `{name}` is known in the cluster only");
    let problem = rules::BOOTSTRAP_RELEASE_UNKNOWN
        .report(message)
        .at(unknown.place.location());
    problems
        .push(problem.hint("a Secret that it comes from is not at hand, or cannot be decrypted"));
    false
}

fn unknown(release: &Release, why: &str) -> Diagnostic {
    let problem = rules::BOOTSTRAP_RELEASE_UNKNOWN
        .report(format!("{} cannot be installed: {why}", release.id));
    problem.at(release.object.place().location())
}

/// How long Flux lets Helm wait.
fn timeout(release: &Object) -> Option<Duration> {
    let texts = [&["spec", "install", "timeout"][..], &["spec", "timeout"]];
    let text = texts
        .iter()
        .find_map(|path| release.0.at(path)?.as_text())?;
    let nanoseconds = duration::nanoseconds(text)?;
    Some(Duration::from_nanos(u64::try_from(nanoseconds).ok()?))
}
