//! The host names of a repository's nodes.

use repository::View;
use yaml::Limits;

/// Where they are named, and by which key of the items of `nodes`; the first file that is there
/// counts.
const PLACES: [(&str, &str); 4] = [
    ("nodes.yaml", "name"),
    ("talos/talconfig.yaml", "hostname"),
    ("talconfig.yaml", "hostname"),
    ("kubernetes/bootstrap/talos/talconfig.yaml", "hostname"),
];

/// The names, in the order of the file; none where no file has them.
pub(super) fn of(view: &View<'_>) -> Vec<String> {
    let named = PLACES.iter().find_map(|(path, key)| {
        let source = view.text(path).ok()??;
        let parsed = yaml::parse(&source, &Limits::default());
        let items = parsed.root()?.get("nodes")?.as_sequence()?;
        let names = items.iter().filter_map(|item| item.get(key)?.text());
        Some(names.map(str::to_owned).collect())
    });
    named.unwrap_or_default()
}
