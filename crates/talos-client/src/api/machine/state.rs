//! Package `machine`: versions, services, logs.

use crate::api::common::{ContainerDriver, Metadata, Timestamp};

/// What runs.
#[derive(Clone, PartialEq, prost::Message)]
pub struct VersionInfo {
    /// The version, such as `v1.13.9`.
    #[prost(string, tag = "1")]
    pub tag: String,
    /// The commit.
    #[prost(string, tag = "2")]
    pub sha: String,
    /// When it was built.
    #[prost(string, tag = "3")]
    pub built: String,
    /// By which Go.
    #[prost(string, tag = "4")]
    pub go_version: String,
    /// For which system.
    #[prost(string, tag = "5")]
    pub os: String,
    /// For which processors.
    #[prost(string, tag = "6")]
    pub arch: String,
}

/// Where it runs.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PlatformInfo {
    /// The platform, such as `metal`.
    #[prost(string, tag = "1")]
    pub name: String,
    /// `metal`, `cloud` or `container`.
    #[prost(string, tag = "2")]
    pub mode: String,
}

/// The version of a node.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Version {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// What runs.
    #[prost(message, optional, tag = "2")]
    pub version: Option<VersionInfo>,
    /// Where it runs.
    #[prost(message, optional, tag = "3")]
    pub platform: Option<PlatformInfo>,
}

/// The answer to the question for the version.
#[derive(Clone, PartialEq, prost::Message)]
pub struct VersionResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<Version>,
}

/// Something that happened to a service.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ServiceEvent {
    /// In words.
    #[prost(string, tag = "1")]
    pub msg: String,
    /// The state since then.
    #[prost(string, tag = "2")]
    pub state: String,
    /// When.
    #[prost(message, optional, tag = "3")]
    pub ts: Option<Timestamp>,
}

/// What happened to a service, the latest last.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ServiceEvents {
    /// One by one.
    #[prost(message, repeated, tag = "1")]
    pub events: Vec<ServiceEvent>,
}

/// How well a service is.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ServiceHealth {
    /// It has no check, or none was made yet.
    #[prost(bool, tag = "1")]
    pub unknown: bool,
    /// Well.
    #[prost(bool, tag = "2")]
    pub healthy: bool,
    /// The last word of the check.
    #[prost(string, tag = "3")]
    pub last_message: String,
    /// Since when.
    #[prost(message, optional, tag = "4")]
    pub last_change: Option<Timestamp>,
}

/// A service.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ServiceInfo {
    /// Its name.
    #[prost(string, tag = "1")]
    pub id: String,
    /// `Running` and the like.
    #[prost(string, tag = "2")]
    pub state: String,
    /// What happened to it.
    #[prost(message, optional, tag = "3")]
    pub events: Option<ServiceEvents>,
    /// How well it is.
    #[prost(message, optional, tag = "4")]
    pub health: Option<ServiceHealth>,
}

impl ServiceInfo {
    /// Whether it says that it is well.
    pub fn is_healthy(&self) -> bool {
        let health = self.health.as_ref();
        health.is_some_and(|health| health.healthy && !health.unknown)
    }
}

/// The services of a node.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ServiceList {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// One by one.
    #[prost(message, repeated, tag = "2")]
    pub services: Vec<ServiceInfo>,
}

/// The answer to the question for services.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ServiceListResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<ServiceList>,
}

/// The memory of a machine, in kibibytes.
#[derive(Clone, PartialEq, prost::Message)]
pub struct MemInfo {
    /// All of it.
    #[prost(uint64, tag = "1")]
    pub memtotal: u64,
    /// What is free to use.
    #[prost(uint64, tag = "3")]
    pub memavailable: u64,
}

/// The memory of a node.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Memory {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// How much.
    #[prost(message, optional, tag = "2")]
    pub meminfo: Option<MemInfo>,
}

/// The answer to the question for memory.
#[derive(Clone, PartialEq, prost::Message)]
pub struct MemoryResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<Memory>,
}

/// Asks for the log of a service or container.
#[derive(Clone, PartialEq, prost::Message)]
pub struct LogsRequest {
    /// `system` or `k8s.io`.
    #[prost(string, tag = "1")]
    pub namespace: String,
    /// Which.
    #[prost(string, tag = "2")]
    pub id: String,
    /// Through which interface.
    #[prost(enumeration = "ContainerDriver", tag = "3")]
    pub driver: i32,
    /// And for what comes.
    #[prost(bool, tag = "4")]
    pub follow: bool,
    /// Only so many lines of the end; all if it is negative.
    #[prost(int32, tag = "5")]
    pub tail_lines: i32,
}

/// Asks for the kernel's log.
#[derive(Clone, PartialEq, prost::Message)]
pub struct DmesgRequest {
    /// And for what comes.
    #[prost(bool, tag = "1")]
    pub follow: bool,
    /// Only for what comes.
    #[prost(bool, tag = "2")]
    pub tail: bool,
}

/// Asks for a file.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ReadRequest {
    /// Its path.
    #[prost(string, tag = "1")]
    pub path: String,
}

/// Asks what is in a folder.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ListRequest {
    /// The folder.
    #[prost(string, tag = "1")]
    pub root: String,
    /// And in those within.
    #[prost(bool, tag = "2")]
    pub recurse: bool,
    /// How deep.
    #[prost(int32, tag = "3")]
    pub recursion_depth: i32,
}

/// A file, or why it cannot be told.
#[derive(Clone, PartialEq, prost::Message)]
pub struct FileInfo {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// Its whole path.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Its size.
    #[prost(int64, tag = "3")]
    pub size: i64,
    /// Why nothing is known of it.
    #[prost(string, tag = "7")]
    pub error: String,
    /// Its path from the folder on.
    #[prost(string, tag = "9")]
    pub relative_name: String,
}
