//! What servers answer: right, wrong, too much, too late, and not at all.

#![expect(
    clippy::disallowed_types,
    reason = "ports at which nobody answers, or something else"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use kubernetes_client::{Client, Kind, Patience};
use testkit::kubernetes::{Api, Reply, failure};
use testkit::nodes::{Cluster, Guise};

use crate::{PATIENCE, client, served};

#[test]
fn every_status_means_something_and_has_a_rule() {
    let cases = [
        (400, "BadRequest", "kubernetes-api/refused"),
        (401, "Unauthorized", "kubernetes-api/client-refused"),
        (403, "Forbidden", "kubernetes-api/denied"),
        (404, "NotFound", "kubernetes-api/missing"),
        (409, "AlreadyExists", "kubernetes-api/exists"),
        (409, "Conflict", "kubernetes-api/conflict"),
        (422, "Invalid", "kubernetes-api/refused"),
        (429, "TooManyRequests", "kubernetes-api/busy"),
        (500, "InternalError", "kubernetes-api/failed"),
        (503, "ServiceUnavailable", "kubernetes-api/not-ready"),
        (504, "Timeout", "kubernetes-api/not-ready"),
    ];
    for (code, reason, id) in cases {
        let (client, _api) = served(move |_| Reply::status(code, reason, "so it says"));
        let problem = client.node("k8s-0").expect_err(id).diagnostic();
        assert_eq!(problem.rule.id(), id, "{code}: {problem}");
        assert!(problem.message.ends_with(": so it says"), "{problem}");
        assert!(
            problem.message.contains("asked for node `k8s-0`"),
            "{problem}"
        );
    }
}

