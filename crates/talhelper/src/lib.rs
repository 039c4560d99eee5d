//! `talconfig.yaml`, talhelper's description of a cluster's nodes, and the machine
//! configurations that it stands for.
//!
//! - [`talconfig`]: the file, read and checked.
//! - [`nodes`]: the configurations of all its nodes, as `talhelper genconfig` makes them.
//! - [`groups`]: the patches of a node in their order.
//! - [`explain`]: who set a value, and where a violation is to be mended.
//!
//! **Invariant:** no network, no file system, no environment and no clock: text and values
//! come in, text and values go out.

pub mod explain;
pub mod groups;
pub mod nodes;
pub mod rules;
pub mod talconfig;
