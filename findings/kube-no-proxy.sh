#!/usr/bin/env bash
# kube 5.0.0 (crate), `NO_PROXY` for an API server.
#
# A client that is made of a kubeconfig takes the proxy of HTTPS_PROXY, and holds NO_PROXY against the address
# of that proxy. The address of the API server, which kubectl and every other client of Kubernetes hold it
# against, is not looked at: with NO_PROXY=10.0.0.10 an API server at 10.0.0.10 is called through the proxy,
# and with the proxy's own name and port in NO_PROXY no server is. Without the features `http-proxy` and `socks5`
# NO_PROXY is not read at all, and where HTTPS_PROXY is set no client can be made.
#
# Exits 0 as long as this is so.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p src
cat >Cargo.toml <<'TOML'
[package]
name = "seen"
version = "0.1.0"
edition = "2024"

[features]
proxy = ["kube/http-proxy"]

[dependencies]
k8s-openapi = { version = "=0.29.0", features = ["v1_36"] }
kube = { version = "=5.0.0", default-features = false, features = ["client", "rustls-tls", "ring"] }
tokio = { version = "1", features = ["macros", "rt"] }
TOML
cat >src/main.rs <<'RUST'
use kube::config::{Config, KubeConfigOptions, Kubeconfig};

const FILE: &str = "apiVersion: v1\nkind: Config\ncurrent-context: a\n\
    clusters: [{name: a, cluster: {server: 'https://10.0.0.10:6443'}}]\n\
    users: [{name: a, user: {token: a}}]\n\
    contexts: [{name: a, context: {cluster: a, user: a}}]\n";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let file = Kubeconfig::from_yaml(FILE).expect("a kubeconfig");
    let options = KubeConfigOptions::default();
    let config = Config::from_custom_kubeconfig(file, &options).await.expect("a config");
    let proxy = config.proxy_url.as_ref().map_or("none".to_owned(), ToString::to_string);
    let client = match kube::Client::try_from(config) {
        Ok(_) => "a client".to_owned(),
        Err(error) => error.to_string(),
    };
    println!("{proxy} {client}");
}
RUST
seen() {
  env -u HTTP_PROXY -u HTTPS_PROXY -u http_proxy -u https_proxy -u NO_PROXY -u no_proxy "${@:2}" "./$1"
}
expect() {
  local found
  found="$(seen "${@:3}")"
  case "$found" in
    "$2"*) echo "kube 5.0.0, $1: $found" ;;
    *)
      echo "changed: $1: $found, and was $2"
      exit 1
      ;;
  esac
}
proxy='HTTPS_PROXY=http://proxy.example:3128'
cargo build --quiet --features proxy
cp target/debug/seen with
expect 'the server in NO_PROXY' 'http://proxy.example:3128/ a client' with "$proxy" NO_PROXY=10.0.0.10
expect 'the proxy in NO_PROXY' 'none a client' with "$proxy" NO_PROXY=proxy.example:3128
cargo build --quiet
cp target/debug/seen without
expect 'without its feature' 'http://proxy.example:3128/ configured proxy' without "$proxy" NO_PROXY=10.0.0.10
expect 'without a proxy' 'none a client' without
