//! An API server that answers as Kubernetes does, or as nothing should: HTTP/1.1 over TLS on the
//! loopback, and what it says is a table of the test.
//!
//! It knows no object: a test gives it bytes, so that it can also give it wrong ones.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::nodes::{Cluster, Guise};

/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `GET` and the like.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// What is behind the `?`; empty where there is none.
    pub query: String,
    /// What was sent.
    pub body: String,
}

/// What the server does about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Answers with a status and JSON.
    Json(u16, String),
    /// Answers with a status, headers, and a content.
    Plain(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Sends these bytes and closes the connection.
    Bytes(Vec<u8>),
    /// Says nothing for a while, then closes the connection.
    Silence(Duration),
}

impl Reply {
    /// A failure as Kubernetes says it.
    pub fn status(code: u16, reason: &str, message: &str) -> Self {
        Self::Json(code, failure(code, reason, message))
    }
}

/// A failure as Kubernetes says it, in JSON. Neither text may hold what JSON escapes.
pub fn failure(code: u16, reason: &str, message: &str) -> String {
    format!(
        r#"{{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure","message":"{message}","reason":"{reason}","code":{code}}}"#
    )
}

/// The kinds of a group and version, each with its name in paths and whether it is in namespaces.
pub fn kinds(all: &[(&str, &str, bool)]) -> Reply {
    let all: Vec<String> = { all.iter() }
        .map(|(kind, name, is_namespaced)| {
            format!(
                r#"{{"kind":"{kind}","name":"{name}","singularName":"","namespaced":{is_namespaced},"verbs":[]}}"#
            )
        })
        .collect();
    let all = all.join(",");
    Reply::Json(
        200,
        format!(r#"{{"groupVersion":"v1","resources":[{all}]}}"#),
    )
}

/// The groups of a server, each with its version.
pub fn groups<'g>(all: impl IntoIterator<Item = (&'g str, &'g str)>) -> Reply {
    let all: Vec<String> = { all.into_iter() }
        .map(|(group, version)| {
            let version =
                format!(r#"{{"groupVersion":"{group}/{version}","version":"{version}"}}"#);
            format!(r#"{{"name":"{group}","versions":[{version}],"preferredVersion":{version}}}"#)
        })
        .collect();
    Reply::Json(200, format!(r#"{{"groups":[{}]}}"#, all.join(",")))
}

type Handler = Arc<dyn Fn(&Asked) -> Reply + Send + Sync>;

/// An API server, which is there until it is dropped.
pub struct Api {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Api {
    /// Starts one of a cluster on a free port of the loopback.
    pub fn start(
        cluster: &Cluster,
        guise: Guise,
        handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(anywhere, cluster, guise, handler)
    }

    /// The same at an address of the loopback: where another one was, say.
    pub fn start_at(
        address: SocketAddr,
        cluster: &Cluster,
        guise: Guise,
        handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let tls = cluster.identity(guise, address.ip(), "http/1.1").tls;
        let listener = TcpListener::bind(address).expect("the address is free");
        let address = listener.local_addr().expect("it has an address");
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let is_over = Arc::new(AtomicBool::new(false));
        let (told, ends) = (Arc::clone(&asked), Arc::clone(&is_over));
        let handler: Handler = Arc::new(handler);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ends.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let (tls, handler, told) =
                    (Arc::clone(&tls), Arc::clone(&handler), Arc::clone(&told));
                std::thread::spawn(move || answer(stream, tls, &handler, &told));
            }
        });
        Self {
            address,
            asked,
            is_over,
            thread: Some(thread),
        }
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is: `https://address:port`.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }

    /// `METHOD path` of everything that was asked so far.
    pub fn calls(&self) -> Vec<String> {
        let asked = self.asked();
        let calls = asked
            .iter()
            .map(|asked| format!("{} {}", asked.method, asked.path));
        calls.collect()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // It waits for somebody.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// One question, one answer; nothing where the client leaves.
fn answer(
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    handler: &Handler,
    told: &Mutex<Vec<Asked>>,
) -> Option<()> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let connection = ServerConnection::new(tls).ok()?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).ok()?;
        let header = header.trim_end();
        if header.is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let asked = Asked {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let reply = handler(&asked);
    told.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(asked);
    let bytes = match reply {
        Reply::Json(code, body) => {
            let kind = ("Content-Type", "application/json".to_owned());
            whole(code, &[kind], body.as_bytes())
        }
        Reply::Plain(code, headers, body) => whole(code, &headers, &body),
        Reply::Bytes(bytes) => bytes,
        Reply::Silence(time) => {
            std::thread::sleep(time);
            return None;
        }
    };
    let stream = stream.get_mut();
    stream.write_all(&bytes).ok()?;
    stream.conn.send_close_notify();
    stream.flush().ok()
}

fn whole(code: u16, headers: &[(&'static str, String)], body: &[u8]) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {code} -\r\nContent-Length: {}\r\nConnection: close\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}
