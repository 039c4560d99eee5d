//! Documents of volumes.

use super::common::{not_negative, scrub};
use super::encryption;
use super::place::{Place, Report};
use crate::fields::forms::bytes;

use crate::rules;

/// The longest name: what a partition's label leaves behind the prefix.
const NAME: usize = 34;

/// One document.
pub(super) fn check(document: &Place<'_>, report: &mut Report) {
    match document.key("kind").text() {
        "VolumeConfig" => system(document, report),
        "ZswapConfig" => {
            let percent = document.key("maxPoolPercent");
            if !(0..=100).contains(&percent.number()) {
                report.add(
                    &percent,
                    &rules::MACHINE_CONFIG_BAD_VALUE,
                    format!("`{}` is not a percentage", percent.number()),
                    "use 0 to 100",
                );
            }
        }
        "UserVolumeConfig" => {
            name(document, NAME, report);
            user(document, report);
            rounds(document, report);
        }
        "ExistingVolumeConfig" => {
            name(document, usize::MAX, report);
            rounds(document, report);
            let selector = document.keys(&["discovery", "volumeSelector", "match"]);
            if selector.is_empty() {
                report.missing(
                    &selector,
                    "write an expression such as `volume.name == \"xfs\"`",
                );
            }
        }
        "ExternalVolumeConfig" => {
            name(document, NAME, report);
            external(document, report);
        }
        _ => {
            name(document, NAME, report);
            provisioning(&document.key("provisioning"), true, report);
            encryption::check(&document.key("encryption"), report);
        }
    }
}

fn name(document: &Place<'_>, most: usize, report: &mut Report) {
    let name = document.key("name");
    let odd = |one: char| !(one.is_ascii_alphanumeric() || one == '-');
    if name.is_empty() {
        report.missing(&name, "give the volume a name");
    } else if name.text().contains(odd) || name.text().len() > most {
        report.bad(
            &name,
            "a name of a volume",
            format!("use up to {NAME} letters, digits and hyphens"),
        );
    }
}

/// A volume of Talos' own.
fn system(document: &Place<'_>, report: &mut Report) {
    let name = document.key("name");
    // These are folders of `EPHEMERAL` unless they get partitions of their own.
    let folder = matches!(name.text(), "ETCD" | "CRI" | "KUBELET" | "LOG");
    let known = matches!(name.text(), "STATE" | "EPHEMERAL" | "IMAGECACHE");
    if !(known || folder && report.has_documents()) {
        report.bad(
            &name,
            "a volume of the system",
            "write `STATE`, `EPHEMERAL` or `IMAGECACHE`, or a `UserVolumeConfig`",
        );
        return;
    }
    let space = document.key("provisioning");
    if report.has_documents() {
        mounted(document, folder && !is_set(&space), report);
    }
    if name.text() == "STATE" {
        if is_set(&space) {
            report.add(
                &space,
                &rules::MACHINE_CONFIG_NOT_HERE,
                "Talos itself decides where the volume `STATE` is",
                "take it out",
            );
        }
        for key in document.keys(&["encryption", "keys"]).items() {
            let lock = key.key("lockToState");
            if lock.is_true() {
                report.add(
                    &lock,
                    &rules::MACHINE_CONFIG_NOT_HERE,
                    "the volume `STATE` cannot be locked to itself",
                    "take it out",
                );
            }
        }
    }
    provisioning(&space, false, report);
    encryption::check(&document.key("encryption"), report);
}

/// What of Talos' own volumes is mounted in another way, and what cannot be.
fn mounted(document: &Place<'_>, folder: bool, report: &mut Report) {
    let mount = document.key("mount");
    let name = document.key("name").text();
    let fixed = matches!(name, "STATE" | "IMAGECACHE");
    if (fixed || folder) && !mount.entries().is_empty() {
        report.add(
            &mount,
            &rules::MACHINE_CONFIG_NOT_HERE,
            format!("how the volume `{name}` is mounted cannot be set"),
            if folder {
                "give it a partition by `provisioning`, or take this out"
            } else {
                "take it out"
            },
        );
    }
    let filesystem = document.key("filesystem");
    if name == "IMAGECACHE" && filesystem.key("xfs").is_there() {
        report.add(
            &filesystem,
            &rules::MACHINE_CONFIG_NOT_HERE,
            "the volume `IMAGECACHE` has another file system",
            "take it out",
        );
    }
    rounds(document, report);
}

/// How often a volume is trimmed and scrubbed.
fn rounds(document: &Place<'_>, report: &mut Report) {
    not_negative(&document.keys(&["trim", "interval"]), report);
    scrub(&document.keys(&["scrub", "interval"]), report);
}

