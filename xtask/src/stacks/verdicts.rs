//! The verdicts that are recorded, and whether each is about what is rendered now.

use std::collections::BTreeMap;

use anyhow::Result;
use camino::Utf8PathBuf;
use serde_json::Value;
use sha2::Digest as _;

use super::{Cluster, FOLDER, group, name, stand_ins};
use crate::files;

/// The groups of what Envoy Gateway takes.
const GROUPS: [&str; 3] = [
    "gateway.networking.k8s.io",
    "gateway.envoyproxy.io",
    "aigateway.envoyproxy.io",
];

/// The objects of a cluster that are judged, with the routes that charts make.
pub(crate) fn judged(cluster: &Cluster) -> Vec<Value> {
    let own = { cluster.objects.iter() }.filter(|object| GROUPS.contains(&group(object)));
    own.cloned().chain(stand_ins::of_charts(cluster)).collect()
}

/// What tells texts of an object apart.
pub(crate) fn digest(object: &Value) -> String {
    let digest = sha2::Sha256::digest(object.to_string());
    let digest = digest.iter().take(6).map(|byte| format!("{byte:02x}"));
    digest.collect()
}

/// Where the verdicts on a fixture are recorded: a line for each object, its digest, its name, and
/// what was said of it.
pub(crate) fn file(fixture: &str) -> Utf8PathBuf {
    let folder = files::root().join(FOLDER).join("verdicts");
    folder.join(format!("{fixture}.txt"))
}

/// The objects of which no verdict is recorded as they are now, and the verdicts on what is
/// not there any more: one a line.
///
/// # Errors
///
/// Where the records cannot be read.
pub fn unproven(clusters: &[Cluster]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let folder = files::root().join(FOLDER).join("verdicts");
    for path in files::paths(&folder)? {
        let fixture = path.trim_end_matches(".txt");
        if clusters.iter().all(|cluster| cluster.fixture != fixture) {
            faults.push(format!(
                "verdicts are recorded on `{fixture}`, which is no fixture"
            ));
        }
    }
    for cluster in clusters {
        let fixture = &cluster.fixture;
        let path = file(fixture);
        let text = if path.exists() {
            files::text(&path)?
        } else {
            String::new()
        };
        let mut recorded: BTreeMap<&str, &str> = { text.lines() }
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(digest, rest)| Some((rest.split_once(": ")?.0, digest)))
            .collect();
        for object in judged(cluster) {
            let name = name(&object);
            match recorded.remove(name.as_str()) {
                Some(before) if before == digest(&object) => {}
                Some(_) => faults.push(format!("{fixture}: {name} was judged as it was before")),
                None => faults.push(format!("{fixture}: {name} was not judged")),
            }
        }
        let gone = recorded
            .keys()
            .map(|name| format!("{fixture}: {name} is there no more"));
        faults.extend(gone);
    }
    Ok(faults)
}
