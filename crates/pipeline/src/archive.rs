//! Leaving templates behind: `template reset` and `template tidy`.

use camino::Utf8Path;
use diagnostics::{Diagnostic, Diagnostics, Location};
use tree::{Disk, Plan, Tree};

use crate::templates::builtin::TEMPLATE_SET_VERSION;
use repository::names::TIDIED;
use repository::{View, write};

/// What `tidy` moves away, where it exists.
const ARCHIVED: &[&str] = &[
    "cluster.yaml",
    "nodes.yaml",
    "templates",
    "makejinja.toml",
    ".ichor/apps",
    ".ichor/ejected",
    ".ichor/schema",
];

/// Where archives are.
const ARCHIVES: &str = ".private/";

/// What the marker says before the archive's path, and after it.
const MARKER_START: &str = "The templates and the configuration were archived to ";
const MARKER_END: &str = ".\n";

/// The plan that removes every output that is owned and unedited, and nothing else.
///
/// # Errors
///
/// What makes a comparison with the disk impossible.
pub fn reset(disk: &Disk) -> Result<Plan, Diagnostics> {
    let nothing = Tree::empty();
    let options = tree::Options {
        template_set: TEMPLATE_SET_VERSION,
        ..tree::Options::default()
    };
    Plan::new(&nothing, disk, &options)
}

/// What `tidy` would move, in order.
pub fn archivable(view: &View<'_>) -> Vec<&'static str> {
    ARCHIVED
        .iter()
        .copied()
        .filter(|path| view.exists(path))
        .collect()
}

/// The archive of a run that was killed before everything was in it: the marker names it, and
/// all that is still in its old place is missing there.
pub fn begun(view: &View<'_>) -> Option<String> {
    let marker = view.text(TIDIED).ok()??;
    let archive = marker
        .text()
        .strip_prefix(MARKER_START)?
        .strip_suffix(MARKER_END)?;
    let name = archive.strip_prefix(ARCHIVES)?;
    let is_time = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let left = archivable(view);
    let missing = |path: &&str| !view.exists(format!("{archive}/{path}"));
    (is_time && !left.is_empty() && left.iter().all(missing)).then(|| archive.to_owned())
}

/// Moves templates and configuration to `.private/<time>/`, or to the archive that was
/// [`begun`], and leaves a marker at which `init` and `configure` explain and stop. Returns the
/// archive's path.
///
/// # Errors
///
/// `file/unwritable`; what was moved before stays in the archive.
pub fn tidy(root: &Utf8Path, time: &str) -> Result<String, Diagnostic> {
    let begun = begun(&View::on_disk(root));
    let archive = begun.unwrap_or_else(|| format!("{ARCHIVES}{time}"));
    // Whatever the repository's own `.gitignore` says: configuration holds secrets.
    write::file(root, ".private/.gitignore", b"*\n", 0o644)?;
    // The marker first: a run that is killed half-way must not look like a new repository.
    let text = format!("{MARKER_START}{archive}{MARKER_END}");
    write::file(root, TIDIED, text.as_bytes(), 0o644)?;
    let moves: Vec<_> = archivable(&View::on_disk(root))
        .into_iter()
        .map(|path| (path, format!("{archive}/{path}")))
        .collect();
    write::moves(root, &moves).map_err(|(path, error)| {
        let message = format!("`{path}` cannot be moved to `{archive}`: {error}");
        repository::rules::FILE_UNWRITABLE
            .report(message)
            .at(Location::file(path))
    })?;
    Ok(archive)
}
