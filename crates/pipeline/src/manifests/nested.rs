//! Repositories that lie in another one, as test data and submodules do: without a `.git` folder.

use camino::{Utf8Path, Utf8PathBuf};
use flux::assembly;
use flux::files::Files as _;
use repository::View;

use super::files::OfView;

/// The repository that a folder belongs to: the one around it, which has `.git`, unless the folder
/// or one above it has a cluster whose paths are there and not in the one around it.
pub fn repository_of(folder: &Utf8Path, around: &Utf8Path) -> Utf8PathBuf {
    let outer = View::on_disk(around);
    let outer = OfView::new(&outer, None);
    let within = folder.ancestors().take_while(|above| *above != around);
    let nested = { within }.find(|candidate| {
        let view = View::on_disk(*candidate);
        let files = OfView::new(&view, None);
        let entries = assembly::entries(&files);
        let paths = { entries.iter() }.filter(|entry| !entry.is_elsewhere);
        let mut paths = paths.map(|entry| entry.path.as_str());
        let is_here = paths.clone().all(|path| files.is_folder(path));
        is_here && paths.any(|path| !path.is_empty() && !outer.is_folder(path))
    });
    nested.unwrap_or(around).to_owned()
}
