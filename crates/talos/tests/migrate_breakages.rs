//! Breakages of clusters that moved to 1.14 by hand or by other tools, as public threads tell
//! them: moved by ours, none of them comes to be, or it is refused.

use diagnostics::Source;
use serde_json::{Value, json};
use talos::contract::Contract;
use talos::generate::Role;
use talos::migrate::{Audience, Dollar, Moved, Rewritten, Subsystem, configuration, read};

#[path = "support/generated.rs"]
mod support;

fn generated(role: Role) -> Vec<Value> {
    support::generated(Contract::parse("1.13").expect("a contract"), role)
}

fn moved(documents: &[Value]) -> Vec<Value> {
    let Moved { documents, stays } = configuration(documents, &Subsystem::ALL);
    assert!(stays.is_empty(), "{stays:?}");
    documents
}

fn one<'a>(documents: &'a [Value], kind: &str) -> &'a Value {
    let found: Vec<_> = documents.iter().filter(|one| one["kind"] == kind).collect();
    assert_eq!(found.len(), 1, "{kind}");
    found[0]
}

fn patch(text: &str) -> Rewritten {
    let source = Source::new("patch.yaml", text);
    Rewritten::of(&source, &Subsystem::ALL, Dollar::Single)
        .unwrap_or_else(|why| panic!("{}", why.why))
}

/// blackjid/home-ops#6384: an API server that has its document alone does not start.
#[test]
fn an_api_server_has_all_five_documents() {
    let documents = moved(&generated(Role::ControlPlane));
    let authorizers: Vec<_> = documents
        .iter()
        .filter(|one| one["kind"] == "KubeAuthorizerConfig")
        .map(|one| one["type"].clone())
        .collect();
    assert_eq!(authorizers, ["Node", "RBAC"]);
    for kind in [
        "KubeAPIServerConfig",
        "KubeAuthenticationConfig",
        "KubeAdmissionControlConfig",
        "KubeAuditPolicyConfig",
    ] {
        one(&documents, kind);
    }
}

/// siderolabs/talos#13885 and terraform-provider-talos#399: under another name, or as another
/// provider, a key reads nothing of what it wrote.
#[test]
fn keys_of_etcd_keep_their_names_and_providers() {
    let mut before = generated(Role::ControlPlane);
    before[0]["cluster"]["aescbcEncryptionSecret"] = json!("another");
    let documents = moved(&before);
    let providers = one(&documents, "KubeEtcdEncryptionConfig")
        .pointer("/config/resources/0/providers")
        .expect("providers");
    assert_eq!(providers[0]["secretbox"]["keys"][0]["name"], "key2");
    assert_eq!(
        providers[1],
        json!({"aescbc": {"keys": [{"name": "key1", "secret": "another"}]}})
    );
    let mut renamed = documents.clone();
    for document in &mut renamed {
        if document["kind"] == "KubeEtcdEncryptionConfig" {
            let key = "/config/resources/0/providers/0/secretbox/keys/0/name";
            *document.pointer_mut(key).expect("a key") = json!("key1");
        }
    }
    let found = read(&before).against(&read(&renamed));
    assert!(!found.identity.is_empty(), "it is refused");
    assert!(read(&before).against(&read(&documents)).are_none());
}

/// onedr0p/mcfio#3648: the same authority in both lists is there twice.
#[test]
fn an_authority_is_in_one_list() {
    let control_plane = moved(&generated(Role::ControlPlane));
    let authority = one(&control_plane, "KubeAPIServerCAConfig");
    assert!(authority.get("issuingCA").is_some() && authority.get("acceptedCAs").is_none());
    let worker = moved(&generated(Role::Worker));
    let authority = one(&worker, "KubeAPIServerCAConfig");
    assert!(authority.get("issuingCA").is_none() && authority["acceptedCAs"][0].is_string());
}

/// postfinance/topf#128: a patch of the image took the disk away.
#[test]
fn an_image_never_takes_the_disk_away() {
    let image = "machine:\n  install: {image: \"factory.talos.dev/a/b:v1.14.1\"}\n";
    let rewritten = patch(image);
    assert_eq!(rewritten.stays.len(), 1);
    assert_eq!(rewritten.text(Audience::All).as_deref(), Some(image));
    let both = patch("machine:\n  install: {image: a, disk: /dev/disk/by-id/x}\n");
    let text = both.text(Audience::All).expect("a document");
    assert!(
        text.contains("\"/dev/disk/by-id/x\" in disk.symlinks"),
        "{text}"
    );
    assert!(
        text.contains("wipe: false"),
        "the document wipes without it: {text}"
    );
}

/// talhelper 3.1.17: names of the API server were lost on the way.
#[test]
fn names_of_the_api_server_are_kept() {
    let mut before = generated(Role::ControlPlane);
    before[0]["cluster"]["apiServer"]["certSANs"] = json!(["k8s.example.test"]);
    let documents = moved(&before);
    assert_eq!(
        one(&documents, "KubeAPIServerConfig")["certExtraSANs"],
        json!(["k8s.example.test"])
    );
}

/// siderolabs/talos#14338 and its like: whoever moved by generating anew got another issuer.
#[test]
fn the_issuer_of_tokens_stays_to_the_letter() {
    let mut before = generated(Role::ControlPlane);
    let endpoint = "https://K8S.example.test:6443/";
    before[0]["cluster"]["controlPlane"]["endpoint"] = json!(endpoint);
    let documents = moved(&before);
    let account = one(&documents, "KubeServiceAccountConfig");
    assert_eq!(account["issuer"]["issuerURL"], endpoint);
    let mut other = documents.clone();
    for document in &mut other {
        if document["kind"] == "KubeServiceAccountConfig" {
            document["issuer"]["issuerURL"] = json!("https://k8s.example.test:6443");
        }
    }
    assert!(!read(&before).against(&read(&other)).identity.is_empty());
}

/// onedr0p/cluster-template#2372: what the first move switches on broke node exporters, and
/// proxies that were deleted came back.
#[test]
fn what_is_switched_on_is_told_and_off_stays_off() {
    let before = generated(Role::ControlPlane);
    let mut after = moved(&before);
    after.push(json!({"apiVersion": "v1alpha1", "kind": "SecurityProfileConfig", "workloadIsolation": true}));
    let found = read(&before).against(&read(&after));
    assert!(found.are_none());
    let new: Vec<_> = found
        .new
        .iter()
        .map(|change| change.document.as_str())
        .collect();
    assert!(new.contains(&"SecurityProfileConfig") && new.contains(&"KubeAuthenticationConfig"));
    let off = patch("cluster:\n  proxy: {disabled: true}\n  coreDNS: {disabled: true}\n");
    let text = off.text(Audience::All).expect("documents");
    assert_eq!(text.matches("enabled: false").count(), 2, "{text}");
    let deleted = patch("cluster:\n  proxy: {$patch: delete}\n");
    assert!(deleted.parts()[0].cautions[0].contains("enabled: false"));
}
