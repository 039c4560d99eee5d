//! The releases of a bootstrap, with what Flux installs of each.

use std::time::Duration;

use diagnostics::{Diagnostic, Diagnostics};
use documents::duration;
use flux::assembled::{Assembled, Release};
use flux::helm::{release_name, release_namespace};
use flux::object::Object;
use flux::value::{Data, Map, Value};
use repository::View;

use super::{Wanted, builtin};
use crate::rules;

/// How long Helm may wait where nothing says it.
const TIMEOUT: Duration = Duration::from_mins(10);

/// The charts whose definitions come first, and the releases.
pub(super) fn read(
    _view: &View<'_>,
    assembled: &Assembled,
    problems: &mut Diagnostics,
) -> (Vec<Wanted>, Vec<Wanted>) {
    built_in(assembled, problems)
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

fn unknown(release: &Release, why: &str) -> Diagnostic {
    let problem = rules::BOOTSTRAP_RELEASE_UNKNOWN
        .report(format!("{} cannot be installed: {why}", release.id));
    match release.object.place().location() {
        Some(location) => problem.at(location),
        None => problem,
    }
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

fn nothing() -> Value {
    Value {
        data: Data::Map(Map::default()),
        ..Value::default()
    }
}
