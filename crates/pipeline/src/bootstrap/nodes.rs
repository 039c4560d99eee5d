//! The host names of a repository's nodes.

use machines::Places;
use repository::View;
use yaml::Limits;

/// Where a talconfig lies in older repositories.
const OLDER: &str = "kubernetes/bootstrap/talos/talconfig.yaml";

/// The names, in the order of the file: of the nodes' own, else of the talconfig. None where no
/// file has them, or where only variables say what they are.
pub(super) fn of(view: &View<'_>) -> Vec<String> {
    let talconfig = Places::find(view).talconfig;
    let places = [
        ("nodes.yaml", "name"),
        (talconfig.as_str(), "hostname"),
        (OLDER, "hostname"),
    ];
    let named = places.iter().find_map(|(path, key)| {
        let source = view.text(path).ok()??;
        let parsed = yaml::parse(&source, &Limits::default());
        let items = parsed.root()?.get("nodes")?.as_sequence()?;
        let names = items.iter().filter_map(|item| item.get(key)?.text());
        let known = names.filter(|name| !name.contains("${"));
        Some(known.map(str::to_owned).collect())
    });
    named.unwrap_or_default()
}
