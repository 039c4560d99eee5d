//! Whether a node is back.

use std::time::Duration;

use talos_client::{Fault, Node};

use crate::clock::Clock;
use crate::wait::until;

/// Waits until a node is in another boot than this one. Whether it was in time; what was wrong
/// last if not.
///
/// # Errors
///
/// The last failure, where it did not come back in time; none where it never went.
pub fn wait_for_boot(
    node: &Node<'_>,
    before: &str,
    patience: Duration,
    clock: &dyn Clock,
) -> Result<(), Option<Fault>> {
    let mut last = None;
    let look = || {
        let found = node.boot_id();
        let is_another = found.as_ref().is_ok_and(|now| now != before);
        last = found.err();
        Ok((!is_another).then(String::new))
    };
    // What was wrong last says more than that it is late.
    let done = until(clock, patience, &mut |_, _| {}, look);
    done.map_err(|_late| last)
}
