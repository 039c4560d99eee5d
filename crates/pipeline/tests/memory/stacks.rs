//! The optional stacks of the fixture `public`, on and off in every combination: nothing is wrong
//! with any of them, and what is off leaves no trace.

use std::collections::BTreeMap;

use config_model::{Declarations, Kind, Section, Stack};
use pipeline::Environment;
use repository::View;

use super::{fixture_of, shown, warnings};

/// Keys that another stack reads, too, by how they start.
const SHARED: [(&str, &str); 6] = [
    ("oidc_google_", "mcp-gateway"),
    ("oidc_entra_", "mcp-gateway"),
    ("oidc_github_", "mcp-gateway"),
    ("proxmox_api_url", "proxmox-ccm"),
    ("proxmox_insecure", "proxmox-ccm"),
    ("proxmox_region", "proxmox-ccm"),
];

/// Stacks that take another one.
const TAKES: [(&str, &str); 1] = [("oidc", "mcp-gateway")];

/// What stands in outputs of these stacks alone. The first of each is known to stand there while
/// one of them is on.
const WORDS: [(&[&str], &[&str]); 6] = [
    (
        &["envoy-ai-gateway"],
        &[
            "aigateway.envoyproxy.io",
            "azure",
            "ai-system",
            "envoy-ai",
            "llms.",
            "extensionmanager",
        ],
    ),
    (
        &["mcp-gateway"],
        &[
            "keycloak",
            "mcp",
            "redis",
            "postgres",
            "cnpg",
            "auth-system",
            "broker",
        ],
    ),
    (
        &["oidc"],
        &[
            "oidc-keycloak-internal",
            "auth-internal",
            "auth-external",
            "oauth2",
        ],
    ),
    (
        &["proxmox-csi"],
        &["csi-proxmox", "csi.proxmox", "proxmox-csi"],
    ),
    (
        &["proxmox-ccm"],
        &[
            "proxmox-ccm",
            "proxmox-cloud-controller-manager",
            "externalcloudprovider",
        ],
    ),
    (&["proxmox-csi", "proxmox-ccm"], &["proxmox"]),
];

fn stacks() -> &'static [Stack] {
    Declarations::built_in().stacks()
}

fn is_in(stacks: &[&Stack], name: &str) -> bool {
    stacks.iter().any(|stack| stack.name == name)
}

/// Every choice of stacks that can be on together.
fn choices() -> Vec<Vec<&'static Stack>> {
    let all = stacks();
    let chosen = |bits: usize| {
        let numbered = all.iter().enumerate();
        let on = numbered.filter(|(index, _)| bits & (1 << index) != 0);
        on.map(|(_, stack)| stack).collect::<Vec<_>>()
    };
    let mut choices: Vec<_> = (0..1_usize << all.len()).map(chosen).collect();
    choices.retain(|on| {
        let mut takes = TAKES.iter();
        takes.all(|(stack, other)| !is_in(on, stack) || is_in(on, other))
    });
    choices
}

/// How a stack is off.
#[derive(Clone, Copy)]
enum Off {
    /// Its switch is off, and everything else stands as it is.
    Switched,
    /// None of its keys is there.
    Absent,
}

/// `cluster.yaml` with these stacks on and no others.
fn cluster(on: &[&Stack], off: Off) -> String {
    let files = fixture_of("public");
    let (_, text) = &files[0];
    let text = std::str::from_utf8(text).expect("a text");
    let mut lines = String::new();
    for line in text.lines() {
        let key = line.split(':').next().unwrap_or_default();
        let stack = stacks()
            .iter()
            .find(|stack| stack.keys.iter().any(|known| known == key));
        let Some(stack) = stack.filter(|stack| !is_in(on, &stack.name)) else {
            lines += line;
            lines.push('\n');
            continue;
        };
        let is_switch = stack.enabled_by.iter().any(|switch| switch == key);
        let shared = SHARED
            .iter()
            .any(|(start, by)| key.starts_with(start) && is_in(on, by));
        match off {
            Off::Switched if is_switch => {
                let declared = Declarations::built_in().get(Section::Cluster, key);
                if declared.is_some_and(|key| key.kind == Kind::Boolean) {
                    lines += &format!("{key}: false\n");
                }
            }
            Off::Absent if !shared => {}
            _ => lines += &format!("{line}\n"),
        }
    }
    if is_in(on, "proxmox-csi") {
        lines
    } else {
        lines.replace(
            "mcp_storage_class: \"proxmox-csi\"",
            "mcp_storage_class: \"local\"",
        )
    }
}

fn view(cluster: &str) -> View<'static> {
    let mut files = fixture_of("public");
    files[0].1 = cluster.as_bytes().to_vec();
    files.into_iter().collect()
}

/// Every output in the clear.
fn outputs(view: &View<'static>) -> BTreeMap<String, String> {
    let (inputs, _) = pipeline::load(view, &Environment::default()).expect("a configuration");
    let rendered = match pipeline::render(&inputs) {
        Ok(rendered) => rendered,
        Err(problems) => panic!("{}", shown(&problems)),
    };
    let files = rendered.tree.iter().map(|(path, entry)| {
        let text = entry.content.as_text().unwrap_or_default();
        (path.to_string(), text.to_owned())
    });
    files.collect()
}

/// The outputs in which a word stands, in their names or their texts.
fn places<'a>(outputs: &'a BTreeMap<String, String>, word: &str) -> Vec<&'a str> {
    let has = |text: &str| text.to_lowercase().contains(word);
    let found = outputs.iter().filter(|(path, text)| has(path) || has(text));
    found.map(|(path, _)| path.as_str()).collect()
}

