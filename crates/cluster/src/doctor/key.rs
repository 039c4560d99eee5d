//! The key that Flux decrypts with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::Diagnostics;
use kubernetes_client::Client;
use pipeline::doctor::{Check, PublicKeys, public_keys};
use serde_json::Value;
use zeroize::Zeroizing;

use super::untold;
use crate::rules;

const NAME: &str = "cluster key";

/// Where it is, by the convention of this family.
const SECRET: [&str; 2] = ["flux-system", "sops-age"];

/// How the names of its entries end that are identities.
const ENDING: &str = ".agekey";

/// Whether the cluster decrypts what is encrypted for the keys of the repository.
pub(super) fn cluster_key(client: &Client, own: &PublicKeys) -> Check {
    let [namespace, name] = SECRET;
    let found = client.definition("v1", "Secret");
    let found = found.and_then(|kind| client.get(&kind, namespace, name));
    match found {
        Ok(secret) => judged(secret.map(identities), own),
        Err(fault) => untold(NAME, &fault),
    }
}

/// The public keys of a Secret.
fn identities(secret: Value) -> Vec<String> {
    let Value::Object(mut secret) = secret else {
        return Vec::new();
    };
    let Some(Value::Object(data)) = secret.remove("data") else {
        return Vec::new();
    };
    let mut keys = Vec::new();
    for (name, value) in data {
        let Value::String(text) = value else { continue };
        let text = Zeroizing::new(text);
        let bytes = STANDARD.decode(text.as_bytes()).map(Zeroizing::new);
        if name.ends_with(ENDING)
            && let Ok(bytes) = bytes
            && let Ok(text) = std::str::from_utf8(&bytes)
        {
            keys.extend(public_keys(text).unwrap_or_default());
        }
    }
    keys
}

/// What the cluster's keys are to those of the repository.
pub(super) fn judged(cluster: Option<Vec<String>>, own: &PublicKeys) -> Check {
    let [namespace, name] = SECRET;
    let shown = |keys: &[String]| {
        let keys = PublicKeys {
            keys: keys.to_vec(),
            ..PublicKeys::default()
        };
        keys.shown()
    };
    let problem = match cluster {
        None => rules::CLUSTER_NO_SOPS_SECRET
            .report(format!("the cluster has no Secret `{namespace}/{name}`"))
            .hint("`ichor bootstrap apps` brings it"),
        Some(keys) if keys.is_empty() => rules::CLUSTER_NO_SOPS_SECRET
            .report(format!(
                "the Secret `{namespace}/{name}` has no identity in an entry `…{ENDING}`"
            ))
            .hint("`ichor bootstrap apps` brings it"),
        Some(_) if own.keys.is_empty() => {
            return Check::unseen(NAME, "there is no key here to compare it with");
        }
        Some(keys) if own.keys.iter().any(|key| keys.contains(key)) => {
            return Check::fine(NAME, format!("Flux decrypts with the one of `{}`", own.file));
        }
        Some(keys) => rules::CLUSTER_OTHER_AGE_KEY
            .report(format!(
                "the cluster decrypts with {}, and `{}` has {}",
                shown(&keys),
                own.file,
                own.shown()
            ))
            .hint("is it this repository's cluster? else the Secret is old: `ichor bootstrap apps` brings the key that is here"),
    };
    let what = "Flux decrypts nothing of this repository";
    Check::of(NAME, what, Diagnostics::from(problem))
}
