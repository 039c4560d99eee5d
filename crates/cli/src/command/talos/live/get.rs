//! `talos get`.

use camino::Utf8Path;
use clap::ValueEnum;
use diagnostics::Diagnostics;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::mpsc::channel;
use talos_client::api::cosi::{EventType, Resource};
use talos_client::resources::{Definition, MACHINE_CONFIGS, Unclear};

use super::session::{Reach, Session};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;
use diagnostics::visible;

/// Show resources of nodes, as `talosctl get` does
///
/// The state of a node is resources: addresses, disks, members, services and many more. `ichor
/// talos get rd` lists their types. A machine configuration is one, too, and is shown with its
/// secrets, as talosctl does: to a role that may see them.
///
/// Examples:
///   ichor talos get members
///   ichor talos get disks -n k8s-0
///   ichor talos get machinestatus -o yaml
///   ichor talos get services --watch
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Get {
    /// The type, by any of its names
    #[arg(value_name = "TYPE")]
    kind: String,

    /// Only this one
    id: Option<String>,

    #[command(flatten)]
    reach: Reach,

    /// How they are shown
    #[arg(short = 'o', long = "format", value_enum, default_value = "table")]
    shape: Shape,

    /// The namespace; else that of the type
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,

    /// Go on with what becomes of them
    #[arg(short, long)]
    watch: bool,

    /// Machines in maintenance, which cannot prove who they are
    #[arg(short, long)]
    insecure: bool,
}

/// How resources are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// A line each
    Table,
    /// A document each
    Yaml,
    /// An object each
    Json,
}

impl Get {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = if self.insecure {
            self.reach.open_maintenance(root, &[], &[])?
        } else {
            self.reach.open(root)?
        };
        let definition = self.definition(&session)?;
        let namespace = self.namespace.as_ref().unwrap_or(&definition.namespace);
        if self.watch {
            return self.follow(&session, &definition, namespace, ui);
        }
        let answers = super::ask(&session, |node| match &self.id {
            Some(id) => node
                .resource(namespace, &definition.name, id)
                .map(|found| vec![found]),
            None => node.resources(namespace, &definition.name),
        });
        let mut rows = Vec::new();
        let mut listed = Vec::new();
        let mut text = String::new();
        for (node, resources) in &answers.given {
            for resource in resources {
                listed.push(object(node, resource));
                match self.shape {
                    Shape::Table => rows.push(row(node, &definition, resource)),
                    Shape::Yaml => document(&mut text, node, resource),
                    Shape::Json => {
                        let _ = writeln!(text, "{:#}", object(node, resource));
                    }
                }
            }
        }
        ui.set("resources", listed);
        if self.shape == Shape::Table {
            let header = header(&definition);
            ui.table(&header.iter().map(String::as_str).collect::<Vec<_>>(), rows)?;
        } else {
            ui.data(&text)?;
        }
        Ok(super::ended(&answers.failed, ui))
    }

    /// The type that is meant, as the first node that answers knows it.
    fn definition(&self, session: &Session) -> Result<Definition, Failure> {
        let mut failed = Diagnostics::new();
        for name in &session.nodes {
            let all = match session.client.node(name).definitions() {
                Ok(all) => all,
                Err(fault) => {
                    failed.push(fault.diagnostic());
                    continue;
                }
            };
            return match Definition::find(&all, &self.kind) {
                Ok(found) => Ok(found.clone()),
                Err(unclear) => Err(self.unclear(unclear)),
            };
        }
        Err(Failure::Problems(failed))
    }

    fn unclear(&self, unclear: Unclear) -> Failure {
        let kind = &self.kind;
        match unclear {
            Unclear::None(close) => {
                let failure =
                    Failure::stopped(Exit::Usage, format!("there is no resource type `{kind}`"));
                match close {
                    Some(close) => failure.hint(format!("did you mean `{close}`?")),
                    None => failure.hint("`ichor talos get rd` lists all types"),
                }
            }
            Unclear::Several(names) => Failure::stopped(
                Exit::Usage,
                format!("`{kind}` names several resource types"),
            )
            .hint(format!("write one of {}", names.join(", "))),
        }
    }

    /// Shows what becomes of them, line by line, from all nodes at once.
    fn follow(
        &self,
        session: &Session,
        definition: &Definition,
        namespace: &str,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        let mut failed = Diagnostics::new();
        let (sender, events) = channel();
        std::thread::scope(|scope| {
            for name in &session.nodes {
                let sender = sender.clone();
                let node = session.client.node(name);
                scope.spawn(move || {
                    let watched = node.watch(namespace, &definition.name, self.id.as_deref());
                    match watched {
                        Ok(events) => {
                            for event in events {
                                if sender.send((name, event)).is_err() {
                                    return;
                                }
                            }
                        }
                        Err(fault) => drop(sender.send((name, Err(fault)))),
                    }
                });
            }
            drop(sender);
            for (node, event) in events {
                let event = match event {
                    Ok(event) => event,
                    Err(fault) => {
                        failed.push(fault.diagnostic());
                        continue;
                    }
                };
                let (sign, word) = match event.event_type() {
                    EventType::Created => ("+", "created"),
                    EventType::Updated => (" ", "updated"),
                    EventType::Destroyed => ("-", "destroyed"),
                    EventType::Bootstrapped | EventType::Errored | EventType::Noop => continue,
                };
                let Some(resource) = &event.resource else {
                    continue;
                };
                let shown = if ui.is_json() {
                    let mut object = object(node, resource);
                    object["event"] = json!(word);
                    ui.event(&object)
                } else {
                    let row = row(node, definition, resource).join("   ");
                    ui.data(&format!("{sign} {}\n", visible(&row)))
                };
                if let Err(error) = shown {
                    super::leave(error.into(), ui);
                }
            }
        });
        Ok(super::ended(&failed, ui))
    }
}

