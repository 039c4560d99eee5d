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

impl InMemory {
    fn first_from(&self, text: &str) -> Option<&str> {
        let mut from = self.files.range(text.to_owned()..);
        from.next().map(|(path, _)| path.as_str())
    }

    fn is_folder(&self, path: &str) -> bool {
        let below = below(path);
        let first = self.first_from(&below);
        first.is_some_and(|first| first.starts_with(&below))
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
            None if self.is_folder(path) => Some(found(Kind::Folder, 0o755, 0)),
            None => None,
        })
    }

    fn read(&self, path: &str, _: bool) -> io::Result<Read> {
        let path = plain(path);
        Ok(match self.files.get(path) {
            Some(content) => Read::File {
                bytes: content.clone(),
                mode: 0o644,
            },
            None if self.is_folder(path) => Read::Other(Kind::Folder),
            None => Read::Absent,
        })
    }

    fn list(&self, folder: &str) -> io::Result<Vec<Listed>> {
        let found = names(|from| self.first_from(from), plain(folder));
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

/// How every path in a folder begins.
pub(super) fn below(folder: &str) -> String {
    match folder {
        "" => String::new(),
        folder => format!("{folder}/"),
    }
}

/// The names in a folder, of files in the order of their paths: `first` gives the first path that
/// is not before a text.
///
/// What lies in a folder of the folder is leapt over.
pub(super) fn names<'a>(first: impl Fn(&str) -> Option<&'a str>, folder: &str) -> Vec<Listed> {
    let prefix = below(folder);
    let mut found = Vec::new();
    let mut from = prefix.clone();
    while let Some(rest) = first(&from).and_then(|path| path.strip_prefix(&prefix)) {
        let (name, kind) = match rest.split_once('/') {
            Some((name, _)) => (name, Kind::Folder),
            None => (rest, Kind::File),
        };
        found.push(Listed {
            name: name.to_owned(),
            is_utf8: true,
            kind: Some(kind),
        });
        // Behind a name comes nothing nearer than it and NUL; behind `/`, `0`.
        let end = if kind == Kind::Folder { '0' } else { '\0' };
        from = format!("{prefix}{name}{end}");
    }
    // `a.b` comes before what lies in `a`, but not before `a`.
    found.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    found
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::BTreeSet;

    use super::names;

    #[test]
    fn a_folder_is_listed_without_a_look_at_what_lies_below() {
        let paths: BTreeSet<String> = (0..10_000)
            .map(|number| format!("apps/{}/app/{number}.yaml", number % 50))
            .chain(["a.yaml".to_owned(), "apps.yaml".to_owned(), "b".to_owned()])
            .collect();
        let looks = Cell::new(0);
        let listed = |folder: &str| {
            looks.set(0);
            let first = |from: &str| {
                looks.set(looks.get() + 1);
                paths.range(from.to_owned()..).next().map(String::as_str)
            };
            let names = names(first, folder).into_iter().map(|listed| listed.name);
            names.collect::<Vec<_>>()
        };
        assert_eq!(listed(""), ["a.yaml", "apps", "apps.yaml", "b"]);
        assert_eq!(looks.get(), 5);
        assert_eq!(listed("apps").len(), 50);
        assert_eq!(looks.get(), 51);
        assert_eq!(listed("apps/7/app").len(), 200);
        assert!(listed("app").is_empty());
    }
}
