//! A registry (OCI) and a repository of charts, on the loopback for one test.

use std::collections::BTreeMap;

use crate::{Answer, Asked, Server, digest};

/// The media type of charts.
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// What a registry and a repository of charts hold.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    /// Artifacts by repository and tag.
    pub artifacts: BTreeMap<(String, String), Vec<u8>>,
    /// The text of `index.yaml`.
    pub index: String,
    /// Other files by path.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Registry {
    /// Adds an artifact.
    pub fn push(&mut self, repository: &str, tag: &str, archive: Vec<u8>) {
        let key = (repository.to_owned(), tag.to_owned());
        self.artifacts.insert(key, archive);
    }

    /// The digest of an artifact.
    pub fn digest(&self, repository: &str, tag: &str) -> String {
        let key = (repository.to_owned(), tag.to_owned());
        digest(manifest(&self.artifacts[&key]).as_bytes())
    }

    /// Serves it. As public registries do, it wants a token, which it gives to anybody, and hands
    /// content out elsewhere, where the token must not come along.
    pub fn start(self) -> Server {
        Server::start(move |asked| self.answer(asked))
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let path = asked.path.split('?').next().unwrap_or_default();
        if path == "/index.yaml" {
            return Answer::new(self.index.replace("SERVER", &asked.server));
        }
        if path == "/token" {
            let is_whole =
                asked.path.contains("service=test") && asked.path.contains("scope=repository:");
            return if is_whole {
                Answer::new(r#"{"token": "anybody"}"#)
            } else {
                Answer::status(400)
            };
        }
        if let Some(digest) = path.strip_prefix("/content/") {
            let found = self
                .artifacts
                .values()
                .find(|archive| crate::digest(archive) == digest);
            return match found {
                Some(_) if !asked.authorization.is_empty() => Answer::status(400),
                Some(archive) => Answer::new(archive.clone()),
                None => Answer::status(404),
            };
        }
        let Some(rest) = path.strip_prefix("/v2/") else {
            let file = self.files.get(path.trim_start_matches('/'));
            return file.map_or_else(|| Answer::status(404), |file| Answer::new(file.clone()));
        };
        if asked.authorization != "Bearer anybody" {
            let challenge = format!(
                r#"Bearer realm="http://{}/token",service="test",scope="repository:any:pull""#,
                asked.server
            );
            return Answer::status(401).header("WWW-Authenticate", challenge);
        }
        self.registry(rest, asked)
            .unwrap_or_else(|| Answer::status(404))
    }

    fn registry(&self, path: &str, asked: &Asked) -> Option<Answer> {
        if let Some(repository) = path.strip_suffix("/tags/list") {
            let tags = self.artifacts.keys().filter(|(name, _)| name == repository);
            let tags: Vec<&str> = tags.map(|(_, tag)| tag.as_str()).collect();
            // Two pages, so that somebody has to turn them.
            let (first, rest) = tags.split_at(tags.len().min(1));
            let is_rest = asked.path.contains("last=");
            let shown = if is_rest { rest } else { first };
            let answer = Answer::new(format!("{{\"tags\": {shown:?}}}"));
            let next = format!("</v2/{repository}/tags/list?last=x>; rel=\"next\"");
            return Some(if is_rest {
                answer
            } else {
                answer.header("Link", next)
            });
        }
        if let Some((repository, reference)) = path.split_once("/manifests/") {
            let mut all = self.artifacts.iter();
            let (_, archive) = all.find(|((name, tag), archive)| {
                name == repository
                    && (tag == reference || digest(manifest(archive).as_bytes()) == reference)
            })?;
            return Some(Answer::new(manifest(archive)));
        }
        let (_, digest) = path.split_once("/blobs/")?;
        let place = format!("http://{}/content/{digest}", asked.server);
        Some(Answer::status(307).header("Location", place))
    }
}

fn manifest(archive: &[u8]) -> String {
    format!(
        r#"{{"schemaVersion": 2, "config": {{"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": "sha256:0", "size": 2}}, "layers": [{{"mediaType": "application/vnd.cncf.helm.chart.provenance.v1.prov", "digest": "sha256:0", "size": 1}}, {{"mediaType": "{CHART}", "digest": "{}", "size": {}}}]}}"#,
        digest(archive),
        archive.len()
    )
}
