//! Which files a cluster's machine configurations come from.

use camino::{Utf8Path, Utf8PathBuf};

use super::files::tidy;
use repository::View;

/// The files, by their paths relative to the repository. As talhelper has it, each existing
/// file of variables counts, later ones first, and of the bundles the last existing one.
#[derive(Debug, Clone)]
pub struct Places {
    /// The description of the nodes.
    pub talconfig: Utf8PathBuf,
    /// Files of variables.
    pub variables: Vec<Utf8PathBuf>,
    /// Secrets bundles.
    pub bundles: Vec<Utf8PathBuf>,
    /// Which of them somebody named: they must be there.
    pub named: Vec<Utf8PathBuf>,
    /// The folder of the configurations.
    pub output: Utf8PathBuf,
}

impl Places {
    /// The usual ones: around `talos/talconfig.yaml`, or around `talconfig.yaml` where only that
    /// exists.
    pub fn find(view: &View<'_>) -> Self {
        let exists = |path: &str| view.exists(path);
        let plain = !exists("talos/talconfig.yaml") && exists("talconfig.yaml");
        Self::around(Utf8Path::new(if plain {
            "talconfig.yaml"
        } else {
            "talos/talconfig.yaml"
        }))
    }

    /// The usual ones around a talconfig.
    pub fn around(talconfig: &Utf8Path) -> Self {
        let talconfig = tidy(talconfig);
        let folder = talconfig.parent().unwrap_or(Utf8Path::new(""));
        let four = |name: &str| {
            ["yaml", "sops.yaml", "yml", "sops.yml"]
                .map(|ending| folder.join(format!("{name}.{ending}")))
                .to_vec()
        };
        Self {
            variables: four("talenv"),
            bundles: four("talsecret"),
            named: Vec::new(),
            output: folder.join("clusterconfig"),
            talconfig,
        }
    }
}
