//! That one at a time does something to a cluster: a Lease of its API, as controllers of Kubernetes
//! have them.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use diagnostics::Diagnostic;
use kubernetes_client::{Client, Definition, Fault, Kind};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::rules;
use crate::wait::PAUSE;

/// How long a lease counts that nobody renews: whoever had it was killed.
const LASTS: Duration = Duration::from_secs(15);

/// How often it is renewed.
const RENEWED: Duration = Duration::from_secs(3);

const NAMESPACE: &str = "kube-system";
const HOLDER: &str = "ichor";

/// What time it is, as RFC 3339 with fractions of a second.
pub type Now<'a> = &'a (dyn Fn() -> String + Sync);

/// A lease that is held.
pub struct Lease<'a> {
    client: &'a Client,
    definition: Definition,
    name: &'static str,
    uid: String,
    now: Now<'a>,
}

impl<'a> Lease<'a> {
    /// Takes it. Where there is one, it is looked at for as long as it counts: by no clock but the
    /// one here, since those of others may differ. `tell` is called before that.
    ///
    /// # Errors
    ///
    /// `cluster/busy` where somebody renews it; what the API server refuses.
    pub fn take(
        client: &'a Client,
        name: &'static str,
        now: Now<'a>,
        clock: &dyn Clock,
        tell: &mut dyn FnMut(),
    ) -> Result<Self, Diagnostic> {
        let told = |fault: Fault| fault.diagnostic();
        let definition = client.definition("coordination.k8s.io/v1", "Lease");
        let definition = definition.map_err(told)?;
        loop {
            let object = json!({
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": { "name": name, "namespace": NAMESPACE },
                "spec": {
                    "holderIdentity": HOLDER,
                    "leaseDurationSeconds": LASTS.as_secs(),
                    "acquireTime": micros(now),
                    "renewTime": micros(now),
                },
            });
            match client.create(&definition, NAMESPACE, name, &object, HOLDER) {
                Ok(made) => {
                    let uid = text(&made, "/metadata/uid");
                    return Ok(Self {
                        client,
                        definition,
                        name,
                        uid,
                        now,
                    });
                }
                Err(fault) if fault.kind == Kind::Exists => {}
                Err(fault) => return Err(told(fault)),
            }
            tell();
            outlive(client, &definition, name, clock)?;
        }
    }

    /// Does something while it is held and renewed, and gives it back.
    pub fn held<T>(self, work: impl FnOnce() -> T) -> T {
        let done = std::thread::scope(|scope| {
            let (end, ended) = channel::<()>();
            scope.spawn({
                let lease = &self;
                move || {
                    while ended.recv_timeout(RENEWED) == Err(RecvTimeoutError::Timeout) {
                        lease.renew();
                    }
                }
            });
            let done = work();
            drop(end);
            done
        });
        // One that stays counts for some seconds more.
        let _gone = self
            .client
            .delete_object(&self.definition, NAMESPACE, self.name, &self.uid);
        done
    }

    /// An API server that is away is asked again soon.
    fn renew(&self) {
        let patch = json!({ "spec": { "renewTime": micros(self.now) } });
        let _later = self
            .client
            .merge(&self.definition, NAMESPACE, self.name, &patch, HOLDER);
    }
}

/// Looks at a lease of somebody else until it is gone, or counts no more and is deleted.
fn outlive(
    client: &Client,
    definition: &Definition,
    name: &str,
    clock: &dyn Clock,
) -> Result<(), Diagnostic> {
    let look = || {
        let found = client.get(definition, NAMESPACE, name);
        found.map_err(|fault| fault.diagnostic())
    };
    let state = |lease: &Value| {
        let version = text(lease, "/metadata/resourceVersion");
        (text(lease, "/metadata/uid"), version)
    };
    let Some(first) = look()? else {
        return Ok(());
    };
    let begin = clock.elapsed();
    while clock.elapsed().saturating_sub(begin) < LASTS {
        clock.pause(PAUSE);
        match look()? {
            None => return Ok(()),
            Some(now) if state(&now) == state(&first) => {}
            Some(_) => {
                return Err(rules::CLUSTER_BUSY
                    .report(format!(
                        "somebody else does this now: the Lease `{NAMESPACE}/{name}` is being renewed"
                    ))
                    .hint("wait until that has ended, and run the same again"));
            }
        }
    }
    let uid = text(&first, "/metadata/uid");
    let gone = client.delete_object(definition, NAMESPACE, name, &uid);
    gone.map(drop).map_err(|fault| fault.diagnostic())
}

fn text(object: &Value, pointer: &str) -> String {
    let found = object.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_default().to_owned()
}

/// The time with six digits behind the point, which is all that a Lease takes.
fn micros(now: Now<'_>) -> String {
    let now = now();
    let (seconds, rest) = now
        .split_once('.')
        .unwrap_or((now.trim_end_matches('Z'), ""));
    let digits = rest.trim_end_matches('Z').chars().chain("000000".chars());
    format!("{seconds}.{}Z", digits.take(6).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::micros;

    #[test]
    fn a_lease_has_microseconds() {
        for (now, expected) in [
            (
                "2026-01-02T03:04:05.123456789Z",
                "2026-01-02T03:04:05.123456Z",
            ),
            ("2026-01-02T03:04:05.1Z", "2026-01-02T03:04:05.100000Z"),
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"),
        ] {
            assert_eq!(micros(&|| now.to_owned()), expected);
        }
    }
}
