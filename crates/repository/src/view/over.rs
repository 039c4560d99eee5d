//! What was rendered, over what is there.

use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;
use tree::{Stage, Tree};

use super::memory::{names, plain};
use super::{Backing, Found, Kind, Listed, Read, View};

pub(super) struct Over<'a, S: Stage> {
    pub(super) tree: &'a Tree<S>,
    /// Asked as a view, so that what is written down is what was asked of it, and not what the
    /// tree gave.
    pub(super) under: View<'a>,
}

impl<S: Stage> Over<'_, S> {
    /// The names that the tree has in a folder.
    fn names(&self, folder: &str) -> Vec<Listed> {
        names(
            |from| self.tree.first_from(from).map(AsRef::as_ref),
            plain(folder),
        )
    }
}

impl<S: Stage + Sync> Backing for Over<'_, S> {
    fn find(&self, path: &str) -> io::Result<Option<Found>> {
        if let Some(entry) = self.tree.get(plain(path)) {
            return Ok(Some(Found {
                kind: Kind::File,
                is_link: false,
                mode: entry.mode.bits(),
                size: entry.content.as_bytes().len() as u64,
            }));
        }
        match self.under.find(path) {
            None if !self.names(path).is_empty() => Ok(Some(Found {
                kind: Kind::Folder,
                is_link: false,
                mode: 0o755,
                size: 0,
            })),
            found => Ok(found),
        }
    }

    fn read(&self, path: &str, patient: bool) -> io::Result<Read> {
        match self.tree.get(plain(path)) {
            Some(entry) => Ok(Read::File {
                bytes: entry.content.as_bytes().to_vec(),
                mode: entry.mode.bits(),
            }),
            None => self.under.read_file(path, patient),
        }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<Listed>> {
        let ours = self.names(folder);
        let theirs = match self.under.list(folder) {
            Err(_) if !ours.is_empty() => Vec::new(),
            theirs => theirs?,
        };
        let all: BTreeMap<String, Listed> = theirs
            .into_iter()
            .chain(ours)
            .map(|listed| (listed.name.clone(), listed))
            .collect();
        Ok(all.into_values().collect())
    }

    fn stays_inside(&self, path: &str) -> bool {
        self.tree.get(plain(path)).is_some() || self.under.backing.stays_inside(path)
    }

    fn root(&self) -> Option<&Utf8Path> {
        self.under.root()
    }

    fn note_git(&self) {
        self.under.backing.note_git();
    }
}
