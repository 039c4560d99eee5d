//! Who logs in where, as Docker's configuration file has it in the clear.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

/// Names and passwords by the host of a registry. Helpers, which are programs, are not asked.
#[derive(Clone, Default)]
pub struct Credentials(BTreeMap<String, String>);

impl Credentials {
    /// Reads `config.json` of Docker; what cannot be read there is left out.
    pub fn of_docker(text: &str) -> Self {
        let config: Json = serde_json::from_str(text).unwrap_or_default();
        let mut all = BTreeMap::new();
        for (address, entry) in config
            .get("auths")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            let text = |key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default();
            let (name, password) = (text("username"), text("password"));
            let encoded = match text("auth") {
                "" if name.is_empty() => continue,
                "" => STANDARD.encode(format!("{name}:{password}")),
                encoded => encoded.to_owned(),
            };
            all.insert(host(address).to_owned(), encoded);
        }
        Self(all)
    }

    /// The header `Authorization` for a host.
    pub(crate) fn basic(&self, registry: &str) -> Option<String> {
        let encoded = self.0.get(host(registry))?;
        Some(format!("Basic {encoded}"))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// The host of an address as Docker writes it down.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    match rest.split('/').next().unwrap_or_default() {
        "index.docker.io" | "registry-1.docker.io" => "docker.io",
        host => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_found_by_host_however_it_is_written() {
        let found = Credentials::of_docker(
            r#"{"auths": {"https://index.docker.io/v1/": {"auth": "YTpi"},
                "ghcr.io": {"username": "a", "password": "b"}, "quay.io": {}},
                "credHelpers": {"gcr.io": "gcloud"}}"#,
        );
        let basic = |host: &str| found.basic(host);
        assert_eq!(basic("docker.io").as_deref(), Some("Basic YTpi"));
        assert_eq!(basic("ghcr.io").as_deref(), Some("Basic YTpi"));
        assert_eq!(basic("quay.io").or(basic("gcr.io")), None);
        assert!(!format!("{found:?}").contains("YTpi"));
        assert_eq!(Credentials::of_docker("no JSON").basic("ghcr.io"), None);
    }
}
