//! The road of a repository, from `init` to a running cluster: what comes after each command.

use std::collections::HashMap;

use camino::Utf8Path;
use machines::{Action, Made, Outputs};
use pipeline::load;
use pipeline::road::{Commits, Road};
use repository::View;

use crate::ui::Ui;

/// So many nodes are named one by one.
const NAMED: usize = 12;

/// What comes next for whoever only says `ichor`.
pub(crate) fn from_here(root: &Utf8Path, ui: &mut Ui) {
    let road = Road::of(&View::on_disk(root));
    let steps = if let Some(layout) =
        load::layout::other(&View::on_disk(root)).filter(|_| !road.configured)
    {
        layout
            .renders
            .then(|| "`ichor render`: renders the templates as makejinja does.".to_owned())
            .into_iter()
            .collect()
    } else if !road.configured && !road.described {
        vec![
            "`ichor configure --example`: a finished repository in a new folder, to look around."
                .to_owned(),
            "`ichor init`: the samples and keys of a repository of your own, in this folder."
                .to_owned(),
        ]
    } else if road.configured && !road.rendered {
        vec!["Edit `cluster.yaml` and `nodes.yaml`, then run `ichor configure`.".to_owned()]
    } else {
        ahead(&road, ui).into_iter().collect()
    };
    ui.next(&steps);
}

/// What comes after `init`.
pub(crate) fn after_init(root: &Utf8Path, ui: &mut Ui) {
    let road = Road::of(&View::on_disk(root));
    let mut steps = Vec::new();
    if road.rendered {
        // It ran before; the rest of the road tells where it goes on.
        steps.extend(ahead(&road, ui));
    } else {
        steps.push("Edit `cluster.yaml` and `nodes.yaml`; each key is explained there.".to_owned());
        if !road.has_tunnel {
            steps.push(
                "Create a Cloudflare tunnel and save its credentials as `cloudflare-tunnel.json`."
                    .to_owned(),
            );
        }
        steps.push("Run `ichor configure`.".to_owned());
    }
    if !Road::is_guarded(&View::on_disk(root)) {
        let repository = match road.git {
            Commits::None => format!(", after `{} init`", ui.beside("git")),
            _ => String::new(),
        };
        steps.push(format!(
            "Once in every clone{repository}: `ichor init --hooks` keeps secrets in the clear out of commits."
        ));
    }
    ui.next(&steps);
}

/// What comes after `template declare`, in a repository whose files another program wrote.
pub(crate) fn after_declare(root: &Utf8Path, ui: &mut Ui) {
    let step = if Road::of(&View::on_disk(root)).rendered {
        "`ichor configure`: checks and renders with them."
    } else {
        "`ichor configure`: checks, renders, and stops before it would replace a file that differs."
    };
    ui.next(&[step.to_owned()]);
}

/// What comes after `validate`, where nothing was written yet.
pub(crate) fn after_validate(root: &Utf8Path, ui: &mut Ui) {
    if !View::on_disk(root).exists(tree::RECORD_PATH) {
        ui.next(&["`ichor configure`: writes them.".to_owned()]);
    }
}

/// What comes after `configure`, which has written something or not.
pub(crate) fn after_configure(root: &Utf8Path, wrote: bool, machines_changed: bool, ui: &mut Ui) {
    let view = View::on_disk(root);
    if !wrote && !Road::lacks_machines(&view) {
        return;
    }
    let mut road = Road::of(&view);
    if machines_changed {
        road.generated = false;
    }
    let missing = road.described && !(road.has_secrets && road.generated);
    if wrote || missing {
        let steps: Vec<_> = ahead(&road, ui).into_iter().collect();
        ui.next(&steps);
    }
}

/// What comes after `talos gensecret`.
pub(crate) fn after_gensecret(root: &Utf8Path, ui: &mut Ui) {
    let road = Road {
        generated: false,
        has_secrets: true,
        ..Road::of(&View::on_disk(root))
    };
    let steps: Vec<_> = ahead(&road, ui).into_iter().collect();
    ui.next(&steps);
}

