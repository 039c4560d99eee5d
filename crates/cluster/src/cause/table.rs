//! What the controllers of Flux mean by what they say: the first line that fits counts.
//!
//! Words as source-controller 1.9, kustomize-controller 1.9 and helm-controller 1.6 have them,
//! with those of go-git, the registries, kustomize, SOPS, Helm and the API server inside.

use super::Cause;
use crate::reconcile::Kind;

/// Who says something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Anybody,
    Source,
    Kustomization,
    HelmRelease,
}

/// Who, with which reason (any where empty), and which words of a message (any where empty; in
/// lower case).
type Line = (By, &'static [&'static str], &'static [&'static str], Cause);

const TABLE: &[Line] = &[
    (By::Anybody, &["DependencyNotReady"], &[], Cause::Dependency),
    // Sources.
    (
        By::Source,
        &[],
        &[
            "failed to get secret",
            "failed to get authentication secret",
            "secrets \"",
        ],
        Cause::MissingInput,
    ),
    (
        By::Source,
        &["VerificationError"],
        &[],
        Cause::SourceSignature,
    ),
    (
        By::Source,
        &[],
        &[
            "no such host",
            "dial tcp",
            "i/o timeout",
            "connection refused",
            "connection reset",
            "deadline exceeded",
            "x509:",
            "server misbehaving",
            "toomanyrequests",
            "too many requests",
            "502 bad gateway",
            "503 service unavailable",
        ],
        Cause::SourceUnreachable,
    ),
    (
        By::Source,
        &["AuthenticationFailed"],
        &[],
        Cause::SourceCredentials,
    ),
    (
        By::Source,
        &[],
        &[
            "authentication required",
            "authentication failed",
            "authorization failed",
            "unable to authenticate",
            "unauthorized",
            "denied",
            "forbidden",
            "invalid credentials",
            "knownhosts:",
            "host key",
            "publickey",
            "invalid auth",
        ],
        Cause::SourceCredentials,
    ),
    (
        By::Source,
        &["InvalidChartReference"],
        &[],
        Cause::SourceRevision,
    ),
    (
        By::Source,
        &[],
        &[
            "couldn't find remote ref",
            "reference not found",
            "no match found for semver",
            "manifest_unknown",
            "manifest unknown",
            "with version matching",
            "no chart version found",
            "unable to resolve commit",
            "object not found",
            "no tags found",
        ],
        Cause::SourceRevision,
    ),
    (
        By::Source,
        &[],
        &[
            "repository not found",
            "name_unknown",
            "name unknown",
            "not found",
            "no chart name found",
        ],
        Cause::SourceUnknown,
    ),
    (By::Source, &["Progressing"], &[], Cause::Progressing),
    (By::Source, &[], &[], Cause::SourceFailed),
    // What waits for a source.
    (
        By::Anybody,
        &["ArtifactFailed", "SourceNotReady"],
        &[],
        Cause::Source,
    ),
    (
        By::Kustomization,
        &[],
        &[
            "artifact not found",
            "source is not ready",
            "source not found",
        ],
        Cause::Source,
    ),
    // What is in git.
    (
        By::Kustomization,
        &[],
        &[
            "decrypt",
            "data key",
            "no identity matched",
            "unknown identity type",
        ],
        Cause::Decryption,
    ),
    (
        By::Kustomization,
        &[],
        &["substitute from", "substitutefrom"],
        Cause::MissingInput,
    ),
    (
        By::Kustomization,
        &[],
        &["envsubst", "substitution", "variable not set"],
        Cause::Variables,
    ),
    (By::Kustomization, &["BuildFailed"], &[], Cause::Build),
    (
        By::Kustomization,
        &[],
        &["kustomize build failed", "path not found"],
        Cause::Build,
    ),
    // What Helm is given.
    (
        By::HelmRelease,
        &["ValuesError"],
        &["not found"],
        Cause::MissingInput,
    ),
    (By::HelmRelease, &["ValuesError"], &[], Cause::Values),
    (
        By::HelmRelease,
        &[],
        &["values don't meet the specifications"],
        Cause::Values,
    ),
    (
        By::HelmRelease,
        &[],
        &["another operation (install/upgrade/rollback)"],
        Cause::ReleasePending,
    ),
    // What an API server says.
    (
        By::Anybody,
        &[],
        &[
            "no matches for kind",
            "could not find the requested resource",
            "ensure crds are installed first",
        ],
        Cause::MissingKind,
    ),
    (
        By::Anybody,
        &[],
        &["failed calling webhook", "failed to call webhook"],
        Cause::WebhookSilent,
    ),
    (
        By::Anybody,
        &[],
        &["admission webhook", "validatingadmissionpolicy"],
        Cause::Webhook,
    ),
    (By::Anybody, &[], &["exceeded quota"], Cause::Quota),
    (By::Anybody, &[], &["being terminated"], Cause::Terminating),
    (
        By::Anybody,
        &[],
        &["field is immutable", "updates to statefulset spec"],
        Cause::Immutable,
    ),
    (
        By::Anybody,
        &[],
        &["invalid ownership metadata", "cannot be imported into"],
        Cause::Foreign,
    ),
    (By::Anybody, &[], &["conflict with \""], Cause::Foreign),
    (
        By::Anybody,
        &[],
        &[
            "is forbidden",
            "cannot patch resource",
            "cannot create resource",
        ],
        Cause::Denied,
    ),
    (By::Anybody, &["HealthCheckFailed"], &[], Cause::Health),
    (
        By::Kustomization,
        &[],
        &["health check failed", "timeout waiting for"],
        Cause::Health,
    ),
    (
        By::Anybody,
        &[],
        &[
            "dry-run failed",
            "strict decoding error",
            "unknown field",
            "validation failure",
            "is invalid:",
        ],
        Cause::Schema,
    ),
    (
        By::HelmRelease,
        &[],
        &["execution error at", "template:", "parse error at"],
        Cause::Build,
    ),
    (
        By::HelmRelease,
        &[],
        &[
            "deadline exceeded",
            "timed out waiting",
            "not ready. status",
            "timeout waiting for",
        ],
        Cause::Health,
    ),
    (
        By::HelmRelease,
        &[
            "InstallFailed",
            "UpgradeFailed",
            "RollbackFailed",
            "TestFailed",
            "UninstallFailed",
        ],
        &[],
        Cause::Release,
    ),
    (
        By::Anybody,
        &["Progressing", "ProgressingWithRetry", ""],
        &[],
        Cause::Progressing,
    ),
];

