//! `talos reset` beside talosctl's: what each sends, and what it leaves. Machines that come back are
//! made up (`oracles/talos-nodes/fakenode`), since real ones switch themselves off in container
//! mode; members that leave etcd are real.

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;

use super::super::Options;
use super::super::helper::said;
use super::bootstrap;
use super::repository::Repository;
use super::rig::Rig;
use crate::files;

/// Flags that both programs have.
const FLAGS: [&str; 4] = [
    "--reboot",
    "--reboot --graceful=false",
    "--reboot --graceful=false --system-labels-to-wipe STATE,EPHEMERAL",
    "--reboot --user-disks-to-wipe /dev/sdb",
];

/// What is said of a member that has not left.
const STAYS: &str = "cluster/member-stays";

/// The machine that comes back, through one control plane: another one may remember for some seconds
/// that it had a certificate of maintenance.
const WAY: &str = "-n 10.5.0.5 -e 10.5.0.2";

/// What ichor does not do, and how it ends.
const REFUSED: [(&str, i32, &str); 3] = [
    ("-n 10.5.0.3", 4, "--cluster-name"),
    ("-n 10.5.0.3 --cluster-name other", 4, "not the name"),
    (
        "-n 10.5.0.3,10.5.0.4 --graceful=false --cluster-name nodes",
        5,
        "cluster/no-quorum",
    ),
];

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    _options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    rig.clear()?;
    let repository = Repository::new(rig, ichor, &["cp1", "cp2", "cp3", "w1"], 3)?;
    let made = repository.ichor("talos generate-config")?;
    if !made.status.success() {
        bail!("no configurations:\n{}", said(&made));
    }
    let lead = repository.file("clusterconfig/nodes-cp1.yaml")?;
    for (name, address) in [
        ("cp1", "10.5.0.2"),
        ("cp2", "10.5.0.3"),
        ("cp3", "10.5.0.4"),
    ] {
        rig.start(name, address)?;
    }
    rig.made_up("w1", "10.5.0.5", &lead)?;
    rig.door(&["10.5.0.2", "10.5.0.3", "10.5.0.4"])?;
    bootstrap::done_with_made_up(&repository)?;
    let judge = Judge {
        rig,
        repository: &repository,
    };
    for (line, code, word) in REFUSED {
        let done = repository.ichor(&format!("--yes talos reset {line}"))?;
        if done.status.code() != Some(code) || !said(&done).contains(word) {
            faults.push(format!(
                "`reset {line}` was to end with {code}:\n{}",
                said(&done)
            ));
        }
    }
    if judge.members()? != 3 {
        faults.push("a reset that was refused took a member of etcd with it".to_owned());
    }
    for flags in FLAGS {
        let ours = judge.comes_back(&format!("{flags} --cluster-name nodes"), true)?;
        let theirs = judge.comes_back(flags, false)?;
        if ours != theirs {
            faults.push(format!(
                "`reset {flags}` sends `{ours}`, and talosctl `{theirs}`"
            ));
        }
    }
    let ours = judge.goes("cp3", "10.5.0.4", true)?;
    judge.is_taken_out("cp3", faults)?;
    // Of two members the one that stays may not hear that the other, which led, has left: then
    // etcd has no leader, whoever asked for it.
    let theirs = judge.goes("cp2", "10.5.0.3", false)?;
    if ours != theirs {
        faults.push(format!("left by ours: {ours:?}, by talosctl: {theirs:?}"));
    }
    Ok(format!(
        "{} resets refused; {} sent as talosctl sends them; a member that stays is told and taken out, and what is left of a node is the same",
        REFUSED.len(),
        FLAGS.len()
    ))
}

struct Judge<'a, 'r> {
    rig: &'a Rig,
    repository: &'a Repository<'r>,
}

impl Judge<'_, '_> {
    fn reset(&self, ours: bool, line: &str) -> Result<()> {
        let done = if ours {
            self.repository
                .ichor(&format!("--yes talos reset {line}"))?
        } else {
            self.repository.talosctl(&format!("reset {line}"))?
        };
        if !done.status.success() {
            bail!("`reset {line}` failed:\n{}", said(&done));
        }
        Ok(())
    }