/// What is told of a repository, but for a note about the labels that the fixture's nodes have.
fn complaints(view: &View<'static>) -> Vec<String> {
    let mut told = warnings(view);
    told.retain(|id| id != "talconfig/displaced-label");
    told
}

#[test]
fn what_is_off_leaves_no_trace_in_any_combination() {
    for on in choices() {
        let names: Vec<_> = on.iter().map(|stack| stack.name.as_str()).collect();
        let case = format!("on: {}", names.join(", "));
        let switched = view(&cluster(&on, Off::Switched));
        assert_eq!(complaints(&switched), Vec::<String>::new(), "{case}");
        let outputs_of_all = outputs(&switched);
        let absent = outputs(&view(&cluster(&on, Off::Absent)));
        let differs = |path: &&String| outputs_of_all.get(*path) != absent.get(*path);
        let paths = outputs_of_all.keys().chain(absent.keys());
        let differing: Vec<_> = paths.filter(differs).collect();
        assert_eq!(
            differing,
            Vec::<&String>::new(),
            "{case}: what is off has an effect"
        );
        for (of, words) in WORDS {
            if of.iter().any(|stack| is_in(&on, stack)) {
                let found = places(&outputs_of_all, words[0]);
                assert!(!found.is_empty(), "{case}: `{}` is nowhere", words[0]);
                continue;
            }
            for word in words {
                let found = places(&outputs_of_all, word);
                assert_eq!(found, Vec::<&str>::new(), "{case}: `{word}`");
            }
        }
        for stack in stacks().iter().filter(|stack| !is_in(&on, &stack.name)) {
            for key in &stack.keys {
                let found = places(&outputs_of_all, key);
                assert_eq!(found, Vec::<&str>::new(), "{case}: `{key}`");
            }
        }
    }
}

/// A part of a stack, and what takes it away.
type Part = (&'static str, &'static [(&'static str, &'static str)]);

const PARTS: [Part; 10] = [
    (
        "google",
        &[("oidc_google_enabled: true", "oidc_google_enabled: false")],
    ),
    (
        "microsoft",
        &[("oidc_entra_enabled: true", "oidc_entra_enabled: false")],
    ),
    (
        "github",
        &[("oidc_github_enabled: true", "oidc_github_enabled: false")],
    ),
    (
        "github organisation",
        &[(
            "oidc_github_org: \"fixture-org\"\noidc_github_team: \"devs,admins\"\n",
            "",
        )],
    ),
    (
        "first region",
        &[("azure_openai_us_east_", "# azure_openai_us_east_")],
    ),
    (
        "second region",
        &[("azure_openai_us_east2_", "# azure_openai_us_east2_")],
    ),
    (
        "replicas",
        &[("keycloak_replicas: 3", "keycloak_replicas: 1")],
    ),
    (
        "database replicas",
        &[(
            "keycloak_postgres_replicas: 2",
            "keycloak_postgres_replicas: 1",
        )],
    ),
    (
        "strict certificates",
        &[("proxmox_insecure: true", "proxmox_insecure: false")],
    ),
    ("logins", &[("oidc_enabled: true", "oidc_enabled: false")]),
];

/// Each row takes some parts away. Any two columns have all four pairs between them: both are
/// zero in the first row, and no two have the same three ones in the other six.
#[test]
fn every_pair_of_parts_is_right_on_and_off() {
    let columns: Vec<u8> = (1_u8..64).filter(|bits| bits.count_ones() == 3).collect();
    let public = cluster(&stacks().iter().collect::<Vec<_>>(), Off::Switched);
    for row in 0..7 {
        let mut text = public.clone();
        let mut away = Vec::new();
        for ((name, changes), column) in PARTS.iter().zip(&columns) {
            if row == 0 || column & (1 << (row - 1)) == 0 {
                continue;
            }
            // One region must stay.
            if *name == "second region" && away.contains(&"first region") {
                continue;
            }
            away.push(*name);
            for (from, to) in *changes {
                assert!(text.contains(from), "{name}: `{from}`");
                text = text.replace(from, to);
            }
        }
        assert_eq!(
            complaints(&view(&text)),
            Vec::<String>::new(),
            "without {}",
            away.join(", ")
        );
    }
}

/// The name of the job that brings the realm to Keycloak, with some text of the configuration changed.
fn job(from: &str, to: &str) -> String {
    let text = cluster(&stacks().iter().collect::<Vec<_>>(), Off::Switched);
    assert!(text.contains(from), "`{from}`");
    let outputs = outputs(&view(&text.replace(from, to)));
    let job = &outputs["kubernetes/apps/auth-system/keycloak/realm/job.yaml"];
    let name = job
        .lines()
        .find(|line| line.starts_with("  name: keycloak-realm-"));
    name.expect("a job with a name").to_owned()
}

#[test]
fn a_job_brings_whatever_changes_of_the_realm_to_keycloak() {
    let before = job("", "");
    for (from, to) in [
        ("fixture-oidc-client-secret", "another-secret"),
        ("fixture-google-secret", "another-secret"),
        ("fixture-keycloak-password", "another-password"),
        ("123456789-fixture", "another-client"),
        ("oidc_github_enabled: true", "oidc_github_enabled: false"),
        ("26.4.7", "26.4.8"),
        ("\"example.com\", ", ""),
    ] {
        assert_ne!(before, job(from, to), "{from}");
    }
    for (from, to) in [
        ("fixture-redis-password", "another-password"),
        ("keycloak_replicas: 3", "keycloak_replicas: 2"),
    ] {
        assert_eq!(before, job(from, to), "{from}");
    }
}
