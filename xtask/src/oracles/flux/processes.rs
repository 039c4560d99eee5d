//! Programs that run beside the oracle, and end with it.

use std::fs::File;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::{files, process};

/// How long anything may take on a busy machine; all of it together takes seconds.
const LIMIT: Duration = Duration::from_mins(5);

/// Ends the whole process group as soon as nobody holds the other end of its standard input
/// any more: also where the oracle was killed and could end nothing itself.
const LIFELINE: &str = r#"exec 3<&0
(cat <&3 >/dev/null; kill -s KILL -- -$$) &
exec "$@" </dev/null 3<&-"#;

/// A temporary folder, and what programs may know of the world.
pub(in crate::oracles) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(in crate::oracles) fn new() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("ichor-oracle-")
            .tempdir()
            .context("cannot make a temporary folder")?;
        let sandbox = Self { folder };
        for name in ["home", "temporary"] {
            let folder = sandbox.path(name)?;
            std::fs::create_dir(&folder).with_context(|| format!("cannot make `{folder}`"))?;
        }
        Ok(sandbox)
    }

    /// Something in the folder.
    pub(in crate::oracles) fn path(&self, name: &str) -> Result<Utf8PathBuf> {
        Ok(files::utf8(self.folder.path())?.join(name))
    }

    /// A command that knows nothing of the one who runs it.
    pub(in crate::oracles) fn command(&self, program: &str) -> Result<Command> {
        let mut command = process::command(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.path("home")?)
            .env("TMPDIR", self.path("temporary")?)
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
        Ok(command)
    }

    /// Starts a program that runs until the oracle ends.
    pub(in crate::oracles) fn start(
        &self,
        program: &Utf8Path,
        arguments: &[String],
        environment: &[(&str, &str)],
    ) -> Result<Running> {
        let name = program.file_name().unwrap_or(program.as_str()).to_owned();
        let log = self.path(&format!("{name}.log"))?;
        let output = File::create(&log).with_context(|| format!("cannot write `{log}`"))?;
        let mut command = self.command("sh")?;
        command
            .args(["-c", LIFELINE, &name])
            .arg(program)
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output);
        // A group of its own is what the lifeline ends.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command
            .spawn()
            .with_context(|| format!("cannot start `{name}`"))?;
        Ok(Running { name, child, log })
    }
}

/// A program that runs, until this is dropped.
pub(in crate::oracles) struct Running {
    name: String,
    child: Child,
    log: Utf8PathBuf,
}

impl Running {
    /// Waits until something is so that this program has to bring about.
    pub(in crate::oracles) fn until(&mut self, mut ready: impl FnMut() -> bool) -> Result<()> {
        let begun = Instant::now();
        while !ready() {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended: {status}\n{}", self.name, self.last_words());
            }
            if begun.elapsed() > LIMIT {
                let limit = LIMIT.as_secs();
                bail!(
                    "{} is not ready after {limit} s\n{}",
                    self.name,
                    self.last_words()
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// The end of what it wrote.
    pub(in crate::oracles) fn last_words(&self) -> String {
        let text = files::text(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(20)..);
        format!(
            "the last lines of {}:\n{}",
            self.name,
            last.unwrap_or_default().join("\n")
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // The lifeline ends the group; this makes sure that the wait is a short one.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Loopback ports on which nobody listens.
pub(in crate::oracles) fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let mut ports = [0; N];
    // All are held until all are found, so that no two are the same.
    let mut held = Vec::new();
    for port in &mut ports {
        let listener = TcpListener::bind("127.0.0.1:0").context("there is no free port")?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// Whether somebody listens on a loopback port.
pub(in crate::oracles) fn listens(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}
