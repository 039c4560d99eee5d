//! What the program carries: the built-in templates, the pins, and the example.

use std::borrow::Cow;

use config_model::versions::{self, CONTRACT, Versions};
use diagnostics::Source;
use rust_embed::RustEmbed;

/// Everything below `templates/` of this repository, as it was when the program was built.
#[derive(RustEmbed)]
#[folder = "../../templates/"]
struct Embedded;

/// The version of the built-in template set. The ownership record names it, so that an older
/// program does not render backwards.
pub const TEMPLATE_SET_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Folder of the templates inside what is embedded.
const TEMPLATES: &str = "config/";

/// Every built-in template: path below `templates/config`, sorted, and content.
pub fn templates() -> Vec<(String, Cow<'static, [u8]>)> {
    let mut found: Vec<_> = Embedded::iter()
        .filter_map(|path| {
            let name = path.strip_prefix(TEMPLATES)?.to_owned();
            Some((name, Embedded::get(&path)?.data))
        })
        .collect();
    found.sort_by(|(left, _), (right, _)| left.cmp(right));
    found
}

/// One built-in template by its path below `templates/config`.
pub fn template(path: &str) -> Option<Cow<'static, [u8]>> {
    Embedded::get(&format!("{TEMPLATES}{path}")).map(|file| file.data)
}

/// The pins that come with the program: the text of `versions.yaml`.
pub fn versions() -> String {
    text("versions.yaml")
}

/// The pins for a repository that is there already and had none of its own: with the contract
/// that it has so far, and not that of a new one.
pub(crate) fn versions_kept() -> String {
    let source = Source::new("built-in:versions.yaml", versions());
    let (in_force, _) = Versions::new(versions::read(&source).0, None);
    let contract = in_force.contract().to_string();
    versions::set(&source, CONTRACT, &contract).expect("the file is part of this repository")
}

/// The example's configuration: `cluster.yaml` and `nodes.yaml`.
pub(crate) fn example() -> (String, String) {
    (text("example/cluster.yaml"), text("example/nodes.yaml"))
}

fn text(path: &str) -> String {
    let file = Embedded::get(path).expect("the file is part of this repository");
    String::from_utf8_lossy(&file.data).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_carries_its_templates() {
        assert!(templates().len() > 50, "{} templates", templates().len());
        assert!(template(".sops.yaml.j2").is_some());
        assert!(versions().contains("talosVersion"));
        let (cluster, nodes) = example();
        assert!(cluster.contains("node_cidr") && nodes.contains("mac_addr"));
    }
}
