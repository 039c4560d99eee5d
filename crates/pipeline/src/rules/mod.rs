//! Every rule of this crate: what can be wrong, and why it cannot work.

mod encryption;
mod init;
mod names;
mod outputs;
mod plugins;

pub use encryption::*;
pub use init::*;
pub use names::*;
pub use outputs::*;
pub use plugins::*;

/// The tables.
pub static RULES: &[diagnostics::Table] = &[
    encryption::TABLE,
    init::TABLE,
    names::TABLE,
    outputs::TABLE,
    plugins::TABLE,
];

/// The rule of this name, of whatever crate.
pub(crate) fn named(id: &str) -> Option<&'static diagnostics::Rule> {
    let all = [
        RULES,
        config_model::rules::RULES,
        documents::rules::RULES,
        machines::rules::RULES,
        render::rules::RULES,
        repository::rules::RULES,
        secrets::rules::RULES,
        talhelper::rules::RULES,
        talos::rules::RULES,
        tree::rules::RULES,
        vault::rules::RULES,
        yaml::rules::RULES,
    ];
    let mut rules = all.into_iter().flatten().flat_map(|table| table.iter());
    rules.find(|rule| rule.id() == id).copied()
}
