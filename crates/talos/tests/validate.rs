//! Configurations checked as Talos checks them.

mod support;
#[path = "support/verdicts.rs"]
mod verdicts;

use diagnostics::Severity;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use talos::contract::{Contract, Release};
use talos::generate::Role;
use talos::validate::{Violation, dangers, validate, validate_on};

#[test]
fn what_the_generator_makes_is_fine() {
    for contract in Contract::all() {
        for role in [Role::ControlPlane, Role::Worker] {
            let found = validate(&support::generated(contract, role), contract);
            assert!(found.is_empty(), "{contract} {role:?}: {found:#?}");
        }
    }
}

#[test]
fn verdicts_are_those_of_talos() {
    let mut different = Vec::new();
    let cases = verdicts::cases();
    assert!(cases.len() > 700);
    for case in cases {
        let (contract, documents) = support::mutated(case);
        let found = validate(&documents, contract);
        let ours = match found.iter().map(|one| one.severity).min() {
            None => "fine",
            Some(Severity::Error) => "refused",
            Some(_) => "warning",
        };
        let theirs = match &case["talos"] {
            Value::String(text) if text == "undecodable" => "refused",
            Value::String(text) => text,
            _ => "",
        };
        if ours != theirs {
            different.push(format!("{}: {ours}, not {theirs}: {found:?}", case["name"]));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

fn rendered(found: &Violation) -> String {
    let hint = found.hint.as_deref().map(|hint| format!(" ({hint})"));
    format!(
        "{} {}: {}[{}]: {}{}",
        found.document,
        found.path,
        found.severity,
        found.rule,
        found.message,
        hint.unwrap_or_default()
    )
}

#[test]
fn what_a_contract_does_not_have_yet() {
    let found = |contract: &str, document: Value| {
        let contract = Contract::parse(contract).expect("a contract");
        let mut whole = json!({"apiVersion": "v1alpha1"});
        whole
            .as_object_mut()
            .expect("a map")
            .extend(document.as_object().cloned().expect("a map"));
        let found = validate(&[whole], contract);
        found.iter().map(rendered).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(
        found("1.9", json!({"kind": "UserVolumeConfig", "name": "data"})),
        @"UserVolumeConfig/data : error[machine-config/too-new]: the document `UserVolumeConfig` does not exist in Talos 1.9 (take it out, or use Talos 1.10 or newer)"
    );
    insta::assert_snapshot!(
        found("1.11", json!({"kind": "HostnameConfig", "auto": "stable"})),
        @"HostnameConfig : error[machine-config/too-new]: the document `HostnameConfig` does not exist in Talos 1.11 (take it out, or use Talos 1.12 or newer)"
    );
    insta::assert_snapshot!(
        found("1.10", json!({"kind": "VolumeConfig", "name": "STATE", "encryption": {"provider": "luks2"}})),
        @"VolumeConfig/STATE encryption: error[machine-config/too-new]: `encryption` does not exist in Talos 1.10 (take it out, or use Talos 1.11 or newer)"
    );
    let old = Contract::parse("1.11").expect("a contract");
    let case = json!({
        "contract": "1.11",
        "set": {
            "/0/machine/install/grubUseUKICmdline": true,
            "/0/cluster/apiServer/extraArgs": {"a": ["b"]},
        },
    });
    let (_, documents) = support::mutated(&case);
    let found = validate(&documents, old);
    insta::assert_snapshot!(found.iter().map(rendered).collect::<Vec<_>>().join("\n"), @r"
    v1alpha1 machine.install.grubUseUKICmdline: error[machine-config/too-new]: `grubUseUKICmdline` does not exist in Talos 1.11 (take it out, or use Talos 1.12 or newer)
    v1alpha1 cluster.apiServer.extraArgs.a: error[machine-config/too-new]: a flag with a list of values does not exist in Talos 1.11 (write one text, the values joined by commas)
    ");
}

#[test]
fn a_node_without_a_name_of_its_own_depends_on_the_release() {
    let found = |contract: &str, release: Option<&str>| {
        let contract = Contract::parse(contract).expect("a contract");
        let release = release.map(|text| Release::parse(text).expect("a release"));
        let documents =
            [json!({"apiVersion": "v1alpha1", "kind": "HostnameConfig", "auto": "off"})];
        let found = validate_on(&documents, contract, release);
        found.iter().map(rendered).collect::<Vec<_>>().join("\n")
    };
    for (contract, release) in [
        ("1.12", Some("v1.12.9")),
        ("1.12", Some("v1.13.9")),
        ("1.13", Some("v1.13.3")),
        ("1.13", Some("v1.14.1")),
        ("1.13", None),
    ] {
        assert_eq!(found(contract, release), "", "{contract} {release:?}");
    }
    assert_eq!(found("1.12", None), found("1.12", Some("v1.12.5")));
    insta::assert_snapshot!(found("1.12", Some("v1.12.8")), @"HostnameConfig auto: error[machine-config/needs]: Talos 1.12.8 takes `auto: off` with a `hostname` only (set `hostname`, or use Talos 1.12.9, 1.13.3 or newer)");
    insta::assert_snapshot!(found("1.13", Some("v1.13.2")), @"HostnameConfig auto: error[machine-config/needs]: Talos 1.13.2 takes `auto: off` with a `hostname` only (set `hostname`, or use Talos 1.12.9, 1.13.3 or newer)");
}

#[test]
fn no_message_shows_a_secret() {
    let secret = "c2VjcmV0IQ=";
    let case = json!({
        "set": {
            "/0/machine/token": {"a": secret},
            "/0/machine/ca/key": secret,
            "/0/cluster/secret": [secret],
            "/0/machine/network/interfaces": [{"interface": "wg0", "wireguard": {"privateKey": secret}}],
            "/0/machine/somethingUnknown": secret,
        },
        "append": [
            {"kind": "SideroLinkConfig", "apiUrl": secret},
            {"kind": "WireguardConfig", "name": "wg1", "privateKey": secret},
            {"kind": "RegistryTLSConfig", "name": "a", "clientIdentity": {"cert": "a", "key": secret}},
        ],
    });
    let (contract, documents) = support::mutated(&case);
    let found = validate(&documents, contract);
    assert!(found.len() >= 8, "{found:#?}");
    for one in &found {
        assert!(!format!("{one:?}").contains(secret), "{one:?}");
    }
}

/// Values of every kind.
fn values() -> impl Strategy<Value = Value> {
    let leaves = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z0-9:/.%!{}()'\"-]{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "10.0.0.1",
            "fd00::/8",
            "1h",
            "50%",
            "1GB",
            "https://a:1",
            "!system_disk",
            "802.3ad",
            "\u{e4}\u{20ac}",
        ])
        .prop_map(Value::from),
    ];
    leaves.prop_recursive(3, 16, 4, |inner| {
        let keys = prop::sample::select(vec![
            "name",
            "match",
            "interface",
            "bond",
            "vlans",
            "keys",
            "slot",
            "endpoint",
            "ports",
            "a.b",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((keys, inner), 0..4).prop_map(|entries| {
                let entries = entries
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value));
                Value::Object(entries.collect::<Map<_, _>>())
            }),
        ]
    })
}

/// How many values a value holds, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

/// Replaces the value of a number in the order of [`count`].
fn replace(value: &mut Value, mut at: usize, new: &Value) {
    if at == 0 {
        *value = new.clone();
        return;
    }
    at -= 1;
    let children: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(map) => map.values_mut().collect(),
        _ => Vec::new(),
    };
    for child in children {
        let size = count(child);
        if at < size {
            return replace(child, at, new);
        }
        at -= size;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_makes_it_panic(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), new in values()) {
        let cases = verdicts::cases();
        let (contract, documents) = support::mutated(which.get(cases));
        let mut whole = Value::Array(documents);
        let at = at.index(count(&whole));
        replace(&mut whole, at, &new);
        let documents = whole.as_array().cloned().unwrap_or_default();
        let dangers = dangers(&documents, Contract::NEWEST, None);
        for found in validate(&documents, contract).into_iter().chain(dangers) {
            prop_assert!(!found.message.is_empty());
            prop_assert!(!found.message.ends_with('.'));
        }
    }
}
