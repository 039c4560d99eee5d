//! A real Envoy with the policies of a Gateway, and Keycloak where its Service would be. Behind it stands
//! nothing but an answer of its own.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::super::super::flux::processes::{Running, Sandbox, free_ports, listens};
use super::super::envoy::{self, Envoy};
use super::super::gateway::Translator;
use super::http::{Answer, ask};
use crate::files;
use crate::stacks::{Cluster, items, name, text};

/// The programs, and where they run.
pub(super) struct Rig<'a> {
    pub(super) sandbox: &'a Sandbox,
    pub(super) envoy: Envoy,
    pub(super) translator: Translator,
}

/// The port of Keycloak's Service.
const SERVICE: u64 = 8080;

/// An Envoy of a Gateway.
pub(super) struct Proxy {
    /// A host that it has a route for.
    pub(super) host: String,
    port: u16,
    _running: Running,
}

impl Rig<'_> {
    /// Starts the Envoy that a policy of a Gateway is for, with Keycloak at a port.
    pub(super) fn start(
        &mut self,
        cluster: &Cluster,
        policy: &Value,
        domain: &str,
        keycloak: u16,
    ) -> Result<Proxy> {
        let host = format!("probe.{domain}");
        let namespace = text(policy, "/metadata/namespace");
        let gateway = items(policy, "/spec/targetRefs").first();
        let gateway = gateway.filter(|target| text(target, "/kind") == "Gateway");
        let gateway = gateway.with_context(|| format!("{} is for no Gateway", name(policy)))?;
        let gateway = text(gateway, "/name");
        let probe = probe(namespace, gateway, &host);
        let mut answer = self.translator.ask(cluster, probe)?;
        let fleet = answer.fleets.remove(&format!("{namespace}/{gateway}"));
        let fleet = fleet.with_context(|| format!("{gateway} has no Envoy"))?;
        let mut bootstrap = envoy::bootstrap(&fleet);
        let [port] = free_ports()?;
        local(&mut bootstrap, port, keycloak)?;
        let file = self.sandbox.path(&format!("{gateway}.json"))?;
        files::write(&file, bootstrap.to_string())?;
        let mut arguments = vec!["--config-path".to_owned(), file.into_string()];
        let flags = [
            "--disable-hot-restart",
            "--concurrency",
            "1",
            "--log-level",
            "error",
        ];
        arguments.extend(flags.map(str::to_owned));
        let mut running = self.sandbox.start(&self.envoy.program, &arguments, &[])?;
        running.until(|| listens(port))?;
        Ok(Proxy {
            host,
            port,
            _running: running,
        })
    }
}

impl Proxy {
    /// Asks it for an address of `https://host/…`, with further arguments of curl.
    pub(super) fn ask(&self, address: &str, arguments: &[&str]) -> Result<Answer> {
        let rest = address.strip_prefix("https://").unwrap_or(address);
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let port = self.port;
        let (resolve, name) = (format!("{host}:{port}:127.0.0.1"), format!("Host: {host}"));
        let mut all = vec!["--resolve", &resolve, "--header", &name];
        all.extend_from_slice(arguments);
        ask(&format!("https://{host}:{port}/{path}"), &all)
    }
}

/// A route on a Gateway to an answer that Envoy gives itself.
fn probe(namespace: &str, gateway: &str, host: &str) -> Vec<Value> {
    let metadata = json!({ "namespace": namespace, "name": "oracle-probe" });
    let filter = json!({
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "HTTPRouteFilter",
        "metadata": metadata,
        "spec": { "directResponse": {
            "statusCode": 200,
            "contentType": "text/plain",
            "body": { "type": "Inline", "inline": "let through" },
        } },
    });
    let reference = json!({
        "group": "gateway.envoyproxy.io",
        "kind": "HTTPRouteFilter",
        "name": "oracle-probe",
    });
    let route = json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": metadata,
        "spec": {
            "parentRefs": [{ "name": gateway, "sectionName": "https" }],
            "hostnames": [host],
            "rules": [{ "filters": [{ "type": "ExtensionRef", "extensionRef": reference }] }],
        },
    });
    vec![filter, route]
}

/// Has one listener listen here, and nothing ask anybody but Keycloak.
fn local(bootstrap: &mut Value, port: u16, keycloak: u16) -> Result<()> {
    let address = |port| json!({ "socketAddress": { "address": "127.0.0.1", "portValue": port } });
    let all = bootstrap.pointer_mut("/static_resources/listeners");
    let all = all.and_then(Value::as_array_mut).context("no listeners")?;
    all.retain(|one| {
        let is_udp = text(one, "/address/socketAddress/protocol") == "UDP";
        !is_udp && text(one, "/name").ends_with("/https")
    });
    let [listener] = all.as_mut_slice() else {
        bail!("there are {} listeners for HTTPS, not one", all.len());
    };
    listener["address"] = address(port);
    let all = bootstrap.pointer_mut("/static_resources/clusters");
    for cluster in all.and_then(Value::as_array_mut).into_iter().flatten() {
        let endpoint = "/loadAssignment/endpoints/0/lbEndpoints/0/endpoint/address";
        let at = cluster.pointer_mut(endpoint);
        match at.filter(|at| at["socketAddress"]["portValue"] == json!(SERVICE)) {
            Some(at) => *at = address(keycloak),
            None => {
                *cluster =
                    json!({ "name": cluster["name"], "type": "STATIC", "connectTimeout": "1s" });
            }
        }
    }
    Ok(())
}
