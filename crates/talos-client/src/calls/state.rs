//! What a node is and does.

use std::time::Duration;

use crate::api::cluster::{ClusterInfo, HealthCheckProgress, HealthCheckRequest};
use crate::api::common::{Data, Empty};
use crate::api::machine::{
    DmesgRequest, Event, EventsRequest, LogsRequest, MemInfo, MemoryResponse, ReadRequest,
    ServiceInfo, ServiceListResponse, Version, VersionResponse,
};
use crate::client::{Client, Method, Node, Stream};
use crate::fault::{Fault, Kind};

const VERSION: Method = Method("/machine.MachineService/Version");
const SERVICES: Method = Method("/machine.MachineService/ServiceList");
const MEMORY: Method = Method("/machine.MachineService/Memory");
const DMESG: Method = Method("/machine.MachineService/Dmesg");
const LOGS: Method = Method("/machine.MachineService/Logs");
const EVENTS: Method = Method("/machine.MachineService/Events");
const READ: Method = Method("/machine.MachineService/Read");
const HEALTH: Method = Method("/cluster.ClusterService/HealthCheck");

/// Where Linux says which boot this is.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

impl Client {
    /// What [`Node::version`] says of each of many, in their order.
    pub fn versions(&self, nodes: &[String]) -> Vec<Result<Version, Fault>> {
        self.ask_each::<VersionResponse>(VERSION, Empty {}, nodes)
    }
}

impl<'c> Node<'c> {
    /// Which Talos runs there. Machines in maintenance tell since Talos 1.13.
    pub fn version(&self) -> Result<Version, Fault> {
        self.ask::<VersionResponse>(VERSION, Empty {})
    }

    /// Its services.
    pub fn services(&self) -> Result<Vec<ServiceInfo>, Fault> {
        Ok(self
            .ask::<ServiceListResponse>(SERVICES, Empty {})?
            .services)
    }

    /// Whether one of its services says that it is well; one that is not there does not.
    pub fn is_healthy(&self, service: &str) -> Result<bool, Fault> {
        let mut services = self.services()?.into_iter();
        Ok(services.any(|one| one.id == service && one.is_healthy()))
    }

    /// Its memory.
    pub fn memory(&self) -> Result<MemInfo, Fault> {
        let memory = self.ask::<MemoryResponse>(MEMORY, Empty {})?.meminfo;
        memory.ok_or_else(|| self.fault(MEMORY, Kind::Malformed, "there is none in it"))
    }

    /// Which boot this is: another one after each.
    pub fn boot_id(&self) -> Result<String, Fault> {
        let bytes = self.read(BOOT_ID)?.gathered().all(1 << 10)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    }

    /// A file.
    pub fn read(&self, path: &str) -> Result<Stream<'c, Data>, Fault> {
        let path = path.to_owned();
        self.stream(READ, ReadRequest { path })
    }

    /// The kernel's log: what there is, and with `follow` what comes.
    pub fn dmesg(&self, follow: bool, only_new: bool) -> Result<Stream<'c, Data>, Fault> {
        let request = DmesgRequest {
            follow,
            tail: only_new,
        };
        self.stream(DMESG, request)
    }

    /// The log of a service or container.
    pub fn logs(&self, request: LogsRequest) -> Result<Stream<'c, Data>, Fault> {
        self.stream(LOGS, request)
    }

    /// What happens on the node. The first message of Talos, which is empty, is left out.
    pub fn events(
        &self,
        request: EventsRequest,
    ) -> Result<impl Iterator<Item = Result<Event, Fault>> + use<'c>, Fault> {
        let events = self.stream::<Event>(EVENTS, request)?;
        Ok(events.filter(|event| !matches!(event, Ok(event) if event.data.is_none())))
    }

    /// Has a control plane check the whole cluster, in Talos's order, for so long at most. Its
    /// verdict is the end of the stream: a fault, or none.
    pub fn health(
        &self,
        wait: Duration,
        cluster: ClusterInfo,
    ) -> Result<Stream<'c, HealthCheckProgress>, Fault> {
        let request = HealthCheckRequest {
            wait_timeout: Some(wait.into()),
            cluster_info: Some(cluster),
        };
        self.stream(HEALTH, request)
    }

    pub(crate) fn patience(&self) -> Duration {
        self.client().patience().answer
    }
}
