//! What goes in and what comes out.

use diagnostics::{Diagnostics, Location, Source};
use secrecy::SecretString;

use crate::keys::{Declarations, Section};
use crate::model::{Cluster, Values};
use crate::templates::Templates;
use crate::used::UsedKeys;

/// The texts to read.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// `cluster.yaml`.
    pub cluster: &'a Source,
    /// `nodes.yaml`.
    pub nodes: &'a Source,
    /// `templates/variables.yaml`, if the repository has it.
    pub variables: Option<&'a Source>,
    /// Which templates the repository renders with. With its own and without `variables`,
    /// undeclared keys are let through.
    pub templates: Templates,
    /// With a repository's own templates, the keys that those name: no other is required, no
    /// rule looks at another, and what is wrong with its value is a note. Without this every
    /// key counts.
    pub used: Option<&'a UsedKeys>,
}

impl Input<'_> {
    /// Whether undeclared keys are let through.
    pub fn is_lenient(&self) -> bool {
        self.templates == Templates::Own && self.variables.is_none()
    }
}

/// What was read. Has no `Debug`: it holds secrets.
pub struct Parsed {
    /// The cluster, if there is no error.
    pub cluster: Option<Cluster>,
    /// The values of `cluster.yaml` with whatever can be derived, also where there are errors:
    /// what one keeps from being known has no value.
    pub values: Option<Values>,
    /// Every problem, sorted.
    pub diagnostics: Diagnostics,
    /// The built-in keys and those of `templates/variables.yaml`.
    pub declarations: Declarations,
    /// The keys that the files set, in written order, undeclared ones included; of nodes, each
    /// key once.
    pub written: Vec<WrittenKey>,
    /// `cluster.yaml` with secrets masked.
    pub cluster_source: Source,
    /// `nodes.yaml` with secrets masked.
    pub nodes_source: Source,
    /// Every secret text that could be found, also where there is no cluster.
    pub secrets: Vec<SecretString>,
}

/// A key that a file sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenKey {
    /// The file it is in.
    pub section: Section,
    /// Its name.
    pub name: String,
    /// Where it stands; for a key of nodes, where the first node has it.
    pub location: Location,
    /// Whether anything declares it.
    pub declared: bool,
}