    /// Has a machine that is made up forget its cluster; what it was sent, once it is in maintenance.
    fn comes_back(&self, flags: &str, ours: bool) -> Result<String> {
        // talosctl asks a machine in maintenance for its disks, which this one has not.
        let waits = if ours { "" } else { " --wait=false" };
        self.reset(ours, &format!("{WAY} {flags}{waits}"))?;
        let is_in_maintenance = || {
            let version = self.repository.talosctl("version --insecure -n 10.5.0.5")?;
            Ok(version.status.success())
        };
        if ours && !is_in_maintenance()? {
            bail!("it is said to be in maintenance after `reset {flags}`, and is not");
        }
        Repository::until("a machine in maintenance", is_in_maintenance)?;
        let log = files::text(&self.rig.folder("w1").join("vol/opt/calls.log"))?;
        let sent = log.lines().rev().find_map(|line| {
            let (_, sent) = line.split_once("/machine.MachineService/Reset ")?;
            let (_, sent) = sent.split_once(" roles=")?;
            Some(sent.split_once("] ")?.1.to_owned())
        });
        let apply = "apply-config --insecure -n 10.5.0.5 --file clusterconfig/nodes-w1.yaml";
        let applied = self.repository.talosctl(apply)?;
        if !applied.status.success() {
            bail!("it takes no configuration:\n{}", said(&applied));
        }
        Repository::until("a machine that is a node again", || {
            let version = self.repository.talosctl(&format!("version {WAY}"))?;
            Ok(version.status.success())
        })?;
        sent.context("no call was written down")
    }

    /// Has a real control plane go for good; what is then in its place for the state of the system. In
    /// container mode Talos does not leave etcd before: ichor says so, talosctl does not.
    fn goes(&self, name: &str, address: &str, ours: bool) -> Result<Vec<String>> {
        let line = format!("-n {address} -e 10.5.0.2");
        if ours {
            let line = format!("--yes talos reset {line} --cluster-name nodes");
            let done = self.repository.ichor(&line)?;
            if done.status.success() || !said(&done).contains(STAYS) {
                bail!(
                    "`reset` does not tell that a member stays:\n{}",
                    said(&done)
                );
            }
        } else {
            // It would wait for a last event that the machine may take with it when it goes off.
            self.reset(false, &format!("{line} --wait=false"))?;
        }
        Repository::until("a machine that is off", || {
            Ok(self.rig.console(name).contains("== power off"))
        })?;
        let state = self.rig.folder(name).join("vol/system/state");
        let mut left = Vec::new();
        for file in state.read_dir_utf8().context("no state of a node")? {
            left.push(file?.file_name().to_owned());
        }
        left.sort();
        Ok(left)
    }

    /// Has the member taken out whose node is gone: it is one of three, then there are two, and nobody is
    /// taken out that is well.
    fn is_taken_out(&self, name: &str, faults: &mut Vec<String>) -> Result<()> {
        for (member, code, members) in [("cp2", 4, 3), (name, 0, 2)] {
            let before = self.members()?;
            let line = format!("--yes talos etcd remove-member {member}");
            let done = self.repository.ichor(&line)?;
            let after = self.members()?;
            if before != 3 || done.status.code() != Some(code) || after != members {
                faults.push(format!(
                    "`{line}` was to end with {code} and leave {members} of 3 members, and left {after} of {before}:\n{}",
                    said(&done)
                ));
            }
        }
        Ok(())
    }

    /// How many members etcd has, once it has a leader again.
    fn members(&self) -> Result<usize> {
        let mut found = 0;
        Repository::until("the members of etcd", || {
            let line = "-n 10.5.0.2 -e 10.5.0.2 etcd members";
            let members = self.repository.talosctl(line)?;
            // The first line is a head.
            let lines = String::from_utf8_lossy(&members.stdout).lines().count();
            found = lines.saturating_sub(1);
            Ok(members.status.success())
        })?;
        Ok(found)
    }
}
