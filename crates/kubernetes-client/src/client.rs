//! A client: who calls which server, and how a call is made.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::Diagnostic;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use k8s_openapi::apimachinery::pkg::version::Info;
use kube::Config;
use kube::client::{Body, ClientBuilder};
use kube::core::Status;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::broken::meaning;
use crate::fault::{Fault, Kind};
use crate::{kubeconfig, rules};

/// How long what may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until a server has taken a connection.
    pub connect: Duration,
    /// Until it has answered a call, the connection included.
    pub answer: Duration,
}

impl Default for Patience {
    /// 5 and 20 seconds.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(20),
        }
    }
}

/// So many bytes of an answer are taken.
const LARGEST: usize = 64 << 20;

/// After what time a server may want to be asked again, at most.
const LATEST: u64 = 60;

/// Calls the API server of one cluster. Calls block.
#[derive(Clone)]
pub struct Client {
    runtime: Arc<Runtime>,
    inner: kube::Client,
    /// Holds a key.
    config: Config,
    server: String,
    patience: Patience,
}

impl Client {
    /// For the current context of a kubeconfig, which must hold all that is needed: a server, its
    /// authority, a client certificate and its key, or a token.
    ///
    /// # Errors
    ///
    /// `kubernetes-api/no-credentials`; a system that starts no thread.
    pub fn from_kubeconfig(text: &str, patience: Patience) -> Result<Self, Diagnostic> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("kubernetes-api")
            .enable_all()
            .build()
            .map_err(|error| {
                rules::KUBERNETES_API_FAILED.report(format!("no calls can be made: {error}"))
            })?;
        let config = runtime.block_on(kubeconfig::read(text))?;
        Self::build(Arc::new(runtime), config, patience)
    }

    /// The same credentials for another server of the cluster: one control plane, say, by its own
    /// address and not by the one that all share.
    ///
    /// # Errors
    ///
    /// `kubernetes-api/no-credentials` for what is no `https://` address.
    pub fn at(&self, server: &str) -> Result<Self, Diagnostic> {
        let unfit = || {
            rules::KUBERNETES_API_NO_CREDENTIALS.report(format!(
                "`{server}` is no address that begins with `https://`"
            ))
        };
        let mut config = self.config.clone();
        config.cluster_url = server.parse().map_err(|_| unfit())?;
        if config.cluster_url.scheme_str() != Some("https") {
            return Err(unfit());
        }
        Self::build(Arc::clone(&self.runtime), config, self.patience)
    }

    fn build(
        runtime: Arc<Runtime>,
        mut config: Config,
        patience: Patience,
    ) -> Result<Self, Diagnostic> {
        config.connect_timeout = Some(patience.connect);
        config.read_timeout = None;
        config.write_timeout = None;
        // Whoever waits does it where it is seen.
        config.default_retry = false;
        let server = config.cluster_url.to_string();
        let server = server.trim_end_matches('/').to_owned();
        // It starts a task.
        let inside = runtime.enter();
        let builder = ClientBuilder::try_from(config.clone()).map_err(|_| {
            rules::KUBERNETES_API_NO_CREDENTIALS
                .report("the certificates or the key of the kubeconfig cannot be used")
                .hint("fetch one with `ichor talos kubeconfig`")
        })?;
        let inner = builder.build();
        drop(inside);
        Ok(Self {
            runtime,
            inner,
            config,
            server,
            patience,
        })
    }

    /// The server that is called, such as `https://10.0.0.10:6443`.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The port of the server.
    pub fn port(&self) -> u16 {
        self.config.cluster_url.port_u16().unwrap_or(443)
    }

    /// Whether an authority is one of those that the server must have its certificate from:
    /// whether it is the server of that cluster. As `certificate-authority-data`: PEM in base64.
    pub fn trusts(&self, authority: &str) -> bool {
        let pem = STANDARD.decode(authority).unwrap_or_default();
        let wanted = CertificateDer::from_pem_slice(&pem);
        let mut trusted = self.config.root_cert.iter().flatten();
        wanted.is_ok_and(|wanted| trusted.any(|one| **one == *wanted))
    }

    /// The version of the server, such as `v1.36.4`.
    pub fn server_version(&self) -> Result<String, Fault> {
        let request = Request::get("/version").body(Vec::new());
        let request = request.map_err(kube::core::request::Error::BuildRequest);
        let info: Info = self.object("for its version", request)?;
        Ok(info.git_version)
    }

    /// Whether the server says that it is ready.
    ///
    /// # Errors
    ///
    /// [`Kind::NotReady`] with what is not.
    pub fn ready(&self) -> Result<(), Fault> {
        let request = Request::get("/readyz").body(Vec::new());
        let asked = "whether it is ready";
        match self.send(
            asked,
            request.map_err(kube::core::request::Error::BuildRequest),
        ) {
            Ok(_) => Ok(()),
            Err(mut fault) => {
                if fault.kind == Kind::Failed {
                    fault.kind = Kind::NotReady;
                }
                Err(fault)
            }
        }
    }

    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn fault(&self, asked: &str, kind: Kind, said: &str) -> Fault {
        Fault::new(&self.server, asked, kind, said)
    }

    /// Asks for an object.
    pub(crate) fn object<T: DeserializeOwned>(
        &self,
        asked: &str,
        request: Result<Request<Vec<u8>>, kube::core::request::Error>,
    ) -> Result<T, Fault> {
        let answer = self.send(asked, request)?;
        // What the parser says may quote the answer.
        serde_json::from_slice(&answer).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            self.fault(asked, Kind::Malformed, &place)
        })
    }

    /// Makes a call, and gives what came.
    pub(crate) fn send(
        &self,
        asked: &str,
        request: Result<Request<Vec<u8>>, kube::core::request::Error>,
    ) -> Result<Vec<u8>, Fault> {
        let request =
            request.map_err(|error| self.fault(asked, Kind::Refused, &error.to_string()))?;
        let call = async {
            let broken = |error: &(dyn std::error::Error + 'static)| {
                let (kind, said) = meaning(error);
                self.fault(asked, kind, &said)
            };
            let answer = self.inner.send(request.map(Body::from)).await;
            let (head, body) = answer.map_err(|error| broken(&error))?.into_parts();
            let body = Limited::new(body, LARGEST).collect().await;
            let body = body.map_err(|error| broken(error.as_ref()))?.to_bytes();
            // A page for people, such as that of a proxy which wants a login.
            let is_page = is_page(&head.headers);
            if head.status.is_success() && !is_page {
                return Ok(body.to_vec());
            }
            Err(self.refusal(asked, head.status, &head.headers, &body))
        };
        let patience = self.patience.answer;
        self.wait(async { timeout(patience, call).await })
            .unwrap_or_else(|_| {
                Err(self.fault(asked, Kind::Slow, &format!("{} s", patience.as_secs())))
            })
    }

    /// What a status means that is none of success.
    fn refusal(&self, asked: &str, code: StatusCode, headers: &HeaderMap, body: &[u8]) -> Fault {
        let status: Option<Status> = serde_json::from_slice(body).ok();
        let reason = status.as_ref().map_or("", |status| &status.reason);
        let kind = match code.as_u16() {
            _ if status.is_none() && is_page(headers) => Kind::NotKubernetes,
            401 => Kind::ClientRefused,
            403 => Kind::Denied,
            404 | 410 => Kind::Missing,
            409 if reason == "AlreadyExists" => Kind::Exists,
            409 | 412 => Kind::Conflict,
            429 => Kind::Busy,
            502..=504 => Kind::NotReady,
            code if code >= 500 => Kind::Failed,
            code if code >= 400 => Kind::Refused,
            _ => Kind::NotKubernetes,
        };
        let said = match &status {
            Some(status) => said(status),
            None => plain(body).unwrap_or_else(|| format!("status {}", code.as_u16())),
        };
        let mut fault = self.fault(asked, kind, &said);
        let seconds = headers.get(RETRY_AFTER).and_then(|text| text.to_str().ok());
        let seconds = seconds.and_then(|text| text.parse::<u64>().ok());
        fault.again = seconds.map(|seconds| Duration::from_secs(seconds.min(LATEST)));
        fault
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// The words of a refusal, with the causes that are not in its message.
fn said(status: &Status) -> String {
    let mut said = status.message.clone();
    let causes = status.details.iter().flat_map(|details| &details.causes);
    for cause in causes {
        if !cause.message.is_empty() && !said.contains(&cause.message) {
            said.push_str(": ");
            said.push_str(&cause.message);
        }
    }
    if said.is_empty() {
        status.reason.clone_into(&mut said);
    }
    said
}

/// The words of an answer that is no object: of a list of checks only what failed.
fn plain(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let failed: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("[-]"))
        .collect();
    if !failed.is_empty() {
        return Some(failed.join(", "));
    }
    (!text.is_empty() && !text.starts_with(['<', '{'])).then(|| text.to_owned())
}
