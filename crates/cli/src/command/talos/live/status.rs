//! `talos status`.

use std::collections::HashMap;

use camino::Utf8Path;
use machines::{Machines, Places, Secrets};
use repository::View;
use serde_json::{Value, json};
use talos::certificates::Facts;
use talos_client::{Fault, Node};
use zeroize::Zeroizing;

use super::get::optional;
use super::session::{Reach, Session};
use crate::command::talos::options;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Show every node in one table
///
/// Its role, its stage, what runs there, its schematic, etcd, and how many values of its
/// configuration differ from what `ichor talos apply-node` would give it.
///
/// Examples:
///   ichor talos status
///   ichor talos status --output json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Status {
    #[command(flatten)]
    reach: Reach,
}

/// What one node says.
#[derive(Default)]
struct Found {
    role: String,
    stage: String,
    ready: bool,
    talos: String,
    kubernetes: String,
    schematic: String,
    etcd: String,
    /// Its configuration, for a role that may see it.
    config: Option<Zeroizing<String>>,
}

impl Status {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = self.reach.open(root)?;
        let given = configs(root);
        let answers = super::ask(&session, look);
        let mut rows = Vec::new();
        let mut listed = Vec::new();
        for (node, found) in &answers.given {
            let differ = given.as_ref().and_then(|(configs, secrets)| {
                let given = configs.get(node)?;
                let running = found.config.as_ref()?;
                let changes = cluster::difference(running, given, secrets);
                changes.ok().map(|changes| changes.len())
            });
            let config = match differ {
                None => "-".to_owned(),
                Some(0) => "same".to_owned(),
                Some(differ) => format!("{differ} differ"),
            };
            listed.push(json!({
                "node": node,
                "name": session.name(node),
                "role": found.role,
                "stage": found.stage,
                "ready": found.ready,
                "talos": found.talos,
                "kubernetes": found.kubernetes,
                "schematic": found.schematic,
                "etcd": found.etcd,
                "differ": differ,
            }));
            rows.push(vec![
                node.clone(),
                session.name(node).to_owned(),
                found.role.clone(),
                found.stage.clone(),
                if found.ready { "yes" } else { "no" }.to_owned(),
                found.talos.clone(),
                found.kubernetes.clone(),
                found.schematic.chars().take(8).collect(),
                found.etcd.clone(),
                config,
            ]);
        }
        let header = [
            "NODE",
            "NAME",
            "ROLE",
            "STAGE",
            "READY",
            "TALOS",
            "KUBERNETES",
            "SCHEMATIC",
            "ETCD",
            "CONFIG",
        ];
        tell_certificate(&session, ui);
        super::told(&header, rows, listed, &answers.failed, ui)
    }
}

/// Says when the certificate of the talosconfig ends, if that is soon.
fn tell_certificate(session: &Session, ui: &mut Ui) {
    let certificate = session.context.certificate.as_ref();
    let Some(facts) = certificate.and_then(|text| Facts::read(text.expose()).ok()) else {
        return;
    };
    let left = facts
        .not_after
        .duration_since(repository::clock::system_time());
    let days = left.map_or(0, |left| left.as_secs() / 86400);
    ui.set("certificate_days", days);
    if days < 30 {
        let days = plural(usize::try_from(days).unwrap_or(usize::MAX), "day");
        ui.warning(&format!(
            "the certificate of the talosconfig ends in {days}"
        ));
        ui.hint("`ichor talos generate-config` makes a new one");
    }
}

fn look(node: &Node<'_>) -> Result<Found, Fault> {
    let mut found = Found::default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("").to_owned();
    let status = optional(
        node,
        "runtime",
        "MachineStatuses.runtime.talos.dev",
        "machine",
    )?;
    if let Some(status) = status {
        found.stage = text(status.get("stage"));
        found.ready = status.pointer("/status/ready") == Some(&Value::Bool(true));
    }
    found.talos = node.version()?.version.unwrap_or_default().tag;
    let kind = optional(
        node,
        "config",
        "MachineTypes.config.talos.dev",
        "machine-type",
    )?;
    found.role = text(kind.as_ref());
    // The rest may be missing: what is shown is what is there.
    if let Ok(Some(kubelet)) = optional(node, "k8s", "KubeletSpecs.kubernetes.talos.dev", "kubelet")
    {
        let image = text(kubelet.get("image"));
        let image = image.split('@').next().unwrap_or_default();
        let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
        tag.clone_into(&mut found.kubernetes);
    }
    if let Ok(extensions) = node.resources("runtime", "ExtensionStatuses.runtime.talos.dev") {
        let schematic = extensions
            .iter()
            .map(talos_client::api::cosi::Resource::value);
        let mut schematic =
            schematic.filter(|one| one.pointer("/metadata/name") == Some(&json!("schematic")));
        found.schematic = text(
            schematic
                .next()
                .as_ref()
                .and_then(|one| one.pointer("/metadata/version")),
        );
    }
    if found.role == "controlplane"
        && let Ok(services) = node.services()
        && let Some(etcd) = services.iter().find(|service| service.id == "etcd")
    {
        found.etcd = match super::services::health(etcd) {
            "OK" => "OK".to_owned(),
            _ => etcd.state.clone(),
        };
    }
    found.config = node.machine_config().ok();
    Ok(found)
}

/// What each node would be given, by its addresses; none where that cannot be made here.
fn configs(root: &Utf8Path) -> Option<(HashMap<String, Zeroizing<String>>, diagnostics::Secrets)> {
    let view = View::on_disk(root);
    let keys = options::keys(root);
    let now = repository::clock::system_time();
    let places = Places::find(&view);
    let machines = Machines::open(&view, &places, &keys, Secrets::Required, now).ok()?;
    let (made, _) = machines.make().ok()?;
    let secrets = machines.secrets();
    let mut configs = HashMap::new();
    for made in made {
        for address in &made.addresses {
            configs.insert(address.clone(), made.text.clone());
        }
    }
    Some((configs, secrets))
}
