//! All declarations of a repository, by section and name.

use indexmap::IndexMap;
use serde_json::Value;

use super::constraint::Constraint;
use super::declaration::{Declaration, Default, Presence, Section};
use super::stack::Stack;
use super::{cluster, nodes};

/// All keys that a repository may set: the built-in ones, then its own, each in the order
/// of declaration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Declarations {
    cluster: IndexMap<String, Declaration>,
    nodes: IndexMap<String, Declaration>,
    constraints: Vec<Constraint>,
    stacks: Vec<Stack>,
    plugin: PluginUse,
    silenced: Vec<String>,
}

/// What `plugin` in `templates/variables.yaml` says: whether the repository's own Python
/// plugin runs, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PluginUse {
    /// Nothing: it does not run without being asked for.
    #[default]
    Unsaid,
    /// `missing`: it gives what is not built in.
    Missing,
    /// `all`: it goes before what is built in.
    All,
    /// `none`: it never runs.
    Never,
}

impl PluginUse {
    /// The words, as they are written.
    pub const WORDS: [&str; 3] = ["missing", "all", "none"];

    /// How it is written; none where nothing is.
    pub fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Unsaid => return None,
            Self::Missing => "missing",
            Self::All => "all",
            Self::Never => "none",
        })
    }

    pub(crate) fn read(word: &str) -> Option<Self> {
        Some(match word {
            "missing" => Self::Missing,
            "all" => Self::All,
            "none" => Self::Never,
            _ => return None,
        })
    }
}

impl Declarations {
    /// The keys that every cluster has.
    pub(crate) fn core() -> Self {
        let mut core = Self::default();
        for declaration in cluster::table().into_iter().chain(nodes::table()) {
            core.insert(declaration);
        }
        core
    }

    /// The key of this name in a section.
    ///
    /// ```
    /// use config_model::{Declarations, Section};
    /// let token = Declarations::built_in().get(Section::Cluster, "cloudflare_token");
    /// assert!(token.expect("a built-in key").secret);
    /// ```
    pub fn get(&self, section: Section, name: &str) -> Option<&Declaration> {
        self.of(section).get(name)
    }

    /// The keys of a section, in order.
    pub fn section(&self, section: Section) -> impl ExactSizeIterator<Item = &Declaration> {
        self.of(section).values()
    }

    /// All keys, those of `cluster.yaml` first.
    pub fn iter(&self) -> impl Iterator<Item = &Declaration> {
        self.cluster.values().chain(self.nodes.values())
    }

    /// What keys of `cluster.yaml` ask of each other: the built-in constraints, then the
    /// repository's own.
    pub fn constraints(&self) -> &[Constraint] {
        &self.constraints
    }

    /// The optional stacks, by name.
    pub fn stacks(&self) -> &[Stack] {
        &self.stacks
    }

    /// Whether the repository's own plugin runs.
    pub fn plugin(&self) -> PluginUse {
        self.plugin
    }

    /// The rules whose warnings and notes are meant, and not told.
    pub fn silenced(&self) -> &[String] {
        &self.silenced
    }

    pub(crate) fn silence(&mut self, rules: Vec<String>) {
        self.silenced = rules;
    }

    pub(crate) fn constrain(&mut self, constraints: Vec<Constraint>) {
        self.constraints.extend(constraints);
    }

    pub(crate) fn add_stack(&mut self, stack: Stack) {
        self.stacks.push(stack);
    }

    pub(crate) fn set_plugin(&mut self, plugin: PluginUse) {
        self.plugin = plugin;
    }

    /// Gives a built-in key another default.
    pub(crate) fn set_default(&mut self, section: Section, name: &str, value: Value) {
        let keys = match section {
            Section::Cluster => &mut self.cluster,
            Section::Nodes => &mut self.nodes,
        };
        if let Some(key) = keys.get_mut(name).filter(|key| key.is_built_in()) {
            key.default = Default::Value(value);
            if key.presence == Presence::Required {
                key.presence = Presence::Optional;
            }
        }
    }

    /// Adds a key, in place of one of the same name.
    pub(crate) fn insert(&mut self, declaration: Declaration) {
        let section = match declaration.section {
            Section::Cluster => &mut self.cluster,
            Section::Nodes => &mut self.nodes,
        };
        section.insert(declaration.name.clone(), declaration);
    }

    fn of(&self, section: Section) -> &IndexMap<String, Declaration> {
        match section {
            Section::Cluster => &self.cluster,
            Section::Nodes => &self.nodes,
        }
    }
}
