//! The messages of `crates/talos-client`, field by field, against the stubs that Talos generates of
//! its own API, in every release that can be had.

mod source;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use self::source::Ours;
use super::go::{self, Program};
use super::{Options, Outcome};
use crate::{files, process};

/// The releases, oldest first; of 1.14 the newest that the module proxy has.
const RELEASES: [(u32, Program); 4] = [
    (11, program("machinery-1.11")),
    (12, program("machinery-1.12")),
    (13, program("machinery-1.13")),
    (14, program("machinery-1.14")),
];

const fn program(folder: &'static str) -> Program {
    Program {
        folder,
        name: "api",
        package: "./api",
        link: "",
    }
}

/// What Talos calls otherwise: our module and name, and its full names.
const NAMES: &[(&str, &[&str])] = &[
    ("common::Any", &["google.protobuf.Any"]),
    ("common::Duration", &["google.protobuf.Duration"]),
    ("common::Empty", &["google.protobuf.Empty"]),
    ("common::Status", &["google.rpc.Status"]),
    ("common::Timestamp", &["google.protobuf.Timestamp"]),
    (
        "lifecycle::InstallProgress",
        &["machine.LifecycleServiceInstallProgress"],
    ),
    (
        "lifecycle::PullRequest",
        &["machine.ImageServicePullRequest"],
    ),
    (
        "lifecycle::PullResponse",
        &["machine.ImageServicePullResponse"],
    ),
    (
        "lifecycle::UpgradeRequest",
        &["machine.LifecycleServiceUpgradeRequest"],
    ),
    (
        "lifecycle::UpgradeResponse",
        &["machine.LifecycleServiceUpgradeResponse"],
    ),
    (
        "machine::ApplyMode",
        &["machine.ApplyConfigurationRequest.Mode"],
    ),
    (
        "machine::ConfigErrorEvent",
        &[
            "machine.ConfigLoadErrorEvent",
            "machine.ConfigValidationErrorEvent",
        ],
    ),
    (
        "machine::PhaseAction",
        &["machine.PhaseEvent.Action", "machine.TaskEvent.Action"],
    ),
    (
        "machine::EtcdRemoveMemberById",
        &["machine.EtcdRemoveMemberByID"],
    ),
    (
        "machine::EtcdRemoveMemberByIdRequest",
        &["machine.EtcdRemoveMemberByIDRequest"],
    ),
    (
        "machine::EtcdRemoveMemberByIdResponse",
        &["machine.EtcdRemoveMemberByIDResponse"],
    ),
    ("machine::RebootMode", &["machine.RebootRequest.Mode"]),
    ("machine::SequenceAction", &["machine.SequenceEvent.Action"]),
    (
        "machine::ServiceState",
        &["machine.ServiceStateEvent.Action"],
    ),
];

/// What older releases do not have yet, by how it begins, and since when they do.
const SINCE: &[(&str, u32)] = &[
    ("/machine.ImageService/", 13),
    ("/machine.LifecycleService/", 13),
    ("common::ContainerdInstance", 13),
    ("lifecycle::", 13),
    ("machine::RebootMode::Force", 12),
];

/// What the stubs of a release have.
#[derive(Deserialize)]
struct Stubs {
    messages: BTreeMap<String, Vec<Field>>,
    enums: BTreeMap<String, BTreeMap<String, i32>>,
    methods: BTreeMap<String, serde_json::Value>,
}

/// A field, of theirs or of ours.
#[derive(Debug, Clone, Deserialize)]
struct Field {
    name: String,
    number: u32,
    kind: String,
    #[serde(default, rename = "type")]
    of: String,
    repeated: bool,
}

impl Field {
    fn shape(&self) -> String {
        let repeated = if self.repeated { "repeated " } else { "" };
        format!("{repeated}{} {} = {}", self.kind, self.name, self.number)
    }
}

