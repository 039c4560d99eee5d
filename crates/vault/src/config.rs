//! `.sops.yaml`: found as sops finds it, and asked for the rule of a file.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use secrets::{CreationRule, Rules};

use repository::View;

/// The name of the file.
pub(super) const NAME: &str = repository::names::CREATION_RULES;

/// How many folders upward it is looked for, as in sops.
const LEVELS: usize = 100;

/// Creation rules, and the folder that paths are relative to.
pub struct Config {
    /// As messages name it.
    pub name: String,
    /// The folder that it stands in, without symbolic links.
    pub folder: Utf8PathBuf,
    /// What it says.
    pub rules: Rules,
}

impl Config {
    /// Reads the file that is named, or else the nearest `.sops.yaml` from the folder of the
    /// view upward.
    ///
    /// # Errors
    ///
    /// A file that is named and missing, and everything that is wrong with it.
    pub fn find(view: &View<'_>, named: Option<&Utf8Path>) -> Result<Option<Self>, Diagnostics> {
        let folder = view.root().unwrap_or("".into());
        let path = match named {
            Some(path) => folder.join(path),
            None => match nearest(view) {
                Some(path) => path,
                None => return Ok(None),
            },
        };
        let shown = shown(folder, &path);
        let Some(source) = view
            .named_text(from(folder, &path))
            .map_err(|problem| Diagnostics::from(renamed(problem, &path, &shown)))?
        else {
            return Err(Diagnostics::from(
                repository::rules::FILE_MISSING
                    .report(format!("`{shown}` does not exist"))
                    .at(Location::file(shown)),
            ));
        };
        Self::parse(&shown, &path, source.text()).map(Some)
    }

    /// Reads the text of the file at `path`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn parse(shown: &str, path: &Utf8Path, text: &str) -> Result<Self, Diagnostics> {
        let rules = Rules::parse(&Source::new(shown, text))?;
        Ok(Self {
            name: shown.to_owned(),
            folder: absolute(path).parent().unwrap_or(path).to_owned(),
            rules,
        })
    }

    /// The rule for a file: its path below the folder counts, or the absolute one elsewhere.
    pub fn rule_for(&self, path: &Utf8Path) -> Option<&CreationRule> {
        let path = absolute(path);
        let relative = path.strip_prefix(&self.folder).unwrap_or(&path);
        self.rules.rule_for(relative.as_str())
    }
}

/// The nearest `.sops.yaml` from the folder of a view upward; in memory, its own.
pub(super) fn nearest(view: &View<'_>) -> Option<Utf8PathBuf> {
    let Some(folder) = view.root() else {
        return view.is_file(NAME).then(|| NAME.into());
    };
    let absolute = absolute(&folder.join(NAME));
    absolute
        .ancestors()
        .skip(1)
        .take(LEVELS)
        .map(|folder| folder.join(NAME))
        .find(|path| view.is_file(path))
}

/// A path as it counts from a folder that it was joined to.
fn from<'a>(folder: &Utf8Path, path: &'a Utf8Path) -> &'a Utf8Path {
    path.strip_prefix(folder).unwrap_or(path)
}

/// The path without symbolic links in its folder; the file itself need not exist.
pub(super) fn absolute(path: &Utf8Path) -> Utf8PathBuf {
    let parent = match path.parent() {
        Some(parent) if !parent.as_str().is_empty() => parent,
        _ => Utf8Path::new("."),
    };
    let plain = || camino::absolute_utf8(path).unwrap_or_else(|_| path.to_owned());
    match (repository::real(parent), path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => plain(),
    }
}

/// A path as somebody in `folder` would name it.
pub(super) fn shown(folder: &Utf8Path, path: &Utf8Path) -> String {
    let (inner, outer) = (absolute(path), absolute(&folder.join("x")));
    let outer = outer.parent().unwrap_or(&outer);
    inner.strip_prefix(outer).unwrap_or(path).to_string()
}

fn renamed(mut problem: Diagnostic, path: &Utf8Path, shown: &str) -> Diagnostic {
    problem.message = problem.message.replace(path.as_str(), shown);
    problem.at(Location::file(shown))
}
