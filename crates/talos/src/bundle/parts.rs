//! The parts of a bundle out of a tree of YAML, wherever they stand in it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::{Diagnostics, Location, Source};
use yaml::Node;

use super::{Bundle, KeyPair, SecretText, shape};
use crate::certificates::{Certificate, REDACTED, ReadKey};
use crate::rules;

/// Keys, from the root; `*` stands for the first element of a list that leads on.
pub(super) type Path = &'static [&'static str];

/// A certificate and its key.
#[derive(Clone, Copy)]
pub(super) struct PairPath {
    pub(super) certificate: Path,
    pub(super) key: Path,
}

/// Where the parts stand.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// What the whole is called in messages.
    pub(super) name: &'static str,
    /// What to do if a part is missing or broken.
    pub(super) hint: &'static str,
    pub(super) cluster_id: Path,
    pub(super) cluster_secret: Path,
    pub(super) bootstrap_token: Path,
    pub(super) aescbc_secret: Path,
    pub(super) secretbox_secret: Path,
    pub(super) trustd_token: Path,
    pub(super) etcd: PairPath,
    pub(super) kubernetes: PairPath,
    pub(super) aggregator: PairPath,
    pub(super) service_account_key: Path,
    pub(super) os: PairPath,
    /// Where else a part may stand: in a document of some kind.
    pub(super) elsewhere: &'static [Elsewhere],
}

/// Another place of a part.
pub(super) struct Elsewhere {
    /// Its usual path.
    pub(super) usual: Path,
    /// The kind of the document.
    pub(super) kind: &'static str,
    /// The path in it.
    pub(super) path: Path,
    /// Whether it is PEM there, and not base64 of PEM.
    pub(super) is_pem: bool,
}

/// A certificate or key, read, with its place.
pub(super) struct Placed<T> {
    pub(super) path: Path,
    pub(super) location: Location,
    pub(super) text: SecretText,
    /// None if it was taken out.
    pub(super) read: Option<T>,
}

/// An authority as far as it could be read.
pub(super) struct PlacedPair {
    pub(super) certificate: Option<Placed<Certificate>>,
    pub(super) key: Option<Placed<ReadKey>>,
}

/// Everything that was found.
pub(super) struct Parts {
    cluster_id: Option<SecretText>,
    cluster_secret: Option<SecretText>,
    bootstrap_token: Option<SecretText>,
    /// With the place, for what is wrong with there being two.
    pub(super) aescbc_secret: Option<(SecretText, Location)>,
    pub(super) secretbox_secret: Option<(SecretText, Location)>,
    trustd_token: Option<SecretText>,
    pub(super) etcd: PlacedPair,
    pub(super) kubernetes: PlacedPair,
    pub(super) aggregator: PlacedPair,
    pub(super) service_account_key: Option<Placed<ReadKey>>,
    pub(super) os: PlacedPair,
}

impl Parts {
    /// Every part, and a problem for each that is missing or broken.
    pub(super) fn read(
        layout: &Layout,
        root: &Node,
        others: &[Node],
        source: &Source,
        problems: &mut Diagnostics,
    ) -> Self {
        let mut reader = Reader {
            layout,
            root,
            others,
            source,
            problems,
        };
        let cluster_id = reader.random(layout.cluster_id);
        let cluster_secret = reader.random(layout.cluster_secret);
        let bootstrap_token = reader.token(layout.bootstrap_token);
        let encryption = [layout.aescbc_secret, layout.secretbox_secret];
        let found = encryption.map(|path| reader.find(path));
        if found.iter().all(Option::is_none) {
            reader.missing(layout.secretbox_secret);
        }
        let [aescbc_secret, secretbox_secret] = encryption.map(|path| {
            let (node, _) = reader.find(path)?;
            let location = reader.source.location(node.range());
            Some((reader.random(path)?, location))
        });
        Self {
            cluster_id,
            cluster_secret,
            bootstrap_token,
            aescbc_secret,
            secretbox_secret,
            trustd_token: reader.token(layout.trustd_token),
            etcd: reader.pair(layout.etcd),
            kubernetes: reader.pair(layout.kubernetes),
            aggregator: reader.pair(layout.aggregator),
            service_account_key: reader.key(layout.service_account_key),
            os: reader.pair(layout.os),
        }
    }

    /// The bundle, if nothing is missing.
    pub(super) fn into_bundle(self) -> Option<Bundle> {
        let pair = |pair: PlacedPair| {
            Some(KeyPair {
                certificate: pair.certificate?.text,
                key: pair.key?.text,
            })
        };
        Some(Bundle {
            cluster_id: self.cluster_id?,
            cluster_secret: self.cluster_secret?,
            bootstrap_token: self.bootstrap_token?,
            aescbc_secret: self.aescbc_secret.map(|(secret, _)| secret),
            secretbox_secret: self.secretbox_secret.map(|(secret, _)| secret),
            trustd_token: self.trustd_token?,
            etcd: pair(self.etcd)?,
            kubernetes: pair(self.kubernetes)?,
            aggregator: pair(self.aggregator)?,
            service_account_key: self.service_account_key?.text,
            os: pair(self.os)?,
        })
    }
}

