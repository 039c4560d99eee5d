//! Random patches, and what the machinery of Talos 1.13 made of them: recorded by
//! `cargo xtask oracles talos --bless`, which has many more.

use std::collections::BTreeMap;

use diagnostics::Source;
use serde_json::{Value, json};
use talos::fields::document_name;
use talos::patch::{Machinery, Patch, apply, apply_in_place, differing, documents};

const FIXTURE: &str = include_str!("vectors/random-patches.json");

type Leaves = BTreeMap<String, Value>;

fn leaves(documents: &[Value]) -> Leaves {
    let mut found = Leaves::new();
    for document in documents {
        collect(document, document_name(document), &mut found);
    }
    found
}

fn collect(value: &Value, place: String, found: &mut Leaves) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                collect(value, format!("{place}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, format!("{place}/{index}"), found);
            }
        }
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        scalar => {
            found.insert(place, scalar.clone());
        }
    }
}

/// The places that the patches of a case change, or null if one of them is refused.
fn changes(base: &str, patches: &[Value]) -> Value {
    let (mut config, problems) = documents(&Source::new("base.yaml", base));
    assert!(problems.is_empty(), "{problems:?}");
    let before = leaves(&config);
    let mut read = Vec::new();
    for patch in patches {
        let source = Source::new("patch.yaml", patch.as_str().expect("a text"));
        let (Some(patch), _) = Patch::read(&source, Machinery::V1_13) else {
            return Value::Null;
        };
        read.push(patch);
    }
    for patch in &read {
        let was = config.clone();
        let Ok(applied) = apply(&mut config, patch, Machinery::V1_13) else {
            assert_eq!(config, was, "a patch that fails leaves all as it was");
            return Value::Null;
        };
        let mut whole = was.clone();
        apply_in_place(&mut whole, patch, Machinery::V1_13).expect("it did not fail");
        assert_eq!(config, whole);
        // Only what a patch may change is compared, which must be all that changed.
        assert!(applied.changes == differing(&was, &whole));
    }
    let after = leaves(&config);
    let mut found = serde_json::Map::new();
    for place in before.keys().filter(|place| !after.contains_key(*place)) {
        found.insert(place.clone(), Value::Null);
    }
    for (place, value) in &after {
        if before.get(place) != Some(value) {
            found.insert(place.clone(), value.clone());
        }
    }
    found.into()
}

#[test]
fn each_does_what_it_does_to_talos() {
    let fixture: Value = serde_json::from_str(FIXTURE).expect("JSON");
    let cases = fixture["cases"].as_array().expect("cases");
    assert!(cases.len() >= 60, "{}", cases.len());
    assert!(cases.iter().any(|case| case["refused"] == json!(true)));
    for case in cases {
        let index = usize::try_from(case["base"].as_u64().expect("a number")).expect("small");
        let base = fixture["bases"][index].as_str().expect("a config");
        let patches = case["patches"].as_array().expect("patches");
        assert_eq!(
            changes(base, patches),
            case["changes"],
            "{}",
            serde_json::to_string_pretty(patches).expect("JSON")
        );
    }
}
