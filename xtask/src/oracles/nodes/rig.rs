//! The nodes: built once, started as they are wanted, and gone with the oracle.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::super::flux::{API_SERVER, KUBECTL};
use super::super::go::{self, Program};
use super::super::helper::{self, Helper};
use crate::{files, process};

/// The namespace that clients are in.
const NETWORK: &str = "tn-net";

/// What the machine must have.
const PROGRAMS: [(&str, &str); 9] = [
    ("go", "version"),
    ("ip", "-V"),
    ("perl", "-v"),
    ("python3", "--version"),
    ("unshare", "--version"),
    ("nsenter", "--version"),
    ("dpkg", "--version"),
    ("apt-get", "--version"),
    ("bash", "--version"),
];

/// What stands before runc, and in the place of the kubelet.
const RUNC: Program = own("talos-nodes/runc", "runc");
const KUBELET: Program = own("talos-nodes/kubelet", "kubelet");
/// What stands in for machined where container mode refuses.
const MADE_UP: Program = own("talos-nodes/fakenode", "fakenode");

/// What writes down calls on their way to a node.
const RECORDER: Program = Program {
    folder: "talos-nodes/fakenode",
    name: "recorder",
    package: "./recorder",
    link: "-s -w",
};

/// The Talos that nodes run, and the next one, whose configurations can be documents.
pub(super) const RELEASE: &str = "v1.13.9";
pub(super) const NEXT_RELEASE: &str = "v1.14.1";

/// How long a node has until it answers.
const PATIENCE: Duration = Duration::from_mins(2);

const fn own(folder: &'static str, name: &'static str) -> Program {
    Program {
        folder,
        name,
        package: ".",
        link: "-s -w",
    }
}

/// Why there can be no nodes on this machine.
pub(super) fn need() -> Option<String> {
    if std::env::consts::OS != "linux" {
        return Some("nodes run in namespaces of Linux".to_owned());
    }
    let user = process::quiet(process::command("id").arg("-u"));
    if user.is_ok_and(|user| user.trim() != "0") {
        return Some("only root can make namespaces".to_owned());
    }
    let missing = PROGRAMS
        .iter()
        .find(|(program, argument)| !process::exists(program, argument));
    missing.map(|(program, _)| format!("there is no `{program}`"))
}

/// Where they are built.
pub(super) fn folder() -> Result<Utf8PathBuf> {
    let pins = ["build.sh", "rootfs.sh", "runc/main.go"].map(scripts);
    process::cache("talos-nodes", &pins)
}

/// Nodes and what serves them.
pub(super) struct Rig {
    folder: Utf8PathBuf,
    /// What the next node runs.
    release: &'static str,
    runc: Utf8PathBuf,
    kubelet: Utf8PathBuf,
    made_up: Utf8PathBuf,
    recorder: Utf8PathBuf,
    server: Utf8PathBuf,
    kubectl: Utf8PathBuf,
    /// What serves nodes as long as there are any, and what serves those of now.
    registry: Option<Helper>,
    helpers: Vec<Helper>,
    agent: Option<Helper>,
    nodes: Vec<String>,
    /// Names and addresses are there once: a second rig has to wait.
    _lock: File,
}

impl Rig {
    /// Builds what is not there yet, and makes a network; or says why that cannot be had.
    pub(super) fn open() -> Result<Result<Self, String>> {
        let programs = go::all([&RUNC, &KUBELET, &MADE_UP, &RECORDER, &API_SERVER, &KUBECTL])?;
        let [runc, kubelet, made_up, recorder, server, kubectl] = match programs {
            Ok(programs) => programs,
            Err(reason) => return Ok(Err(reason)),
        };
        let folder = folder()?;
        if let Err(error) = build(&folder, &runc, RELEASE) {
            return Ok(Err(format!("nodes cannot be built: {error}")));
        }
        let lock = folder.join("lock");
        let lock = File::create(&lock).with_context(|| format!("cannot write `{lock}`"))?;
        lock.lock().context("cannot wait for another run")?;
        let mut rig = Self {
            _lock: lock,
            folder,
            release: RELEASE,
            runc,
            kubelet,
            made_up,
            recorder,
            server,
            kubectl,
            registry: None,
            helpers: Vec::new(),
            agent: None,
            nodes: Vec::new(),
        };
        for folder in ["images", "log"] {
            let folder = rig.folder.join(folder);
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make `{folder}`"))?;
        }
        // What a run left that was killed.
        if let Ok(left) = rig.folder.join("nodes").read_dir_utf8() {
            let left = left.filter_map(Result::ok);
            rig.nodes = left.map(|node| node.file_name().to_owned()).collect();
        }
        rig.clear()?;
        rig.done("net.sh", &["down"])?;
        rig.done("net.sh", &["up"])?;
        rig.serve()?;
        Ok(Ok(rig))
    }

    /// A program that was built.
    pub(super) fn program(&self, name: &str) -> Utf8PathBuf {
        match name {
            "kubectl" => self.kubectl.clone(),
            "talosctl" => talosctl(&self.folder, self.release),
            _ => self.folder.join("bin").join(name),
        }
    }

