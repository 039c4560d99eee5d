//! `talos import`.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Secrets;
use documents::change::Change;
use repository::View;
use serde_json::{Value, json};
use talos::sensitive;

use super::options::{self, Reading};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// At most so many differences of one node are listed.
const LISTED: usize = 60;

/// Compare the configurations of a running cluster with what ichor would write
///
/// By meaning: layout and order do not count. Takes machine configurations, or a folder of
/// them, such as the `clusterconfig` that talhelper wrote; each is compared with the node of its
/// name. Writes nothing, and exits with 3 where something differs. The secrets of a cluster
/// are taken over by `ichor talos gensecret --from-config`.
///
/// Examples:
///   ichor talos import talos/clusterconfig
///   talosctl -n 10.0.0.10 get machineconfig -o jsonpath='{.spec}' > k8s-0.yaml
///   ichor talos import k8s-0.yaml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Import {
    /// Machine configurations, or folders of them; else the folder that `generate-config`
    /// writes
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<Utf8PathBuf>,

    #[command(flatten)]
    pub(super) reading: Reading,
}

impl Import {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let places = self.reading.places(root);
        let paths = match self.paths.as_slice() {
            [] => std::slice::from_ref(&places.output),
            paths => paths,
        };
        let keys = options::keys(root);
        let machines = options::open(root, &places, &keys, machines::Secrets::Optional)?;
        let compared = machines::import(&machines, &View::on_disk(root), paths)?;
        ui.problems(&compared.warnings);
        options::tell_stand_in(&machines, ui);
        tell(&compared.nodes, &machines.secrets(), ui)?;
        for name in &compared.absent {
            ui.warning(&format!("there is no configuration of the node `{name}`"));
        }
        ui.set("absent", json!(compared.absent));
        ui.set("other_form", json!(compared.other_form));
        if !compared.other_form.is_empty() {
            ui.status(format!(
                "{} in another form than contract {} has: what Talos reads of both was compared.",
                plural(compared.other_form.len(), "node"),
                machines.contract
            ));
        }
        let differing = compared
            .nodes
            .iter()
            .filter(|(_, changes)| !changes.is_empty())
            .count();
        if differing == 0 && compared.absent.is_empty() {
            ui.status(format!(
                "{} the same by meaning: ichor can take over without a change.",
                plural(compared.nodes.len(), "node")
            ));
            return Ok(Exit::Done);
        }
        ui.status(format!(
            "{} of {} would change.",
            differing,
            plural(compared.nodes.len(), "node")
        ));
        Ok(Exit::WouldChange)
    }
}

/// Prints the differences of each node, without secrets.
pub(super) fn tell(
    nodes: &[(String, Vec<Change>)],
    secrets: &Secrets,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let mut listed = Vec::new();
    for (hostname, changes) in nodes {
        let shown: Vec<_> = changes
            .iter()
            .map(|change| Line::new(&sensitive::shown(secrets, change)))
            .collect();
        if !shown.is_empty() {
            ui.data(&format!("{}:\n", diagnostics::visible(hostname)))?;
        }
        for line in shown.iter().take(LISTED) {
            ui.data(&format!("  {}\n", diagnostics::visible(&line.text())))?;
        }
        if let Some(more) = shown.len().checked_sub(LISTED).filter(|more| *more > 0) {
            ui.data(&format!("  and {more} more\n"))?;
        }
        listed.push(json!({
            "node": hostname,
            "changes": shown.iter().map(Line::json).collect::<Vec<_>>(),
        }));
    }
    ui.set("nodes", listed);
    Ok(())
}

/// One difference, ready to be shown.
struct Line {
    document: String,
    path: String,
    before: Option<String>,
    after: Option<String>,
}

impl Line {
    /// Of a change without secrets.
    fn new(change: &Change) -> Self {
        let show =
            |value: &Option<Value>| value.as_ref().map(|value| shortened(&value.to_string()));
        Self {
            document: change.document.clone(),
            path: change.path.clone(),
            before: show(&change.before),
            after: show(&change.after),
        }
    }

    fn text(&self) -> String {
        let place = match self.document.as_str() {
            "v1alpha1" => self.path.clone(),
            document => format!("{document} {}", self.path),
        };
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("~ {place}: {before} -> {after}"),
            (None, Some(after)) => format!("+ {place}: {after}"),
            (Some(before), None) => format!("- {place}: {before}"),
            (None, None) => place,
        }
    }

    fn json(&self) -> Value {
        json!({
            "document": self.document,
            "path": self.path,
            "before": self.before,
            "after": self.after,
        })
    }
}

/// One line is enough to know a value by.
fn shortened(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
