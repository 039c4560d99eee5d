//! One connection to one machine: TCP, TLS 1.3, HTTP/2.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::uri::{Authority, Scheme};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tonic::body::Body as Sent;
use tower_service::Service;

use crate::address::Address;
use crate::credentials::Credentials;
use crate::credentials::NotTaken;
use crate::fault::Kind;

/// How often a silent machine is asked whether it is there, and how long it may think about it.
const ALIVE: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(10)];

/// The largest window of a stream, and of all of a connection.
const WINDOWS: [u32; 2] = [2 << 20, 4 << 20];

/// How long a machine has for its first words. In TLS 1.3 it looks at the certificate of the client
/// after the handshake, and what it says then is lost where something is sent to it meanwhile; who
/// takes the certificate begins with the settings of HTTP/2, without having heard anything.
const FIRST_WORDS: Duration = Duration::from_millis(500);

/// How rustls begins what it says of an alert.
const ALERT: &str = "received fatal alert: ";

/// Why there is no connection, or no more.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    pub(crate) kind: Kind,
    pub(crate) words: String,
}

impl Broken {
    fn new(kind: Kind, words: impl Into<String>) -> Self {
        let words = words.into();
        Self { kind, words }
    }

    /// What an error within a connection means; none where it says nothing of connections.
    pub(crate) fn of(error: &(dyn StdError + 'static)) -> Option<Self> {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            // An `io::Error` hands on the source of what it wraps, and not that itself; and of one
            // that went through HTTP/2 only the words are left.
            let inner = error.get_ref().and_then(|inner| Self::of(inner));
            return inner
                .or_else(|| error.source().and_then(Self::of))
                .or_else(|| {
                    let words = error.to_string();
                    Some(match words.strip_prefix(ALERT) {
                        Some(alert) => Self::of_alert(alert),
                        None => Self::new(Kind::Interrupted, words),
                    })
                });
        }
        if let Some(NotTaken { kind, words }) = error.downcast_ref() {
            return Some(Self::new(*kind, words.clone()));
        }
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(Self::of_tls(error));
        }
        error.source().and_then(Self::of)
    }

    /// The other side's last word, by the name that rustls has for it.
    fn of_alert(alert: &str) -> Self {
        let kind = match alert {
            "CloseNotify" | "UserCanceled" => Kind::Interrupted,
            // The last is what a signature by another authority of the same name is.
            "BadCertificate"
            | "UnsupportedCertificate"
            | "CertificateRevoked"
            | "CertificateExpired"
            | "CertificateUnknown"
            | "UnknownCa"
            | "UnknownCA"
            | "AccessDenied"
            | "CertificateRequired"
            | "DecryptError" => Kind::ClientRefused,
            _ => Kind::NotTalos,
        };
        Self::new(kind, format!("it says `{alert}`"))
    }

    fn of_tls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::Other(other) => match other.0.downcast_ref::<NotTaken>() {
                Some(NotTaken { kind, words }) => Self::new(*kind, words.clone()),
                None => Self::new(Kind::Untrusted, error.to_string()),
            },
            rustls::Error::AlertReceived(alert) => Self::of_alert(&format!("{alert:?}")),
            rustls::Error::InvalidCertificate(fault) => {
                Self::new(Kind::Untrusted, fault.to_string())
            }
            _ => Self::new(Kind::NotTalos, error.to_string()),
        }
    }
}

/// A connection that calls can be made through, several at once.
#[derive(Clone)]
pub(crate) struct Connection {
    sender: SendRequest<Sent>,
    authority: Authority,
    /// Why it ended, once it has. In TLS 1.3 a client learns so that it is not welcome.
    end: watch::Receiver<Option<Broken>>,
    /// Whether a call was lost with it, which shows before its end does.
    is_spent: Arc<AtomicBool>,
}

/// Who is at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Knock {
    /// Nobody: nothing comes, or the network says that nobody is there.
    Nobody,
    /// The connection is refused: by a machine, or by a firewall on the way.
    Refused,
    /// A machine, which takes connections.
    Somebody,
}

/// Connects, and hangs up.
pub(crate) async fn knock(address: &Address, patience: Duration) -> Knock {
    let dialling = TcpStream::connect((address.host(), address.port()));
    match timeout(patience, dialling).await {
        Ok(Ok(_)) => Knock::Somebody,
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => Knock::Refused,
        _ => Knock::Nobody,
    }
}

/// At how many addresses is knocked at a time.
const KNOCKS: usize = 512;

/// Connects to many, and hangs up.
pub(crate) async fn knock_at_all(addresses: Vec<Address>, patience: Duration) -> Vec<Knock> {
    let permits = Arc::new(Semaphore::new(KNOCKS));
    let knocks: Vec<_> = addresses
        .into_iter()
        .map(|address| {
            let permits = Arc::clone(&permits);
            tokio::spawn(async move {
                // It is never closed.
                let _permit = permits.acquire().await;
                knock(&address, patience).await
            })
        })
        .collect();
    let mut found = Vec::with_capacity(knocks.len());
    for knock in knocks {
        found.push(knock.await.unwrap_or(Knock::Nobody));
    }
    found
}

