//! Programs in a network namespace of the oracle's own, some of which run beside it.

use std::process::{Child, ChildStdout, Command, Output};

use anyhow::{Context as _, Result};

use crate::{files, process};

/// A command in a network namespace: one process, which can be killed.
pub(super) fn inside(network: &str, program: &str) -> Command {
    let mut command = process::command("ip");
    command.args(["netns", "exec", network, program]);
    command
}

/// The same, as long as this process runs.
pub(super) fn beside(network: &str, program: &str) -> Command {
    let script = files::root().join("oracles/talos-nodes/helper.sh");
    let mut command = inside(network, "bash");
    command
        .args([script.as_str(), program])
        .env("OWNER", std::process::id().to_string());
    command
}

/// A process beside the oracle, whose script hands the signal on that ends it.
pub(super) struct Helper(Child);

impl Helper {
    /// Starts a command of [`beside`].
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let child = command.spawn().context("cannot start a helper")?;
        Ok(Self(child))
    }

    /// What it says, to be taken once.
    pub(super) fn stdout(&mut self) -> Option<ChildStdout> {
        self.0.stdout.take()
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let id = self.0.id().to_string();
        let _asked = process::quiet(process::command("kill").arg(id));
        let _waited = self.0.wait();
    }
}

/// What a program said.
pub(super) fn said(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr].map(|words| String::from_utf8_lossy(words));
    both.concat()
}
