//! Charts rendered by the real `helm`: which ones, with what, and what comes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostics::Diagnostics;
use flux::assembled::{Assembled, Release};
use flux::helm::{Package, apis, release_name, release_namespace, rendered};
use flux::object::Object;
use flux::redact::Redaction;
use flux::rules::FLUX_CHART_RENDER;
use flux::schema::Schemas;
use flux::value::Value;
use helm::{Helm, Template};
use rayon::prelude::*;
use repository::View;

use super::charts::Charts;
use super::files::OfView;
use super::{Settings, clean};

/// What came of it.
#[derive(Debug, Default)]
pub struct Rendered {
    /// What is wrong with charts that were rendered.
    pub problems: Diagnostics,
    /// How many releases were rendered.
    pub releases: usize,
    /// Releases that were not, each with why.
    pub left_out: Vec<(String, &'static str)>,
}

/// Renders every release of a cluster whose chart is at hand, and puts what comes of it into it.
/// `view` is the repository that it was put together from, `cache` the one with the charts.
pub fn render(
    helm: &Helm,
    view: &View<'_>,
    cache: &View<'_>,
    assembled: &mut Assembled,
    settings: &Settings<'_>,
) -> Rendered {
    let files = OfView::new(view, settings.top.clone());
    let charts = Charts::open(cache);
    let packages: Vec<Option<Arc<Package>>> = { assembled.releases.par_iter() }
        .map(|release| charts.package(release, &files))
        .collect();
    let once: BTreeSet<&str> = { packages.iter().flatten() }
        .flat_map(|package| package.all_definitions())
        .collect();
    let apis = apis(assembled, once.into_iter());
    let pinned = settings.kubernetes.clone().unwrap_or_default();
    let kubernetes = match pinned.as_str() {
        "" => Schemas::bundled("").kubernetes().to_owned(),
        pinned => pinned.to_owned(),
    };
    let around = Around {
        apis: apis.into_iter().collect(),
        kubernetes,
    };
    let made: Vec<Made> = { assembled.releases.par_iter().zip(&packages) }
        .map(|(release, package)| one(helm, release, package.as_deref(), &charts, &around))
        .collect();
    let mut out = Rendered::default();
    for (release, made) in assembled.releases.iter_mut().zip(made) {
        match made {
            Made::Objects(objects) => {
                out.releases += 1;
                release.rendered = Some(objects);
            }
            Made::Problems(problems) => out.problems.extend(problems),
            Made::LeftOut(why) => out.left_out.push((release.id.to_string(), why)),
        }
    }
    let redaction = Redaction::new(assembled, &settings.domains);
    out.problems = clean(out.problems, &redaction);
    for (name, _) in &mut out.left_out {
        *name = redaction.mask(name);
    }
    out
}

fn one(
    helm: &Helm,
    release: &Release,
    package: Option<&Package>,
    charts: &Charts<'_>,
    around: &Around,
) -> Made {
    if { release.object.0.at(&["spec", "suspend"]) }.and_then(Value::as_bool) == Some(true) {
        return Made::LeftOut("it is suspended, so that Flux leaves it as it is");
    }
    let Some(chart) = &release.chart else {
        return Made::LeftOut("nothing in the repository says which chart it is");
    };
    if chart.is_folder() {
        return Made::LeftOut("its chart is a folder of the repository, which is not rendered");
    }
    let archive = match (charts.archive(chart), package) {
        (Some(archive), Some(_)) if chart.values_files.is_empty() => archive,
        (Some(archive), Some(package)) => match package.packed(&archive) {
            Ok(archive) => archive,
            Err(_) => return Made::LeftOut("its chart cannot be packed with its `valuesFiles`"),
        },
        (Some(_), None) if !chart.values_files.is_empty() => {
            return Made::LeftOut("its chart lacks some of its `valuesFiles`");
        }
        _ => return Made::LeftOut("its chart is not in the cache"),
    };
    let Some(values) = &release.values else {
        return Made::LeftOut("its values are known in the cluster only");
    };
    let text = helm.template(&Template {
        name: &release_name(&release.object),
        namespace: release_namespace(&release.object),
        archive: &archive,
        values: &values.to_json().to_string(),
        kubernetes: Some(&around.kubernetes),
        apis: &around.apis,
        with_hooks: true,
    });
    match text.map(|text| rendered(&release.object, &text)) {
        Ok(Ok(objects)) => Made::Objects(objects),
        Ok(Err(problems)) => Made::Problems(problems),
        Err(why) => {
            let message = format!("Helm does not render {}: {why}", release.id);
            let problem = FLUX_CHART_RENDER.report(message);
            let problem = problem.at(release.object.place().location());
            Made::Problems(Diagnostics::from(problem))
        }
    }
}

/// What a cluster is to charts.
struct Around {
    apis: Vec<String>,
    kubernetes: String,
}

enum Made {
    Objects(Vec<Object>),
    Problems(Diagnostics),
    LeftOut(&'static str),
}
