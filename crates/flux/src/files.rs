//! The repository as this crate reads it.

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostics::{Diagnostic, Source};
use yaml::{Limits, Parsed};

/// Files and folders of a repository, whatever they lie on.
///
/// Paths are relative to the repository, normal, with `/` between their components; the empty
/// path is the repository itself. Who implements it says what is too large or not text.
pub trait Files: Sync {
    /// The text of a file; none where there is none.
    ///
    /// # Errors
    ///
    /// It is there and cannot be read: not UTF-8, too large, a link that leads outside.
    fn text(&self, path: &str) -> Result<Option<Source>, Box<Diagnostic>>;

    /// What a text of [`text`](Self::text) holds as YAML; who had it read before has it still.
    fn parsed(&self, source: &Source) -> Arc<Parsed> {
        Arc::new(yaml::parse(source, &Limits::default()))
    }

    /// The bytes of a file, which generators take whatever they are; none where there is none.
    ///
    /// # Errors
    ///
    /// It is there and cannot be read.
    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Box<Diagnostic>>;

    /// Whether it is a file.
    fn is_file(&self, path: &str) -> bool;

    /// Whether it is a folder.
    fn is_folder(&self, path: &str) -> bool;

    /// Names in a folder, in the order of their bytes; folders end in `/`. Empty where there is
    /// no such folder.
    fn list(&self, folder: &str) -> Vec<String>;
}

/// Files in memory, by path.
#[derive(Debug, Clone, Default)]
pub struct Memory(BTreeMap<String, Vec<u8>>);

impl Memory {
    /// Adds a file, or replaces it.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.into(), bytes.into());
    }
}

impl<P: Into<String>, B: Into<Vec<u8>>> FromIterator<(P, B)> for Memory {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(files: I) -> Self {
        let files = files.into_iter();
        Self(
            files
                .map(|(path, bytes)| (path.into(), bytes.into()))
                .collect(),
        )
    }
}

impl Files for Memory {
    fn text(&self, path: &str) -> Result<Option<Source>, Box<Diagnostic>> {
        let Some(bytes) = self.0.get(path) else {
            return Ok(None);
        };
        yaml::decode(path, bytes, &yaml::Limits::default()).map(Some)
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Box<Diagnostic>> {
        Ok(self.0.get(path).cloned())
    }

    fn is_file(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    fn is_folder(&self, path: &str) -> bool {
        path.is_empty() || {
            let prefix = format!("{path}/");
            self.below(&prefix).next().is_some()
        }
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let mut names: Vec<String> = self
            .below(&prefix)
            .filter_map(|path| path.get(prefix.len()..))
            .map(|rest| match rest.split_once('/') {
                Some((folder, _)) => format!("{folder}/"),
                None => rest.to_owned(),
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Memory {
    /// Paths that begin with a text.
    fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .range(prefix.to_owned()..)
            .map(|(path, _)| path.as_str())
            .take_while(move |path| path.starts_with(prefix))
    }
}
