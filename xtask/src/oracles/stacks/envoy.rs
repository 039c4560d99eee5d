//! Envoy itself, with what it would get from its gateway written into one file.

use std::collections::BTreeMap;

use anyhow::Result;
use camino::Utf8PathBuf;
use serde_json::{Map, Value, json};

use super::super::python;
use crate::stacks::text;
use crate::{files, process};

/// Envoy's resources by type.
pub(super) type Fleet = BTreeMap<String, Vec<Value>>;

/// Types of Envoy's resources.
const CLUSTER: &str = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
const ENDPOINTS: &str = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
const LISTENER: &str = "type.googleapis.com/envoy.config.listener.v3.Listener";
const ROUTES: &str = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
const SECRET: &str = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

/// The real Envoy.
pub(super) struct Envoy {
    pub(super) program: Utf8PathBuf,
}

impl Envoy {
    /// Where it is, installed if it was not before, or why it cannot be had.
    pub(super) fn open() -> Result<Result<Self, String>> {
        let folder = match python::environment("stacks/envoy")? {
            Ok(folder) => folder,
            Err(reason) => return Ok(Err(reason)),
        };
        Ok(Ok(Self {
            program: folder.join("bin/envoy"),
        }))
    }

    /// Fails where it does not take a configuration.
    pub(super) fn takes(&self, bootstrap: &Value) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let file = files::utf8(folder.path())?.join("envoy.json");
        files::write(&file, bootstrap.to_string())?;
        let mut validate = process::command(&self.program);
        validate.args([
            "--mode",
            "validate",
            "--log-level",
            "error",
            "--config-path",
        ]);
        process::quiet(validate.arg(&file)).map(drop)
    }
}

/// A configuration that asks nobody: what comes from the gateway stands in it.
pub(super) fn bootstrap(fleet: &Fleet) -> Value {
    let of = |kind: &str| fleet.get(kind).cloned().unwrap_or_default();
    let named = |kind: &str, name: &str| -> BTreeMap<String, Value> {
        { of(kind).into_iter() }
            .map(|one| (text(&one, name).to_owned(), one))
            .collect()
    };
    let routes = named(ROUTES, "/name");
    let endpoints = named(ENDPOINTS, "/clusterName");
    let mut listeners = of(LISTENER);
    let mut clusters = of(CLUSTER);
    for cluster in &mut clusters {
        let name = text(cluster, "/name").to_owned();
        let Some(fields) = cluster.as_object_mut() else {
            continue;
        };
        if let Some(asked) = fields.shift_remove("edsClusterConfig") {
            let service = match text(&asked, "/serviceName") {
                "" => &name,
                service => service,
            };
            let none = json!({ "clusterName": service });
            let endpoints = endpoints.get(service).cloned().unwrap_or(none);
            fields.insert("loadAssignment".to_owned(), endpoints);
            fields.insert("type".to_owned(), json!("STATIC"));
        }
    }
    for one in listeners.iter_mut().chain(&mut clusters) {
        inline(one, &routes);
    }
    json!({
        "node": { "id": "oracle", "cluster": "oracle" },
        "static_resources": {
            "listeners": listeners,
            "clusters": clusters,
            "secrets": of(SECRET),
        },
    })
}

/// Puts in what is asked for by name, everywhere below a value.
fn inline(value: &mut Value, routes: &BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            put_in(fields, routes);
            fields.values_mut().for_each(|value| inline(value, routes));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| inline(item, routes)),
        _ => {}
    }
}

fn put_in(fields: &mut Map<String, Value>, routes: &BTreeMap<String, Value>) {
    if let Some(asked) = fields.shift_remove("rds") {
        let name = text(&asked, "/routeConfigName");
        let none = json!({ "name": name });
        let routes = routes.get(name).cloned().unwrap_or(none);
        fields.insert("routeConfig".to_owned(), routes);
    }
    // A secret without a source is one of the file.
    fields.shift_remove("sdsConfig");
}
