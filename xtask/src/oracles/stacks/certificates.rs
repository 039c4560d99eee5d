//! Certificates that stand in for those that cert-manager gets.

use std::collections::BTreeMap;

use anyhow::Result;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stacks::{Cluster, items, text};
use crate::{files, process};

/// The certificates that were made, by the names in them.
pub(super) struct Certificates {
    folder: TempDir,
    made: BTreeMap<String, [String; 2]>,
}

impl Certificates {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            made: BTreeMap::new(),
        })
    }

    /// The Secrets of the Certificates of a cluster.
    pub(super) fn secrets(&mut self, cluster: &Cluster) -> Result<Vec<Value>> {
        let certificates = cluster.of_kind("Certificate");
        certificates
            .map(|object| {
                let names: Vec<&str> = { items(object, "/spec/dnsNames").iter() }
                    .filter_map(Value::as_str)
                    .collect();
                let namespace = text(object, "/metadata/namespace");
                self.secret(namespace, text(object, "/spec/secretName"), &names)
            })
            .collect()
    }

    /// A Secret with a certificate for some host names.
    pub(super) fn secret(&mut self, namespace: &str, name: &str, hosts: &[&str]) -> Result<Value> {
        let [certificate, key] = self.pair(hosts)?;
        Ok(json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": { "namespace": namespace, "name": name },
            "type": "kubernetes.io/tls",
            "data": {
                "tls.crt": BASE64_STANDARD.encode(certificate),
                "tls.key": BASE64_STANDARD.encode(key),
            },
        }))
    }

    fn pair(&mut self, hosts: &[&str]) -> Result<[String; 2]> {
        let names: Vec<String> = hosts.iter().map(|host| format!("DNS:{host}")).collect();
        let names = names.join(",");
        if let Some(pair) = self.made.get(&names) {
            return Ok(pair.clone());
        }
        let folder = files::utf8(self.folder.path())?;
        let (certificate, key) = (folder.join("crt"), folder.join("key"));
        let mut make = process::command("openssl");
        make.args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]);
        make.args([
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-subj",
            "/CN=oracle",
        ]);
        make.args(["-addext", &format!("subjectAltName={names}")]);
        make.arg("-out").arg(&certificate).arg("-keyout").arg(&key);
        process::quiet(&mut make)?;
        let pair = [files::text(&certificate)?, files::text(&key)?];
        self.made.insert(names, pair.clone());
        Ok(pair)
    }
}
