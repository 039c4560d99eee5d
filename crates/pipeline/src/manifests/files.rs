//! A view, as `flux` reads it.

use diagnostics::{Diagnostic, Source};
use flux::files::Files;
use repository::{Kind, View, names};

/// The files of a view.
pub(super) struct OfView<'a>(pub(super) &'a View<'a>);

impl Files for OfView<'_> {
    fn text(&self, path: &str) -> Result<Option<Source>, Box<Diagnostic>> {
        let source = self.0.text(path).map_err(Box::new)?;
        // No excerpt shows a line of a secret.
        Ok(source.map(|source| {
            if !names::is_secret(path) {
                return source;
            }
            let whole = 0..source.text().len();
            source.with_secrets([whole])
        }))
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Box<Diagnostic>> {
        self.0.bytes(path).map_err(Box::new)
    }

    fn is_file(&self, path: &str) -> bool {
        self.0.is_file(path)
    }

    fn is_folder(&self, path: &str) -> bool {
        path.is_empty() || self.0.is_folder(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let listed = self.0.list(folder).unwrap_or_default().into_iter();
        let mut names: Vec<String> = listed
            .map(|entry| {
                let path = match folder {
                    "" => entry.name.clone(),
                    folder => format!("{folder}/{}", entry.name),
                };
                let is_folder = entry.kind == Some(Kind::Folder) || (entry.kind.is_none() && self.0.is_folder(&path));
                entry.name + if is_folder { "/" } else { "" }
            })
            .collect();
        names.sort_unstable();
        names
    }
}
