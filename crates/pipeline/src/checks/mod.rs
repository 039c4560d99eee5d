//! The stage between what was rendered and what may be encrypted: every check, in one table.

mod committed;
mod git;
mod kustomization;
mod machines;
mod manifests;
mod record;
mod secrets;
mod yaml;

use std::sync::OnceLock;

use diagnostics::{Diagnostic, Diagnostics};
use tree::{Rendered, Tree};

use crate::cache::Cache;
use crate::creation_rules::RulesInForce;
use crate::load::Inputs;
use crate::model::Model;

pub(crate) use git::{Facts, exposed, is_ours as is_of_git, keys as keys_in_git, published};

pub use committed::{Of, committed};

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// What was rendered, laid over what is there: `configure` and `validate`.
    Rendered,
    /// What git tracks: `validate` without a configuration.
    Tracked,
    /// What git's index holds, and so the next commit: `secrets check`.
    Index,
}

/// One check, which the kind of a view decides on.
trait Check: Sync {
    /// Its name, by which the cache knows it.
    fn name(&self) -> &'static str;

    /// Of what it has something to say.
    fn over(&self) -> &'static [Over] {
        &[Over::Rendered]
    }

    /// Everything that it finds in what was rendered.
    fn run(&self, subject: &Subject<'_>, tree: &Tree<Rendered>) -> Diagnostics;
}

/// All of them, in the order of their findings.
const CHECKS: [&dyn Check; 7] = [
    &yaml::Yaml,
    &kustomization::Kustomizations,
    &git::Published,
    &record::Backwards,
    &machines::Machines,
    &manifests::Manifests,
    &secrets::Secrets,
];

/// What checks know beside the tree.
pub(crate) struct Subject<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) model: &'a Model,
    pub(crate) rules: &'a RulesInForce,
    pub(crate) cache: &'a Cache,
    /// Whether what is wrong with manifests that nobody renders is an error.
    pub(crate) whole: bool,
    /// The files that more than one check parses.
    pub(crate) parsed: ::yaml::Once,
    /// What kustomizations list and is not there, which two checks ask for.
    pub(crate) lacking: OnceLock<Vec<Diagnostic>>,
}

impl Subject<'_> {
    fn lacking(&self, tree: &Tree<Rendered>) -> &[Diagnostic] {
        self.lacking
            .get_or_init(|| kustomization::check(self, tree))
    }
}

/// The stage, for one tree.
pub(crate) struct Stage<'a> {
    pub(crate) subject: Subject<'a>,
    /// What was found on the way to the tree.
    pub(crate) before: Diagnostics,
    /// Whether warnings are errors.
    pub(crate) strict: bool,
}

impl tree::Checks for Stage<'_> {
    const COUNT: usize = CHECKS.len();

    fn run(&self, number: usize, tree: &Tree<Rendered>) -> Diagnostics {
        let check = CHECKS[number];
        if !check.over().contains(&Over::Rendered) {
            return Diagnostics::new();
        }
        check.run(&self.subject, tree)
    }

    fn judge(&self, found: Diagnostics) -> Diagnostics {
        let mut all = self.before.clone();
        all.extend(found);
        all.silence(&self.subject.inputs.silenced);
        if self.strict {
            all.promote(|_| true);
        }
        all
    }
}
