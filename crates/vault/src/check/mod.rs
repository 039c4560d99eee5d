//! A guard for commits: nothing in the clear that should be encrypted, no private key, none
//! of the files that hold one. It reads git's index, so it needs no configuration and no
//! identity, and works in a public CI.

mod content;
mod fault;
mod yaml_files;

use std::collections::HashSet;

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Diagnostics;

use super::batch::Progress;
use super::config::{self, Config};
use super::disk;
use super::find::targets;
use super::names;
use repository::index::{Entry, Index};
use repository::{View, chart};
use zeroize::Zeroizing;

/// What is looked at.
#[derive(Debug, Default)]
pub struct Scope {
    /// Only what differs from the last commit; all that git tracks otherwise.
    pub staged: bool,
    /// Whether the YAML files of the folders that `configure` writes must be valid, too.
    pub yaml: bool,
    /// Only these files, and what lies below these folders; everything where there are none.
    pub paths: Vec<Utf8PathBuf>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many files were looked at.
    pub files: usize,
    /// How many of them are secrets, encrypted or not.
    pub secrets: usize,
    /// What must not be committed.
    pub problems: Diagnostics,
}

impl Checked {
    fn add(
        &mut self,
        scope: &Scope,
        shown: &str,
        path: &Utf8Path,
        content: Zeroizing<Vec<u8>>,
        config: Option<&Config>,
        chart: bool,
    ) {
        // A chart's template is no YAML, and no secret unless it is named as one.
        if chart && !names::is_named(shown) {
            self.problems.extend(content::private_keys(shown, &content));
            return;
        }
        let invalid = if scope.yaml {
            yaml_files::invalid(shown, &content)
        } else {
            Diagnostics::new()
        };
        let found = content::check(shown, path, content, config);
        self.secrets += usize::from(found.is_secret);
        // A secret that cannot be read was told of already.
        if !found.problems.has_errors() {
            self.problems.extend(invalid);
        }
        self.problems.extend(found.problems);
    }
}

/// Looks at what git would commit, or has committed, of the folder of a view and
/// below; where there is no
/// git repository, at the files on disk.
///
/// # Errors
///
/// An index that cannot be read, and everything that is wrong with `.sops.yaml`.
pub fn run(
    view: &View<'_>,
    config: Option<&Utf8Path>,
    scope: &Scope,
    progress: Progress<'_>,
) -> Result<Checked, Diagnostics> {
    let index = match view.root() {
        Some(folder) => Index::open(folder)?,
        None => None,
    };
    match index {
        Some(index) => tracked(&index, view, config, scope, progress),
        None if scope.staged => Err(Diagnostics::from(
            repository::rules::GIT_NO_REPOSITORY
                .report("this is no git repository")
                .hint("leave out `--staged` to check the files on disk"),
        )),
        None => on_disk(view, config, scope, progress),
    }
}

fn tracked(
    index: &Index,
    view: &View<'_>,
    named: Option<&Utf8Path>,
    scope: &Scope,
    progress: Progress<'_>,
) -> Result<Checked, Diagnostics> {
    let entries = index.entries()?;
    let (config, rules_are_staged) = rules(index, &entries, view, named)?;
    let wanted: Vec<_> = entries
        .iter()
        .filter(|entry| entry.changed || !scope.staged || rules_are_staged)
        .filter_map(|entry| Some((entry, index.shown(&entry.path)?)))
        .filter(|(_, shown)| is_within(shown, &scope.paths))
        .collect();
    let paths: HashSet<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
    let mut checked = Checked::default();
    let partial = index.is_partial();
    let mut absent = 0;
    for (done, (entry, shown)) in wanted.iter().enumerate() {
        progress(done, wanted.len());
        if partial && !index.has(entry) {
            // Its name tells what it tells.
            checked.problems.extend(content::path(shown));
            absent += 1;
            continue;
        }
        checked.files += 1;
        checked
            .problems
            .extend(content::path(shown).filter(|_| !is_encrypted(index, entry, shown)));
        match index.content(entry, shown) {
            Ok(content) => {
                let path = index.absolute(&entry.path);
                let chart = chart::is_template(entry.path.as_str(), |path| paths.contains(path));
                checked.add(scope, shown, &path, content, config.as_ref(), chart);
            }
            Err(problem) => checked.problems.push(problem),
        }
    }
    progress(wanted.len(), wanted.len());
    checked.problems.sort();
    checked
        .problems
        .extend((absent > 0).then(|| fault::absent(absent)));
    Ok(checked)
}

/// Whether git has a SOPS file there.
fn is_encrypted(index: &Index, entry: &Entry, shown: &str) -> bool {
    index.content(entry, shown).is_ok_and(|content| {
        names::may_be_encrypted(&content)
            && matches!(
                secrets::status(&secrets::File::new(shown, &content)),
                Ok(Some(_))
            )
    })
}

/// The rules as git has them, and whether the commit changes them: then all files count.
fn rules(
    index: &Index,
    entries: &[Entry],
    view: &View<'_>,
    named: Option<&Utf8Path>,
) -> Result<(Option<Config>, bool), Diagnostics> {
    let folder = view.root().unwrap_or("".into());
    let path = match named {
        Some(path) => Some(folder.join(path)),
        None => config::nearest(view),
    };
    let entry = path.as_ref().and_then(|path| {
        let path = config::absolute(path);
        entries
            .iter()
            .find(|entry| index.absolute(&entry.path) == path)
    });
    let (Some(path), Some(entry)) = (&path, entry) else {
        return Ok((Config::find(view, named)?, false));
    };
    let shown = config::shown(folder, path);
    let content = index.content(entry, &shown)?;
    let text = yaml::decode(&shown, &content, &yaml::Limits::default())
        .map_err(|problem| Diagnostics::from(*problem))?;
    Ok((
        Some(Config::parse(&shown, path, text.text())?),
        entry.changed,
    ))
}

fn on_disk(
    view: &View<'_>,
    config: Option<&Utf8Path>,
    scope: &Scope,
    progress: Progress<'_>,
) -> Result<Checked, Diagnostics> {
    let config = Config::find(view, config)?;
    let paths = match &scope.paths[..] {
        [] => &[Utf8PathBuf::from(".")][..],
        paths => paths,
    };
    let (targets, problems) = targets(view, paths);
    let mut checked = Checked {
        problems,
        ..Checked::default()
    };
    for (done, target) in targets.iter().enumerate() {
        progress(done, targets.len());
        checked.files += 1;
        // Without git nothing is tracked: a key may lie where it belongs.
        if !target.named && content::path(&target.shown).is_some() {
            continue;
        }
        match disk::read(view, target) {
            Ok(content) => {
                let chart = target.is_chart_template(view);
                checked.add(
                    scope,
                    &target.shown,
                    &target.path,
                    content,
                    config.as_ref(),
                    chart,
                );
            }
            // Nothing so large is a secret that anything here could read.
            Err(problem) if problem.is(&yaml::rules::FILE_TOO_LARGE) && !target.named => {}
            Err(problem) => checked.problems.push(problem),
        }
    }
    progress(targets.len(), targets.len());
    checked.problems.sort();
    Ok(checked)
}

fn is_within(shown: &str, paths: &[Utf8PathBuf]) -> bool {
    paths.is_empty()
        || paths.iter().any(|path| {
            let path = path.as_str().trim_start_matches("./").trim_end_matches('/');
            path.is_empty()
                || path == "."
                || shown == path
                || shown
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with('/'))
        })
}
