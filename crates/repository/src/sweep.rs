//! Temporary files that killed runs left behind.

use std::time::Duration;

use camino::Utf8Path;

/// A file is written and renamed in less; what is older was left behind.
const ABANDONED: Duration = Duration::from_mins(1);

/// Removes a temporary file if its run is over: it may hold a secret in the clear.
pub fn sweep(path: &Utf8Path) {
    let is_over = path.file_name().is_some_and(tree::is_abandoned) || is_old(path);
    if is_over {
        // Where it cannot be removed it is not ours.
        drop(std::fs::remove_file(path));
    }
}

fn is_old(path: &Utf8Path) -> bool {
    let modified = path
        .symlink_metadata()
        .and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > ABANDONED))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_a_running_one_writes_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let running = format!(".ichor-tmp-{}-0", std::process::id());
        // No process has a number so high.
        let killed = format!(".ichor-tmp-{}-0", i32::MAX);
        let names = [".ichor-tmp-old", ".ichor-tmp-new", &running, &killed];
        for name in names {
            File::create(root.join(name)).expect("a file");
        }
        let old = File::options().write(true).open(root.join(names[0]));
        let time = SystemTime::now() - 2 * ABANDONED;
        old.expect("a file").set_modified(time).expect("a time");
        for name in names {
            sweep(&root.join(name));
        }
        let left = names.map(|name| root.join(name).exists());
        assert_eq!(left, [false, true, true, false]);
    }
}
