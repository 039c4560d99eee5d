//! The keys that a repository's own templates name, and what those follow from.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::keys::Section;

/// Keys whose values follow from others, unless they are set themselves, each with those.
const FOLLOWS: &[(&str, &[&str])] = &[
    ("primary_domain", &["cloudflare_domains"]),
    ("oidc_cookie_domain", &["cloudflare_domains"]),
    ("cloudflare_domains", &["cloudflare_domain"]),
    (
        "cilium_bgp_enabled",
        &[
            "cilium_bgp_router_addr",
            "cilium_bgp_router_asn",
            "cilium_bgp_node_asn",
        ],
    ),
    ("k8s_gateway_fallback_dns", &["node_dns_servers"]),
    ("node_default_gateway", &["node_cidr"]),
];

/// The keys that a repository's own templates name.
///
/// ```
/// use config_model::{Section, UsedKeys};
/// let used = UsedKeys::new([(Section::Cluster, "primary_domain".to_owned())]);
/// assert!(used.uses(Section::Cluster, "cloudflare_domain"));
/// assert!(!used.uses(Section::Cluster, "cloudflare_token"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsedKeys {
    cluster: BTreeSet<String>,
    nodes: BTreeSet<String>,
    defaults: Vec<(Section, String, Value)>,
}

impl UsedKeys {
    /// The keys of these names, and those that theirs follow from. `nodes`, the list, counts
    /// as a key of the cluster.
    pub fn new(names: impl IntoIterator<Item = (Section, String)>) -> Self {
        let mut used = Self::default();
        for (section, name) in names {
            match section {
                Section::Cluster => used.cluster.insert(name),
                Section::Nodes => used.nodes.insert(name),
            };
        }
        used
    }

    /// With defaults that the repository gives to built-in keys in the place of their own.
    #[must_use]
    pub fn with_defaults(mut self, defaults: Vec<(Section, String, Value)>) -> Self {
        self.defaults = defaults;
        self
    }

    pub(crate) fn defaults(&self) -> &[(Section, String, Value)] {
        &self.defaults
    }

    /// Whether a template names the key, or one that follows from it.
    pub fn uses(&self, section: Section, name: &str) -> bool {
        self.uses_given(section, name, &|_| false)
    }

    /// The same, where `is_set` tells which keys have a value of their own and follow from
    /// nothing.
    pub(crate) fn uses_given(
        &self,
        section: Section,
        name: &str,
        is_set: &dyn Fn(&str) -> bool,
    ) -> bool {
        match section {
            Section::Nodes => self.nodes.contains(name),
            Section::Cluster => {
                self.cluster.contains(name)
                    || FOLLOWS.iter().any(|(derived, from)| {
                        from.contains(&name)
                            && !is_set(derived)
                            && self.uses_given(section, derived, is_set)
                    })
            }
        }
    }
}

/// What the rules look at: every key, or, with a repository's own templates, those that the
/// templates name.
#[derive(Clone, Copy)]
pub(crate) struct Uses<'a> {
    /// The names; none where every key counts.
    used: Option<&'a UsedKeys>,
    /// The keys that `cluster.yaml` sets.
    written: &'a BTreeSet<&'a str>,
}

impl<'a> Uses<'a> {
    pub(crate) fn new(used: Option<&'a UsedKeys>, written: &'a BTreeSet<&'a str>) -> Self {
        Self { used, written }
    }

    /// Whether a key counts.
    pub(crate) fn counts(&self, section: Section, name: &str) -> bool {
        self.used
            .is_none_or(|used| used.uses_given(section, name, &|key| self.written.contains(key)))
    }
}
