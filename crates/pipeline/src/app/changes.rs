//! Files that are to change, together.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use camino::Utf8Path;
use diagnostics::{Diagnostic, Diagnostics, Secrets, Source};
use repository::write::{Batch, REPLACING};
use repository::{View, names};
use tree::{Content, Diff, RelPath, Side};

/// One file: what it holds, and what it is to hold. Has no `Debug`: it may hold secrets.
#[derive(Clone)]
pub struct Change {
    /// None where there is no file.
    pub before: Option<Vec<u8>>,
    /// None where it goes away.
    pub after: Option<Vec<u8>>,
}

/// Files that are to change, by path from the root of the repository.
#[derive(Clone, Default)]
pub struct Changes {
    files: BTreeMap<String, Change>,
}

impl Changes {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The files that change, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Change)> {
        let changed = self.files.iter().filter(|(_, it)| it.before != it.after);
        changed.map(|(path, change)| (path.as_str(), change))
    }

    /// The differences of all files, by path. Of `cluster.yaml` and of secrets keys are shown, and
    /// no value.
    pub fn diffs(&self) -> Vec<(&str, Diff)> {
        let none = Secrets::default();
        self.iter()
            .filter_map(|(path, change)| {
                let name = RelPath::new(path).ok()?;
                let hidden = names::is_never_committed(path)
                    || (names::is_secret(path) && !names::is_template(path));
                let content = |bytes: Option<&Vec<u8>>| bytes.cloned().map(Content::from);
                let (before, after) = (
                    content(change.before.as_ref()),
                    content(change.after.as_ref()),
                );
                let values = hidden.then_some(yaml::mask::values as tree::Values);
                Some((
                    path,
                    Diff::new(
                        &name,
                        side(before.as_ref()),
                        side(after.as_ref()),
                        values,
                        &none,
                    ),
                ))
            })
            .collect()
    }

    /// The repository as it will be.
    pub fn over(&self, view: &View<'static>) -> View<'static> {
        view.with(
            self.iter()
                .map(|(path, change)| (path.to_owned(), change.after.clone())),
        )
    }

    /// Writes all, or nothing. Records come first where something is added and go last where it is
    /// removed, so that who is killed on the way can run the same command again.
    ///
    /// # Errors
    ///
    /// `file/unwritable` for each that the disk refuses, or that is another one by now.
    pub fn write(&self, root: &Utf8Path) -> Result<(), Diagnostics> {
        let batch = Batch::open(root)?;
        let all: Vec<_> = self.iter().collect();
        for (path, change) in &all {
            batch.expect(path, change.before.as_deref())?;
        }
        for (path, change) in &all {
            if let Some(content) = &change.after {
                batch.stage(path, content, REPLACING)?;
            }
        }
        // `.ichor` sorts before everything else.
        for (path, change) in all.iter().rev() {
            if change.after.is_none() {
                batch.remove(path)?;
            }
        }
        batch.commit()
    }

    /// What a file will hold; none where there will be no file.
    ///
    /// # Errors
    ///
    /// What cannot be read, is no file or is not UTF-8.
    pub(crate) fn text(
        &mut self,
        view: &View<'_>,
        path: &str,
    ) -> Result<Option<Source>, Diagnostic> {
        let Some(bytes) = &self.change(view, path)?.after else {
            return Ok(None);
        };
        let decoded = yaml::decode(path, bytes, &yaml::Limits::default());
        decoded.map(Some).map_err(|problem| *problem)
    }

    /// Gives a file another content; none takes it away.
    ///
    /// # Errors
    ///
    /// What is there and cannot be read.
    pub(crate) fn set(
        &mut self,
        view: &View<'_>,
        path: &str,
        content: Option<Vec<u8>>,
    ) -> Result<(), Diagnostic> {
        self.change(view, path)?.after = content;
        Ok(())
    }

    fn change(&mut self, view: &View<'_>, path: &str) -> Result<&mut Change, Diagnostic> {
        match self.files.entry(path.to_owned()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let before = view.bytes(path)?;
                let after = before.clone();
                Ok(place.insert(Change { before, after }))
            }
        }
    }
}

fn side(content: Option<&Content>) -> Side<'_> {
    content.map_or(Side::Missing, Side::Content)
}
