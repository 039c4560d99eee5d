//! Why something is not as it should be, and what to do about it.
//!
//! Controllers say it in a word and a sentence of theirs. [`Cause`] is what these mean, told by
//! one table; what is known of an object beside them (which Secret it names, whether it gave up)
//! is for the advice.

mod advice;
mod table;

use serde::Serialize;

use crate::reconcile::Kind;

pub(crate) use advice::{Known, advice};

/// Why something is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A node does not report that it is well.
    Node,
    /// A node is short of memory, disk or processes.
    Pressure,
    /// A controller of Flux is not there.
    Controller,
    /// A namespace that is asked to go does not.
    NamespaceEnding,
    /// A node gets no new pods.
    Cordoned,
    /// Somebody has Flux leave it alone.
    Suspended,
    /// It is on its way.
    Progressing,
    /// Another one is to be ready before.
    Dependency,
    /// Another one is to be ready before that is not there.
    DependencyMissing,
    /// Its source is not ready.
    Source,
    /// Its source is not there.
    NoSource,
    /// The server of the source does not take the credentials.
    SourceCredentials,
    /// The server does not have the source.
    SourceUnknown,
    /// The source has no such branch, tag or version.
    SourceRevision,
    /// The signature of the source is not the one that is asked for.
    SourceSignature,
    /// The server of the source is not reached.
    SourceUnreachable,
    /// The source cannot be fetched.
    SourceFailed,
    /// A Secret or `ConfigMap` that it names is not there.
    MissingInput,
    /// What is encrypted in git cannot be decrypted.
    Decryption,
    /// Variables cannot be filled in.
    Variables,
    /// What is in git, or in a chart, cannot be built.
    Build,
    /// The server does not have a kind.
    MissingKind,
    /// The server does not take an object.
    Schema,
    /// A field cannot be changed any more.
    Immutable,
    /// A webhook or a policy refuses an object.
    Webhook,
    /// A webhook that is to be asked does not answer.
    WebhookSilent,
    /// A quota is spent.
    Quota,
    /// Rights are missing.
    Denied,
    /// Its namespace is on its way out.
    Terminating,
    /// An object belongs to somebody else.
    Foreign,
    /// The values of a release are not ones that its chart takes.
    Values,
    /// A release was left in the middle of something.
    ReleasePending,
    /// What it has applied does not become ready.
    Health,
    /// A release failed.
    Release,
    /// A volume that is claimed is not there.
    Volume,
    /// An image cannot be pulled.
    ImagePull,
    /// A container ends again and again.
    CrashLoop,
    /// A container takes more memory than it may.
    OutOfMemory,
    /// A container cannot be made.
    Container,
    /// No node takes a pod.
    Unschedulable,
    /// A pod is not ready.
    NotReady,
    /// A pod does not end that was asked to.
    Ending,
    /// A pod came to a bad end.
    Ended,
    /// A certificate is not issued.
    Certificate,
    /// A certificate has ended, or was not renewed in time.
    CertificateEnded,
    /// It has no address.
    Address,
    /// None of these.
    Unknown,
}

impl Cause {
    /// What it is, in a few words.
    ///
    /// ```
    /// assert_eq!(cluster::Cause::ImagePull.words(), "an image cannot be pulled");
    /// ```
    pub fn words(self) -> &'static str {
        match self {
            Self::Node => "a node is not ready",
            Self::Pressure => "a node is short of something",
            Self::Controller => "a part of Flux does not run",
            Self::NamespaceEnding => "a namespace does not go",
            Self::Cordoned => "cordoned: it gets no new pods",
            Self::Suspended => "suspended",
            Self::Progressing => "on its way",
            Self::Dependency => "waits for another one",
            Self::DependencyMissing => "what it depends on is not there",
            Self::Source => "its source is not ready",
            Self::NoSource => "its source is not there",
            Self::SourceCredentials => "the credentials of the source are refused",
            Self::SourceUnknown => "the source does not exist",
            Self::SourceRevision => "the source has no such branch, tag or version",
            Self::SourceSignature => "the signature of the source is another one",
            Self::SourceUnreachable => "the source is not reached",
            Self::SourceFailed => "the source cannot be fetched",
            Self::MissingInput => "a Secret or ConfigMap is missing",
            Self::Decryption => "secrets cannot be decrypted",
            Self::Variables => "variables cannot be filled in",
            Self::Build => "it cannot be built",
            Self::MissingKind => "a kind is missing",
            Self::Schema => "the API server does not take an object",
            Self::Immutable => "a field cannot be changed",
            Self::Webhook => "a webhook or policy refuses it",
            Self::WebhookSilent => "a webhook does not answer",
            Self::Quota => "a quota is spent",
            Self::Denied => "rights are missing",
            Self::Terminating => "its namespace is being deleted",
            Self::Foreign => "an object belongs to somebody else",
            Self::Values => "its values do not fit the chart",
            Self::ReleasePending => "a release was left half done",
            Self::Health => "what it applied does not become ready",
            Self::Release => "the release failed",
            Self::Volume => "a volume is not there",
            Self::ImagePull => "an image cannot be pulled",
            Self::CrashLoop => "a container ends again and again",
            Self::OutOfMemory => "a container runs out of memory",
            Self::Container => "a container cannot be made",
            Self::Unschedulable => "no node takes it",
            Self::NotReady => "not ready",
            Self::Ending => "does not end",
            Self::Ended => "ended in failure",
            Self::Certificate => "a certificate is not issued",
            Self::CertificateEnded => "a certificate is not renewed",
            Self::Address => "no address",
            Self::Unknown => "not ready",
        }
    }

    /// What the word means for which a container waits; nothing for one that is on its way.
    pub(crate) fn of_waiting(reason: &str) -> Option<Self> {
        Some(match reason {
            "ErrImagePull"
            | "ImagePullBackOff"
            | "InvalidImageName"
            | "ErrImageNeverPull"
            | "ImageInspectError"
            | "RegistryUnavailable"
            | "SignatureValidationFailed" => Self::ImagePull,
            "CrashLoopBackOff" => Self::CrashLoop,
            "CreateContainerConfigError"
            | "CreateContainerError"
            | "RunContainerError"
            | "PostStartHookError"
            | "PreCreateHookError" => Self::Container,
            _ => return None,
        })
    }

    /// What an object of Flux that is not ready means by what it says.
    pub(crate) fn of_flux(kind: Kind, reason: &str, message: &str) -> Self {
        table::of(kind, reason, message)
    }
}
