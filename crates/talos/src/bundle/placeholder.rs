//! Secrets that stand in where a cluster has none yet.

use std::sync::OnceLock;

use diagnostics::Source;

use super::parts::Parts;
use super::{Bundle, SecretText};

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
        let secrets = [
            &self.etcd.key,
            &self.kubernetes.key,
            &self.aggregator.key,
            &self.service_account_key,
            &self.os.key,
            &self.cluster_secret,
            &self.bootstrap_token,
            &self.trustd_token,
        ];
        // Each is long and stands in the text as it is.
        let mut secrets = secrets.into_iter().map(SecretText::expose);
        secrets.any(|secret| secret.len() > 20 && TEXT.contains(secret))
    }
}
