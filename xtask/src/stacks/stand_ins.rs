//! Routes that others make, of which the repository has only what they are made of.

use serde_json::{Value, json};

use super::{Cluster, items, text};

/// What is routed to of a release: the port of its Service, as charts that bring a route have it.
const PORT: u16 = 80;

/// The routes that Envoy AI Gateway makes of its own, under the same names: the same rules, each to the
/// Backends behind its `AIServiceBackend`s. What its processor does to requests is not shown.
pub(crate) fn of_ai_routes(cluster: &Cluster) -> Vec<Value> {
    let routes = cluster.of_kind("AIGatewayRoute");
    routes.map(|route| ai_route(cluster, route)).collect()
}

fn ai_route(cluster: &Cluster, route: &Value) -> Value {
    let namespace = text(route, "/metadata/namespace");
    let rules: Vec<Value> = { items(route, "/spec/rules").iter() }
        .map(|rule| {
            let backends: Vec<Value> = { items(rule, "/backendRefs").iter() }
                .filter_map(|to| backend(cluster, namespace, to))
                .collect();
            let mut made = json!({ "matches": rule["matches"], "backendRefs": backends });
            if let Some(timeouts) = rule.get("timeouts") {
                made["timeouts"] = timeouts.clone();
            }
            made
        })
        .collect();
    let spec = &route["spec"];
    http_route(&route["metadata"], spec, &json!(rules))
}

/// What an `AIServiceBackend` stands for.
fn backend(cluster: &Cluster, namespace: &str, to: &Value) -> Option<Value> {
    let namespace = match text(to, "/namespace") {
        "" => namespace,
        given => given,
    };
    let mut backends = cluster.of_kind("AIServiceBackend");
    let found = backends.find(|one| {
        text(one, "/metadata/name") == text(to, "/name")
            && text(one, "/metadata/namespace") == namespace
    });
    let mut backend = found?.pointer("/spec/backendRef")?.clone();
    backend["weight"] = to.get("weight").cloned().unwrap_or(json!(1));
    Some(backend)
}

/// The routes that charts make of values with `parentRefs`, to the Service of their release.
pub(crate) fn of_charts(cluster: &Cluster) -> Vec<Value> {
    let mut routes = Vec::new();
    for release in cluster.of_kind("HelmRelease") {
        let metadata = &release["metadata"];
        let metadata = json!({ "namespace": metadata["namespace"], "name": metadata["name"] });
        let backend = json!([{ "backendRefs": [{ "name": metadata["name"], "port": PORT }] }]);
        let mut open: Vec<&Value> = release.pointer("/spec/values").into_iter().collect();
        while let Some(value) = open.pop() {
            let Some(fields) = value.as_object() else {
                continue;
            };
            if fields.contains_key("parentRefs") && fields.get("enabled") != Some(&json!(false)) {
                routes.push(http_route(&metadata, value, &backend));
            }
            open.extend(fields.values());
        }
    }
    routes
}

fn http_route(metadata: &Value, from: &Value, rules: &Value) -> Value {
    let mut spec = json!({ "parentRefs": from["parentRefs"], "rules": rules });
    if let Some(hostnames) = from.get("hostnames") {
        spec["hostnames"] = hostnames.clone();
    }
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": metadata,
        "spec": spec,
    })
}
