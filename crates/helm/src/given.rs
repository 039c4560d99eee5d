//! A file that `helm` is given, as long as a call runs.

use std::io;

use camino::Utf8PathBuf;
use repository::private::PrivateFolder;

/// The file; removed when it is dropped.
pub(crate) struct Given<'a> {
    folder: &'a PrivateFolder,
    name: String,
    path: Utf8PathBuf,
}

impl<'a> Given<'a> {
    pub(crate) fn new(folder: &'a PrivateFolder, name: String, content: &[u8]) -> io::Result<Self> {
        let path = folder.write(&name, content)?;
        Ok(Self { folder, name, path })
    }

    pub(crate) fn path(&self) -> &str {
        self.path.as_str()
    }
}

impl Drop for Given<'_> {
    fn drop(&mut self) {
        self.folder.forget(&self.name);
    }
}
