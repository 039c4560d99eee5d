//! Templates before they are rendered.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::Data;

/// What is done with one file of a [`TemplateSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Rendered to an output. Other templates may include, import or extend it too.
    Render,
    /// Copied as it is, byte for byte; other templates may include its text.
    Verbatim,
    /// Only there for other templates to include, import or extend.
    Partial,
}

/// One file of a template set.
#[derive(Clone)]
pub struct Template {
    /// By which `include`, `import` and `extends` find it: its path below the template
    /// folder, suffix included, `/` between parts.
    pub name: String,
    /// Path of what it becomes, relative to the output folder.
    pub output: String,
    /// The file's bytes.
    pub content: Arc<[u8]>,
    /// Unix permission bits; the output gets the same.
    pub mode: u32,
    /// How messages name it, such as `templates/config/talos/talconfig.yaml.j2` or
    /// `built-in:talos/talconfig.yaml.j2`.
    pub shown_as: Arc<str>,
    /// What is done with it.
    pub role: Role,
    /// Variables for this template alone, over those of the context.
    pub data: Option<Arc<IndexMap<String, Data>>>,
}

impl Template {
    /// A file whose role its name decides: with `suffix` (such as `.j2`) it is rendered and
    /// loses it, with an empty suffix everything is rendered, otherwise it is copied.
    pub fn new(
        name: impl Into<String>,
        content: impl Into<Arc<[u8]>>,
        shown_as: impl Into<Arc<str>>,
        suffix: &str,
    ) -> Self {
        let name = name.into();
        let stem = name
            .strip_suffix(suffix)
            .filter(|stem| !stem.is_empty() && !stem.ends_with('/'));
        let (role, output) = match stem {
            Some(stem) => (Role::Render, stem.to_owned()),
            None => (Role::Verbatim, name.clone()),
        };
        Self {
            output,
            name,
            content: content.into(),
            mode: 0o644,
            shown_as: shown_as.into(),
            role,
            data: None,
        }
    }

    /// The same file with the given permission bits.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }

    /// The same file in another role.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }
}

/// All templates of one run, by name.
#[derive(Clone, Default)]
pub struct TemplateSet {
    templates: Vec<Template>,
    by_name: BTreeMap<String, usize>,
}

impl TemplateSet {
    /// A set in the order given. Of two templates with one name, `include` finds the first;
    /// two with one output are reported by [`crate::render`].
    pub fn new(templates: impl IntoIterator<Item = Template>) -> Self {
        let templates: Vec<_> = templates.into_iter().collect();
        let mut by_name = BTreeMap::new();
        for (index, template) in templates.iter().enumerate() {
            by_name.entry(template.name.clone()).or_insert(index);
        }
        Self { templates, by_name }
    }

    /// The template of that name.
    pub fn get(&self, name: &str) -> Option<&Template> {
        self.position(name).map(|index| &self.templates[index])
    }

    /// All of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Template> {
        self.templates.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.templates.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }
}

impl<'a> IntoIterator for &'a TemplateSet {
    type Item = &'a Template;
    type IntoIter = std::slice::Iter<'a, Template>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
