//! What git says that the cluster runs.

use flux::assembled::{Assembled, Chart, Pin};
use flux::helm::{Range, version};
use repository::View;

use crate::manifests;

/// The versions that a repository has.
#[derive(Debug, Clone, Default)]
pub struct Pins {
    /// Of Talos, such as `v1.13.7`.
    pub talos: Option<String>,
    /// Of Kubernetes, such as `v1.36.4`.
    pub kubernetes: Option<String>,
    /// Of Flux: a version or a range, such as `2.9.x`.
    pub flux: Option<String>,
    /// Of each release of Helm that names one.
    pub releases: Vec<Release>,
}

/// A release of Helm, and the version of its chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// A version, a range or a tag.
    pub version: String,
}

impl Pins {
    /// What is on the disk, and what the clusters get by it.
    pub fn of(view: &View<'_>, assembled: &Assembled) -> Self {
        let releases = assembled.releases.iter();
        let flux = releases.clone().find_map(|release| {
            let values = release.values.as_ref()?;
            let version = values.at(&["instance", "distribution", "version"])?;
            version.as_text().map(str::to_owned)
        });
        let pinned = releases.filter_map(|release| {
            let Chart { version, pin, .. } = release.chart.as_ref()?;
            // A digest says nothing of a version, and an empty range nothing at all.
            (*pin != Pin::Digest && !version.is_empty()).then(|| Release {
                namespace: release.id.namespace.clone(),
                name: release.id.name.clone(),
                version: version.clone(),
            })
        });
        Self {
            talos: manifests::talos_of(view),
            kubernetes: manifests::kubernetes_of(view),
            flux,
            releases: pinned.collect(),
        }
    }

    /// Whether what runs is what a version or a range means; also where the range cannot be read.
    /// Builds of one version, which have a `+` behind it, are the same.
    pub fn agree(wanted: &str, runs: &str) -> bool {
        let plain = |text: &str| {
            let text = text.trim_start_matches('v');
            text.split('+').next().unwrap_or_default().to_owned()
        };
        if plain(wanted) == plain(runs) {
            return true;
        }
        match (Range::parse(wanted), version(&plain(runs))) {
            (Some(range), Some(version)) => range.has(&version),
            (None, _) | (_, None) => version(&plain(wanted)).is_none(),
        }
    }
}
