//! Patches of the documents of 1.14, against what the machinery of Talos v1.14.1 made of the same.
//!
//! `patches/merges.json` has small documents and one patch each; `patches/pairs.json` what people
//! wish of a cluster as a patch of the old and of the new form, on generated configurations.

#![expect(clippy::disallowed_methods, reason = "the vectors are files")]

use std::path::Path;

use diagnostics::{Diagnostics, Source};
use serde_json::{Value, json};
use talos::compare::differences;
use talos::contract::Contract;
use talos::fields::{canonical, document_name};
use talos::patch::{Machinery, Patch, apply, documents};
use talos::rules;
use talos::validate::validate;

fn text(path: &str) -> String {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/v1.14");
    std::fs::read_to_string(vectors.join(path)).expect("a vector")
}

fn cases(path: &str) -> Vec<Value> {
    serde_json::from_str(&text(path)).expect("a list of cases")
}

fn word<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_default()
}

fn config(name: &str, text: &str) -> Result<Vec<Value>, Diagnostics> {
    let (config, problems) = documents(&Source::new(name, text));
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(config)
}

/// The configuration behind a patch, and what is told of it.
fn patched(mut config: Vec<Value>, patch: &str) -> Result<(Vec<Value>, Diagnostics), Diagnostics> {
    let (read, mut told) = Patch::read(&Source::new("patch.yaml", patch), Machinery::V1_14);
    let Some(read) = read else {
        return Err(told);
    };
    match apply(&mut config, &read, Machinery::V1_14) {
        Ok(applied) => {
            told.extend(applied.findings);
            Ok((config, told))
        }
        Err(problem) => {
            told.push(problem);
            Err(told)
        }
    }
}

/// As Talos writes it.
fn written(config: &[Value]) -> String {
    let written: Vec<_> = config.iter().cloned().map(canonical).collect();
    documents::emit::documents(&written, 4)
}

/// Merges whose result is written in another way, and why.
const WRITTEN_OTHERWISE: [(&str, &str); 3] = [
    (
        "kubelet-extra-args-empty-string",
        "a flag without a value is `null` there and an empty text here: both are read as nothing",
    ),
    ("authn-replace", "the indentation of a map in a list"),
    (
        "etcd-encryption-append",
        "the indentation of a map in a list",
    ),
];

