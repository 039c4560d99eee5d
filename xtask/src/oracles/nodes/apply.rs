//! `ichor talos apply-node`, in every mode: what it shows is what Talos does.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use serde_json::Value;

use super::super::Options;
use super::super::helper::said;
use super::bootstrap;
use super::repository::Repository;
use super::rig::Rig;
use crate::files;

/// What every node of the rig is given, where more is put in.
const ANCHOR: &str = "    machine:\n";

/// Values of a configuration, each on a line with its path.
type Values = BTreeSet<String>;

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    _options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    let repository = bootstrap::fresh(rig, ichor, &["cp1", "w1"], 1)?;
    let mut judge = Judge {
        repository: &repository,
        faults,
        shown: 0,
    };
    judge.insecure()?;
    bootstrap::done(&repository)?;
    bootstrap::healthy(rig, &repository)?;
    judge.dry_run()?;
    judge.at_once()?;
    judge.staged()?;
    judge.tried()?;
    judge.with_reboot()?;
    Ok(format!("{} things of apply-node", judge.shown))
}

struct Judge<'a, 'r> {
    repository: &'a Repository<'r>,
    faults: &'a mut Vec<String>,
    shown: usize,
}

impl Judge<'_, '_> {
    fn expect(&mut self, what: &str, is_so: bool, words: &str) {
        if is_so {
            self.shown += 1;
        } else {
            self.faults
                .push(format!("apply-node: not {what}:\n{words}"));
        }
    }

    /// Puts lines below `machine` of every node's configuration, in the place of those before.
    fn give(&self, lines: &str) -> Result<()> {
        let path = self.repository.file("talconfig.yaml")?;
        let text = files::text(&path)?;
        let (before, after) = text.split_once(ANCHOR).context("no patch")?;
        let kept = after.lines().filter(|line| !line.contains("rig"));
        let kept: String = kept.map(|line| format!("{line}\n")).collect();
        files::write(&path, format!("{before}{ANCHOR}      {lines}\n{kept}"))
    }

    /// What the node has, as talosctl says it.
    fn running(&self, id: &str) -> Result<Values> {
        let line = format!("-n 10.5.0.2 get machineconfig {id} -o jsonpath={{.spec}}");
        let found = self.repository.talosctl(&line)?;
        let text = String::from_utf8_lossy(&found.stdout).into_owned();
        let documents: Vec<Value> = serde_saphyr::from_multiple(&text)
            .with_context(|| format!("no configuration: {}", said(&found)))?;
        let mut values = Values::new();
        for document in &documents {
            let kind = document.get("kind").and_then(Value::as_str);
            note(kind.unwrap_or("v1alpha1"), "", document, &mut values);
        }
        if values.len() < 20 {
            bail!("no configuration: {}", said(&found));
        }
        Ok(values)
    }

    /// Applies, and gives what ichor said would go and come, the mode, and whether it did it.
    fn apply(&self, flags: &str) -> Result<(Values, Values, String, bool)> {
        let line = format!("--output json --yes talos apply-node cp1 {flags}");
        let done = self.repository.ichor(line.trim_end())?;
        let said_so = String::from_utf8_lossy(&done.stdout).into_owned();
        let last = said_so.lines().last().unwrap_or_default();
        let value: Value = serde_json::from_str(&said_so)
            .or_else(|_| serde_json::from_str(last))
            .with_context(|| format!("no JSON: {}", said(&done)))?;
        let node = value.pointer("/nodes/0").context("no node")?;
        let (mut goes, mut comes) = (Values::new(), Values::new());
        let changes = node.get("changes").and_then(Value::as_array);
        for change in changes.into_iter().flatten() {
            let of = |key: &str| change.get(key).and_then(Value::as_str).unwrap_or_default();
            for (key, values) in [("before", &mut goes), ("after", &mut comes)] {
                match change.get(key) {
                    None | Some(Value::Null) => {}
                    Some(value) => note(of("document"), of("path"), value, values),
                }
            }
        }
        let mode = node.get("mode").and_then(Value::as_str).unwrap_or_default();
        Ok((goes, comes, mode.to_owned(), done.status.success()))
    }

    /// Applies, and compares what was shown with what became of it.
    fn compared(&mut self, what: &str, flags: &str, mode: &str, id: &str) -> Result<()> {
        let before = self.running("v1alpha1")?;
        let (goes, comes, would, done) = self.apply(flags)?;
        Repository::until("the node with its configuration", || {
            Ok(self.running(id).is_ok_and(|now| now != before))
        })?;
        let after = self.running(id)?;
        let gone: Values = before.difference(&after).cloned().collect();
        let come: Values = after.difference(&before).cloned().collect();
        let is_same = is_shown(&goes, &gone) && is_shown(&comes, &come);
        let words = format!("shown: -{goes:?} +{comes:?}\nthen: -{gone:?} +{come:?}");
        self.expect(&format!("true of {what}"), is_same && done, &words);
        self.expect(&format!("in the mode of {what}"), would == mode, &would);
        Ok(())
    }

