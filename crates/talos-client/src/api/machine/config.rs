//! Package `machine`: configurations, and the start of etcd.

use std::fmt;

use crate::api::common::{Duration, Metadata};

/// When a configuration counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum ApplyMode {
    /// After a reboot, at once.
    Reboot = 0,
    /// At once, with a reboot if that is needed.
    Auto = 1,
    /// At once, or not at all.
    NoReboot = 2,
    /// After the next reboot.
    Staged = 3,
    /// At once, and only for a while.
    Try = 4,
}

/// Gives a node a configuration.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct ApplyConfigurationRequest {
    /// The configuration, as YAML.
    #[prost(bytes = "vec", tag = "1")]
    pub data: Vec<u8>,
    /// When it counts.
    #[prost(enumeration = "ApplyMode", tag = "4")]
    pub mode: i32,
    /// Only says what would happen.
    #[prost(bool, tag = "5")]
    pub dry_run: bool,
    /// After what time one that is tried is taken back.
    #[prost(message, optional, tag = "6")]
    pub try_mode_timeout: Option<Duration>,
}

/// A configuration holds the keys of the cluster.
impl fmt::Debug for ApplyConfigurationRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApplyConfigurationRequest")
            .field("data", &self.data.len())
            .field("mode", &self.mode)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}

/// What became of a configuration.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct ApplyConfiguration {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// What Talos thinks of it.
    #[prost(string, repeated, tag = "2")]
    pub warnings: Vec<String>,
    /// When it counts in fact.
    #[prost(enumeration = "ApplyMode", tag = "3")]
    pub mode: i32,
    /// The same in words; in a dry run with a difference, which may show secrets.
    #[prost(string, tag = "4")]
    pub mode_details: String,
}

/// The details of a dry run show a difference of two configurations.
impl fmt::Debug for ApplyConfiguration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApplyConfiguration")
            .field("metadata", &self.metadata)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// The answer to a configuration.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ApplyConfigurationResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<ApplyConfiguration>,
}

/// Starts etcd, on one control plane and once in the life of a cluster.
#[derive(Clone, PartialEq, prost::Message)]
pub struct BootstrapRequest {
    /// From a snapshot that was uploaded.
    #[prost(bool, tag = "1")]
    pub recover_etcd: bool,
    /// From one that is no proper snapshot.
    #[prost(bool, tag = "2")]
    pub recover_skip_hash_check: bool,
}

/// What became of it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Bootstrap {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
}

/// The answer to a bootstrap.
#[derive(Clone, PartialEq, prost::Message)]
pub struct BootstrapResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<Bootstrap>,
}
