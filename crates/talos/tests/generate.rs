//! Configurations against those of the upstream generator, by meaning; and the bundle they
//! are made from, byte for byte.

#![expect(clippy::disallowed_methods, reason = "the vectors are files")]

#[path = "generate/sets.rs"]
mod sets;

use diagnostics::Source;
use serde_json::{Map, Value};
use talos::bundle::{self, Bundle};
use talos::contract::Contract;
use talos::generate::{Input, Options, Role, machine_config};
use yaml::{Dialect, Limits, Node, Resolved};

const BUNDLE: &str = include_str!("vectors/talsecret.yaml");

fn read_bundle() -> Bundle {
    bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a whole bundle")
}

fn tree(node: &Node) -> Value {
    match node.value() {
        yaml::Value::Scalar(scalar) => match scalar.read(Dialect::Go) {
            Resolved::Null => Value::Null,
            Resolved::Bool(flag) => flag.into(),
            Resolved::Integer(number) => i64::try_from(number).expect("small").into(),
            _ => scalar.text().into(),
        },
        yaml::Value::Sequence(items) => items.iter().map(tree).collect(),
        yaml::Value::Mapping(map) => {
            let entries = map.iter();
            let entries = entries.map(|entry| {
                (
                    entry.key.text().expect("a scalar").to_owned(),
                    tree(&entry.value),
                )
            });
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

fn documents(text: &str) -> Vec<Value> {
    let parsed = yaml::parse(&Source::new("config.yaml", text), &Limits::default());
    assert!(parsed.diagnostics.is_empty());
    parsed.documents.iter().map(tree).collect()
}

macro_rules! vector {
    ($version:literal, $role:literal) => {
        (
            $version,
            include_str!(concat!("vectors/generate/", $version, "-", $role, ".yaml")),
        )
    };
}

#[test]
fn every_contract_and_role() {
    let bundle = read_bundle();
    let sans = ["127.0.0.1".to_owned(), "192.168.22.100".to_owned()];
    let control_planes = [
        vector!("v1.9.5", "cp"),
        vector!("v1.10.7", "cp"),
        vector!("v1.11.5", "cp"),
        vector!("v1.12.5", "cp"),
        vector!("v1.13.9", "cp"),
        vector!("v1.14.0", "cp"),
    ];
    let workers = [
        vector!("v1.9.5", "worker"),
        vector!("v1.10.7", "worker"),
        vector!("v1.11.5", "worker"),
        vector!("v1.12.5", "worker"),
        vector!("v1.13.9", "worker"),
        vector!("v1.14.0", "worker"),
    ];
    let control_planes = control_planes.map(|vector| (Role::ControlPlane, vector));
    let workers = workers.map(|vector| (Role::Worker, vector));
    for (role, (version, expected)) in control_planes.into_iter().chain(workers) {
        let image = format!("ghcr.io/siderolabs/installer:{version}");
        let made = machine_config(
            &bundle,
            &Input {
                contract: Contract::parse(version).expect("a contract"),
                role,
                cluster_name: "kubernetes",
                endpoint: "https://192.168.22.100:6443",
                kubernetes_version: "1.34.2",
                install_disk: None,
                install_image: &image,
                machine_sans: &sans,
                api_server_sans: &sans,
                dns_domain: "cluster.local",
                pod_subnets: &["10.42.0.0/16".to_owned()],
                service_subnets: &["10.43.0.0/16".to_owned()],
                allow_scheduling_on_control_planes: false,
                options: Options::default(),
            },
        );
        let expected = documents(expected);
        assert!(made == expected, "{version} {role:?}");
        // Written and read again, at either indent.
        for indent in [2, 4] {
            let text = documents::emit::documents(&made, indent);
            assert!(documents(&text) == expected, "{version} {role:?} written");
        }
    }
}

#[test]
fn a_bundle_round_trips_byte_for_byte() {
    assert!(*read_bundle().to_yaml() == *BUNDLE);
    assert!(!format!("{:?}", read_bundle()).contains("quoni7"));
}

#[test]
fn every_problem_of_a_bundle_is_told() {
    let text = BUNDLE
        .replace("  token: ca3uq3.vq70iffqgals014a\n", "  tokn: ca3uq3\n")
        .replace("quoni7.dfak4o5ylwuouzmd", "quoni7")
        .replace("LUVORCB", "");
    let problems = bundle::read(&Source::new("talsecret.yaml", text.as_str())).expect_err("broken");
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(
        lines.iter().any(|line| line.contains("`tokn`")),
        "{lines:#?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.contains("lacks `trustdinfo.token`")),
        "{lines:#?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.contains("`secrets.bootstraptoken` is not")),
        "{lines:#?}"
    );
    assert!(lines.iter().all(|line| !line.contains("quoni7")));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(cut in 0..8000_usize, tail in ".{0,40}") {
        let start: String = BUNDLE.chars().take(cut).collect();
        let result = bundle::read(&Source::new("talsecret.yaml", format!("{start}{tail}")));
        proptest::prop_assert!(result.is_ok() || result.is_err_and(|problems| problems.has_errors()));
    }
}
