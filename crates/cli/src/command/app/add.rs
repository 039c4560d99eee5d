//! `app add`: an application in the pattern of the repository.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics, Location};
use pipeline::app::{self, Added, Gateway, Manifest, Name, Origin, Request};
use repository::View;
use serde_json::json;

use super::Repository;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Add an application: its templates, route, secret, keys and version
///
/// Writes what Flux deploys it from, in the pattern of the built-in templates: `ks.yaml`, and below
/// `app` the release of a chart with its source, or manifests as they are. A namespace that is new
/// is made, one that is there lists it; keys are declared in `templates/variables.yaml` and shown in
/// `cluster.yaml`; the version is pinned in `versions.yaml`, where Renovate finds it. Nothing is
/// fetched, and nothing is written unless the repository is accepted with it. `app remove` undoes
/// all of it.
///
/// Examples:
///   ichor app add default/podinfo --chart oci://ghcr.io/stefanprodan/charts/podinfo --version 6.9.2 --host podinfo --port 9898
///   ichor app add monitoring/grafana --chart oci://ghcr.io/grafana/helm-charts/grafana --version 9.4.5 --secret grafana_password --when grafana_enabled
///   ichor app add media/web --manifest deployment.yaml service.yaml --host web --gateway external
///   ichor app add default/wiki --chart oci://ghcr.io/bjw-s-labs/helm/app-template --version 5.1.0 --key wiki_size:quantity:5Gi
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[expect(clippy::doc_markdown, reason = "an example is printed as it is typed")]
pub(crate) struct Add {
    /// The namespace, and the name in it
    #[arg(value_name = "NAMESPACE/NAME")]
    name: String,

    /// The chart: `oci://HOST/PATH`, or its name in `--repository`
    #[arg(long, required_unless_present = "manifests")]
    chart: Option<String>,

    /// The repository of charts: `https://…`
    #[arg(long, value_name = "URL", requires = "chart")]
    repository: Option<String>,

    /// The version of the chart
    #[arg(
        id = "chart_version",
        long = "version",
        value_name = "VERSION",
        required_unless_present = "manifests"
    )]
    version: Option<String>,

    /// Files with objects, which are deployed as they are
    #[arg(id = "manifests", long = "manifest", value_name = "FILE", num_args = 1.., conflicts_with_all = ["chart", "repository", "chart_version"])]
    manifests: Vec<Utf8PathBuf>,

    /// A host name of its route: without a dot it is below each domain of the cluster
    #[arg(long, value_name = "HOST")]
    host: Vec<String>,

    /// The gateway of its route
    #[arg(long, value_enum, default_value = "internal", requires = "host")]
    gateway: Which,

    /// The service behind its route; by default the only one of the manifests, or one of the
    /// application's name
    #[arg(long, value_name = "NAME", requires = "host")]
    service: Option<String>,

    /// The port of that service; by default the first of the manifests' only service, or 80
    #[arg(long, requires = "host")]
    port: Option<u16>,

    /// A key of `cluster.yaml` whose value its Secret holds, as an entry of that name or of another
    #[arg(long, value_name = "KEY[:ENTRY]")]
    secret: Vec<String>,

    /// A key of `cluster.yaml` for its values
    #[arg(long, value_name = "NAME:TYPE[:DEFAULT]")]
    key: Vec<String>,

    /// Deploy it only where this key is true; one that nothing declares is, as `false`
    #[arg(long, value_name = "KEY")]
    when: Option<String>,

    /// Show what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// A gateway of the cluster.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Which {
    /// In the network of the cluster
    Internal,
    /// For the world
    External,
}

impl Add {
    pub(crate) fn run(
        &self,
        root: &Utf8Path,
        here: &Utf8Path,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        let request = self.request(here)?;
        let repository = Repository::read(root, ui)?;
        let added = app::add(&repository.inputs, &request)?;
        ui.problems(&added.notes);
        ui.set("keys", json!(added.keys));
        if added.changes.is_empty() {
            ui.set("changes", json!([]));
            ui.status(format!(
                "The repository has `{}`, as asked for.",
                request.name
            ));
            return Ok(Exit::Done);
        }
        repository.make(&added.changes, self.dry_run, ui)?;
        if !self.dry_run {
            let count = added.changes.iter().count();
            ui.status(format!(
                "Added `{}`: {}.",
                request.name,
                plural(count, "file")
            ));
            ui.next(&Self::steps(&added));
        }
        Ok(Exit::Done)
    }

    /// What comes next.
    fn steps(added: &Added) -> Vec<String> {
        let mut steps = Vec::new();
        if let Some(release) = &added.release {
            steps.push(format!("Write the values of the chart into `{release}`."));
        }
        if !added.keys.is_empty() {
            let keys: Vec<_> = added.keys.iter().map(|key| format!("`{key}`")).collect();
            steps.push(format!("Set {} in `cluster.yaml`.", keys.join(", ")));
        }
        steps.push("`ichor configure`: renders it.".to_owned());
        steps
    }

    fn request(&self, here: &Utf8Path) -> Result<Request, Diagnostics> {
        let name: Name = self
            .name
            .parse()
            .map_err(|problem: Box<Diagnostic>| *problem)?;
        Ok(Request {
            name,
            origin: self.origin(here)?,
            hosts: self.host.clone(),
            gateway: match self.gateway {
                Which::Internal => Gateway::Internal,
                Which::External => Gateway::External,
            },
            service: self.service.clone(),
            port: self.port,
            secrets: self.secret.clone(),
            keys: self.key.clone(),
            switch: self.when.clone(),
        })
    }

    fn origin(&self, here: &Utf8Path) -> Result<Origin, Diagnostics> {
        let Some(chart) = self.chart.clone() else {
            let read = self.manifests.iter().map(|path| manifest(here, path));
            return Ok(Origin::Manifests(read.collect::<Result<_, _>>()?));
        };
        let version = self.version.clone().unwrap_or_default();
        Ok(match self.repository.clone() {
            Some(url) => Origin::Repository {
                url,
                chart,
                version,
            },
            None => Origin::Oci {
                url: chart,
                version,
            },
        })
    }
}

fn manifest(here: &Utf8Path, path: &Utf8Path) -> Result<Manifest, Diagnostic> {
    let source = View::on_disk(here).named_text(path)?;
    let source = source.ok_or_else(|| {
        repository::rules::FILE_MISSING
            .report(format!("`{path}` does not exist"))
            .at(Location::file(path.as_str()))
    })?;
    Ok(Manifest {
        name: path.file_name().unwrap_or_default().to_owned(),
        source,
    })
}
