//! Small private files that a run keeps for the next one, beside the record. Nothing depends on
//! them: what cannot be read is not there, and what cannot be written is left out.

use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;

use crate::disk::{Disk, Folder, Opened};
use crate::known::FOLDER;
use crate::{Mode, TEMPORARY_PREFIX};

/// What keeps a folder out of git, as a whole.
const IGNORE: &str = ".gitignore";
const IGNORE_ALL: &[u8] = b"*\n";

impl Disk {
    /// A file that [`Disk::keep`] wrote, if it is as that leaves it: of this user, readable by
    /// nobody else, of one name and of no more than `limit` bytes. No symbolic link is followed.
    pub fn kept(&self, folder: &str, name: &str, limit: u64) -> Option<Vec<u8>> {
        let folder = self.folder(&below(folder)).ok()?;
        let Opened::File(file, metadata) = folder.open(name).ok()? else {
            return None;
        };
        let private = metadata.mode() & 0o7777 == Mode::PRIVATE.bits();
        let ours = metadata.uid() == rustix::process::geteuid().as_raw() && metadata.nlink() == 1;
        if !private || !ours || metadata.len() > limit {
            return None;
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
        file.take(limit + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= limit).then_some(bytes)
    }

    /// Keeps a file of a folder beside the record, for this user only and out of git: whole or not
    /// at all. Only where a record is, so that nothing is left where nothing was written.
    ///
    /// # Errors
    ///
    /// What the disk refuses; a symbolic link in the place of a folder.
    pub fn keep(&self, folder: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
        let refused = |_| io::Error::from(io::ErrorKind::NotADirectory);
        self.folder(FOLDER).map_err(refused)?;
        let mut made = Vec::new();
        let folder = self
            .create_folder(&below(folder), &mut made)
            .map_err(refused)?;
        // First of all, and each time: the folder may have been left without it.
        if !ignores_all(&folder) {
            put(&folder, IGNORE, IGNORE_ALL, Mode::REGULAR)?;
        }
        put(&folder, name, bytes, Mode::PRIVATE)
    }
}

fn ignores_all(folder: &Folder) -> bool {
    let Ok(Opened::File(file, _)) = folder.open(IGNORE) else {
        return false;
    };
    let mut text = Vec::new();
    let read = file
        .take(IGNORE_ALL.len() as u64 + 1)
        .read_to_end(&mut text);
    read.is_ok() && text == IGNORE_ALL
}

fn put(folder: &Folder, name: &str, bytes: &[u8], mode: Mode) -> io::Result<()> {
    let temporary = format!("{TEMPORARY_PREFIX}{name}");
    folder.stage(&temporary, bytes, mode)?;
    folder.rename(&temporary, name)
}

fn below(folder: &str) -> String {
    format!("{FOLDER}/{folder}")
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "the tests look at what is on disk"
)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::gate::Fault;

    const LIMIT: u64 = 10;

    fn root(with: &[&str]) -> (tempfile::TempDir, Disk) {
        let folder = tempfile::tempdir().expect("a folder");
        for name in with {
            fs::create_dir_all(folder.path().join(name)).expect("made");
        }
        let disk = Disk::open(folder.path()).expect("opens");
        (folder, disk)
    }

    #[test]
    fn it_is_private_and_out_of_git_and_only_beside_a_record() {
        let (folder, disk) = root(&[]);
        assert!(disk.keep("cache", "a", b"1").is_err());
        assert!(!folder.path().join(".ichor").exists());
        let (folder, disk) = root(&[".ichor"]);
        disk.keep("cache", "a", b"1").expect("kept");
        disk.keep("cache", "a", b"12").expect("kept");
        assert_eq!(disk.kept("cache", "a", LIMIT), Some(b"12".to_vec()));
        let inside = |name: &str| folder.path().join(".ichor/cache").join(name);
        assert_eq!(fs::read(inside(".gitignore")).expect("there"), IGNORE_ALL);
        let mode = fs::metadata(inside("a"))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(inside("")).expect("there").count(), 2);
        for left in [&b""[..], b"*\n!a\n"] {
            fs::write(inside(".gitignore"), left).expect("written");
            disk.keep("cache", "a", b"3").expect("kept");
            assert_eq!(fs::read(inside(".gitignore")).expect("there"), IGNORE_ALL);
        }
    }

    #[test]
    fn what_somebody_else_may_have_written_is_not_there() {
        let (folder, disk) = root(&[".ichor"]);
        disk.keep("cache", "a", b"1").expect("kept");
        let path = folder.path().join(".ichor/cache/a");
        let kept = || disk.kept("cache", "a", LIMIT).is_some();
        assert!(kept());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        assert!(!kept(), "as git checks files out");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        assert!(kept());
        let other = folder.path().join("other");
        fs::hard_link(&path, &other).expect("linked");
        assert!(!kept(), "another name");
        fs::remove_file(&path).expect("removed");
        symlink(&other, &path).expect("linked");
        assert!(!kept(), "a link");
        disk.keep("cache", "a", b"more than ten bytes")
            .expect("kept");
        assert!(!kept(), "too long");
        assert_eq!(fs::read(&other).expect("there"), b"1");
    }

    #[test]
    fn what_is_of_another_user_is_not_there() {
        let (folder, disk) = root(&[".ichor"]);
        disk.keep("cache", "a", b"1").expect("kept");
        let path = folder.path().join(".ichor/cache/a");
        if let Err(refused) = std::os::unix::fs::chown(&path, Some(1), None) {
            eprintln!("skipped: nobody but root gives files away: {refused}");
            return;
        }
        assert!(disk.kept("cache", "a", LIMIT).is_none());
        disk.keep("cache", "a", b"2").expect("kept");
        assert_eq!(disk.kept("cache", "a", LIMIT), Some(b"2".to_vec()));
    }

    #[test]
    fn on_a_full_disk_there_is_the_old_or_the_new() {
        for old in [None, Some(b"old".to_vec())] {
            for after in 0.. {
                let (_folder, disk) = root(&[".ichor"]);
                if let Some(old) = &old {
                    disk.keep("cache", "a", old).expect("kept");
                }
                disk.gate.fail_after(after, Fault::Full);
                let done = disk.keep("cache", "a", b"new").is_ok();
                disk.gate.fail_after(usize::MAX, Fault::Full);
                let wanted = if done {
                    Some(b"new".to_vec())
                } else {
                    old.clone()
                };
                assert_eq!(disk.kept("cache", "a", LIMIT), wanted, "full after {after}");
                disk.keep("cache", "a", b"next")
                    .expect("there is room again");
                assert_eq!(disk.kept("cache", "a", LIMIT), Some(b"next".to_vec()));
                if done {
                    assert!(after > 1, "{after} operations");
                    break;
                }
            }
        }
    }

    #[test]
    fn no_link_is_followed() {
        for link in [".ichor", ".ichor/cache"] {
            let (folder, disk) = root(if link == ".ichor" { &[] } else { &[".ichor"] });
            let outside = tempfile::tempdir().expect("a folder");
            symlink(outside.path(), folder.path().join(link)).expect("linked");
            assert!(disk.keep("cache", "a", b"1").is_err(), "{link}");
            assert!(disk.kept("cache", "a", LIMIT).is_none(), "{link}");
            let left = fs::read_dir(outside.path()).expect("there").count();
            assert_eq!(left, 0, "{link}");
        }
    }
}
