//! Files that somebody means to change, over what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use camino::Utf8Path;

use super::memory::{InMemory, plain};
use super::{Backing, Found, Kind, Listed, Read, View};

pub(super) struct Changed {
    files: InMemory,
    /// Files that go away.
    gone: BTreeSet<String>,
    under: View<'static>,
}

impl Changed {
    /// `None` is a file that goes away.
    pub(super) fn new(
        under: View<'static>,
        files: impl IntoIterator<Item = (String, Option<Vec<u8>>)>,
    ) -> Self {
        let mut gone = BTreeSet::new();
        let mut there = Vec::new();
        for (path, content) in files {
            match content {
                Some(content) => there.push((path, content)),
                None => drop(gone.insert(path)),
            }
        }
        Self {
            files: there.into_iter().collect(),
            gone,
            under,
        }
    }

    fn is_gone(&self, path: &str) -> bool {
        self.gone.contains(plain(path))
    }
}

impl Backing for Changed {
    fn find(&self, path: &str) -> io::Result<Option<Found>> {
        if self.is_gone(path) {
            return Ok(None);
        }
        match self.files.find(path)? {
            // A folder that is there keeps what it is.
            Some(found) if found.kind == Kind::Folder => Ok(self.under.find(path).or(Some(found))),
            None => Ok(self.under.find(path)),
            found => Ok(found),
        }
    }

    fn read(&self, path: &str, patient: bool) -> io::Result<Read> {
        if self.is_gone(path) {
            return Ok(Read::Absent);
        }
        match self.files.read(path, patient)? {
            file @ Read::File { .. } => Ok(file),
            _ => self.under.read_file(path, patient),
        }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<Listed>> {
        let ours = self.files.list(folder).unwrap_or_default();
        let theirs = match self.under.list(folder) {
            Err(_) if !ours.is_empty() => Vec::new(),
            theirs => theirs?,
        };
        let below = super::memory::below(plain(folder));
        let all: BTreeMap<String, Listed> = { theirs.into_iter() }
            .filter(|listed| !self.gone.contains(&format!("{below}{}", listed.name)))
            .chain(ours)
            .map(|listed| (listed.name.clone(), listed))
            .collect();
        Ok(all.into_values().collect())
    }

    fn stays_inside(&self, path: &str) -> bool {
        let is_ours = matches!(self.files.find(path), Ok(Some(_)));
        is_ours || self.under.backing.stays_inside(path)
    }

    fn root(&self) -> Option<&Utf8Path> {
        self.under.root()
    }

    fn note_git(&self) {
        self.under.backing.note_git();
    }
}
