//! Files for go-task, whose tasks have the names of this family and call ichor.
//! <https://taskfile.dev>

use camino::Utf8Path;
use diagnostics::Diagnostics;
use repository::View;
use repository::write::{Batch, REPLACING};
use serde::Serialize;

/// The file that includes the others.
const ROOT: &str = "Taskfile.yaml";

/// The names that go-task looks for before that one.
/// <https://taskfile.dev/docs/guide#supported-file-names>
const BEFORE: [&str; 2] = ["Taskfile.yml", "taskfile.yml"];

/// Each file by its path from the root of the repository.
pub const FILES: [(&str, &str); 4] = [
    (ROOT, include_str!("taskfiles/root.yaml")),
    (
        ".taskfiles/bootstrap/Taskfile.yaml",
        include_str!("taskfiles/bootstrap.yaml"),
    ),
    (
        ".taskfiles/talos/Taskfile.yaml",
        include_str!("taskfiles/talos.yaml"),
    ),
    (
        ".taskfiles/template/Taskfile.yaml",
        include_str!("taskfiles/template.yaml"),
    ),
];

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placed {
    /// It was written.
    Written,
    /// It was there as it is.
    Present,
    /// Another is there, which stays, and because of it all of them.
    Foreign,
    /// go-task reads this one before ours: it is to be moved away, which nobody but its owner does.
    Before,
}

/// Writes all of them, or none where one would take the place of another file, unless that is
/// meant.
///
/// # Errors
///
/// What the disk refuses.
pub fn write(root: &Utf8Path, force: bool) -> Result<Vec<(&'static str, Placed)>, Diagnostics> {
    let view = View::on_disk(root);
    let mut found = Vec::new();
    // On a file system that folds case, one name may find the other's file.
    let before = BEFORE.into_iter().filter(|path| view.is_file(path));
    found.extend(before.map(|path| (path, Placed::Before)));
    for (path, text) in FILES {
        let placed = match view.bytes(path)? {
            Some(bytes) if bytes == text.as_bytes() => Placed::Present,
            Some(_) if !force => Placed::Foreign,
            _ => Placed::Written,
        };
        found.push((path, placed));
    }
    let is_stopped = |(_, placed): &(_, Placed)| matches!(placed, Placed::Foreign | Placed::Before);
    if found.iter().any(is_stopped) {
        found.retain(is_stopped);
        return Ok(found);
    }
    let batch = Batch::open(root)?;
    for (path, text) in FILES {
        if found.contains(&(path, Placed::Written)) {
            batch.stage(path, text.as_bytes(), REPLACING)?;
        }
    }
    batch.commit()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_wrote_stays_and_nothing_is_written_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let put = |path: &str, text: &str| {
            repository::write::file(root, path, text.as_bytes(), 0o644).expect("written");
        };
        let states = |force| {
            let placed = write(root, force).expect("the disk does as it is told");
            placed
                .into_iter()
                .map(|(_, placed)| placed)
                .collect::<Vec<_>>()
        };
        put(ROOT, "version: '3'\n");
        assert_eq!(states(false), [Placed::Foreign]);
        let view = View::on_disk(root);
        assert!(!view.exists(FILES[1].0), "all or nothing");
        assert_eq!(states(true), [Placed::Written; 4]);
        assert_eq!(states(false), [Placed::Present; 4]);
        put(FILES[2].0, "version: '3'\n");
        assert_eq!(
            write(root, false).expect("read"),
            [(FILES[2].0, Placed::Foreign)]
        );
        put("Taskfile.yml", "version: '3'\n");
        assert_eq!(states(true), [Placed::Before], "it is never moved");
    }
}
