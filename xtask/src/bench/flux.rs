//! What the check of manifests costs: beside the chain that the original checks with, and as
//! repositories grow.

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::measure::{self, Cost};
use super::table::Table;
use super::{Bench, inputs};
use crate::{files, golden, oracles, process};

/// How much faster than `kustomize build` and `kubeconform`, started once a kustomization.
const CHAIN: f64 = 40.0;

/// How much faster than `flate test ks`: both without what earlier runs left, and both with it.
const FLATE: f64 = 4.0;

/// The most memory for five thousand objects.
const MEMORY: u64 = 300 << 20;

/// The applications of the repositories that are measured, of six objects and eight files each.
const APPLICATIONS: [usize; 2] = [83, 833];

/// As many applications as make a repository of a thousand files.
const THOUSAND_FILES: usize = 125;

impl Bench {
    /// All of it.
    pub(super) fn flux(&self, table: &mut Table) -> Result<()> {
        self.validating(table)?;
        self.objects(table)?;
        self.differences(table)
    }

    /// `validate` of the public fixture, with and without what earlier runs left.
    fn validating(&self, table: &mut Table) -> Result<()> {
        let root = self.folder.join("flux-public");
        golden::assemble(&files::root().join("fixtures/public"), &root)?;
        measure::time(&mut self.ichor_configure(&root))?;
        let validate = || {
            let mut command = process::command(&self.ichor);
            command.args(["-C", root.as_str(), "validate"]);
            command.env_remove("SOPS_AGE_KEY_FILE");
            command
        };
        let (mut version, mut cold, mut warm) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.runs {
            version.push(measure::cost(
                process::command(&self.ichor).arg("--version"),
            )?);
            let cache = root.join(".ichor/cache");
            if cache.exists() {
                std::fs::remove_dir_all(&cache)?;
            }
            cold.push(measure::cost(&mut validate())?);
            warm.push(measure::cost(&mut validate())?);
        }
        let [version, cold, warm] = [version, cold, warm].map(Cost::median);
        match oracles::kustomize_and_kubeconform()? {
            Ok([kustomize, kubeconform]) => {
                let chain = chain(&kustomize, &kubeconform, &root)?;
                let than = "kustomize | kubeconform each";
                table.times_faster("validate, no cache", than, cold, chain, CHAIN);
            }
            Err(reason) => table.skip("validate, against kustomize | kubeconform", &reason),
        }
        self.beside_flate(&root, [cold, warm], table)?;
        table.costs("validate, second run", warm, cold, Some(0.5));
        table.at_most(
            "validate, second run, over --version",
            (warm.wall - version.wall).max(0.0),
            0.015,
            "15 ms",
        );
        Ok(())
    }

    /// flate, on the same repository as if charts and their sources were objects like any other,
    /// so that it fetches nothing.
    fn beside_flate(&self, root: &Utf8Path, ours: [Cost; 2], table: &mut Table) -> Result<()> {
        let folder = self.folder.join("flate");
        let content = files::below(root)?.into_iter();
        let content = content.filter(|(path, _)| !path.starts_with(".ichor/"));
        let mut flate = match oracles::flate_test(&folder, content.collect())? {
            Ok(flate) => flate,
            Err(reason) => {
                table.skip("validate, against flate test ks", &reason);
                return Ok(());
            }
        };
        let (mut cold, mut warm) = (Vec::new(), Vec::new());
        for _ in 0..self.runs.min(5) {
            let cache = folder.join("cache");
            if cache.exists() {
                std::fs::remove_dir_all(&cache)?;
            }
            cold.push(measure::cost(&mut flate)?);
            warm.push(measure::cost(&mut flate)?);
        }
        let theirs = [cold, warm].map(Cost::median);
        let rows = [
            ("no cache", ours[0], theirs[0]),
            ("second run", ours[1], theirs[1]),
        ];
        for (what, ours, theirs) in rows {
            let what = format!("validate, {what}");
            table.times_faster(&what, "flate test ks", ours, theirs, FLATE);
        }
        table.times_faster(
            "validate, no cache",
            "flate test ks with its cache",
            ours[0],
            theirs[1],
            FLATE,
        );
        Ok(())
    }

