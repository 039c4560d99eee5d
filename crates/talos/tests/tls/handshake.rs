//! TLS with client certificates, as apid and talosctl speak it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Stdio};
use std::time::SystemTime;

use talos::certificates::KeyPair;

use crate::Made;
use crate::openssl::Openssl;

/// A server that sends every line back reversed.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    /// It wants clients whose certificates the authority signed.
    fn start(openssl: &Openssl, authority: &str, certificate: &str, key: &str) -> Self {
        let mut command = openssl.command();
        command
            .args(["s_server", "-accept", "127.0.0.1:0", "-rev", "-Verify", "1"])
            .args(["-verify_return_error", "-CAfile", authority])
            .args(["-cert", certificate, "-key", key])
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn().expect("openssl starts");
        let mut lines = BufReader::new(process.stdout.as_mut().expect("piped")).lines();
        let address = lines.find_map(|line| {
            let line = line.expect("a line");
            Some(line.strip_prefix("ACCEPT ")?.to_owned())
        });
        Self {
            address: address.expect("a port"),
            process,
        }
    }

    /// What a client hears back, if it and the server trust each other.
    fn ask(&self, openssl: &Openssl, authority: &str, more: &[&str]) -> Option<String> {
        let mut command = openssl.command();
        command
            .args(["s_client", "-connect", &self.address, "-CAfile", authority])
            .args(["-verify_return_error", "-verify_ip", "127.0.0.1", "-quiet"])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn().expect("openssl starts");
        let mut input = process.stdin.take().expect("piped");
        // Fails if the client has gone already.
        drop(input.write_all(b"talos\n"));
        let mut heard = [0_u8; 6];
        let output = process.stdout.as_mut().expect("piped");
        let read = output.read_exact(&mut heard);
        drop(input);
        drop(process.kill());
        process.wait().expect("it ends");
        read.ok()
            .map(|()| String::from_utf8_lossy(&heard).trim_end().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A certificate that openssl signs with an authority of ours: its file and its key's.
fn signed(
    openssl: &Openssl,
    name: &str,
    authority: &str,
    authority_key: &str,
    usage: &str,
) -> (String, String) {
    let [key, request, certificate] =
        ["key", "csr", "crt"].map(|suffix| openssl.path(&format!("{name}.{suffix}")));
    let extensions = openssl.file(
        &format!("{name}.ext"),
        &format!("subjectAltName=IP:127.0.0.1\nkeyUsage=critical,digitalSignature\nextendedKeyUsage={usage}\n"),
    );
    openssl.run(&["genpkey", "-algorithm", "ED25519", "-out", &key]);
    openssl.run(&[
        "req", "-new", "-key", &key, "-subj", "/CN=node", "-out", &request,
    ]);
    openssl.run(&[
        "x509",
        "-req",
        "-in",
        &request,
        "-CA",
        authority,
        "-CAkey",
        authority_key,
        "-days",
        "1",
        "-extfile",
        &extensions,
        "-out",
        &certificate,
    ]);
    (certificate, key)
}

#[test]
fn openssl_shakes_hands() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let made = Made::new(SystemTime::now());
    let file =
        |name: &str, pair: &KeyPair| (openssl.certificate(name, pair), openssl.key(name, pair));
    let (os, os_key) = file("os", &made.bundle.os);
    let (admin, admin_key) = file("admin", &made.admin);
    let stranger = Made::talhelpers();
    let (stranger_certificate, stranger_key) = file("stranger", &stranger.admin);

    let (server, server_key) = signed(&openssl, "server", &os, &os_key, "serverAuth");
    let running = Server::start(&openssl, &os, &server, &server_key);
    let client = ["-cert", admin.as_str(), "-key", admin_key.as_str()];
    for version in ["-tls1_2", "-tls1_3"] {
        let ask = |more: &[&str]| running.ask(&openssl, &os, &[&[version], more].concat());
        assert_eq!(ask(&client).as_deref(), Some("solat"), "{version}");
        assert_eq!(ask(&[]), None, "{version}: without a certificate");
        let other = ["-cert", &stranger_certificate, "-key", &stranger_key];
        assert_eq!(ask(&other), None, "{version}: with that of another cluster");
    }
    let (other_os, _) = file("other-os", &stranger.bundle.os);
    assert_eq!(
        running.ask(&openssl, &other_os, &client),
        None,
        "another authority"
    );
    drop(running);

    // An administrator is no server.
    let running = Server::start(&openssl, &os, &admin, &admin_key);
    assert_eq!(running.ask(&openssl, &os, &client), None);
    drop(running);

    // Both sides of Kubernetes and etcd, with certificates such as nodes issue themselves.
    for (name, authority) in [
        ("etcd", &made.bundle.etcd),
        ("kubernetes", &made.bundle.kubernetes),
    ] {
        let (authority, key) = file(name, authority);
        let (server, server_key) =
            signed(&openssl, "peer", &authority, &key, "serverAuth,clientAuth");
        let running = Server::start(&openssl, &authority, &server, &server_key);
        let client = ["-cert", server.as_str(), "-key", server_key.as_str()];
        let heard = running.ask(&openssl, &authority, &client);
        assert_eq!(heard.as_deref(), Some("solat"), "{name}");
        assert_eq!(
            running.ask(&openssl, &authority, &["-cert", &admin, "-key", &admin_key]),
            None
        );
    }
    println!("4 handshakes, 8 refused");
}
