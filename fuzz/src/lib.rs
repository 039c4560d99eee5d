//! What the targets of the crate `secrets` have in common: a published key, a `sops` block in
//! every format, and what must hold of any file.
//!
//! Reading is cheap and done with every input. What takes a key costs a hundred times as much
//! and is done with a few of them, which a hash of the input picks: so the mass of the
//! executions goes to the readers, and the same input always does the same.

mod key;
mod reading;
mod round_trip;
mod sops_block;

pub use key::{identities, now, rules};
pub use reading::read;
pub use round_trip::{good, there_and_back};
pub use sops_block::with_block;

use diagnostics::Diagnostics;
use secrets::Format;

/// One input for the reader of a format.
pub fn run(format: Format, bytes: &[u8]) {
    read(format, bytes);
    let hash = hash(bytes);
    if hash.is_multiple_of(2) {
        read(format, &with_block(format, bytes, false));
    }
    if hash % 256 == 1 {
        reading::open(format, bytes);
        reading::open(format, &with_block(format, bytes, true));
    }
    if hash % 256 == 3 {
        there_and_back(format, bytes, hash >> 8);
    }
}

/// A name that tells the format.
pub fn name(format: Format) -> &'static str {
    match format {
        Format::Yaml => "a.yaml",
        Format::Json => "a.json",
        Format::Dotenv => "a.env",
        Format::Ini => "a.ini",
        Format::Binary => "a.bin",
    }
}

/// FNV-1a.
pub fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Every problem says something, and there is one wherever something was refused.
pub fn said(problems: &Diagnostics) {
    assert!(problems.has_errors(), "refused without a word");
    shown(problems);
}

/// Every problem can be shown.
pub fn shown(problems: &Diagnostics) {
    for problem in problems {
        assert!(!problem.to_string().is_empty());
        assert_ne!(problem.rule.id(), "sops/not-proven", "a fault of ours");
    }
}
