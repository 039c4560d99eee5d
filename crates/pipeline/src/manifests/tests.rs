//! What is encrypted, between kustomize and SOPS.

use repository::View;
use secrets::{File, Identity, Request, Rule, Selector, Timestamp, encrypt};

use super::{Settings, assemble};

const ROOT: &str = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./cluster, sourceRef: {kind: GitRepository, name: flux-system}, decryption: {provider: sops}}
";

/// The keys are not in the order in which kustomize writes them.
const SECRET: &str = "\
kind: Secret
apiVersion: v1
metadata: {name: s}
stringData: {b: two-of-them, a: one-of-them}
";

/// What becomes of an encrypted Secret under a kustomization: its values, or the problem.
fn becomes(kustomization: &str, only_encrypted: bool) -> String {
    let identity = Identity::generate();
    let mut rule = Rule::for_recipients([identity.recipient().parse().expect("its own")]);
    rule.selector = Selector::new("encrypted_regex", "^stringData$").expect("a pattern");
    rule.mac_only_encrypted = only_encrypted;
    let encrypted = encrypt(&Request {
        plaintext: File::new("s.sops.yaml", SECRET.as_bytes()),
        previous: None,
        rule: &rule,
        identities: std::slice::from_ref(&identity),
        now: Timestamp::from_unix_seconds(1_767_323_045),
    });
    let encrypted = encrypted.expect("it is encrypted").content;
    let encrypted = String::from_utf8(encrypted).expect("text");
    let kustomization = format!("resources: [s.sops.yaml]\n{kustomization}\n");
    let view: View<'_> = [
        ("cluster/flux-system/gotk-sync.yaml", ROOT),
        ("cluster/kustomization.yaml", kustomization.as_str()),
        ("cluster/s.sops.yaml", encrypted.as_str()),
    ]
    .into_iter()
    .collect();
    let identities = [identity];
    let settings = Settings {
        identities: &identities,
        ..Settings::default()
    };
    let assembled = assemble(&view, &settings);
    if let Some(problem) = assembled.problems.iter().next() {
        assert!(problem.is(&flux::rules::FLUX_DECRYPTION), "{problem}");
        return problem.message.clone();
    }
    let mut objects = assembled.kustomizations.iter().flat_map(|one| &one.objects);
    let secret = objects.find(|object| object.kind() == "Secret");
    let secret = secret.expect("it is applied");
    let value = |key| secret.text(&["stringData", key]);
    format!("{} {}", value("a"), value("b"))
}

#[test]
fn what_kustomize_changes_of_an_encrypted_object_breaks_its_mac() {
    let clear = "one-of-them two-of-them";
    // Its keys are sorted, of which SOPS is told nothing.
    assert_eq!(becomes("", false), clear);
    assert_eq!(becomes("", true), clear);
    for change in [
        "labels: [{pairs: {a: b}}]",
        "namespace: other",
        "namePrefix: p-",
    ] {
        let broken = becomes(change, false);
        assert!(broken.contains("cannot be decrypted"), "{change}: {broken}");
        assert!(!broken.contains("of-them"), "{broken}");
        // Without what is in the clear, the MAC holds.
        assert_eq!(becomes(change, true), clear, "{change}");
    }
}
