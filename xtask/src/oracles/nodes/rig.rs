//! The nodes: built once, started as they are wanted, and gone with the oracle.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;

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

/// How long a node has until it answers.
const PATIENCE: Duration = Duration::from_mins(2);

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
    let own = files::root().join("oracles/talos-nodes");
    let pins = [
        "build.sh",
        "rootfs.sh",
        "node.sh",
        "stage.sh",
        "supervise.sh",
        "net.sh",
        "kubelet/main.go",
        "runc/main.go",
    ];
    let pins: Vec<_> = pins.iter().map(|name| own.join(name)).collect();
    process::cache("talos-nodes", &pins)
}

/// Nodes and what serves them.
pub(super) struct Rig {
    folder: Utf8PathBuf,
    registry: Option<Child>,
    nodes: Vec<String>,
}

impl Rig {
    /// Builds what is not there yet, and makes a network; or says why that cannot be had.
    #[expect(clippy::print_stderr, reason = "what takes minutes is said beforehand")]
    pub(super) fn open() -> Result<Result<Self, String>> {
        let own = files::root().join("oracles/talos-nodes");
        let folder = folder()?;
        if !folder.join("built").exists() {
            eprintln!("oracles: building real Talos nodes in `{folder}`: ten minutes or more");
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make `{folder}`"))?;
            let mut build = process::command("bash");
            build.arg(own.join("build.sh")).env("NODES", &folder);
            if let Err(error) = process::quiet(&mut build) {
                return Ok(Err(format!("nodes cannot be built: {error}")));
            }
        }
        let mut rig = Self {
            folder,
            registry: None,
            nodes: Vec::new(),
        };
        rig.script("net.sh", &["up"])?;
        rig.serve()?;
        Ok(Ok(rig))
    }

    /// A program that was built.
    pub(super) fn program(&self, name: &str) -> Utf8PathBuf {
        self.folder.join("bin").join(name)
    }

    /// A command in the network of the nodes.
    pub(super) fn command(program: &str) -> Command {
        let mut command = process::command("ip");
        command.args(["netns", "exec", NETWORK, "timeout", "600", program]);
        command
    }

    /// Starts a node without a configuration, and waits until it answers.
    pub(super) fn start(&mut self, name: &str, address: &str) -> Result<()> {
        self.nodes.push(name.to_owned());
        self.script("node.sh", &["start", name, address])?;
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
        bail!(
            "the node `{name}` does not answer; its console is in `{}`",
            self.folder
        )
    }

    /// Ends all nodes, and what they wrote.
    pub(super) fn clear(&mut self) -> Result<()> {
        for name in std::mem::take(&mut self.nodes) {
            // One that has ended by itself is ended.
            let _ended = self.script("node.sh", &["kill", &name]);
            let folder = self.folder.join("nodes").join(&name);
            // Its mounts go with its namespaces.
            for _ in 0..50 {
                std::thread::sleep(Duration::from_millis(200));
                if std::fs::remove_dir_all(&folder).is_ok() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// What nodes pull, under the names that they pull it by.
    fn serve(&mut self) -> Result<()> {
        let images = self.folder.join("images");
        let mut archives = Vec::new();
        for (name, reference, program) in [
            ("etcd", "registry.k8s.io/etcd:v3.6.12", "etcd"),
            (
                "kubelet",
                "ghcr.io/siderolabs/kubelet:v1.36.2",
                "own-kubelet",
            ),
        ] {
            let archive = images.join(format!("{name}.tar"));
            let entry = format!("/usr/local/bin/{name}");
            let file = format!("{}={entry}", self.program(program));
            let mut make = process::command("python3");
            make.arg(self.folder.join("node/image.py")).args([
                archive.as_str(),
                reference,
                &entry,
                &file,
            ]);
            process::quiet(&mut make)?;
            archives.push(archive);
        }
        let log = self.folder.join("log/registry.log");
        let log = File::create(&log).with_context(|| format!("cannot write `{log}`"))?;
        let mut registry = process::command("ip");
        registry
            .args(["netns", "exec", NETWORK, "python3"])
            .arg(self.folder.join("node/registry.py"))
            .args(["10.5.0.1", "5000"])
            .args(&archives)
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log));
        self.registry = Some(registry.spawn().context("cannot start the registry")?);
        Ok(())
    }

    fn script(&self, name: &str, arguments: &[&str]) -> Result<()> {
        let mut script = process::command("bash");
        script
            .arg(self.folder.join("node").join(name))
            .args(arguments)
            .env("NODES", &self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        process::run(&mut script)
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _cleared = self.clear();
        if let Some(mut registry) = self.registry.take() {
            let _ended = registry.kill();
            let _waited = registry.wait();
        }
        let _gone = self.script("net.sh", &["down"]);
    }
}
