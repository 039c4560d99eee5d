//! The API of Kubernetes, as far as a cluster of Talos nodes needs it.
//!
//! A [`Client`] is made of a kubeconfig; it lists nodes and pods, cordons and drains a node.
//! Calls block: the asynchronous half stays in here. A call that fails is a [`Fault`]: which
//! server, what was asked, what it means, what to do.
//!
//! ```no_run
//! use kubernetes_client::{Client, Patience};
//!
//! # fn shown(kubeconfig: &str) -> Option<()> {
//! let client = Client::from_kubeconfig(kubeconfig, Patience::default()).ok()?;
//! match client.nodes() {
//!     Ok(nodes) => nodes.iter().for_each(|node| println!("{} {}", node.name, node.kubelet)),
//!     Err(fault) => println!("{fault}"),
//! }
//! # Some(())
//! # }
//! ```
//!
//! **Invariant:** no secret is in a message, a `Debug` or a fault; nothing is read but the
//! kubeconfig that is given, and nothing is started; what a server may answer is limited in time
//! and size; nothing is dialled before the first call.

mod broken;
mod client;
mod drain;
mod fault;
mod kubeconfig;
mod list;
mod log;
mod node;
mod object;
mod pages;
mod pod;
pub mod rules;
mod time;

pub use client::{Client, Patience};
pub use drain::{DrainOptions, DrainStep, Drained};
pub use fault::{Fault, Kind};
pub use list::{Groups, Listed, Listing, Table};
pub use log::Log;
pub use node::Node;
pub use object::{Apply, Definition};
pub use pod::{Pod, PodFilter};
pub use time::seconds;
