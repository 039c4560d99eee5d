//! `versions.yaml` and the files that hold credentials.

use config_model::credentials::{self, AgeKind};
use config_model::versions::{self, Contract, Versions};
use diagnostics::Source;
use secrecy::ExposeSecret as _;

use crate::common;

fn pins(text: &str) -> versions::Pins {
    let (pins, problems) = versions::read(&Source::new("versions.yaml", text));
    assert_eq!(common::shown(&problems), "");
    pins
}

#[test]
fn own_pins_win_entry_by_entry() {
    let built_in = pins(
        "# renovate: datasource=docker depName=a\na: \"1.2.3\"\n\nb: v2.0.0 # no annotation\nc: 1.0.0\n",
    );
    assert_eq!(
        built_in["a"].annotation.as_deref(),
        Some("renovate: datasource=docker depName=a")
    );
    assert_eq!(built_in["b"].annotation, None);
    let own = pins("b: v3.0.0\nmine: \"7\"\ntalosContract: v1.12\n");
    let (versions, problems) = Versions::new(built_in, Some(own));
    assert_eq!(common::shown(&problems), "");
    let all: Vec<_> = versions
        .iter()
        .map(|(name, pin)| (name, pin.version.as_str()))
        .collect();
    assert_eq!(
        all,
        [
            ("a", "1.2.3"),
            ("b", "v3.0.0"),
            ("c", "1.0.0"),
            ("mine", "7"),
            ("talosContract", "v1.12")
        ]
    );
    assert_eq!(
        versions.contract(),
        Contract {
            major: 1,
            minor: 12
        }
    );
}

#[test]
fn the_contract_is_chosen_and_follows_no_newer_version() {
    for (built_in, own, contract) in [
        ("talosVersion: v1.14.0\n", "", "1.13"),
        ("talosVersion: v1.12.4\n", "", "1.12"),
        ("talosVersion: 1.13.0-beta.1\n", "", "1.13"),
        ("talosVersion: v1.13.7\n", "talosVersion: v1.14.1\n", "1.13"),
        ("talosVersion: v1.13.7\n", "talosContract: v1.14\n", "1.14"),
        (
            "talosVersion: v1.14.1\n",
            "talosContract: \"1.13\"\n",
            "1.13",
        ),
        // What new repositories start with is no choice of those that are there.
        ("talosContract: \"1.14\"\n", "", "1.13"),
        ("", "", "1.13"),
    ] {
        let (versions, problems) = Versions::new(pins(built_in), Some(pins(own)));
        assert_eq!(versions.contract().to_string(), contract, "{built_in}{own}");
        assert!(problems.is_empty(), "{built_in}{own}");
    }
}

#[test]
fn one_entry_is_changed_in_place() {
    let text = "---\n# A\r\na: '1.0' # why\nb:   1.2.3\n# end\n";
    let set = |text: &str, name: &str, version: &str| {
        versions::set(&Source::new("versions.yaml", text), name, version)
            .map_err(|problems| common::shown(&problems))
    };
    assert_eq!(set(text, "a", "1.10"), Ok(text.replace("'1.0'", "'1.10'")));
    let changed = set(text, "b", "1.2.4").expect("an entry");
    assert_eq!(
        changed.replace("\"1.2.4\"", "1.2.4"),
        text.replace("1.2.3", "1.2.4")
    );
    let added = set(text, "c", "v9").expect("a map");
    assert_eq!(pins(&added)["c"].version, "v9");
    assert!(added.contains("a: '1.0' # why\nb:   1.2.3\n"));
    assert_eq!(set("", "c", "v9"), Ok("c: \"v9\"\n".to_owned()));
    assert_eq!(
        set("# only\n", "c", "v9"),
        Ok("# only\nc: \"v9\"\n".to_owned())
    );
    assert!(set("a: [1]\n", "a", "2").is_err());
    assert!(set("- a\n", "a", "2").is_err());
    assert!(set("a: \"\n", "a", "2").is_err());
}

#[test]
fn credentials_of_the_fixtures_are_read() {
    let file = |name: &str| {
        let text = common::read(&common::root().join("public/keys").join(name)).expect("a key");
        Source::new(name, text)
    };
    let age = credentials::age_key(&file("age.key")).expect("an identity");
    assert_eq!(age.kind, AgeKind::X25519);
    assert!(age.identity.expose_secret().starts_with("AGE-SECRET-KEY-1"));
    let tunnel = credentials::tunnel(&file("cloudflare-tunnel.json")).expect("a tunnel");
    assert_eq!(tunnel.tunnel_id.len(), 36);
    let (deploy_key, problems) = credentials::deploy_key(&file("github-deploy.key"));
    assert!(problems.is_empty());
    assert!(
        deploy_key
            .expect("a key")
            .expose_secret()
            .ends_with("-----END OPENSSH PRIVATE KEY-----")
    );
    let token = credentials::push_token(&file("github-push-token.txt")).expect("a token");
    assert_eq!(token.expose_secret().len(), 32);
}

#[test]
fn post_quantum_identities_have_the_right_shape() {
    let text = format!("AGE-SECRET-KEY-PQ-1{}\n", "QPZRY9X8".repeat(8));
    let key = credentials::age_key(&Source::new("age.key", text)).expect("an identity");
    assert_eq!(key.kind, AgeKind::PostQuantum);
}

#[test]
fn problems_of_credentials_show_no_line() {
    for name in [
        credentials::AGE_KEY,
        credentials::CLOUDFLARE_TUNNEL,
        credentials::DEPLOY_KEY,
        credentials::PUSH_TOKEN,
    ] {
        for text in [
            "",
            " \n",
            "hunter2",
            "hunter2\nhunter2",
            "{\"hunter2\": hunter2",
            "{\"TunnelID\": [\"hunter2\"]}",
        ] {
            let problems = credentials::check(&Source::new(name, text));
            let shown = common::shown(&problems);
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(
                !problems.is_empty() || name == credentials::PUSH_TOKEN,
                "{name} {text}"
            );
        }
    }
}
