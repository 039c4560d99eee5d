//! `talconfig.yaml`, talhelper's description of a cluster's nodes.
//!
//! [`Talconfig::read`] substitutes variables, decodes by the table of keys and checks what
//! makes sense of it; every problem comes at once, with its place.

mod addresses;
mod checks;
mod config;
mod read;
mod schema;

pub use config::Talconfig;
pub(crate) use schema::schema;
