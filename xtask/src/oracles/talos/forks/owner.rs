//! The owner of a repository, with a copy of it and other secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use config_model::versions::{self, CONTRACT};
use diagnostics::Source;
use serde_json::Value;

use super::super::talhelper;
use super::variables;
use crate::{files, process};

/// The Talos that nodes run when they move, which the talconfig has to say before.
const TALOS: &str = "v1.14.1";
/// The Kubernetes of those that have one which that Talos does not run.
const KUBERNETES: &str = "v1.36.1";
/// The oldest minor version of Kubernetes that it runs.
const OLDEST: u32 = 32;

pub(super) struct Owner {
    ichor: Utf8PathBuf,
    /// Goes with the owner.
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
    talconfig: Utf8PathBuf,
}

impl Owner {
    /// Copies a repository: with the secrets of the tests in place of those that only its owner
    /// can decrypt, made-up values for variables that are not set in the clear, the contract 1.13,
    /// and the Talos that it is moved on.
    pub(super) fn new(ichor: &Utf8Path, repository: &Utf8Path, talconfig: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let root = files::utf8(folder.path())?.join("repository");
        files::copy(repository, &root)?;
        let owner = Self {
            ichor: ichor.to_owned(),
            _folder: folder,
            root,
            talconfig: talconfig.into(),
        };
        for name in ["talsecret.sops.yaml", "talsecret.yaml", "talenv.sops.yaml"] {
            let path = owner.beside(name);
            if owner.root.join(&path).is_file() {
                files::remove(&owner.root, path.as_str())?;
            }
        }
        owner.write(&owner.beside("talsecret.yaml"), &talhelper::bundle()?)?;
        owner.set_versions()?;
        owner.empty_what_is_encrypted()?;
        let path = Utf8Path::new("versions.yaml");
        let pins = Source::new("versions.yaml", owner.text(path).unwrap_or_default());
        let pins = versions::set(&pins, CONTRACT, "1.13")
            .map_err(|_| anyhow::anyhow!("`versions.yaml` of {repository} cannot be changed"))?;
        owner.write(path, &pins)?;
        owner.render(true)?;
        owner.make_up()?;
        Ok(owner)
    }

    /// Has the nodes run what they are moved on.
    fn set_versions(&self) -> Result<()> {
        for path in files::paths(&self.root)? {
            let path = Utf8Path::new(&path);
            let name = path.file_name().unwrap_or_default();
            if matches!(name.split('.').next(), Some("talconfig" | "talenv")) {
                self.write(path, &with_versions(&self.text(path)?))?;
            }
        }
        Ok(())
    }

    /// Leaves nothing in patches that only the owner can decrypt.
    fn empty_what_is_encrypted(&self) -> Result<()> {
        let folder = self.talconfig.parent().unwrap_or(Utf8Path::new(""));
        for (path, bytes) in files::below(&self.root.join(folder))? {
            if String::from_utf8_lossy(&bytes).contains("ENC[AES256_GCM,data:") {
                self.write(&folder.join(path), "")?;
            }
        }
        Ok(())
    }

    /// Renders the talconfig, where it comes of templates of the owner's own.
    fn render(&self, first: bool) -> Result<()> {
        if !self.root.join("cluster.yaml").is_file() {
            return Ok(());
        }
        if first {
            self.run(&["template", "declare"])?;
        }
        let answer = self.run(&["configure"])?;
        if answer["exit"] != 0 {
            let told: Vec<_> = errors(&answer).into_iter().collect();
            anyhow::bail!("{} is not configured: {}", self.talconfig, told.join("; "));
        }
        Ok(())
    }

    /// Sets what is not set.
    fn make_up(&self) -> Result<()> {
        let answer = self.ask(&["validate"])?;
        let unset: BTreeSet<_> = { problems(&answer) }
            .filter(|problem| problem["rule"] == "talenv/unset-variable")
            .filter_map(|problem| problem["message"].as_str()?.split('`').nth(1))
            .collect();
        let path = self.beside("talenv.yaml");
        let mut text = self.text(&path).unwrap_or_default();
        for name in unset {
            let value = variables::value(name);
            text = format!("{}\n{name}: \"{value}\"\n", text.trim_end());
        }
        if text.is_empty() {
            return Ok(());
        }
        self.write(&path, &text)
    }

    /// How many patches the talconfig names or holds.
    pub(super) fn patches(&self) -> Result<usize> {
        let text = self.text(&self.talconfig)?;
        let talconfig: Value = serde_saphyr::from_str(&text)?;
        let nodes = talconfig["nodes"].as_array().into_iter().flatten();
        let sections = [&talconfig, &talconfig["controlPlane"], &talconfig["worker"]];
        let lists = { sections.into_iter().chain(nodes) }.map(|one| one["patches"].as_array());
        Ok(lists.flatten().map(Vec::len).sum())
    }

