//! Package `cosi.resource`: the state of a node as resources.

use std::collections::BTreeMap;
use std::fmt;

use super::common::Timestamp;

/// What identifies a resource, and what happened to it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Metadata {
    /// Its namespace.
    #[prost(string, tag = "1")]
    pub namespace: String,
    /// Its type, such as `Members.cluster.talos.dev`.
    #[prost(string, tag = "2")]
    pub r#type: String,
    /// Its name within both.
    #[prost(string, tag = "3")]
    pub id: String,
    /// Which change this is.
    #[prost(string, tag = "4")]
    pub version: String,
    /// The controller that looks after it.
    #[prost(string, tag = "5")]
    pub owner: String,
    /// `running` or `tearingDown`.
    #[prost(string, tag = "6")]
    pub phase: String,
    /// When it was made.
    #[prost(message, optional, tag = "7")]
    pub created: Option<Timestamp>,
    /// When it changed last.
    #[prost(message, optional, tag = "8")]
    pub updated: Option<Timestamp>,
    /// Who wants to be asked before it goes.
    #[prost(string, repeated, tag = "9")]
    pub finalizers: Vec<String>,
    /// Its labels.
    #[prost(btree_map = "string, string", tag = "10")]
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    #[prost(btree_map = "string, string", tag = "11")]
    pub annotations: BTreeMap<String, String>,
}

/// What a resource says.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct Spec {
    /// As YAML, which every node fills in.
    #[prost(string, tag = "2")]
    pub yaml_spec: String,
}

/// Machine configurations are resources, too.
impl fmt::Debug for Spec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Spec({} bytes)", self.yaml_spec.len())
    }
}

/// A resource.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Resource {
    /// What identifies it.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// What it says.
    #[prost(message, optional, tag = "2")]
    pub spec: Option<Spec>,
}

/// Asks for one.
#[derive(Clone, PartialEq, prost::Message)]
pub struct GetRequest {
    /// Its namespace.
    #[prost(string, tag = "1")]
    pub namespace: String,
    /// Its type.
    #[prost(string, tag = "2")]
    pub r#type: String,
    /// Its name.
    #[prost(string, tag = "3")]
    pub id: String,
}

/// The one.
#[derive(Clone, PartialEq, prost::Message)]
pub struct GetResponse {
    /// It.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
}

/// Asks for all of a type.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ListRequest {
    /// Their namespace.
    #[prost(string, tag = "1")]
    pub namespace: String,
    /// Their type.
    #[prost(string, tag = "2")]
    pub r#type: String,
}

/// One of them.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ListResponse {
    /// It.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
}

/// Asks for one, or all of a type, and for what becomes of them.
#[derive(Clone, PartialEq, prost::Message)]
pub struct WatchRequest {
    /// Their namespace.
    #[prost(string, tag = "1")]
    pub namespace: String,
    /// Their type.
    #[prost(string, tag = "2")]
    pub r#type: String,
    /// Only this one.
    #[prost(string, optional, tag = "3")]
    pub id: Option<String>,
    /// What else.
    #[prost(message, optional, tag = "4")]
    pub options: Option<WatchOptions>,
    /// 1: errors and the end of the first contents are told as events.
    #[prost(int32, tag = "5")]
    pub api_version: i32,
}

/// What a watch begins with.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct WatchOptions {
    /// With everything that is there.
    #[prost(bool, tag = "1")]
    pub bootstrap_contents: bool,
}

/// What happened since the last one; nothing in the first one of a watch.
#[derive(Clone, PartialEq, prost::Message)]
pub struct WatchResponse {
    /// What happened, in order.
    #[prost(message, repeated, tag = "1")]
    pub event: Vec<Event>,
}

/// What happened to a resource.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Event {
    /// As it is now, or was last.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// What happened.
    #[prost(enumeration = "EventType", tag = "2")]
    pub event_type: i32,
    /// Why there will be no more.
    #[prost(string, optional, tag = "4")]
    pub error: Option<String>,
}

/// What can happen to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum EventType {
    /// It is new, or was there when the watch began.
    Created = 0,
    /// It changed.
    Updated = 1,
    /// It is gone.
    Destroyed = 2,
    /// All that was there has been told.
    Bootstrapped = 3,
    /// The watch ends.
    Errored = 4,
    /// Nothing.
    Noop = 5,
}
