//! Helm, as the program that is started.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use diagnostics::{Diagnostics, Source};
use flux::value::documents;
use helm::{Failed, Template, Upgrade, Why};
use serde_json::Value;
use yaml::Dialect;

use super::{Helm, Refusal, Release, text};

/// How long Helm may wait where nothing says it.
const TIMEOUT: Duration = Duration::from_mins(10);

/// The chart of a release, and how it is installed.
pub struct Chart {
    /// Its archive, `.tgz`.
    pub archive: Vec<u8>,
    /// Its version, as it says it itself.
    pub version: String,
    /// How long Helm may wait for each thing that it waits for.
    pub timeout: Duration,
    /// Whether what needs it waits until all of it is ready.
    pub waits: bool,
}

/// Gets charts, by [`Release::path`], once they are known to be needed.
pub type Fetch<'a> = dyn Fn() -> Result<BTreeMap<String, Chart>, Diagnostics> + Sync + 'a;

/// The program, with the charts of releases.
pub struct Program<'a> {
    /// What is started.
    pub helm: &'a helm::Helm,
    /// The kubeconfig of the cluster, as text.
    pub kubeconfig: &'a str,
    /// The version of Kubernetes that charts are rendered for, such as `v1.36.3`.
    pub kubernetes: Option<&'a str>,
    /// Gets the charts.
    pub fetch: &'a Fetch<'a>,
    /// What it got.
    pub charts: OnceLock<BTreeMap<String, Chart>>,
    /// What may be shown of a text that values may be in.
    pub mask: &'a (dyn Fn(&str) -> String + Sync),
}

impl Program<'_> {
    fn of<'r>(&'r self, release: &'r Release) -> helm::Release<'r> {
        helm::Release {
            name: &release.name,
            namespace: &release.namespace,
            kubeconfig: self.kubeconfig,
        }
    }

    fn chart(&self, release: &Release) -> Result<&Chart, String> {
        let chart = self.charts.get();
        let chart = chart.and_then(|charts| charts.get(&release.path()));
        chart.ok_or_else(|| "its chart is not at hand".to_owned())
    }

    fn refusal(&self, failed: &Failed) -> Refusal {
        Refusal {
            words: (self.mask)(&failed.to_string()),
            is_away: failed.why == Why::Unreachable,
            hint: hint(failed.why),
        }
    }
}

/// What to do.
fn hint(why: Why) -> Option<&'static str> {
    Some(match why {
        Why::Foreign => {
            "somebody else has made the object: delete it, or give it the labels and annotations of the release"
        }
        Why::NoKind => {
            "the chart that brings the kind is to be among those whose definitions come first: `bootstrap/helmfile.d/00-crds.yaml`"
        }
        Why::NotReady => {
            "`ichor debug` tells what its pods wait for; the same again goes on from there"
        }
        Why::Pending => "the same again goes on, once the other one has ended",
        Why::Conflict => "upgrade it with Flux, or remove what else has set the field",
        Why::Forbidden => "Helm needs the rights of an administrator: is it the kubeconfig of one?",
        Why::Webhook => {
            "what answers for the webhook may not run yet: delete its configuration if nothing does"
        }
        Why::NotStarted | Why::Ended | Why::Unreachable | Why::NoRevision | Why::Other => {
            return None;
        }
    })
}

impl Helm for Program<'_> {
    fn prepare(&self) -> Result<(), Diagnostics> {
        let charts = (self.fetch)()?;
        // Whoever asks twice gets the first ones.
        drop(self.charts.set(charts));
        Ok(())
    }

    fn definitions(&self, release: &Release) -> Result<Vec<Value>, String> {
        let chart = self.chart(release)?;
        let text = self.helm.template(&Template {
            name: &release.name,
            namespace: &release.namespace,
            archive: &chart.archive,
            values: &release.values.to_string(),
            kubernetes: self.kubernetes,
            apis: &[],
            with_hooks: false,
        });
        let text = text.map_err(|why| (self.mask)(&why))?;
        Ok(definitions(&text))
    }

    fn version(&self, release: &Release) -> Option<String> {
        self.chart(release).ok().map(|chart| chart.version.clone())
    }

    fn is_busy(&self, release: &Release) -> bool {
        self.helm.is_busy(&self.of(release))
    }

    fn upgrade(&self, release: &Release, tell: &mut dyn FnMut(&str)) -> Result<(), Refusal> {
        let chart = self.chart(release).map_err(|words| Refusal {
            words,
            is_away: false,
            hint: None,
        })?;
        let upgrade = Upgrade {
            release: self.of(release),
            archive: &chart.archive,
            values: &release.values.to_string(),
            timeout: chart.timeout,
            wait: chart.waits,
        };
        let mut tell = |line: &str| tell(&(self.mask)(line));
        { self.helm.upgrade(&upgrade, &mut tell) }.map_err(|failed| self.refusal(&failed))
    }

    fn rollback(&self, release: &Release) -> Result<(), Refusal> {
        let timeout = self.chart(release).map_or(TIMEOUT, |chart| chart.timeout);
        { self.helm.rollback(&self.of(release), timeout, &mut |_| ()) }
            .map_err(|failed| self.refusal(&failed))
    }
}

/// The definitions of kinds among what a chart makes.
fn definitions(rendered: &str) -> Vec<Value> {
    let source = Arc::new(Source::new("chart", rendered));
    // Helm has read it before it printed it.
    let (documents, _) = documents(&source, Dialect::Kubernetes);
    let documents = documents.iter().map(flux::value::Value::to_json);
    documents
        .filter(|one| text(one, "/kind") == "CustomResourceDefinition")
        .collect()
}