    /// The configurations of all nodes by the names of their files, or why there are none.
    pub(super) fn configurations(
        &self,
        name: &str,
    ) -> Result<Result<BTreeMap<String, String>, String>> {
        let out = self.root.with_file_name(name);
        let answer = self.ask(&["generate-config", "--out-dir", out.as_str()])?;
        if answer["exit"] != 0 {
            let told: Vec<_> = errors(&answer).into_iter().collect();
            if told.is_empty() {
                anyhow::bail!("`generate-config` fails and says no problem");
            }
            return Ok(Err(told.join("; ")));
        }
        let mut all = BTreeMap::new();
        for name in files::paths(&out)? {
            if name.ends_with(".yaml") {
                all.insert(name.clone(), files::text(&out.join(&name))?);
            }
        }
        Ok(Ok(all))
    }

    /// Moves the repository but for parts of its configurations; else what keeps it from that.
    pub(super) fn migrate(&self, keep: &BTreeSet<String>) -> Result<Result<(), Vec<Refusal>>> {
        let mut words = vec!["migrate", "--contract", "1.14", "--write"];
        words.extend(keep.iter().flat_map(|part| ["--keep", part]));
        let answer = self.ask(&words)?;
        if answer["exit"] != 0 {
            let refusals = problems(&answer).filter(|problem| problem["severity"] == "error");
            return Ok(Err(refusals.map(Refusal::of).collect()));
        }
        self.render(false)?;
        Ok(Ok(()))
    }

    /// What a command below `talos` answers.
    fn ask(&self, words: &[&str]) -> Result<Value> {
        let mut all = vec!["talos"];
        all.extend(words);
        all.extend(["--config-file", self.talconfig.as_str()]);
        self.run(&all)
    }

    /// What a command answers.
    fn run(&self, words: &[&str]) -> Result<Value> {
        let mut command: Command = process::command(&self.ichor);
        command
            .args(["--yes", "--output", "json"])
            .args(["--directory", self.root.as_str()])
            .args(words)
            .env_clear()
            // A fork's own plugin runs with the Python that is there.
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.root.with_file_name("home"));
        let output = command.output().context("cannot start ichor")?;
        serde_json::from_slice(&output.stdout).with_context(|| {
            let words = String::from_utf8_lossy(&output.stderr);
            format!("{command:?} did not answer: {words}")
        })
    }

    fn beside(&self, name: &str) -> Utf8PathBuf {
        self.talconfig.with_file_name(name)
    }

    fn text(&self, path: &Utf8Path) -> Result<String> {
        files::text(&self.root.join(path))
    }

    fn write(&self, path: &Utf8Path, text: &str) -> Result<()> {
        files::write(&self.root.join(path), text)
    }
}

fn problems(answer: &Value) -> impl Iterator<Item = &Value> {
    answer["problems"].as_array().into_iter().flatten()
}

fn errors(answer: &Value) -> BTreeSet<String> {
    { problems(answer) }
        .filter(|problem| problem["severity"] == "error")
        .map(|problem| Refusal::of(problem).why)
        .collect()
}

/// Why something is not done.
pub(super) struct Refusal {
    /// What is told, and where.
    pub(super) why: String,
    /// The part that the hint says to keep as it is.
    pub(super) keep: Option<String>,
}

impl Refusal {
    fn of(problem: &Value) -> Self {
        let place = &problem["location"];
        let (file, line) = (place["file"].as_str().unwrap_or("?"), &place["line"]);
        let message = problem["message"].as_str().unwrap_or("?");
        let hint = problem["hint"].as_str().unwrap_or_default();
        let keep = { hint.split_once("--keep ") }
            .and_then(|(_, rest)| rest.split(['`', ' ']).next())
            .map(str::to_owned);
        Self {
            why: format!("{message} ({file}:{line})"),
            keep,
        }
    }
}

/// A talconfig for the Talos that is moved on.
fn with_versions(text: &str) -> String {
    let line = |line: &str| {
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.trim().trim_matches(['"', '\'']);
        let minor = value.split('.').nth(1).and_then(|minor| minor.parse().ok());
        match (key, minor) {
            ("talosVersion", _) => format!("{key}: {TALOS}\n"),
            ("kubernetesVersion", None | Some(..OLDEST)) => format!("{key}: {KUBERNETES}\n"),
            _ => format!("{line}\n"),
        }
    };
    text.lines().map(line).collect()
}
