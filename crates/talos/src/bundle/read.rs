//! A bundle from the text of `talsecret.yaml`.

use std::time::SystemTime;

use diagnostics::{Diagnostic, Diagnostics, Source};
use yaml::{Limits, Node};

use super::parts::{Layout, PairPath, Parts};
use super::{Bundle, examine};

use crate::rules;

/// Where the parts stand in a bundle.
const LAYOUT: Layout = Layout {
    name: "the bundle",
    hint: "restore the file from version control or a backup: a new secret is another cluster",
    cluster_id: &["cluster", "id"],
    cluster_secret: &["cluster", "secret"],
    bootstrap_token: &["secrets", "bootstraptoken"],
    aescbc_secret: &["secrets", "aescbcencryptionsecret"],
    secretbox_secret: &["secrets", "secretboxencryptionsecret"],
    trustd_token: &["trustdinfo", "token"],
    etcd: PairPath {
        certificate: &["certs", "etcd", "crt"],
        key: &["certs", "etcd", "key"],
    },
    kubernetes: PairPath {
        certificate: &["certs", "k8s", "crt"],
        key: &["certs", "k8s", "key"],
    },
    aggregator: PairPath {
        certificate: &["certs", "k8saggregator", "crt"],
        key: &["certs", "k8saggregator", "key"],
    },
    service_account_key: &["certs", "k8sserviceaccount", "key"],
    os: PairPath {
        certificate: &["certs", "os", "crt"],
        key: &["certs", "os", "key"],
    },
    elsewhere: &[],
};

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

/// Reads a bundle, or tells everything that is wrong with its shape. [`check`] tells what is
/// wrong with what it says.
///
/// The source's text is masked in every excerpt, whatever it holds.
pub fn read(source: &Source) -> Result<Bundle, Diagnostics> {
    let (parts, problems) = parts(source);
    let bundle = parts.and_then(Parts::into_bundle);
    if problems.has_errors() {
        return Err(problems);
    }
    let bundle = bundle.ok_or(problems)?;
    if bundle.is_placeholder() {
        return Err(placeholder(source).into());
    }
    Ok(bundle)
}

/// Everything that is wrong with a bundle: its shape, authorities that have expired or soon
/// will, keys that belong to other certificates or were taken out, kinds of keys that Talos or
/// Kubernetes cannot use.
pub fn check(source: &Source, now: SystemTime) -> Diagnostics {
    open(source, now).1
}

/// A bundle, unless something is wrong with it, and everything that [`check`] tells: each key is
/// looked at once.
pub fn open(source: &Source, now: SystemTime) -> (Option<Bundle>, Diagnostics) {
    let (parts, mut problems) = parts(source);
    let mut bundle = None;
    if let Some(parts) = parts {
        examine::parts(&parts, now, &mut problems);
        bundle = parts.into_bundle();
        if bundle.as_ref().is_some_and(Bundle::is_placeholder) {
            problems.push(placeholder(source));
        }
    }
    problems.sort();
    (bundle.filter(|_| !problems.has_errors()), problems)
}

/// The parts, whether it is the placeholder or not.
pub(super) fn parts(source: &Source) -> (Option<Parts>, Diagnostics) {
    let everything = 0..source.text().len();
    let source = &source.clone().with_secrets([everything]);
    let parsed = yaml::parse(source, &Limits::default());
    let mut problems = parsed.diagnostics.clone();
    if problems.has_errors() {
        return (None, problems);
    }
    let Some(root) = parsed.root().filter(|root| root.as_mapping().is_some()) else {
        problems.push(
            rules::TALSECRET_EMPTY
                .report("the file holds no secrets bundle")
                .at(source.whole())
                .hint("make one with `ichor talos gensecret`"),
        );
        return (None, problems);
    };
    unknown_keys(root, source, &mut problems);
    let parts = Parts::read(&LAYOUT, root, &[], source, &mut problems);
    (Some(parts), problems)
}

/// Everybody knows its keys.
fn placeholder(source: &Source) -> Diagnostic {
    rules::TALSECRET_PLACEHOLDER
        .report(
            "the file holds the placeholder that is built into ichor, whose keys everybody knows",
        )
        .at(source.whole())
        .hint("make secrets of your own with `ichor talos gensecret`")
}

/// Keys that talosctl would refuse.
fn unknown_keys(root: &Node, source: &Source, problems: &mut Diagnostics) {
    only(root, &SECTIONS.map(|(name, _)| name), source, problems);
    for (section, keys) in SECTIONS {
        let Some(node) = root.get(section) else {
            continue;
        };
        only(node, keys, source, problems);
        if section == "certs" {
            for key in keys {
                if let Some(pair) = node.get(key) {
                    only(pair, &["crt", "key"], source, problems);
                }
            }
        }
    }
}

/// The keys of one map.
fn only(node: &Node, known: &[&str], source: &Source, problems: &mut Diagnostics) {
    for entry in node.as_mapping().into_iter().flat_map(yaml::Mapping::iter) {
        let key = entry.key.text().unwrap_or_default();
        if known.contains(&key) {
            continue;
        }
        // A key is shown as far as it can be one: a secret may have slipped into its place.
        let shown = key.len() <= 30 && key.bytes().all(|byte| byte.is_ascii_alphabetic());
        let message = if shown {
            format!("the bundle has no key `{key}`")
        } else {
            "the bundle has no such key".to_owned()
        };
        let mut problem = rules::TALSECRET_UNKNOWN_KEY
            .report(message)
            .at(source.location(entry.key.range()));
        if key == "sops" {
            problem = problem.hint("decrypt the file first");
        } else if let Some(closest) = diagnostics::closest(key, known.iter().copied()) {
            problem = problem.hint(format!("did you mean `{closest}`?"));
        }
        problems.push(problem);
    }
}