/// How long the reason for an end may come behind the end.
const LAST_WORDS: Duration = Duration::from_millis(500);

impl Connection {
    /// Dials a machine, for so long at most.
    pub(crate) async fn dial(
        address: &Address,
        credentials: &Credentials,
        patience: Duration,
    ) -> Result<Self, Broken> {
        let unreachable =
            |error: std::io::Error| Broken::new(Kind::Unreachable, format!("{address}: {error}"));
        let silent = |_| {
            Broken::new(
                Kind::Unreachable,
                format!("{address}: no answer in {} s", patience.as_secs()),
            )
        };
        let dialling = TcpStream::connect((address.host(), address.port()));
        let stream = timeout(patience, dialling)
            .await
            .map_err(silent)?
            .map_err(unreachable)?;
        // A node answers many small questions.
        stream.set_nodelay(true).map_err(unreachable)?;
        let name = ServerName::try_from(address.host().to_owned())
            .map_err(|error| Broken::new(Kind::WrongName, error.to_string()))?;
        let connector = TlsConnector::from(Arc::clone(&credentials.tls));
        let stream = timeout(patience, connector.connect(name, stream))
            .await
            .map_err(silent)?
            .map_err(|error| shaking(&error))?;
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(Broken::new(Kind::NotTalos, "it does not speak HTTP/2"));
        }
        let mut stream = BufReader::new(stream);
        if let Ok(heard) = timeout(FIRST_WORDS, stream.fill_buf()).await {
            heard.map_err(|error| shaking(&error))?;
        }
        let [interval, alive] = ALIVE;
        let [window, windows] = WINDOWS;
        let handshake = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(interval)
            .keep_alive_timeout(alive)
            .initial_stream_window_size(window)
            .initial_connection_window_size(windows)
            .handshake::<_, Sent>(TokioIo::new(stream));
        let (sender, driver) = timeout(patience, handshake)
            .await
            .map_err(silent)?
            .map_err(|error| {
                Broken::of(&error).unwrap_or_else(|| Broken::new(Kind::NotTalos, error.to_string()))
            })?;
        let (tell, end) = watch::channel(None);
        // It ends with the last sender.
        drop(tokio::spawn(async move {
            let end = driver.await;
            let why = end.err().and_then(|error| Broken::of(&error));
            tell.send_replace(why);
        }));
        let authority = address
            .to_string()
            .parse()
            .map_err(|_| Broken::new(Kind::WrongName, "its name is no host"))?;
        Ok(Self {
            sender,
            authority,
            end,
            is_spent: Arc::default(),
        })
    }

    /// Says that a call was lost with it, so that no other goes through it.
    pub(crate) fn give_up(&self) {
        self.is_spent.store(true, Ordering::Relaxed);
    }

    /// Why it ended, where it did.
    pub(crate) async fn why(&self) -> Option<Broken> {
        if !self.sender.is_closed() {
            return None;
        }
        let mut end = self.end.clone();
        // Its sender is gone as soon as it has told.
        match timeout(LAST_WORDS, end.wait_for(Option::is_some)).await {
            Ok(Ok(why)) => why.clone(),
            _ => None,
        }
    }

    /// Whether nothing more can come through it.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed) || self.sender.is_closed()
    }
}

/// Where gRPC has details of a status. Talos sends none, and what a node may say here is more than
/// the library should have to read: nobody may send any.
const DETAILS: &str = "grpc-status-details-bin";

/// An answer without details of its status.
pub(crate) struct Plain(Incoming);

impl Body for Plain {
    type Data = <Incoming as Body>::Data;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let mut polled = Pin::new(&mut self.0).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &mut polled
            && let Some(trailers) = frame.trailers_mut()
        {
            trailers.remove(DETAILS);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// Why a TLS handshake failed: a machine that hangs up then is on its way down, or up.
fn shaking(error: &std::io::Error) -> Broken {
    match Broken::of(error) {
        Some(broken) if broken.kind == Kind::Interrupted => Broken::new(
            Kind::Unreachable,
            format!("the handshake ended: {}", broken.words),
        ),
        Some(broken) => broken,
        None => Broken::new(Kind::Unreachable, error.to_string()),
    }
}

impl Service<http::Request<Sent>> for Connection {
    type Response = http::Response<Plain>;
    type Error = Box<dyn StdError + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.sender.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, mut request: http::Request<Sent>) -> Self::Future {
        let mut parts = std::mem::take(request.uri_mut()).into_parts();
        parts.scheme = Some(Scheme::HTTPS);
        parts.authority = Some(self.authority.clone());
        // A path with scheme and authority is always one.
        if let Ok(uri) = http::Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
        let answer = self.sender.send_request(request);
        Box::pin(async move {
            let mut answer = answer.await?;
            answer.headers_mut().remove(DETAILS);
            let kind = answer.headers().get(http::header::CONTENT_TYPE);
            if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
                return Ok(answer.map(Plain));
            }
            let words = format!(
                "its answer is no gRPC (status {})",
                answer.status().as_u16()
            );
            Err(NotTaken::new(Kind::NotTalos, words).into())
        })
    }
}
