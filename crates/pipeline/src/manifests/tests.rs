//! What is encrypted, between kustomize and SOPS.

use flux::files::Memory;
use repository::View;
use secrets::{File, Identity, Request, Rule, Selector, Timestamp, decrypt, encrypt};

use super::{Settings, assemble};

const ROOT: &str = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./cluster, sourceRef: {kind: GitRepository, name: flux-system}, decryption: {provider: sops}}
";

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {a: one-of-them, b: two-of-them}
";

/// What a kustomization does to an encrypted object, and whether SOPS, too, decrypts that where
/// its MAC is over everything; it does where the MAC is over what is encrypted.
const CHANGES: &[(&str, bool)] = &[
    ("buildMetadata: []", true),
    ("labels: [{pairs: {a: b}}]", false),
    ("namespace: other", false),
    ("namePrefix: p-", false),
];

fn encrypted(identity: &Identity, only_encrypted: bool) -> String {
    let mut rule = Rule::for_recipients([identity.recipient().parse().expect("its own")]);
    rule.selector = Selector::new("encrypted_regex", "^stringData$").expect("a pattern");
    rule.mac_only_encrypted = only_encrypted;
    let encrypted = encrypt(&Request {
        plaintext: File::new("s.sops.yaml", SECRET.as_bytes()),
        previous: None,
        rule: &rule,
        identities: std::slice::from_ref(identity),
        now: Timestamp::from_unix_seconds(1_767_323_045),
    });
    String::from_utf8(encrypted.expect("it is encrypted").content).expect("text")
}

fn kustomization(change: &str) -> String {
    format!("resources: [s.sops.yaml]\n{change}\n")
}

#[test]
fn what_kustomize_changes_of_an_encrypted_object_breaks_its_mac() {
    let identity = Identity::generate();
    for only_encrypted in [false, true] {
        let secret = encrypted(&identity, only_encrypted);
        for (change, holds) in CHANGES {
            let files: Memory = [
                ("kustomization.yaml", kustomization(change)),
                ("s.sops.yaml", secret.clone()),
            ]
            .into_iter()
            .collect();
            let built = flux::kustomize::build(&files, "");
            let written = flux::kustomize::to_yaml(&built.objects);
            let file = File::new("s.sops.yaml", written.as_bytes());
            let decrypted = decrypt(&file, std::slice::from_ref(&identity));
            assert_eq!(decrypted.is_ok(), *holds || only_encrypted, "{change}");
        }
    }
}

#[test]
fn flux_decrypts_whatever_the_mac_says() {
    let identities = [Identity::generate()];
    let secret = encrypted(&identities[0], false);
    for (change, _) in CHANGES {
        let text = kustomization(change);
        let view: View<'_> = [
            ("cluster/flux-system/gotk-sync.yaml", ROOT),
            ("cluster/kustomization.yaml", text.as_str()),
            ("cluster/s.sops.yaml", secret.as_str()),
        ]
        .into_iter()
        .collect();
        let settings = Settings {
            identities: &identities,
            ..Settings::default()
        };
        let assembled = assemble(&view, &settings);
        let problems: Vec<_> = assembled.problems.iter().map(ToString::to_string).collect();
        assert!(problems.is_empty(), "{change}: {problems:?}");
        let mut objects = assembled.kustomizations.iter().flat_map(|one| &one.objects);
        let secret = objects.find(|object| object.kind() == "Secret");
        let value = |key| secret.map(|secret| secret.text(&["stringData", key]));
        assert_eq!(value("a"), Some("one-of-them"), "{change}");
        assert_eq!(value("b"), Some("two-of-them"), "{change}");
    }
}
