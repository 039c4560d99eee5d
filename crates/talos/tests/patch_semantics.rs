//! The vectors of the strategic merge: what the machinery of Talos made of the same patches.

#![expect(clippy::disallowed_methods, reason = "the vectors are files")]

use std::path::{Path, PathBuf};

use diagnostics::Source;
use serde_json::Value;
use talos::patch::{Machinery, Patch, apply, documents};
use talos::rules;

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/patch-semantics")
}

fn read(path: &Path) -> Source {
    let text = std::fs::read_to_string(path).expect("a vector");
    let name = path.file_name().expect("a name").to_string_lossy();
    Source::new(&*name, text)
}

fn config(path: &Path) -> Vec<Value> {
    let (documents, problems) = documents(&read(path));
    assert!(problems.is_empty(), "{}: {problems:?}", path.display());
    documents
}

/// By meaning: without what is absent or empty, and whatever the order of keys.
fn meaning(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), meaning(value)))
            .filter(|(_, value)| !is_empty(value))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(meaning).collect(),
        other => other.clone(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

fn run(name: &str, machinery: Machinery) -> Result<Vec<Value>, String> {
    let folder = vectors();
    let base = if name.starts_with("30") {
        "base-single.yaml"
    } else {
        "base.yaml"
    };
    let mut base = config(&folder.join(base));
    let (patch, problems) =
        Patch::read(&read(&folder.join(format!("{name}.patch.yaml"))), machinery);
    let patch = patch.ok_or_else(|| {
        problems
            .iter()
            .map(|p| p.to_string() + "\n")
            .collect::<String>()
    })?;
    apply(&mut base, &patch, machinery).map_err(|problem| problem.to_string())?;
    Ok(base)
}

#[test]
fn every_vector_gives_what_the_machinery_gave() {
    let folder = vectors();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("the vectors")
        .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".patch.yaml").map(str::to_owned))
        .collect();
    names.sort();
    assert_eq!(names.len(), 25);
    let mut failed = Vec::new();
    for name in &names {
        for (machinery, sub) in [(Machinery::V1_13, "m113"), (Machinery::V1_14, "m114")] {
            let wanted = folder.join(sub).join(format!("{name}.expected.yaml"));
            let got = run(name, machinery);
            let fine = match &got {
                Ok(got) if wanted.exists() => {
                    let wanted = config(&wanted);
                    got.iter().map(meaning).eq(wanted.iter().map(meaning))
                }
                Ok(_) => false,
                Err(_) => !wanted.exists(),
            };
            if !fine {
                failed.push(format!("{sub}/{name}: {got:?}"));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn refusals_say_what_and_where() {
    let mut said = String::new();
    for name in [
        "16-unknown-field-is-error",
        "17-unknown-kind-is-error",
        "18-json6902-on-multidoc-is-error",
        "20-type-mismatch-is-error",
        "22-delete-under-missing-section-is-error",
        "23-delete-missing-map-key-is-error",
        "25-duplicate-document-in-patch",
    ] {
        let problem = run(name, Machinery::V1_13).expect_err(name);
        said.push_str(problem.trim_end());
        said.push('\n');
    }
    insta::assert_snapshot!(said, @r#"
    16-unknown-field-is-error.patch.yaml:2:3: error[patch/unknown-field]: Talos knows no field `nonsense` here
    17-unknown-kind-is-error.patch.yaml:2:7: error[patch/unknown-kind]: Talos has no document of kind `NoSuchConfig`
    18-json6902-on-multidoc-is-error.patch.yaml:1:3: error[patch/json-on-documents]: a JSON patch cannot be applied to a config of several documents
    20-type-mismatch-is-error.patch.yaml:3:5: error[patch/wrong-type]: a map is wanted here, not a list
    22-delete-under-missing-section-is-error.patch.yaml:4:7: error[patch/delete-missing]: there is no `cluster.proxy.image` to delete
    23-delete-missing-map-key-is-error.patch.yaml:4:7: error[patch/delete-missing]: there is no `machine.nodeLabels.nope` to delete
    25-duplicate-document-in-patch.patch.yaml:4:1: error[patch/duplicate-document]: the document `v1alpha1` is in the patch twice
    "#);
}

/// One patch on a small config: its changes and findings, or its problems.
fn effect(base: &str, patch: &str) -> String {
    let (mut config, _) = documents(&Source::new("base.yaml", base));
    let (patch, mut problems) = Patch::read(&Source::new("p.yaml", patch), Machinery::default());
    let mut lines = Vec::new();
    if let Some(patch) = patch {
        match apply(&mut config, &patch, Machinery::default()) {
            Ok(applied) => {
                problems.extend(applied.findings);
                for change in applied.changes {
                    let show =
                        |value: Option<Value>| value.map_or("-".into(), |value| value.to_string());
                    let (before, after) = (show(change.before), show(change.after));
                    lines.push(format!(
                        "{} {}: {before} => {after}",
                        change.document, change.path
                    ));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    lines.extend(problems.iter().map(ToString::to_string));
    lines.join("\n")
}

const BASE: &str = "machine: { sysctls: { a.b: \"1\" }, certSANs: [x] }\n";

#[test]
fn a_patch_says_what_it_changed() {
    let patch = "machine:\n  sysctls: { a.b: 2, c: 3 }\n  certSANs: [y]\n---\napiVersion: v1alpha1\nkind: HostnameConfig\nauto: off\nhostname: n\n";
    insta::assert_snapshot!(effect(BASE, patch), @r#"
    HostnameConfig apiVersion: - => "v1alpha1"
    HostnameConfig auto: - => "off"
    HostnameConfig hostname: - => "n"
    HostnameConfig kind: - => "HostnameConfig"
    v1alpha1 machine.certSANs: ["x"] => ["x","y"]
    v1alpha1 machine.sysctls.a\.b: "1" => "2"
    v1alpha1 machine.sysctls.c: - => "3"
    "#);
    insta::assert_snapshot!(effect(BASE, "machine: { certSANs: { $patch: delete } }\n"), @r#"v1alpha1 machine.certSANs: ["x"] => -"#);
}

#[test]
fn patches_that_do_nothing_are_found() {
    let patches = [
        "",
        "  \n",
        "# only this\n",
        "{}\n",
        "---\n",
        "null\n",
        "[]\n",
        "text\n",
        "machine: { sysctls: { a.b: \"1\" } }\n",
        "machine: { install: { disk: \"\" } }\n",
        "machine: { sysctl: {} }\n",
        "- { op: add, path: /machine/x }\n",
        "- { op: remove, path: /machine/x }\n",
    ];
    let all: Vec<_> = patches
        .iter()
        .map(|patch| format!("{patch:?}\n{}", effect(BASE, patch)))
        .collect();
    insta::assert_snapshot!(all.join("\n"), @r##"
    ""
    p.yaml: warning[patch/empty]: the patch is empty
    "  \n"
    p.yaml: warning[patch/empty]: the patch is empty
    "# only this\n"
    p.yaml: error[patch/empty]: the patch holds comments only
    "{}\n"
    p.yaml: error[patch/empty]: the patch sets nothing
    "---\n"
    p.yaml: warning[patch/empty]: the patch is empty
    "null\n"
    p.yaml: warning[patch/empty]: the patch is empty
    "[]\n"
    p.yaml: warning[patch/empty]: the patch has no operation
    "text\n"
    p.yaml:1:1: error[patch/wrong-type]: a patch is a map or a list of operations, not text
    "machine: { sysctls: { a.b: \"1\" } }\n"
    p.yaml: warning[patch/no-effect]: the patch changes nothing
    "machine: { install: { disk: \"\" } }\n"
    v1alpha1 machine.install.disk: - => ""
    "machine: { sysctl: {} }\n"
    p.yaml:1:12: error[patch/unknown-field]: Talos knows no field `sysctl` here
    "- { op: add, path: /machine/x }\n"
    p.yaml:1:3: error[patch/bad-operation]: the operation has no `value`
    "- { op: remove, path: /machine/x }\n"
    p.yaml:1:3: error[patch/bad-operation]: nothing is at `/machine/x`
    "##);
}

#[test]
fn what_a_deletion_does_not_do_is_told() {
    let base = "\
machine:
  type: worker
  ca: { crt: a, key: b }
  sysctls: { a: \"1\" }
  certSANs: [x]
  network: { interfaces: [{ interface: eth0, mtu: 9000 }, { interface: eth1 }] }
";
    let patches = [
        // Talos compares the first key, and only as text.
        "machine: { network: { interfaces: [{ interface: eth0, $patch: delete }] } }",
        "machine: { network: { interfaces: [{ $patch: delete, interface: eth0 }] } }",
        "machine: { network: { interfaces: [{ mtu: 9000, $patch: delete }] } }",
        "machine: { certSANs: [{ x: x, $patch: delete }] }",
        "machine: { certSANs: [{ $patch: delete }] }",
        "machine: { ca: { crt: { $patch: delete } } }",
        // What stands beside it does nothing.
        "machine: { sysctls: { $patch: delete, b: 2 } }",
        "machine: { network: { interfaces: [{ interface: eth0, $patch: delete, mtu: 5 }] } }",
        "{ apiVersion: v1alpha1, kind: HostnameConfig, hostname: a, $patch: delete }",
        // There is nothing else, and in a map it would be an entry.
        "machine: { sysctls: { $patch: replace, b: 2 } }",
        "machine: { kubelet: { extraConfig: { $patch: merge } } }",
        "machine: { install: { $patch: Delete } }",
        "machine: { sysctls: { $patch: [delete] } }",
    ];
    let all: Vec<_> = patches
        .iter()
        .map(|patch| format!("{patch}\n  {}", effect(base, patch).replace('\n', "\n  ")))
        .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    machine: { network: { interfaces: [{ interface: eth0, $patch: delete }] } }
      v1alpha1 machine.network.interfaces[0].interface: "eth0" => "eth1"
      v1alpha1 machine.network.interfaces[0].mtu: 9000 => -
      v1alpha1 machine.network.interfaces[1].interface: "eth1" => -
    machine: { network: { interfaces: [{ $patch: delete, interface: eth0 }] } }
      v1alpha1 machine.network.interfaces[0].interface: "eth0" => "eth1"
      v1alpha1 machine.network.interfaces[0].mtu: 9000 => -
      v1alpha1 machine.network.interfaces[1].interface: "eth1" => -
    machine: { network: { interfaces: [{ mtu: 9000, $patch: delete }] } }
      p.yaml:1:36: error[patch/delete-missing]: `machine.network.interfaces.[mtu=9000]` cannot be deleted: Talos finds an item by a text, and `mtu` is none
    machine: { certSANs: [{ x: x, $patch: delete }] }
      p.yaml:1:23: error[patch/delete-missing]: `machine.certSANs.[x=x]` cannot be deleted: the items of the list have no keys to find one by
    machine: { certSANs: [{ $patch: delete }] }
      p.yaml:1:23: error[patch/delete-in-list]: nothing says which item of the list to delete
    machine: { ca: { crt: { $patch: delete } } }
      p.yaml:1:23: error[patch/delete-missing]: `machine.ca.crt` cannot be deleted alone: Talos reads it with what belongs to it
    machine: { sysctls: { $patch: delete, b: 2 } }
      v1alpha1 machine.sysctls.a: "1" => -
      p.yaml:1:39: warning[patch/beside-delete]: `b` does nothing: it stands beside `$patch: delete`
    machine: { network: { interfaces: [{ interface: eth0, $patch: delete, mtu: 5 }] } }
      v1alpha1 machine.network.interfaces[0].interface: "eth0" => "eth1"
      v1alpha1 machine.network.interfaces[0].mtu: 9000 => -
      v1alpha1 machine.network.interfaces[1].interface: "eth1" => -
      p.yaml:1:71: warning[patch/beside-delete]: `mtu` does nothing: it stands beside `$patch: delete`
    { apiVersion: v1alpha1, kind: HostnameConfig, hostname: a, $patch: delete }
      p.yaml:1:47: warning[patch/beside-delete]: `hostname` does nothing: it stands beside `$patch: delete`
      p.yaml:1:1: warning[patch/delete-missing-document]: there is no document `HostnameConfig` to delete from
    machine: { sysctls: { $patch: replace, b: 2 } }
      p.yaml:1:31: error[patch/unknown-directive]: `$patch: replace` is nothing that Talos knows
    machine: { kubelet: { extraConfig: { $patch: merge } } }
      p.yaml:1:46: error[patch/unknown-directive]: `$patch: merge` is nothing that Talos knows
    machine: { install: { $patch: Delete } }
      p.yaml:1:31: error[patch/unknown-directive]: `$patch: Delete` is nothing that Talos knows
    machine: { sysctls: { $patch: [delete] } }
      p.yaml:1:31: error[patch/unknown-directive]: `$patch` says nothing that Talos knows
    "#);
}

#[test]
fn documents_and_fields_of_1_14_are_known_and_what_is_like_them_is_not() {
    let patches = [
        "{ apiVersion: v1alpha1, kind: KubeAPIServerConfig, image: x }",
        "{ apiVersion: v1alpha1, kind: KubeAPIServerConfg, image: x }",
        "{ apiVersion: v1alpha1, kind: ResolverConfig, hostDNS: { enabled: true } }",
        "{ apiVersion: v1alpha1, kind: ResolverConfig, hostDN: { enabled: true } }",
        "{ apiVersion: v1alpha1, kind: VolumeConfig, name: EPHEMERAL, trim: {} }",
    ];
    let all: Vec<_> = patches.iter().map(|patch| effect(BASE, patch)).collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    KubeAPIServerConfig apiVersion: - => "v1alpha1"
    KubeAPIServerConfig image: - => "x"
    KubeAPIServerConfig kind: - => "KubeAPIServerConfig"
    p.yaml:1:31: error[patch/unknown-kind]: Talos has no document of kind `KubeAPIServerConfg`
    ResolverConfig apiVersion: - => "v1alpha1"
    ResolverConfig hostDNS.enabled: - => true
    ResolverConfig kind: - => "ResolverConfig"
    p.yaml:1:47: error[patch/unknown-field]: Talos knows no field `hostDN` here
    VolumeConfig/EPHEMERAL apiVersion: - => "v1alpha1"
    VolumeConfig/EPHEMERAL kind: - => "VolumeConfig"
    VolumeConfig/EPHEMERAL name: - => "EPHEMERAL"
    VolumeConfig/EPHEMERAL trim: - => {}
    "#);
}

#[test]
fn each_fault_of_a_patch_is_told_by_its_rule() {
    let base = "version: v1alpha1\nmachine:\n  sysctls:\n    a: b\n  nodeLabels: {}\n  kubelet: { extraConfig: { a: { b: 1 } } }\n";
    for (rule, patch) in [
        (
            &rules::PATCH_DELETE_DOCUMENT,
            "$patch: delete\nkind: LinkConfig\n",
        ),
        (
            &rules::PATCH_NO_API_VERSION,
            "kind: LinkConfig\nname: eth0\n",
        ),
        (
            &rules::PATCH_MERGE_CONFLICT,
            "machine: { kubelet: { extraConfig: { a: [1] } } }\n",
        ),
    ] {
        let (read, mut told) = Patch::read(&Source::new("patch.yaml", patch), Machinery::default());
        if let Some(read) = read {
            let (mut config, problems) = documents(&Source::new("base.yaml", base));
            assert!(problems.is_empty(), "{problems:?}");
            told.extend(apply(&mut config, &read, Machinery::default()).err());
        }
        assert!(told.has(rule), "{rule}: {told:?}");
    }
}

#[test]
fn a_version_that_is_none_is_told_by_its_rule() {
    let told = talos::contract::Contract::choose(None, "latest").expect_err("no version");
    assert!(told.is(&rules::TALOS_VERSION_SYNTAX));
}
