//! Package `time`.

use super::common::{Metadata, Timestamp};

/// What time it is, for each node that was asked.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TimeResponse {
    /// One.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<Time>,
}

/// What time it is.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Time {
    /// Whose it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// The time server that was asked.
    #[prost(string, tag = "2")]
    pub server: String,
    /// By the clock of the node.
    #[prost(message, optional, tag = "3")]
    pub localtime: Option<Timestamp>,
    /// By the time server.
    #[prost(message, optional, tag = "4")]
    pub remotetime: Option<Timestamp>,
}
