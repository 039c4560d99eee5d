//! Files in memory.

use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;

use super::{Backing, Found, Kind, Listed, Read};

#[derive(Default)]
pub(super) struct InMemory {
    files: BTreeMap<String, Vec<u8>>,
}

impl<P: Into<String>, C: Into<Vec<u8>>> FromIterator<(P, C)> for InMemory {
    fn from_iter<I: IntoIterator<Item = (P, C)>>(files: I) -> Self {
        let files = files.into_iter();
        Self {
            files: files
                .map(|(path, content)| (path.into(), content.into()))
                .collect(),
        }
    }
}

impl Backing for InMemory {
    fn find(&self, path: &str) -> io::Result<Option<Found>> {
        let path = plain(path);
        let found = |kind, mode, size| Found {
            kind,
            is_link: false,
            mode,
            size,
        };
        Ok(match self.files.get(path) {
            Some(content) => Some(found(Kind::File, 0o644, content.len() as u64)),
            None if names(self.files.keys(), path).is_empty() => None,
            None => Some(found(Kind::Folder, 0o755, 0)),
        })
    }

    fn read(&self, path: &str, _: bool) -> io::Result<Read> {
        let path = plain(path);
        Ok(match self.files.get(path) {
            Some(content) => Read::File {
                bytes: content.clone(),
                mode: 0o644,
            },
            None if names(self.files.keys(), path).is_empty() => Read::Absent,
            None => Read::Other(Kind::Folder),
        })
    }

    fn list(&self, folder: &str) -> io::Result<Vec<Listed>> {
        let found = names(self.files.keys(), plain(folder));
        if found.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(found)
    }

    fn stays_inside(&self, _: &str) -> bool {
        true
    }

    fn root(&self) -> Option<&Utf8Path> {
        None
    }
}

/// A path without what says nothing; empty for the root.
pub(super) fn plain(path: &str) -> &str {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    if path == "." { "" } else { path }
}

/// The names in a folder that holds some of these files, in order.
pub(super) fn names<'a>(paths: impl IntoIterator<Item = &'a String>, folder: &str) -> Vec<Listed> {
    let mut found = BTreeMap::new();
    for path in paths {
        let below = match folder {
            "" => Some(path.as_str()),
            folder => path
                .strip_prefix(folder)
                .and_then(|rest| rest.strip_prefix('/')),
        };
        if let Some(below) = below {
            let (name, is_folder) = match below.split_once('/') {
                Some((name, _)) => (name, true),
                None => (below, false),
            };
            found.insert(name, is_folder);
        }
    }
    let listed = |(name, is_folder): (&str, bool)| Listed {
        name: name.to_owned(),
        is_utf8: true,
        kind: Some(if is_folder { Kind::Folder } else { Kind::File }),
    };
    found.into_iter().map(listed).collect()
}
