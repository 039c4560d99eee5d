//! Whole folders, as talhelper was seen to generate them; see `vectors/talhelper/README.md`.

#![expect(clippy::disallowed_methods, reason = "the vectors are files")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Diagnostics, Source};
use documents::substitute::dotenv;
use talhelper::nodes::{Files, Generator, NodeConfig, Request, gitignore};
use talhelper::talconfig::Talconfig;
use talos::bundle::{self, Bundle};
use talos::contract::Contract;

const BUNDLE: &str = include_str!("../../talos/tests/vectors/talsecret.yaml");
const OLD_SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The files of a vector.
struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Option<Source>, Diagnostic> {
        let text = std::fs::read_to_string(self.0.join(path)).ok();
        Ok(text.map(|text| Source::new(path, text)))
    }
}

fn folders() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/talhelper");
    let mut found: Vec<_> = std::fs::read_dir(all)
        .expect("the vectors")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

fn read_bundle(folder: &Path) -> Bundle {
    let mut text = BUNDLE.to_owned();
    if folder.ends_with("old-secret") {
        let line = format!("secrets:\n  aescbcencryptionsecret: {OLD_SECRET}");
        text = text.replace("secrets:", &line);
    }
    bundle::read(&Source::new("talsecret.yaml", text)).expect("a whole bundle")
}

/// The text with every value of the bundle as its key.
fn hidden(text: &str, bundle: &Bundle) -> String {
    let pairs = [
        ("etcd", &bundle.etcd),
        ("k8s", &bundle.kubernetes),
        ("k8saggregator", &bundle.aggregator),
        ("os", &bundle.os),
    ];
    let mut values = vec![
        ("cluster.id".to_owned(), &bundle.cluster_id),
        ("cluster.secret".to_owned(), &bundle.cluster_secret),
        ("secrets.bootstraptoken".to_owned(), &bundle.bootstrap_token),
        ("trustdinfo.token".to_owned(), &bundle.trustd_token),
        (
            "certs.k8sserviceaccount.key".to_owned(),
            &bundle.service_account_key,
        ),
    ];
    for (name, pair) in pairs {
        values.push((format!("certs.{name}.crt"), &pair.certificate));
        values.push((format!("certs.{name}.key"), &pair.key));
    }
    let optional = [
        (
            "secrets.secretboxencryptionsecret",
            &bundle.secretbox_secret,
        ),
        ("secrets.aescbcencryptionsecret", &bundle.aescbc_secret),
    ];
    for (name, value) in optional {
        values.extend(value.as_ref().map(|value| (name.to_owned(), value)));
    }
    let mut out = text.to_owned();
    for (name, value) in values {
        out = out.replace(value.expose(), &format!("<{name}>"));
    }
    out
}

/// What a folder is made into: the files with their texts, and the inputs of a `talosconfig`.
struct Made {
    configs: Vec<NodeConfig>,
    problems: Diagnostics,
    ignored: String,
    endpoints: Vec<String>,
    addresses: Vec<String>,
}

fn make(folder: &Path, bundle: &Bundle) -> Made {
    let files = Folder(folder.to_owned());
    let read = |name: &str| files.read(name).expect("it can be read");
    let (variables, mut problems) = read("talenv.yaml")
        .map(|source| dotenv(&source))
        .unwrap_or_default();
    let source = read("talconfig.yaml").expect("a talconfig");
    let (talconfig, found) = Talconfig::read(&source, &variables);
    problems.extend(found);
    let talconfig = talconfig.valid().expect("nothing is wrong");
    let version = talconfig.talos_version().expect("a version");
    let (contract, _) = Contract::choose(None, version).expect("a contract");
    let request = Request {
        talconfig: &talconfig,
        bundle,
        contract,
        variables: &variables,
        files: &files,
    };
    let (generator, found) = Generator::new(request);
    problems.extend(found);
    let mut configs = Vec::new();
    for index in 0..generator.len() {
        let (config, found) = generator.node(index);
        configs.extend(config);
        problems.extend(found);
    }
    let names = generator.file_names().chain(["talosconfig"]);
    Made {
        configs,
        problems,
        ignored: gitignore("", names),
        endpoints: generator.endpoints(),
        addresses: generator.addresses(),
    }
}

/// The files of a folder and of those in it, by their names.
fn texts(folder: &Path, prefix: &str, out: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            texts(&path, &format!("{prefix}{name}/"), out);
        } else {
            let text = std::fs::read_to_string(&path).expect("a file");
            out.insert(format!("{prefix}{name}"), text);
        }
    }
}