#[test]
fn merges_are_those_of_the_machinery_to_the_letter() {
    let cases = cases("patches/merges.json");
    assert_eq!(cases.len(), 80);
    let mut different = Vec::new();
    for case in &cases {
        let id = word(case, "id");
        let made = config("base.yaml", word(case, "base"))
            .and_then(|base| patched(base, word(case, "patch")));
        let fine = match (&made, case["result"].as_str()) {
            (Ok((made, _)), Some(wanted)) if WRITTEN_OTHERWISE.iter().any(|(it, _)| *it == id) => {
                let read = config("result.yaml", wanted).expect("a configuration");
                written(made) != wanted && differences(&read, made).is_empty()
            }
            (Ok((made, _)), Some(wanted)) => written(made) == wanted,
            // What is there twice is found where configurations are checked.
            (Ok((made, _)), None) => validate(made, Contract::NEWEST)
                .iter()
                .any(|one| one.rule == &rules::MACHINE_CONFIG_DUPLICATE_DOCUMENT),
            (Err(told), None) => told.has_errors(),
            (Err(_), Some(_)) => false,
        };
        if !fine {
            let made = made.map(|(made, _)| written(&made));
            different.push(format!("{id}: {made:?}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// What a patch of a pair makes of its base, against what was recorded of it.
fn outcome(pair: &Value, on: &Value) -> Result<(), String> {
    let (base, role) = match word(on, "base").split_once('-') {
        Some((role, contract)) => (format!("generate/01-base-{contract}-{role}.yaml"), role),
        None => return Err("no base".to_owned()),
    };
    let base = config(&base, &text(&base)).map_err(|told| format!("{role}: {told:?}"))?;
    let made = patched(base.clone(), word(pair, word(on, "form")));
    let refused = on["refused"].as_bool().unwrap_or_default();
    let (made, _) = match (made, refused) {
        (Err(told), true) if told.has_errors() => return Ok(()),
        (Ok(made), false) => made,
        (Ok(_), true) => return Err("it is refused".to_owned()),
        (Err(told), _) => return Err(format!("{told:?}")),
    };
    if !on["recorded"].as_bool().unwrap_or_default() {
        return Ok(());
    }
    let names = |config: &[Value]| config.iter().map(document_name).collect::<Vec<_>>();
    let removed: Vec<_> = { on["removed"].as_array().into_iter().flatten() }
        .filter_map(Value::as_str)
        .collect();
    let order = match on["order"].as_array() {
        Some(order) => order
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        None => names(&base),
    };
    if names(&made) != order {
        return Err(format!("order: {:?}", names(&made)));
    }
    let mut wanted: Vec<Value> = base;
    wanted.retain(|document| !removed.contains(&document_name(document).as_str()));
    for (name, text) in on["changed"].as_object().into_iter().flatten() {
        let text = text.as_str().unwrap_or_default();
        let changed = config(name, text).map_err(|told| format!("{told:?}"))?;
        wanted.retain(|document| document_name(document) != *name);
        wanted.extend(changed);
    }
    let found = differences(&wanted, &made);
    if found.is_empty() {
        return Ok(());
    }
    Err(format!("{found:?}"))
}

#[test]
fn wishes_of_both_forms_come_out_as_the_machinery_makes_them() {
    let pairs = cases("patches/pairs.json");
    assert_eq!(pairs.len(), 44);
    let mut different = Vec::new();
    let mut seen = 0;
    for pair in &pairs {
        for on in pair["on"].as_array().into_iter().flatten() {
            seen += 1;
            if let Err(why) = outcome(pair, on) {
                let (id, form, base) = (word(pair, "id"), word(on, "form"), word(on, "base"));
                different.push(format!("{id}, {form} on {base}: {why}"));
            }
        }
    }
    assert!(seen > 170, "{seen}");
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn search_domains_are_replaced_from_1_14_on_and_appended_before() {
    let base = "{ apiVersion: v1alpha1, kind: ResolverConfig, searchDomains: { domains: [a] } }\n";
    let patch = "{ apiVersion: v1alpha1, kind: ResolverConfig, searchDomains: { domains: [b] } }\n";
    for (machinery, wanted) in [
        (Machinery::V1_13, json!(["a", "b"])),
        (Machinery::Talhelper, json!(["a", "b"])),
        (Machinery::V1_14, json!(["b"])),
    ] {
        let mut made = config("base.yaml", base).expect("a configuration");
        let (read, _) = Patch::read(&Source::new("patch.yaml", patch), machinery);
        apply(&mut made, &read.expect("a patch"), machinery).expect("it merges");
        assert_eq!(made[0]["searchDomains"]["domains"], wanted, "{machinery:?}");
    }
}

#[test]
fn an_empty_list_of_search_domains_is_another_than_none() {
    let resolver = |domains| {
        let searched = json!({ "domains": domains });
        json!({ "apiVersion": "v1alpha1", "kind": "ResolverConfig", "searchDomains": searched })
    };
    let found = differences(&[resolver(json!([]))], &[resolver(json!(null))]);
    assert_eq!(found.len(), 1, "{found:?}");
    let empty = written(&[resolver(json!([]))]);
    assert!(
        empty.ends_with("searchDomains:\n    domains: []\n"),
        "{empty}"
    );
}

#[test]
fn a_deletion_that_finds_nothing_is_told() {
    let admission = "apiVersion: v1alpha1\nkind: KubeAdmissionControlConfig\nname: PodSecurity\nconfiguration: { a: 1 }\n";
    let told = |base: &str, patch: &str| {
        let base = config("base.yaml", base).expect("a configuration");
        let (made, told) = patched(base.clone(), patch).expect("it is no error");
        assert!(differences(&base, &made).is_empty(), "{patch}");
        let lines = told.iter().map(|problem| match &problem.hint {
            Some(hint) => format!("{problem}\n  {hint}\n"),
            None => format!("{problem}\n"),
        });
        lines.collect::<String>()
    };
    let all = [
        // A kind of which there is one document, and none here.
        told(
            admission,
            "apiVersion: v1alpha1\nkind: KubeFlannelCNIConfig\n$patch: delete\n",
        ),
        told(
            admission,
            "apiVersion: v1alpha1\nkind: KubeAdmissionControlConfig\nname: Other\n$patch: delete\n",
        ),
        told(
            admission,
            "apiVersion: v1alpha1\nkind: KubeAdmissionControlConfig\n$patch: delete\n",
        ),
        told(
            "machine: { type: worker }\n",
            "apiVersion: v1alpha1\nkind: KubeAdmissionControlConfig\n$patch: delete\n",
        ),
    ];
    insta::assert_snapshot!(all.join(""), @r"
    patch.yaml:1:1: warning[patch/delete-missing-document]: there is no document `KubeFlannelCNIConfig` to delete from
    patch.yaml:1:1: warning[patch/delete-missing-document]: there is no document `KubeAdmissionControlConfig/Other` to delete from
    patch.yaml:1:1: warning[patch/delete-without-name]: nothing is deleted: documents of kind `KubeAdmissionControlConfig` have names, and the patch says none
      write `name: PodSecurity`
    patch.yaml:1:1: warning[patch/delete-without-name]: nothing is deleted: documents of kind `KubeAdmissionControlConfig` have names, and the patch says none
      write its `name`; the config has no document of this kind
    ");
}

#[test]
fn before_1_14_a_patch_only_deletes_named_documents_that_are_there() {
    let patch =
        "apiVersion: v1alpha1\nkind: KubeAdmissionControlConfig\nname: Other\n$patch: delete\n";
    let (read, _) = Patch::read(&Source::new("patch.yaml", patch), Machinery::V1_13);
    let mut made = config("base.yaml", "machine: { type: worker }\n").expect("a configuration");
    let problem = apply(&mut made, &read.expect("a patch"), Machinery::V1_13).expect_err("refused");
    assert_eq!(problem.rule, &rules::PATCH_DELETE_MISSING_DOCUMENT);
    assert!(problem.is_error());
}

#[test]
fn a_flag_without_a_value_is_read_back() {
    let made = config(
        "base.yaml",
        "{ apiVersion: v1alpha1, kind: KubeletConfig, extraArgs: { a: null, b: } }\n",
    );
    assert_eq!(
        made.expect("a configuration")[0]["extraArgs"],
        json!({ "a": "", "b": "" })
    );
}
