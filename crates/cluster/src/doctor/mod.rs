//! What `doctor` looks at in a cluster that runs: whether it agrees with its repository.
//!
//! Nothing is changed, and no private key is shown: keys are compared by their public halves.

mod key;
mod leftovers;
mod versions;

use diagnostics::Diagnostics;
use kubernetes_client::{Client, Fault, Kind};
use pipeline::doctor::{Check, Pins, PublicKeys};

use crate::reconcile::Subjects;

/// What is known of the repository.
pub struct Expected<'a> {
    /// Whom secrets are encrypted for.
    pub keys: &'a PublicKeys,
    /// What git says that the cluster runs.
    pub pins: &'a Pins,
}

/// Looks at the cluster that a client reaches. Where its server does not answer, that is the only
/// thing that is told.
pub fn look(client: &Client, expected: &Expected<'_>) -> Vec<Check> {
    const NAME: &str = "API server";
    let server = client.server();
    let version = match client.server_version() {
        Ok(version) => version,
        Err(fault) => return vec![untold(NAME, &fault)],
    };
    let mut checks = vec![Check::fine(NAME, format!("`{server}` answers"))];
    let pins = expected.pins;
    match client.nodes() {
        Ok(nodes) => {
            checks.push(versions::kubernetes(pins, &version, &nodes));
            checks.push(versions::talos(pins, &nodes));
            checks.push(leftovers::cordons(&nodes));
        }
        Err(fault) => checks.push(untold("nodes", &fault)),
    }
    checks.push(leftovers::releases(client));
    match Subjects::found(client) {
        Ok(Some(subjects)) => {
            checks.push(versions::flux(pins, client));
            checks.push(versions::releases(pins, client, &subjects));
            checks.push(key::cluster_key(client, expected.keys));
        }
        Ok(None) => checks.push(Check::unseen("Flux", "it is not in the cluster yet")),
        Err(fault) => checks.push(untold("Flux", &fault)),
    }
    checks
}

/// A check that a server did not let come to its end: no problem where it is away or busy, or does
/// not allow it.
fn untold(name: &'static str, fault: &Fault) -> Check {
    if fault.is_passing() || fault.kind == Kind::Denied {
        return Check::unseen(name, fault.to_string());
    }
    Check::of(
        name,
        "cannot be told",
        Diagnostics::from(fault.diagnostic()),
    )
}

#[cfg(test)]
mod tests;
