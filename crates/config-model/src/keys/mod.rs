//! The one table of declarations, from which parsing, defaults, the JSON Schema, the sample
//! files and the template analysis come.

mod cluster;
mod constraint;
mod declaration;
mod declarations;
mod kind;
mod nodes;
mod stack;

pub use constraint::{Constraint, Demand};
pub use declaration::{Declaration, Default, Presence, Section};
pub use declarations::{Declarations, PluginUse};
pub use kind::{Field, Kind};
pub use stack::Stack;
