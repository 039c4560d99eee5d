//! Who may log in at the API server by a token, in the words of a document.
//!
//! Upstream: the flags `--oidc-…` of `kube-apiserver` and the structured authentication
//! configuration that replaces them, as the documentation of Kubernetes describes both.

use serde_json::{Value, json};

use super::machinery::Values;

/// How accessors of the flags begin; what they say is compared where the document has it.
pub(super) const FLAGS: &str = "K8sAPIServerConfig.ExtraArgs[oidc-";

/// The flags in the places of the document. That it has none for the algorithms of signatures is
/// told when it is made.
pub(super) fn issuer(values: &Values, out: &mut Values) {
    let flag = |name: &str| {
        let value = values.get(&format!("{FLAGS}{name}][0]"))?.as_str()?;
        (!value.is_empty()).then_some(value)
    };
    let Some(url) = flag("issuer-url") else {
        return;
    };
    let claim = flag("username-claim").unwrap_or("sub");
    let own = format!("{url}#");
    let prefix = match flag("username-prefix") {
        Some("-") => "",
        Some(prefix) => prefix,
        None if claim == "email" => "",
        None => &own,
    };
    let mut put = |path: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let name = format!("K8sAuthenticationConfig.Configuration[jwt][0]{path}");
            out.insert(name, json!(value));
        }
    };
    put("[issuer][url]", Some(url));
    put("[issuer][audiences][0]", flag("client-id"));
    put("[claimMappings][username][claim]", Some(claim));
    put("[claimMappings][username][prefix]", Some(prefix));
    put("[claimMappings][groups][claim]", flag("groups-claim"));
    if flag("groups-claim").is_some() {
        put("[claimMappings][groups][prefix]", flag("groups-prefix"));
    }
    let required = values.iter().filter(|(name, _)| {
        name.strip_prefix(FLAGS)
            .is_some_and(|rest| rest.starts_with("required-claim]"))
    });
    let pairs = required.filter_map(|(_, value)| Value::as_str(value)?.split_once('='));
    for (index, (claim, value)) in pairs.enumerate() {
        put(
            &format!("[claimValidationRules][{index}][claim]"),
            Some(claim),
        );
        let place = format!("[claimValidationRules][{index}][requiredValue]");
        put(&place, Some(value));
    }
}
