//! What keys ask of each other, as far as a declaration can say it.

use diagnostics::{Location, Rule};

/// What some keys of `cluster.yaml` ask of each other.
///
/// Stated in `rules` of `templates/variables.yaml`, or of a stack's declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// The rule that a breach is reported under.
    pub rule: &'static Rule,
    /// With which keys it holds: switches that are on, others that are set. All of them; without
    /// any it always holds. Problems name the first.
    pub when: Vec<String>,
    /// What it asks for.
    pub demand: Demand,
    /// What to do about a breach, in place of the usual words.
    pub hint: Option<String>,
    /// Where `templates/variables.yaml` states it; none for a built-in one.
    pub declared_at: Option<Location>,
}

/// What a constraint asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// Each of these keys is set; a switch is on.
    Requires(Vec<String>),
    /// All of these keys are set, or none.
    AllOrNone(Vec<String>),
}

impl Constraint {
    /// The keys that it names, those of `when` first.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let (Demand::Requires(keys) | Demand::AllOrNone(keys)) = &self.demand;
        self.when.iter().chain(keys).map(String::as_str)
    }
}
