//! What machine configurations hold: one table of fields, and what is read from it.
//!
//! The table, `machine.schema`, says for every document of Talos which fields it has, how each
//! is read, merged, checked and written, since which version it is known and whether it is
//! secret. There is no code for single fields.
//!
//! The facts are those of the Go types of Talos, in
//! `github.com/siderolabs/talos/pkg/machinery/config/types` of 1.9 to 1.13 (the last: 1.13.9).

mod canonical;
mod decode;
pub(crate) mod forms;
mod names;
mod roles;
mod table;

pub use canonical::canonical;
pub use decode::{Decoder, Faults, OF_PATCHES, Removed, kind_of, unknown_kind};
pub use forms::size_fits;
pub use names::{document_name, is_named, kind_of_value};
pub use roles::is_for_control_planes;
pub(crate) use roles::{CONTROL_PLANE_LABEL, CONTROL_PLANE_ONLY};
pub use table::{Keyed, Kind, Schema, Spec, any, is_pair};
