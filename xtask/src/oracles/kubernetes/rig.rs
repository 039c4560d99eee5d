//! The cluster: its programs built once, started as often as it is wanted, and gone with the oracle.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tempfile::TempDir;

use super::super::helper::{self, Helper};
use super::programs::{self, Programs};
use crate::{files, process};

/// The namespace of all of it.
const NETWORK: &str = "ichor-kubernetes";

/// Where the API server is.
pub(super) const SERVER: &str = "https://127.0.0.1:6443";

/// The nodes that `repository.py` names.
pub(super) const NODES: [&str; 3] = ["cp-1", "cp-2", "w-1"];

/// How long anything may take.
pub(super) const PATIENCE: Duration = Duration::from_mins(3);

/// What the machine must have.
const INSTALLED: [(&str, &str); 8] = [
    ("go", "version"),
    ("git", "version"),
    ("ip", "-V"),
    ("bash", "--version"),
    ("curl", "--version"),
    ("openssl", "version"),
    ("python3", "--version"),
    ("setsid", "--version"),
];

/// Why there can be no cluster on this machine.
pub(super) fn need() -> Option<String> {
    if std::env::consts::OS != "linux" {
        return Some("a cluster runs in a network namespace of Linux".to_owned());
    }
    let user = process::quiet(process::command("id").arg("-u"));
    if user.is_ok_and(|user| user.trim() != "0") {
        return Some("only root can make namespaces".to_owned());
    }
    let missing = INSTALLED
        .iter()
        .find(|(program, argument)| !process::exists(program, argument));
    missing.map(|(program, _)| format!("there is no `{program}`"))
}

/// Which Helm is the one that programs find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Helm {
    Three,
    Four,
}

/// A cluster, and the world outside it.
pub(super) struct Rig {
    folder: TempDir,
    /// Which Helm is found.
    pub(super) helm: Helm,
    flux_operator: Utf8PathBuf,
    _door: Helper,
    /// Names and addresses are there once: a second rig has to wait.
    _lock: File,
}

