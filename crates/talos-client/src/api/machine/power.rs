//! Package `machine`: reboots, resets, upgrades.

use crate::api::common::{ContainerdNamespace, Metadata};

/// How a machine starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum RebootMode {
    /// By a new kernel, where the machine can.
    Default = 0,
    /// Through its firmware.
    Powercycle = 1,
    /// Without stopping anything before.
    Force = 2,
}

/// Starts a machine again.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RebootRequest {
    /// How.
    #[prost(enumeration = "RebootMode", tag = "1")]
    pub mode: i32,
}

/// A reboot that has begun.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Reboot {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// What its events are marked with.
    #[prost(string, tag = "2")]
    pub actor_id: String,
}

/// The answer to a reboot.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RebootResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<Reboot>,
}

/// Switches a machine off.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ShutdownRequest {
    /// Without cordon and drain.
    #[prost(bool, tag = "1")]
    pub force: bool,
}

/// A shutdown that has begun.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Shutdown {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// What its events are marked with.
    #[prost(string, tag = "2")]
    pub actor_id: String,
}

/// The answer to a shutdown.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ShutdownResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<Shutdown>,
}

/// Which disks are wiped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum WipeMode {
    /// All of them.
    All = 0,
    /// The one that Talos is on.
    SystemDisk = 1,
    /// The others.
    UserDisks = 2,
}

/// A partition of the system disk.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ResetPartitionSpec {
    /// Its label, such as `STATE`.
    #[prost(string, tag = "1")]
    pub label: String,
    /// Whether it is wiped.
    #[prost(bool, tag = "2")]
    pub wipe: bool,
}

/// Makes a node forget its cluster.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ResetRequest {
    /// Cordon, drain, leave etcd.
    #[prost(bool, tag = "1")]
    pub graceful: bool,
    /// Start again, and not switch off.
    #[prost(bool, tag = "2")]
    pub reboot: bool,
    /// Only these.
    #[prost(message, repeated, tag = "3")]
    pub system_partitions_to_wipe: Vec<ResetPartitionSpec>,
    /// Disks besides that of the system.
    #[prost(string, repeated, tag = "4")]
    pub user_disks_to_wipe: Vec<String>,
    /// Which disks.
    #[prost(enumeration = "WipeMode", tag = "5")]
    pub mode: i32,
}

/// A reset that has begun.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Reset {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// What its events are marked with.
    #[prost(string, tag = "2")]
    pub actor_id: String,
}

/// The answer to a reset.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ResetResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<Reset>,
}

/// A rollback that has begun.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Rollback {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
}

/// The answer to a rollback.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RollbackResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<Rollback>,
}

/// Upgrades a node before Talos 1.13.
#[derive(Clone, PartialEq, prost::Message)]
pub struct UpgradeRequest {
    /// The image of the installer.
    #[prost(string, tag = "1")]
    pub image: String,
    /// Keep what is on the disk.
    #[prost(bool, tag = "2")]
    pub preserve: bool,
    /// After the next reboot.
    #[prost(bool, tag = "3")]
    pub stage: bool,
    /// Without checks.
    #[prost(bool, tag = "4")]
    pub force: bool,
}

/// An upgrade that has begun.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Upgrade {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// A word of thanks.
    #[prost(string, tag = "2")]
    pub ack: String,
    /// What its events are marked with.
    #[prost(string, tag = "3")]
    pub actor_id: String,
}

/// The answer to an upgrade.
#[derive(Clone, PartialEq, prost::Message)]
pub struct UpgradeResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<Upgrade>,
}

/// Pulls an image before Talos 1.13.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ImagePullRequest {
    /// Into which namespace.
    #[prost(enumeration = "ContainerdNamespace", tag = "1")]
    pub namespace: i32,
    /// The image.
    #[prost(string, tag = "2")]
    pub reference: String,
}

/// What became of it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ImagePull {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
}

/// The answer to a pull.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ImagePullResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<ImagePull>,
}
