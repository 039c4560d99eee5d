//! The server of a node: one thread, and whatever a test wants.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use rustls::ServerConfig;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::{Call, Step, frame};

type Answer = Arc<dyn Fn(Call) -> Vec<Step> + Send + Sync>;

/// What is spoken below TLS.
#[derive(Clone)]
pub(super) enum Tongue {
    Grpc(Answer),
    Other(Arc<dyn Fn() -> Vec<Step> + Send + Sync>),
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    threads: Option<Arc<Runtime>>,
    listens: JoinHandle<()>,
}

/// What servers run on: one thread.
pub(super) fn threads() -> Arc<Runtime> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    Arc::new(runtime.expect("a thread can be started"))
}

impl Server {
    pub(super) fn start(
        threads: Arc<Runtime>,
        address: SocketAddr,
        tls: Arc<ServerConfig>,
        tongue: Tongue,
    ) -> Self {
        let listener = threads.block_on(async {
            // Whoever was there before may still be leaving.
            for _ in 0..100 {
                match TcpListener::bind(address).await {
                    Ok(listener) => return listener,
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
            panic!("the address {address} is not free");
        });
        let address = listener.local_addr().expect("it is bound");
        let listens = threads.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // As programs written in Go do: many small answers are not to wait for each other.
                let _as_it_is = stream.set_nodelay(true);
                let acceptor = TlsAcceptor::from(Arc::clone(&tls));
                let (hang_up, mut hung_up) = mpsc::channel(1);
                let connection = connection(stream, acceptor, tongue.clone(), hang_up);
                let connection = tokio::spawn(connection);
                drop(tokio::spawn(async move {
                    let _ended = hung_up.recv().await;
                    connection.abort();
                }));
            }
        });
        Self {
            address,
            threads: Some(threads),
            listens,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.listens.abort();
        // With the last server on it.
        if let Some(runtime) = self.threads.take().and_then(Arc::into_inner) {
            runtime.shutdown_background();
        }
    }
}

/// One connection, until either side ends it; nobody is told of failures but the client.
async fn connection(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    tongue: Tongue,
    hang_up: mpsc::Sender<()>,
) -> Option<()> {
    let mut stream = acceptor.accept(stream).await.ok()?;
    let answer = match tongue {
        Tongue::Grpc(answer) => answer,
        Tongue::Other(say) => {
            for step in say() {
                match step {
                    Step::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
                    Step::Wait(time) => tokio::time::sleep(time).await,
                    _ => break,
                }
            }
            stream.shutdown().await.ok()?;
            return None;
        }
    };
    let mut connection = h2::server::handshake(stream).await.ok()?;
    loop {
        let (request, respond) = connection.accept().await?.ok()?;
        let (answer, hang_up) = (Arc::clone(&answer), hang_up.clone());
        drop(tokio::spawn(async move {
            if call(request, respond, &answer).await.is_none() {
                // Whoever hangs up first is heard.
                let _full = hang_up.try_send(());
            }
        }));
    }
}

/// One call; none where the connection is to end.
async fn call(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    answer: &Answer,
) -> Option<()> {
    let path = request.uri().path().to_owned();
    let node = request.headers().get("node");
    let node = node.and_then(|node| node.to_str().ok()).map(str::to_owned);
    let nodes = request.headers().get_all("nodes").into_iter();
    let nodes = nodes.filter_map(|node| node.to_str().ok()?.to_owned().into());
    let nodes = nodes.collect();
    let mut body = request.into_body();
    let mut message = Vec::new();
    while let Some(data) = body.data().await {
        let Ok(data) = data else { return Some(()) };
        // Without it the other side must stop at the end of its window.
        let _gone = body.flow_control().release_capacity(data.len());
        message.extend_from_slice(&data);
    }
    let message = message.get(5..).unwrap_or_default().to_vec();
    let steps = answer(Call {
        path,
        node,
        nodes,
        message,
    });
    let mut stream: Option<SendStream<Bytes>> = None;
    for step in steps {
        match step {
            Step::Message(message) => send(open(&mut stream, &mut respond)?, &frame(&message))?,
            Step::Bytes(bytes) => send(open(&mut stream, &mut respond)?, &bytes)?,
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Head(status, headers) => {
                let head = Response::builder().status(status);
                let head = { headers.into_iter() }
                    .fold(head, |head, (name, value)| head.header(name, value));
                let head = head.body(()).expect("it is a response");
                match stream {
                    Some(_) => {}
                    None => stream = Some(respond.send_response(head, false).ok()?),
                }
            }
            Step::Trailers(trailers) => {
                let trailers = trailers.into_iter().map(|(name, value)| {
                    (
                        HeaderName::from_static(name),
                        HeaderValue::from_static(value),
                    )
                });
                let trailers = trailers.collect();
                let _gone = open(&mut stream, &mut respond)?.send_trailers(trailers);
                return Some(());
            }
            Step::End => {
                let _gone = open(&mut stream, &mut respond)?.send_data(Bytes::new(), true);
                return Some(());
            }
            Step::Status(code, words) => {
                return end(open(&mut stream, &mut respond)?, code, words);
            }
            Step::Page => {
                let page = Response::builder()
                    .status(200)
                    .header("content-type", "text/html");
                let page = page.body(()).expect("it is a response");
                let mut stream = respond.send_response(page, false).ok()?;
                let _gone = stream.send_data(Bytes::from_static(b"<html></html>"), true);
                return Some(());
            }
            Step::Reset => {
                open(&mut stream, &mut respond)?.send_reset(Reason::INTERNAL_ERROR);
                return Some(());
            }
            Step::HangUp => {
                // What was sent before is to arrive.
                tokio::time::sleep(Duration::from_millis(50)).await;
                return None;
            }
        }
    }
    end(open(&mut stream, &mut respond)?, 0, "")
}

/// The stream of a response, begun with its first use.
fn open<'s>(
    stream: &'s mut Option<SendStream<Bytes>>,
    respond: &mut SendResponse<Bytes>,
) -> Option<&'s mut SendStream<Bytes>> {
    if stream.is_none() {
        let response = Response::builder()
            .status(200)
            .header("content-type", "application/grpc")
            .body(())
            .expect("it is a response");
        *stream = Some(respond.send_response(response, false).ok()?);
    }
    stream.as_mut()
}

fn send(stream: &mut SendStream<Bytes>, bytes: &[u8]) -> Option<()> {
    stream.send_data(Bytes::copy_from_slice(bytes), false).ok()
}

fn end(stream: &mut SendStream<Bytes>, code: u32, words: &'static str) -> Option<()> {
    let mut trailers = HeaderMap::new();
    let _new = trailers.insert("grpc-status", HeaderValue::from(code));
    let _new = trailers.insert("grpc-message", HeaderValue::from_static(words));
    let _gone = stream.send_trailers(trailers);
    Some(())
}
