//! Repositories of the family that are configured by other files than ours.

use diagnostics::Source;
use render::makejinja;

use repository::View;

use super::MAKEJINJA;

/// Files that configured the family's repositories at other times, if the folder beside them
/// is there too: today's, and two older ones.
const KNOWN: [(&str, &str); 3] = [
    ("cluster.toml", "template"),
    ("config.yaml", "bootstrap"),
    ("bootstrap/vars/config.yaml", "bootstrap"),
];

/// A repository of the family that has no `cluster.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The file that configures it.
    pub configuration: String,
    /// Whether that is here; it may be one that git does not track.
    pub is_here: bool,
    /// Whether a `makejinja.toml` says how its templates are rendered.
    pub renders: bool,
}

/// The layout of a repository that is configured by other files than `cluster.yaml`.
pub fn other(view: &View<'_>) -> Option<Layout> {
    let exists = |path: &str| view.exists(path);
    let settings = view.text(MAKEJINJA).ok().flatten();
    let data = settings.as_ref().map(data).unwrap_or_default();
    let is_ours = |path: &str| ["cluster.yaml", "cluster.sops.yaml", "nodes.yaml"].contains(&path);
    if data.iter().any(|path| is_ours(path)) {
        return None;
    }
    let known = KNOWN
        .iter()
        .find(|(file, folder)| exists(file) && exists(folder))
        .map(|(file, _)| (*file).to_owned());
    let configuration = data.into_iter().next().or(known)?;
    Some(Layout {
        is_here: exists(&configuration),
        configuration,
        renders: settings.is_some(),
    })
}

/// The data files that a `makejinja.toml` names.
fn data(settings: &Source) -> Vec<String> {
    let config = makejinja::Config::read_templates(settings).config;
    let data = config.into_iter().flat_map(|config| config.data);
    data.map(|path| path.value.trim_start_matches("./").to_owned())
        .collect()
}
