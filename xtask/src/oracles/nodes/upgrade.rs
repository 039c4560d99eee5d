//! `ichor talos upgrade-node` on made-up machines behind the real apid (`oracles/talos-nodes/fakenode`)
//! and a real API server: the calls and their order, from the log of the machines themselves.

use std::io::{BufRead as _, BufReader};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;

use super::super::Options;
use super::super::helper::{Helper, said};
use super::bootstrap;
use super::repository::Repository;
use super::rig::Rig;
use crate::files;

/// A pod that an upgrade moves: nobody would end it gracefully.
const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: moved, namespace: default}
spec: {nodeName: w1, terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: default}
";

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    _options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    rig.clear()?;
    let repository = Repository::new(rig, ichor, &["cp1", "w1", "w2"], 1)?;
    let made = repository.ichor("talos generate-config")?;
    if !made.status.success() {
        bail!("no configurations:\n{}", said(&made));
    }
    let lead = repository.file("clusterconfig/nodes-cp1.yaml")?;
    rig.start("cp1", "10.5.0.2")?;
    rig.made_up("w1", "10.5.0.3", &lead)?;
    rig.made_up("w2", "10.5.0.4", &lead)?;
    rig.door(&["10.5.0.2"])?;
    bootstrap::done_with_made_up(&repository)?;
    repository.agent(rig)?;
    Repository::until("the nodes in Kubernetes", || {
        let nodes = repository.kubectl("get nodes -o name")?;
        Ok(said(&nodes).matches("node/").count() == 3)
    })?;
    files::write(&repository.file("pod.yaml")?, POD)?;
    Repository::until("a pod to move", || {
        let made = repository.kubectl("apply -f pod.yaml")?;
        Ok(made.status.success())
    })?;
    let mut judge = Judge {
        rig,
        repository: &repository,
        faults,
        shown: 0,
    };
    judge.missing()?;
    judge.in_order()?;
    judge.broken()?;
    judge.lost()?;
    Ok(format!("{} things of upgrades", judge.shown))
}

struct Judge<'a, 'r> {
    rig: &'a Rig,
    repository: &'a Repository<'r>,
    faults: &'a mut Vec<String>,
    shown: usize,
}

impl Judge<'_, '_> {
    fn upgrade(&mut self, node: &str, image: &str, more: &str) -> Result<(bool, String)> {
        let line = format!("--yes talos upgrade-node {node} --image example.test/{image} {more}");
        let done = self.repository.ichor(line.trim_end())?;
        Ok((done.status.success(), said(&done)))
    }

    fn expect(&mut self, what: &str, is_so: bool, words: &str) {
        if is_so {
            self.shown += 1;
        } else {
            self.faults
                .push(format!("upgrade-node: not {what}:\n{words}"));
        }
    }

    /// The calls that change a machine, in order, each with its time.
    fn calls(&self, node: &str) -> Result<Vec<(u128, String)>> {
        let log = self.rig.folder(node).join("vol/opt/calls.log");
        let text = files::text(&log)?;
        let changing = ["/Pull", "/Upgrade", "/Reboot", "/Reset", "/Shutdown"];
        let call = |line: &str| {
            let mut words = line.split(' ');
            let time = words.next()?.parse().ok()?;
            let method = words.next()?;
            changing.iter().any(|end| method.ends_with(end)).then(|| {
                let name = method.rsplit('/').next().unwrap_or_default();
                (time, name.to_owned())
            })
        };
        Ok(text.lines().filter_map(call).collect())
    }

    fn names(&self, node: &str) -> Result<String> {
        let calls = self.calls(node)?;
        let names: Vec<_> = calls.into_iter().map(|(_, name)| name).collect();
        Ok(names.join(" "))
    }

    fn is_cordoned(&self, node: &str) -> Result<bool> {
        let line = format!("get node {node} -o jsonpath={{.spec.unschedulable}}");
        Ok(said(&self.repository.kubectl(&line)?) == "true")
    }

    /// An image that cannot be pulled is refused before anything is done to the node.
    fn missing(&mut self) -> Result<()> {
        let (cordons, _watch) = watch(self.repository, "w2")?;
        let (done, words) = self.upgrade("w2", "missing:v1.13.9", "")?;
        self.expect(
            "failed for a missing image",
            !done && words.contains("missing"),
            &words,
        );
        let calls = self.names("w2")?;
        self.expect("stopped after the pull", calls == "Pull", &calls);
        let cordons: Vec<_> = cordons.try_iter().filter(|(_, is)| *is).collect();
        self.expect(
            "left schedulable",
            cordons.is_empty(),
            &format!("{cordons:?}"),
        );
        Ok(())
    }