    /// Five hundred objects and five thousand.
    fn objects(&self, table: &mut Table) -> Result<()> {
        let roots = APPLICATIONS.map(|count| self.folder.join(format!("flux-{count}")));
        for (root, count) in roots.iter().zip(APPLICATIONS) {
            inputs::applications(root, count)?;
        }
        let test = |root: &Utf8Path| {
            let mut command = process::command(&self.ichor);
            command.args(["flux", "test", "--path", root.as_str()]);
            command
        };
        let mut costs = [const { Vec::new() }; 2];
        for _ in 0..self.runs.min(5) {
            for (root, costs) in roots.iter().zip(&mut costs) {
                costs.push(measure::cost(&mut test(root))?);
            }
        }
        let [few, many] = costs.map(Cost::median);
        table.cost("flux test, 500 objects", few);
        table.at_most(
            "flux test, 5,000 objects",
            many.processor,
            10.0 * few.processor,
            "10 × the line above",
        );
        let peak = measure::peak(&mut test(&roots[1]))?;
        table.memory("flux test, 5,000 objects, peak memory", peak, MEMORY);
        Ok(())
    }

    /// `flux diff` of one changed file among a thousand.
    fn differences(&self, table: &mut Table) -> Result<()> {
        if !process::exists("git", "--version") {
            table.skip("flux diff, one of 1,000 files", "no git");
            return Ok(());
        }
        let root = self.folder.join("flux-diff");
        inputs::applications(&root, THOUSAND_FILES)?;
        for words in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &["commit", "--quiet", "--message", "all"],
            // As a clone has it.
            &["gc", "--quiet"],
        ] {
            let mut git = process::command("git");
            git.arg("-C").arg(&root);
            git.args(["-c", "user.name=bench", "-c", "user.email=bench@localhost"]);
            process::quiet(git.args(words))?;
        }
        let path = root.join("kubernetes/apps/app-7/app/deployment.yaml");
        let text = files::text(&path)?;
        files::write(&path, text.replace("replicas: 1", "replicas: 2"))?;
        let costs: Result<Vec<_>> = (0..self.runs)
            .map(|_| {
                let mut command = process::command(&self.ichor);
                command.args(["flux", "diff", "--path", root.as_str()]);
                measure::cost_to(&mut command, 3)
            })
            .collect();
        let cost = Cost::median(costs?);
        table.at_most("flux diff, one of 1,000 files", cost.wall, 0.1, "100 ms");
        Ok(())
    }
}

/// What the original's chain costs on all kustomizations of a repository. `kubeconform` finds no
/// schema, so that it neither reads one nor compiles it: the comparison favours the chain.
fn chain(kustomize: &Utf8Path, kubeconform: &Utf8Path, root: &Utf8Path) -> Result<Cost> {
    let kubernetes = root.join("kubernetes");
    let folders = oracles::kustomizations(&files::below(&kubernetes)?);
    let mut all = Cost::default();
    let built = root.with_extension("built.yaml");
    for folder in folders {
        let folder: Utf8PathBuf = kubernetes.join(folder);
        let mut build = process::command(kustomize);
        build
            .args(["build", "--load-restrictor", "LoadRestrictionsNone"])
            .arg(&folder)
            .args(["--output", built.as_str()]);
        let mut check = process::command(kubeconform);
        check
            .args(["-strict", "-ignore-missing-schemas", "-skip"])
            .arg("Gateway,HTTPRoute,Secret")
            .args(["-schema-location", root.join("none").as_str()])
            .arg(&built);
        for command in [&mut build, &mut check] {
            let cost = measure::cost(command).with_context(|| format!("at {folder}"))?;
            all.wall += cost.wall;
            all.processor += cost.processor;
        }
    }
    Ok(all)
}
