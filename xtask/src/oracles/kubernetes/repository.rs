//! A repository, its work tree and where it is pushed to, and programs that run in it.

use std::fs::File;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::rig::{Rig, scripts};
use crate::{files, process};

/// How long one program may take; all of a bootstrap takes less than a minute.
const LIMIT: Duration = Duration::from_mins(4);

/// A repository that the door serves.
pub(super) struct Repository {
    /// Its work tree.
    pub(super) folder: Utf8PathBuf,
    ichor: Utf8PathBuf,
}

impl Repository {
    /// A new one of the original's shape, with the kubeconfig of the administrator.
    pub(super) fn new(rig: &Rig, ichor: &Utf8Path) -> Result<Self> {
        let folder = rig.path("work")?;
        let _none = std::fs::remove_dir_all(&folder);
        let bare = rig.path("git/rig/home.git")?;
        let mut make = rig.command("python3")?;
        process::quiet(make.arg(scripts("repository.py")).args([&folder, &bare]))?;
        let repository = Self {
            folder,
            ichor: ichor.to_owned(),
        };
        repository.become_client(rig, "admin")?;
        Ok(repository)
    }

    /// One of a folder that is none yet, pushed to where the door serves it.
    pub(super) fn of(rig: &Rig, ichor: &Utf8Path, folder: Utf8PathBuf, bare: &str) -> Result<Self> {
        let bare = rig.path(bare)?;
        let repository = Self {
            folder,
            ichor: ichor.to_owned(),
        };
        repository.git(
            rig,
            &format!("init --quiet --bare --initial-branch=main {bare}"),
        )?;
        repository.git(rig, "init --quiet --initial-branch=main")?;
        repository.git(rig, &format!("remote add origin {bare}"))?;
        repository.push(rig)?;
        repository.become_client(rig, "admin")?;
        Ok(repository)
    }

    /// Forgets what earlier runs have fetched.
    pub(super) fn forget(&self) -> Result<()> {
        match std::fs::remove_dir_all(self.folder.join(".ichor")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).context("cannot remove `.ichor`")
            }
            _ => Ok(()),
        }
    }

    /// Has its kubeconfig be that of a client of the PKI.
    pub(super) fn become_client(&self, rig: &Rig, client: &str) -> Result<()> {
        let settings = files::text(&rig.path("pki")?.join(format!("{client}.conf")))?;
        self.put("kubeconfig", &settings)
    }

    /// The text of a file.
    pub(super) fn text(&self, path: &str) -> Result<String> {
        files::text(&self.folder.join(path))
    }

    /// Writes a file.
    pub(super) fn put(&self, path: &str, text: &str) -> Result<()> {
        files::write(&self.folder.join(path), text)
    }

    /// Gives a file another name.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<()> {
        std::fs::rename(self.folder.join(from), self.folder.join(to))
            .with_context(|| format!("cannot rename `{from}`"))
    }

    /// Replaces what must be in a file.
    pub(super) fn replace(&self, path: &str, from: &str, to: &str) -> Result<()> {
        let text = self.text(path)?;
        if !text.contains(from) {
            bail!("`{path}` does not have `{from}`");
        }
        self.put(path, &text.replace(from, to))
    }

    /// Has a file have the one text, where it does not have it in the place of the other.
    pub(super) fn add(&self, path: &str, without: &str, with: &str) -> Result<()> {
        if self.text(path)?.contains(with) {
            return Ok(());
        }
        self.replace(path, without, with)
    }

    /// Commits what the tree is by now, and pushes it.
    pub(super) fn push(&self, rig: &Rig) -> Result<()> {
        for line in [
            "add --all",
            "commit --quiet --message=changed",
            "push --quiet --force origin main",
        ] {
            self.git(rig, line)?;
        }
        Ok(())
    }

    fn git(&self, rig: &Rig, line: &str) -> Result<()> {
        let mut git = rig.command("git")?;
        git.current_dir(&self.folder)
            .args(["-c", "user.name=oracle"])
            .args(["-c", "user.email=oracle@example.com"])
            .args(line.split(' '));
        process::quiet(&mut git).map(drop)
    }

    /// Has sops change a file.
    pub(super) fn sops(&self, rig: &Rig, arguments: &[&str]) -> Result<()> {
        let mut sops = rig.command("sops")?;
        sops.current_dir(&self.folder)
            .args(arguments)
            .env("SOPS_AGE_KEY_FILE", self.folder.join("age.key"));
        process::quiet(&mut sops).map(drop)
    }

    /// Starts ichor.
    pub(super) fn ichor(&self, rig: &Rig, line: &str) -> Result<Run> {
        let mut command = rig.command(self.ichor.as_str())?;
        // It finds the repository's own kubeconfig.
        command.args(line.split(' ')).env_remove("KUBECONFIG");
        self.start(rig, command)
    }

    /// What ichor says in the end.
    pub(super) fn ended(&self, rig: &Rig, line: &str) -> Result<Ended> {
        self.ichor(rig, line)?.wait()
    }

    /// Starts a command in it.
    pub(super) fn start(&self, rig: &Rig, mut command: Command) -> Result<Run> {
        let log = rig.path("said.log")?;
        let file = File::create(&log).with_context(|| format!("cannot write `{log}`"))?;
        let child = command
            .current_dir(&self.folder)
            .stdout(file.try_clone()?)
            .stderr(file)
            .stdin(Stdio::null())
            .spawn()
            .context("cannot start a program")?;
        Ok(Run {
            child,
            log,
            begin: Instant::now(),
        })
    }
}

/// A program that runs.
pub(super) struct Run {
    child: Child,
    log: Utf8PathBuf,
    /// When it was started.
    pub(super) begin: Instant,
}

/// What became of it.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) words: String,
    pub(super) took: Duration,
}

impl Run {
    /// What became of it, if it has ended.
    pub(super) fn ended(&mut self) -> Result<Option<Ended>> {
        let took = self.begin.elapsed();
        let Some(status) = self.child.try_wait()? else {
            if took > LIMIT {
                let _late = self.child.kill();
            }
            return Ok(None);
        };
        let words = String::from_utf8_lossy(&std::fs::read(&self.log)?).into_owned();
        Ok(Some(Ended {
            status,
            words,
            took,
        }))
    }

    /// Waits for its end.
    pub(super) fn wait(mut self) -> Result<Ended> {
        loop {
            if let Some(ended) = self.ended()? {
                return Ok(ended);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it, with what it has started left alone.
    pub(super) fn kill(&mut self) {
        // One that has ended cannot be killed.
        let _late = self.child.kill();
    }
}

impl Ended {
    /// Itself where it went well.
    pub(super) fn well(self, what: &str) -> Result<Self> {
        if self.status.success() {
            return Ok(self);
        }
        bail!("{what} ended with {}:\n{}", self.status, self.words)
    }
}
