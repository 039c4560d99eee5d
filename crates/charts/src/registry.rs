//! Charts as artifacts of registries.
//!
//! Source of the behaviour: distribution-spec 1.1; the tokens of Docker's registry, which others
//! give out the same way.

use std::fmt::Write as _;

use flux::assembled::{Chart, Pin};
use flux::helm::{LARGEST_ARCHIVE, version};
use regex::Regex;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::client::{Answer, Client, Request, refusal};
use crate::range;

/// The layer that is the chart, as Helm packs it.
const LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// What a manifest may be.
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, \
     application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, \
     application/vnd.docker.distribution.manifest.list.v2+json";

/// The largest manifest, token and page of tags, in bytes.
const LARGEST_TEXT: u64 = 4 << 20;

/// How many pages of tags are read.
const MOST_PAGES: usize = 100;

/// The version of a chart, and its archive unless that version is `known`.
pub(crate) fn fetch(
    client: &Client,
    chart: &Chart,
    known: Option<&str>,
) -> Result<(String, Option<Vec<u8>>), String> {
    let mut repository = Repository::new(client, chart)?;
    let tag = match chart.pin {
        Pin::Digest | Pin::Tag => chart.version.clone(),
        Pin::Range if version(&chart.version).is_some() && chart.filter.is_empty() => {
            chart.version.clone()
        }
        Pin::Range => repository.highest(chart)?,
    };
    // A tag may be moved to another artifact, unless it is a whole version.
    if known == Some(&tag) && version(&tag).is_some() {
        return Ok((tag, None));
    }
    // Versions with `+`, which no tag may have, are written with `_`.
    let manifest = repository.manifest(&tag.replace('+', "_"))?;
    let digest = layer(&manifest, &chart.layer)?;
    let archive = repository.blob(&digest)?;
    Ok((tag, Some(archive)))
}

/// One repository of a registry.
struct Repository<'a> {
    client: &'a Client,
    /// The registry, as the source names it.
    host: String,
    /// Where its interface is, up to the name.
    base: String,
    name: String,
    is_insecure: bool,
    /// The header `Authorization` that it took.
    authorization: String,
}

impl<'a> Repository<'a> {
    fn new(client: &'a Client, chart: &Chart) -> Result<Self, String> {
        let address = chart
            .address
            .strip_prefix("oci://")
            .unwrap_or(&chart.address);
        let parts = address.trim_matches('/').split_once('/');
        let (host, name) = parts
            .ok_or_else(|| format!("`{}` names no repository of a registry", chart.address))?;
        let (server, name) = match host {
            "docker.io" | "index.docker.io" | "registry-1.docker.io" => {
                let library = if name.contains('/') { "" } else { "library/" };
                ("registry-1.docker.io", format!("{library}{name}"))
            }
            host => (host, name.to_owned()),
        };
        let scheme = if chart.is_insecure { "http" } else { "https" };
        Ok(Self {
            client,
            host: host.to_owned(),
            base: format!("{scheme}://{server}"),
            name,
            is_insecure: chart.is_insecure,
            authorization: String::new(),
        })
    }

    fn ask(&self, url: &str, accept: &str, limit: u64) -> Result<Answer, String> {
        self.client.get(&Request {
            url,
            accept,
            authorization: &self.authorization,
            limit,
            is_insecure: self.is_insecure,
        })
    }

    /// Asks, and logs in where that is wanted.
    fn get(&mut self, url: &str, accept: &str, limit: u64) -> Result<Answer, String> {
        let mut answer = self.ask(url, accept, limit)?;
        if answer.status == 401 {
            self.log_in(&answer)?;
            answer = self.ask(url, accept, limit)?;
        }
        if answer.status == 200 {
            Ok(answer)
        } else {
            Err(refusal(&answer))
        }
    }

    /// Takes what the registry asks for: a token, which whoever may read everything gets
    /// without a password, too, or name and password themselves.
    fn log_in(&mut self, answer: &Answer) -> Result<(), String> {
        let basic = self.client.credentials.basic(&self.host);
        let bearer = { answer.challenges.iter() }.find_map(|challenge| {
            let (scheme, rest) = challenge.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(rest)
        });
        let Some(bearer) = bearer else {
            self.authorization = basic.ok_or_else(|| refusal(answer))?;
            return Ok(());
        };
        let parameters = parameters(bearer);
        let parameter = |name: &str| {
            let found = parameters
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        let realm = parameter("realm").unwrap_or_default();
        let mut url = realm.to_owned();
        let usual = format!("repository:{}:pull", self.name);
        let asked = [
            ("service", parameter("service").unwrap_or_default()),
            ("scope", parameter("scope").unwrap_or(&usual)),
        ];
        for (key, value) in asked {
            let sign = if url.contains('?') { '&' } else { '?' };
            let _ = write!(url, "{sign}{key}={}", escaped(value));
        }
        let token = self.client.get(&Request {
            url: &url,
            accept: "application/json",
            authorization: basic.as_deref().unwrap_or_default(),
            limit: LARGEST_TEXT,
            is_insecure: self.is_insecure,
        })?;
        if token.status != 200 {
            return Err(refusal(&token));
        }
        let json: Json = serde_json::from_slice(&token.body).unwrap_or_default();
        let token = json.get("token").or_else(|| json.get("access_token"));
        match token.and_then(Json::as_str) {
            Some(token) => {
                self.authorization = format!("Bearer {token}");
                Ok(())
            }
            None => Err("the registry gives out no token".to_owned()),
        }
    }

    /// The tag that a range means.
    fn highest(&mut self, chart: &Chart) -> Result<String, String> {
        let range = range(&chart.version)?;
        let filter = match chart.filter.as_str() {
            "" => None,
            filter => Some(
                Regex::new(filter).map_err(|_| format!("`{filter}` is no regular expression"))?,
            ),
        };
        let tags = self.tags()?;
        // What is called as the range is written comes first.
        if chart.filter.is_empty() && tags.contains(&chart.version) {
            return Ok(chart.version.clone());
        }
        let fitting = tags.iter().map(String::as_str);
        let fitting =
            fitting.filter(|tag| filter.as_ref().is_none_or(|filter| filter.is_match(tag)));
        let highest = range.highest(fitting).map(str::to_owned);
        highest.ok_or_else(|| format!("none of its versions lies in `{}`", chart.version))
    }

    fn tags(&mut self) -> Result<Vec<String>, String> {
        let mut url = format!("{}/v2/{}/tags/list?n=1000", self.base, self.name);
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let page = self.get(&url, "application/json", LARGEST_TEXT)?;
            let json: Json = serde_json::from_slice(&page.body)
                .map_err(|_| "the list of its tags is no JSON".to_owned())?;
            let tags = json.get("tags").and_then(Json::as_array);
            all.extend(
                { tags.into_iter().flatten() }
                    .filter_map(Json::as_str)
                    .map(str::to_owned),
            );
            let next = page.link.split(';').next().unwrap_or_default().trim();
            let Some(next) = next
                .strip_prefix('<')
                .and_then(|next| next.strip_suffix('>'))
            else {
                break;
            };
            // Only of the registry itself, which has been logged in to.
            let path = match next.strip_prefix(&self.base) {
                Some(path) => path,
                None if next.starts_with('/') => next,
                None => break,
            };
            url = format!("{}{path}", self.base);
        }
        Ok(all)
    }