pub(super) fn of(kind: Kind, reason: &str, message: &str) -> Cause {
    let said = message.to_lowercase();
    let who = match kind {
        Kind::Kustomization => By::Kustomization,
        Kind::HelmRelease => By::HelmRelease,
        _ => By::Source,
    };
    let fits = |(by, reasons, words, _): &&Line| {
        (*by == By::Anybody || *by == who)
            && (reasons.is_empty() || reasons.contains(&reason))
            && (words.is_empty() || words.iter().any(|one| said.contains(one)))
    };
    { TABLE.iter().find(fits) }.map_or(Cause::Unknown, |line| line.3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controllers_say_is_understood() {
        use Kind::{GitRepository as Git, HelmChart, HelmRelease as Hr, Kustomization as Ks};
        use Kind::{HelmRepository, OciRepository as Oci};
        #[rustfmt::skip]
        let said = [
            (Git, "AuthenticationFailed", "failed to get secret 'flux-system/key': secrets \"key\" not found", Cause::MissingInput),
            (Git, "GitOperationFailed", "failed to checkout and determine revision: unable to clone 'ssh://git@github.com/o/r': ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey]", Cause::SourceCredentials),
            (Git, "GitOperationFailed", "failed to checkout and determine revision: unable to list remote for 'https://github.com/o/r': authentication required: Repository not found.", Cause::SourceCredentials),
            (Git, "GitOperationFailed", "failed to checkout and determine revision: couldn't find remote ref \"refs/heads/main\"", Cause::SourceRevision),
            (Git, "GitOperationFailed", "dial tcp: lookup github.com: no such host", Cause::SourceUnreachable),
            (Git, "GitOperationFailed", "knownhosts: key mismatch", Cause::SourceCredentials),
            (Git, "StorageOperationFailed", "no space left on device", Cause::SourceFailed),
            (Git, "VerificationError", "signature verification of commit failed", Cause::SourceSignature),
            (Oci, "OCIArtifactPullFailed", "failed to determine artifact digest: GET https://ghcr.io/v2/x/manifests/1.2.3: MANIFEST_UNKNOWN: manifest unknown", Cause::SourceRevision),
            (Oci, "OCIArtifactPullFailed", "GET https://ghcr.io/token: DENIED: requested access to the resource is denied", Cause::SourceCredentials),
            (Oci, "OCIArtifactPullFailed", "NAME_UNKNOWN: repository name not known to registry", Cause::SourceUnknown),
            (HelmRepository, "Failed", "failed to fetch https://charts.example.com/index.yaml : 404 Not Found", Cause::SourceUnknown),
            (HelmChart, "InvalidChartReference", "invalid chart reference: no 'x' chart with version matching '9' found", Cause::SourceRevision),
            (Ks, "DependencyNotReady", "dependency 'flux-system/a' is not ready", Cause::Dependency),
            (Ks, "ArtifactFailed", "Source artifact not found, retrying in 30s", Cause::Source),
            (Ks, "BuildFailed", "failed to decrypt and validate: Error getting data key: 0 successful groups required, got 0", Cause::Decryption),
            (Ks, "BuildFailed", "post build failed for 'x': envsubst error: variable not set (strict mode): \"A\"", Cause::Variables),
            (Ks, "BuildFailed", "substitute from 'Secret/cluster-secrets' error: secrets \"cluster-secrets\" not found", Cause::MissingInput),
            (Ks, "BuildFailed", "kustomize build failed: accumulating resources: open a.yaml: no such file or directory", Cause::Build),
            (Ks, "ReconciliationFailed", "GatewayClass/x dry-run failed: no matches for kind \"GatewayClass\" in version \"gateway.networking.k8s.io/v1\"", Cause::MissingKind),
            (Ks, "ReconciliationFailed", "Deployment/a/b dry-run failed (Invalid): Deployment.apps \"b\" is invalid: spec.selector: Required value", Cause::Schema),
            (Ks, "ReconciliationFailed", "Deployment/a/b dry-run failed (Invalid): spec.selector: field is immutable", Cause::Immutable),
            (Ks, "ReconciliationFailed", "Pod/a/b dry-run failed (Forbidden): admission webhook \"w\" denied the request: no", Cause::Webhook),
            (Ks, "ReconciliationFailed", "Secret/a/b dry-run failed: failed calling webhook \"w\": no endpoints available for service", Cause::WebhookSilent),
            (Ks, "ReconciliationFailed", "Pod/a/b dry-run failed (Forbidden): pods \"b\" is forbidden: exceeded quota: q", Cause::Quota),
            (Ks, "ReconciliationFailed", "ConfigMap/a/b dry-run failed (Forbidden): unable to create new content in namespace a because it is being terminated", Cause::Terminating),
            (Ks, "ReconciliationFailed", "Role/a/b dry-run failed (Forbidden): roles is forbidden: User \"u\" cannot patch resource", Cause::Denied),
            (Ks, "HealthCheckFailed", "health check failed after 5m0s: timeout waiting for: [HelmRelease/a/b status: 'InProgress']", Cause::Health),
            (Ks, "Progressing", "Running health checks for revision main@sha1:1 with a timeout of 5m0s", Cause::Progressing),
            (Ks, "PruneFailed", "it cannot", Cause::Unknown),
            (Hr, "SourceNotReady", "HelmChart 'a/b' is not ready", Cause::Source),
            (Hr, "ValuesError", "could not resolve Secret chart values reference 'a/v': not found", Cause::MissingInput),
            (Hr, "UpgradeFailed", "Helm upgrade failed for release a/b with chart c@1: values don't meet the specifications of the schema(s)", Cause::Values),
            (Hr, "UpgradeFailed", "another operation (install/upgrade/rollback) is in progress", Cause::ReleasePending),
            (Hr, "InstallFailed", "unable to build kubernetes objects from release manifest: resource mapping not found: no matches for kind \"ServiceMonitor\" in version \"v1\"", Cause::MissingKind),
            (Hr, "InstallFailed", "Service \"x\" in namespace \"a\" exists and cannot be imported into the current release: invalid ownership metadata", Cause::Foreign),
            (Hr, "InstallFailed", "Helm install failed for release a/b with chart c@1: context deadline exceeded", Cause::Health),
            (Hr, "InstallFailed", "execution error at (c/templates/x.yaml:1:1): value is required", Cause::Build),
            (Hr, "UpgradeFailed", "post-upgrade hooks failed: job failed: BackoffLimitExceeded", Cause::Release),
            (Hr, "", "", Cause::Progressing),
        ];
        for (kind, reason, message, cause) in said {
            assert_eq!(of(kind, reason, message), cause, "{reason}: {message}");
        }
    }
}
