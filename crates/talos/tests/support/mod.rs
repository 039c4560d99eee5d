//! Configurations of a generator's making, mutated by data.

mod generated;

use serde_json::{Value, json};
use talos::contract::Contract;
use talos::generate::Role;

pub(crate) use generated::generated;

/// A config of a case: `contract`, `role`, and the mutations `remove`, `set` and `append`, in
/// this order; places are JSON pointers into the list of documents.
pub(crate) fn mutated(case: &Value) -> (Contract, Vec<Value>) {
    let contract = case["contract"].as_str().unwrap_or("1.13");
    let contract = Contract::parse(contract).expect("a contract");
    let role = match case["role"].as_str() {
        Some("worker") => Role::Worker,
        _ => Role::ControlPlane,
    };
    let mut config = Value::Array(generated(contract, role));
    for pointer in case["remove"].as_array().into_iter().flatten() {
        let pointer = pointer.as_str().expect("a pointer");
        let (parent, key) = pointer.rsplit_once('/').expect("a key");
        let parent = config.pointer_mut(parent).expect("a parent");
        match parent {
            Value::Object(map) => drop(map.shift_remove(&unescaped(key))),
            Value::Array(items) => drop(items.remove(key.parse().expect("an index"))),
            _ => panic!("nothing to remove: {pointer}"),
        }
    }
    for (pointer, value) in case["set"].as_object().into_iter().flatten() {
        set(&mut config, pointer, value);
    }
    let mut documents = config.as_array().cloned().unwrap_or_default();
    for document in case["append"].as_array().into_iter().flatten() {
        let mut whole = json!({"apiVersion": "v1alpha1"});
        let fields = document.as_object().expect("a document").clone();
        whole.as_object_mut().expect("a map").extend(fields);
        documents.push(whole);
    }
    (contract, documents)
}

/// Sets a value; maps on the way are made.
fn set(config: &mut Value, pointer: &str, value: &Value) {
    let mut place = config;
    for key in pointer.split('/').skip(1) {
        let key = unescaped(key);
        if place.is_array() {
            place = place
                .get_mut(key.parse::<usize>().expect("an index"))
                .expect("an item");
            continue;
        }
        if !place.is_object() {
            *place = json!({});
        }
        let map = place.as_object_mut().expect("a map");
        place = map.entry(key).or_insert(Value::Null);
    }
    *place = value.clone();
}

fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}
