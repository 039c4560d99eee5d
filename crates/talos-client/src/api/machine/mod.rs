//! Package `machine`.

mod config;
mod etcd;
mod events;
mod happening;
mod power;
mod state;

pub use config::*;
pub use etcd::*;
pub use events::*;
pub use happening::{Happening, What};
pub use power::*;
pub use state::*;
