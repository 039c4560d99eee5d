//! Flags of the API server about who somebody is, as a file of its own.
//!
//! Upstream: what `kube-apiserver` makes of its `oidc-*` flags, and the kind
//! `AuthenticationConfiguration` of `apiserver.config.k8s.io/v1`.

use serde_json::{Map, Value, json};

use crate::migrate::row::Row;
use crate::migrate::tree::{Key, Tree, UNKNOWN};
use crate::migrate::work::{Scope, Work};

/// The document.
pub(crate) const KIND: &str = "KubeAuthenticationConfig";

/// What is generated: probes need no name.
pub(crate) fn anonymous() -> Value {
    let paths = ["/livez", "/readyz", "/healthz"].map(|path| json!({"path": path}));
    json!({"enabled": true, "conditions": paths})
}

pub(super) fn authentication(
    work: &mut Work<'_>,
    row: &'static Row,
    flags: Vec<(Key, Tree)>,
) -> Result<(), String> {
    let mut texts = Map::new();
    for (key, tree) in &flags {
        let value = match tree.value() {
            text @ Value::String(_) => text,
            Value::Bool(flag) => flag.to_string().into(),
            list @ Value::Array(_) if key.name == "oidc-required-claim" => list,
            _ => return Err(format!("`{}`: {UNKNOWN}", key.name)),
        };
        texts.insert(key.name.clone(), value);
    }
    let mut configuration = match work.scope {
        // Reading asks for what was said.
        Scope::Reading => json!({}),
        Scope::Patch | Scope::Configuration => json!({"anonymous": anonymous()}),
    };
    let generated = configuration.clone();
    match texts
        .remove("anonymous-auth")
        .as_ref()
        .and_then(Value::as_str)
    {
        None | Some("false") => {}
        Some("true") => configuration["anonymous"] = json!({"enabled": true}),
        Some(_) => return Err(format!("`anonymous-auth`: {UNKNOWN}")),
    }
    if texts.is_empty() && configuration == generated {
        work.drop(row, "`anonymous-auth` is off but for the paths of probes");
        return Ok(());
    }
    // The file has no such field, and the API server takes what the issuer's keys sign.
    let algorithms = texts.remove("oidc-signing-algs");
    if !texts.is_empty() {
        configuration["jwt"] = json!([jwt(texts)?]);
    }
    let document = work.document(KIND, None, row.path);
    if algorithms.is_some() {
        document.cautions.push(
            "no field stands for `oidc-signing-algs`: whatever the issuer signs with is taken"
                .into(),
        );
    }
    let notes = flags.into_iter().flat_map(|(_, tree)| tree.notes.above);
    document.head.extend(notes);
    document.fields.put("configuration", configuration.into());
    document
        .cautions
        .push("Talos takes the configuration as a whole: what a patch leaves out is gone".into());
    Ok(())
}

/// One issuer of tokens.
fn jwt(mut flags: Map<String, Value>) -> Result<Value, String> {
    let mut text = |name: &str| {
        let value = flags.remove(name)?;
        value.as_str().map(str::to_owned)
    };
    let url = text("oidc-issuer-url").ok_or("`oidc-issuer-url` is not set here")?;
    let client = text("oidc-client-id").ok_or("`oidc-client-id` is not set here")?;
    let claim = text("oidc-username-claim").unwrap_or_else(|| "sub".to_owned());
    let prefix = match text("oidc-username-prefix").as_deref() {
        Some("-") => String::new(),
        Some(prefix) if !prefix.is_empty() => prefix.to_owned(),
        _ if claim == "email" => String::new(),
        _ => format!("{url}#"),
    };
    let mut jwt = json!({
        "issuer": {"url": url, "audiences": [client]},
        "claimMappings": {"username": {"claim": claim, "prefix": prefix}},
    });
    let groups = text("oidc-groups-claim").filter(|claim| !claim.is_empty());
    let groups_prefix = text("oidc-groups-prefix").unwrap_or_default();
    if let Some(claim) = groups {
        jwt["claimMappings"]["groups"] = json!({"claim": claim, "prefix": groups_prefix});
    }
    let required = match flags.remove("oidc-required-claim") {
        None => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(text) => {
            let all = text.as_str().unwrap_or_default().split(',');
            all.map(Value::from).collect()
        }
    };
    let mut rules = Vec::new();
    for pair in &required {
        let (claim, value) = pair
            .as_str()
            .and_then(|pair| pair.split_once('='))
            .ok_or("`oidc-required-claim` is a claim and its value, with `=` between them")?;
        rules.push(json!({"claim": claim, "requiredValue": value}));
    }
    if !rules.is_empty() {
        jwt["claimValidationRules"] = rules.into();
    }
    match flags.keys().next().map(String::as_str) {
        None => Ok(jwt),
        Some("oidc-ca-file") => Err(
            "`oidc-ca-file` names a file: write its PEM into `issuer.certificateAuthority`".into(),
        ),
        Some(other) => Err(format!("nothing in the document stands for `{other}`")),
    }
}
