//! Package `machine`: etcd.

use crate::api::common::Metadata;

/// Asks for the members of etcd.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdMemberListRequest {
    /// As the node itself knows them.
    #[prost(bool, tag = "1")]
    pub query_local: bool,
}

/// A member of etcd.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdMember {
    /// Its number.
    #[prost(uint64, tag = "2")]
    pub id: u64,
    /// Its name.
    #[prost(string, tag = "3")]
    pub hostname: String,
    /// Where other members find it.
    #[prost(string, repeated, tag = "4")]
    pub peer_urls: Vec<String>,
    /// Where clients find it.
    #[prost(string, repeated, tag = "5")]
    pub client_urls: Vec<String>,
    /// It has no vote yet.
    #[prost(bool, tag = "6")]
    pub is_learner: bool,
}

/// The members of etcd.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdMembers {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// One by one.
    #[prost(message, repeated, tag = "3")]
    pub members: Vec<EtcdMember>,
}

/// The answer to the question for members.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdMemberListResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<EtcdMembers>,
}

/// How a member is.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdMemberStatus {
    /// Its version.
    #[prost(string, tag = "1")]
    pub protocol_version: String,
    /// Bytes of its file.
    #[prost(int64, tag = "2")]
    pub db_size: i64,
    /// Bytes in use.
    #[prost(int64, tag = "3")]
    pub db_size_in_use: i64,
    /// Whom it takes for the leader.
    #[prost(uint64, tag = "4")]
    pub leader: u64,
    /// How far the log is.
    #[prost(uint64, tag = "5")]
    pub raft_index: u64,
    /// In which term.
    #[prost(uint64, tag = "6")]
    pub raft_term: u64,
    /// How far it has followed.
    #[prost(uint64, tag = "7")]
    pub raft_applied_index: u64,
    /// What is wrong.
    #[prost(string, repeated, tag = "8")]
    pub errors: Vec<String>,
    /// It has no vote yet.
    #[prost(bool, tag = "9")]
    pub is_learner: bool,
    /// Its number.
    #[prost(uint64, tag = "10")]
    pub member_id: u64,
}

/// The member of a node.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdStatus {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// How it is.
    #[prost(message, optional, tag = "2")]
    pub member_status: Option<EtcdMemberStatus>,
}

/// The answer to the question for the status.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdStatusResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<EtcdStatus>,
}

/// What became of it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdDefragment {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
}

/// The answer to a defragmentation.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdDefragmentResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<EtcdDefragment>,
}

/// Takes a member out that is gone.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdRemoveMemberByIdRequest {
    /// Its number.
    #[prost(uint64, tag = "1")]
    pub member_id: u64,
}

/// What became of it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdRemoveMemberById {
    /// Whose answer it is.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
}

/// The answer to the removal of a member.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EtcdRemoveMemberByIdResponse {
    /// One for each node that was asked.
    #[prost(message, repeated, tag = "1")]
    pub messages: Vec<EtcdRemoveMemberById>,
}
