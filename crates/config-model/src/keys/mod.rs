//! The one table of declarations, from which parsing, defaults, the JSON Schema, the sample
//! files and the template analysis come.

mod cluster;
mod declaration;
mod declarations;
mod kind;
mod nodes;
mod optional;

pub use declaration::{Declaration, Default, Presence, Section};
pub use declarations::{Declarations, PluginUse};
pub use kind::{Field, Kind};
