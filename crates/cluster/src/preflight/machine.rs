//! What is asked of one machine.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use talos_client::{Fault, Image, Kind, Node};

use super::disk::{Choice, Found};
use super::glob::glob;
use super::wanted::Wanted;
use super::{Finding, Preflight, Topic};
use crate::hardware::{self, Disk, Link, SMALLEST_DISK, gibibytes};
use crate::machine::Member;
use crate::rules;

/// How far clocks may be apart. A certificate counts from when it was made, so that a machine
/// whose clock is behind refuses new ones for so long.
const APART: Duration = Duration::from_secs(30);

/// How many things of a machine are named where none of them fits.
const NAMED: usize = 8;

/// Everything of one machine, and the links that it has.
pub(super) fn check(
    preflight: &Preflight<'_>,
    member: &Member,
    node: &Node<'_>,
) -> (Vec<Finding>, Vec<Link>) {
    let wanted = Wanted::of(&member.config);
    let (links, known) = links(member, &wanted, node);
    let findings = vec![
        disk(member, &wanted, node),
        links,
        clock(member, node, preflight.now),
        image(member, &wanted, node),
    ];
    (findings, known)
}

/// What could not be asked.
fn unasked(topic: Topic, fault: &Fault) -> Finding {
    Finding::unproven(topic, format!("not told: {fault}"))
}

fn disk(member: &Member, wanted: &Wanted, node: &Node<'_>) -> Finding {
    let Some(choice) = &wanted.disk else {
        return Finding::new(Topic::Disk, super::Verdict::Skipped, "none is named");
    };
    let platform = node.version().ok().and_then(|version| version.platform);
    if platform.is_some_and(|platform| platform.mode == "container") {
        let words = "it runs in a container";
        return Finding::new(Topic::Disk, super::Verdict::Skipped, words);
    }
    let disks = match hardware::disks(node) {
        Ok(disks) => disks,
        Err(fault) => return unasked(Topic::Disk, &fault),
    };
    let name = &member.name;
    match choice.find(&disks) {
        Found::Unknown => Finding::unproven(
            Topic::Disk,
            match choice {
                Choice::Expression(_) => format!("ichor cannot tell the disk {}", choice.words()),
                _ => format!("this Talos does not tell what {} leads to", choice.words()),
            },
        ),
        Found::None => {
            let there = named(
                disks
                    .iter()
                    .filter(|disk| disk.is_writable())
                    .map(Disk::words),
            );
            let words = choice.words();
            let problem = rules::CLUSTER_NO_DISK
                .report(format!("`{name}` has no disk {words}; {there}"))
                .hint(match choice {
                    Choice::Path(_) => {
                        "name the disk in `nodes.yaml` by its serial number, which stays when devices are counted anew"
                    }
                    Choice::Selector(_) | Choice::Expression(_) => "compare `disk` in `nodes.yaml` with the label of the disk",
                });
            Finding::failed(Topic::Disk, format!("no disk {words}"), problem)
        }
        Found::One(disk) if disk.readonly || disk.cdrom => {
            let words = format!("{} cannot be written to", disk.words());
            let problem = rules::CLUSTER_NO_DISK.report(format!("`{name}`: {words}"));
            Finding::failed(
                Topic::Disk,
                words,
                problem.hint("name another disk in `nodes.yaml`"),
            )
        }
        Found::One(disk) if disk.size < SMALLEST_DISK => {
            let words = disk.words();
            let problem = rules::CLUSTER_SMALL_DISK.report(format!(
                "`{name}`: {words} is too small; Talos needs {}",
                gibibytes(SMALLEST_DISK)
            ));
            let problem =
                problem.hint("name another disk in `nodes.yaml`, or give it a larger one");
            Finding::failed(Topic::Disk, format!("{words} is too small"), problem)
        }
        Found::One(disk) => Finding::passed(Topic::Disk, disk.words()),
    }
}

