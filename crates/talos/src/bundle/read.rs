//! A bundle from the text of `talsecret.yaml`.

use diagnostics::{Diagnostic, Diagnostics, Source};
use yaml::{Limits, Node};

use super::{Bundle, KeyPair, SecretText};

/// The sections of a bundle and what each may hold, as its strict readers have it.
const SECTIONS: [(&str, &[&str]); 4] = [
    ("cluster", &["id", "secret"]),
    (
        "secrets",
        &[
            "bootstraptoken",
            "aescbcencryptionsecret",
            "secretboxencryptionsecret",
        ],
    ),
    ("trustdinfo", &["token"]),
    (
        "certs",
        &["etcd", "k8s", "k8saggregator", "k8sserviceaccount", "os"],
    ),
];

/// Reads a bundle, or tells everything that is wrong with it. Certificates and keys are
/// checked for shape only: not against each other, nor against the clock.
///
/// The source's text is masked in every excerpt, whatever it holds.
pub fn read(source: &Source) -> Result<Bundle, Diagnostics> {
    let everything = 0..source.text().len();
    let source = &source.clone().with_secrets([everything]);
    let parsed = yaml::parse(source, &Limits::default());
    let mut problems = parsed.diagnostics.clone();
    if problems.has_errors() {
        return Err(problems);
    }
    let Some(root) = parsed.root().filter(|root| root.as_mapping().is_some()) else {
        problems.push(
            Diagnostic::error("talsecret/empty", "the file holds no secrets bundle")
                .at(source.whole())
                .hint("make one with `ichor talos gensecret`"),
        );
        return Err(problems);
    };
    let mut reader = Reader {
        source,
        problems: Diagnostics::new(),
    };
    reader.unknown_keys(root);
    let bundle = reader.bundle(root);
    if reader.problems.has_errors() {
        return Err(reader.problems);
    }
    bundle.ok_or(reader.problems)
}

/// Collects the problems of one text.
struct Reader<'a> {
    source: &'a Source,
    problems: Diagnostics,
}