/// Collects the problems of one text.
struct Reader<'a> {
    layout: &'a Layout,
    root: &'a Node,
    others: &'a [Node],
    source: &'a Source,
    problems: &'a mut Diagnostics,
}

impl<'a> Reader<'a> {
    /// The node at a path, or where else it may stand; and whether it is bare PEM there.
    fn find(&self, path: &[&str]) -> Option<(&'a Node, bool)> {
        let there = |node: &&Node| !node.is_null();
        if let Some(node) = walk(self.root, path).filter(there) {
            return Some((node, false));
        }
        let mut elsewhere = self.layout.elsewhere.iter();
        elsewhere.find_map(|place| {
            if place.usual != path {
                return None;
            }
            let kind = |root: &&Node| root.get("kind").and_then(Node::text) == Some(place.kind);
            let mut documents = self.others.iter().filter(kind);
            let node = documents.find_map(|root| walk(root, place.path).filter(there));
            Some((node?, place.is_pem))
        })
    }

    /// A text that is there and not empty, as it stands in a bundle.
    fn text(&mut self, path: Path) -> Option<(&'a Node, Cow<'a, str>)> {
        let found = self.find(path);
        let found = found.and_then(|(node, is_pem)| Some((node, node.text()?, is_pem)));
        match found.filter(|(_, text, _)| !text.is_empty()) {
            Some((node, text, true)) if text != REDACTED => {
                Some((node, Cow::Owned(STANDARD.encode(text))))
            }
            Some((node, text, _)) => Some((node, Cow::Borrowed(text))),
            None => {
                self.missing(path);
                None
            }
        }
    }

    /// 32 random bytes in either alphabet of base64.
    fn random(&mut self, path: Path) -> Option<SecretText> {
        let (node, text) = self.text(path)?;
        if shape::is_random_32(&text) {
            return Some((&*text).into());
        }
        self.broken(node, path, "is not 32 bytes in base64");
        None
    }

    /// `[a-z0-9]{6}.[a-z0-9]{16}`.
    fn token(&mut self, path: Path) -> Option<SecretText> {
        let (node, text) = self.text(path)?;
        if shape::is_token(&text) {
            return Some((&*text).into());
        }
        self.broken(node, path, "is not a token of 6 and 16 letters and digits");
        None
    }

    /// Base64 of a private key in PEM.
    fn key(&mut self, path: Path) -> Option<Placed<ReadKey>> {
        let (node, text) = self.text(path)?;
        let read = if text == REDACTED {
            None
        } else {
            match ReadKey::read(&text) {
                Ok(read) => Some(read),
                Err(fault) => {
                    self.broken(node, path, fault);
                    return None;
                }
            }
        };
        Some(self.placed(node, path, &text, read))
    }

    /// Base64 of a certificate in PEM.
    fn certificate(&mut self, path: Path) -> Option<Placed<Certificate>> {
        let (node, text) = self.text(path)?;
        match Certificate::read(&text) {
            Ok(read) => Some(self.placed(node, path, &text, Some(read))),
            Err(fault) => {
                self.broken(node, path, fault);
                None
            }
        }
    }

    /// A certificate and its key.
    fn pair(&mut self, paths: PairPath) -> PlacedPair {
        PlacedPair {
            certificate: self.certificate(paths.certificate),
            key: self.key(paths.key),
        }
    }

    fn placed<T>(&self, node: &Node, path: Path, text: &str, read: Option<T>) -> Placed<T> {
        Placed {
            path,
            location: self.source.location(node.range()),
            text: text.into(),
            read,
        }
    }

    /// A part that is not there: told at the deepest map that is.
    fn missing(&mut self, path: Path) {
        let mut deepest = (1..path.len()).rev();
        let place = deepest.find_map(|depth| walk(self.root, path.get(..depth)?));
        let place = place.unwrap_or(self.root);
        self.problems.push(
            rules::TALSECRET_MISSING
                .report(format!("{} lacks `{}`", self.layout.name, path.join(".")))
                .at(self.source.location(place.range()))
                .hint(self.layout.hint),
        );
    }

    /// A part that is there, but cut off or something else.
    fn broken(&mut self, node: &Node, path: Path, what: impl std::fmt::Display) {
        self.problems.push(
            rules::TALSECRET_BROKEN
                .report(format!("`{}` {what}", path.join(".")))
                .at(self.source.location(node.range()))
                .hint(self.layout.hint),
        );
    }
}

/// The node at a path of keys.
fn walk<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    let Some((key, rest)) = path.split_first() else {
        return Some(node);
    };
    if *key == "*" {
        let mut items = node.as_sequence()?.iter();
        return items.find_map(|item| walk(item, rest));
    }
    walk(node.get(key)?, rest)
}
