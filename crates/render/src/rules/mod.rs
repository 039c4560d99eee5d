//! Every rule of this crate: what can be wrong, and why it cannot work.

mod declarations;
mod makejinja;
mod plugins;
mod templates;

pub use declarations::*;
pub use makejinja::*;
pub use plugins::*;
pub use templates::*;

/// The tables.
pub static RULES: &[diagnostics::Table] = &[
    declarations::TABLE,
    makejinja::TABLE,
    plugins::TABLE,
    templates::TABLE,
];

/// What a plugin raises, or why it gives no answer: every template that asks meets the same.
pub(crate) const OF_PLUGINS: diagnostics::Table = plugins::TABLE;
