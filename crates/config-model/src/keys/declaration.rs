//! One key: everything that is known about it.

use diagnostics::Location;
use serde_json::Value;

use super::kind::Kind;

/// The file that a key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// `cluster.yaml`.
    Cluster,
    /// Each entry of `nodes` in `nodes.yaml`.
    Nodes,
}

impl Section {
    /// As `templates/variables.yaml` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Nodes => "nodes",
        }
    }
}

/// Whether a key must be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It may be left out.
    Optional,
    /// It must be set.
    Required,
    /// It must be set when the key of this name is set to something other than `false`.
    RequiredWith(String),
    /// It follows from other keys and cannot be set.
    Derived,
}

/// What a key that is not set has.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// No value: templates see it as undefined.
    Unset,
    /// This value.
    Value(Value),
    /// A value that follows from other keys: how, in words.
    Derived(String),
}

/// One key of the configuration.
///
/// Made by the table of this crate, or read from `templates/stacks` or `templates/variables.yaml`.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that is known of a key"
)]
#[non_exhaustive]
pub struct Declaration {
    /// Its name, as files and templates spell it.
    pub name: String,
    /// The file it belongs to.
    pub section: Section,
    /// What values it takes.
    pub kind: Kind,
    /// Whether it must be set.
    pub presence: Presence,
    /// What it has when it is not set.
    pub default: Default,
    /// Whether its value is redacted in every message.
    pub secret: bool,
    /// Whether any strong value will do, so that one can be made where none is set.
    pub generate: bool,
    /// What it is for: one or more sentences.
    pub description: String,
    /// The heading it stands below in sample and documentation.
    pub group: String,
    /// What the sample file shows as its value, in YAML.
    pub sample: String,
    /// Whether the sample sets the key; otherwise it shows it as a comment.
    pub shown: bool,
    /// Whether the sample's value stands for a real one and is refused as such.
    pub placeholder: bool,
    /// Where `templates/variables.yaml` declares it; none for a built-in key.
    pub declared_at: Option<Location>,
}

impl Declaration {
    pub(crate) fn new(section: Section, group: &str, name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            section,
            kind,
            presence: Presence::Optional,
            default: Default::Unset,
            secret: false,
            generate: false,
            description: String::new(),
            group: group.to_owned(),
            sample: String::new(),
            shown: false,
            placeholder: false,
            declared_at: None,
        }
    }

    /// Whether it is one of this crate's own keys.
    pub fn is_built_in(&self) -> bool {
        self.declared_at.is_none()
    }

    /// The text that the sample stands for a value with, without its quotes and brackets.
    pub fn placeholder_text(&self) -> Option<&str> {
        self.placeholder
            .then(|| self.sample.trim_matches(['"', '[', ']']))
    }

    pub(super) fn required(mut self) -> Self {
        self.presence = Presence::Required;
        self.shown()
    }

    pub(super) fn shown(mut self) -> Self {
        self.shown = true;
        self
    }

    pub(super) fn derived(mut self, from: &str) -> Self {
        self.presence = Presence::Derived;
        self.default = Default::Derived(from.to_owned());
        self
    }

    pub(super) fn otherwise(mut self, value: impl Into<Value>) -> Self {
        self.default = Default::Value(value.into());
        self
    }

    pub(super) fn follows(mut self, from: &str) -> Self {
        self.default = Default::Derived(from.to_owned());
        self
    }

    pub(super) fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub(super) fn about(mut self, description: &str) -> Self {
        description.clone_into(&mut self.description);
        self
    }

    /// An example that would work.
    pub(super) fn sample(mut self, text: &str) -> Self {
        text.clone_into(&mut self.sample);
        self
    }

    /// A text that stands for the one entry of a list.
    pub(super) fn placeholders(mut self, text: &str) -> Self {
        self.sample = format!("[\"{text}\"]");
        self.placeholder = true;
        self
    }

    /// A text that stands for a value.
    pub(crate) fn placeholder(mut self, text: &str) -> Self {
        self.sample = format!("\"{text}\"");
        self.placeholder = true;
        self
    }
}
