//! Today's program beside another build of it: what the two cost on the same work, in turns.
//!
//! The figure that counts is processor time, of all threads, in user space and in the kernel:
//! what else the machine does hardly touches it. Time on the clock stands beside it.

use std::process::Command;

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};

use super::measure::{self, Cost};
use super::table::Table;
use super::{Bench, secrets, talos};
use crate::{files, golden, oracles, process};

/// How much faster than talhelper machine configurations have to be, and how often it is run.
const SIZES: [(u32, f64, u32); 2] = [(10, 25.0, 9), (1000, 80.0, 1)];

/// The most memory for a thousand nodes.
const MEMORY: u64 = 60 << 20;

/// How much faster than sops, started once a file, a tree has to be decrypted.
const SOPS: f64 = 100.0;

/// On how many files sops is measured.
const SAMPLE: u32 = 25;

impl Bench {
    /// Every line that compares the two.
    pub(super) fn against(&self, other: &Utf8Path, table: &mut Table) -> Result<()> {
        let version = self.starts(other, table)?;
        self.repository(other, version, table)?;
        self.machines(other, table)?;
        self.decrypting(other, table)
    }

    /// `--version`; gives what it costs today.
    fn starts(&self, other: &Utf8Path, table: &mut Table) -> Result<Cost> {
        let version = |program: &Utf8Path| {
            let mut command = process::command(program);
            command.arg("--version");
            command
        };
        let [ours, theirs, nothing] = self.costs([
            &mut || measure::cost(&mut version(&self.ichor)),
            &mut || measure::cost(&mut version(other)),
            &mut || measure::cost(&mut process::command("true")),
        ])?;
        table.cost("/bin/true", nothing);
        table.costs("--version", ours, theirs, None);
        let bound = 1.2f64.mul_add(nothing.processor, 0.002);
        table.at_most("--version", ours.processor, bound, "1.2 × /bin/true + 2 ms");
        Ok(ours)
    }

    /// `configure` with nothing to do, and `validate`, on the public fixture: with what earlier
    /// runs may have left, and without.
    fn repository(&self, other: &Utf8Path, version: Cost, table: &mut Table) -> Result<()> {
        let fixture = files::root().join("fixtures/public");
        // Each has a repository of its own: what one leaves is of no use to the other.
        let made = |program: &Utf8Path, name: &str| -> Result<Utf8PathBuf> {
            let root = self.folder.join(name);
            golden::assemble(&fixture, &root)?;
            measure::time(&mut command(program, &root, "configure"))?;
            Ok(root)
        };
        let [own, foreign] = [made(&self.ichor, "today")?, made(other, "other")?];
        let mut words = Vec::new();
        for word in ["configure", "validate"] {
            let costs = self.costs([
                &mut || forgotten(&mut command(&self.ichor, &own, word), &own),
                &mut || measure::cost(&mut command(&self.ichor, &own, word)),
                &mut || forgotten(&mut command(other, &foreign, word), &foreign),
                &mut || measure::cost(&mut command(other, &foreign, word)),
            ])?;
            words.push(costs);
        }
        let [configure, validate] = [words[0], words[1]];
        let [cold, warm, other_cold, other_warm] = configure;
        table.costs("configure, nothing to do", warm, other_warm, Some(0.4));
        table.at_most(
            "configure, nothing to do, over --version",
            (warm.processor - version.processor).max(0.0),
            0.005,
            "5 ms",
        );
        table.costs("configure, no cache", cold, other_cold, Some(0.8));
        let [cold, warm, other_cold, other_warm] = validate;
        table.costs("validate, second run", warm, other_warm, Some(0.4));
        table.costs("validate, no cache", cold, other_cold, Some(0.8));
        Ok(())
    }

