//! The version of Flux that a cluster has, and what differs between versions: which APIs it
//! serves, and whether it takes variables that are not set.
//!
//! Source of the APIs: the definitions (`config/crd/bases`) of the controllers that each version
//! of Flux has: kustomize-controller 1.N is that of Flux 2.N.

use std::fmt;

use crate::substitute::Mode;

/// A minor version of Flux 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u16);

impl Default for Version {
    /// The one that is followed here.
    fn default() -> Self {
        Self(9)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "2.{}", self.0)
    }
}

impl Version {
    /// Of a version or range such as `v2.5.1`, `2.5.x`, `~2.5`; none where it may be the newest,
    /// as `2.x` may. What was called 0 became 2.0.
    pub fn read(text: &str) -> Option<Self> {
        // What begins with `^` or `>` goes on to the newest.
        let text = text.trim_start_matches(['v', '=', '~', ' ']);
        if text.starts_with("0.") {
            return Some(Self(0));
        }
        let minor = text.strip_prefix("2.")?;
        let digits = minor.find(|one: char| !one.is_ascii_digit());
        let (digits, rest) = minor.split_at(digits.unwrap_or(minor.len()));
        let is_one = rest.is_empty() || (rest.starts_with(['.', '-', '+']) && !rest.contains(' '));
        digits.parse().ok().filter(|_| is_one).map(Self)
    }

    /// That which has a controller whose version is `v1.N.…`.
    pub fn of_controller(text: &str) -> Option<Self> {
        let minor = text.trim_start_matches('v').strip_prefix("1.")?;
        let digits = minor.split(|one: char| !one.is_ascii_digit()).next()?;
        digits.parse().ok().map(Self)
    }

    /// The newest that a Flux Operator has in an artifact of its manifests, such as
    /// `oci://ghcr.io/controlplaneio-fluxcd/flux-operator-manifests:v0.50.0`; none where the
    /// artifact is another, or says no version.
    pub fn of_manifests(artifact: &str) -> Option<Self> {
        let (_, tag) = artifact.split_once("/flux-operator-manifests:")?;
        let minor = tag.trim_start_matches('v').strip_prefix("0.")?;
        let digits = minor.split(|one: char| !one.is_ascii_digit()).next()?;
        let minor: u16 = digits.parse().ok()?;
        let last = MANIFESTS.iter().rfind(|(first, _)| minor >= *first);
        last.map(|(_, flux)| Self(*flux))
    }

    /// What becomes of variables that are not set, where no feature gate says otherwise.
    pub fn mode(self) -> Mode {
        if self.0 >= 9 {
            Mode::Strict
        } else {
            Mode::Lenient
        }
    }

    /// Whether it serves a version of a kind of its own; none where that is not known.
    pub fn serves(self, group: &str, version: &str, kind: &str) -> Option<Served> {
        let same = |api: &&Api| api.0 == group && api.1.contains(&kind);
        let mut apis = APIS.iter().filter(same);
        let (_, _, _, first, last) = apis.find(|api| api.2 == version)?;
        if self.0 < *first {
            return Some(Served::NotYet(Self(*first)));
        }
        // Versions of an API stand in the order of their age.
        let newer = apis.rfind(|api| api.3 <= self.0);
        let newer = newer.map(|api| api.2);
        Some(match (last, newer) {
            (Some(last), _) if self.0 > *last => Served::NoLonger(Self(*last), newer),
            (Some(last), Some(newer)) => Served::Until(Self(*last), newer),
            _ => Served::Now,
        })
    }
}

/// Whether an API is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// It is.
    Now,
    /// It is, and so is a newer version of the API; this version of Flux is the last that does.
    Until(Version, &'static str),
    /// It is not, and this version of Flux was the last that did; what it serves in its place.
    NoLonger(Version, Option<&'static str>),
    /// It is not, and this version of Flux is the first that does.
    NotYet(Version),
}

/// Minor versions of the Flux Operator (0.N) that were the first to have a minor version of Flux.
///
/// Source: `config/data/flux` of flux-operator at the tags v0.1.0 to v0.58.1; that the newest of a
/// range is taken of the artifact, `MatchVersion` in its `internal/builder`.
const MANIFESTS: &[(u16, u16)] = &[(0, 3), (10, 4), (15, 5), (21, 6), (30, 7), (42, 8), (53, 9)];

/// Group, kinds, version of the API, and the first and last minor versions of Flux 2 that serve
/// it; 0 stands for whatever was before, too. Of one kind the oldest stands first.
type Api = (
    &'static str,
    &'static [&'static str],
    &'static str,
    u16,
    Option<u16>,
);

const SOURCE: &str = "source.toolkit.fluxcd.io";
const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";
const HELM: &str = "helm.toolkit.fluxcd.io";
const NOTIFICATION: &str = "notification.toolkit.fluxcd.io";
const IMAGE: &str = "image.toolkit.fluxcd.io";

const CHARTS: &[&str] = &["HelmChart", "HelmRepository"];
const OLD_SOURCES: &[&str] = &["Bucket", "GitRepository", "HelmChart", "HelmRepository"];
const ALERTS: &[&str] = &["Alert", "Provider"];
const IMAGES: &[&str] = &["ImagePolicy", "ImageRepository"];
const UPDATES: &[&str] = &["ImageUpdateAutomation"];