fn is_set(provisioning: &Place<'_>) -> bool {
    provisioning.key("grow").is_there()
        || !provisioning.key("minSize").is_empty()
        || !provisioning.key("maxSize").is_empty()
        || !provisioning.keys(&["diskSelector", "match"]).is_empty()
}

/// Where a volume is made, and how large.
fn provisioning(space: &Place<'_>, required: bool, report: &mut Report) {
    disk(space, required, report);
    let (least, most) = (space.key("minSize"), space.key("maxSize"));
    if required && least.is_empty() && most.is_empty() {
        report.add(
            &least,
            &rules::MACHINE_CONFIG_MISSING,
            "neither `minSize` nor `maxSize` says how large the volume is",
            "set one of them",
        );
    }
    if least.text().starts_with('-') {
        report.bad(
            &least,
            "a size that a volume can have",
            "leave the sign out",
        );
    }
    let smaller = bytes(most.text()) < bytes(least.text().trim_start_matches('-'));
    if !least.is_empty() && bytes(most.text()).is_some() && smaller {
        report.bad(
            &least,
            "smaller than `maxSize`",
            format!("use at most `{}`", most.text()),
        );
    }
}

fn disk(space: &Place<'_>, required: bool, report: &mut Report) {
    let selector = space.keys(&["diskSelector", "match"]);
    if required && selector.is_empty() {
        report.missing(&selector, "write an expression such as `!system_disk`");
    }
}

fn user(document: &Place<'_>, report: &mut Report) {
    let kind = document.key("volumeType");
    let space = document.key("provisioning");
    match kind.text().to_lowercase().as_str() {
        "directory" => {
            let filesystem = document.key("filesystem");
            let typed = !matches!(
                filesystem.key("type").text().to_lowercase().as_str(),
                "" | "none"
            );
            let mount = document.key("mount");
            for (place, set) in [
                (&space, is_set(&space)),
                (
                    &document.key("encryption"),
                    encryption::is_set(&document.key("encryption")),
                ),
                (
                    &filesystem,
                    typed || filesystem.key("projectQuotaSupport").is_there(),
                ),
                (
                    &mount,
                    !mount.entries().is_empty() && !report.has_documents(),
                ),
                (
                    &mount.key("disableAccessTime"),
                    mount.key("disableAccessTime").is_there(),
                ),
            ] {
                if set {
                    report.add(
                        place,
                        &rules::MACHINE_CONFIG_NOT_HERE,
                        "a directory has no partition to say this of",
                        "take it out, or write `volumeType: partition`",
                    );
                }
            }
            return;
        }
        "disk" => {
            disk(&space, true, report);
            for key in ["minSize", "maxSize", "grow"] {
                let place = space.key(key);
                if place.is_there() && (key == "grow" || !place.is_empty()) {
                    report.add(
                        &place,
                        &rules::MACHINE_CONFIG_NOT_HERE,
                        "a volume of a whole disk has no size of its own",
                        "take it out, or write `volumeType: partition`",
                    );
                }
            }
        }
        "" | "partition" => provisioning(&space, true, report),
        _ => report.bad(
            &kind,
            "a type of user volume",
            "write `partition`, `disk` or `directory`",
        ),
    }
    filesystem(&document.key("filesystem"), report);
    encryption::check(&document.key("encryption"), report);
}

fn filesystem(filesystem: &Place<'_>, report: &mut Report) {
    let kind = filesystem.key("type");
    let name = kind.text().to_lowercase();
    let new = name == "btrfs" && report.has_documents();
    if !new && !matches!(name.as_str(), "" | "none" | "xfs" | "ext4") {
        report.bad(&kind, "a file system of a volume", "write `xfs` or `ext4`");
    }
    let options = filesystem.key("xfs");
    if options.is_there() && !matches!(name.as_str(), "" | "none" | "xfs") {
        report.add(
            &options,
            &rules::MACHINE_CONFIG_NEEDS,
            "these options are for `xfs` only",
            "write `type: xfs`, or take them out",
        );
    }
    let quota = filesystem.key("projectQuotaSupport");
    if quota.is_true() && matches!(name.as_str(), "ext4" | "btrfs") {
        report.add(
            &quota,
            &rules::MACHINE_CONFIG_NEEDS,
            "only `xfs` has project quotas",
            "write `type: xfs`, or take it out",
        );
    }
}

fn external(document: &Place<'_>, report: &mut Report) {
    let kind = document.key("filesystemType");
    if !kind.text().eq_ignore_ascii_case("virtiofs") {
        report.bad(
            &kind,
            "a file system of an external volume",
            "write `virtiofs`",
        );
        return;
    }
    let tag = document.keys(&["mount", "virtiofs", "tag"]);
    if tag.is_empty() {
        report.missing(&tag, "name the shared folder");
    }
}
