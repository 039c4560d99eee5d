//! `talosContract`: which form the patches of the built-in templates have, and nothing else.

use std::collections::BTreeMap;

use config_model::versions::{self, CONTRACT, Versions};
use diagnostics::Source;
use pipeline::Environment;
use pipeline::init::{AgeKey, Existing};
use pipeline::pins::{Bump, adopted};
use pipeline::templates::builtin;
use repository::View;

use super::{fixture_of, shown};

/// Fixtures that have something in every branch of the templates of Talos between them.
const CASES: [&str; 4] = [
    "public",
    "proxmox",
    "vlan-secureboot-encrypted",
    "workers-only-scheduling",
];

/// What a fixture renders to below `talos`, and whatever else, with these versions.
fn rendered(case: &str, versions: &str) -> [BTreeMap<String, String>; 2] {
    let mut files = fixture_of(case);
    if !versions.is_empty() {
        files.push(("versions.yaml".to_owned(), versions.as_bytes().to_vec()));
    }
    let view: View<'_> = files.into_iter().collect();
    let loaded = pipeline::load(&view, &Environment::default());
    let (inputs, _) = loaded.expect("there is configuration");
    let rendered = match pipeline::render(&inputs) {
        Ok(rendered) => rendered,
        Err(problems) => panic!("{case}: {}", shown(&problems)),
    };
    let mut out = [BTreeMap::new(), BTreeMap::new()];
    for (path, entry) in rendered.tree.iter() {
        let text = String::from_utf8_lossy(entry.content.as_bytes()).into_owned();
        let index = usize::from(!path.as_str().starts_with("talos/"));
        out[index].insert(path.to_string(), text);
    }
    out
}

#[test]
fn who_chooses_nothing_keeps_what_there_was() {
    for case in CASES {
        let before = rendered(case, "");
        for chosen in ["1.13", "v1.13", "v1.13.9", "1.12", "1.9"] {
            let versions = format!("talosContract: \"{chosen}\"\n");
            assert!(rendered(case, &versions) == before, "{case}: {chosen}");
        }
        // A newer Talos changes its own version and nothing else.
        let [talos, others] = rendered(case, "talosVersion: v1.14.1\n");
        let is_other = |(path, text): &(&String, &String)| before[0].get(*path) != Some(text);
        let changed: Vec<_> = talos
            .iter()
            .filter(is_other)
            .map(|(path, _)| path)
            .collect();
        assert_eq!(changed, ["talos/talenv.yaml"], "{case}");
        assert!(others == before[1], "{case}");
    }
}

#[test]
fn the_contract_of_documents_has_each_patch_as_documents() {
    // What stays where it is.
    let stays = ["cluster:\n  etcd:", "cluster:\n  externalCloudProvider:"];
    for case in CASES {
        let [before, others] = rendered(case, "");
        for chosen in ["1.14", "v1.14", "v1.14.1"] {
            let versions = format!("talosContract: \"{chosen}\"\n");
            let [talos, others_now] = rendered(case, &versions);
            assert!(others == others_now, "{case}: {chosen}");
            let added = talos.keys().filter(|path| !before.contains_key(*path));
            assert_eq!(
                added.collect::<Vec<_>>(),
                ["talos/patches/global/security.yaml"],
                "{case}"
            );
            assert!(before.keys().all(|path| talos.contains_key(path)), "{case}");
            for (path, text) in &talos {
                let mut text = text.clone();
                for part in stays {
                    text = text.replace(part, "");
                }
                let mut lines = text.lines().map(str::trim_start);
                let old = lines.find(|line| matches!(*line, "machine:" | "cluster:"));
                assert_eq!(old, None, "{case}: {path}");
            }
        }
    }
}

/// The contract of a text of `versions.yaml`, as it is written there.
fn written(text: &str) -> Option<String> {
    let (pins, _) = versions::read(&Source::new("versions.yaml", text));
    pins.get(CONTRACT).map(|pin| pin.version.clone())
}

#[test]
fn new_repositories_start_with_the_built_in_contract_and_others_keep_theirs() {
    let init = |has: &[&str]| {
        let existing = Existing {
            has: &|path| has.contains(&path),
            gitignore: "",
            own_templates: false,
            package: "",
        };
        let files = pipeline::init::missing(&existing, AgeKey::default(), "2026-01-02T03:04:05Z");
        let mut files = files.expect("there are random numbers").into_iter();
        let file = files.find(|file| file.path == "versions.yaml");
        let content = file.expect("it is missing").content;
        written(&String::from_utf8_lossy(&content)).expect("a contract")
    };
    let built_in = builtin::versions();
    assert_eq!(Some(init(&[])), written(&built_in));
    let (pins, _) = versions::read(&Source::new("built-in:versions.yaml", &*built_in));
    let in_force = Versions::new(pins, None).0.contract().to_string();
    assert_eq!(init(&["cluster.yaml"]), in_force);
    // A first pin of its own makes the whole file.
    let view: View<'_> = fixture_of("minimal").into_iter().collect();
    let loaded = pipeline::load(&view, &Environment::default());
    let (inputs, _) = loaded.expect("there is configuration");
    let bump = Bump {
        name: "cilium".to_owned(),
        from: "1.0.0".to_owned(),
        to: "99.0.0".to_owned(),
        path: "a.yaml".to_owned(),
    };
    let text = adopted(&inputs, &[bump]).expect("one version");
    assert_eq!(written(&text), Some(in_force));
}
