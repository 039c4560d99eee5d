//! A line of the table: where a field goes, and how.

use super::subsystem::Subsystem;

/// One field of v1alpha1.
pub(super) struct Row {
    /// Its path.
    pub(super) path: &'static str,
    /// The kind of document that has it.
    pub(super) kind: &'static str,
    /// The path in that document; empty where the rule below puts it together.
    pub(super) field: &'static str,
    /// How the value changes.
    pub(super) how: How,
    /// What it moves with.
    pub(super) subsystem: Subsystem,
}

/// How a value changes on its way.
pub(super) enum How {
    /// Not at all.
    Same,
    /// `disabled` becomes `enabled`.
    Inverted,
    /// Each item of a list becomes a map with this key.
    Each(&'static str),
    /// By a rule of its own.
    By(Rule),
    /// Documents always do what it says where it has this value; with any other it has no
    /// successor, and what to do is said.
    Always(bool, &'static str),
    /// No document has it; what to do about it.
    Nowhere(&'static str),
}

/// The rules of `convert`, by name: so that the table is plain data.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    Discovery,
    Endpoint,
    Port,
    ServiceAccount,
    Authority,
    Accepted,
    EtcdEncryption,
    Subnets,
    Cni,
    ApiServerArguments,
    Admission,
    Audit,
    Named,
    InlineManifests,
    ExternalManifests,
    ManifestHeaders,
    Scheduling,
    StaticPods,
    Install,
    Hostname,
    StableHostname,
    SearchDomains,
    Switched,
    Files,
    TimeDisabled,
    Mirrors,
    DiskEncryption,
}