    /// The Talos that the next node runs.
    pub(super) fn release(&self) -> &'static str {
        self.release
    }

    /// Has nodes run a release, which is built where it is not there yet.
    pub(super) fn use_release(&mut self, release: &'static str) -> Result<()> {
        build(&self.folder, &self.runc, release)?;
        self.release = release;
        Ok(())
    }

    /// A command in the network of the nodes.
    pub(super) fn command(program: &str) -> Command {
        Self::within(600, program)
    }

    /// The same, ended after so many seconds.
    pub(super) fn within(seconds: u32, program: &str) -> Command {
        let mut command = Self::bare("timeout");
        command.arg(seconds.to_string()).arg(program);
        command
    }

    /// The same without an end of its own, and as one process, which can be killed.
    pub(super) fn bare(program: &str) -> Command {
        helper::inside(NETWORK, program)
    }

    /// The folder of a node.
    pub(super) fn folder(&self, name: &str) -> Utf8PathBuf {
        self.folder.join("nodes").join(name)
    }

    /// Starts a node without a configuration, and waits until it answers.
    pub(super) fn start(&mut self, name: &str, address: &str) -> Result<()> {
        self.begin(name, address, "/sbin/init")
    }

    /// The same with a machine that is made up behind the real apid; it takes the CA of a cluster
    /// out of the configuration of a control plane.
    pub(super) fn made_up(&mut self, name: &str, address: &str, lead: &Utf8Path) -> Result<()> {
        let own = self.folder(name).join("vol/opt");
        std::fs::create_dir_all(&own).with_context(|| format!("cannot make `{own}`"))?;
        for (from, to) in [(self.made_up.as_path(), "fakenode"), (lead, "ca.yaml")] {
            std::fs::copy(from, own.join(to)).with_context(|| format!("cannot copy `{from}`"))?;
        }
        files::write(&self.folder(name).join("norestart"), "")?;
        let init = format!("/opt/fakenode --name {name} --address {address}");
        self.begin(name, address, &init)
    }

    /// Cuts a node's power and starts it again, with what it has written.
    pub(super) fn again(&self, name: &str, address: &str) -> Result<()> {
        self.done("node.sh", &["kill", name])?;
        self.done("node.sh", &["start", name, address])
    }

    fn begin(&mut self, name: &str, address: &str, init: &str) -> Result<()> {
        self.nodes.push(name.to_owned());
        let start = ["start", name, address];
        process::quiet(self.script("node.sh", &start).env("INIT", init))?;
        let begin = Instant::now();
        let talosctl = self.program("talosctl");
        while begin.elapsed() < PATIENCE {
            let mut ask = Self::command(talosctl.as_str());
            ask.args(["version", "--insecure", "-n", address])
                .env("HOME", &self.folder);
            if ask.output().is_ok_and(|output| output.status.success()) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(300));
        }
        bail!("the node `{name}` does not answer:\n{}", self.console(name))
    }

    /// What a node last said on its console.
    pub(super) fn console(&self, name: &str) -> String {
        let file = self.folder(name).join("console.log");
        let text = std::fs::read(&file).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// Ends all nodes and what they wrote, and what serves them alone.
    pub(super) fn clear(&mut self) -> Result<()> {
        self.helpers.clear();
        self.agent = None;
        let nodes = std::mem::take(&mut self.nodes);
        for name in &nodes {
            self.done("node.sh", &["kill", name])?;
        }
        for name in nodes {
            let folder = self.folder(&name);
            // Its mounts go with its namespaces.
            for _ in 0..50 {
                if std::fs::remove_dir_all(&folder).is_ok() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(200));
            }
            self.done("net.sh", &["drop", &name])?;
        }
        Ok(())
    }

    /// Has the one address of several control planes: of their API servers and their trustd.
    pub(super) fn door(&mut self, addresses: &[&str]) -> Result<()> {
        let mut arguments = vec!["10.5.0.1", "6443,50001"];
        arguments.extend(addresses);
        let door = self.helper("door", &arguments)?;
        self.helpers.push(door);
        Ok(())
    }

    /// Has calls to an address handed on to a control plane, and written down.
    pub(super) fn recorder(
        &mut self,
        listen: &str,
        to: &str,
        lead: &Utf8Path,
        log: &Utf8Path,
    ) -> Result<()> {
        let mut command = Self::beside(self.recorder.as_str());
        command.args(["-listen", listen, "-to", to]);
        command.args(["-config", lead.as_str(), "-log", log.as_str()]);
        self.helpers.push(Helper::start(&mut command)?);
        Ok(())
    }

    /// Asks every API server five times a second, and says which are away.
    pub(super) fn prober(kubeconfig: &Utf8Path, addresses: &[String]) -> Result<Helper> {
        let mut command = Self::beside("python3");
        command
            .args([scripts("prober.py"), kubeconfig.to_owned()])
            .args(addresses)
            .stdout(Stdio::piped());
        Helper::start(&mut command)
    }

    /// Sends a signal to every process of a program on a node.
    pub(super) fn signal(&self, node: &str, program: &str, signal: &str) -> Result<()> {
        self.done("node.sh", &["signal", node, program, signal])
    }

    /// Has what kubelets and controllers write written into the Kubernetes API, by one that knows
    /// nothing yet.
    pub(super) fn agent(&mut self, kubeconfig: &Utf8Path, addresses: &[&str]) -> Result<()> {
        let mut arguments = vec![kubeconfig.as_str()];
        arguments.extend(addresses);
        self.agent = None;
        self.agent = Some(self.helper("agent", &arguments)?);
        Ok(())
    }

    /// What nodes pull, under the names that they pull it by.
    fn serve(&mut self) -> Result<()> {
        let program = "/usr/local/bin";
        let mut archives = Vec::new();
        let mut image = |reference: &str, name: &str, files: &[(&Utf8Path, &str)]| -> Result<()> {
            let file = reference.replace(['/', ':'], "_");
            let archive = self.folder.join("images").join(format!("{file}.tar"));
            let mut make = process::command("python3");
            make.arg(scripts("image.py"))
                .args([archive.as_str(), reference])
                .arg(format!("{program}/{name}"));
            for (from, to) in files {
                make.arg(format!("{from}={program}/{to}"));
            }
            process::quiet(&mut make)?;
            archives.push(archive);
            Ok(())
        };
        let etcd = self.program("etcd");
        // As either release asks for it.
        for version in ["v3.6.12", "3.7.1"] {
            let reference = format!("registry.k8s.io/etcd:{version}");
            image(&reference, "etcd", &[(&etcd, "etcd")])?;
        }
        // Pulled, and refused in container mode before it is run.
        let nothing = scripts("image.py");
        let installer = "ghcr.io/siderolabs/installer:v1.13.8";
        image(installer, "installer", &[(&nothing, "installer")])?;
        for version in ["v1.36.2", "v1.36.3", "v1.36.4"] {
            // The API server is run by what stands in for the kubelet.
            let files = [
                (self.kubelet.as_path(), "kubelet"),
                (self.server.as_path(), "kube-apiserver"),
            ];
            let kubelet = format!("ghcr.io/siderolabs/kubelet:{version}");
            image(&kubelet, "kubelet", &files)?;
            for name in [
                "kube-apiserver",
                "kube-controller-manager",
                "kube-scheduler",
                "kube-proxy",
            ] {
                // Pulled before an upgrade, and never run.
                let reference = format!("registry.k8s.io/{name}:{version}");
                let nothing = scripts("image.py");
                image(&reference, name, &[(&nothing, name)])?;
            }
        }
        let mut arguments = vec!["10.5.0.1", "5000"];
        arguments.extend(archives.iter().map(|archive| archive.as_str()));
        self.registry = Some(self.helper("registry", &arguments)?);
        Ok(())
    }

    /// A script that runs beside the nodes, with a log.
    fn helper(&self, name: &str, arguments: &[&str]) -> Result<Helper> {
        let log = self.folder.join("log").join(format!("{name}.log"));
        let log = File::create(&log).with_context(|| format!("cannot write `{log}`"))?;
        let mut helper = Self::beside("python3");
        helper
            .arg(scripts(&format!("{name}.py")))
            .args(arguments)
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log));
        Helper::start(&mut helper)
    }

    /// A command that runs beside the nodes, as long as this process does.
    pub(super) fn beside(program: &str) -> Command {
        helper::beside(NETWORK, program)
    }

    fn script(&self, name: &str, arguments: &[&str]) -> Command {
        let mut script = process::command("bash");
        script
            .arg(scripts(name))
            .args(arguments)
            .env("NODES", &self.folder)
            .env("ROOTFS", self.folder.join(self.release).join("rootfs"))
            .env("OWNER", std::process::id().to_string());
        script
    }

    fn done(&self, name: &str, arguments: &[&str]) -> Result<()> {
        process::quiet(&mut self.script(name, arguments)).map(drop)
    }
}

/// Where the real talosctl of a release is, once it is built.
pub(super) fn talosctl(folder: &Utf8Path, release: &str) -> Utf8PathBuf {
    folder.join(release).join("talosctl")
}

/// Builds what a release needs, if it is not there yet.
#[expect(clippy::print_stderr, reason = "what takes minutes is said beforehand")]
fn build(folder: &Utf8Path, runc: &Utf8Path, release: &str) -> Result<()> {
    if folder.join(release).join("built").exists() {
        return Ok(());
    }
    eprintln!("oracles: building real nodes of Talos {release} in `{folder}`: ten minutes or more");
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{folder}`"))?;
    let mut build = process::command("bash");
    build
        .arg(scripts("build.sh"))
        .arg(release)
        .env("NODES", folder)
        .env("RUNC", runc);
    process::quiet(&mut build).map(drop)
}

/// A file of the rig's own.
fn scripts(name: &str) -> Utf8PathBuf {
    files::root().join("oracles/talos-nodes").join(name)
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _cleared = self.clear();
        self.registry = None;
        let _gone = self.done("net.sh", &["down"]);
    }
}
