//! The realm as files: JSON, with the providers that addresses are registered for, and the clients that
//! policies name.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::{Cluster, items, name, text};

/// The fixture that has all providers.
const FULL: &str = "public";

/// What providers are called in the addresses that are registered with them, such as
/// `https://auth.example.com/realms/k8s-cluster/broker/google/endpoint`.
pub(crate) const PROVIDERS: [&str; 3] = ["github", "google", "microsoft"];

/// What stands for a secret in a file of the realm.
static SECRETS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\$\{([A-Za-z0-9_]+)\}").expect("a pattern"));

/// What is wrong with the JSON that clusters get, and with realms among it: one a line.
pub fn broken(clusters: &[Cluster]) -> Vec<String> {
    let mut faults = Vec::new();
    for cluster in clusters {
        let mut realms = 0;
        for object in cluster.of_kind("ConfigMap") {
            let data = object.get("data").and_then(Value::as_object);
            let files = data.into_iter().flatten();
            for (file, content) in files.filter(|(file, _)| file.ends_with(".json")) {
                let mut told = |words: String| {
                    faults.push(format!(
                        "{}: {}: {file}: {words}",
                        cluster.fixture,
                        name(object)
                    ));
                };
                let content = content.as_str().unwrap_or_default();
                let value: Value = match serde_json::from_str(content) {
                    Ok(value) => value,
                    Err(error) => {
                        told(format!("no JSON: {error}"));
                        continue;
                    }
                };
                for secret in SECRETS.captures_iter(content) {
                    if !is_secret(cluster, text(object, "/metadata/namespace"), &secret[1]) {
                        told(format!("nothing says what `{}` is", &secret[0]));
                    }
                }
                if value.get("realm").is_some() {
                    realms += 1;
                    realm(cluster, &value, &mut told);
                }
            }
        }
        let wanted = usize::from(
            cluster
                .of_kind("SecurityPolicy")
                .any(|one| one["spec"].get("jwt").is_some()),
        );
        if realms != wanted {
            faults.push(format!(
                "{}: {realms} realms, not {wanted}",
                cluster.fixture
            ));
        }
    }
    faults
}

/// Whether some Secret of a namespace has a key.
fn is_secret(cluster: &Cluster, namespace: &str, key: &str) -> bool {
    cluster.of_kind("Secret").any(|one| {
        let data = ["stringData", "data"].map(|data| one.get(data).and_then(|data| data.get(key)));
        text(one, "/metadata/namespace") == namespace && data.iter().any(Option::is_some)
    })
}

fn realm(cluster: &Cluster, realm: &Value, told: &mut impl FnMut(String)) {
    let aliases = items(realm, "/identityProviders").iter();
    let aliases: BTreeSet<&str> = aliases.map(|one| text(one, "/alias")).collect();
    let known = BTreeSet::from(PROVIDERS);
    if !aliases.is_subset(&known) || (cluster.fixture == FULL && aliases != known) {
        told(format!("the providers are {aliases:?}"));
    }
    for policy in cluster
        .of_kind("SecurityPolicy")
        .filter(|one| one["spec"].get("oidc").is_some())
    {
        let id = text(policy, "/spec/oidc/clientID");
        let mut clients = items(realm, "/clients").iter();
        let Some(client) = clients.find(|client| text(client, "/clientId") == id) else {
            told(format!(
                "{} is the client `{id}`, which is none",
                name(policy)
            ));
            continue;
        };
        let back = policy.pointer("/spec/oidc/redirectURL");
        if !items(client, "/redirectUris")
            .iter()
            .any(|uri| Some(uri) == back)
        {
            told(format!(
                "`{id}` may not be sent to where {} has it sent",
                name(policy)
            ));
        }
    }
}
