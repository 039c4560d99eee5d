//! What a cluster would get, by who applies it: what the assembly makes and everything else
//! (schemas, lint, graph, differences) reads.

use diagnostics::Diagnostics;

use crate::object::{Id, Object};
use crate::value::Value;

/// Everything that a cluster would get from a repository.
#[derive(Debug, Default)]
pub struct Assembled {
    /// Every Flux Kustomization, in the order in which they are met from the root.
    pub kustomizations: Vec<Kustomization>,
    /// Every HelmRelease, in the order of the Kustomizations that apply them.
    pub releases: Vec<Release>,
    /// What is wrong on the way there.
    pub problems: Diagnostics,
}

/// A Flux Kustomization and what it applies.
#[derive(Debug)]
pub struct Kustomization {
    /// Its name.
    pub id: Id,
    /// The Kustomization as the cluster has it: patched by whoever applies it, and substituted.
    pub object: Object,
    /// Who applies it: a place in [`Assembled::kustomizations`]; none for the root.
    pub parent: Option<usize>,
    /// The folder that it builds, relative to the repository; none where its source is another
    /// repository or the folder is missing.
    pub path: Option<String>,
    /// The files that its build read, sorted.
    pub files: Vec<String>,
    /// What it applies: built, patched, decrypted as far as there are keys, substituted.
    pub objects: Vec<Object>,
    /// How its build ended.
    pub outcome: Outcome,
}

/// How the build of a Kustomization ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All of it is there.
    Built,
    /// It fails in the cluster as well; the problems say why.
    Failed,
    /// It is suspended, or its source lies elsewhere: nothing can be said.
    Elsewhere,
}

/// A HelmRelease and what it is rendered from.
#[derive(Debug)]
pub struct Release {
    /// Its name.
    pub id: Id,
    /// The HelmRelease as the cluster has it.
    pub object: Object,
    /// Who applies it: a place in [`Assembled::kustomizations`].
    pub owner: usize,
    /// The values as helm-controller puts them together; none where they cannot be known.
    pub values: Option<Value>,
    /// The chart; none where nothing of the repository says which.
    pub chart: Option<Chart>,
}

/// Which chart a release installs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Where it comes from: `oci://…` with the chart's name, or the address of a repository of
    /// charts, or the folder of one, relative to the repository.
    pub address: String,
    /// Its name within an HTTP repository; empty for an OCI artifact.
    pub name: String,
    /// The version or range, tag or digest.
    pub version: String,
}