    /// A manifest by tag or digest; of several for different machines the first.
    fn manifest(&mut self, reference: &str) -> Result<Json, String> {
        let mut reference = reference.to_owned();
        for _ in 0..2 {
            let url = format!("{}/v2/{}/manifests/{reference}", self.base, self.name);
            let answer = self.get(&url, MANIFESTS, LARGEST_TEXT)?;
            verified(&answer.body, &reference)?;
            let json: Json = serde_json::from_slice(&answer.body)
                .map_err(|_| format!("its manifest is no JSON but `{}`", answer.kind))?;
            match json.pointer("/manifests/0/digest").and_then(Json::as_str) {
                Some(digest) => digest.clone_into(&mut reference),
                None => return Ok(json),
            }
        }
        Err("its manifest is a list of lists".to_owned())
    }

    fn blob(&mut self, digest: &str) -> Result<Vec<u8>, String> {
        let url = format!("{}/v2/{}/blobs/{digest}", self.base, self.name);
        let limit = u64::try_from(LARGEST_ARCHIVE).unwrap_or(u64::MAX);
        let answer = self.get(&url, "*/*", limit)?;
        verified(&answer.body, digest)?;
        Ok(answer.body)
    }
}

/// Whether content is what a digest names; a tag names anything.
fn verified(content: &[u8], reference: &str) -> Result<(), String> {
    let Some(wanted) = reference.strip_prefix("sha256:") else {
        if reference.contains(':') {
            return Err(format!(
                "`{reference}` is a digest of another kind than `sha256`"
            ));
        }
        return Ok(());
    };
    if hex(content) == wanted {
        Ok(())
    } else {
        Err("what the registry gives out has another digest".to_owned())
    }
}

/// The SHA-256 of some bytes.
pub(crate) fn hex(content: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(content) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The digest of the layer that is the chart.
fn layer(manifest: &Json, wanted: &str) -> Result<String, String> {
    let layers = manifest.get("layers").and_then(Json::as_array);
    let layers = layers.map(Vec::as_slice).unwrap_or_default();
    let is_of = |kind: &str| {
        let kind = kind.to_owned();
        move |layer: &&Json| layer.get("mediaType").and_then(Json::as_str) == Some(&kind)
    };
    let found = match wanted {
        "" => layers.iter().find(is_of(LAYER)).or(layers.first()),
        wanted => layers.iter().find(is_of(wanted)),
    };
    let found = found.ok_or_else(|| match wanted {
        "" => "the artifact has no layer".to_owned(),
        wanted => format!("the artifact has no layer of the type `{wanted}`"),
    })?;
    let size = found.get("size").and_then(Json::as_u64).unwrap_or_default();
    if size > LARGEST_ARCHIVE as u64 {
        return Err(format!(
            "the archive is larger than {} MiB",
            LARGEST_ARCHIVE >> 20
        ));
    }
    let digest = found
        .get("digest")
        .and_then(Json::as_str)
        .unwrap_or_default();
    Ok(digest.to_owned())
}

/// The `name="value"` of a challenge.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',', '\t']);
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        all.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
    all
}

/// A text as part of the query of an address.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => {
                out.push(char::from(byte));
            }
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read_with_commas_in_their_values() {
        let found = parameters(
            r#"realm="https://a/t?x=1",service="a", scope="repository:b:pull,push",n=3"#,
        );
        let found: Vec<_> = found
            .iter()
            .map(|(key, value)| format!("{key}|{value}"))
            .collect();
        assert_eq!(
            found,
            [
                "realm|https://a/t?x=1",
                "service|a",
                "scope|repository:b:pull,push",
                "n|3"
            ]
        );
        assert_eq!(
            escaped("repository:a/b c:pull&x"),
            "repository:a/b%20c:pull%26x"
        );
    }
}