pub(super) fn run(_options: &Options) -> Result<Outcome> {
    let source = files::root().join("crates/talos-client/src");
    let ours = Ours::read(&source)?;
    let mut faults = String::new();
    let mut fields = 0;
    for (minor, program) in &RELEASES {
        let [program] = match go::all([program])? {
            Ok(programs) => programs,
            Err(reason) => return Ok(Outcome::Skipped(reason)),
        };
        let said = process::quiet(&mut process::command(program))?;
        let stubs = serde_json::from_str(&said).context("the stubs cannot be read")?;
        let mut found = Vec::new();
        fields += ours.compare(&stubs, *minor, &mut found);
        for fault in found {
            let _ = writeln!(faults, "1.{minor}: {fault}");
        }
    }
    Ok(if faults.is_empty() {
        Outcome::Agreed(format!(
            "{} messages, {} enumerations, {} calls; {fields} fields and values in {} releases",
            ours.messages.len(),
            ours.enums.len(),
            ours.methods.len(),
            RELEASES.len()
        ))
    } else {
        Outcome::Differs(faults)
    })
}

impl Ours {
    /// How many fields and values agree.
    fn compare(&self, stubs: &Stubs, minor: u32, faults: &mut Vec<String>) -> usize {
        let mut agreed = 0;
        for method in &self.methods {
            if !is_newer(method, minor) && !stubs.methods.contains_key(method) {
                faults.push(format!("there is no call `{method}`"));
            }
        }
        for (name, fields) in &self.messages {
            let theirs = theirs(name, stubs.messages.keys());
            if theirs.is_empty() && !is_newer(name, minor) {
                faults.push(format!("there is no message `{name}`"));
            }
            for their_name in theirs {
                for field in fields {
                    let is_field = |other: &&Field| other.number == field.number;
                    let other = stubs.messages[&their_name].iter().find(is_field);
                    match other {
                        Some(other) if is_same(field, other, stubs) => agreed += 1,
                        other => faults.push(format!(
                            "`{their_name}`: ours is `{}`, Talos's is `{}`",
                            field.shape(),
                            other.map_or_else(|| "none".to_owned(), Field::shape)
                        )),
                    }
                }
            }
        }
        for (name, values) in &self.enums {
            let theirs = theirs(name, stubs.enums.keys());
            if theirs.is_empty() && !is_newer(name, minor) {
                faults.push(format!("there is no enumeration `{name}`"));
            }
            for their_name in theirs {
                for (value, number) in values {
                    let is_value = |(other, known): (&String, &i32)| {
                        known == number && plain(other).ends_with(&plain(value))
                    };
                    if stubs.enums[&their_name].iter().any(is_value) {
                        agreed += 1;
                    } else if !is_newer(&format!("{name}::{value}"), minor) {
                        faults.push(format!("`{their_name}` has no `{value}` = {number}"));
                    }
                }
            }
        }
        agreed
    }
}

fn is_newer(name: &str, minor: u32) -> bool {
    let mut since = SINCE.iter();
    since.any(|(begin, first)| name.starts_with(begin) && minor < *first)
}

/// What Talos calls a message or an enumeration of ours, wherever it is nested.
fn theirs<'s>(name: &str, all: impl Iterator<Item = &'s String>) -> Vec<String> {
    if let Some((_, names)) = NAMES.iter().find(|(ours, _)| *ours == name) {
        return all
            .filter(|full| names.contains(&full.as_str()))
            .cloned()
            .collect();
    }
    let (module, name) = name.split_once("::").unwrap_or_default();
    let package = match module {
        "cosi" => "cosi.resource.",
        "lifecycle" | "machine" => "machine.",
        "cluster" => "cluster.",
        "time" => "time.",
        _ => "common.",
    };
    let is_it = |full: &&String| {
        full.strip_prefix(package)
            .is_some_and(|rest| rest.rsplit('.').next() == Some(name))
    };
    all.filter(is_it).cloned().collect()
}

fn is_same(ours: &Field, other: &Field, stubs: &Stubs) -> bool {
    let is_type = match ours.kind.as_str() {
        "message" => theirs(&ours.of, stubs.messages.keys()).contains(&other.of),
        "enum" => theirs(&ours.of, stubs.enums.keys()).contains(&other.of),
        "map" => ours.of == other.of,
        _ => true,
    };
    is_type
        && ours.kind == other.kind
        && ours.repeated == other.repeated
        && plain(&ours.name) == plain(&other.name)
}

/// A name without what notations differ in.
fn plain(name: &str) -> String {
    name.trim_start_matches("r#")
        .replace('_', "")
        .to_uppercase()
}
