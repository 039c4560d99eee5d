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
mod delete;
mod history;
mod load;
mod machinery;
mod marks;
mod merge;
mod parts;
mod template;
mod trace;

use diagnostics::{Diagnostics, Source};
use serde_json::Value;
use yaml::Limits;

pub use apply::{Applied, apply, apply_in_place, merge_documents};

pub use history::{contested, undone};
pub use load::Patch;
pub use machinery::Machinery;
pub use template::{Field, asked, expand, fill};
pub use trace::differing;

use crate::fields::{Decoder, OF_PATCHES, Removed, Schema};

/// The documents of a machine config, decoded as strictly as Talos does.
pub fn documents(source: &Source) -> (Vec<Value>, Diagnostics) {
    let parsed = yaml::parse(source, &Limits::default());
    let removed = Removed::new();
    let mut decoder = Decoder {
        schema: Schema::get(),
        faults: &OF_PATCHES,
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
