//! Seventeen sets of options, two of them with patches, at the contracts 1.13 and 1.14, against what the machinery v1.14.1
//! generated of them (`vectors/v1.14/generate`).

use std::path::Path;

use diagnostics::Source;
use serde_json::{Value, json};
use talos::bundle::Bundle;
use talos::contract::Contract;
use talos::fields::canonical;
use talos::generate::{Input, Options, Registry, Role, Runs, machine_config};
use talos::patch::{Machinery, Patch, apply};

use super::{documents, read_bundle};

const AESCBC: &str = "cluster/aescbcEncryptionSecret";

fn file(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/v1.14/generate");
    std::fs::read_to_string(folder.join(name)).expect("a vector")
}

fn sets() -> Vec<Value> {
    let sets = documents(&file("sets.yaml")).swap_remove(0);
    let sets = sets.as_array().expect("a list").clone();
    assert_eq!(sets.len(), 17);
    sets
}

/// A text of a set, or what upstream's generator takes where it is not given.
fn text<'a>(set: &'a Value, key: &str, usual: &'a str) -> &'a str {
    set[key].as_str().unwrap_or(usual)
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .map(|item| item.as_str().expect("a text").to_owned())
        .collect()
}

fn or(list: Vec<String>, usual: &str) -> Vec<String> {
    if list.is_empty() {
        vec![usual.to_owned()]
    } else {
        list
    }
}

fn port(set: &Value, key: &str) -> Option<u16> {
    let port = set[key].as_u64()?;
    Some(u16::try_from(port).expect("a port"))
}

fn bundle(set: &Value) -> Bundle {
    let mut bundle = read_bundle();
    bundle.aescbc_secret = set["bundleAESCBC"].as_str().map(Into::into);
    if set["bundleWithoutSecretbox"] == true {
        bundle.secretbox_secret = None;
    }
    bundle
}

/// What ours makes of a set, before its patches.
fn made(set: &Value, contract: Contract, role: Role) -> Vec<Value> {
    let none = serde_json::Map::new();
    let map = |key: &str| set[key].as_object().unwrap_or(&none);
    let insecure = texts(&set["registryInsecure"]);
    let mut names: Vec<&str> = insecure.iter().map(String::as_str).collect();
    for key in ["registryMirrors", "registryCA"] {
        names.extend(map(key).keys().map(String::as_str));
    }
    names.sort_unstable();
    names.dedup();
    // In no order of their own.
    names.reverse();
    let mirrors: Vec<_> = names
        .iter()
        .map(|name| texts(&set["registryMirrors"][*name]))
        .collect();
    let registries: Vec<_> = names
        .iter()
        .zip(&mirrors)
        .map(|(name, mirrors)| Registry {
            name,
            mirrors,
            ca: set["registryCA"][*name].as_str(),
            insecure: insecure.iter().any(|one| one == name),
        })
        .collect();
    let sysctls: Vec<_> = map("sysctls")
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().expect("a text")))
        .collect();
    let flag = |key: &str| set[key] == true;
    machine_config(
        &bundle(set),
        &Input {
            contract,
            role,
            cluster_name: text(set, "clusterName", ""),
            endpoint: text(set, "endpoint", ""),
            kubernetes_version: text(set, "kubernetesVersion", ""),
            install_disk: set["installDisk"].as_str(),
            install_image: text(set, "installImage", ""),
            machine_sans: &texts(&set["machineSANs"]),
            api_server_sans: &texts(&set["apiServerSANs"]),
            dns_domain: text(set, "dnsDomain", "cluster.local"),
            pod_subnets: &or(texts(&set["podNets"]), "10.244.0.0/16"),
            service_subnets: &or(texts(&set["serviceNets"]), "10.96.0.0/12"),
            allow_scheduling_on_control_planes: flag("allowSchedulingOnControlPlanes"),
            options: Options {
                runs: match (flag("kubernetesDisabled"), flag("etcdDisabled")) {
                    (false, _) => Runs::Kubernetes,
                    (true, false) => Runs::Etcd,
                    (true, true) => Runs::Talos,
                },
                discovery: set["discovery"] != false,
                kube_prism_port: port(set, "kubePrismPort").unwrap_or(7445),
                kube_span: flag("kubeSpan"),
                custom_cni: set["customCNIURL"].as_str(),
                registries: &registries,
                sysctls: &sysctls,
                extra_kernel_args: &texts(&set["installExtraKernelArgs"]),
                api_server_port: port(set, "localAPIServerPort"),
                debug: flag("debug"),
            },
        },
    )
}

/// The patches that a set has for a contract and a role, in the order in which they are applied.
fn patches<'a>(set: &'a Value, contract: &str, role: Role) -> impl Iterator<Item = &'a str> {
    let [every, control_plane] = if contract == "1.14" {
        ["patchFrom114", "controlPlanePatchFrom114"]
    } else {
        ["patchBelow114", "controlPlanePatchBelow114"]
    };
    let own = (role == Role::ControlPlane).then_some(control_plane);
    let keys = [Some(every), own].into_iter().flatten();
    keys.filter_map(|key| set[key].as_str())
}

