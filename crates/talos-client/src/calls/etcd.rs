//! etcd.

use std::time::Duration;

use crate::api::common::{Data, Empty};
use crate::api::machine::{
    EtcdDefragmentResponse, EtcdMember, EtcdMemberListRequest, EtcdMemberListResponse,
    EtcdMemberStatus, EtcdRemoveMemberByIdRequest, EtcdRemoveMemberByIdResponse,
    EtcdStatusResponse, FileInfo, ListRequest,
};
use crate::client::Stream;
use crate::client::{Method, Node};
use crate::fault::{Fault, Kind};

const MEMBERS: Method = Method("/machine.MachineService/EtcdMemberList");
const STATUS: Method = Method("/machine.MachineService/EtcdStatus");
const REMOVE: Method = Method("/machine.MachineService/EtcdRemoveMemberByID");
const SNAPSHOT: Method = Method("/machine.MachineService/EtcdSnapshot");
const LIST: Method = Method("/machine.MachineService/List");
const DEFRAGMENT: Method = Method("/machine.MachineService/EtcdDefragment");

/// Where the node's member keeps its data.
const DATA: &str = "/var/lib/etcd";

/// A large database takes its time, and the member answers nobody meanwhile.
const DEFRAGMENTING: Duration = Duration::from_mins(3);

impl Node<'_> {
    /// The members of etcd. Control planes only.
    pub fn etcd_members(&self) -> Result<Vec<EtcdMember>, Fault> {
        let request = EtcdMemberListRequest::default();
        let answer = self.ask::<EtcdMemberListResponse>(MEMBERS, request)?;
        Ok(answer.members)
    }

    /// How the node's own member is.
    pub fn etcd_status(&self) -> Result<EtcdMemberStatus, Fault> {
        let answer = self.ask::<EtcdStatusResponse>(STATUS, Empty {})?;
        answer
            .member_status
            .ok_or_else(|| self.fault(STATUS, Kind::Malformed, "there is no status in it"))
    }

    /// Whether the node has data of etcd: Talos starts no second cluster over it.
    pub fn has_etcd_data(&self) -> Result<bool, Fault> {
        let request = ListRequest {
            root: DATA.to_owned(),
            recurse: true,
            recursion_depth: 1,
        };
        for file in self.stream::<FileInfo>(LIST, request)?.gathered() {
            let file = file?;
            if file.error.is_empty() && file.relative_name == "member" {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes a member out of etcd, by its number: one that is gone, and did not leave. Any member
    /// that is well may be asked.
    pub fn etcd_remove(&self, member_id: u64) -> Result<(), Fault> {
        let request = EtcdRemoveMemberByIdRequest { member_id };
        self.ask::<EtcdRemoveMemberByIdResponse>(REMOVE, request)
            .map(drop)
    }

    /// Frees what the database of the node's member does not use. It answers nobody meanwhile.
    pub fn etcd_defragment(&self) -> Result<(), Fault> {
        self.ask_within::<EtcdDefragmentResponse>(DEFRAGMENT, Empty {}, DEFRAGMENTING)
            .map(drop)
    }
}

impl<'c> Node<'c> {
    /// A snapshot of etcd, which holds every secret of Kubernetes.
    pub fn etcd_snapshot(&self) -> Result<Stream<'c, Data>, Fault> {
        self.stream(SNAPSHOT, Empty {})
    }
}