impl Rig {
    /// Builds what is not there yet, and opens the door; or says why that cannot be had.
    pub(super) fn open() -> Result<Result<Self, String>> {
        let folder = tempfile::Builder::new()
            .prefix("ichor-kubernetes-")
            .tempdir()
            .context("cannot make a temporary folder")?;
        let path = files::utf8(folder.path())?.to_owned();
        let built = match Programs::into(&path.join("bin"))? {
            Ok(built) => built,
            Err(reason) => return Ok(Err(reason)),
        };
        programs::link(&path.join("bin-3"), &[built.helm_3])?;
        let lock = process::cache("kubernetes", &[scripts("cluster.sh")])?;
        files::write(&lock.join("lock"), "")?;
        let lock = File::open(lock.join("lock")).context("cannot open the lock")?;
        lock.lock().context("cannot wait for another run")?;
        for word in ["down", "up"] {
            process::quiet(process::command("bash").arg(scripts("net.sh")).arg(word))?;
        }
        for name in ["home", "hooks", "git", "cluster"] {
            let folder = path.join(name);
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make `{folder}`"))?;
        }
        process::quiet(
            process::command("bash")
                .arg(scripts("pki.sh"))
                .arg(path.join("pki")),
        )?;
        let log = File::create(path.join("door.log")).context("cannot write a log")?;
        let mut door = helper::beside(NETWORK, path.join("bin/door").as_str());
        door.args(["127.0.0.1:5000", path.as_str()])
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log));
        let door = Helper::start(&mut door)?;
        let rig = Self {
            folder,
            helm: Helm::Four,
            flux_operator: built.flux_operator,
            _door: door,
            _lock: lock,
        };
        // What the hooks and everybody else need to use the door.
        let environment: String = rig
            .environment()?
            .into_iter()
            .filter(|(name, _)| *name != "PATH")
            .fold("export".to_owned(), |all, (name, value)| {
                format!("{all} {name}='{value}'")
            });
        files::write(&rig.path("env")?, environment + "\n")?;
        let authority = rig.path("ca.crt")?;
        until("the door", PATIENCE, || Ok(authority.exists()))?;
        rig.charts(&scripts("charts.txt"))?;
        Ok(Ok(rig))
    }

    /// Something in its folder.
    pub(super) fn path(&self, name: &str) -> Result<Utf8PathBuf> {
        Ok(files::utf8(self.folder.path())?.join(name))
    }

    /// Pushes the charts of a table.
    pub(super) fn charts(&self, table: &Utf8Path) -> Result<()> {
        let mut charts = self.command("python3")?;
        charts
            .args([scripts("charts.py"), self.path("")?, table.to_owned()])
            .env("PATH", self.search(Helm::Four)?)
            .env("FLUX_OPERATOR", &self.flux_operator);
        process::quiet(&mut charts).map(drop)
    }

    /// A new cluster, whose nodes wait for a network.
    pub(super) fn fresh(&mut self) -> Result<()> {
        self.with_nodes(&NODES)
    }

    /// The same with other nodes.
    pub(super) fn with_nodes(&mut self, nodes: &[&str]) -> Result<()> {
        self.stop()?;
        let cluster = self.path("cluster")?;
        std::fs::remove_dir_all(&cluster).with_context(|| format!("cannot remove `{cluster}`"))?;
        self.script("start", nodes)
    }

    /// Ends the cluster.
    pub(super) fn stop(&mut self) -> Result<()> {
        self.script("stop", &[])
    }

    /// Ends the API server alone.
    pub(super) fn stop_server(&self) -> Result<()> {
        self.script("server-stop", &[])
    }

    /// Starts it again.
    pub(super) fn start_server(&self) -> Result<()> {
        self.script("server-start", &[])
    }

    fn script(&self, what: &str, more: &[&str]) -> Result<()> {
        let mut script = self.command("bash")?;
        script
            .args([scripts("cluster.sh").as_str(), what])
            .arg(self.path("")?)
            .args(more)
            // The cluster's own programs find Helm 4 whatever is asked about.
            .env("PATH", self.search(Helm::Four)?)
            .env("OWNER", std::process::id().to_string())
            .env("FLUX_DATA", self.flux_data());
        // What goes on running must not hold a pipe open.
        let words = self.path("script.log")?;
        let log = File::create(&words).with_context(|| format!("cannot write `{words}`"))?;
        script.stdout(Stdio::null()).stderr(Stdio::from(log));
        let status = script.status().context("cannot start bash")?;
        if !status.success() {
            bail!("`cluster.sh {what}` failed:\n{}", files::text(&words)?);
        }
        Ok(())
    }

    /// What flux-operator makes Flux of.
    pub(super) fn flux_data(&self) -> Utf8PathBuf {
        self.flux_operator.join("config/data")
    }

    /// A command beside the cluster, which knows nothing of the one who runs it.
    pub(super) fn command(&self, program: &str) -> Result<Command> {
        let mut command = helper::inside(NETWORK, program);
        command
            .env_clear()
            .current_dir(self.folder.path())
            .envs(self.environment()?);
        Ok(command)
    }

    /// A program of its own beside the cluster, as long as the oracle runs.
    pub(super) fn beside(&self, name: &str) -> Result<Command> {
        let program = self.path("bin")?.join(name);
        let mut command = helper::beside(NETWORK, program.as_str());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command)
    }

    /// The door's authority, as a `caBundle` has it.
    pub(super) fn authority(&self) -> Result<String> {
        Ok(BASE64_STANDARD.encode(files::text(&self.path("ca.crt")?)?))
    }

    fn environment(&self) -> Result<[(&'static str, String); 8]> {
        let path = |name: &str| -> Result<String> { Ok(self.path(name)?.into_string()) };
        Ok([
            ("PATH", self.search(self.helm)?),
            ("HOME", path("home")?),
            ("KUBECONFIG", path("pki/admin.conf")?),
            ("HTTPS_PROXY", "http://127.0.0.1:5000".to_owned()),
            ("HTTP_PROXY", "http://127.0.0.1:5000".to_owned()),
            ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
            ("SSL_CERT_FILE", path("ca.crt")?),
            ("LANG", "C.UTF-8".to_owned()),
        ])
    }

    fn search(&self, helm: Helm) -> Result<String> {
        let own = match helm {
            Helm::Three => vec![self.path("bin-3")?, self.path("bin")?],
            Helm::Four => vec![self.path("bin")?],
        };
        let own: Vec<_> = own.iter().map(|path| path.as_str()).collect();
        let installed = std::env::var("PATH").context("PATH is not set")?;
        Ok(format!("{}:{installed}", own.join(":")))
    }

    /// What kubectl says, of the administrator.
    pub(super) fn kubectl(&self, arguments: &[&str]) -> Result<String> {
        process::quiet(self.command("kubectl")?.args(arguments))
    }

    /// Applies an object.
    pub(super) fn apply(&self, object: &Value) -> Result<()> {
        let file = self.path("object.json")?;
        files::write(&file, object.to_string())?;
        self.kubectl(&["apply", "--server-side", "--filename", file.as_str()])
            .map(drop)
    }

    /// What the API server answers; nothing where there is no such thing.
    pub(super) fn get(&self, path: &str) -> Result<Option<Value>> {
        let pki = |name: &str| self.path("pki").map(|pki| pki.join(name));
        let mut ask = self.command("curl")?;
        ask.args(["--silent", "--fail", "--noproxy", "*", "--max-time", "20"])
            .arg("--cacert")
            .arg(pki("ca.crt")?)
            .arg("--cert")
            .arg(pki("admin.crt")?)
            .arg("--key")
            .arg(pki("admin.key")?)
            .arg(format!("{SERVER}{path}"));
        let output = ask.output().context("cannot start curl")?;
        Ok(if output.status.success() {
            Some(serde_json::from_slice(&output.stdout).context("the answer is no JSON")?)
        } else {
            None
        })
    }

    /// The items of a list; none where there is no such kind.
    pub(super) fn list(&self, path: &str) -> Result<Vec<Value>> {
        let mut list = self.get(path)?.unwrap_or_default();
        Ok(serde_json::from_value(list["items"].take()).unwrap_or_default())
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _stopped = self.stop();
        let _gone = process::quiet(process::command("bash").arg(scripts("net.sh")).arg("down"));
    }
}

/// A file of the rig's own.
pub(super) fn scripts(name: &str) -> Utf8PathBuf {
    files::root().join("oracles/kubernetes").join(name)
}

/// Waits until something is so.
pub(super) fn until(
    what: &str,
    patience: Duration,
    mut is_so: impl FnMut() -> Result<bool>,
) -> Result<()> {
    let begin = Instant::now();
    while begin.elapsed() < patience {
        if is_so()? {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    bail!("waited {} s for {what}", patience.as_secs())
}
