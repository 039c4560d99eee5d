//! The tables of resources, beside talosctl's.

use std::process::Output;

use anyhow::Result;

use super::repository::Repository;

/// The resources whose tables are compared.
const KINDS: [&str; 30] = [
    "members",
    "services",
    "machinestatus",
    "machinetype",
    "nodename",
    "nodeaddresses",
    "addresses",
    "links",
    "routes",
    "hostname",
    "resolvers",
    "timeservers",
    "kubeletspec",
    "kubeletconfig",
    "staticpods",
    "apiserverconfig",
    "controllermanagerconfig",
    "schedulerconfig",
    "etcdspec",
    "etcdmember",
    "certsan",
    "kernelparamspec",
    "mountstatus",
    "manifests",
    "affiliates",
    "identities",
    "discoveryconfig",
    "platformmetadata",
    "imagecacheconfig",
    "rd",
];

/// Asks both for each type; how many there were.
pub(super) fn compared(repository: &Repository<'_>, faults: &mut Vec<String>) -> Result<usize> {
    for kind in KINDS {
        let line = format!("get {kind} -n {}", repository.addresses.join(","));
        let theirs = table(&repository.talosctl(&line)?);
        let ours = table(&repository.ichor(&format!("talos {line}"))?);
        if ours != theirs {
            faults.push(format!(
                "`{line}`: ours:\n{}\ntalosctl's:\n{}",
                ours.join("\n"),
                theirs.join("\n")
            ));
        }
    }
    Ok(KINDS.len())
}

/// The rows of a table without their widths, in order.
fn table(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let row = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rows: Vec<_> = text.lines().map(row).collect();
    rows.sort();
    rows
}
