//! Package `machine`: what happens on a node.

use crate::api::common::{Any, Error, Metadata};

/// Asks for what happens on a node.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EventsRequest {
    /// And for so many that were; all if it is negative.
    #[prost(int32, tag = "1")]
    pub tail_events: i32,
    /// And for those since this one.
    #[prost(string, tag = "2")]
    pub tail_id: String,
    /// And for those of so many seconds.
    #[prost(int32, tag = "3")]
    pub tail_seconds: i32,
    /// Only for those with this mark.
    #[prost(string, tag = "4")]
    pub with_actor_id: String,
}

/// Something that happened; the first one of a stream is empty.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Event {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// What, as one of the messages below.
    #[prost(message, optional, tag = "2")]
    pub data: Option<Any>,
    /// Its number.
    #[prost(string, tag = "3")]
    pub id: String,
    /// Who wanted it.
    #[prost(string, tag = "4")]
    pub actor_id: String,
}

/// What a sequence does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum SequenceAction {
    /// Nothing.
    Noop = 0,
    /// It begins.
    Start = 1,
    /// It ends.
    Stop = 2,
}

/// A sequence of phases, such as `boot`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct SequenceEvent {
    /// Which.
    #[prost(string, tag = "1")]
    pub sequence: String,
    /// What it does.
    #[prost(enumeration = "SequenceAction", tag = "2")]
    pub action: i32,
    /// Why it failed.
    #[prost(message, optional, tag = "3")]
    pub error: Option<Error>,
}

/// What a phase or task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum PhaseAction {
    /// It begins.
    Start = 0,
    /// It ends.
    Stop = 1,
}

/// A phase of tasks.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PhaseEvent {
    /// Which.
    #[prost(string, tag = "1")]
    pub phase: String,
    /// What it does.
    #[prost(enumeration = "PhaseAction", tag = "2")]
    pub action: i32,
}

/// A task.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TaskEvent {
    /// Which.
    #[prost(string, tag = "1")]
    pub task: String,
    /// What it does.
    #[prost(enumeration = "PhaseAction", tag = "2")]
    pub action: i32,
}

/// What a service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum ServiceState {
    /// It exists.
    Initialized = 0,
    /// It gets ready.
    Preparing = 1,
    /// It waits for others.
    Waiting = 2,
    /// It runs.
    Running = 3,
    /// It ends.
    Stopping = 4,
    /// It has ended.
    Finished = 5,
    /// It has failed.
    Failed = 6,
    /// It is not needed.
    Skipped = 7,
    /// It begins.
    Starting = 8,
}

/// A service.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ServiceStateEvent {
    /// Which.
    #[prost(string, tag = "1")]
    pub service: String,
    /// What it does.
    #[prost(enumeration = "ServiceState", tag = "2")]
    pub action: i32,
    /// In words.
    #[prost(string, tag = "3")]
    pub message: String,
}

/// A configuration that cannot be used (`ConfigLoadErrorEvent`, `ConfigValidationErrorEvent`).
#[derive(Clone, PartialEq, prost::Message)]
pub struct ConfigErrorEvent {
    /// Why.
    #[prost(string, tag = "1")]
    pub error: String,
}

/// Names and addresses of the node.
#[derive(Clone, PartialEq, prost::Message)]
pub struct AddressEvent {
    /// Its name.
    #[prost(string, tag = "1")]
    pub hostname: String,
    /// Its addresses.
    #[prost(string, repeated, tag = "2")]
    pub addresses: Vec<String>,
}

/// How far a machine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum MachineStage {
    /// Nobody knows.
    Unknown = 0,
    /// It starts.
    Booting = 1,
    /// It installs itself.
    Installing = 2,
    /// It waits for a configuration.
    Maintenance = 3,
    /// It runs.
    Running = 4,
    /// It starts again.
    Rebooting = 5,
    /// It switches itself off.
    ShuttingDown = 6,
    /// It forgets its cluster.
    Resetting = 7,
    /// It installs another version.
    Upgrading = 8,
}

/// What a machine still waits for.
#[derive(Clone, PartialEq, prost::Message)]
pub struct UnmetCondition {
    /// What.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Why.
    #[prost(string, tag = "2")]
    pub reason: String,
}

/// Whether a machine is ready.
#[derive(Clone, PartialEq, prost::Message)]
pub struct MachineStatus {
    /// Whether.
    #[prost(bool, tag = "1")]
    pub ready: bool,
    /// What is missing.
    #[prost(message, repeated, tag = "2")]
    pub unmet_conditions: Vec<UnmetCondition>,
}

/// How far a machine is.
#[derive(Clone, PartialEq, prost::Message)]
pub struct MachineStatusEvent {
    /// How far.
    #[prost(enumeration = "MachineStage", tag = "1")]
    pub stage: i32,
    /// Whether it is ready.
    #[prost(message, optional, tag = "2")]
    pub status: Option<MachineStatus>,
}
