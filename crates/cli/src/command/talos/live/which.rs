//! Which nodes of the talconfig are meant.

use cluster::bootstrap::Member;
use machines::{Machines, Made};

use super::session::Reach;
use crate::command::talos::options;
use crate::failure::Failure;

/// Nodes by their names, or all.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The nodes, by their names or addresses
    #[arg(value_name = "NODE", required_unless_present_any = ["all", "nodes"])]
    named: Vec<String>,

    /// Every node of the talconfig
    #[arg(long, conflicts_with = "named")]
    all: bool,
}

impl Which {
    /// They, in the order they were named in.
    pub(super) fn of<'m>(
        &self,
        reach: &Reach,
        machines: &Machines<'_>,
        made: &'m [Made],
    ) -> Result<Vec<&'m Made>, Failure> {
        if self.all {
            return Ok(made.iter().collect());
        }
        let (generator, _) = machines.generator();
        let mut chosen: Vec<&Made> = Vec::new();
        for name in self.named.iter().chain(reach.named()) {
            let index = options::node(&generator, name)?;
            let hostname = generator.hostname(index).unwrap_or_default();
            let found = made.iter().find(|made| made.hostname == hostname);
            if let Some(found) = found
                && !chosen.iter().any(|one| one.hostname == found.hostname)
            {
                chosen.push(found);
            }
        }
        Ok(chosen)
    }
}

/// Where a node is called: its first address.
pub(crate) fn address(made: &Made) -> &str {
    made.addresses.first().unwrap_or(&made.hostname)
}

/// The nodes that a cluster is to have.
pub(crate) fn members(made: &[Made]) -> Vec<Member> {
    made.iter()
        .map(|made| Member {
            name: made.hostname.clone(),
            address: address(made).to_owned(),
            role: made.role,
            config: made.text.clone(),
        })
        .collect()
}