    /// Pull, cordon, install, reboot, uncordon; and nothing more the second time.
    fn in_order(&mut self) -> Result<()> {
        let (cordons, _watch) = watch(self.repository, "w1")?;
        let (done, words) = self.upgrade("w1", "installer:v1.13.9", "")?;
        self.expect("upgraded", done, &words);
        let calls = self.calls("w1")?;
        let names = self.names("w1")?;
        self.expect("called in order", names == "Pull Upgrade Reboot", &names);
        std::thread::sleep(Duration::from_secs(1));
        let cordons: Vec<_> = cordons.try_iter().collect();
        let at = |wanted: bool| cordons.iter().find(|(_, is)| *is == wanted);
        // The first word of a watch is what was before.
        let last = cordons.iter().rev().find(|(_, is)| !*is);
        let is_ordered = match (calls.as_slice(), at(true), last) {
            ([(pull, _), (install, _), (reboot, _)], Some((cordon, _)), Some((uncordon, _))) => {
                pull < cordon && cordon < install && install < reboot && reboot < uncordon
            }
            _ => false,
        };
        let times = format!("{calls:?}\n{cordons:?}");
        self.expect(
            "cordoned between pull and installation until the end",
            is_ordered,
            &times,
        );
        let pod = said(&self.repository.kubectl("get pod moved")?);
        self.expect("rid of its pod", pod.contains("NotFound"), &pod);
        let (done, words) = self.upgrade("w1", "installer:v1.13.9", "")?;
        let again = self.names("w1")?;
        let is_idle = done && words.contains("Nothing to do") && again == names;
        self.expect("idle the second time", is_idle, &words);
        Ok(())
    }

    /// An installer that fails: the node stays as it was, and cordoned.
    fn broken(&mut self) -> Result<()> {
        let (done, words) = self.upgrade("w2", "broken:v1.13.9", "")?;
        let is_told = !done && words.contains("exit code 1") && words.contains("cordoned");
        self.expect("failed with the installer's exit code", is_told, &words);
        let calls = self.names("w2")?;
        self.expect(
            "stopped after the installation",
            calls == "Pull Pull Upgrade",
            &calls,
        );
        let is_cordoned = self.is_cordoned("w2")?;
        self.expect("kept from pods", is_cordoned, "");
        Ok(())
    }

    /// A node that does not come back, and then does.
    fn lost(&mut self) -> Result<()> {
        let (done, words) = self.upgrade("w2", "lost:v1.13.9", "--timeout 15s")?;
        self.expect(
            "failed for a node that is lost",
            !done && words.contains("w2"),
            &words,
        );
        let before = self.names("w2")?;
        self.expect(
            "rebooted",
            before == "Pull Pull Upgrade Pull Upgrade Reboot",
            &before,
        );
        files::write(&self.rig.folder("w2").join("vol/opt/back"), "")?;
        Repository::until("the node that was lost", || {
            let version = self.repository.talosctl("-n 10.5.0.4 version --short")?;
            Ok(version.status.success())
        })?;
        let (done, words) = self.upgrade("w2", "lost:v1.13.9", "")?;
        let after = self.names("w2")?;
        self.expect("resumed", done && after == before, &words);
        let is_cordoned = self.is_cordoned("w2")?;
        self.expect("given pods again", !is_cordoned, &words);
        Ok(())
    }
}

/// Whether a node takes no pods, and since when, as the API server says it.
fn watch(repository: &Repository<'_>, node: &str) -> Result<(Receiver<(u128, bool)>, Helper)> {
    let line = format!("get node {node} --watch -o jsonpath={{.spec.unschedulable}}{{\"\\n\"}}");
    let mut child = repository.watch(&line)?;
    let lines = child.stdout().context("no output")?;
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(lines).lines().map_while(Result::ok) {
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            if sender.send((now.as_millis(), line == "true")).is_err() {
                return;
            }
        }
    });
    // What is so now comes first.
    receiver
        .recv_timeout(Duration::from_secs(20))
        .context("no word of a watch")?;
    Ok((receiver, child))
}
