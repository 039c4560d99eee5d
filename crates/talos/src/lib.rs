//! Talos machine configurations, from talhelper's `talconfig.yaml` to what nodes accept.
//!
//! - [`bundle`]: the secrets of a cluster, as `talsecret.yaml` holds them.
//! - [`certificates`]: authorities, and client certificates of the Talos API.
//! - [`compare`]: two configurations by meaning.
//! - [`contract`]: which configuration contract, and which Kubernetes, a Talos version has.
//! - [`generate`]: machine configurations.
//! - [`talosconfig`]: how clients reach clusters.
//! - [`emit`]: documents as YAML.
//! - [`sensitive`]: which values of a configuration nobody may see.
//! - [`nodes`]: the configurations of all nodes of a talconfig, as talhelper makes them.
//! - [`validate`]: whether Talos accepts a configuration.
//! - [`explain`]: who set a value, and where a violation is to be mended.
//!
//! **Invariant:** no network, no file system, no environment and no clock: text and values
//! come in, text and values go out.

pub mod bundle;
pub mod certificates;
pub mod compare;
pub mod contract;
mod duration;
pub mod emit;
pub mod explain;
mod forms;
pub mod generate;
pub mod nodes;
pub mod patch;
pub mod rules;
mod scalar;
mod secret_text;
pub mod sensitive;
pub mod substitute;
pub mod talconfig;
pub mod talosconfig;
pub mod validate;
