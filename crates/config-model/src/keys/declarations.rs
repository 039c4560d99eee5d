//! All declarations of a repository, by section and name.

use std::sync::LazyLock;

use indexmap::IndexMap;

use super::declaration::{Declaration, Section};
use super::{cluster, nodes, optional};

/// All keys that a repository may set: the built-in ones, then its own, each in the order
/// of declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Declarations {
    cluster: IndexMap<String, Declaration>,
    nodes: IndexMap<String, Declaration>,
}

impl Declarations {
    /// The built-in keys.
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Declarations> = LazyLock::new(|| {
            let mut all = Declarations {
                cluster: IndexMap::new(),
                nodes: IndexMap::new(),
            };
            let tables = [cluster::table(), optional::table(), nodes::table()];
            for declaration in tables.into_iter().flatten() {
                all.insert(declaration);
            }
            all
        });
        &BUILT_IN
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
