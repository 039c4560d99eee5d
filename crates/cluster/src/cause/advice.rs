//! What to do: one clause, with the command where there is one.

use super::Cause;
use crate::reconcile::{Kind, Subject};

/// What is known of an object beside its cause.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known<'a> {
    /// The object of Flux that it is, or that brings it.
    pub(crate) subject: Option<&'a Subject>,
    /// Its name.
    pub(crate) name: &'a str,
    /// Whether that one gave up.
    pub(crate) is_stalled: bool,
    /// After what time it is tried again.
    pub(crate) retry: &'a str,
    /// How a release was left.
    pub(crate) release_status: &'a str,
}

impl Known<'_> {
    /// The command by which it looks again.
    fn again(&self) -> String {
        let Some(subject) = self.subject else {
            return "`ichor reconcile`".to_owned();
        };
        let at = format!("{}/{}", subject.namespace, subject.name);
        match subject.kind {
            Kind::Kustomization => format!("`ichor reconcile {at} --with-source`"),
            Kind::HelmRelease if self.is_stalled => format!("`ichor reconcile hr {at} --reset`"),
            Kind::HelmRelease => format!("`ichor reconcile hr {at}`"),
            kind => format!("`ichor reconcile source {} {at}`", kind.word()),
        }
    }

    fn words(&self) -> String {
        self.subject.map(Subject::words).unwrap_or_default()
    }
}

/// What to do about it.
pub(crate) fn advice(cause: Cause, known: Known<'_>) -> String {
    let name = known.name;
    let again = known.again();
    match cause {
        Cause::Node => "`ichor talos health` and `ichor talos services` tell what its machine does".to_owned(),
        Cause::Pressure => format!("`ichor talos get volumestatus -n {name}` and `ichor talos dmesg -n {name}` tell more; move pods away or give it more"),
        Cause::Controller => "see why its pods do not run: their image, their node, their log".to_owned(),
        Cause::NamespaceEnding => "what is left in it is held by a finalizer whose controller is gone: bring that back, or take the finalizer off the object that is named".to_owned(),
        Cause::Cordoned => "`ichor talos status` tells what it runs; whoever upgrades it lets pods come again".to_owned(),
        Cause::Suspended => format!("`ichor resume {}` lets it go on", known.words()),
        Cause::Progressing | Cause::NotReady => "`ichor status --watch` follows it".to_owned(),
        Cause::Dependency | Cause::Source => format!("what it waits for comes first; then {again}"),
        Cause::DependencyMissing => format!("bring what its `dependsOn` names into git, or correct the name and its namespace; then {again}"),
        Cause::NoSource => format!("bring the source that it names into git, or correct its `sourceRef`; then {again}"),
        Cause::SourceCredentials => format!("look at the Secret of its `secretRef`, the deploy key of the repository and the name in its `url`; then {again}"),
        Cause::SourceUnknown => format!("correct its `url`, or what it names there; then {again}"),
        Cause::SourceRevision => format!("correct its branch, tag or version in git; then {again}"),
        Cause::SourceSignature => format!("whoever published it did not sign it with the key of `verify`; do not take it before you know why; then {again}"),
        Cause::SourceUnreachable => format!("DNS, a proxy or the server fails: does CoreDNS run, and does the cluster reach the internet? Then {again}"),
        Cause::SourceFailed => again,
        Cause::MissingInput => format!("bring the Secret or ConfigMap that it names into its namespace; then {again}"),
        Cause::Decryption => format!("the Secret `sops-age` of the cluster has no key for what is encrypted: compare it with `age.key`, `ichor secrets status --verify` looks at the files; then {again}"),
        Cause::Variables => format!("`ichor flux test` names each variable that nobody sets; then {again}"),
        Cause::Build if known.subject.is_some_and(|one| one.kind == Kind::HelmRelease) => format!("`ichor flux test --helm` renders the chart with these values; then {again}"),
        Cause::Build => format!("`ichor flux test` builds the same and says where; correct it in git; then {again}"),
        Cause::MissingKind => {
            let when = match known.retry {
                "" => String::new(),
                retry => format!(" (by itself it tries again after {retry} only)"),
            };
            format!("whoever brings the definition of the kind comes before: name it in `dependsOn`; once it is there, {again}{when}")
        }
        Cause::Schema => format!("`ichor flux test` says which field, and where it stands; then {again}"),
        Cause::Immutable => format!("the object has to be made anew: annotate it with `kustomize.toolkit.fluxcd.io/force: enabled`, or delete it; then {again}"),
        Cause::Webhook => format!("the webhook or policy says what it wants: change the object in git; then {again}"),
        Cause::WebhookSilent => format!("the pods behind the webhook have to run first; then {again}"),
        Cause::Quota => format!("raise the quota of the namespace, or ask for less; then {again}"),
        Cause::Denied => format!("the service account that applies it needs more rights; then {again}"),
        Cause::Terminating => format!("wait until its namespace is gone, or find out what holds it; then {again}"),
        Cause::Foreign => format!("somebody else made the object: delete it there, or let Helm adopt it by its labels and annotations; then {again}"),
        Cause::Values => format!("`ichor flux test` holds the values against the schema of the chart; then {again}"),
        Cause::ReleasePending => format!(
            "helm-controller unlocks it with the next try: {again}; if it stays, delete the newest Secret of the release with the label `status={}`",
            if known.release_status.is_empty() { "pending-upgrade" } else { known.release_status }
        ),
        Cause::Health => format!("see what of it is not ready; then {again}"),
        Cause::Release => again,
        Cause::Volume => "is there such a class of storage, and does its driver run? Its events tell more".to_owned(),
        Cause::ImagePull => format!("correct the image or its tag, or give credentials in `imagePullSecrets`; then {again}"),
        Cause::CrashLoop => format!("its log says why; most often it is in its values or a Secret; then {again}"),
        Cause::OutOfMemory => format!("raise `resources.limits.memory`, or find out what it takes; then {again}"),
        Cause::Container => format!("bring the Secret, ConfigMap or key that it names; then {again}"),
        Cause::Unschedulable => "let a node take it: look at its requests, node selectors, taints and volumes, and at cordoned nodes (`ichor talos status`)".to_owned(),
        Cause::Ending => "its node or what its finalizer names does not answer; bring that back".to_owned(),
        Cause::Ended => "it is left over, and others run in its place: delete it when you have seen enough".to_owned(),
        Cause::Certificate => "its CertificateRequest, Order and Challenge tell more: is the token of the issuer right, and does DNS resolve?".to_owned(),
        Cause::CertificateEnded => "cert-manager renews it: does it run, and is its issuer ready?".to_owned(),
        Cause::Address => "is its address in a pool, and does whoever gives addresses (Cilium) run?".to_owned(),
        Cause::Unknown => again,
    }
}
