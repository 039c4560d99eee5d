//! Repositories that lie in another one, as test data and submodules do: without a `.git` folder.

use flux::assembly;
use flux::files::Files as _;
use repository::View;

use super::files::OfView;

/// Whether a folder within a repository is one of its own: it has a cluster whose paths are there
/// and not in the one around it.
pub fn is_nested(folder: &View<'_>, around: &View<'_>) -> bool {
    let (files, outer) = (OfView::new(folder, None), OfView::new(around, None));
    let entries = assembly::entries(&files);
    let paths = { entries.iter() }.filter(|entry| !entry.is_elsewhere);
    let mut paths = paths.map(|entry| entry.path.as_str());
    let is_here = paths.clone().all(|path| files.is_folder(path));
    is_here && paths.any(|path| !path.is_empty() && !outer.is_folder(path))
}