    /// `talos generate-config`, beside talhelper where it is had.
    fn machines(&self, other: &Utf8Path, table: &mut Table) -> Result<()> {
        let talhelper = oracles::talhelper()?;
        for (nodes, factor, runs) in SIZES {
            let folder = self.folder.join(format!("machines-{nodes}"));
            talos::write_cluster(&folder, nodes)?;
            let [ours, theirs] = self.costs([
                &mut || measure::cost(&mut talos::ours_in(&self.ichor, &folder)?),
                &mut || measure::cost(&mut talos::ours_in(other, &folder)?),
            ])?;
            let what = format!("generate-config, {nodes} nodes");
            table.costs(&what, ours, theirs, None);
            match &talhelper {
                Ok(talhelper) => {
                    let original = repeated(runs, || {
                        measure::cost(&mut oracles::talhelper_genconfig(talhelper, &folder)?)
                    })?;
                    table.times_faster(&what, "talhelper", ours, original, factor);
                }
                Err(reason) => table.skip(&format!("{what}, against talhelper"), reason),
            }
            let peak = |program: &Utf8Path| measure::peak(&mut talos::ours_in(program, &folder)?);
            if nodes == 1000 {
                let [ours, theirs] = [peak(&self.ichor)?, peak(other)?];
                table.memory_only(&format!("{what}, peak memory, the other build"), theirs);
                table.memory(&format!("{what}, peak memory"), ours, MEMORY);
            }
        }
        Ok(())
    }

    /// `secrets decrypt` of a thousand files in place, against sops, started once a file.
    fn decrypting(&self, other: &Utf8Path, table: &mut Table) -> Result<()> {
        let sealed = self.folder.join("sealed");
        secrets::write_clear(&sealed)?;
        measure::time(&mut secrets::command(&self.ichor, &sealed, &["encrypt"]))?;
        let mut round = 0;
        let mut decrypt = |program: &Utf8Path| -> Result<Cost> {
            round += 1;
            let folder = self.folder.join(format!("opened-{round}"));
            files::copy(&sealed, &folder)?;
            let words = ["decrypt", "--in-place", "."];
            let cost = measure::cost(&mut secrets::command(program, &folder, &words));
            std::fs::remove_dir_all(&folder)?;
            cost
        };
        let mut own = Vec::new();
        let mut foreign = Vec::new();
        for _ in 0..self.runs {
            own.push(decrypt(&self.ichor)?);
            foreign.push(decrypt(other)?);
        }
        let [ours, theirs] = [own, foreign].map(Cost::median);
        let what = "secrets decrypt, 1,000 files";
        table.costs(what, ours, theirs, None);
        match oracles::sops()? {
            Ok(sops) => {
                let sample = secrets::sample(&sealed, SAMPLE)?;
                let mut paths = sample.iter();
                let one = repeated(SAMPLE, || {
                    let path = paths.next().map(String::as_str).unwrap_or_default();
                    measure::cost(&mut secrets::sops(&sops, &sealed, &["decrypt", path]))
                })?;
                let all = Cost {
                    wall: one.wall * f64::from(secrets::FILES),
                    processor: one.processor * f64::from(secrets::FILES),
                };
                table.times_faster(what, "one sops a file", ours, all, SOPS);
            }
            Err(reason) => table.skip(&format!("{what}, against sops"), &reason),
        }
        Ok(())
    }

    /// Lets measurements take turns, and gives the median cost of each.
    fn costs<const N: usize>(
        &self,
        mut measurements: [&mut dyn FnMut() -> Result<Cost>; N],
    ) -> Result<[Cost; N]> {
        let mut costs = [const { Vec::new() }; N];
        for _ in 0..self.runs {
            for (measurement, costs) in measurements.iter_mut().zip(&mut costs) {
                costs.push(measurement()?);
            }
        }
        Ok(costs.map(Cost::median))
    }
}

/// The median of as many runs as wanted.
fn repeated(runs: u32, mut run: impl FnMut() -> Result<Cost>) -> Result<Cost> {
    let costs: Result<Vec<_>> = (0..runs).map(|_| run()).collect();
    Ok(Cost::median(costs?))
}

fn command(program: &Utf8Path, root: &Utf8Path, word: &str) -> Command {
    let mut command = process::command(program);
    command.args(["-C", root.as_str(), word]);
    command.env_remove("SOPS_AGE_KEY_FILE");
    command
}

/// A run of a program that finds nothing cached.
fn forgotten(command: &mut Command, root: &Utf8Path) -> Result<Cost> {
    let cache = root.join(".ichor/cache");
    if cache.exists() {
        std::fs::remove_dir_all(&cache)?;
    }
    measure::cost(command)
}
