//! The road of a repository, from `init` to a running cluster: what comes after each command.

use std::collections::HashMap;

use camino::Utf8Path;
use machines::{Action, Made, Outputs};
use pipeline::load;
use pipeline::road::{Commits, Road};
use repository::{View, names};
use talos::generate::Role;

use crate::ui::Ui;

/// How many nodes are named one by one.
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

/// What a node is reached by, and its file.
pub(crate) struct Node {
    address: String,
    file: String,
    leads: bool,
}

/// The nodes of a run, for [`after_generate_config`].
pub(crate) fn nodes(made: &[Made]) -> Vec<Node> {
    made.iter()
        .map(|made| Node {
            address: made.addresses.first().unwrap_or(&made.hostname).clone(),
            file: made.file_name.clone(),
            leads: made.role == Role::ControlPlane,
        })
        .collect()
}

/// What comes after `talos generate-config`: nodes get what changed, and of a new cluster one
/// starts it.
pub(crate) fn after_generate_config(
    root: &Utf8Path,
    outputs: &Outputs,
    nodes: &[Node],
    ui: &mut Ui,
) {
    // Of a thousand nodes and their files, each is looked at once.
    let mut files = HashMap::new();
    for file in outputs.files.iter().rev() {
        if let Some(name) = file.path.file_name() {
            files.insert((name, file.action), file.path.as_path());
        }
    }
    let find = |name: &str, action| files.get(&(name, action)).copied();
    let client = [Action::Create, Action::Update, Action::Unchanged]
        .into_iter()
        .find_map(|action| find(names::TALOSCONFIG, action));
    let Some(client) = client.map(|path| root.join(path)) else {
        return;
    };
    let with = |action| -> Vec<_> {
        let nodes = nodes.iter();
        nodes
            .filter_map(|node| Some((node, find(&node.file, action)?)))
            .collect()
    };
    let [new, changed] = [Action::Create, Action::Update].map(with);
    let mut steps: Vec<_> = commit(&Road::of(&View::on_disk(root)), ui)
        .into_iter()
        .collect();
    let variable = format!(
        "with `export TALOSCONFIG={}`, which mise sets,",
        whole(&client)
    );
    if !changed.is_empty() {
        steps.push(format!(
            "Apply what changed, {variable} and:{}",
            lines(root, &changed, |node, file| format!(
                "`talosctl apply-config -n {} -f {file}`",
                node.address
            ))
        ));
    }
    if !new.is_empty() {
        steps.push(format!(
            "Boot new machines from their images, which `ichor talos schematic` names, and apply:{}",
            lines(root, &new, |node, file| format!(
                "`talosctl apply-config --insecure -n {} -f {file}`",
                node.address
            ))
        ));
    }
    // With every node new, there is no cluster yet.
    if new.len() == nodes.len()
        && let Some(first) = nodes.iter().find(|node| node.leads)
    {
        let kubeconfig = plain(&root.join(names::KUBECONFIG));
        steps.push(format!(
            "Start the cluster, {variable} and once:\n     `talosctl bootstrap -n {}`",
            first.address
        ));
        steps.push(format!(
            "Fetch its kubeconfig, which mise sets, too:\n     `talosctl kubeconfig -n {} {kubeconfig}`\n     `export KUBECONFIG={}`",
            first.address,
            whole(&root.join(names::KUBECONFIG))
        ));
        steps.extend(install(root));
    }
    ui.next(&steps);
}

/// What Flux needs before it can do the rest, where the repository has it.
fn install(root: &Utf8Path) -> Option<String> {
    let path = |name: &str| plain(&root.join("bootstrap").join(name));
    let view = View::on_disk(root);
    if !view.is_file("bootstrap/helmfile.d/01-apps.yaml") {
        return None;
    }
    let mut step =
        "Give it its keys, and what Flux needs:\n     `kubectl create namespace flux-system`"
            .to_owned();
    for name in ["sops-age.sops.yaml", "github-deploy-key.sops.yaml"] {
        if view.is_file(format!("bootstrap/{name}")) {
            step += &format!(
                "\n     `ichor secrets decrypt bootstrap/{name} | kubectl apply --server-side -f -`"
            );
        }
    }
    step += &format!(
        "\n     `helmfile -f {} template --include-crds --no-hooks | yq 'select(.kind == \"CustomResourceDefinition\")' | kubectl apply --server-side -f -`\n     `helmfile -f {} sync`",
        path("helmfile.d/00-crds.yaml"),
        path("helmfile.d/01-apps.yaml")
    );
    Some(step)
}

fn lines(
    root: &Utf8Path,
    nodes: &[(&Node, &Utf8Path)],
    line: impl Fn(&Node, &str) -> String,
) -> String {
    let mut out = String::new();
    for (node, file) in nodes.iter().take(NAMED) {
        out += &format!("\n     {}", line(node, &plain(&root.join(file))));
    }
    if nodes.len() > NAMED {
        out += &format!("\n     and so on for {} more", nodes.len() - NAMED);
    }
    out
}

/// The same for a variable, which must hold in other folders, too.
fn whole(path: &Utf8Path) -> String {
    if path.is_absolute() {
        plain(path)
    } else {
        format!("$PWD/{}", plain(path))
    }
}

/// A path as a shell takes it from where the reader stands.
fn plain(path: &Utf8Path) -> String {
    let path = path.as_str().trim_start_matches("./");
    shlex::try_quote(path).map_or_else(|_| path.to_owned(), std::borrow::Cow::into_owned)
}
