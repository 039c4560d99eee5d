//! The last lines of containers that do not run.

use diagnostics::{Secrets, visible};
use kubernetes_client::{Client, Kind, Log};
use serde::Serialize;

use crate::cause::Cause;
use crate::overview::{Group, Unanswered};

/// So many lines are shown of so many containers, each of so many characters.
const LINES: u32 = 15;
const CONTAINERS: usize = 3;
const LONGEST: usize = 400;

/// What a container printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Printed {
    /// The pod, `namespace/name`.
    pub pod: String,
    /// Its container.
    pub container: String,
    /// Whether that is of the run before this one.
    pub is_previous: bool,
    /// The last lines, without secrets that are known.
    pub lines: Vec<String>,
}

/// Asks for them.
pub(super) fn of(
    client: &Client,
    groups: &[Group],
    secrets: &Secrets,
    unanswered: &mut Vec<Unanswered>,
) -> Vec<Printed> {
    let crashed = groups.iter().filter(|group| {
        let has_run = matches!(
            group.cause,
            Cause::CrashLoop | Cause::OutOfMemory | Cause::NotReady
        );
        has_run && !group.container.is_empty()
    });
    let mut printed = Vec::new();
    for group in crashed.take(CONTAINERS) {
        let Some(pod) = group.pods.first() else {
            continue;
        };
        let log = |is_previous| Log {
            namespace: &group.owner.namespace,
            pod,
            container: &group.container,
            is_previous,
            lines: LINES,
        };
        // Of one that ends again and again the run before says why; there may be none yet.
        let before = group.cause != Cause::NotReady;
        let first = client.log(log(before));
        let (is_previous, answer) = match first {
            Err(fault) if before && matches!(fault.kind, Kind::Refused | Kind::Missing) => {
                (false, client.log(log(false)))
            }
            first => (before, first),
        };
        match answer {
            Ok(lines) => printed.push(Printed {
                pod: format!("{}/{pod}", group.owner.namespace),
                container: group.container.clone(),
                is_previous,
                lines: lines.iter().map(|line| shown(line, secrets)).collect(),
            }),
            // One that is being made has none.
            Err(fault) if matches!(fault.kind, Kind::Refused | Kind::Missing) => {}
            Err(fault) => unanswered.push(Unanswered {
                what: "Log".to_owned(),
                why: fault.to_string(),
            }),
        }
    }
    printed
}

/// A line as it may be shown.
fn shown(line: &str, secrets: &Secrets) -> String {
    let line = visible(&secrets.mask(line).replace('\t', "    "));
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