fn documents(text: &str) -> Vec<serde_json::Value> {
    let (documents, problems) = talos::patch::documents(&Source::new("config.yaml", text));
    assert!(problems.is_empty(), "{problems:?}");
    documents
}

#[test]
fn every_folder_is_generated_as_talhelper_does_it() {
    assert!(folders().len() >= 20);
    let mut nodes = 0;
    for folder in folders() {
        let name = folder
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let bundle = read_bundle(&folder);
        let made = make(&folder, &bundle);
        let errors: Vec<_> = made
            .problems
            .iter()
            .filter(|problem| problem.is_error())
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        let mut expected = BTreeMap::new();
        texts(&folder.join("expected"), "", &mut expected);
        assert_eq!(
            expected.remove("gitignore").as_ref(),
            Some(&made.ignored),
            "{name}"
        );
        let client = expected.remove("talosconfig").expect("a talosconfig");
        let context = &yaml_value(&client)["contexts"]["test"];
        if !context.is_null() {
            assert_eq!(
                context["endpoints"],
                serde_json::json!(made.endpoints),
                "{name}"
            );
            assert_eq!(
                context["nodes"],
                serde_json::json!(made.addresses),
                "{name}"
            );
        }
        for config in &made.configs {
            let theirs = expected.remove(&config.file_name);
            let theirs = theirs.unwrap_or_else(|| panic!("{name}: {}", config.file_name));
            let ours = hidden(&config.to_yaml(), &bundle);
            assert_eq!(
                documents(&ours),
                documents(&theirs),
                "{name}: {}",
                config.file_name
            );
            // Even the notation is the same, but where talhelper copies that of a file.
            if name != "extra-manifests" {
                assert_eq!(ours, theirs, "{name}: {}", config.file_name);
            }
            nodes += 1;
        }
        assert!(expected.is_empty(), "{name}: {:?}", expected.keys());
    }
    assert!(nodes > 40);
}

/// A document whose values are texts.
fn yaml_value(text: &str) -> serde_json::Value {
    fn value(node: &yaml::Node) -> serde_json::Value {
        match node.value() {
            yaml::Value::Scalar(scalar) => scalar.text().into(),
            yaml::Value::Sequence(items) => items.iter().map(value).collect(),
            yaml::Value::Mapping(map) => {
                let entries = map.iter();
                let entries = entries.map(|entry| {
                    (
                        entry.key.text().expect("a key").to_owned(),
                        value(&entry.value),
                    )
                });
                serde_json::Value::Object(entries.collect())
            }
        }
    }
    let parsed = yaml::parse(&Source::new("talosconfig", text), &yaml::Limits::default());
    value(parsed.root().expect("a document"))
}

#[test]
fn the_stages_of_a_node_end_in_its_configuration() {
    for folder in folders() {
        let bundle = read_bundle(&folder);
        let files = Folder(folder.clone());
        let (variables, _) = files
            .read("talenv.yaml")
            .expect("it can be read")
            .map(|source| dotenv(&source))
            .unwrap_or_default();
        let source = files
            .read("talconfig.yaml")
            .expect("read")
            .expect("a talconfig");
        let talconfig = Talconfig::read(&source, &variables)
            .0
            .valid()
            .expect("nothing is wrong");
        let version = talconfig.talos_version().expect("a version");
        let (generator, _) = Generator::new(Request {
            talconfig: &talconfig,
            bundle: &bundle,
            contract: Contract::choose(None, version).expect("a contract").0,
            variables: &variables,
            files: &files,
        });
        for index in 0..generator.len() {
            let mut values: BTreeMap<(String, String), serde_json::Value> = BTreeMap::new();
            let stages = generator.stages(index);
            assert!(!format!("{stages:?}").contains("BEGIN"));
            for change in stages.into_iter().flat_map(|stage| stage.changes) {
                let place = (change.document, change.path);
                assert_eq!(values.get(&place), change.before.as_ref(), "{place:?}");
                match change.after {
                    Some(after) => values.insert(place, after),
                    None => values.remove(&place),
                };
            }
            let image = values.get(&("v1alpha1".to_owned(), "machine.install.image".to_owned()));
            let config = generator.node(index).0.expect("a configuration");
            assert_eq!(
                image.and_then(|image| image.as_str()),
                Some(&*config.installer_image)
            );
        }
    }
}
