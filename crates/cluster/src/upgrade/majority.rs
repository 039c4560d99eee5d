//! Whether a control plane can go.

use std::time::Duration;

use diagnostics::Diagnostic;
use talos_client::Fault;

use super::look::is_ready;
use super::words::{begin, named};
use super::{Event, Step, Target, Upgrade};
use crate::rules;

/// How long the other control planes have until they are well: the last one may just be back.
const SETTLING: Duration = Duration::from_mins(2);

impl Upgrade<'_> {
    /// Waits until etcd has its majority and Kubernetes an API server without this node.
    pub(super) fn keep_majority(
        &self,
        target: &Target,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), Diagnostic> {
        begin(target, Step::Majority, tell);
        let others: Vec<String> = { self.leads.iter() }
            .filter(|lead| **lead != target.address)
            .cloned()
            .collect();
        let voters = { self.client.node(&target.address) }
            .etcd_members()
            .map_err(|fault| named(target, &fault))?;
        let voters = voters.iter().filter(|member| !member.is_learner).count();
        // Of one alone there is no majority to keep.
        if voters <= 1 {
            return Ok(());
        }
        self.until(target, "enough other control planes are ready", SETTLING, tell, || {
            let well = self.client.each(&others, |other| {
                Ok::<_, Fault>(other.is_healthy("etcd")? && is_ready(other)?.is_ok())
            });
            let unwell: Vec<&str> = { others.iter().zip(&well) }
                .filter(|(_, well)| **well != Ok(true))
                .map(|(other, _)| other.as_str())
                .collect();
            if others.len() - unwell.len() > voters / 2 {
                return Ok(None);
            }
            Ok(Some(unwell.join(", ")))
        })
        .map_err(|mut problem| {
            problem.rule = &rules::CLUSTER_NO_QUORUM;
            problem.hint("nothing was done to it. Mend the others first; or `--force`, and etcd stands still meanwhile")
        })
    }
}