/// The one step that comes next, up to the commit.
fn ahead(road: &Road, ui: &Ui) -> Option<String> {
    let step = if !road.configured && !road.described {
        "`ichor init`: the samples and keys of a repository.".to_owned()
    } else if road.described && !road.has_secrets {
        "`ichor talos gensecret`: the secrets of the cluster; or `--from-config` with those of one that runs.".to_owned()
    } else if road.described && !road.generated {
        "`ichor talos generate-config`: the machine configuration of every node.".to_owned()
    } else {
        return commit(road, ui);
    };
    Some(step)
}

/// How to commit, where that is left to do.
fn commit(road: &Road, ui: &Ui) -> Option<String> {
    if let Some(path) = road.exposed {
        return Some(format!(
            "`ichor init`: keeps `{path}` out of git, before anything is committed."
        ));
    }
    let program = ui.beside("git");
    match road.git {
        Commits::Done => None,
        Commits::Behind => Some(format!(
            "`{program} add --all && {program} commit`, and push: Flux reads what is pushed."
        )),
        Commits::None => Some(format!(
            "`{program} init && {program} add --all && {program} commit`, and push: Flux reads what is pushed."
        )),
    }
}

/// What says which releases have to run before Flux can.
const APPS: &str = "bootstrap/helmfile.d/01-apps.yaml";

/// What a node is called, and its file.
pub(crate) struct Node {
    name: String,
    file: String,
}

/// The nodes of a run, for [`after_generate_config`].
pub(crate) fn nodes(made: &[Made]) -> Vec<Node> {
    made.iter()
        .map(|made| Node {
            name: made.hostname.clone(),
            file: made.file_name.clone(),
        })
        .collect()
}

/// What comes after `talos generate-config`: nodes get what changed, and of a new cluster all of
/// them what they have not had.
pub(crate) fn after_generate_config(
    root: &Utf8Path,
    outputs: &Outputs,
    nodes: &[Node],
    ui: &mut Ui,
) {
    let actions: HashMap<&str, Action> = outputs
        .files
        .iter()
        .filter_map(|file| Some((file.path.file_name()?, file.action)))
        .collect();
    let with = |action| -> Vec<&str> {
        let nodes = nodes.iter();
        let nodes = nodes.filter(|node| actions.get(node.file.as_str()) == Some(&action));
        nodes.map(|node| node.name.as_str()).collect()
    };
    let [new, changed] = [Action::Create, Action::Update].map(with);
    let mut steps: Vec<_> = commit(&Road::of(&View::on_disk(root)), ui)
        .into_iter()
        .collect();
    if !changed.is_empty() {
        let named = match changed.len() {
            0..=NAMED => changed.join(" "),
            _ if new.is_empty() => "--all".to_owned(),
            _ => changed.join(" "),
        };
        steps.push(format!(
            "`ichor talos apply-node {named}`: shows what changes on each node, and applies it."
        ));
    }
    if new.len() == nodes.len() && !new.is_empty() {
        // With every node new, there is no cluster yet.
        steps.push(
            "Boot the machines from their images, which `ichor talos schematic` names.".to_owned(),
        );
        let step = if View::on_disk(root).is_file(APPS) {
            "`ichor bootstrap`: gives each its configuration, starts the cluster, writes `kubeconfig`, and hands the cluster to Flux."
        } else {
            "`ichor bootstrap talos`: gives each its configuration, starts the cluster, and writes `kubeconfig`."
        };
        steps.push(step.to_owned());
    } else if !new.is_empty() {
        steps.push(format!(
            "Boot the new machines from their images, which `ichor talos schematic` names, and then:\n     `ichor talos apply-node --insecure {}`",
            new.join(" ")
        ));
    }
    ui.next(&steps);
}
