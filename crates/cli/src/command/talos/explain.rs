//! `talos explain`.

use camino::Utf8Path;
use diagnostics::{Diagnostic, Diagnostics};
use documents::change::Change;
use machines::Secrets;
use serde_json::{Value, json};
use talhelper::explain::{Origin, StageKind, explain};
use talos::sensitive;

use super::options::{self, Reading};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Not in the comment of the command: rustdoc takes paths of values for links.
const EXAMPLES: &str = r#"Examples:
  ichor talos explain k8s-0
  ichor talos explain k8s-0 machine.network
  ichor talos explain k8s-0 'machine.sysctls["net.core.rmem_max"]'
  ichor talos explain k8s-0 addresses --document LinkConfig/ethSel0"#;

/// Show where the values of a node's configuration come from
///
/// Who set each value, in order: the generator of Talos, a key of the talconfig, the patches of
/// the role, of the node, and for all nodes. The last one counts. Secrets are masked.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// The node, by its name or one of its addresses
    node: String,

    /// The value or section; else the whole configuration
    path: Option<String>,

    /// Only this document, such as `v1alpha1` or `HostnameConfig`
    #[arg(long, value_name = "NAME")]
    document: Option<String>,

    #[command(flatten)]
    pub(super) reading: Reading,
}

impl Explain {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let places = self.reading.places(root);
        let keys = options::keys(root);
        let machines = options::open(root, &places, &keys, Secrets::Optional)?;
        let (generator, mut problems) = machines.generator();
        let index = options::node(&generator, &self.node)?;
        problems.extend(generator.node(index).1);
        let problems: Diagnostics = problems.into_iter().filter(Diagnostic::is_error).collect();
        let problems = machines.masked(machines::unique(problems));
        let stages = generator.stages(index);
        let path = self.path.as_deref().unwrap_or_default();
        let mut origins = explain(&stages, self.document.as_deref(), path)?;
        // By value: who set it first, and what became of it.
        let mut order: Vec<(String, String)> = Vec::new();
        for origin in &origins {
            let place = (origin.document.clone(), origin.path.clone());
            if !order.contains(&place) {
                order.push(place);
            }
        }
        origins.sort_by_key(|origin| {
            order
                .iter()
                .position(|(document, path)| *document == origin.document && *path == origin.path)
        });
        let secrets = machines.secrets();
        for origin in &mut origins {
            // If one side is secret, the other is: it may be an older one.
            let change = Change {
                document: origin.document.clone(),
                path: origin.path.clone(),
                before: origin.before.take(),
                after: origin.after.take(),
                place: None,
            };
            let shown = sensitive::shown(&secrets, &change);
            (origin.path, origin.before, origin.after) = (shown.path, shown.before, shown.after);
        }
        let show = |value: &Value| value.to_string();
        let mut last = None;
        for origin in &origins {
            let heading = (origin.document.as_str(), origin.path.as_str());
            if last != Some(heading) {
                ui.data(&match heading {
                    ("v1alpha1", path) => format!("{}\n", diagnostics::visible(path)),
                    (document, path) => {
                        let [document, path] = [document, path].map(diagnostics::visible);
                        format!("{document} {path}\n")
                    }
                })?;
                last = Some(heading);
            }
            let value = origin.after.as_ref().map_or("removed".to_owned(), show);
            let place = origin
                .place
                .as_ref()
                .map_or(String::new(), |place| format!("  ({place})"));
            let line = diagnostics::visible(&format!("{:<18} {value}{place}", who(origin)));
            ui.data(&format!("  {line}\n"))?;
        }
        let listed: Vec<_> = origins
            .iter()
            .map(|origin| {
                json!({
                    "document": origin.document,
                    "path": origin.path,
                    "by": word(origin.kind),
                    "name": origin.name,
                    "place": origin.place,
                    "before": origin.before.as_ref().map(show),
                    "after": origin.after.as_ref().map(show),
                })
            })
            .collect();
        ui.set("origins", listed);
        options::tell_stand_in(&machines, ui);
        // A patch that cannot be applied is missing above.
        ui.problems(&problems);
        ui.count(&problems);
        Ok(if problems.has_errors() {
            Exit::Problems
        } else {
            Exit::Done
        })
    }
}

fn who(origin: &Origin) -> &'static str {
    match origin.kind {
        StageKind::Generator => "generator",
        StageKind::Talconfig => "talconfig",
        StageKind::RolePatch => "patch of the role",
        StageKind::NodePatch => "patch of the node",
        StageKind::GlobalPatch => "patch for all",
    }
}

fn word(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Generator => "generator",
        StageKind::Talconfig => "talconfig",
        StageKind::RolePatch => "role-patch",
        StageKind::NodePatch => "node-patch",
        StageKind::GlobalPatch => "global-patch",
    }
}
