//! The API, asked over plain HTTP on loopback.

use std::collections::HashMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// How often it is asked again.
const ATTEMPTS: usize = 3;

/// An API behind `kubectl proxy`.
pub(super) struct Api {
    port: u16,
    /// Paths of collections, and whether they lie in namespaces, by API version and kind.
    kinds: HashMap<(String, String), (String, bool)>,
}

/// What the server says of an object.
pub(super) struct Judgement {
    /// Why it is refused; none where it is taken.
    pub(super) refused: Option<String>,
    /// What is taken and should not be written any more.
    pub(super) warnings: Vec<String>,
}

/// What is answered.
struct Answer {
    status: u16,
    warnings: Vec<String>,
    body: String,
}

impl Api {
    pub(super) fn new(port: u16) -> Result<Self> {
        let mut api = Self {
            port,
            kinds: HashMap::new(),
        };
        let groups = api.get("/apis")?;
        let mut paths = vec![("/api/v1".to_owned(), "v1".to_owned())];
        for group in items(&groups, "groups") {
            for version in items(group, "versions") {
                let version = text(version, "groupVersion");
                paths.push((format!("/apis/{version}"), version));
            }
        }
        for (path, version) in paths {
            let resources = api.get(&path)?;
            for resource in items(&resources, "resources") {
                let name = text(resource, "name");
                if name.contains('/') {
                    continue;
                }
                let namespaced = resource.get("namespaced") == Some(&Value::Bool(true));
                let key = (version.clone(), text(resource, "kind"));
                api.kinds
                    .insert(key, (format!("{path}/{name}"), namespaced));
            }
        }
        Ok(api)
    }

    /// Why the server refuses an object in the namespace `default`; none where it takes it.
    pub(super) fn refuses(&self, object: &Value) -> Result<Option<String>> {
        Ok(self.judges(object, "default")?.refused)
    }

    /// What the server says of an object in a namespace, if its kind has one.
    pub(super) fn judges(&self, object: &Value, namespace: &str) -> Result<Judgement> {
        let key = (text(object, "apiVersion"), text(object, "kind"));
        let Some((path, namespaced)) = self.kinds.get(&key) else {
            bail!("the API has no {} {}", key.0, key.1);
        };
        let name = object.pointer("/metadata/name").and_then(Value::as_str);
        let name: String = { name.unwrap_or("x").bytes() }
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect();
        let path = if *namespaced {
            let (start, plural) = path.rsplit_once('/').context("a path has a last part")?;
            format!("{start}/namespaces/{namespace}/{plural}/{name}")
        } else {
            format!("{path}/{name}")
        };
        let query = "fieldManager=oracle&force=true&fieldValidation=Strict&dryRun=All";
        let answer = self.ask("PATCH", &format!("{path}?{query}"), &object.to_string())?;
        let status = answer.status;
        let body: Value = serde_json::from_str(&answer.body).unwrap_or(Value::String(answer.body));
        Ok(Judgement {
            refused: (status >= 300).then(|| format!("{status} {}", text(&body, "message"))),
            warnings: answer.warnings,
        })
    }

    fn get(&self, path: &str) -> Result<Value> {
        let Answer { status, body, .. } = self.ask("GET", path, "")?;
        if status >= 300 {
            bail!("{path}: {status} {body}");
        }
        Ok(serde_json::from_str(&body)?)
    }

    /// Asks again where the proxy, which has thousands of connections to close, resets one: nothing
    /// that is asked here changes anything.
    fn ask(&self, method: &str, path: &str, body: &str) -> Result<Answer> {
        let is_reset = |error: &anyhow::Error| {
            let error = error.downcast_ref::<std::io::Error>();
            error.is_some_and(|error| error.kind() == ErrorKind::ConnectionReset)
        };
        let mut answer = self.ask_once(method, path, body);
        for _ in 0..ATTEMPTS {
            match &answer {
                Err(error) if is_reset(error) => answer = self.ask_once(method, path, body),
                _ => break,
            }
        }
        answer
    }

    fn ask_once(&self, method: &str, path: &str, body: &str) -> Result<Answer> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        let kind = if body.is_empty() {
            ""
        } else {
            "Content-Type: application/apply-patch+yaml\r\n"
        };
        // With the old version of the protocol no answer comes in chunks.
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        let warnings = head
            .lines()
            .filter_map(|line| line.strip_prefix("Warning: "));
        Ok(Answer {
            status,
            warnings: warnings.map(str::to_owned).collect(),
            body: body.to_owned(),
        })
    }
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
