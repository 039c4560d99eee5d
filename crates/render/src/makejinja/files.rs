//! Files that were read before, and paths among them.

use std::collections::BTreeMap;
use std::sync::Arc;

/// What lies where, as far as it was read: files with bytes and permissions, and folders.
///
/// Paths are relative to the folder of `makejinja.toml`, or absolute; `.` and `..` are
/// resolved by their text. Links do not exist: the caller follows those that lead to files,
/// and leaves out those that lead to folders, as Python's `glob` does.
///
/// Has no `Debug`, because files may hold secrets.
#[derive(Clone, Default)]
pub struct Files {
    entries: BTreeMap<String, Entry>,
}

/// A file or a folder.
#[derive(Clone)]
pub(super) enum Entry {
    File { content: Arc<[u8]>, mode: u32 },
    Folder { mode: u32 },
}

impl Files {
    /// Adds a file with its Unix permission bits. Folders above it exist from then on.
    pub fn file(&mut self, path: &str, content: impl Into<Arc<[u8]>>, mode: u32) {
        let path = normalise(path);
        let mut above = parent(&path);
        while let Some(folder) = above {
            if self.entries.contains_key(folder) {
                break;
            }
            self.entries
                .insert(folder.to_owned(), Entry::Folder { mode: 0o755 });
            above = parent(folder);
        }
        let content = content.into();
        self.entries.insert(path, Entry::File { content, mode });
    }

    /// Adds a folder with its Unix permission bits.
    pub fn folder(&mut self, path: &str, mode: u32) {
        self.entries.insert(normalise(path), Entry::Folder { mode });
    }

    /// Whether there is a folder of that path.
    pub fn is_folder(&self, path: &str) -> bool {
        matches!(self.entries.get(path), Some(Entry::Folder { .. }))
    }

    /// Whether there is a file of that path.
    pub fn is_file(&self, path: &str) -> bool {
        matches!(self.entries.get(path), Some(Entry::File { .. }))
    }

    pub(super) fn get(&self, path: &str) -> Option<(&Arc<[u8]>, u32)> {
        match self.entries.get(path)? {
            Entry::File { content, mode } => Some((content, *mode)),
            Entry::Folder { .. } => None,
        }
    }

    /// Everything below a folder at any depth, as paths relative to it, in the order in
    /// which Python sorts paths: part by part.
    pub(super) fn below(&self, folder: &str) -> Vec<(&str, &Entry)> {
        let prefix = match folder {
            "" => String::new(),
            "/" => "/".to_owned(),
            _ => format!("{folder}/"),
        };
        let mut found: Vec<_> = self
            .entries
            .range(prefix.clone()..)
            .take_while(|(path, _)| path.starts_with(&prefix))
            // The folder itself, and files elsewhere where the folder is "".
            .filter(|(path, _)| {
                path.len() > prefix.len()
                    && !(prefix.is_empty() && (path.starts_with('/') || path.starts_with("../")))
            })
            .map(|(path, entry)| (&path[prefix.len()..], entry))
            .collect();
        found.sort_by(|(one, _), (other, _)| one.split('/').cmp(other.split('/')));
        found
    }
}

/// What lies in the output folder now, as far as it decides what is written.
#[derive(Debug, Clone, Default)]
pub struct Existing {
    /// Files by their path relative to the output folder, with their permission bits.
    pub files: BTreeMap<String, u32>,
    /// Whether `output` itself is a file.
    pub output_is_file: bool,
    /// Whether `output` itself is a folder.
    pub output_is_folder: bool,
}

/// A path by its text: `.`, doubled slashes and, where something precedes it, `..` removed.
pub(super) fn normalise(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute {
        format!("/{joined}")
    } else {
        joined
    }
}

/// Two paths of this module as one.
pub(super) fn join(folder: &str, path: &str) -> String {
    match folder {
        "" => path.to_owned(),
        "/" => format!("/{path}"),
        _ => format!("{folder}/{path}"),
    }
}

/// The part after the last `/`.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Python's `Path.suffix`: from the last dot of the name, unless that is its first or last
/// character.
pub(super) fn suffix(path: &str) -> &str {
    let name = file_name(path);
    match name.rfind('.') {
        Some(at) if at > 0 && at + 1 < name.len() => &name[at..],
        _ => "",
    }
}

fn parent(path: &str) -> Option<&str> {
    match path.rfind('/') {
        Some(0) if path.len() > 1 => Some("/"),
        Some(0) => None,
        Some(at) => Some(&path[..at]),
        None if path.is_empty() => None,
        None => Some(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved_by_their_text() {
        assert_eq!(normalise("./a//b/../c/"), "a/c");
        assert_eq!(normalise("../x/../../y"), "../../y");
        assert_eq!(normalise("/../a"), "/a");
        assert_eq!(normalise("."), "");
    }

    #[test]
    fn a_suffix_is_what_python_takes_for_one() {
        for (name, expected) in [
            ("a.yaml.j2", ".j2"),
            (".j2", ""),
            ("a.", ""),
            ("a", ""),
            ("x.d/a", ""),
            ("..j2", ".j2"),
        ] {
            assert_eq!(suffix(name), expected, "{name}");
        }
    }

    #[test]
    fn what_lies_below_a_folder_is_sorted_part_by_part() {
        let mut files = Files::default();
        for path in ["t/a-b", "t/a/z", "t/a.b", "tt/x", "/t/abs"] {
            files.file(path, *b"", 0o644);
        }
        let found: Vec<_> = files.below("t").into_iter().map(|(path, _)| path).collect();
        assert_eq!(found, ["a", "a/z", "a-b", "a.b"]);
        assert_eq!(files.below("").len(), 7);
    }
}
