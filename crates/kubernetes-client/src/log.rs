//! What containers print.

use http::Request;

use crate::client::Client;
use crate::fault::{Fault, Kind};

/// So many bytes of a log are asked for.
const LARGEST: u32 = 64 << 10;

/// Which log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log<'a> {
    /// The namespace of the pod.
    pub namespace: &'a str,
    /// The pod.
    pub pod: &'a str,
    /// Its container.
    pub container: &'a str,
    /// Of the run before this one.
    pub is_previous: bool,
    /// So many lines from its end.
    pub lines: u32,
}

impl Client {
    /// The last lines that a container printed.
    pub fn log(&self, log: Log<'_>) -> Result<Vec<String>, Fault> {
        let Log {
            namespace,
            pod,
            container,
            is_previous,
            lines,
        } = log;
        let asked = format!("for the log of `{namespace}/{pod}`");
        // They become part of a path, and come from whoever answers.
        if ![namespace, pod, container].into_iter().all(is_name) {
            return Err(self.fault(&asked, Kind::Refused, "that is no name of an object"));
        }
        let path = format!(
            "/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}&previous={is_previous}&tailLines={lines}&limitBytes={LARGEST}"
        );
        let request = Request::get(path).body(Vec::new());
        let request = request.map_err(kube::core::request::Error::BuildRequest);
        let answer = self.send(&asked, request)?;
        let text = String::from_utf8_lossy(&answer);
        let first = text.lines().count().saturating_sub(lines as usize);
        Ok(text.lines().skip(first).map(str::to_owned).collect())
    }
}

fn is_name(text: &str) -> bool {
    let is_fit = |one: u8| one.is_ascii_alphanumeric() || matches!(one, b'-' | b'.');
    !text.is_empty() && text.bytes().all(is_fit)
}
