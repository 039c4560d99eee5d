//! A Keycloak that runs as its workload says, but for its database, and the job that brings the realm to it.

use std::cell::Cell;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use regex::Regex;
use serde_json::Value;

use super::super::super::flux::processes::{Running, Sandbox, free_ports, listens};
use super::container::Container;
use super::http::{Answer, ask, form};
use crate::stacks::{Cluster, items, text};
use crate::{files, process};

/// Where it lies in its image.
const HOME: &str = "/opt/keycloak";

/// The image.
const IMAGE: &str = "keycloak/keycloak:";

/// The realm in which it manages itself.
const MASTER: &str = "master";

/// The folder of the real one, unpacked if it was not before, or why it cannot be had.
pub(super) fn program() -> Result<Result<Utf8PathBuf, String>> {
    let pins = files::root().join("oracles/stacks/keycloak/pom.xml");
    let folder = process::cache("stacks/keycloak", std::slice::from_ref(&pins))?;
    let ready = folder.join("ready");
    if !ready.exists() {
        for (program, argument) in [("java", "-version"), ("mvn", "--version")] {
            if !process::exists(program, argument) {
                return Ok(Err(format!("there is no `{program}`")));
            }
        }
        let mut unpack = process::command("mvn");
        unpack.args([
            "--batch-mode",
            "--quiet",
            "--file",
            pins.as_str(),
            "package",
        ]);
        unpack.arg(format!("-DoutputDirectory={folder}"));
        if let Err(error) = process::quiet(&mut unpack) {
            return Ok(Err(format!("Keycloak cannot be had: {error}")));
        }
        files::write(&ready, "")?;
    }
    let folders = files::folders(&folder)?;
    let name = folders.iter().find(|name| name.starts_with("keycloak-"));
    let name = name.with_context(|| format!("there is no Keycloak in `{folder}`"))?;
    Ok(Ok(folder.join(name)))
}

/// One that runs.
pub(super) struct Server<'a> {
    sandbox: &'a Sandbox,
    home: Utf8PathBuf,
    /// Where it answers.
    pub(super) port: u16,
    address: String,
    password: String,
    jobs: Cell<usize>,
    _running: Running,
}

impl<'a> Server<'a> {
    /// Starts it and waits until it is ready.
    pub(super) fn start(
        sandbox: &'a Sandbox,
        program: &Utf8Path,
        cluster: &Cluster,
    ) -> Result<Self> {
        let home = sandbox.path("keycloak")?;
        files::copy(program, &home)?;
        let workload = workload(cluster, "StatefulSet")?;
        let volumes = sandbox.path("volumes")?;
        let [port, management] = free_ports()?;
        let address = format!("http://127.0.0.1:{port}");
        for first in items(workload, "/spec/template/spec/initContainers") {
            let first = Container::of(cluster, workload, first, &volumes)?;
            run(sandbox, &first, &home, &address)?;
        }
        let mut containers = items(workload, "/spec/template/spec/containers").iter();
        let own = containers.find(|one| text(one, "/image").contains(IMAGE));
        let own = own.context("no container of the StatefulSet is Keycloak's")?;
        let own = Container::of(cluster, workload, own, &volumes)?;
        for (path, place) in &own.mounts {
            if let Ok(path) = Utf8Path::new(path).strip_prefix(HOME) {
                link(place, &home.join(path))?;
            }
        }
        let variable = |name: &str| own.environment.get(name).cloned().unwrap_or_default();
        let password = variable("KC_BOOTSTRAP_ADMIN_PASSWORD");
        let (http_port, management_port) = (port.to_string(), management.to_string());
        let mut environment: Vec<(&str, &str)> = { own.environment.iter() }
            .filter(|(name, _)| !name.starts_with("KC_DB"))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        environment.extend([
            ("KC_DB", "dev-file"),
            ("KC_CACHE", "local"),
            ("KC_HTTP_HOST", "127.0.0.1"),
            ("KC_HTTP_PORT", &http_port),
            ("KC_HTTP_MANAGEMENT_PORT", &management_port),
            ("KC_PROXY_TRUSTED_ADDRESSES", "127.0.0.0/8"),
            ("JAVA_OPTS_KC_HEAP", "-Xmx640m"),
        ]);
        let mut arguments = vec![home.join("bin/kc.sh").into_string()];
        arguments.extend(
            own.command
                .iter()
                .map(|word| own.here(word, &[(HOME, home.as_str())])),
        );
        let mut running = sandbox.start(Utf8Path::new("bash"), &arguments, &environment)?;
        let health = format!("http://127.0.0.1:{management}/health/ready");
        running.until(|| {
            listens(management) && ask(&health, &[]).is_ok_and(|answer| answer.status == 200)
        })?;
        Ok(Self {
            sandbox,
            home,
            port,
            address,
            password,
            jobs: Cell::default(),
            _running: running,
        })
    }

