//! `talos gensecret`.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Location, Source};
use machines::Places;
use repository::View;
use talos::bundle::Bundle;
use vault::{Target, Vault};

use super::options::Reading;
use crate::command::road;
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Make the secrets of a new cluster, or take over those of a running one
///
/// Certificate authorities, keys and tokens. They are written into `talos/talsecret.sops.yaml`,
/// encrypted by the rules of `.sops.yaml` before they touch the disk. Secrets that are there are
/// never replaced: others would be another cluster.
///
/// Examples:
///   ichor talos gensecret
///   ichor talos gensecret --from-config controlplane.yaml
///   ichor talos gensecret --stdout > talsecret.yaml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct GenSecret {
    #[command(flatten)]
    pub(super) reading: Reading,

    /// The machine configuration of a control plane whose cluster is taken over
    #[arg(short, long, value_name = "FILE")]
    pub(super) from_config: Option<Utf8PathBuf>,

    /// Print them in the clear, and write nothing
    #[arg(long)]
    stdout: bool,
}

impl GenSecret {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let places = self.reading.places(root);
        if !self.stdout {
            machines::refuse_second_secret(&View::on_disk(root), &places)?;
        }
        let bundle = match &self.from_config {
            Some(path) => taken_over(root, path)?,
            None => machines::new_bundle(repository::clock::system_time())?,
        };
        if self.stdout {
            ui.set("secrets", bundle.to_yaml().as_str());
            ui.bytes(bundle.to_yaml().as_bytes())?;
            return Ok(Exit::Done);
        }
        write(root, &places, &bundle, ui)?;
        road::after_gensecret(root, ui);
        Ok(Exit::Done)
    }
}

/// Writes a new bundle, encrypted.
pub(crate) fn write(
    root: &Utf8Path,
    places: &Places,
    bundle: &Bundle,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let vault = Vault::open(
        &View::on_disk(root),
        environment::sops_config().as_deref(),
        Box::new(environment::with_identities),
    )?;
    let written = machines::new_secret(&View::on_disk(root), &vault, places, bundle)?;
    ui.problems(&written.notes);
    ui.set("path", written.path.as_str());
    ui.status(format!(
        "Wrote `{}`: the secrets of the cluster, encrypted.",
        written.path
    ));
    ui.hint("commit it: without it no node can join, and none can be reached");
    Ok(())
}

/// The bundle of a machine configuration.
fn taken_over(root: &Utf8Path, path: &Utf8Path) -> Result<Bundle, Failure> {
    let target = Target::named(&View::on_disk(root), path);
    let content = vault::read(&View::on_disk(root), &target)?;
    let text = std::str::from_utf8(&content).map_err(|_| {
        yaml::rules::FILE_NOT_UTF8
            .report(format!("`{path}` is not UTF-8"))
            .at(Location::file(path.as_str()))
    })?;
    let source = Source::new(path.as_str(), text);
    Ok(Bundle::from_machine_config(&source)?)
}
