//! `charts`: the cache of charts that releases install.

use std::collections::BTreeMap;

use camino::Utf8Path;
use charts::{Outcome, Settings};
use clap::Subcommand;
use diagnostics::Diagnostics;
use flux::assembled::Chart;
use flux::helm::Package;
use flux::redact::Redaction;
use flux::unknown;
use pipeline::manifests::charts::{Charts as Cache, FOLDER, Fetched, keep};
use repository::View;
use serde_json::json;

use super::flux::repository::Where;
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// The charts that the cluster's releases install
#[derive(Debug, Subcommand)]
pub(crate) enum Charts {
    Sync(Sync),
}

impl Charts {
    pub(crate) fn run(&self, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        match self {
            Self::Sync(command) => command.run(here, ui),
        }
    }
}

/// Fetch the charts that the repository's releases install
///
/// Each in the version that Flux would take, from registries (OCI) and repositories of charts,
/// into `.ichor/charts`, which may be deleted. What is there already is not fetched again.
/// Checks then hold the values of releases against their charts. Registries are asked without a
/// name, or with what Docker's `config.json` has in the clear.
///
/// Examples:
///   ichor charts sync
///   ichor charts sync --path ../other-repository
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Sync {
    #[command(flatten)]
    place: Where,
}

/// What became of one chart, as it is told.
pub(super) struct Told {
    /// The chart, without anything of a Secret.
    pub(super) name: String,
    chart: Chart,
    word: &'static str,
    version: String,
    /// Why it could not be had; empty where it could.
    pub(super) why: String,
}

impl Sync {
    fn run(&self, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let repository = self.place.open(here)?;
        let view = repository.on_disk();
        let assembled = repository.assemble(&view)?;
        let redaction = Redaction::new(&assembled, repository.domains());
        let wanted: BTreeMap<String, Chart> = { assembled.releases.iter() }
            .filter_map(|release| release.chart.clone())
            .filter(|chart| !chart.is_folder())
            .map(|chart| (format!("{chart} {:?}", chart.pin), chart))
            .collect();
        let (open, wanted): (Vec<Chart>, Vec<Chart>) =
            { wanted.into_values() }.partition(|chart| unknown::is(&chart.to_string()));
        let told = fetch(&repository.root, wanted, open, &|text| redaction.mask(text))?;
        finish(&told, ui)
    }
}

/// Gets charts into the cache of a repository, those that are not there yet; of others nothing is
/// known outside the cluster. What became of each.
pub(super) fn fetch(
    root: &Utf8Path,
    wanted: Vec<Chart>,
    open: Vec<Chart>,
    mask: &dyn Fn(&str) -> String,
) -> Result<Vec<Told>, Diagnostics> {
    let cache = Cache::open(&View::on_disk(root));
    let settings = Settings {
        credentials: environment::docker_credentials(),
        proxy: environment::proxy(),
        authorities: environment::authorities(),
    };
    let outcomes = charts::fetch(&wanted, &|chart| cache.version(chart), settings);
    let mut told = Vec::new();
    let mut fetched = Vec::new();
    let mut tell = |chart: Chart, word: &'static str, version: String, why: String| {
        let name = mask(&chart.to_string());
        told.push(Told {
            name,
            chart,
            word,
            version,
            why,
        });
    };
    for (chart, outcome) in wanted.into_iter().zip(outcomes) {
        match outcome {
            Outcome::Known { version } => tell(chart, "present", version, String::new()),
            Outcome::Failed(why) => tell(chart, "failed", String::new(), why),
            Outcome::Fetched { version, archive } => match Package::from_archive(&archive) {
                Err(why) => {
                    let why = format!("what was fetched is no chart: {why}");
                    tell(chart, "failed", String::new(), why);
                }
                Ok(_) if cache.archive(&chart).as_ref() == Some(&archive) => {
                    tell(chart, "present", version, String::new());
                }
                Ok(_) => {
                    tell(chart.clone(), "fetched", version.clone(), String::new());
                    fetched.push(Fetched {
                        chart,
                        version,
                        archive,
                    });
                }
            },
        }
    }
    for chart in open {
        let why = "where it comes from is known in the cluster only".to_owned();
        tell(chart, "failed", String::new(), why);
    }
    if !fetched.is_empty() {
        keep(root, &fetched)?;
    }
    Ok(told)
}

fn finish(told: &[Told], ui: &mut Ui) -> Result<Exit, Failure> {
    let mut listed = Vec::new();
    for Told {
        name,
        chart,
        word,
        version,
        why,
    } in told
    {
        let more = match (why.as_str(), *version == chart.version) {
            ("", true) => String::new(),
            ("", false) => format!(" → {version}"),
            (why, _) => format!(": {why}"),
        };
        ui.data(&format!("{word:<8}{name}{more}\n"))?;
        listed.push(json!({"chart": name, "outcome": word, "version": version, "why": why}));
    }
    ui.set("charts", listed);
    let count = |wanted: &str| told.iter().filter(|one| one.word == wanted).count();
    let failed = count("failed");
    ui.status(format!(
        "{}: {} fetched into `{FOLDER}`, {} there already, {failed} failed.",
        plural(told.len(), "chart"),
        count("fetched"),
        count("present"),
    ));
    Ok(if failed > 0 {
        Exit::Problems
    } else {
        Exit::Done
    })
}
