//! Random options of the generator at contract 1.14: the same configuration from ichor, and what
//! ichor makes is strictly valid wherever what Talos makes is.

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};
use talos::bundle::Bundle;
use talos::contract::Contract;
use talos::generate::{Input, Options, Registry, Role, Runs, machine_config};

use super::super::seed::Seed;
use super::generate::folder;
use super::machinery::Machinery;
use super::table::Table;
use super::{Part, meaning, talhelper};
use crate::files;

/// How many sets of options, each for both roles.
const CASES: usize = 300;

/// What a bundle may hold beside its secret of secretbox.
const AESCBC: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// By its id, which Talos compares with the path of a device, and never finds.
const BY_ID: &str = "/dev/disk/by-id/ata-1:2";

pub(super) fn run(machineries: &[Machinery]) -> Result<Part> {
    let mut part = Part::new("sets of options at 1.14");
    let machinery = Machinery::of(machineries, 14)?;
    let table = Table::read(14)?;
    let text = talhelper::bundle()?;
    let source = diagnostics::Source::new("talsecret.yaml", text.as_str());
    let Ok(bundle) = talos::bundle::read(&source) else {
        bail!("the bundle of the vectors cannot be read");
    };
    let certificate = certificate()?;
    let mut questions = Vec::new();
    let mut ours = Vec::new();
    for index in 0..CASES {
        for (role, word) in [
            (Role::ControlPlane, "controlplane"),
            (Role::Worker, "worker"),
        ] {
            let mut asked = asked(index, &certificate);
            asked.insert("ask".into(), json!("generate"));
            asked.insert("bundle".into(), json!(text));
            asked.insert("contract".into(), json!("v1.14.0"));
            asked.insert("role".into(), json!(word));
            let asked = Value::Object(asked);
            ours.push(made(&bundle, &asked, role)?);
            questions.push(asked);
        }
    }
    let theirs = machinery.ask(&questions)?;
    let valid = |texts: Vec<&String>| {
        let questions: Vec<_> = texts
            .iter()
            .map(|text| json!({ "ask": "validate", "asNode": true, "text": text }))
            .collect();
        machinery.ask(&questions)
    };
    let verdicts = valid(theirs.iter().map(|answer| &answer.text).collect())?
        .into_iter()
        .zip(valid(ours.iter().collect())?);
    let (mut mended, mut refused) = (0_usize, 0_usize);
    for (index, ((asked, their), (our, verdicts))) in questions
        .iter()
        .zip(&theirs)
        .zip(ours.iter().zip(verdicts))
        .enumerate()
    {
        part.cases += 1;
        let name = format!("#{} {}", index / 2, asked["role"]);
        if let Some(error) = &their.error {
            part.differs(format!("{name}: only ichor makes it: {error}"));
            continue;
        }
        let mut their = meaning::documents(&table, &their.text)?;
        mended += their
            .iter_mut()
            .map(|document| usize::from(mend(document, asked)))
            .sum::<usize>();
        let our = meaning::documents(&table, our)?;
        for difference in meaning::differences(&their, &our) {
            part.differs(format!("{name}: {difference}"));
        }
        refused += usize::from(verdicts.0.error.is_some());
        if verdicts.0.error != verdicts.1.error {
            part.differs(format!(
                "{name}: theirs is {:?}, ours {:?}",
                verdicts.0.error, verdicts.1.error
            ));
        }
    }
    part.notes.push(format!("{} valid", part.cases - refused));
    part.notes
        .push(format!("{refused} that Talos refuses of both"));
    part.notes.push(format!("{mended} mended"));
    if refused * 4 > part.cases {
        part.differs("too few are valid to prove much".to_owned());
    }
    Ok(part)
}

/// One in PEM, which the vectors have.
fn certificate() -> Result<String> {
    let sets = files::text(&folder().join("v1.14/generate/sets.yaml"))?;
    let sets: Vec<Value> = serde_saphyr::from_str(&sets)?;
    let mut all = sets.iter().filter_map(|set| set["registryCA"].as_object());
    let first = all.find_map(|map| map.values().next()?.as_str());
    Ok(first.context("no set has a certificate")?.to_owned())
}