    /// Runs the job that brings the realm.
    pub(super) fn reconcile(&self, cluster: &Cluster) -> Result<()> {
        let job = workload(cluster, "Job")?;
        let number = self.jobs.replace(self.jobs.get() + 1);
        let volumes = self.sandbox.path(&format!("job-{number}"))?;
        for key in ["initContainers", "containers"] {
            for container in items(job, &format!("/spec/template/spec/{key}")) {
                let container = Container::of(cluster, job, container, &volumes)?;
                run(self.sandbox, &container, &self.home, &self.address)?;
            }
        }
        Ok(())
    }

    /// Asks as a gateway does that hands a request on.
    pub(super) fn ask(&self, address: &str, arguments: &[&str]) -> Result<Answer> {
        let host = address.split('/').nth(2).unwrap_or_default();
        let host = format!("X-Forwarded-Host: {host}");
        let mut all = vec!["--header", "X-Forwarded-Proto: https", "--header", &host];
        all.extend(["--header", "X-Forwarded-Port: 443"]);
        all.extend_from_slice(arguments);
        let path = address.splitn(4, '/').nth(3).unwrap_or_default();
        ask(&format!("{}/{path}", self.address), &all)
    }

    /// What its own interface says or does: method, path below `/admin/realms/`, and what is sent.
    pub(super) fn admin(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let login = format!(
            "{}/realms/{MASTER}/protocol/openid-connect/token",
            self.address
        );
        let password = format!("password={}", self.password);
        let fields = [
            "grant_type=password",
            "client_id=admin-cli",
            "username=admin",
            &password,
        ];
        let answer = ask(&login, &form(&fields))?;
        let token: Value = serde_json::from_str(&answer.body)
            .with_context(|| format!("no token for the administrator: {}", answer.body))?;
        let token = format!("Authorization: Bearer {}", text(&token, "/access_token"));
        let mut arguments = vec!["--request", method, "--header", &token];
        if !body.is_empty() {
            arguments.extend(["--header", "Content-Type: application/json", "--data", body]);
        }
        let answer = ask(&format!("{}/admin/realms/{path}", self.address), &arguments)?;
        if answer.status >= 300 {
            bail!("{method} {path}: {} {}", answer.status, answer.body);
        }
        Ok(serde_json::from_str(&answer.body).unwrap_or(Value::Null))
    }
}

/// The workload of a kind that runs Keycloak's image.
fn workload<'c>(cluster: &'c Cluster, kind: &str) -> Result<&'c Value> {
    let mut workloads = cluster.of_kind(kind);
    let found = workloads.find(|one| {
        let mut containers = items(one, "/spec/template/spec/containers").iter();
        containers.any(|container| text(container, "/image").contains(IMAGE))
    });
    found.with_context(|| format!("no {kind} runs an image {IMAGE}"))
}

/// Runs what ends by itself.
fn run(sandbox: &Sandbox, container: &Container, home: &Utf8Path, address: &str) -> Result<()> {
    let service = Regex::new(r"http://keycloak[a-z0-9.-]*:8080")?;
    let here = |text: &str| {
        let text = container.here(text, &[(HOME, home.as_str())]);
        service.replace_all(&text, address).into_owned()
    };
    for file in &container.files {
        files::write(file, here(&files::text(file)?))?;
    }
    let words: Vec<String> = container.command.iter().map(|word| here(word)).collect();
    let (program, arguments) = words.split_first().context("a container has no command")?;
    let mut command: Command = sandbox.command(program)?;
    command.args(arguments);
    for (name, value) in &container.environment {
        command.env(name, here(value));
    }
    process::quiet(&mut command).map(drop)
}

/// A link to a folder or file in the place of what is there.
fn link(to: &Utf8Path, place: &Utf8Path) -> Result<()> {
    if place.is_dir() {
        std::fs::remove_dir_all(place)?;
    } else if place.exists() {
        std::fs::remove_file(place)?;
    }
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder)?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(to, place).with_context(|| format!("cannot link `{place}`"))?;
    Ok(())
}
