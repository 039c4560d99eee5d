//! An artifact that an `ArtifactGenerator` copies together out of the repository.
//!
//! Source of the behaviour: the API of source-watcher, `source.extensions.fluxcd.io/v1beta1`.
//! Folders copied whole are followed, which is how repositories are split up; anything else
//! counts as another repository.

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostics::{Diagnostic, Source};

use super::ignore::join;
use crate::files::Files;
use crate::object::Object;
use crate::value::Value;

/// Folders of a repository, at other places.
pub(super) struct Copied<'a> {
    files: &'a dyn Files,
    /// From where to where; later ones lie over earlier ones.
    copies: Vec<(String, String)>,
}

impl<'a> Copied<'a> {
    /// What a generator makes under a name; none where it does not, or in a way that is not
    /// followed. `is_own` says which sources are the repository itself.
    pub(super) fn of(
        files: &'a dyn Files,
        generator: &Object,
        name: &str,
        is_own: impl Fn(&str, &str, &str) -> bool,
    ) -> Option<Self> {
        let spec = generator.0.get("spec")?;
        let items = |value: &'_ Value, key: &str| -> Vec<Value> {
            value
                .get(key)
                .map(Value::items)
                .unwrap_or_default()
                .to_vec()
        };
        let text = |value: &Value, key: &str| {
            let text = value.get(key).and_then(Value::as_text);
            text.unwrap_or_default().to_owned()
        };
        let artifacts = items(spec, "artifacts");
        let artifact = artifacts.iter().find(|it| text(it, "name") == name)?;
        let sources = items(spec, "sources");
        let mut copies = Vec::new();
        for copy in items(artifact, "copy") {
            let from = text(&copy, "from");
            let (alias, from) = from.strip_prefix('@')?.split_once('/')?;
            let source = sources.iter().find(|it| text(it, "alias") == alias)?;
            let namespace = match text(source, "namespace") {
                namespace if namespace.is_empty() => generator.namespace().to_owned(),
                namespace => namespace,
            };
            if !is_own(&text(source, "kind"), &namespace, &text(source, "name")) {
                return None;
            }
            let from = if from == "**" {
                ""
            } else {
                from.strip_suffix("/**")?
            };
            let to = text(&copy, "to");
            let to = to.strip_prefix("@artifact")?.trim_matches('/');
            if from.contains('*') || !files.is_folder(from) {
                return None;
            }
            copies.push((from.to_owned(), to.to_owned()));
        }
        Some(Self { files, copies })
    }

    /// A folder as an artifact of its own.
    pub(super) fn folder(files: &'a dyn Files, folder: &str) -> Self {
        Self {
            files,
            copies: vec![(folder.to_owned(), String::new())],
        }
    }

    /// Where a file or folder lies in the repository.
    pub(super) fn real(&self, path: &str) -> Option<String> {
        let found = self.copies.iter().rev().filter_map(|(from, to)| {
            let rest = below(path, to)?;
            let real = if rest.is_empty() {
                from.clone()
            } else {
                join(from, rest)
            };
            (self.files.is_file(&real) || self.files.is_folder(&real)).then_some(real)
        });
        found.into_iter().next()
    }
}

/// What of a path follows a folder; empty for the folder itself.
fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('/')
    }
}

impl Files for Copied<'_> {
    fn text(&self, path: &str) -> Result<Option<Source>, Box<Diagnostic>> {
        self.real(path)
            .map_or(Ok(None), |path| self.files.text(&path))
    }

    fn parsed(&self, source: &Source) -> Arc<yaml::Parsed> {
        self.files.parsed(source)
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Box<Diagnostic>> {
        self.real(path)
            .map_or(Ok(None), |path| self.files.bytes(&path))
    }

    fn is_file(&self, path: &str) -> bool {
        self.real(path)
            .is_some_and(|path| self.files.is_file(&path))
    }

    fn is_folder(&self, path: &str) -> bool {
        path.is_empty()
            || { self.copies.iter() }.any(|(_, to)| below(to, path).is_some())
            || self
                .real(path)
                .is_some_and(|path| self.files.is_folder(&path))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let mut names = BTreeSet::new();
        for (from, to) in &self.copies {
            if let Some(rest) = below(folder, to) {
                let real = if rest.is_empty() {
                    from.clone()
                } else {
                    join(from, rest)
                };
                names.extend(self.files.list(&real));
            } else if let Some(rest) = below(to, folder) {
                let name = rest.split('/').next().unwrap_or(rest);
                names.insert(format!("{name}/"));
            }
        }
        names.into_iter().collect()
    }
}
