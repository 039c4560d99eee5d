//! Talos machine configurations, from talhelper's `talconfig.yaml` to what nodes accept.
//!
//! **Invariant:** no network, no file system, no environment and no clock: text and values
//! come in, text and values go out.

pub mod patch;
pub mod substitute;
pub mod talconfig;
