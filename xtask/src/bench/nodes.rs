//! 200 nodes at once: the status of all, and their versions beside the real talosctl. They are
//! played by a program of its own, so that what they cost is not what is measured.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::{Utf8Path, Utf8PathBuf};

use super::talos::{ours_in, write_cluster};
use super::{Bench, Table, measure};
use crate::{files, oracles, process};

/// How many nodes.
const NODES: u32 = 200;

/// How long, and how much memory, their status may take.
const STATUS: f64 = 2.0;
const MEMORY: u64 = 100 << 20;

/// How much faster than talosctl their versions are to be had.
const FASTER: f64 = 2.0;

/// The program that plays the nodes, until it is dropped.
struct Players(Child);

impl Drop for Players {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

impl Bench {
    /// Time and memory, through one endpoint and with each node dialled.
    pub(super) fn nodes(&self, table: &mut Table) -> Result<()> {
        let folder = self.folder.join("nodes-200");
        write_cluster(&folder, NODES)?;
        measure::time(&mut ours_in(&self.ichor, &folder)?)?;
        let [through, dialled] = ["through", "dialled"].map(|name| folder.join(name));
        let _players = play(&folder, &self.profile, &through, &dialled)?;
        let ichor = |talosconfig: &Utf8Path, command: &str| {
            let mut asked = process::command(&self.ichor);
            asked
                .args([
                    "talos",
                    command,
                    "--quiet",
                    "--talosconfig",
                    talosconfig.as_str(),
                ])
                .current_dir(&folder);
            asked
        };
        for (way, talosconfig) in [("one endpoint", &through), ("each dialled", &dialled)] {
            let [status] =
                self.turns([&mut || measure::time(&mut ichor(talosconfig, "status"))])?;
            let what = format!("{NODES} nodes: talos status, {way}");
            table.at_most(&what, status, STATUS, "2 s");
            let peak = measure::peak(&mut ichor(talosconfig, "status"))?;
            table.memory(&format!("{what}, peak memory"), peak, MEMORY);
        }
        let talosctl = match &self.talosctl {
            Some(path) => Ok(path.clone()),
            None => oracles::talosctl()?,
        };
        let what = format!("{NODES} nodes: talos version -n");
        let talosctl = match talosctl {
            Ok(talosctl) => talosctl,
            Err(reason) => {
                table.skip(&format!("{what}, against talosctl"), &reason);
                return Ok(());
            }
        };
        let all = nodes(&folder)?.join(",");
        let theirs = || {
            let mut asked = process::command(&talosctl);
            asked
                .args(["--talosconfig", through.as_str(), "version", "-n", &all])
                .current_dir(&folder)
                .env("HOME", &folder);
            asked
        };
        let ours = |talosconfig: &Utf8Path| {
            let mut asked = ichor(talosconfig, "version");
            if talosconfig == through {
                asked.args(["-n", &all]);
            }
            asked
        };
        let [theirs, endpoint, each] = self.turns([
            &mut || measure::time(&mut theirs()),
            &mut || measure::time(&mut ours(&through)),
            &mut || measure::time(&mut ours(&dialled)),
        ])?;
        table.time(
            &format!("{NODES} nodes: talosctl version -n, one endpoint"),
            theirs,
        );
        table.at_most(
            &format!("{what}, one endpoint ({:.1} × faster)", theirs / endpoint),
            endpoint,
            theirs / FASTER,
            &format!("talosctl / {FASTER}"),
        );
        table.time(&format!("{what}, each dialled"), each);
        Ok(())
    }
}

/// The addresses of the nodes.
fn nodes(folder: &Utf8Path) -> Result<Vec<String>> {
    let talconfig = files::text(&folder.join("talconfig.yaml"))?;
    let addresses = talconfig
        .lines()
        .filter_map(|line| line.trim().strip_prefix("ipAddress: "));
    Ok(addresses.map(str::to_owned).collect())
}

/// Starts them, with the configurations that were made for them, and writes both talosconfigs.
fn play(
    folder: &Utf8Path,
    profile: &str,
    through: &Utf8PathBuf,
    dialled: &Utf8PathBuf,
) -> Result<Players> {
    let mut given = String::new();
    for (number, address) in nodes(folder)?.iter().enumerate() {
        let config = files::text(&folder.join(format!("ours/kubernetes-node-{number}.yaml")))?;
        let _ = writeln!(given, "{address} node-{number} {}", STANDARD.encode(config));
    }
    given.push('\n');
    let mut program = process::command(process::example("talos-client", "nodes", profile)?);
    let started = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut players = Players(started.context("cannot start the nodes")?);
    let (Some(input), Some(output)) = (players.0.stdin.as_mut(), players.0.stdout.take()) else {
        bail!("the nodes cannot be told what they are");
    };
    input.write_all(given.as_bytes())?;
    input.flush()?;
    let mut lines = BufReader::new(output).lines();
    for path in [through, dialled] {
        let line = lines.next().context("the nodes ended")??;
        files::write(path, STANDARD.decode(line)?)?;
    }
    Ok(players)
}
