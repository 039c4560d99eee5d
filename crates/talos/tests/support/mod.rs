//! Configurations of a generator's making, mutated by data.

use std::sync::OnceLock;

use diagnostics::Source;
use serde_json::{Value, json};
use talos::bundle::{self, Bundle};
use talos::contract::Contract;
use talos::generate::{Input, Options, Role, machine_config};

const BUNDLE: &str = include_str!("../vectors/talsecret.yaml");

/// What the generator makes of a contract and a role.
pub(crate) fn generated(contract: Contract, role: Role) -> Vec<Value> {
    static READ: OnceLock<Bundle> = OnceLock::new();
    let bundle = READ.get_or_init(|| {
        bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a whole bundle")
    });
    machine_config(
        bundle,
        &Input {
            contract,
            role,
            cluster_name: "kubernetes",
            endpoint: "https://192.168.22.100:6443",
            kubernetes_version: "1.32.4",
            install_disk: Some("/dev/sda"),
            install_image: "ghcr.io/siderolabs/installer:v1.9.5",
            machine_sans: &["127.0.0.1".to_owned()],
            api_server_sans: &["127.0.0.1".to_owned()],
            dns_domain: "cluster.local",
            pod_subnets: &["10.69.0.0/16".to_owned()],
            service_subnets: &["10.96.0.0/16".to_owned()],
            allow_scheduling_on_control_planes: false,
            options: Options::default(),
        },
    )
}

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
