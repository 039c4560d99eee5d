//! What ichor costs, beside bounds that are measured in the same run.
//!
//! Times are medians of whole processes, started one after the other; the things that are
//! compared take turns, so that what else the machine does hits all of them.

mod against;
mod contracts;
mod flux;
mod inputs;
mod kubernetes;
mod measure;
mod nodes;
mod plugin;
mod secrets;
mod table;
mod talos;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use self::table::Table;
use crate::{files, golden, oracles, process};

/// A part of what is measured.
type Part = fn(&Bench, &mut Table) -> Result<()>;

/// All parts, in the order of the table.
const PARTS: [(&str, Part); 10] = [
    ("start", Bench::start),
    ("configure", Bench::configure),
    ("flux", Bench::flux),
    ("render", Bench::render),
    ("growth", Bench::growth),
    ("secrets", Bench::all_secrets),
    ("talos", Bench::talos),
    ("contracts", Bench::contracts),
    ("nodes", Bench::nodes),
    ("kubernetes", Bench::kubernetes),
];

/// Measures the named parts, or all, with a program built in a profile, and prints them; with
/// another build of the program, what the two cost beside each other.
#[expect(clippy::print_stdout, reason = "a command's result")]
pub fn command(
    names: &[String],
    runs: u32,
    profile: &str,
    against: Option<&Utf8Path>,
    talosctl: Option<Utf8PathBuf>,
) -> Result<()> {
    if let Some(name) = { names.iter() }.find(|name| PARTS.iter().all(|part| part.0 != **name)) {
        let known: Vec<_> = PARTS.iter().map(|part| part.0).collect();
        bail!("there is no part `{name}`; there are {}", known.join(", "));
    }
    println!("bench: building with the profile `{profile}`");
    let ichor = process::ichor(profile)?;
    let folder = folder(against.is_some())?;
    let bench = Bench {
        ichor,
        folder: files::utf8(folder.path())?.to_owned(),
        runs,
        profile: profile.to_owned(),
        talosctl,
    };
    let mut table = Table::default();
    if let Some(other) = against {
        let other = other
            .canonicalize_utf8()
            .with_context(|| format!("there is no `{other}`"))?;
        bench.against(&other, &mut table)?;
        println!("{table}");
        println!("medians of {runs} runs: processor time (time on the clock) of whole processes");
        println!("files lie in {}", bench.folder);
        return Ok(());
    }
    for (name, part) in PARTS {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            part(&bench, &mut table)?;
        }
    }
    println!("{table}");
    println!("medians of {runs} runs; whole processes except `read and compare`");
    Ok(())
}

/// A folder for what is measured. Two builds are compared in memory where there is a file system
/// for that: creating a file on ext4 searches what was deleted in the last minutes, so that on a
/// disk each run pays for the one before it.
fn folder(in_memory: bool) -> Result<tempfile::TempDir> {
    let memory = Utf8Path::new("/dev/shm");
    if in_memory && memory.is_dir() {
        return Ok(tempfile::tempdir_in(memory)?);
    }
    Ok(tempfile::tempdir()?)
}

struct Bench {
    ichor: Utf8PathBuf,
    folder: Utf8PathBuf,
    runs: u32,
    /// The cargo profile.
    profile: String,
    /// The real one, where it was named.
    talosctl: Option<Utf8PathBuf>,
}

impl Bench {
    /// How long the program takes to start.
    fn start(&self, table: &mut Table) -> Result<()> {
        let [version, nothing] = self.turns([
            &mut || measure::time(process::command(&self.ichor).arg("--version")),
            &mut || measure::time(&mut process::command("true")),
        ])?;
        table.time("/bin/true", nothing);
        let bound = 1.5f64.mul_add(nothing, 0.003);
        table.at_most("ichor --version", version, bound, "1.5 × /bin/true + 3 ms");
        Ok(())
    }