impl Reader<'_> {
    /// Every part, so that every problem is told; none if a part is missing.
    fn bundle(&mut self, root: &Node) -> Option<Bundle> {
        let cluster_id = self.random(root, &["cluster", "id"]);
        let cluster_secret = self.random(root, &["cluster", "secret"]);
        let bootstrap_token = self.token(root, &["secrets", "bootstraptoken"]);
        let aescbc = ["secrets", "aescbcencryptionsecret"];
        let aescbc_secret = find(root, &aescbc).and_then(|_| self.random(root, &aescbc));
        let secretbox = ["secrets", "secretboxencryptionsecret"];
        let secretbox_secret = find(root, &secretbox).and_then(|_| self.random(root, &secretbox));
        if find(root, &aescbc).is_none() && find(root, &secretbox).is_none() {
            self.missing(root, &secretbox);
        }
        let trustd_token = self.token(root, &["trustdinfo", "token"]);
        let etcd = self.pair(root, "etcd");
        let kubernetes = self.pair(root, "k8s");
        let aggregator = self.pair(root, "k8saggregator");
        let path = ["certs", "k8sserviceaccount", "key"];
        let service_account_key = self.key(root, &path);
        let os = self.pair(root, "os");
        Some(Bundle {
            cluster_id: cluster_id?,
            cluster_secret: cluster_secret?,
            bootstrap_token: bootstrap_token?,
            aescbc_secret,
            secretbox_secret,
            trustd_token: trustd_token?,
            etcd: etcd?,
            kubernetes: kubernetes?,
            aggregator: aggregator?,
            service_account_key: service_account_key?,
            os: os?,
        })
    }

    /// Keys that talosctl would refuse.
    fn unknown_keys(&mut self, root: &Node) {
        self.only(root, &SECTIONS.map(|(name, _)| name));
        for (section, keys) in SECTIONS {
            let Some(node) = root.get(section) else {
                continue;
            };
            // What SOPS adds is not part of the bundle, and is gone once it is decrypted.
            self.only(node, keys);
            if section == "certs" {
                for key in keys {
                    if let Some(pair) = node.get(key) {
                        self.only(pair, &["crt", "key"]);
                    }
                }
            }
        }
    }

    /// The keys of one map.
    fn only(&mut self, node: &Node, known: &[&str]) {
        for entry in node.as_mapping().into_iter().flat_map(yaml::Mapping::iter) {
            let key = entry.key.text().unwrap_or_default();
            if known.contains(&key) {
                continue;
            }
            let mut problem = Diagnostic::error(
                "talsecret/unknown-key",
                format!("the bundle has no key `{key}`"),
            )
            .at(self.source.location(entry.key.range()));
            if key == "sops" {
                problem = problem.hint("decrypt the file first");
            } else if let Some(closest) = diagnostics::closest(key, known.iter().copied()) {
                problem = problem.hint(format!("did you mean `{closest}`?"));
            }
            self.problems.push(problem);
        }
    }

    /// A text that is there and not empty.
    fn text<'a>(&mut self, root: &'a Node, path: &[&str]) -> Option<(&'a Node, &'a str)> {
        let Some(node) = find(root, path) else {
            self.missing(root, path);
            return None;
        };
        match node.text() {
            Some(text) if !text.is_empty() => Some((node, text)),
            _ => {
                self.missing(root, path);
                None
            }
        }
    }

    /// 32 random bytes in either alphabet of base64.
    fn random(&mut self, root: &Node, path: &[&str]) -> Option<SecretText> {
        let (node, text) = self.text(root, path)?;
        if super::check::is_random_32(text) {
            return Some(text.into());
        }
        self.broken(node, path, "is not 32 bytes in base64");
        None
    }

    /// `[a-z0-9]{6}.[a-z0-9]{16}`.
    fn token(&mut self, root: &Node, path: &[&str]) -> Option<SecretText> {
        let (node, text) = self.text(root, path)?;
        if super::check::is_token(text) {
            return Some(text.into());
        }
        self.broken(node, path, "is not a token of 6 and 16 letters and digits");
        None
    }

    /// Base64 of a private key in PEM.
    fn key(&mut self, root: &Node, path: &[&str]) -> Option<SecretText> {
        let (node, text) = self.text(root, path)?;
        match super::check::key(text) {
            Ok(()) => Some(text.into()),
            Err(what) => {
                self.broken(node, path, what);
                None
            }
        }
    }

    /// A certificate and its key.
    fn pair(&mut self, root: &Node, name: &str) -> Option<KeyPair> {
        let certificate_path = ["certs", name, "crt"];
        let certificate = self.text(root, &certificate_path);
        let key = self.key(root, &["certs", name, "key"]);
        let (node, text) = certificate?;
        if let Err(what) = super::check::authority(text) {
            self.broken(node, &certificate_path, what);
            return None;
        }
        let pair = KeyPair {
            certificate: text.into(),
            key: key?,
        };
        Some(pair)
    }

    /// A part that is not there: told at the deepest map that is.
    fn missing(&mut self, root: &Node, path: &[&str]) {
        let depth = (0..path.len())
            .rev()
            .find(|depth| find(root, &path[..*depth]).is_some())
            .unwrap_or_default();
        let place = find(root, &path[..depth]).unwrap_or(root);
        self.problems.push(
            Diagnostic::error(
                "talsecret/missing",
                format!("the bundle lacks `{}`", path.join(".")),
            )
            .at(self.source.location(place.range()))
            .hint("restore the file from version control or a backup: a new secret is another cluster"),
        );
    }

    /// A part that is there, but cut off or something else.
    fn broken(&mut self, node: &Node, path: &[&str], what: &str) {
        self.problems.push(
            Diagnostic::error(
                "talsecret/broken",
                format!("`{}` {what}", path.join(".")),
            )
            .at(self.source.location(node.range()))
            .hint("restore the file from version control or a backup: a new secret is another cluster"),
        );
    }
}

/// The node at a path of keys.
fn find<'a>(root: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(root, |node, key| node.get(key))
}
