//! Requests with an end: bounded in time, size and number.

use std::thread;
use std::time::Duration;

use ureq::config::RedirectAuthHeaders;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, ProxyProtocol};

use crate::credentials::Credentials;

/// How long it may take to reach a server.
const CONNECT: Duration = Duration::from_secs(10);

/// How long one request may take as a whole.
const WHOLE: Duration = Duration::from_mins(2);

/// How often a request is tried.
const ATTEMPTS: u32 = 3;

/// How long the second attempt waits; each further one twice as long.
const PAUSE: Duration = Duration::from_millis(500);

/// How long a server may make it wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How many other addresses an answer may lead to, one after the other.
const REDIRECTS: u32 = 5;

/// How large the headers of an answer may be, in bytes.
const HEADERS: usize = 64 << 10;

/// What is known beside the charts.
#[derive(Debug, Default)]
pub struct Settings {
    /// Who logs in where.
    pub credentials: Credentials,
    /// What requests go through.
    pub proxy: Option<Proxy>,
    /// Whom servers have their certificates from, in PEM: only they are trusted. Else whom Mozilla
    /// trusts.
    pub authorities: Option<Vec<u8>>,
}

/// What requests go through.
#[derive(Debug, Clone, Default)]
pub struct Proxy {
    /// Its address, such as `http://proxy:3128`.
    pub address: String,
    /// Hosts that are asked directly, separated by commas.
    pub except: String,
}

/// Who asks.
pub(crate) struct Client {
    /// For addresses over TLS only, wherever they lead.
    strict: Agent,
    /// For those where a repository says that plain HTTP will do.
    lax: Agent,
    pub(crate) credentials: Credentials,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The header `WWW-Authenticate`, each of its values.
    pub(crate) challenges: Vec<String>,
    /// The header `Link`.
    pub(crate) link: String,
    /// The type of the content.
    pub(crate) kind: String,
    pub(crate) body: Vec<u8>,
}

/// One request.
pub(crate) struct Request<'a> {
    pub(crate) url: &'a str,
    pub(crate) accept: &'a str,
    /// The header `Authorization`; empty for none.
    pub(crate) authorization: &'a str,
    /// How large the answer may be, in bytes.
    pub(crate) limit: u64,
    pub(crate) is_insecure: bool,
}

impl Client {
    pub(crate) fn new(settings: Settings) -> Self {
        let proxy = settings.proxy.and_then(|proxy| {
            let (protocol, rest) = match proxy.address.split_once("://") {
                Some(("https", rest)) => (ProxyProtocol::Https, rest),
                Some((_, rest)) => (ProxyProtocol::Http, rest),
                None => (ProxyProtocol::Http, proxy.address.as_str()),
            };
            let rest = rest.trim_end_matches('/');
            let (user, place) = rest.rsplit_once('@').unwrap_or(("", rest));
            let (host, port) = place.rsplit_once(':').unwrap_or((place, ""));
            let mut builder = ureq::Proxy::builder(protocol).host(host);
            if let Ok(port) = port.parse() {
                builder = builder.port(port);
            }
            if let Some((user, password)) = user.split_once(':') {
                builder = builder.username(user).password(password);
            }
            for host in proxy
                .except
                .split(',')
                .map(str::trim)
                .filter(|host| !host.is_empty())
            {
                builder = builder.no_proxy(host);
            }
            builder.build().ok()
        });
        let roots = match settings.authorities {
            None => RootCerts::WebPki,
            Some(text) => {
                let certificates = parse_pem(&text).filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                });
                certificates.collect::<Vec<_>>().into()
            }
        };
        let tls = TlsConfig::builder().root_certs(roots).build();
        let agent = |is_strict: bool| {
            Agent::config_builder()
                .tls_config(tls.clone())
                .https_only(is_strict)
                .proxy(proxy.clone())
                .http_status_as_error(false)
                .max_redirects(REDIRECTS)
                .redirect_auth_headers(RedirectAuthHeaders::Never)
                .max_response_header_size(HEADERS)
                .timeout_connect(Some(CONNECT))
                .timeout_global(Some(WHOLE))
                .user_agent(concat!("ichor/", env!("CARGO_PKG_VERSION")))
                .build()
                .new_agent()
        };
        Self {
            strict: agent(true),
            lax: agent(false),
            credentials: settings.credentials,
        }
    }

    /// Asks, and asks again where that may help.
    ///
    /// # Errors
    ///
    /// Why there is no answer, as a clause. A status that says no is an answer.
    pub(crate) fn get(&self, request: &Request<'_>) -> Result<Answer, String> {
        let mut pause = PAUSE;
        for attempt in 1.. {
            let is_last = attempt == ATTEMPTS;
            match self.once(request) {
                Ok((answer, wait)) if is_busy(answer.status) && !is_last => {
                    thread::sleep(wait.unwrap_or(pause).min(LONGEST_PAUSE));
                }
                Ok((answer, _)) => return Ok(answer),
                Err((_, true)) if !is_last => thread::sleep(pause),
                Err((why, _)) => return Err(why),
            }
            pause *= 2;
        }
        Err("it was asked too often".to_owned())
    }

    /// The answer, and how long the server wants to be left alone; or why there is none, and
    /// whether asking again may help.
    fn once(&self, request: &Request<'_>) -> Result<(Answer, Option<Duration>), (String, bool)> {
        let agent = if request.is_insecure {
            &self.lax
        } else {
            &self.strict
        };
        let mut get = agent.get(request.url).header("Accept", request.accept);
        if !request.authorization.is_empty() {
            get = get.header("Authorization", request.authorization);
        }
        let failed = |error: ureq::Error| {
            let is_passing = matches!(
                error,
                ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed
            );
            (words(&error, request.limit), is_passing)
        };
        let mut response = get.call().map_err(failed)?;
        let header = |name: &str| {
            let value = response.headers().get(name);
            value
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        let wait = header("retry-after").parse().ok().map(Duration::from_secs);
        let challenges = response.headers().get_all("www-authenticate").into_iter();
        let answer = Answer {
            status: response.status().as_u16(),
            challenges: { challenges.filter_map(|value| value.to_str().ok()) }
                .map(str::to_owned)
                .collect(),
            link: header("link"),
            kind: header("content-type"),
            body: Vec::new(),
        };
        let body = response.body_mut().with_config().limit(request.limit);
        let body = body.read_to_vec().map_err(failed)?;
        Ok((Answer { body, ..answer }, wait))
    }
}

/// Whether a server may answer otherwise in a moment.
fn is_busy(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// Why there is no answer.
fn words(error: &ureq::Error, limit: u64) -> String {
    match error {
        ureq::Error::HostNotFound => "its host is not found".to_owned(),
        ureq::Error::Timeout(_) => "the server takes too long".to_owned(),
        ureq::Error::RequireHttpsOnly(_) => {
            "plain HTTP is used only where the source says `insecure: true`".to_owned()
        }
        ureq::Error::BodyExceedsLimit(_) => {
            format!("the answer is larger than {} MiB", limit >> 20)
        }
        ureq::Error::TooManyRedirects => "it leads from address to address without end".to_owned(),
        error => format!("the server cannot be asked: {error}"),
    }
}

/// What a status that says no means.
pub(crate) fn refusal(answer: &Answer) -> String {
    match answer.status {
        401 | 403 => "the server wants somebody to log in who may read it".to_owned(),
        404 => "the server does not have it".to_owned(),
        429 => "the server was asked too often for now".to_owned(),
        status => format!("the server answers with the status {status}"),
    }
}
