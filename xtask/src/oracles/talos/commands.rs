//! `gencommand`: every command for every vector of talhelper, as text, with what the library says
//! in `cargo test -p talhelper --test commands`.

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use diagnostics::Source;

use super::Part;
use super::talhelper;
use crate::files;

/// The vectors, and what talhelper printed for them.
const FOLDERS: &str = "crates/talhelper/tests/vectors/talhelper";
const FIXTURE: &str = "crates/talhelper/tests/vectors/commands.txt";

/// What is asked of each folder. `CONTROLPLANE`, `WORKER` and `ADDRESS` stand for the names of its
/// first ones, and the last address of all; a line whose word has no meaning is left out.
const QUESTIONS: [&str; 17] = [
    "apply",
    "apply --node WORKER --extra-flags --insecure,--mode=auto",
    "apply --node ADDRESS",
    "apply --out-dir talos/clusterconfig",
    "upgrade --offline-mode",
    "upgrade --offline-mode --node ADDRESS --extra-flags --stage",
    "reset",
    "reset --node CONTROLPLANE --extra-flags --reboot",
    "reset --node nobody",
    "bootstrap",
    "bootstrap --node WORKER",
    "bootstrap --node CONTROLPLANE --extra-flags --wait,--now",
    "kubeconfig --out-dir /etc/talos/ --extra-flags --force",
    "health",
    "health --node WORKER --extra-flags --server=false",
    "upgrade-k8s --extra-flags --dry-run",
    "upgrade-k8s --node ADDRESS",
];

/// Compares what talhelper says with what was recorded, or records it.
pub(super) fn run(program: &Utf8Path, bless: bool) -> Result<Part> {
    let mut part = Part::new("commands of talhelper");
    let mut recorded = String::new();
    let root = files::root().join(FOLDERS);
    let mut folders: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(&root)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.extend(entry.file_name().into_string().ok());
        }
    }
    folders.sort();
    for folder in folders {
        recorded += &format!("# {folder}\n");
        let folder = root.join(folder);
        for line in questions(&folder)? {
            part.cases += 1;
            recorded += &format!("$ {line}\n{}", answer(program, &folder, &line)?);
        }
    }
    let path = files::root().join(FIXTURE);
    if bless {
        files::write(&path, &recorded)?;
    } else if files::text(&path)? != recorded {
        part.differs(format!("`{FIXTURE}` is not what talhelper prints"));
    }
    Ok(part)
}

/// The questions with the words of a folder.
fn questions(folder: &Utf8Path) -> Result<Vec<String>> {
    let talosconfig = files::text(&folder.join("expected/talosconfig"))?;
    let addresses: Vec<&str> = talosconfig
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("- "))
        .collect();
    let talconfig = files::text(&folder.join("talconfig.yaml"))?;
    let parsed = yaml::parse(
        &Source::new("talconfig.yaml", talconfig),
        &yaml::Limits::default(),
    );
    let nodes = parsed.root().and_then(|root| root.get("nodes"));
    let nodes = nodes.and_then(yaml::Node::as_sequence).unwrap_or_default();
    let named = |leads: bool| {
        let text = |node: &'_ yaml::Node, key: &str| {
            node.get(key).and_then(|one| one.text().map(str::to_owned))
        };
        let is_lead = |node: &yaml::Node| {
            text(node, "controlPlane").is_some_and(|word| word.eq_ignore_ascii_case("true"))
        };
        let mut nodes = nodes.iter().filter(|node| is_lead(node) == leads);
        nodes.find_map(|node| text(node, "hostname"))
    };
    let words = [
        ("CONTROLPLANE", named(true)),
        ("WORKER", named(false)),
        ("ADDRESS", addresses.last().map(|one| (*one).to_owned())),
    ];
    let filled = QUESTIONS.iter().filter_map(|line| {
        let mut line = (*line).to_owned();
        for (word, meaning) in &words {
            if line.contains(word) {
                line = line.replace(word, meaning.as_deref()?);
            }
        }
        Some(line)
    });
    Ok(filled.collect())
}

/// What talhelper prints, or why it refuses.
fn answer(program: &Utf8Path, folder: &Utf8Path, line: &str) -> Result<String> {
    let output = talhelper::quiet(program, folder)?
        .arg("gencommand")
        .args(line.split(' '))
        .output()
        .context("cannot start talhelper")?;
    if output.status.success() {
        return String::from_utf8(output.stdout).context("not UTF-8");
    }
    let words = String::from_utf8_lossy(&output.stderr);
    if words.contains("not a controlplane node") {
        return Ok("refused: a worker\n".to_owned());
    }
    if words.contains("not found") {
        return Ok("refused: not found\n".to_owned());
    }
    anyhow::bail!("{folder}: {line}: {words}")
}
