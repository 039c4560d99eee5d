//! What a cluster would get, by who applies it: what the assembly makes and everything else
//! (schemas, lint, graph, differences) reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use diagnostics::Diagnostics;

use crate::object::{Id, Object};
use crate::substitute::Mode;
use crate::value::Value;
use crate::version::Version;

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

impl Assembled {
    /// Whether it is more than one cluster.
    pub fn has_several_clusters(&self) -> bool {
        let mut paths = self.kustomizations.iter().map(|one| &one.cluster.path);
        let first = paths.next();
        paths.any(|path| Some(path) != first)
    }

    /// Each cluster by itself, without what is wrong; none where there is one only.
    ///
    /// What has the name of something in another cluster has nothing to do with it.
    pub fn clusters(&self) -> Option<Vec<Self>> {
        if !self.has_several_clusters() {
            return None;
        }
        let paths: BTreeSet<&str> = { self.kustomizations.iter() }
            .map(|one| one.cluster.path.as_str())
            .collect();
        let parts = paths.into_iter().map(|path| {
            let mut part = Self::default();
            let mut places = BTreeMap::new();
            for (index, one) in self.kustomizations.iter().enumerate() {
                if one.cluster.path == path {
                    places.insert(index, part.kustomizations.len());
                    part.kustomizations.push(one.clone());
                }
            }
            for one in &mut part.kustomizations {
                one.parent = one.parent.and_then(|parent| places.get(&parent).copied());
            }
            for release in &self.releases {
                if let Some(owner) = places.get(&release.owner) {
                    let owner = *owner;
                    let release = release.clone();
                    part.releases.push(Release { owner, ..release });
                }
            }
            part
        });
        Some(parts.collect())
    }
}

/// A Flux Kustomization and what it applies.
#[derive(Debug, Clone)]
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
    /// The cluster that it is part of.
    pub cluster: Cluster,
}

/// One of the clusters that a repository has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cluster {
    /// The folder where it begins.
    pub path: String,
    /// The Flux that it has.
    pub flux: Version,
    /// What becomes of variables that are not set.
    pub mode: Mode,
    /// Whether something in it gives Kustomizations further variables when they are applied.
    pub is_open: bool,
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
#[derive(Debug, Clone)]
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
    /// What Helm makes of it, with the changes of its post-renderers; none where Helm was not
    /// asked.
    pub rendered: Option<Vec<Object>>,
}

/// Which chart a release installs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chart {
    /// Where it comes from: `oci://…` with the chart's name, or the address of a repository of
    /// charts, or the folder of one, relative to the repository.
    pub address: String,
    /// Its name within an HTTP repository; empty for an OCI artifact.
    pub name: String,
    /// The version or range, tag or digest.
    pub version: String,
    /// What the version is.
    pub pin: Pin,
    /// Which tags count for a range, as a regular expression; all of them where it is empty.
    pub filter: String,
    /// The media type of the layer of an OCI artifact that is the chart; empty for the usual one.
    pub layer: String,
    /// Whether the registry may be asked over plain HTTP.
    pub is_insecure: bool,
    /// Files of the chart that take the place of its `values.yaml`.
    pub values_files: Vec<String>,
    /// Whether some of them may be missing.
    pub may_miss_values_files: bool,
}

/// What says which version of a chart is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pin {
    /// A version or a range: the highest one in it counts.
    #[default]
    Range,
    /// A tag of a registry, whatever it is called.
    Tag,
    /// The digest of an artifact.
    Digest,
}

impl Chart {
    /// Whether it comes from a registry.
    pub fn is_oci(&self) -> bool {
        self.address.starts_with("oci://")
    }

    /// Whether it is a folder of the repository.
    pub fn is_folder(&self) -> bool {
        !self.address.contains("://")
    }
}

/// As messages name it: `oci://ghcr.io/charts/app 1.2.3`.
impl fmt::Display for Chart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.address.trim_end_matches('/'))?;
        if !self.name.is_empty() {
            write!(formatter, "/{}", self.name)?;
        }
        if self.is_folder() {
            return Ok(());
        }
        write!(formatter, " {}", self.version)
    }
}
