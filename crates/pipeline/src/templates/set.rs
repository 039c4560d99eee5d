//! The merged set: built-in or own templates, with overrides over them.

use render::{Template, TemplateSet};
pub use repository::{File, Files};

use super::builtin;

/// Folder of a repository's own templates, which replace the built-in set.
pub const CONFIG: &str = "templates/config";

/// Folder of single templates that replace or extend the set.
pub const OVERRIDES: &str = "templates/overrides";

/// How messages name a built-in template: this, then its path below `templates/config`.
pub const BUILT_IN_PREFIX: &str = "built-in:";

/// What a template's name ends with; other files are copied as they are.
pub const SUFFIX: &str = ".j2";

/// A set, and what overrides did to it.
pub struct Overridden {
    /// The merged set.
    pub templates: TemplateSet,
    /// Overrides that replace a template of that path, sorted.
    pub replaced: Vec<String>,
    /// Overrides that add one, sorted.
    pub added: Vec<String>,
}

/// The built-in set with `overrides` over it.
pub fn built_in(overrides: &Files) -> Overridden {
    let base = builtin::templates().into_iter().map(|(path, content)| {
        let shown_as = format!("{BUILT_IN_PREFIX}{path}");
        Template::new(path, content.into_owned(), shown_as, SUFFIX)
    });
    merged(base, overrides, SUFFIX)
}

/// A repository's own set: `base` in makejinja's order, with `overrides` over it.
pub fn own(
    base: impl IntoIterator<Item = Template>,
    overrides: &Files,
    suffix: &str,
) -> Overridden {
    merged(base, overrides, suffix)
}

fn merged(base: impl IntoIterator<Item = Template>, overrides: &Files, suffix: &str) -> Overridden {
    let as_override = |path: &str, file: &File| {
        let shown_as = format!("{OVERRIDES}/{path}");
        Template::new(path, file.content.clone(), shown_as, suffix).mode(file.mode)
    };
    let mut replaced = Vec::new();
    let mut templates: Vec<_> = base
        .into_iter()
        .map(|template| match overrides.get(&template.name) {
            Some(file) => {
                replaced.push(template.name.clone());
                as_override(&template.name, file)
            }
            None => template,
        })
        .collect();
    replaced.sort();
    let added: Vec<_> = overrides
        .keys()
        .filter(|path| replaced.binary_search(path).is_err())
        .cloned()
        .collect();
    templates.extend(added.iter().map(|path| as_override(path, &overrides[path])));
    templates.sort_by(|left, right| left.name.cmp(&right.name));
    Overridden {
        templates: TemplateSet::new(templates),
        replaced,
        added,
    }
}
