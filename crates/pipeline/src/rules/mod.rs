//! Every rule of this crate: what can be wrong, and why it cannot work.

mod app;
mod bootstrap;
mod doctor;
mod encryption;
mod generate;
mod init;
mod manifests;
mod migrate;
mod names;
mod nodes;
mod outputs;
mod plugins;

pub use app::*;
pub use bootstrap::*;
pub use doctor::*;
pub use encryption::*;
pub use generate::*;
pub use init::*;
pub use manifests::*;
pub use migrate::*;
pub use names::*;
pub use nodes::*;
pub use outputs::*;
pub use plugins::*;

/// The tables.
pub static RULES: &[diagnostics::Table] = &[
    app::TABLE,
    bootstrap::TABLE,
    doctor::TABLE,
    encryption::TABLE,
    generate::TABLE,
    init::TABLE,
    manifests::TABLE,
    migrate::TABLE,
    names::TABLE,
    nodes::TABLE,
    outputs::TABLE,
    plugins::TABLE,
];

/// The tables of all crates, in the order of the crates' names.
pub fn tables() -> Vec<diagnostics::Table> {
    [
        config_model::rules::RULES,
        documents::rules::RULES,
        flux::rules::RULES,
        machines::rules::RULES,
        RULES,
        render::rules::RULES,
        repository::rules::RULES,
        secrets::rules::RULES,
        talhelper::rules::RULES,
        talos::rules::RULES,
        tree::rules::RULES,
        vault::rules::RULES,
        yaml::rules::RULES,
    ]
    .concat()
}

/// A rule of any crate of this workspace, by its id.
pub(crate) fn find(id: &str) -> Option<&'static diagnostics::Rule> {
    let mut rules = tables().into_iter().flatten().copied();
    rules.find(|rule| rule.id() == id)
}