fn header(definition: &Definition) -> Vec<String> {
    ["NODE", "NAMESPACE", "TYPE", "ID", "VERSION"]
        .into_iter()
        .map(str::to_owned)
        .chain(
            definition
                .columns
                .iter()
                .map(|column| column.name.to_uppercase()),
        )
        .collect()
}

fn row(node: &str, definition: &Definition, resource: &Resource) -> Vec<String> {
    let metadata = resource.metadata.clone().unwrap_or_default();
    let value = resource.value();
    let cell = |column: &talos_client::resources::Column| match &column.path {
        Some(path) => visible(&path.of(&value)),
        None => String::new(),
    };
    [
        node.to_owned(),
        metadata.namespace,
        definition.singular.clone(),
        metadata.id,
        metadata.version,
    ]
    .into_iter()
    .chain(definition.columns.iter().map(cell))
    .collect()
}

/// As talosctl writes it: the node, the metadata, and the YAML of the node below `spec`.
fn document(text: &mut String, node: &str, resource: &Resource) {
    if !text.is_empty() {
        text.push_str("---\n");
    }
    let metadata = resource.metadata.clone().unwrap_or_default();
    let _ = writeln!(text, "node: {node}");
    let value = json!({ "metadata": self::metadata(resource) });
    text.push_str(&documents::emit::document(&value, 4));
    let yaml = resource.yaml();
    if metadata.r#type == MACHINE_CONFIGS {
        text.push_str("spec: |\n");
        indented(text, resource.value().as_str().unwrap_or(yaml));
    } else if yaml.contains('\n') {
        text.push_str("spec:\n");
        indented(text, yaml);
    } else {
        let _ = writeln!(text, "spec: {}", visible(yaml));
    }
}

fn indented(text: &mut String, yaml: &str) {
    for line in yaml.lines() {
        if line.is_empty() {
            text.push('\n');
        } else {
            let _ = writeln!(text, "    {}", visible(line));
        }
    }
}

fn metadata(resource: &Resource) -> Value {
    let metadata = resource.metadata.clone().unwrap_or_default();
    let mut out = json!({
        "namespace": metadata.namespace,
        "type": metadata.r#type,
        "id": metadata.id,
        "version": metadata.version,
        "owner": metadata.owner,
        "phase": metadata.phase,
    });
    for (key, map) in [
        ("labels", &metadata.labels),
        ("annotations", &metadata.annotations),
    ] {
        if !map.is_empty() {
            out[key] = json!(map);
        }
    }
    if !metadata.finalizers.is_empty() {
        out["finalizers"] = json!(metadata.finalizers);
    }
    out
}

fn object(node: &str, resource: &Resource) -> Value {
    json!({ "node": node, "metadata": metadata(resource), "spec": resource.value() })
}