/// The options of a number, as the machinery is asked for them.
fn asked(index: usize, certificate: &str) -> Map<String, Value> {
    let mut seed = Seed::new("options", index);
    let seed = &mut seed;
    let mut out = Map::new();
    let mut maybe = |seed: &mut Seed, chance: usize, key: &str, choices: &[Value]| {
        if seed.percent(chance) {
            out.insert(key.to_owned(), seed.of(choices).clone());
        }
    };
    maybe(seed, 100, "cluster", &[json!("kubernetes"), json!("home")]);
    let endpoints = [
        json!("https://192.0.2.10:6443"),
        json!("https://k8s.example.com"),
        json!("https://[fd00::10]:6443"),
        json!("https://k8s.example.com:443/"),
    ];
    maybe(seed, 100, "endpoint", &endpoints);
    let versions = ["1.32.0", "1.34.2", "1.36.1", "1.37.0"].map(Value::from);
    maybe(seed, 100, "kubernetes", &versions);
    let images = [
        json!("factory.talos.dev/metal-installer/abc:v1.14.1"),
        json!("factory.talos.dev/metal-installer-secureboot/abc:v1.14.1"),
    ];
    maybe(seed, 80, "installImage", &images);
    let disks = ["/dev/sda", "/dev/nvme0n1", BY_ID].map(Value::from);
    maybe(seed, 70, "installDisk", &disks);
    let sans = [
        json!(["192.0.2.10"]),
        json!(["k8s.example.com", "fd00::10"]),
    ];
    maybe(seed, 50, "machineSANs", &sans);
    maybe(seed, 50, "apiServerSANs", &sans);
    let domains = ["cluster.local", "cluster.internal"].map(Value::from);
    maybe(seed, 100, "dnsDomain", &domains);
    let nets = [
        (json!(["10.42.0.0/16"]), json!(["10.43.0.0/16"])),
        (
            json!(["10.42.0.0/16", "fd42::/56"]),
            json!(["10.43.0.0/16", "fd43::/112"]),
        ),
        (json!(["fd42::/56"]), json!(["fd43::/112"])),
    ];
    let (pods, services) = seed.of(&nets).clone();
    maybe(seed, 100, "podSubnets", &[pods]);
    maybe(seed, 100, "serviceSubnets", &[services]);
    maybe(seed, 40, "allowScheduling", &[json!(true)]);
    let switched = [
        (12, "discovery", json!(false)),
        (12, "kubePrismPort", json!(0)),
        (12, "kubePrismPort", json!(7446)),
        (15, "kubeSpan", json!(true)),
        (15, "customCNI", json!("https://example.com/cni.yaml")),
        (15, "localAPIServerPort", json!(7443)),
        (15, "debug", json!(true)),
        (15, "aescbc", json!(AESCBC)),
        (5, "withoutSecretbox", json!(true)),
        (10, "kubernetesDisabled", json!(true)),
        (
            30,
            "sysctls",
            json!({ "net.core.rmem_max": "1", "a.b": "" }),
        ),
        (20, "extraKernelArgs", json!(["net.ifnames=0", "-selinux"])),
        (
            25,
            "registryMirrors",
            json!({ "ghcr.io": ["https://b.example.com", "http://192.0.2.5:5000/v2/x"], "docker.io": ["https://a.example.com"] }),
        ),
        (20, "registryCA", json!({ "b.example.com": certificate })),
        (
            20,
            "registryInsecure",
            json!(["b.example.com", "a.example.com"]),
        ),
    ];
    for (chance, key, value) in switched {
        maybe(seed, chance, key, &[value]);
    }
    // Nothing can be without what it stands on.
    if out.contains_key("kubernetesDisabled") && seed.percent(50) {
        out.insert("etcdDisabled".to_owned(), json!(true));
    }
    if !out.contains_key("aescbc") {
        out.remove("withoutSecretbox");
    }
    out
}

