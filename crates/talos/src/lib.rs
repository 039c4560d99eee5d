//! Talos machine configurations: generated, patched, validated, compared.
//!
//! - [`bundle`]: the secrets of a cluster, as `talsecret.yaml` holds them.
//! - [`certificates`]: authorities, and client certificates of the Talos API.
//! - [`contract`]: which configuration contract, and which Kubernetes, a Talos version has.
//! - [`fields`]: what configurations hold, as a table.
//! - [`files`]: which document has a file of a machine from contract 1.14 on.
//! - [`generate`]: machine configurations.
//! - [`migrate`]: from v1alpha1 to the documents of Talos 1.14.
//! - [`patch`]: patches, merged as Talos does.
//! - [`validate`]: whether Talos accepts a configuration.
//! - [`compare`]: two configurations by meaning.
//! - [`Component`]: the parts of Kubernetes whose images stand in a configuration.
//! - [`sensitive`]: which values of a configuration nobody may see.
//! - [`talosconfig`]: how clients reach clusters.
//!
//! //! **Invariant:** no network, no file system, no environment and no clock: text and values
//! come in, text and values go out.

pub mod bundle;
pub mod certificates;
pub mod compare;
mod component;
pub mod contract;
pub mod fields;
pub mod files;
pub mod generate;
pub mod migrate;
pub mod patch;

pub mod rules;
mod secret_text;
pub mod sensitive;
pub mod talosconfig;
pub mod validate;

pub use component::{Component, NoPlace};
