//! A large cluster of Kubernetes: how it is. It is played by a program of its own, so that what it
//! costs is not what is measured.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};

use anyhow::{Context as _, Result};

use super::{Bench, Table, measure};
use crate::{files, process};

/// How many releases, each with a Kustomization and a source, and how many pods.
const RELEASES: &str = "1000";
const PODS: &str = "5000";

/// How long, and how much memory, their status may take.
const STATUS: f64 = 3.0;
const MEMORY: u64 = 150 << 20;

/// The program that plays the cluster, until it is dropped.
struct Player(Child);

impl Drop for Player {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

impl Bench {
    /// Time and memory of `ichor status`.
    pub(super) fn kubernetes(&self, table: &mut Table) -> Result<()> {
        let folder = self.folder.join("kubernetes");
        let mut program = process::command(process::example(
            "kubernetes-client",
            "cluster",
            &self.profile,
        )?);
        program.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut player = Player(program.spawn().context("cannot start the cluster")?);
        let input = player.0.stdin.as_mut();
        writeln!(
            input.context("the cluster listens to nobody")?,
            "{RELEASES} {PODS}"
        )?;
        let output = player.0.stdout.take().context("the cluster says nothing")?;
        let mut kubeconfig = String::new();
        for line in BufReader::new(output).lines() {
            match line? {
                line if line.is_empty() => break,
                line => kubeconfig.extend([line.as_str(), "\n"]),
            }
        }
        files::write(&folder.join("kubeconfig"), kubeconfig)?;
        let status = || {
            let mut asked = process::command(&self.ichor);
            asked.arg("status").current_dir(&folder);
            asked
        };
        let [time] = self.turns([&mut || measure::time(&mut status())])?;
        let what = format!("{RELEASES} releases, {PODS} pods: status");
        table.at_most(&what, time, STATUS, "3 s");
        let peak = measure::peak(&mut status())?;
        table.memory(&format!("{what}, peak memory"), peak, MEMORY);
        Ok(())
    }
}
