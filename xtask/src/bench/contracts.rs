//! Talos 1.14: a hundred nodes moved to documents, and what generating them costs in both forms.

use anyhow::{Result, bail};
use camino::Utf8Path;

use super::talos::{ours_in, write_cluster};
use super::{Bench, Table, measure};
use crate::{files, process};

/// How many nodes.
const NODES: u32 = 100;

/// The most that a move may take, in seconds.
const MOVE: f64 = 1.0;

/// The most that documents may cost, beside the one section.
const DOCUMENTS: f64 = 1.2;

impl Bench {
    /// The move, and then the same nodes at both contracts.
    pub(super) fn contracts(&self, table: &mut Table) -> Result<()> {
        let section = self.folder.join("contract-1.13");
        write_cluster(&section, NODES)?;
        files::write(
            &section.join("talenv.yaml"),
            "kubernetes: v1.36.1\ntalos: v1.14.1\n",
        )?;
        let documents = self.folder.join("contract-1.14");
        files::copy(&section, &documents)?;
        let program = self.ichor.as_path();
        measure::time(moved_in(program, &documents).arg("--write"))?;
        let [shown, before, after] = self.turns([
            &mut || measure::time(&mut moved_in(program, &section)),
            &mut || measure::time(&mut ours_in(program, &section)?),
            &mut || measure::time(&mut ours_in(program, &documents)?),
        ])?;
        for (folder, expected) in [(&section, false), (&documents, true)] {
            let text = files::text(&folder.join("ours/kubernetes-node-0.yaml"))?;
            if text.contains("kind: KubeletConfig") != expected {
                bail!("the nodes in {folder} are not at the contract that is measured");
            }
        }
        table.at_most(
            &format!("{NODES} nodes: migrate --contract 1.14"),
            shown,
            MOVE,
            "1 s",
        );
        table.time(&format!("{NODES} nodes: generate-config at 1.13"), before);
        table.at_most(
            &format!("{NODES} nodes: generate-config at 1.14"),
            after,
            DOCUMENTS * before,
            "1.2 × at 1.13",
        );
        Ok(())
    }
}

/// What a move shows; with `--write`, the move.
fn moved_in(program: &Utf8Path, folder: &Utf8Path) -> std::process::Command {
    let mut command = process::command(program);
    command
        .args(["--quiet", "talos", "migrate", "--contract", "1.14"])
        .current_dir(folder);
    command
}