    /// `configure` on the public fixture, cold and with nothing to do.
    fn configure(&self, table: &mut Table) -> Result<()> {
        let fixture = files::root().join("fixtures/public");
        let made = self.folder.join("made");
        golden::assemble(&fixture, &made)?;
        measure::time(&mut self.ichor_configure(&made))?;
        let output = self.folder.join("output");
        for name in ["bootstrap", "kubernetes", "talos"] {
            files::copy(&made.join(name), &output.join(name))?;
        }
        let (mut cold, mut copied) = (0, 0);
        let times = self.turns([
            &mut || {
                cold += 1;
                let fresh = self.folder.join(format!("cold-{cold}"));
                golden::assemble(&fixture, &fresh)?;
                measure::time(&mut self.ichor_configure(&fresh))
            },
            &mut || measure::time(&mut self.ichor_configure(&made)),
            &mut || {
                copied += 1;
                let target = self.folder.join(format!("copy-{copied}"));
                measure::time(process::command("cp").arg("-r").args([&output, &target]))
            },
            &mut || measure::read_and_compare(&output),
        ])?;
        let [cold, again, copy, compare] = times;
        table.time("cp -r of the output", copy);
        table.time("read and compare the output", compare);
        table.at_most("configure, cold", cold, 3.0 * copy, "3 × cp -r");
        table.at_most("configure, nothing to do", again, 0.8 * copy, "0.8 × cp -r");
        let fresh = self.folder.join("memory");
        golden::assemble(&fixture, &fresh)?;
        match measure::peak_memory(&mut self.ichor_configure(&fresh))? {
            Some(bytes) => table.memory("configure, peak memory", bytes, 64 << 20),
            None => table.skip("configure, peak memory", "no GNU time"),
        }
        Ok(())
    }

    /// The drop-in against the real engine, on the templates of the corpus.
    fn render(&self, table: &mut Table) -> Result<()> {
        let case = files::root().join("crates/render/tests/corpus/cases/family");
        let ours = self.folder.join("render");
        for name in ["cluster.yaml", "nodes.yaml", "makejinja.toml"] {
            files::write(&ours.join(name), files::text(&case.join(name))?)?;
        }
        files::copy(&case.join("templates"), &ours.join("templates"))?;
        let theirs = self.folder.join("makejinja");
        files::copy(&ours, &theirs)?;
        let environment = match oracles::makejinja_environment()? {
            Ok(environment) => environment,
            Err(reason) => {
                table.skip("render, against makejinja", &reason);
                return Ok(());
            }
        };
        let makejinja = environment.join("bin/makejinja");
        let [ours, theirs] = self.turns([
            &mut || {
                measure::time(
                    process::command(&self.ichor)
                        .arg("render")
                        .current_dir(&ours),
                )
            },
            &mut || measure::time(process::command(&makejinja).current_dir(&theirs)),
        ])?;
        table.time("makejinja, on the corpus", theirs);
        table.at_most(
            "ichor render, on the corpus",
            ours,
            theirs / 40.0,
            "makejinja / 40",
        );
        self.plugin(&makejinja, table)
    }

    /// Ten times the templates, and ten times a hundred nodes.
    fn growth(&self, table: &mut Table) -> Result<()> {
        let few = self.folder.join("templates-1");
        inputs::templates(&few, 1)?;
        let many = self.folder.join("templates-10");
        inputs::templates(&many, 10)?;
        let [one, ten] = self.turns([
            &mut || measure::time(&mut self.ichor_dry(&few)),
            &mut || measure::time(&mut self.ichor_dry(&many)),
        ])?;
        table.time("dry run, templates × 1", one);
        table.at_most(
            "dry run, templates × 10",
            ten,
            10.0 * one,
            "10 × the line above",
        );
        let few = self.folder.join("nodes-100");
        inputs::nodes(&few, 100)?;
        let many = self.folder.join("nodes-1000");
        inputs::nodes(&many, 1000)?;
        let [hundred, thousand] = self.turns([
            &mut || measure::time(&mut self.ichor_dry(&few)),
            &mut || measure::time(&mut self.ichor_dry(&many)),
        ])?;
        table.time("dry run, 100 nodes", hundred);
        table.at_most(
            "dry run, 1000 nodes",
            thousand,
            10.0 * hundred,
            "10 × the line above",
        );
        Ok(())
    }

    fn all_secrets(&self, table: &mut Table) -> Result<()> {
        self.secrets(table)?;
        self.secrets_bound(table)
    }

    fn ichor_configure(&self, root: &Utf8Path) -> std::process::Command {
        let mut command = process::command(&self.ichor);
        command.args(["-C", root.as_str(), "configure"]);
        command.env_remove("SOPS_AGE_KEY_FILE");
        command
    }

    fn ichor_dry(&self, root: &Utf8Path) -> std::process::Command {
        let mut command = self.ichor_configure(root);
        command.arg("--dry-run");
        command
    }

    /// Lets measurements take turns, and gives the median of each in seconds.
    fn turns<const N: usize>(
        &self,
        mut measurements: [&mut dyn FnMut() -> Result<f64>; N],
    ) -> Result<[f64; N]> {
        let mut times = [const { Vec::new() }; N];
        for _ in 0..self.runs {
            for (measurement, times) in measurements.iter_mut().zip(&mut times) {
                times.push(measurement().context("a measured program failed")?);
            }
        }
        Ok(times.map(median))
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
