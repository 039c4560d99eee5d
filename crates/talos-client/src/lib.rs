//! The API of Talos nodes: gRPC over TLS 1.3, as an administrator or in maintenance mode.
//!
//! [`Credentials`] come from a context of a talosconfig, or are nobody's for machines in
//! maintenance. A [`Client`] keeps connections; a [`Node`] of it is asked, one call at a time, and
//! [`Client::each`] asks many. Calls block, answers that come one by one are iterators: the
//! asynchronous half stays in here. Messages are in [`api`]; resources, which `talosctl get`
//! shows, in [`resources`].
//!
//! A call names one node. Where that is an endpoint, or none is named, it is dialled; else an
//! endpoint hands the call on, which control planes do. A call that fails is a [`Fault`]: which
//! node, which call, what it means, what to do.
//!
//! ```no_run
//! use std::time::SystemTime;
//!
//! use diagnostics::Source;
//! use talos_client::{Client, Credentials, Patience};
//!
//! # fn shown(text: &str, now: SystemTime) -> Option<()> {
//! let (config, _) = talos::talosconfig::read(&Source::new("talosconfig", text));
//! let config = config?;
//! let context = config.current()?;
//! let credentials = Credentials::of_context(context, now).ok()?;
//! let client = Client::new(credentials, &context.endpoints, Patience::default()).ok()?;
//! for version in client.each(&context.nodes, |node| node.version()) {
//!     match version {
//!         Ok(version) => println!("{:?}", version.version?.tag),
//!         Err(fault) => println!("{fault}"),
//!     }
//! }
//! # Some(())
//! # }
//! ```
//!
//! **Invariant:** no secret is in a message, a `Debug` or a fault; what a node may answer is
//! limited in time and size; nothing is dialled before the first call.

mod address;
pub mod api;
mod calls;
mod client;
mod connection;
mod credentials;
mod fault;
pub mod resources;
pub mod rules;

pub use address::{Address, PORT};
pub use calls::{Image, InstallStep};
pub use client::{Client, Item, Node, Patience, Stream};
pub use connection::Knock;
pub use credentials::{Credentials, Fingerprint};
pub use fault::{Fault, Kind};
