//! Package `cluster`.

use super::common::{Duration, Metadata};

/// Asks a control plane to check the cluster.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HealthCheckRequest {
    /// How long to wait for all of it.
    #[prost(message, optional, tag = "1")]
    pub wait_timeout: Option<Duration>,
    /// Which nodes there should be; those that the node has discovered, if none are named.
    #[prost(message, optional, tag = "2")]
    pub cluster_info: Option<ClusterInfo>,
}

/// The nodes of a cluster.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ClusterInfo {
    /// Addresses of control planes.
    #[prost(string, repeated, tag = "1")]
    pub control_plane_nodes: Vec<String>,
    /// Addresses of workers.
    #[prost(string, repeated, tag = "2")]
    pub worker_nodes: Vec<String>,
}

/// How far the check is.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HealthCheckProgress {
    /// Whose word it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// `waiting for CHECK: OK`, or what it waits for.
    #[prost(string, tag = "2")]
    pub message: String,
}
