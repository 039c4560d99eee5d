//! How far a repository is on its way to a cluster: what stands on disk, and what git holds.

use machines::Places;
use repository::{View, names};

/// Files that change whenever something does that has to be committed.
const TELLING: [&str; 2] = [tree::RECORD_PATH, "versions.yaml"];

/// What of the road is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Road {
    /// There is a configuration.
    pub configured: bool,
    /// `configure` ran and wrote what it owns.
    pub rendered: bool,
    /// There is a description of the nodes, rendered or written by hand.
    pub described: bool,
    /// There are secrets of the cluster.
    pub has_secrets: bool,
    /// There are machine configurations.
    pub generated: bool,
    /// The credentials of the tunnel are there.
    pub has_tunnel: bool,
    /// A file with keys that a commit of everything would take.
    pub exposed: Option<&'static str>,
    /// What git says.
    pub git: Commits,
}

/// What git holds of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commits {
    /// There is no git repository.
    None,
    /// The last commit lacks something.
    Behind,
    /// The last commit has what tells of changes.
    Done,
}

impl Road {
    /// Looks at a repository. Nothing is read but names, and the few files that tell whether
    /// something was committed.
    pub fn of(view: &View<'_>) -> Self {
        let exists = |path: &str| view.exists(path);
        let places = Places::find(view);
        let bundle = places.bundles.iter().find(|path| exists(path.as_str()));
        Self {
            configured: exists("cluster.yaml") || exists("cluster.sops.yaml"),
            rendered: exists(tree::RECORD_PATH),
            described: exists(places.talconfig.as_str()),
            has_secrets: bundle.is_some(),
            generated: exists(places.output.join(names::TALOSCONFIG).as_str()),
            has_tunnel: exists(names::TUNNEL),
            exposed: crate::checks::exposed(view),
            git: commits(view, bundle.map(|path| path.as_str())),
        }
    }

    /// Whether nodes are described whose machine configurations were not generated: all that
    /// there is to say where nothing changed.
    pub fn lacks_machines(view: &View<'_>) -> bool {
        let places = Places::find(view);
        let exists = |path: &str| view.exists(path);
        let has_secrets = || places.bundles.iter().any(|path| exists(path.as_str()));
        let generated = || exists(places.output.join(names::TALOSCONFIG).as_str());
        exists(places.talconfig.as_str()) && !(has_secrets() && generated())
    }

    /// Whether git looks after secrets in this clone, by a hook of its own or of somebody's.
    pub fn is_guarded(view: &View<'_>) -> bool {
        view.root().is_some_and(vault::hooks::are_installed)
    }
}

fn commits(view: &View<'_>, bundle: Option<&str>) -> Commits {
    let Some(git) = view.git() else {
        return Commits::None;
    };
    let contents: Vec<_> = TELLING
        .iter()
        .copied()
        .chain(bundle)
        .filter_map(|path| Some((path, view.bytes(path).ok()??)))
        .collect();
    let files = contents
        .iter()
        .map(|(path, content)| (*path, content.as_slice()))
        // What git is told to leave out will never be committed.
        .filter(|(path, _)| !git.ignores(path));
    if git.uncommitted(files).is_empty() {
        Commits::Done
    } else {
        Commits::Behind
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test makes the files")]
    fn the_road_is_told_from_what_stands_on_disk() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let root = Utf8Path::from_path(folder.path()).expect("it has a UTF-8 name");
        let start = Road {
            configured: false,
            rendered: false,
            described: false,
            has_secrets: false,
            generated: false,
            has_tunnel: false,
            exposed: None,
            git: Commits::None,
        };
        assert_eq!(Road::of(&View::on_disk(root)), start);
        for folder in ["talos/clusterconfig", ".ichor"] {
            std::fs::create_dir_all(root.join(folder)).expect("it is writable");
        }
        for path in [
            tree::RECORD_PATH,
            "cluster.yaml",
            "talos/talconfig.yaml",
            "talos/talsecret.sops.yaml",
            "talos/clusterconfig/talosconfig",
        ] {
            std::fs::write(root.join(path), "a: 1\n").expect("it is writable");
        }
        assert_eq!(
            Road::of(&View::on_disk(root)),
            Road {
                configured: true,
                rendered: true,
                described: true,
                has_secrets: true,
                generated: true,
                exposed: Some("cluster.yaml"),
                ..start.clone()
            }
        );
        assert!(!Road::is_guarded(&View::on_disk(root)));
    }
}
