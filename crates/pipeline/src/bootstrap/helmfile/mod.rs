//! The helmfiles of a repository, as far as a bootstrap is told by them.
//!
//! What helmfile does with them is followed where a value is read; its templates are not run: a
//! text in which one stands says what Flux has in its place ([`template`]), or is a problem.
//!
//! Source of the behaviour: helmfile 1.8.0.

mod load;
mod merge;
mod release;
mod template;

use diagnostics::{Diagnostics, Location};
use flux::value::{Place, Value};
use repository::{Kind, View};

use crate::rules;

pub(super) use merge::merge;
pub(super) use template::{Text, reads_only, scalar, text as text_of};

/// Folders below which they lie.
const ROOTS: [&str; 2] = ["bootstrap", "kubernetes/bootstrap"];

/// Folders of them, whose files are run in the order of their names; the newer shape first, beside
/// which the older one may have stayed.
const FOLDERS: [&str; 2] = ["helmfile", "helmfile.d"];

/// Single ones, in the order in which the family's scripts run them.
const FILES: [&str; 4] = [
    "crds/helmfile",
    "helmfile",
    "apps/helmfile",
    "helm/helmfile",
];

/// What their names end with.
const ENDINGS: [&str; 4] = [".yaml", ".yaml.gotmpl", ".yml", ".yml.gotmpl"];

/// How many there may be.
const MOST: usize = 50;

/// A helmfile, with what it takes from others.
pub(super) struct Helmfile {
    /// Whether only the definitions of its charts are applied.
    pub(super) is_crds: bool,
    /// Its releases, in its order.
    pub(super) entries: Vec<Entry>,
}

/// A release of a helmfile.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) namespace: String,
    /// Whether it is to be installed, and may be: what may not was told.
    pub(super) is_wanted: bool,
    pub(super) chart: Value,
    /// None where it says none.
    pub(super) version: Option<Value>,
    /// Paths and maps, later ones over earlier ones.
    pub(super) values: Vec<Value>,
    /// Whether a file of values may be missing.
    pub(super) may_miss: bool,
    /// `namespace/name`, or a name.
    pub(super) needs: Vec<Value>,
    /// In seconds; none where it says none.
    pub(super) timeout: Option<u64>,
    pub(super) wait: bool,
    /// Names of repositories of charts, with their addresses.
    pub(super) repositories: Vec<(String, String)>,
    /// The folder that its paths begin in.
    pub(super) folder: String,
    pub(super) place: Place,
}

/// All of them, in the order in which they are run; none where a repository has none.
pub(super) fn read(view: &View<'_>, problems: &mut Diagnostics) -> Option<Vec<Helmfile>> {
    let paths = { ROOTS.iter() }.find_map(|root| found(view, root, problems))?;
    let mut loader = load::Loader::new(view, problems);
    let mut files = Vec::new();
    for path in paths {
        loader.file(&path, &mut files);
    }
    Some(files)
}

fn found(view: &View<'_>, root: &str, problems: &mut Diagnostics) -> Option<Vec<String>> {
    for folder in FOLDERS {
        let folder = format!("{root}/{folder}");
        let listed = view.list(&folder).unwrap_or_default().into_iter();
        let named = listed
            .filter(|entry| ENDINGS.iter().any(|ending| entry.name.ends_with(ending)))
            .filter(|entry| entry.kind != Some(Kind::Folder));
        let mut paths = Vec::new();
        for entry in named {
            let path = format!("{folder}/{}", entry.name);
            if entry.kind == Some(Kind::File) {
                paths.push(path);
            } else {
                let problem = rules::BOOTSTRAP_NOT_FOLLOWED
                    .report(format!("`{path}` is a link, which is not followed"))
                    .at(Location::file(&path))
                    .hint("put the file itself there");
                problems.push(problem);
            }
        }
        // `helmfile/` has names that say no order.
        paths.sort_by_key(|path| (!is_crds(path), path.clone()));
        if !paths.is_empty() {
            return Some(paths);
        }
    }
    let mut paths = Vec::new();
    for file in FILES {
        let mut files = ENDINGS
            .iter()
            .map(|ending| format!("{root}/{file}{ending}"));
        paths.extend(files.find(|path| view.is_file(path)));
    }
    (!paths.is_empty()).then_some(paths)
}

/// Whether a file is one of definitions, by its name or its folder's.
fn is_crds(path: &str) -> bool {
    let parts = path.rsplit('/').take(2);
    let mut names = parts.map(|part| {
        let name = part.split('.').next().unwrap_or_default();
        name.trim_start_matches(|one: char| one.is_ascii_digit() || "-_".contains(one))
    });
    names.any(|name| name == "crds")
}
