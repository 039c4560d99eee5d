//! Versions of Kubernetes, and the steps between them.

use diagnostics::Diagnostic;
use semver::Version;

use crate::image;
use crate::rules;

/// The kinds of images of kubelets.
const FLAVOURS: [&str; 2] = ["-slim", "-fat"];

/// A version as people write it: `v1.36.2` or `1.36.2`.
///
/// # Errors
///
/// `cluster/kubernetes-version`.
pub fn version(text: &str) -> Result<Version, Diagnostic> {
    let digits = text.strip_prefix('v').unwrap_or(text);
    Version::parse(digits).map_err(|_| {
        rules::CLUSTER_KUBERNETES_VERSION
            .report(format!(
                "`{}` is no version of Kubernetes",
                diagnostics::visible(text)
            ))
            .hint("write it like `v1.36.2`")
    })
}

/// The version of an image, by its tag.
pub(super) fn of_image(reference: &str) -> Option<Version> {
    let tag = image::tag(reference)?;
    let flavour = flavour(tag);
    let plain = tag.strip_suffix(flavour).unwrap_or(tag);
    version(plain).ok()
}

/// The image of another version of the same repository and flavour.
pub(super) fn image_of(reference: &str, version: &Version) -> String {
    let name = reference.split('@').next().unwrap_or_default();
    let tag = image::tag(reference);
    let repository = tag.and_then(|tag| name.strip_suffix(tag));
    let repository = repository.and_then(|name| name.strip_suffix(':'));
    let flavour = tag.map_or("", flavour);
    format!("{}:v{version}{flavour}", repository.unwrap_or(name))
}

fn flavour(tag: &str) -> &'static str {
    let mut flavours = FLAVOURS.into_iter();
    flavours.find(|one| tag.ends_with(one)).unwrap_or_default()
}

/// Whether Kubernetes goes from one to another: within a minor, or to the next, and never back.
pub(super) fn check(from: &Version, to: &Version) -> Result<(), Diagnostic> {
    let jump = |why: &str, hint: String| {
        let message = format!("Kubernetes does not go from `v{from}` to `v{to}`: {why}");
        Err(rules::CLUSTER_KUBERNETES_JUMP.report(message).hint(hint))
    };
    if to < from {
        let why = "what it has stored may be more than the older one knows";
        return jump(why, format!("name `v{from}` or a newer one"));
    }
    if to.major == from.major && to.minor > from.minor + 1 {
        let next = format!("v{}.{}", from.major, from.minor + 1);
        return jump(
            "it goes one minor at a time",
            format!("go to a `{next}` first"),
        );
    }
    if to.major != from.major {
        return jump("these are two majors", format!("name a `v{}`", from.major));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{check, image_of, of_image, version};

    #[test]
    fn images_keep_their_repository_and_flavour() {
        let to = version("1.36.3").expect("one");
        for (before, after, of) in [
            (
                "registry.k8s.io/kube-apiserver:v1.36.2",
                "registry.k8s.io/kube-apiserver:v1.36.3",
                Some("1.36.2"),
            ),
            (
                "ghcr.io/siderolabs/kubelet:v1.36.2-slim",
                "ghcr.io/siderolabs/kubelet:v1.36.3-slim",
                Some("1.36.2"),
            ),
            (
                "m:5000/k:v1.36.2-fat@sha256:aa",
                "m:5000/k:v1.36.3-fat",
                Some("1.36.2"),
            ),
            ("m:5000/k@sha256:aa", "m:5000/k:v1.36.3", None),
            ("m:5000/k", "m:5000/k:v1.36.3", None),
            ("k:latest", "k:v1.36.3", None),
            ("k:v1.37.0-rc.1", "k:v1.36.3", Some("1.37.0-rc.1")),
        ] {
            assert_eq!(image_of(before, &to), after);
            let of = of.map(|text| version(text).expect(text));
            assert_eq!(of_image(before), of, "{before}");
        }
    }

    #[test]
    fn kubernetes_goes_one_minor_at_a_time_and_never_back() {
        for (from, to, fits) in [
            ("1.36.2", "1.36.2", true),
            ("1.36.2", "v1.36.4", true),
            ("1.36.2", "1.37.0", true),
            ("1.36.2", "1.37.0-rc.1", true),
            ("1.36.2", "1.38.0", false),
            ("1.36.2", "1.36.1", false),
            ("1.36.2", "1.35.9", false),
            ("1.36.2", "2.0.0", false),
            ("1.36.0", "1.36.0-rc.1", false),
        ] {
            let done = check(&version(from).expect(from), &version(to).expect(to));
            assert_eq!(done.is_ok(), fits, "{from} {to}");
            if let Err(problem) = done {
                assert_eq!(problem.rule.id(), "cluster/kubernetes-jump");
            }
        }
        for text in ["", "1.36", "v1", "latest", "1.36.2.3", "1.036.2", "\u{1b}"] {
            let problem = version(text).expect_err(text);
            assert_eq!(problem.rule.id(), "cluster/kubernetes-version");
        }
    }
}
