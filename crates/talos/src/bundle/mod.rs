//! The secrets of a cluster: certificate authorities, keys and tokens, as `talsecret.yaml`
//! holds them and as `talosctl gen secrets` and talhelper read and write them.
//!
//! **Invariant:** values are kept letter for letter, so a bundle that is read and written again
//! has the same bytes. No `Debug` and no message shows one, and each is wiped when dropped.

mod examine;
mod generate;
mod import;
mod parts;
mod placeholder;
mod random;
mod read;
mod shape;
mod write;

pub use crate::certificates::KeyPair;
pub use crate::secret_text::SecretText;
pub use read::{check, open, read};

/// Everything that the nodes of one cluster share, and nobody else may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The name of the cluster in the discovery service.
    pub cluster_id: SecretText,
    /// What the discovery data is encrypted with.
    pub cluster_secret: SecretText,
    /// The token that kubelets join with.
    pub bootstrap_token: SecretText,
    /// An old way to encrypt secrets in etcd, of clusters from before Talos 1.3.
    pub aescbc_secret: Option<SecretText>,
    /// The way to encrypt secrets in etcd since Talos 1.3.
    pub secretbox_secret: Option<SecretText>,
    /// The token that nodes join with.
    pub trustd_token: SecretText,
    /// The authority of etcd.
    pub etcd: KeyPair,
    /// The authority of Kubernetes.
    pub kubernetes: KeyPair,
    /// The authority of aggregated API servers.
    pub aggregator: KeyPair,
    /// What signs the tokens of service accounts.
    pub service_account_key: SecretText,
    /// The authority of the Talos API.
    pub os: KeyPair,
}

impl Bundle {
    /// Every text that nobody else may know; certificates are none.
    pub fn secret_texts(&self) -> impl Iterator<Item = &str> {
        let optional = [&self.aescbc_secret, &self.secretbox_secret];
        [
            &self.cluster_id,
            &self.cluster_secret,
            &self.bootstrap_token,
            &self.trustd_token,
            &self.etcd.key,
            &self.kubernetes.key,
            &self.aggregator.key,
            &self.service_account_key,
            &self.os.key,
        ]
        .into_iter()
        .chain(optional.into_iter().flatten())
        .map(SecretText::expose)
    }
}