    /// A machine in maintenance whose fingerprint is another, and then its own.
    fn insecure(&mut self) -> Result<()> {
        let line = "--yes talos apply-node w1 --insecure --dry-run";
        let wrong = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let refused = self
            .repository
            .ichor(&format!("{line} --cert-fingerprint {wrong}"))?;
        let words = said(&refused);
        self.expect(
            "kept from another fingerprint",
            !refused.status.success(),
            &words,
        );
        let theirs = format!(
            "apply-config -n 10.5.0.3 --insecure --file talconfig.yaml --dry-run --cert-fingerprint {wrong}"
        );
        let theirs = self.repository.talosctl(&theirs)?;
        self.expect("as talosctl", !theirs.status.success(), &said(&theirs));
        // What is refused names the one that was met.
        let found = { words.split(|letter: char| letter.is_whitespace() || letter == '`') }
            .find(|word| word.len() == 44 && word.ends_with('=') && *word != wrong);
        let Some(own) = found else {
            self.expect("naming the fingerprint that was met", false, &words);
            return Ok(());
        };
        let own = own.to_owned();
        let taken = self
            .repository
            .ichor(&format!("{line} --cert-fingerprint {own}"))?;
        self.expect(
            "taking the right fingerprint",
            taken.status.success(),
            &said(&taken),
        );
        Ok(())
    }

    fn dry_run(&mut self) -> Result<()> {
        let before = self.running("v1alpha1")?;
        self.give("nodeLabels: {rig: first}")?;
        let (_, comes, mode, done) = self.apply("--dry-run")?;
        let words = format!("{comes:?} {mode}");
        let is_shown = done && comes.iter().any(|line| line.ends_with("= \"first\""));
        self.expect(
            "shown in a dry run",
            is_shown && mode == "no-reboot",
            &words,
        );
        let after = self.running("v1alpha1")?;
        self.expect("left alone by a dry run", before == after, "");
        Ok(())
    }

    fn at_once(&mut self) -> Result<()> {
        self.compared("no-reboot", "--mode no-reboot", "no-reboot", "v1alpha1")?;
        let again = self.repository.ichor("--yes talos apply-node cp1")?;
        let words = said(&again);
        self.expect(
            "idle the second time",
            words.contains("Nothing to do"),
            &words,
        );
        Ok(())
    }

    /// What waits for the next boot is not what runs.
    fn staged(&mut self) -> Result<()> {
        let before = self.running("v1alpha1")?;
        self.give("nodeLabels: {rig: second}")?;
        self.compared("staged", "--mode staged", "staged", "persistent")?;
        let after = self.running("v1alpha1")?;
        self.expect("staged beside what runs", before == after, "");
        Ok(())
    }

    /// What is tried is taken back.
    fn tried(&mut self) -> Result<()> {
        let before = self.running("v1alpha1")?;
        self.give("nodeLabels: {rig: third}")?;
        self.compared("try", "--mode try --timeout 10s", "try", "v1alpha1")?;
        std::thread::sleep(Duration::from_secs(12));
        let after = self.running("v1alpha1")?;
        let left: Vec<_> = after.symmetric_difference(&before).collect();
        self.expect("taken back", left.is_empty(), &format!("{left:?}"));
        Ok(())
    }

    /// What needs another boot gets one, or is refused where none is wanted.
    fn with_reboot(&mut self) -> Result<()> {
        self.give("env: {rig: fourth}")?;
        let refused = self
            .repository
            .ichor("--yes talos apply-node cp1 --mode no-reboot")?;
        self.expect(
            "refused without a reboot",
            !refused.status.success(),
            &said(&refused),
        );
        let boot = || -> Result<String> {
            let id = "-n 10.5.0.2 read /proc/sys/kernel/random/boot_id";
            Ok(said(&self.repository.talosctl(id)?))
        };
        let before = boot()?;
        self.compared("auto", "--mode auto", "reboot", "v1alpha1")?;
        let after = self
            .repository
            .talosctl("-n 10.5.0.2 read /proc/sys/kernel/random/boot_id")?;
        self.expect("in another boot", said(&after) != before, &before);
        Ok(())
    }
}

/// Whether what was shown is what was so, but for values that are not shown.
fn is_shown(shown: &Values, so: &Values) -> bool {
    let is_it = |(shown, so): (&String, &String)| match shown.strip_suffix("\"<redacted>\"") {
        Some(path) => so.starts_with(path),
        None => shown == so,
    };
    shown.len() == so.len() && shown.iter().zip(so).all(is_it)
}

/// Notes every value of a tree with its path, written as ichor writes paths.
fn note(document: &str, path: &str, value: &Value, values: &mut Values) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('.', "\\.");
                let path = if path.is_empty() {
                    key
                } else {
                    format!("{path}.{key}")
                };
                note(document, &path, value, values);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                note(document, &format!("{path}[{index}]"), value, values);
            }
        }
        Value::Null => {}
        value => {
            values.insert(format!("{document} {path} = {value}"));
        }
    }
}
