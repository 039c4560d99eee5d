//! Whether a node is back.

use std::time::Duration;

use talos_client::{Fault, Node};

use crate::clock::Clock;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(2);

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
    let begin = clock.elapsed();
    loop {
        let last = match node.boot_id() {
            Ok(now) if now != before => return Ok(()),
            Ok(_) => None,
            Err(fault) => Some(fault),
        };
        if clock.elapsed().saturating_sub(begin) >= patience {
            return Err(last);
        }
        clock.pause(PAUSE);
    }
}
