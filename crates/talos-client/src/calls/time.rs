//! What time it is on a node.

use std::time::{Duration, SystemTime};

use crate::api::common::{Empty, Metadata};
use crate::api::time::{Time, TimeResponse};
use crate::client::{Answer, Method, Node, Reply};
use crate::fault::{Fault, Kind};

const TIME: Method = Method("/time.TimeService/Time");

/// The node asks a time server, for 5 s, before it answers.
const ASKING: Duration = Duration::from_secs(8);

impl Answer for Time {
    fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }
}

impl Reply for TimeResponse {
    type Answer = Time;

    fn answers(self) -> Vec<Time> {
        self.messages
    }
}

impl Node<'_> {
    /// What time it is by the node's clock, once its time server has answered.
    ///
    /// # Errors
    ///
    /// [`Kind::Failed`] or [`Kind::Slow`] where its time server does not answer.
    pub fn time(&self) -> Result<SystemTime, Fault> {
        let answer = self.ask_within::<TimeResponse>(TIME, Empty {}, ASKING)?;
        let told = answer.localtime.and_then(|time| {
            let seconds = Duration::from_secs(time.seconds.try_into().ok()?);
            let rest = Duration::from_nanos(time.nanos.try_into().ok()?);
            SystemTime::UNIX_EPOCH
                .checked_add(seconds)?
                .checked_add(rest)
        });
        told.ok_or_else(|| self.fault(TIME, Kind::Malformed, "there is no time in it"))
    }
}
