//! A Kubernetes API without a cluster: etcd, kube-apiserver, and kubectl to ask it.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use super::expected::Secrets;
use super::objects::NAMESPACE;
use super::processes::{Running, Sandbox, free_ports, listens};
use crate::{files, process};

/// An API that answers.
pub(in crate::oracles) struct Cluster<'a> {
    sandbox: &'a Sandbox,
    kubectl: Utf8PathBuf,
    /// What its clients connect with.
    pub(super) kubeconfig: Utf8PathBuf,
    /// The API server goes before the store that it would miss.
    _running: [Running; 2],
}

impl<'a> Cluster<'a> {
    /// Starts it and waits until it is ready.
    pub(in crate::oracles) fn start(
        sandbox: &'a Sandbox,
        etcd: &Utf8Path,
        api_server: &Utf8Path,
        kubectl: Utf8PathBuf,
    ) -> Result<Self> {
        let [store_port, peer_port, port] = free_ports()?;
        let store_address = format!("http://127.0.0.1:{store_port}");
        let peer_address = format!("http://127.0.0.1:{peer_port}");
        let mut store = sandbox.start(
            etcd,
            &[
                format!("--data-dir={}", sandbox.path("etcd")?),
                format!("--listen-client-urls={store_address}"),
                format!("--advertise-client-urls={store_address}"),
                format!("--listen-peer-urls={peer_address}"),
                format!("--initial-advertise-peer-urls={peer_address}"),
                format!("--initial-cluster=default={peer_address}"),
                "--unsafe-no-fsync".to_owned(),
            ],
            &[],
        )?;
        store.until(|| listens(store_port))?;

        let certificates = sandbox.path("certificates")?;
        let tokens = sandbox.path("tokens.csv")?;
        let token = token();
        files::write(&tokens, format!("{token},admin,admin,system:masters\n"))?;
        // The key that it makes for its own certificate signs tokens as well.
        let key = certificates.join("apiserver.key");
        let mut server = sandbox.start(
            api_server,
            &[
                format!("--etcd-servers={store_address}"),
                "--bind-address=127.0.0.1".to_owned(),
                format!("--secure-port={port}"),
                "--advertise-address=127.0.0.1".to_owned(),
                "--endpoint-reconciler-type=none".to_owned(),
                "--service-cluster-ip-range=10.96.0.0/24".to_owned(),
                "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
                format!("--service-account-key-file={key}"),
                format!("--service-account-signing-key-file={key}"),
                format!("--token-auth-file={tokens}"),
                "--authorization-mode=RBAC".to_owned(),
                "--disable-admission-plugins=ServiceAccount".to_owned(),
                "--allow-privileged".to_owned(),
                format!("--cert-dir={certificates}"),
            ],
            &[],
        )?;
        let kubeconfig = sandbox.path("kubeconfig")?;
        let settings = settings(port, &token, &certificates.join("apiserver.crt"));
        files::write(&kubeconfig, serde_json::to_vec(&settings)?)?;
        server.until(|| listens(port))?;
        let ask = || kubectl_command(sandbox, &kubectl, &kubeconfig);
        server.until(|| {
            ask().is_ok_and(|mut command| {
                process::quiet(command.args(["get", "--raw", "/readyz"])).is_ok()
            })
        })?;
        Ok(Self {
            sandbox,
            kubectl,
            kubeconfig,
            _running: [server, store],
        })
    }

    /// A kubeconfig that holds all it needs, for whoever reads nothing else.
    pub(super) fn whole_kubeconfig(&self) -> Result<String> {
        let settings: Value = serde_json::from_str(&files::text(&self.kubeconfig)?)?;
        let mut settings = settings;
        let cluster = &mut settings["clusters"][0]["cluster"];
        let authority = cluster["certificate-authority"].take();
        let authority = files::text(Utf8Path::new(authority.as_str().unwrap_or_default()))?;
        *cluster = json!({
            "server": cluster["server"],
            "certificate-authority-data": BASE64_STANDARD.encode(authority),
        });
        Ok(settings.to_string())
    }

    /// Makes the kinds known that the files of some folders define.
    pub(in crate::oracles) fn define(&self, folders: &[Utf8PathBuf]) -> Result<()> {
        let mut apply = self.kubectl()?;
        apply.args(["apply", "--server-side"]);
        for folder in folders {
            apply.arg("--filename").arg(folder);
        }
        process::quiet(&mut apply)?;
        self.wait(&["--for=condition=Established", "crd", "--all"])
    }