#[test]
fn answers_that_are_none_are_told() {
    let page = |code| {
        let kind = ("Content-Type", "text/html".to_owned());
        Reply::Plain(code, vec![kind], b"<html></html>".to_vec())
    };
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec();
    let huge = vec![b' '; (64 << 20) + 1];
    let cases = [
        (page(404), "kubernetes-api/not-kubernetes"),
        (page(302), "kubernetes-api/not-kubernetes"),
        // That of a proxy which wants a login.
        (page(200), "kubernetes-api/not-kubernetes"),
        (Reply::Json(200, "{".to_owned()), "kubernetes-api/malformed"),
        (
            Reply::Json(200, r#"{"metadata":5}"#.to_owned()),
            "kubernetes-api/malformed",
        ),
        (
            Reply::Json(200, r#"{"apiVersion":"v1","kind":"Pod"}"#.to_owned()),
            "kubernetes-api/malformed",
        ),
        (
            Reply::Plain(200, Vec::new(), vec![0xff, 0xfe]),
            "kubernetes-api/malformed",
        ),
        (
            Reply::Plain(200, Vec::new(), huge),
            "kubernetes-api/too-large",
        ),
        (Reply::Bytes(cut), "kubernetes-api/interrupted"),
        (Reply::Bytes(Vec::new()), "kubernetes-api/interrupted"),
        (
            Reply::Bytes(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec()),
            "kubernetes-api/not-kubernetes",
        ),
    ];
    for (number, (reply, id)) in cases.into_iter().enumerate() {
        let (client, _api) = served(move |_| reply.clone());
        let problem = client.node("k8s-0").expect_err(id).diagnostic();
        assert_eq!(problem.rule.id(), id, "case {number}: {problem}");
    }
}

#[test]
fn who_is_not_the_server_is_told() {
    let cluster = Cluster::new();
    for (guise, id) in [
        (Guise::Misnamed, "kubernetes-api/untrusted"),
        (Guise::Ended, "kubernetes-api/untrusted"),
        (Guise::Maintenance, "kubernetes-api/untrusted"),
    ] {
        let api = Api::start(&cluster, guise, |_| Reply::Json(200, "{}".to_owned()));
        let client = client(&cluster, &api.url(), PATIENCE);
        let problem = client.nodes().expect_err(id).diagnostic();
        assert_eq!(problem.rule.id(), id, "{guise:?}: {problem}");
        assert!(api.asked().is_empty());
    }
    // That of another cluster, which takes nobody of this one either.
    let api = Api::start(&Cluster::new(), Guise::Member, |_| {
        Reply::Json(200, "{}".to_owned())
    });
    let fault = client(&cluster, &api.url(), PATIENCE)
        .nodes()
        .expect_err("foreign");
    assert_eq!(fault.kind, Kind::Untrusted);
    drop(api);

    // Nobody, and somebody without TLS.
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = free.local_addr().expect("its address");
    drop(free);
    let fault = client(&cluster, &format!("https://{address}"), PATIENCE)
        .nodes()
        .expect_err("nobody");
    assert_eq!(fault.diagnostic().rule.id(), "kubernetes-api/unreachable");
    let plain = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = plain.local_addr().expect("its address");
    let says = std::thread::spawn(move || {
        let (mut stream, _) = plain.accept().expect("somebody comes");
        let mut hello = [0; 16];
        stream.read_exact(&mut hello).expect("a handshake");
        let page = b"HTTP/1.0 400 Bad Request\r\n\r\nthis is no plain port\n";
        stream.write_all(page).expect("it listens");
    });
    let fault = client(&cluster, &format!("https://{address}"), PATIENCE)
        .nodes()
        .expect_err("no TLS");
    assert_eq!(fault.kind, Kind::NotKubernetes, "{fault}");
    says.join().expect("it said so");
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let cluster = Cluster::new();
    let short = Patience {
        answer: Duration::from_millis(300),
        ..PATIENCE
    };
    let api = Api::start(&cluster, Guise::Member, |_| {
        Reply::Silence(Duration::from_secs(5))
    });
    let fault = client(&cluster, &api.url(), short)
        .nodes()
        .expect_err("it thinks");
    assert_eq!(fault.diagnostic().rule.id(), "kubernetes-api/slow");
    // One that takes a connection and then does nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("its address");
    let short = Patience {
        connect: Duration::from_millis(300),
        ..PATIENCE
    };
    let fault = client(&cluster, &format!("https://{address}"), short)
        .nodes()
        .expect_err("it does not shake hands");
    assert_eq!(fault.kind, Kind::Unreachable, "{fault}");
}

#[test]
fn what_a_server_says_commands_no_terminal_and_has_an_end() {
    let long = "x".repeat(5000);
    let said = format!("a\\u001b[2Jb {long}");
    let (client, _api) = served(move |_| Reply::status(500, "InternalError", &said));
    let fault = client.nodes().expect_err("it failed");
    assert!(fault.words.starts_with("a\u{fffd}[2Jb xxx"), "{fault}");
    assert!(fault.words.chars().count() <= 1001);
}

#[test]
fn a_server_says_when_to_ask_again_and_what_is_not_ready() {
    let (client, _api) = served(|asked| match asked.path.as_str() {
        "/readyz" => Reply::Plain(
            500,
            Vec::new(),
            b"[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed".to_vec(),
        ),
        _ => {
            let again = ("Retry-After", "7".to_owned());
            Reply::Plain(
                429,
                vec![again],
                failure(429, "TooManyRequests", "later").into_bytes(),
            )
        }
    });
    let fault = client.nodes().expect_err("too many");
    assert_eq!(fault.again, Some(Duration::from_secs(7)));
    assert!(fault.is_passing());
    let fault = client.ready().expect_err("not ready");
    assert_eq!(
        (fault.kind, fault.words.as_str()),
        (Kind::NotReady, "[-]etcd failed: reason withheld")
    );
    assert!(fault.is_passing());

    let (client, api) = served(|_| Reply::Plain(200, Vec::new(), b"ok".to_vec()));
    client.ready().expect("ready");
    let other = client.at("https://127.0.0.1:1").expect("an address");
    assert_eq!(other.server(), "https://127.0.0.1:1");
    assert_eq!(other.ready().expect_err("nobody").kind, Kind::Unreachable);
    other
        .at(&api.url())
        .expect("an address")
        .ready()
        .expect("ready");
    for address in ["http://127.0.0.1:1", "127.0.0.1", "", "https://"] {
        let problem = client.at(address).err().expect(address);
        assert_eq!(problem.rule.id(), "kubernetes-api/no-credentials");
    }
}

#[test]
fn a_kubeconfig_has_all_that_it_needs_or_is_none() {
    let cluster = Cluster::new();
    let whole = cluster.kubeconfig("https://127.0.0.1:6443");
    let key = whole.lines().find(|line| line.contains("client-key-data"));
    let key = key.expect("a key").trim();
    let cases = [
        ("server: https", "server: http"),
        ("current-context: admin@test", "current-context: other"),
        ("current-context: admin@test\n", ""),
        ("    user: admin\n", "    user: somebody\n"),
        ("    cluster: test\n", "    cluster: another\n"),
        (
            "certificate-authority-data:",
            "certificate-authority: /tmp/ca #",
        ),
        (
            "certificate-authority-data: ",
            "certificate-authority-data: AAAA #",
        ),
        ("client-certificate-data:", "client-certificate: /tmp/crt #"),
        ("client-key-data:", "client-key: /tmp/key #"),
        ("client-key-data: ", "client-key-data: AAAA #"),
        (
            "    client-key-data:",
            "    tokenFile: /tmp/token\n    client-key-data:",
        ),
        (
            "    client-key-data:",
            "    exec: {command: date, apiVersion: v1}\n    client-key-data:",
        ),
        (
            "    server:",
            "    insecure-skip-tls-verify: true\n    server:",
        ),
        (
            "    server:",
            "    proxy-url: http://127.0.0.1:1\n    server:",
        ),
        ("clusters:\n", "clusters: [\n"),
        ("users:", "users: 5\nothers:"),
    ];
    for (from, to) in cases {
        let text = whole.replacen(from, to, 1);
        assert_ne!(text, whole, "{from}");
        let problem = Client::from_kubeconfig(&text, PATIENCE).err().expect(to);
        assert_eq!(problem.rule.id(), "kubernetes-api/no-credentials", "{to}");
        let told = format!("{problem:?}");
        assert!(!told.contains(&key[17..60]), "{told}");
    }
    for text in ["", "null", "[]", "{}", "\u{0}", "a: &a [*a, *a]"] {
        assert!(Client::from_kubeconfig(text, PATIENCE).is_err(), "{text}");
    }
    let [certificate, key] = ["client-certificate-data", "client-key-data"].map(|key| {
        whole
            .lines()
            .find(|line| line.contains(key))
            .expect("it is there")
    });
    let token = whole
        .replace(certificate, "    token: abc")
        .replace(key, "");
    for text in [&whole, &token] {
        Client::from_kubeconfig(text, PATIENCE).unwrap_or_else(|problem| panic!("{problem}"));
    }
}
