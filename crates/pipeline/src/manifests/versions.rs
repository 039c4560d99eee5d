//! What a repository says of its cluster: the Kubernetes that it pins, its domains.

use diagnostics::Source;
use repository::View;
use yaml::Limits;

/// Where repositories of this family say it, the most binding first, with the key.
const PLACES: [(&str, &[&str]); 8] = [
    ("talos/talenv.yaml", &["kubernetesVersion"]),
    ("talos/talconfig.yaml", &["kubernetesVersion"]),
    (
        "kubernetes/bootstrap/talos/talenv.yaml",
        &["kubernetesVersion"],
    ),
    (
        "kubernetes/bootstrap/talos/talconfig.yaml",
        &["kubernetesVersion"],
    ),
    ("versions.yaml", &["kubernetesVersion"]),
    ("cluster.yaml", &["kubernetesVersion"]),
    ("cluster.yaml", &["kubernetes_version"]),
    ("topology.yaml", &["kubernetesVersion"]),
];

/// Where it is said for Talos, the most binding first.
const TALOS_PLACES: [&str; 5] = [
    "talos/talenv.yaml",
    "talos/talconfig.yaml",
    "kubernetes/bootstrap/talos/talenv.yaml",
    "kubernetes/bootstrap/talos/talconfig.yaml",
    "versions.yaml",
];

/// The version of Kubernetes that a repository pins, such as `v1.36.4`; none where it does not.
pub fn kubernetes_of(view: &View<'_>) -> Option<String> {
    kubernetes_places(view).next().map(|pin| pin.version)
}

/// The version of Talos that a repository pins, such as `v1.13.7`; none where it does not.
pub fn talos_of(view: &View<'_>) -> Option<String> {
    TALOS_PLACES.iter().find_map(|path| {
        let source = view.text(path).ok()??;
        version(&source, &["talosVersion"])
    })
}

/// A place where a repository says which Kubernetes it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubernetesPin {
    /// The file.
    pub path: &'static str,
    /// The key.
    pub key: &'static str,
    /// Such as `v1.36.4`.
    pub version: String,
}

/// Every place where a repository says it, the most binding first.
pub fn kubernetes_places(view: &View<'_>) -> impl Iterator<Item = KubernetesPin> {
    PLACES.iter().filter_map(|(path, keys)| {
        let source = view.text(path).ok()??;
        Some(KubernetesPin {
            path,
            key: keys.last()?,
            version: version(&source, keys)?,
        })
    })
}

fn version(source: &Source, keys: &[&str]) -> Option<String> {
    let parsed = yaml::parse(source, &Limits::default());
    let mut node = parsed.root()?;
    for key in keys {
        node = node.get(key)?;
    }
    let text = node.text()?.trim();
    let digits = text.strip_prefix('v').unwrap_or(text);
    digits
        .starts_with(|first: char| first.is_ascii_digit())
        .then(|| format!("v{digits}"))
}

/// The domains that a repository's `cluster.yaml` has in the clear; empty where it has none.
pub fn domains_of(view: &View<'_>) -> Vec<String> {
    let Ok(Some(source)) = view.text("cluster.yaml") else {
        return Vec::new();
    };
    let parsed = yaml::parse(&source, &Limits::default());
    let nodes = DOMAINS.iter().filter_map(|key| parsed.root()?.get(key));
    let texts = nodes.flat_map(|node| match node.as_sequence() {
        Some(items) => items.iter().filter_map(yaml::Node::text).collect(),
        None => Vec::from_iter(node.text()),
    });
    let plausible = |text: &&str| text.contains('.') && !text.contains(char::is_whitespace);
    texts.filter(plausible).map(ToOwned::to_owned).collect()
}

/// The keys that hold domains.
pub(super) const DOMAINS: [&str; 2] = ["cloudflare_domains", "cloudflare_domain"];
