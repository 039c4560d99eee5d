//! Copies of built-in templates that a user changes, and what became of the originals since.
//!
//! `.ichor/ejected/<path>` keeps each template as it was when it was copied, so that what
//! changed in the built-in set since can be shown years later, by any version.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Diagnostics, Location, closest};

use super::{builtin, set};

use crate::rules;

/// Folder of the recorded originals.
pub const BASES: &str = ".ichor/ejected";

/// A file that ejecting writes, relative to the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ejected {
    /// Path of the copy that the user changes.
    pub copy: String,
    /// Path of the recorded original.
    pub base: String,
    /// Content of both.
    pub content: Vec<u8>,
}

/// What to write in order to eject the named templates.
///
/// A path may be given with or without `templates/config/` and the suffix, or as an output
/// path, or as a folder, which stands for everything in it.
///
/// # Errors
///
/// A path that names no built-in template (`template/unknown`), with the closest one.
pub fn eject(paths: &[String]) -> Result<Vec<Ejected>, Diagnostics> {
    let known = builtin::templates();
    let mut problems = Diagnostics::new();
    let mut chosen = BTreeMap::new();
    for path in paths {
        let wanted = plain(path);
        let folder = format!("{}/", wanted.trim_end_matches('/'));
        let found: Vec<_> = known
            .iter()
            .filter(|(name, _)| {
                name == wanted
                    || name.strip_suffix(set::SUFFIX) == Some(wanted)
                    || name.starts_with(&folder)
            })
            .collect();
        if found.is_empty() {
            problems.push(unknown(path, known.iter().map(|(name, _)| name.as_str())));
        }
        for (name, content) in found {
            chosen.insert(name.clone(), content.to_vec());
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(copies(chosen, set::OVERRIDES))
}

/// What to write in order to eject the whole built-in set to `templates/config`.
pub fn eject_all() -> Vec<Ejected> {
    let all = builtin::templates()
        .into_iter()
        .map(|(name, content)| (name, content.into_owned()));
    copies(all, set::CONFIG)
}

fn copies(templates: impl IntoIterator<Item = (String, Vec<u8>)>, folder: &str) -> Vec<Ejected> {
    templates
        .into_iter()
        .map(|(name, content)| Ejected {
            copy: format!("{folder}/{name}"),
            base: format!("{BASES}/{name}"),
            content,
        })
        .collect()
}

/// The name of a template without the folders that users may write before it.
fn plain(path: &str) -> &str {
    let path = path.trim_start_matches("./");
    [set::CONFIG, set::OVERRIDES]
        .iter()
        .find_map(|folder| path.strip_prefix(folder)?.strip_prefix('/'))
        .or_else(|| path.strip_prefix(set::BUILT_IN_PREFIX))
        .unwrap_or(path)
}

fn unknown<'a>(path: &str, known: impl Iterator<Item = &'a str> + Clone) -> Diagnostic {
    let problem = render::rules::TEMPLATE_UNKNOWN
        .report(format!("`{path}` is not a built-in template"))
        .at(Location::file(path));
    match closest(plain(path), known) {
        Some(name) => problem.hint(format!("did you mean `{name}`?")),
        None => problem.hint("`ichor template list` shows every one"),
    }
}

/// What became of the original of an ejected template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upstream {
    /// The built-in template is still the one that was copied.
    Same,
    /// It changed since.
    Changed,
    /// There is no built-in template of that path any more.
    Gone,
}

/// One ejected template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its path below the template folder.
    pub name: String,
    /// What became of the original.
    pub upstream: Upstream,
    /// Whether the user's copy differs from the recorded original; `None` where there is no
    /// copy any more.
    pub edited: Option<bool>,
}

/// The state of every recorded original: `bases` and `copies` are by path below their folder.
pub fn status(bases: &set::Files, copies: &set::Files) -> Vec<Status> {
    bases
        .iter()
        .map(|(name, base)| {
            let upstream = match builtin::template(name) {
                None => Upstream::Gone,
                Some(now) if *now == *base.content => Upstream::Same,
                Some(_) => Upstream::Changed,
            };
            Status {
                name: name.clone(),
                upstream,
                edited: copies.get(name).map(|copy| copy.content != base.content),
            }
        })
        .collect()
}

/// Finds the recorded original that a user means by `path`.
///
/// # Errors
///
/// A path that was never ejected (`template/not-ejected`).
pub fn recorded<'a>(
    bases: &'a set::Files,
    path: &str,
) -> Result<(&'a str, &'a set::File), Diagnostic> {
    let wanted = plain(path);
    bases
        .iter()
        .find(|(name, _)| *name == wanted || name.strip_suffix(set::SUFFIX) == Some(wanted))
        .map(|(name, file)| (name.as_str(), file))
        .ok_or_else(|| {
            let problem = rules::TEMPLATE_NOT_EJECTED
                .report(format!("`{path}` was not ejected from the built-in set"))
                .at(Location::file(path));
            match closest(wanted, bases.keys().map(String::as_str)) {
                Some(name) => problem.hint(format!("did you mean `{name}`?")),
                None => problem.hint("`ichor template status` lists what was"),
            }
        })
}
