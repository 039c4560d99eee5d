//! A bundle out of the machine config of a running control plane.

use diagnostics::{Diagnostics, Source};
use yaml::{Limits, Node};

use super::parts::{Elsewhere, Layout, PairPath, Parts, Path};
use super::{Bundle, examine};

use crate::rules;

/// Where the parts stand up to contract 1.13.
const USUAL: Layout = Layout {
    name: "the machine config",
    hint: "use the whole machine config of a control plane, as `talosctl get machineconfig \
           v1alpha1 -o jsonpath='{.spec}'` prints it to an admin",
    cluster_id: &["cluster", "id"],
    cluster_secret: &["cluster", "secret"],
    bootstrap_token: &["cluster", "token"],
    aescbc_secret: &["cluster", "aescbcEncryptionSecret"],
    secretbox_secret: &["cluster", "secretboxEncryptionSecret"],
    trustd_token: &["machine", "token"],
    etcd: PairPath {
        certificate: &["cluster", "etcd", "ca", "crt"],
        key: &["cluster", "etcd", "ca", "key"],
    },
    kubernetes: PairPath {
        certificate: &["cluster", "ca", "crt"],
        key: &["cluster", "ca", "key"],
    },
    aggregator: PairPath {
        certificate: &["cluster", "aggregatorCA", "crt"],
        key: &["cluster", "aggregatorCA", "key"],
    },
    service_account_key: &["cluster", "serviceAccount", "key"],
    os: PairPath {
        certificate: &["machine", "ca", "crt"],
        key: &["machine", "ca", "key"],
    },
    elsewhere: &[],
};

/// Where they stand in any contract.
const LAYOUT: Layout = Layout {
    elsewhere: ELSEWHERE,
    ..USUAL
};

/// Where they stand from contract 1.14 on.
const ELSEWHERE: &[Elsewhere] = &[
    value(USUAL.cluster_id, "DiscoveryIdentityConfig", &["clusterID"]),
    value(
        USUAL.cluster_secret,
        "DiscoveryIdentityConfig",
        &["clusterSecret"],
    ),
    value(
        USUAL.aescbc_secret,
        "KubeEtcdEncryptionConfig",
        &[
            "config",
            "resources",
            "*",
            "providers",
            "*",
            "aescbc",
            "keys",
            "*",
            "secret",
        ],
    ),
    value(
        USUAL.secretbox_secret,
        "KubeEtcdEncryptionConfig",
        &[
            "config",
            "resources",
            "*",
            "providers",
            "*",
            "secretbox",
            "keys",
            "*",
            "secret",
        ],
    ),
    pem(
        USUAL.kubernetes.certificate,
        "KubeAPIServerCAConfig",
        &["issuingCA", "cert"],
    ),
    pem(
        USUAL.kubernetes.key,
        "KubeAPIServerCAConfig",
        &["issuingCA", "key"],
    ),
    pem(
        USUAL.aggregator.certificate,
        "KubeAggregatorCAConfig",
        &["issuingCA", "cert"],
    ),
    pem(
        USUAL.aggregator.key,
        "KubeAggregatorCAConfig",
        &["issuingCA", "key"],
    ),
    pem(
        USUAL.service_account_key,
        "KubeServiceAccountConfig",
        &["issuer", "privateKey"],
    ),
];

/// A value as it stands in a bundle.
const fn value(usual: Path, kind: &'static str, path: Path) -> Elsewhere {
    Elsewhere {
        usual,
        kind,
        path,
        is_pem: false,
    }
}

/// A certificate or key in bare PEM.
const fn pem(usual: Path, kind: &'static str, path: Path) -> Elsewhere {
    Elsewhere {
        usual,
        kind,
        path,
        is_pem: true,
    }
}

impl Bundle {
    /// The bundle that the machine config of a running control plane was made from, or
    /// everything that is missing in it.
    ///
    /// Every value is masked in every excerpt, whatever it is.
    pub fn from_machine_config(source: &Source) -> Result<Self, Diagnostics> {
        let source = &source
            .clone()
            .with_secrets(yaml::mask::values(source.text()));
        let parsed = yaml::parse(source, &Limits::default());
        let mut problems = parsed.diagnostics.clone();
        if problems.has_errors() {
            return Err(problems);
        }
        let is_main = |root: &&Node| root.get("machine").is_some() && root.get("kind").is_none();
        let Some(main) = parsed.documents.iter().find(is_main) else {
            problems.push(
                rules::TALSECRET_NO_MACHINE_CONFIG
                    .report("the file holds no machine config")
                    .at(source.whole())
                    .hint(LAYOUT.hint),
            );
            return Err(problems);
        };
        let role = main.get("machine").and_then(|machine| machine.get("type"));
        if let Some(role) = role.filter(|role| role.text() == Some("worker")) {
            problems.push(
                rules::TALSECRET_WORKER_CONFIG
                    .report(
                        "the machine config is that of a worker, which has no keys of the cluster",
                    )
                    .at(source.location(role.range()))
                    .hint(LAYOUT.hint),
            );
            return Err(problems);
        }
        let parts = Parts::read(&LAYOUT, main, &parsed.documents, source, &mut problems);
        examine::redacted_keys(&parts, &mut problems);
        problems.sort();
        let bundle = parts.into_bundle();
        if problems.has_errors() {
            return Err(problems);
        }
        bundle.ok_or(problems)
    }
}
