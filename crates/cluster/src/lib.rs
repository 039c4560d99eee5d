//! What is done with running nodes, as state machines: they look, decide, act, and look again.
//!
//! - [`apps`]: from nodes without a network to a cluster that Flux looks after.
//! - [`bootstrap`]: from machines in maintenance to a cluster whose etcd runs.
//! - [`upgrade`]: nodes to another Talos, one after the other.
//! - [`upgrade_k8s`]: a cluster to another Kubernetes, without its API going away.
//! - [`lease`]: that one at a time does so.
//! - [`Leaving`]: a node that is switched off, or forgets its cluster.
//! - [`quorum`]: whether etcd keeps its majority without some of its members.
//! - [`preflight`]: whether machines are what their configurations take them for.
//! - [`discover`]: machines that wait, and what nodes would be made of them.
//! - [`hardware`]: what they are made of.
//! - [`doctor`]: whether a cluster agrees with its repository.
//! - [`reconcile`]: Flux objects, told to look again now, and followed.
//! - [`overview`]: a cluster at a glance, and what to look at first.
//! - [`diagnosis`]: what keeps an app from running, and what shows it.
//! - [`difference`]: what a configuration would change on a node, without secrets.
//! - [`Status`]: what a node is, in short.
//!
//! None has a file of its own state: what the nodes say is the state, so that whatever was
//! interrupted is continued by doing the same again.
//!
//! **Invariant:** no clock but the one that is passed in, nothing printed, no secret in an event
//! or a problem.

pub mod apps;
pub mod bootstrap;
mod cause;
mod clock;
pub mod diagnosis;
mod difference;
pub mod discover;
pub mod doctor;
pub mod hardware;
mod image;
pub mod lease;
mod leave;
mod machine;
mod named;
pub mod overview;
pub mod preflight;
pub mod quorum;
mod reboot;
pub mod reconcile;
mod record;
pub mod rules;
mod servers;
mod status;
pub mod upgrade;
pub mod upgrade_k8s;
mod wait;

pub use cause::Cause;
pub use clock::Clock;
pub use difference::{Unreadable, difference};
pub use leave::Leaving;
pub use reboot::wait_for_boot;
pub use status::Status;
