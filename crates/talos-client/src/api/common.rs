//! Package `common`.

use std::fmt;

/// Which node a message of a reply is of, and what went wrong there.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Metadata {
    /// The node, as the client named it.
    #[prost(string, tag = "1")]
    pub hostname: String,
    /// Why the node gave no answer; the call itself has succeeded then.
    #[prost(string, tag = "2")]
    pub error: String,
    /// The same with its code.
    #[prost(message, optional, tag = "3")]
    pub status: Option<Status>,
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Status {
    /// A code of gRPC.
    #[prost(int32, tag = "1")]
    pub code: i32,
    /// What happened.
    #[prost(string, tag = "2")]
    pub message: String,
}

/// A piece of a stream of bytes: a log, a file, a snapshot.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct Data {
    /// Whose it is, where several were asked.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// The piece.
    #[prost(bytes = "vec", tag = "2")]
    pub bytes: Vec<u8>,
}

/// Files and logs may hold secrets.
impl fmt::Debug for Data {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Data")
            .field("metadata", &self.metadata)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// Which containerd of a node.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ContainerdInstance {
    /// Through which interface.
    #[prost(enumeration = "ContainerDriver", tag = "1")]
    pub driver: i32,
    /// In which namespace.
    #[prost(enumeration = "ContainerdNamespace", tag = "2")]
    pub namespace: i32,
}

/// How containers are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum ContainerDriver {
    /// Talos's own.
    Containerd = 0,
    /// Those of Kubernetes.
    Cri = 1,
}

/// A namespace of containerd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum ContainerdNamespace {
    /// None was named.
    Unknown = 0,
    /// `system`.
    System = 1,
    /// `k8s.io`.
    Cri = 2,
}

/// An error within an event.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Error {
    /// What happened.
    #[prost(string, tag = "2")]
    pub message: String,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Any {
    /// The name of the message, behind a slash.
    #[prost(string, tag = "1")]
    pub type_url: String,
    /// The message.
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Duration {
    /// Whole seconds.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// The rest, in billionths.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

impl From<std::time::Duration> for Duration {
    fn from(span: std::time::Duration) -> Self {
        Self {
            seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
            nanos: i32::try_from(span.subsec_nanos()).unwrap_or_default(),
        }
    }
}

/// `google.protobuf.Timestamp`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Timestamp {
    /// Seconds since 1970.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// The rest, in billionths.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

/// `google.protobuf.Empty`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Empty {}
