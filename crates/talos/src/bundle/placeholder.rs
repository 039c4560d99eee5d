//! Secrets that stand in where a cluster has none yet.

use std::sync::OnceLock;

use diagnostics::Source;
use yaml::Limits;

use super::{Bundle, KeyPair, SecretText};

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
                // A test checks it like any other, so its keys need not be looked at here.
                embedded().unwrap_or_else(|| unreachable!("the embedded bundle is whole"))
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
        secrets.any(|secret| secret.len() > HEAD && stands_in(TEXT.as_bytes(), secret.as_bytes()))
    }
}

/// A secret of so many bytes may stand anywhere by chance.
const HEAD: usize = 20;

/// Whether a secret stands in a text: looked for by its head, since getting ready to look for
/// all of it costs more than looking.
fn stands_in(mut text: &[u8], secret: &[u8]) -> bool {
    let head = secret.get(..HEAD).unwrap_or(secret);
    while let Some(at) = memchr::memmem::find(text, head) {
        if text[at..].starts_with(secret) {
            return true;
        }
        text = &text[at + 1..];
    }
    false
}

/// The embedded text, read as a bundle, but without reading keys and certificates.
fn embedded() -> Option<Bundle> {
    let parsed = yaml::parse(&Source::new("placeholder.yaml", TEXT), &Limits::default());
    let root = parsed.root()?;
    let text = |path: &[&str]| -> Option<SecretText> {
        let node = path.iter().try_fold(root, |node, key| node.get(key))?;
        Some(node.text()?.into())
    };
    let pair = |name: &str| {
        Some(KeyPair {
            certificate: text(&["certs", name, "crt"])?,
            key: text(&["certs", name, "key"])?,
        })
    };
    Some(Bundle {
        cluster_id: text(&["cluster", "id"])?,
        cluster_secret: text(&["cluster", "secret"])?,
        bootstrap_token: text(&["secrets", "bootstraptoken"])?,
        aescbc_secret: None,
        secretbox_secret: text(&["secrets", "secretboxencryptionsecret"]),
        trustd_token: text(&["trustdinfo", "token"])?,
        etcd: pair("etcd")?,
        kubernetes: pair("k8s")?,
        aggregator: pair("k8saggregator")?,
        service_account_key: text(&["certs", "k8sserviceaccount", "key"])?,
        os: pair("os")?,
    })
}
