//! A repository's own templates of patches.

use diagnostics::{Diagnostics, Location};
use repository::{Kind, View};

use super::rewrite::{Nodes, asked, patch};
use super::{Move, by_hand};

/// Where templates stand, those of a repository and its overrides of the built-in ones.
const ROOT: &str = "templates";
/// The part of a path that says that it is a patch.
const PATCHES: &str = "/talos/patches/";
/// How the path of a talconfig ends.
const TALCONFIG: &str = "/talconfig.yaml";
/// How files of patches end, and what a template has behind that.
const ENDINGS: [&str; 2] = [".yaml", ".yml"];
const TEMPLATE: &str = ".j2";
/// The folder of patches for all nodes, and the one for control planes.
const GLOBAL: &str = "/global/";
const CONTROLLER: &str = "/controller/";
const WORKER: &str = "/worker/";

/// Rewrites each template of a patch.
pub(super) fn rewrite(view: &View<'static>, moving: &mut Move) -> Result<(), Diagnostics> {
    for path in below(view, ROOT) {
        let name = path.strip_suffix(TEMPLATE).unwrap_or(&path);
        if name.ends_with(TALCONFIG)
            && let Some(text) = view.text(&path)?
        {
            asked(moving, &text);
        }
        if !path.contains(PATCHES) || !ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let Some(text) = view.text(&path)? else {
            continue;
        };
        let nodes = if path.contains(CONTROLLER) {
            Nodes::ControlPlanes
        } else if path.contains(WORKER) {
            Nodes::Workers
        } else {
            Nodes::All
        };
        let Some(new) = patch(moving, &text, None, nodes) else {
            continue;
        };
        if let Some(more) = new.for_control_planes {
            let other = path.replacen(GLOBAL, CONTROLLER, 1);
            if other == path {
                let why =
                    "only control planes take a part of it: write that below `patches/controller`";
                moving
                    .problems
                    .push(by_hand("", why, Location::file(path.as_str())));
                continue;
            }
            let there = moving.changes.text(view, &other)?;
            let text = match there {
                Some(there) => {
                    let start = if more.starts_with("---") { "" } else { "---\n" };
                    format!("{}\n{start}{more}", there.text().trim_end())
                }
                None => more,
            };
            moving.changes.set(view, &other, Some(text.into_bytes()))?;
        }
        // A template that renders to nothing has no output, which its absence would not do: an
        // override that is gone lets the built-in one through.
        let text = new.text.unwrap_or_default();
        moving.changes.set(view, &path, Some(text.into_bytes()))?;
    }
    Ok(())
}

/// The files below a folder, by path.
fn below(view: &View<'_>, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in view.list(&folder).unwrap_or_default() {
            let path = format!("{folder}/{}", entry.name);
            match entry.kind {
                Some(Kind::Folder) => folders.push(path),
                _ => found.push(path),
            }
        }
    }
    found.sort();
    found
}