/// What ichor makes of the same options, as text.
fn made(bundle: &Bundle, asked: &Value, role: Role) -> Result<String> {
    let text = |key: &str| asked[key].as_str().unwrap_or_default();
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect()
    };
    let port = |key: &str| {
        asked[key]
            .as_u64()
            .and_then(|port| u16::try_from(port).ok())
    };
    let flag = |key: &str| asked[key] == true;
    let none = Map::new();
    let map = |key: &str| asked[key].as_object().unwrap_or(&none);
    let mut bundle = bundle.clone();
    bundle.aescbc_secret = asked["aescbc"].as_str().map(Into::into);
    if flag("withoutSecretbox") {
        bundle.secretbox_secret = None;
    }
    let insecure = texts(&asked["registryInsecure"]);
    let mut names: Vec<&str> = insecure.iter().map(String::as_str).collect();
    for key in ["registryMirrors", "registryCA"] {
        names.extend(map(key).keys().map(String::as_str));
    }
    names.sort_unstable();
    names.dedup();
    let mirrors: Vec<_> = { names.iter() }
        .map(|name| texts(&asked["registryMirrors"][*name]))
        .collect();
    let registries: Vec<_> = { names.iter().zip(&mirrors) }
        .map(|(name, mirrors)| Registry {
            name,
            mirrors,
            ca: asked["registryCA"][*name].as_str(),
            insecure: insecure.iter().any(|one| one == name),
        })
        .collect();
    let sysctls: Vec<_> = map("sysctls")
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
        .collect();
    let documents = machine_config(
        &bundle,
        &Input {
            contract: Contract::NEWEST,
            role,
            cluster_name: text("cluster"),
            endpoint: text("endpoint"),
            kubernetes_version: text("kubernetes"),
            install_disk: asked["installDisk"].as_str(),
            install_image: text("installImage"),
            machine_sans: &texts(&asked["machineSANs"]),
            api_server_sans: &texts(&asked["apiServerSANs"]),
            dns_domain: text("dnsDomain"),
            pod_subnets: &texts(&asked["podSubnets"]),
            service_subnets: &texts(&asked["serviceSubnets"]),
            allow_scheduling_on_control_planes: flag("allowScheduling"),
            options: Options {
                runs: match (flag("kubernetesDisabled"), flag("etcdDisabled")) {
                    (false, _) => Runs::Kubernetes,
                    (true, false) => Runs::Etcd,
                    (true, true) => Runs::Talos,
                },
                discovery: asked["discovery"] != false,
                kube_prism_port: port("kubePrismPort").unwrap_or(7445),
                kube_span: flag("kubeSpan"),
                custom_cni: asked["customCNI"].as_str(),
                registries: &registries,
                sysctls: &sysctls,
                extra_kernel_args: &texts(&asked["extraKernelArgs"]),
                api_server_port: port("localAPIServerPort"),
                debug: flag("debug"),
            },
        },
    );
    Ok(documents::emit::documents(&documents, 4))
}

/// Makes of theirs what is meant: a secret of AES-CBC is no second one of secretbox, and a disk
/// below `/dev/disk` is looked for among the links to it. Whether there was something to do.
fn mend(document: &mut Value, asked: &Value) -> bool {
    if document["kind"] == "UnattendedInstallConfig" && asked["installDisk"] == BY_ID {
        document["provisioning"]["diskSelector"]["match"] = json!(format!(
            "disk.dev_path == \"{BY_ID}\" || \"{BY_ID}\" in disk.symlinks"
        ));
        return true;
    }
    let providers = document.pointer_mut("/config/resources/0/providers");
    let Some(last) = providers
        .and_then(Value::as_array_mut)
        .and_then(|all| all.last_mut())
    else {
        return false;
    };
    match last["secretbox"].take() {
        keys if keys["keys"][0]["secret"] == AESCBC => {
            *last = json!({ "aescbc": keys });
            true
        }
        keys => {
            last["secretbox"] = keys;
            false
        }
    }
}
