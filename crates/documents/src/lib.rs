//! YAML and JSON documents as tools written in Go treat them: what Talos, SOPS and Flux share.
//!
//! - [`path`]: places in documents, such as `machine.sysctls.net\.core`.
//! - [`change`]: what two states of documents differ in.
//! - [`json_patch`]: JSON 6902.
//! - [`substitute`]: variables put into text, as envsubst does it.
//! - [`emit`] and [`scalar`]: documents and texts in the notation of Go's YAML library.
//! - [`duration`]: time spans.
//! - [`regex`]: regular expressions with Go's meaning.
//!
//! Values are [`serde_json::Value`]s with the order of their keys kept.
//!
//! ```
//! use documents::{duration, emit, json_patch};
//! use serde_json::json;
//!
//! let mut document = json!({"replicas": 1, "paused": "no"});
//! let operation = json!({"op": "add", "path": "/interval", "value": duration::canonical("90m")});
//! let operation = json_patch::operation(&operation).expect("it has all it needs");
//! operation.apply(&mut document)?;
//! assert_eq!(
//!     emit::document(&document, 2),
//!     "replicas: 1\npaused: 'no'\ninterval: 1h30m0s\n",
//! );
//! # Ok::<(), json_patch::JsonError>(())
//! ```
//!
//! **Invariant:** no file system, no clock, no environment, and no knowledge of what documents
//! are about; no message holds a value.

pub mod change;
pub mod duration;
pub mod emit;
pub mod json_patch;
pub mod path;
pub mod regex;
pub mod rules;
pub mod scalar;
pub mod substitute;
