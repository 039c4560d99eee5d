//! A view, as `flux` reads it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use diagnostics::{Diagnostic, Source};
use flux::files::Files;
use repository::{Kind, View, names};
use yaml::{Limits, Once, Parsed};

/// Folders of git and of this program, which no cluster gets anything from.
const OTHERS: [&str; 2] = [".git", ".ichor"];

/// The files of a view. A symbolic link is not there: the source-controller leaves links out of
/// what it hands on (`pkg/artifact` 0.18.1).
pub(crate) struct OfView<'a> {
    view: &'a View<'a>,
    top: Option<Vec<String>>,
    /// What was parsed already.
    parsed: Option<&'a Once>,
    /// Folders by path: whether a link leads there.
    linked: Mutex<BTreeMap<String, bool>>,
}

impl<'a> OfView<'a> {
    /// All of a view, or at its top only these names.
    pub(crate) fn new(view: &'a View<'a>, top: Option<Vec<String>>) -> Self {
        Self {
            view,
            top,
            parsed: None,
            linked: Mutex::default(),
        }
    }

    /// The same, where others have parsed some of the files.
    pub(crate) fn parsed_in(self, parsed: Option<&'a Once>) -> Self {
        Self { parsed, ..self }
    }

    /// Whether the path itself, or a folder on the way to it, is a symbolic link.
    fn is_linked(&self, path: &str) -> bool {
        let above = path.rsplit_once('/').map(|(above, _)| above);
        if above.is_some_and(|above| self.is_folder_linked(above)) {
            return true;
        }
        self.view.find(path).is_some_and(|found| found.is_link)
    }

    fn is_folder_linked(&self, folder: &str) -> bool {
        let known = || self.linked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(is_linked) = known().get(folder) {
            return *is_linked;
        }
        let is_linked = self.is_linked(folder);
        known().insert(folder.to_owned(), is_linked);
        is_linked
    }
}

impl Files for OfView<'_> {
    fn text(&self, path: &str) -> Result<Option<Source>, Box<Diagnostic>> {
        if self.is_linked(path) {
            return Ok(None);
        }
        let source = self.view.text(path).map_err(Box::new)?;
        // No excerpt shows a line of a secret.
        Ok(source.map(|source| {
            if !names::is_secret(path) {
                return source;
            }
            let whole = 0..source.text().len();
            source.with_secrets([whole])
        }))
    }

    fn parsed(&self, source: &Source) -> Arc<Parsed> {
        match self.parsed {
            Some(once) => once.parse(source),
            None => Arc::new(yaml::parse(source, &Limits::default())),
        }
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Box<Diagnostic>> {
        if self.is_linked(path) {
            return Ok(None);
        }
        self.view.bytes(path).map_err(Box::new)
    }

    fn is_file(&self, path: &str) -> bool {
        self.view.is_file(path) && !self.is_linked(path)
    }

    fn is_folder(&self, path: &str) -> bool {
        path.is_empty() || (self.view.is_folder(path) && !self.is_folder_linked(path))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        if let (Some(top), true) = (&self.top, folder.is_empty()) {
            return top.clone();
        }
        if !folder.is_empty() && self.is_folder_linked(folder) {
            return Vec::new();
        }
        let listed = self.view.list(folder).unwrap_or_default().into_iter();
        let mut names: Vec<String> = listed
            .filter(|entry| !(folder.is_empty() && OTHERS.contains(&entry.name.as_str())))
            .filter_map(|entry| match entry.kind? {
                Kind::Folder => Some(entry.name + "/"),
                Kind::File => Some(entry.name),
                Kind::Special | Kind::Nothing => None,
            })
            .collect();
        names.sort_unstable();
        names
    }
}
