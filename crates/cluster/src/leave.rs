//! Nodes that go: switched off, or made to forget their cluster. Each is looked at until it is
//! gone, so that whoever waits knows that it is.

use std::time::Duration;

use diagnostics::Diagnostic;
use talos_client::Node;

use crate::clock::Clock;
use crate::machine::{Stage, stage as stage_at};
use crate::rules;
use crate::wait::{self, Stopped};

/// At how many looks a machine has to keep silent until it counts as off. One may be an accident,
/// and a client passes over what did not answer for a while.
const SILENCES: u32 = 4;

/// A node that is to go.
pub struct Leaving<'a> {
    /// It, as a member of the cluster.
    pub node: Node<'a>,
    /// It, dialled itself as a member.
    pub direct: Node<'a>,
    /// It, as a machine in maintenance.
    pub maintenance: Node<'a>,
    /// What it is called.
    pub name: String,
    /// How long it has.
    pub patience: Duration,
    /// By which clock.
    pub clock: &'a dyn Clock,
}

impl Leaving<'_> {
    /// Whether it waits for a configuration: there is nothing left that it could forget.
    pub fn is_in_maintenance(&self) -> bool {
        let (stage, _) = stage_at(&self.direct, &self.maintenance, false);
        stage == Stage::Maintenance
    }

    /// Waits until nothing answers.
    ///
    /// # Errors
    ///
    /// `cluster/not-ready`.
    pub fn until_off(&self) -> Result<(), Diagnostic> {
        let mut silences = 0;
        self.until("still answers", || {
            let (stage, fault) = stage_at(&self.node, &self.maintenance, false);
            let is_silent = fault.is_some_and(|fault| fault.is_passing());
            silences = if is_silent { silences + 1 } else { 0 };
            if silences >= SILENCES {
                Ok(())
            } else {
                Err(stage)
            }
        })
    }

    /// Waits until it is in maintenance; or, where it keeps its configuration, in another boot
    /// than this one.
    ///
    /// # Errors
    ///
    /// `cluster/not-ready`.
    pub fn until_forgotten(&self, boot: Option<&str>) -> Result<(), Diagnostic> {
        self.until("is not in maintenance", || {
            match stage_at(&self.direct, &self.maintenance, false) {
                (Stage::Maintenance, _) => Ok(()),
                (stage, _) => {
                    let now = boot.and_then(|_| self.node.boot_id().ok());
                    let is_another = now.is_some() && now.as_deref() != boot;
                    if is_another { Ok(()) } else { Err(stage) }
                }
            }
        })
    }

    /// Looks until it is as it should be, or the time is over.
    fn until(
        &self,
        what: &str,
        mut look: impl FnMut() -> Result<(), Stage>,
    ) -> Result<(), Diagnostic> {
        let look = || Ok(look().err().map(|stage| stage.to_string()));
        wait::until(self.clock, self.patience, &mut |_, _| {}, look).map_err(
            |stopped| match stopped {
                Stopped::Failed(problem) => problem,
                Stopped::Late { missing, seconds } => rules::CLUSTER_NOT_READY
                    .report(format!(
                        "`{}` {what} after {seconds} s: {missing}",
                        self.name
                    ))
                    .hint("look at its console; it may still be on its way"),
            },
        )
    }
}