/// The same with the set's patches, in the form in which it is written.
fn patched(set: &Value, contract: &str, role: Role) -> Vec<Value> {
    let mut made = made(set, Contract::parse(contract).expect("a contract"), role);
    for text in patches(set, contract, role) {
        let (patch, problems) = Patch::read(&Source::new("patch.yaml", text), Machinery::V1_14);
        assert!(!problems.has_errors(), "{problems:?}");
        let patch = patch.expect("a patch");
        apply(&mut made, &patch, Machinery::V1_14).expect("it fits");
    }
    made.into_iter().map(canonical).collect()
}

/// The differences that are meant. The machinery drops a secret for AES-CBC at 1.13, and writes
/// it as one of secretbox at 1.14: what was encrypted with it could not be read any more.
fn mended(set: &Value, role: Role, contract: &str, expected: &mut [Value]) -> usize {
    let Some(secret) = set["bundleAESCBC"].as_str() else {
        return 0;
    };
    if role == Role::Worker {
        return 0;
    }
    if contract == "1.13" {
        let (section, key) = AESCBC.split_once('/').expect("two keys");
        expected[0][section][key] = secret.into();
        return 1;
    }
    let document = expected
        .iter_mut()
        .find(|document| document["kind"] == "KubeEtcdEncryptionConfig")
        .expect("the document");
    let providers = document["config"]["resources"][0]["providers"].as_array_mut();
    let last = providers.and_then(|list| list.last_mut()).expect("one");
    assert_eq!(last["secretbox"]["keys"][0]["name"], "key1");
    *last = json!({"aescbc": last["secretbox"]});
    1
}

#[test]
fn every_set_gives_what_the_machinery_gave() {
    let (mut compared, mut differing) = (0, 0);
    for set in sets() {
        let name = text(&set, "name", "");
        for contract in texts(&set["contracts"]) {
            for (role, suffix) in [(Role::ControlPlane, "cp"), (Role::Worker, "worker")] {
                let mut expected = documents(&file(&format!("{name}-{contract}-{suffix}.yaml")));
                differing += mended(&set, role, &contract, &mut expected);
                let made = patched(&set, &contract, role);
                let written = documents(&documents::emit::documents(&made, 4));
                for made in [made, written] {
                    let kinds = |list: &[Value]| -> Vec<Value> {
                        list.iter().map(|one| one["kind"].clone()).collect()
                    };
                    assert_eq!(kinds(&made), kinds(&expected), "{name} {contract} {suffix}");
                    let different = made.iter().zip(&expected).find(|(made, it)| made != it);
                    assert!(different.is_none(), "{name} {contract} {suffix} differs");
                }
                compared += 1;
            }
        }
    }
    assert_eq!((compared, differing), (66, 3));
}

#[test]
fn older_contracts_have_places_for_the_same() {
    let sets = sets();
    let find = |name: &str| {
        let mut sets = sets.iter();
        sets.find(|set| set["name"] == name).expect("the set")
    };
    let old = Contract::parse("1.11").expect("a contract");
    let made_of = |name| made(find(name), old, Role::Worker).swap_remove(0);
    let machine = &made_of("09-sysctls-kubespan")["machine"];
    assert_eq!(machine["network"]["kubespan"]["enabled"], true);
    assert_eq!(machine["sysctls"]["net.core.rmem_max"], "7500000");
    let registries = &made_of("08-registries")["machine"]["registries"];
    assert_eq!(
        registries["mirrors"]["ghcr.io"]["endpoints"],
        json!(["http://10.0.0.5:5000"])
    );
    let tls = &registries["config"]["reg.example.test"]["tls"];
    assert_eq!(tls["insecureSkipVerify"], true);
    let ca = tls["ca"].as_str().expect("base64");
    assert!(ca.starts_with("LS0tLS1CRUdJTi"));
}

#[test]
fn that_a_secret_is_written_otherwise_is_told_where_it_is() {
    let newest = Contract::parse("1.14").expect("a contract");
    for set in sets() {
        let bundle = bundle(&set);
        let note = talos::generate::note(&bundle, newest);
        assert_eq!(note.is_some(), set["bundleAESCBC"].is_string());
        if let Some(note) = note {
            assert!(note.is(&talos::rules::TALOS_AESCBC_PROVIDER));
            assert!(!note.to_string().contains("AAECAwQ"));
        }
        assert!(talos::generate::note(&bundle, Contract::NEWEST_UNASKED).is_none());
    }
}

#[test]
fn a_configuration_read_back_gives_the_whole_bundle() {
    let newest = Contract::parse("1.14").expect("a contract");
    for set in sets() {
        if set["kubernetesDisabled"] == true {
            continue;
        }
        let made = made(&set, newest, Role::ControlPlane);
        let text = documents::emit::documents(&made, 4);
        let read = Bundle::from_machine_config(&Source::new("controlplane.yaml", text));
        assert!(read.expect("a bundle") == bundle(&set), "{}", set["name"]);
    }
}
