//! Patches of machine configs: strategic merges and JSON 6902, as Talos applies them.
//!
//! A config is a list of documents, each a JSON map without nulls; the one with `machine` and
//! `cluster` has no `kind`. [`Patch::read`] checks a patch by itself, [`apply`] applies it and
//! says what it changed.
//!
//! ```
//! use diagnostics::Source;
//! use talos::patch::{Machinery, Patch, apply, documents};
//!
//! let base = Source::new("node.yaml", "machine:\n  sysctls: { a: \"1\" }\n");
//! let (mut config, _) = documents(&base);
//! let source = Source::new("patch.yaml", "machine:\n  sysctls: { a: 2 }\n");
//! let (patch, problems) = Patch::read(&source, Machinery::default());
//! assert!(problems.is_empty());
//! let applied = apply(&mut config, &patch.expect("it is fine"), Machinery::default())?;
//! assert_eq!(applied.changes[0].path, "machine.sysctls.a");
//! assert_eq!(config[0]["machine"]["sysctls"]["a"], "2");
//! # Ok::<(), diagnostics::Diagnostic>(())
//! ```

mod apply;
pub(crate) mod decode;
mod delete;
mod group;
mod history;
mod json;
mod load;
mod machinery;
mod marks;
mod merge;
pub(crate) mod path;
pub(crate) mod schema;
pub(crate) mod template;
mod trace;

use diagnostics::{Diagnostics, Source};
use serde_json::Value;
use yaml::Limits;

pub use apply::{Applied, apply};
pub(crate) use apply::{apply_in_place, merge_documents};
pub use group::{History, Written, apply_groups};
pub use history::undone;
pub use load::Patch;
pub(crate) use machinery::kind_of_value;
pub use machinery::{Machinery, document_name};

pub use template::fill;
pub use trace::Change;
pub(crate) use trace::differing;

/// The documents of a machine config, decoded as strictly as Talos does.
pub fn documents(source: &Source) -> (Vec<Value>, Diagnostics) {
    let parsed = yaml::parse(source, &Limits::default());
    let removed = decode::Removed::new();
    let mut decoder = decode::Decoder {
        schema: schema::Schema::get(),
        topic: "patch",
        source,
        removed: &removed,
        problems: parsed.diagnostics,
    };
    let documents = parsed
        .documents
        .iter()
        .filter(|root| !root.is_null())
        .filter_map(|root| decoder.document(root))
        .collect();
    (documents, decoder.problems)
}
