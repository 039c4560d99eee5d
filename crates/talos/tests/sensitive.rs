//! What of the documents of 1.14 nobody may see, wherever differences are shown.

use diagnostics::Secrets;
use serde_json::{Value, json};
use talos::compare::differences;
use talos::sensitive::{both, is_secret, secrets_of, shown};

/// Documents with a secret in each place that can hold one: `SECRET` stands for it.
fn documents(secret: &str) -> Vec<Value> {
    let documents = json!([
        {"machine": {
            "pods": [{"spec": {"containers": [{"name": "a", "env": [{"name": "B", "value": secret}]}]}}],
            "kubelet": {"credentialProviderConfig": {"providers": [{"name": "p", "args": [secret]}]}},
        }, "cluster": {
            "apiServer": {"authorizationConfig": [{"type": "Webhook", "name": "w", "webhook": {"kubeConfig": secret}}]},
        }},
        {"kind": "DiscoveryIdentityConfig", "clusterID": secret, "clusterSecret": secret},
        {"kind": "KubeAPIServerCAConfig", "issuingCA": {"cert": "c", "key": secret}},
        {"kind": "KubeAggregatorCAConfig", "issuingCA": {"cert": "c", "key": secret}},
        {"kind": "KubeServiceAccountConfig", "issuer": {"privateKey": secret, "issuerURL": "https://a"}},
        {"kind": "KubeEtcdEncryptionConfig", "config": {"resources": [{
            "resources": ["configmaps"],
            "providers": [
                {"secretbox": {"keys": [{"name": "key2", "secret": secret}]}},
                {"kms": {"name": "k", "apiVersion": "v2", "endpoint": secret}},
            ],
        }]}},
        {"kind": "KubeAPIServerConfig", "env": {"A": secret}},
        {"kind": "KubeControllerManagerConfig", "env": {"A": secret}},
        {"kind": "KubeSchedulerConfig", "env": {"A": secret}},
        {"kind": "KubeAuthorizerConfig", "name": "w", "type": "Webhook", "webhook": {"kubeConfig": secret}},
        {"kind": "KubeCredentialProviderConfig", "configuration": {"providers": [{"name": "p", "args": [secret]}]}},
        {"kind": "KubeStaticPodConfig", "name": "s", "pod": {"spec": {"containers": [{"command": [secret]}]}}},
        {"kind": "KubeInlineManifestConfig", "name": "i", "manifest": secret},
        {"kind": "KubeExternalManifestConfig", "name": "e", "url": "https://a", "headers": {"A": secret}},
        {"kind": "EtcFileConfig", "name": "f", "mode": 384, "contents": secret},
        {"kind": "CRICustomizationConfig", "name": "c", "content": secret},
        {"kind": "ContainerConfig", "name": "d", "image": "a", "environment": [secret]},
    ]);
    documents.as_array().cloned().unwrap_or_default()
}

#[test]
fn no_difference_shows_a_secret_of_a_document() {
    let (before, after) = (documents("former-value"), documents("latter-value"));
    let none = Secrets::default();
    let found = differences(&before, &after);
    assert_eq!(found.len(), 21, "{found:?}");
    for change in &found {
        let change = shown(&none, change);
        let told = format!("{:?} {:?}", change.before, change.after);
        assert!(
            !told.contains("ter-value") && !told.contains("mer-value"),
            "{change:?}"
        );
    }
    let text = serde_json::to_string(&both(&none, &before, &after)).expect("JSON");
    assert!(
        !text.contains("ter-value") && !text.contains("mer-value"),
        "{text}"
    );
    let masked = secrets_of(&after).mask("it is latter-value");
    assert_eq!(masked, "it is <redacted>");
}

#[test]
fn what_says_which_thing_it_is_is_seen() {
    for (document, path, secret) in [
        (
            "KubeEtcdEncryptionConfig",
            "config.resources[0].resources",
            false,
        ),
        (
            "KubeEtcdEncryptionConfig",
            "config.resources[0].resources[0]",
            false,
        ),
        (
            "KubeEtcdEncryptionConfig",
            "config.resources[0].providers[0].secretbox.keys[0].name",
            false,
        ),
        (
            "KubeEtcdEncryptionConfig",
            "config.resources[0].providers[0].secretbox.keys[0].secret",
            true,
        ),
        (
            "KubeEtcdEncryptionConfig",
            "config.resources[0].providers[0].kms.endpoint",
            true,
        ),
        // A section is as secret as what is in it.
        ("KubeEtcdEncryptionConfig", "config", true),
        ("KubeEtcdEncryptionConfig", "config.resources", true),
        ("KubeEtcdEncryptionConfig", "config.resources[0]", true),
        ("KubeStaticPodConfig/a", "pod.kind", false),
        (
            "KubeStaticPodConfig/a",
            "pod.spec.containers[0].env[0].name",
            false,
        ),
        (
            "KubeStaticPodConfig/a",
            "pod.spec.containers[0].env[0].value",
            true,
        ),
        ("KubeExternalManifestConfig/a", "headers.name", true),
        ("KubeAPIServerConfig", "env.name", true),
        ("KubeServiceAccountConfig", "issuer.issuerURL", false),
        ("KubeAPIServerCAConfig", "acceptedCAs[0]", false),
        (
            "KubeAuditPolicyConfig",
            "configuration.rules[0].level",
            false,
        ),
    ] {
        assert_eq!(is_secret(document, path), secret, "{document} {path}");
    }
}
