//! Secrets that stand in where a cluster has none yet.

use std::sync::OnceLock;

use diagnostics::Source;

use super::Bundle;
use super::parts::Parts;

/// Made once by this crate's own generator, for this purpose.
const TEXT: &str = include_str!("placeholder.yaml");

impl Bundle {
    /// A whole bundle that everybody knows: to check what is made from a bundle before a cluster
    /// has one. Never write it, nor anything that is made from it.
    ///
    /// It is the same each time.
    pub fn placeholder() -> Self {
        static BUNDLE: OnceLock<Bundle> = OnceLock::new();
        BUNDLE
            .get_or_init(|| {
                let (parts, _) = super::read::parts(&Source::new("placeholder.yaml", TEXT));
                // A test reads the file, so it is whole.
                parts
                    .and_then(Parts::into_bundle)
                    .unwrap_or_else(|| unreachable!("the embedded bundle is whole"))
            })
            .clone()
    }

    /// Whether anything in here is from [`Bundle::placeholder`].
    pub fn is_placeholder(&self) -> bool {
        let known = Self::placeholder();
        let keys = |bundle: &Self| {
            [
                bundle.etcd.key.clone(),
                bundle.kubernetes.key.clone(),
                bundle.aggregator.key.clone(),
                bundle.service_account_key.clone(),
                bundle.os.key.clone(),
                bundle.cluster_secret.clone(),
                bundle.bootstrap_token.clone(),
                bundle.trustd_token.clone(),
            ]
        };
        let known = keys(&known);
        keys(self).iter().any(|key| known.contains(key))
    }
}