fn links(member: &Member, wanted: &Wanted, node: &Node<'_>) -> (Finding, Vec<Link>) {
    if wanted.macs.is_empty() {
        let words = "none is named by its MAC";
        let finding = Finding::new(Topic::Links, super::Verdict::Skipped, words);
        return (finding, Vec::new());
    }
    let links = match hardware::links(node) {
        Ok(links) => links,
        Err(fault) => return (unasked(Topic::Links, &fault), Vec::new()),
    };
    let has = |pattern: &String| {
        let pattern = pattern.to_lowercase();
        let mut links = links.iter();
        links.any(|link| {
            [&link.hardware_addr, &link.permanent_addr]
                .iter()
                .any(|mac| !mac.is_empty() && glob(&pattern, &mac.to_lowercase()))
        })
    };
    let missing: Vec<String> = wanted
        .macs
        .iter()
        .filter(|pattern| !has(pattern))
        .map(|pattern| format!("`{}`", pattern.to_lowercase()))
        .collect();
    let finding = if missing.is_empty() {
        Finding::passed(Topic::Links, wanted.macs.join(", "))
    } else {
        let missing = missing.join(", ");
        let cards = links.iter().filter(|link| link.is_physical());
        let there = named(cards.map(|link| format!("`{}` {}", link.name, link.mac())));
        let problem = rules::CLUSTER_NO_LINK.report(diagnostics::visible(&format!(
            "`{}` has no link with the MAC {missing}; {there}",
            member.name
        )));
        let problem = problem.hint("compare `mac_addr` in `nodes.yaml` with these");
        Finding::failed(Topic::Links, format!("no {missing}"), problem)
    };
    (finding, links)
}

fn clock(member: &Member, node: &Node<'_>, now: &dyn Fn() -> SystemTime) -> Finding {
    let theirs = match node.time() {
        Ok(theirs) => theirs,
        Err(fault) => return in_sync(node, &fault),
    };
    let ours = now();
    let (apart, way) = match ours.duration_since(theirs) {
        Ok(behind) => (behind, "behind"),
        Err(ahead) => (ahead.duration(), "ahead of"),
    };
    if apart <= APART {
        return Finding::passed(Topic::Clock, format!("{} ms apart", apart.as_millis()));
    }
    let words = format!("{} s {way} ours", apart.as_secs());
    let problem = rules::CLUSTER_OTHER_TIME
        .report(format!("the clock of `{}` is {words}", member.name))
        .hint("compare the clock here with another one, and the machine's in its firmware");
    Finding::failed(Topic::Clock, words, problem)
}

/// Where the time server of a node does not answer it, whether it did before.
fn in_sync(node: &Node<'_>, fault: &Fault) -> Finding {
    let status = node.find("runtime", "TimeStatuses.v1alpha1.talos.dev", "node");
    let status = status.ok().flatten().map(|status| status.value());
    let synced = status.as_ref().and_then(|status| status.get("synced"));
    if synced.and_then(Value::as_bool) == Some(true) {
        return Finding::passed(Topic::Clock, "in sync with its time server");
    }
    unasked(Topic::Clock, fault)
}

fn image(member: &Member, wanted: &Wanted, node: &Node<'_>) -> Finding {
    let Some(image) = &wanted.image else {
        return Finding::new(Topic::Image, super::Verdict::Skipped, "none is named");
    };
    let Err(fault) = node.pull(image, Image::System) else {
        return Finding::passed(Topic::Image, image.as_str());
    };
    match fault.kind {
        // A machine in maintenance only lets itself be asked.
        Kind::Denied | Kind::Unsupported => {
            let words = "only told by a member, to a role that may have it pull";
            return Finding::unproven(Topic::Image, words);
        }
        _ if fault.is_passing() || fault.kind == Kind::NotReady => {
            return unasked(Topic::Image, &fault);
        }
        _ => {}
    }
    let problem = rules::CLUSTER_NO_IMAGE.report(format!(
        "`{}` cannot pull `{image}`: {}",
        member.name, fault.words
    ));
    let problem = problem.hint(
        "does the schematic exist at the image factory, is there such a version, and does the node reach it?",
    );
    Finding::failed(Topic::Image, format!("cannot pull `{image}`"), problem)
}

/// What there is, in place of what is missing.
fn named(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    match all.len() {
        0 => "it has none".to_owned(),
        count if count > NAMED => format!(
            "it has {}, and {} more",
            all[..NAMED].join(", "),
            count - NAMED
        ),
        _ => format!("it has {}", all.join(", ")),
    }
}