    /// A program that hands requests without TLS on to the API, and its port.
    pub(in crate::oracles) fn proxy(&self) -> Result<(Running, u16)> {
        let [port] = free_ports()?;
        let arguments = [
            format!("--kubeconfig={}", self.kubeconfig),
            "proxy".to_owned(),
            format!("--port={port}"),
            "--disable-filter".to_owned(),
        ];
        let mut proxy = self.sandbox.start(&self.kubectl, &arguments, &[])?;
        proxy.until(|| listens(port))?;
        Ok((proxy, port))
    }

    /// Applies objects.
    pub(in crate::oracles) fn apply(&self, objects: &[Value]) -> Result<()> {
        let file = self.sandbox.path("objects.json")?;
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": objects });
        files::write(&file, serde_json::to_vec(&list)?)?;
        let mut apply = self.kubectl()?;
        apply.args(["apply", "--server-side", "--filename"]);
        process::quiet(apply.arg(file)).map(drop)
    }

    /// Waits until an object is ready.
    pub(super) fn ready(&self, kind: &str, name: &str) -> Result<()> {
        self.wait(&[
            "--for=condition=Ready",
            "--namespace",
            NAMESPACE,
            kind,
            name,
        ])
    }

    /// What Flux says about its objects.
    pub(super) fn state(&self) -> String {
        let columns = "custom-columns=KIND:.kind,READY:.status.conditions[?(@.type==\"Ready\")].status,\
                       MESSAGE:.status.conditions[?(@.type==\"Ready\")].message";
        self.kubectl()
            .and_then(|mut get| {
                get.args(["get", "--namespace", NAMESPACE, "--output", columns]);
                process::quiet(get.arg("gitrepository,kustomization"))
            })
            .unwrap_or_else(|error| format!("{error:#}"))
    }

    /// All Secrets.
    pub(super) fn secrets(&self) -> Result<Secrets> {
        #[derive(serde::Deserialize)]
        struct List {
            items: Vec<Item>,
        }
        #[derive(serde::Deserialize)]
        struct Item {
            metadata: Metadata,
            #[serde(default)]
            data: BTreeMap<String, String>,
        }
        #[derive(serde::Deserialize)]
        struct Metadata {
            namespace: String,
            name: String,
        }

        let mut get = self.kubectl()?;
        get.args(["get", "secrets", "--all-namespaces", "--output", "json"]);
        let list: List = serde_json::from_str(&process::quiet(&mut get)?)
            .context("kubectl did not answer with a list of Secrets")?;
        let mut secrets = Secrets::new();
        for Item { metadata, data } in list.items {
            let mut decoded = BTreeMap::new();
            for (key, value) in data {
                let value = BASE64_STANDARD
                    .decode(value)
                    .with_context(|| format!("`{key}` of `{}` is not base64", metadata.name))?;
                decoded.insert(key, value);
            }
            secrets.insert((metadata.namespace, metadata.name), decoded);
        }
        Ok(secrets)
    }

    fn wait(&self, arguments: &[&str]) -> Result<()> {
        let mut wait = self.kubectl()?;
        wait.args(["wait", "--timeout=120s"]).args(arguments);
        process::quiet(&mut wait).map(drop)
    }

    fn kubectl(&self) -> Result<std::process::Command> {
        kubectl_command(self.sandbox, &self.kubectl, &self.kubeconfig)
    }
}

fn kubectl_command(
    sandbox: &Sandbox,
    kubectl: &Utf8Path,
    kubeconfig: &Utf8Path,
) -> Result<std::process::Command> {
    let mut command = sandbox.command(kubectl.as_str())?;
    command
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .arg("--cache-dir")
        .arg(sandbox.path("kubectl")?);
    Ok(command)
}

/// A kubeconfig: JSON, which YAML readers read.
fn settings(port: u16, token: &str, authority: &Utf8Path) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "oracle",
        "clusters": [{ "name": "oracle", "cluster": {
            "server": format!("https://127.0.0.1:{port}"),
            "certificate-authority": authority,
        }}],
        "users": [{ "name": "oracle", "user": { "token": token } }],
        "contexts": [{ "name": "oracle", "context": { "cluster": "oracle", "user": "oracle" } }],
    })
}

/// Nobody else on this machine should know it while the API server runs.
fn token() -> String {
    let half = || RandomState::new().hash_one(());
    format!("{:016x}{:016x}", half(), half())
}