const APIS: &[Api] = &[
    (SOURCE, OLD_SOURCES, "v1beta1", 0, Some(6)),
    (SOURCE, OLD_SOURCES, "v1beta2", 0, Some(7)),
    (SOURCE, &["GitRepository"], "v1", 0, None),
    (SOURCE, CHARTS, "v1", 3, None),
    (SOURCE, &["Bucket"], "v1", 4, None),
    (SOURCE, &["OCIRepository"], "v1beta2", 0, Some(7)),
    (SOURCE, &["OCIRepository"], "v1", 6, None),
    (SOURCE, &["ExternalArtifact"], "v1", 7, None),
    (KUSTOMIZE, &["Kustomization"], "v1beta1", 0, Some(6)),
    (KUSTOMIZE, &["Kustomization"], "v1beta2", 0, Some(7)),
    (KUSTOMIZE, &["Kustomization"], "v1", 0, None),
    (HELM, &["HelmRelease"], "v2beta1", 0, Some(6)),
    (HELM, &["HelmRelease"], "v2beta2", 2, Some(7)),
    (HELM, &["HelmRelease"], "v2", 3, None),
    (NOTIFICATION, ALERTS, "v1beta1", 0, Some(6)),
    (NOTIFICATION, ALERTS, "v1beta2", 0, Some(8)),
    (NOTIFICATION, ALERTS, "v1beta3", 2, None),
    (NOTIFICATION, &["Receiver"], "v1beta1", 0, Some(6)),
    (NOTIFICATION, &["Receiver"], "v1beta2", 0, Some(8)),
    (NOTIFICATION, &["Receiver"], "v1", 0, None),
    (IMAGE, IMAGES, "v1beta1", 0, Some(6)),
    (IMAGE, IMAGES, "v1beta2", 0, Some(8)),
    (IMAGE, IMAGES, "v1", 7, None),
    (IMAGE, UPDATES, "v1beta1", 0, Some(6)),
    (IMAGE, UPDATES, "v1beta2", 4, Some(8)),
    (IMAGE, UPDATES, "v1", 7, None),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_of_what_pins_flux() {
        for (text, shown) in [
            ("v2.5.1", Some("2.5")),
            ("2.5.x", Some("2.5")),
            ("=2.7.0", Some("2.7")),
            ("~2.8", Some("2.8")),
            ("v2.10.0@sha256:00", Some("2.10")),
            ("2.9.0-rc.1", Some("2.9")),
            ("2.x", None),
            ("2.*", None),
            ("^2.5", None),
            (">=2.5.0 <2.7.0", None),
            ("2.5 - 2.9", None),
            ("${FLUX}", None),
            ("1.5.0", None),
            ("v0.35.0", Some("2.0")),
            ("", None),
        ] {
            let read = Version::read(text).map(|version| version.to_string());
            assert_eq!(read.as_deref(), shown, "{text}");
        }
        let of = |text| Version::of_controller(text).map(|version| version.to_string());
        assert_eq!(of("v1.5.1").as_deref(), Some("2.5"));
        assert_eq!(of("v0.35.0"), None);
        let artifact = "oci://ghcr.io/controlplaneio-fluxcd/flux-operator-manifests";
        for (tag, shown) in [
            (":v0.9.0", Some("2.3")),
            (":v0.41.1", Some("2.7")),
            (":v0.42.0@sha256:00", Some("2.8")),
            (":0.52.0", Some("2.8")),
            (":v0.53.0", Some("2.9")),
            (":v0.70.0", Some("2.9")),
            (":latest", None),
            ("", None),
        ] {
            let read = Version::of_manifests(&format!("{artifact}{tag}"));
            let read = read.map(|version| version.to_string());
            assert_eq!(read.as_deref(), shown, "{tag}");
        }
    }

    #[test]
    fn apis_are_served_by_the_versions_that_had_them() {
        let told = |minor, group, version, kind| Version(minor).serves(group, version, kind);
        let oci = |minor, version| told(minor, SOURCE, version, "OCIRepository");
        assert_eq!(oci(5, "v1beta2"), Some(Served::Now));
        assert_eq!(oci(5, "v1"), Some(Served::NotYet(Version(6))));
        assert_eq!(oci(7, "v1beta2"), Some(Served::Until(Version(7), "v1")));
        assert_eq!(
            oci(8, "v1beta2"),
            Some(Served::NoLonger(Version(7), Some("v1")))
        );
        assert_eq!(oci(9, "v3"), None);
        let release = |minor, version| told(minor, HELM, version, "HelmRelease");
        assert_eq!(release(1, "v2beta1"), Some(Served::Now));
        assert_eq!(
            release(2, "v2beta1"),
            Some(Served::Until(Version(6), "v2beta2"))
        );
        let alert = |minor, version| told(minor, NOTIFICATION, version, "Alert");
        assert_eq!(
            alert(8, "v1beta2"),
            Some(Served::Until(Version(8), "v1beta3"))
        );
        assert_eq!(
            alert(9, "v1beta2"),
            Some(Served::NoLonger(Version(8), Some("v1beta3")))
        );
    }

    #[test]
    fn the_newest_is_what_is_followed() {
        for (group, kinds, version, _, last) in APIS {
            let served = Version::default().serves(group, version, kinds[0]);
            assert_eq!(
                served == Some(Served::Now),
                last.is_none(),
                "{group} {version}"
            );
        }
    }
}
