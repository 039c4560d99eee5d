//! A repository of nodes of the rig, and what both programs say in it.

use std::fmt::Write as _;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::super::helper::Helper;
use super::rig::Rig;
use crate::files;

/// How long a program has that waits for something.
const PATIENCE: Duration = Duration::from_mins(3);

/// A repository of nodes of the rig.
pub(super) struct Repository<'a> {
    ichor: &'a Utf8Path,
    talosctl: Utf8PathBuf,
    kubectl: Utf8PathBuf,
    folder: tempfile::TempDir,
    /// The addresses of its nodes, control planes first.
    pub(super) addresses: Vec<String>,
    /// How many of them are control planes.
    pub(super) leads: usize,
}

impl<'a> Repository<'a> {
    /// Starts what stands in for the rest of Kubernetes.
    pub(super) fn agent(&self, rig: &mut Rig) -> Result<()> {
        let addresses: Vec<_> = self.addresses.iter().map(String::as_str).collect();
        rig.agent(&self.file("kubeconfig")?, &addresses)
    }

    /// A cluster that is to be, behind one address.
    pub(super) fn new(
        rig: &Rig,
        ichor: &'a Utf8Path,
        names: &[&str],
        leads: usize,
    ) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let path = files::utf8(folder.path())?.to_owned();
        let mut talconfig = format!(
            "clusterName: nodes\ntalosVersion: {}\nkubernetesVersion: v1.36.2\nendpoint: https://10.5.0.1:6443\nnodes:\n",
            rig.release()
        );
        let addresses: Vec<_> = (2..)
            .take(names.len())
            .map(|last| format!("10.5.0.{last}"))
            .collect();
        for (index, (name, address)) in names.iter().zip(&addresses).enumerate() {
            let _ = write!(
                talconfig,
                "  - hostname: {name}\n    ipAddress: {address}\n    controlPlane: {}\n    installDisk: /dev/sda\n",
                index < leads
            );
        }
        talconfig.push_str(include_str!("../../../../oracles/talos-nodes/patches.yaml"));
        files::write(&path.join("talconfig.yaml"), &talconfig)?;
        let repository = Self {
            ichor,
            talosctl: rig.program("talosctl"),
            kubectl: rig.program("kubectl"),
            folder,
            addresses,
            leads,
        };
        let secrets = repository.ichor("talos gensecret --stdout")?;
        files::write(&path.join("talsecret.yaml"), &secrets.stdout)?;
        Ok(repository)
    }

    /// A file of it.
    pub(super) fn file(&self, name: &str) -> Result<Utf8PathBuf> {
        Ok(files::utf8(self.folder.path())?.join(name))
    }

    /// What ichor says.
    pub(super) fn ichor(&self, line: &str) -> Result<Output> {
        self.run(self.ichor, line)
    }

    /// What talosctl says.
    pub(super) fn talosctl(&self, line: &str) -> Result<Output> {
        self.run(&self.talosctl, line)
    }

    /// What kubectl says.
    pub(super) fn kubectl(&self, line: &str) -> Result<Output> {
        self.run(&self.kubectl, line)
    }

    /// What ichor says within so many seconds.
    pub(super) fn ichor_within(&self, seconds: u32, line: &str) -> Result<Output> {
        self.run_within(seconds, self.ichor, line)
    }

    /// What talosctl says within so many seconds.
    pub(super) fn talosctl_within(&self, seconds: u32, line: &str) -> Result<Output> {
        self.run_within(seconds, &self.talosctl, line)
    }

    /// ichor, which is not waited for.
    pub(super) fn start(&self, line: &str) -> Result<Child> {
        let mut command = Rig::bare(self.ichor.as_str());
        self.place(&mut command, line);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().context("cannot start ichor")
    }

    /// kubectl, which goes on saying what it sees.
    pub(super) fn watch(&self, line: &str) -> Result<Helper> {
        let mut command = Rig::beside(self.kubectl.as_str());
        self.place(&mut command, line);
        Helper::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))
    }

    fn run(&self, program: &Utf8Path, line: &str) -> Result<Output> {
        self.run_within(600, program, line)
    }

    fn run_within(&self, seconds: u32, program: &Utf8Path, line: &str) -> Result<Output> {
        let mut command = Rig::within(seconds, program.as_str());
        self.place(&mut command, line);
        command
            .output()
            .with_context(|| format!("cannot start `{program}`"))
    }

    fn place(&self, command: &mut Command, line: &str) {
        command
            .args(line.split(' '))
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("TALOSCONFIG", "clusterconfig/talosconfig")
            .env("KUBECONFIG", "kubeconfig");
    }

    /// Waits until something is so.
    pub(super) fn until(what: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if is_so()? {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        bail!("waited {} s for {what}", PATIENCE.as_secs())
    }
}
