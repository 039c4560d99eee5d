//! Pages of the documentation, with the values of a cluster in them.

use config_model::Cluster;
use pipeline::pages::{self, Page};
use pipeline::{Environment, load};
use repository::View;

use super::{cluster, minimal};

/// A page of this text.
fn page(text: &'static str) -> Page {
    Page {
        name: "a",
        about: "a",
        needs: &["oidc_enabled", "cilium_bgp_enabled", "proxmox_api_url"],
        text,
    }
}

fn read(view: &View<'static>) -> Option<Cluster> {
    let Ok((inputs, _)) = load(view, &Environment::default()) else {
        panic!("there is a configuration")
    };
    pages::cluster(&inputs)
}

/// The cluster of the fixture, with more keys, and without any key file.
fn described(more: &str) -> Cluster {
    let text = cluster(more);
    let view = minimal(&[("cluster.yaml", &text), ("age.key", "")]);
    read(&view).expect("it is described without an error")
}

#[test]
fn names_in_angle_brackets_are_values_of_the_cluster() {
    let cluster = described("keycloak_realm: people\n");
    for (text, filled) in [
        (
            "`https://llms.<domain>/v1`",
            "`https://llms.example.com/v1`",
        ),
        ("<cluster_gateway_addr>", "10.10.10.252"),
        ("<repository_name>", "octocat/home-cluster"),
        ("/realms/<realm>/<keycloak_realm>", "/realms/people/people"),
        ("<node_dns_servers>", "1.1.1.1, 1.0.0.1"),
        // A default, and what follows from other keys.
        ("<redis_version>", "7.4"),
        ("<primary_domain>", "example.com"),
        ("<mcp_rate_limit_requests>/min", "100/min"),
    ] {
        assert_eq!(page(text).filled(&cluster).0, filled);
        assert!(page(text).has_values(), "{text}");
    }
    let (_, values) = page("<domain> <domain> <nothing> <realm>").filled(&cluster);
    let expected = [("domain", "example.com"), ("realm", "people")];
    assert_eq!(
        values,
        expected.map(|(name, value)| (name, value.to_owned()))
    );
}

#[test]
fn what_the_cluster_does_not_know_stays() {
    let cluster = described(
        "keycloak_realm: \"a|b\"\nmcp_storage_class: \"$(id)\"\nkeycloak_admin_password: a-password\n",
    );
    for text in [
        // What the reader chooses.
        "<pod-name> -n <namespace> <node> <node-ip>",
        // Not set, blank, a secret, a switch.
        "<envoy_ai_gateway_addr> <auth_gateway_addr>",
        "<cloudflare_token> <keycloak_admin_password>",
        "<oidc_enabled>",
        // What would be read otherwise where it comes to stand.
        "<realm> <mcp_storage_class>",
        // No names.
        "<- a < b > <> <Domain> <domain <domain",
    ] {
        assert_eq!(page(text).filled(&cluster).0, text);
    }
    assert!(!page("<pod-name> <cloudflare_token>").has_values());
    assert_eq!(page("<<domain>>").filled(&cluster).0, "<example.com>");
}

#[test]
fn keys_that_nobody_declares_are_no_values() {
    let text = cluster("mine: a\nmine_secret: b\n");
    let view = minimal(&[
        ("cluster.yaml", text.as_str()),
        ("templates/config/a.txt.j2", "#{ mine }#"),
        (
            "makejinja.toml",
            "[makejinja]\ninputs = [\"templates/config\"]\noutput = \".\"\n",
        ),
    ]);
    let cluster = read(&view).expect("other templates let such keys through");
    assert!(cluster.values().get("mine").is_some());
    assert_eq!(
        page("<mine> <mine_secret>").filled(&cluster).0,
        "<mine> <mine_secret>"
    );
}

#[test]
fn what_is_off_is_told_by_its_keys() {
    let all = ["oidc_enabled", "cilium_bgp_enabled", "proxmox_api_url"];
    assert_eq!(page("").lacks(&described("")), all);
    let on = described(
        "cilium_bgp_router_addr: 10.10.10.1\ncilium_bgp_router_asn: 64512\n\
         cilium_bgp_node_asn: 64513\nproxmox_api_url: https://10.10.10.5:8006/api2/json\n",
    );
    assert_eq!(page("").lacks(&on), ["oidc_enabled"]);
}

#[test]
fn a_configuration_with_an_error_is_no_cluster() {
    let text = cluster("keycloak_replicas: 0\n");
    assert!(read(&minimal(&[("cluster.yaml", &text)])).is_none());
}

#[test]
fn pages_are_found_by_name_and_by_path() {
    for name in [
        "debugging",
        "docs/debugging.md",
        "Debugging",
        "debugging.md",
    ] {
        let found = pages::page(name).map(|page| page.name);
        assert_eq!(found, Some("debugging"), "{name}");
    }
    assert!(pages::page("debuging").is_none() && pages::page("").is_none());
    for (name, close) in [
        ("debuging", Some("debugging")),
        ("docs/secret.md", Some("secrets")),
        ("xyzzy", None),
    ] {
        assert_eq!(pages::closest(name), close, "{name}");
    }
}

/// A page is written for people, and stands here for those who look for one.
#[test]
fn every_page_is_listed_once_in_a_line() {
    // For those who change ichor.
    const OTHERS: [&str; 2] = ["requirements", "style"];
    let docs = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let written = testkit::files_below(&docs).into_iter();
    let written =
        written.filter(|path| path.extension() == Some("md") && !path.starts_with("design"));
    let mut written: Vec<_> = written
        .map(|path| path.with_extension("").into_string())
        .collect();
    written.retain(|name| !OTHERS.contains(&name.as_str()));
    written.sort_unstable();
    let mut listed: Vec<_> = pages::PAGES.iter().map(|page| page.name).collect();
    listed.sort_unstable();
    assert_eq!(written, listed);
    let declared = config_model::Declarations::built_in();
    for page in pages::PAGES {
        assert!(page.text.starts_with("# "), "{}", page.name);
        assert!(
            page.about.len() <= 80 && !page.about.ends_with('.'),
            "{}",
            page.about
        );
        for key in page.needs {
            assert!(
                declared.get(config_model::Section::Cluster, key).is_some(),
                "{key}"
            );
        }
    }
}
