//! What a source artifact leaves out: `.sourceignore` files, `spec.ignore` of the source, and
//! what Flux leaves out where neither says anything.
//!
//! Source of the behaviour: fluxcd/pkg `sourceignore` 0.19.0 and `artifact` 0.18.1.

use diagnostics::{Diagnostic, Source};

use crate::files::Files;
use crate::substitute::is_glob;

/// The files with patterns.
const FILE: &str = ".sourceignore";

/// What is always left out.
const VERSION_CONTROL: &[&str] = &[".git/", ".gitignore", ".gitmodules", ".gitattributes"];

/// What is left out as long as nobody says anything.
const USUAL: &[&str] = &[
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.png",
    "*.wmv",
    "*.flv",
    "*.tar.gz",
    "*.zip",
    ".github/",
    ".circleci/",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    "**/.goreleaser.yml",
    "**/.sops.yaml",
    "**/.flux.yaml",
];

/// How deep folders are looked through.
const DEEPEST: usize = 64;

/// The patterns of a source.
pub(super) struct Patterns(Vec<Pattern>);

impl Patterns {
    /// The patterns of a repository, in its files and in the source that is made of it.
    pub(super) fn of(files: &dyn Files, ignore: Option<&str>) -> Self {
        let mut own = Vec::new();
        collect(files, "", 0, &mut own);
        own.extend(lines(ignore.unwrap_or_default(), ""));
        let standing = |all: &[&str]| {
            let all = all.iter().map(|line| Pattern::new(line, ""));
            all.collect::<Vec<_>>()
        };
        let mut all = standing(VERSION_CONTROL);
        if own.is_empty() {
            all.extend(standing(USUAL));
        }
        all.extend(own);
        Self(all)
    }

    /// Whether a file is left out. A folder itself is nothing that can be.
    pub(super) fn leave_out(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        let last = { self.0.iter().rev() }.find(|pattern| pattern.is_match(&parts));
        last.is_some_and(|pattern| !pattern.includes)
    }
}

fn collect(files: &dyn Files, folder: &str, depth: usize, all: &mut Vec<Pattern>) {
    let path = join(folder, FILE);
    if let Ok(Some(text)) = files.text(&path) {
        all.extend(lines(text.text(), folder));
    }
    if depth == DEEPEST {
        return;
    }
    for name in files.list(folder) {
        if let Some(name) = name.strip_suffix('/').filter(|name| *name != ".git") {
            collect(files, &join(folder, name), depth + 1, all);
        }
    }
}

/// The files that the source artifact of a repository has, sorted by path; `ignore` is the
/// `spec.ignore` of the source.
pub fn kept(files: &dyn Files, ignore: Option<&str>) -> Vec<String> {
    let artifact = Artifact::new(files, Patterns::of(files, ignore));
    let mut kept = Vec::new();
    artifact.below("", 0, &mut kept);
    kept.sort_unstable();
    kept
}

/// A path below a folder.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

fn lines(text: &str, domain: &str) -> impl Iterator<Item = Pattern> {
    let lines = text
        .lines()
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    let lines = lines.filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(move |line| Pattern::new(line, domain))
}

/// What a file or folder may be called. Most patterns are names or endings, and each file is
/// held against all of them.
enum Name {
    Plain(String),
    Ending(String),
    Glob(String),
}

impl Name {
    fn new(pattern: &str) -> Self {
        let is_plain = |text: &str| !text.contains(['*', '?', '[', '\\']);
        match pattern.strip_prefix('*') {
            Some(ending) if is_plain(ending) => Self::Ending(ending.to_owned()),
            None if is_plain(pattern) => Self::Plain(pattern.to_owned()),
            _ => Self::Glob(pattern.to_owned()),
        }
    }

    fn is_match(&self, name: &str) -> bool {
        match self {
            Self::Plain(plain) => plain == name,
            Self::Ending(ending) => name.ends_with(ending),
            Self::Glob(pattern) => is_glob(pattern, name),
        }
    }
}

/// A part of a pattern with slashes.
enum Part {
    /// Nothing: before the first slash, or between two.
    Empty,
    /// `**`.
    Any,
    /// `**` beside something else, which matches nothing.
    Never,
    Named(Name),
}

impl Part {
    fn new(part: &str) -> Self {
        match part {
            "" => Self::Empty,
            "**" => Self::Any,
            _ if part.contains("**") => Self::Never,
            _ => Self::Named(Name::new(part)),
        }
    }
}

/// What a line speaks of.
enum Spoken {
    /// A file or folder of a name, wherever it is.
    Name(Name),
    /// A path.
    Path(Vec<Part>),
}

/// A line of a `.sourceignore`.
struct Pattern {
    domain: Vec<String>,
    spoken: Spoken,
    includes: bool,
    only_folders: bool,
}

impl Pattern {
    fn new(line: &str, domain: &str) -> Self {
        let (includes, line) = match line.strip_prefix('!') {
            Some(line) => (true, line),
            None => (false, line),
        };
        let line = if line.ends_with("\\ ") {
            line
        } else {
            line.trim_end_matches(' ')
        };
        let (only_folders, line) = match line.strip_suffix('/') {
            Some(line) => (true, line),
            None => (false, line),
        };
        let domain = domain.split('/').filter(|part| !part.is_empty());
        Self {
            domain: domain.map(str::to_owned).collect(),
            spoken: if line.contains('/') {
                Spoken::Path(line.split('/').map(Part::new).collect())
            } else {
                Spoken::Name(Name::new(line))
            },
            includes,
            only_folders,
        }
    }

    /// Whether it speaks of a file.
    fn is_match(&self, path: &[&str]) -> bool {
        if path.len() <= self.domain.len()
            || !{ path.iter().zip(&self.domain) }.all(|(one, other)| one == other)
        {
            return false;
        }
        let path = path.get(self.domain.len()..).unwrap_or_default();
        match &self.spoken {
            Spoken::Name(name) => {
                let found = path.iter().position(|part| name.is_match(part));
                found.is_some_and(|at| !self.only_folders || at + 1 < path.len())
            }
            Spoken::Path(parts) => self.walks(parts, path),
        }
    }

    /// A pattern with slashes, which Flux matches from the left and once only.
    fn walks(&self, parts: &[Part], mut path: &[&str]) -> bool {
        let mut matched = false;
        let mut anywhere = false;
        for (index, part) in parts.iter().enumerate() {
            let named = match part {
                Part::Empty => {
                    anywhere = false;
                    continue;
                }
                Part::Any if index + 1 == parts.len() => break,
                Part::Any => {
                    anywhere = true;
                    continue;
                }
                Part::Never => return false,
                Part::Named(_) if path.is_empty() => return false,
                Part::Named(named) => named,
            };
            if anywhere {
                anywhere = false;
                match path.iter().position(|name| named.is_match(name)) {
                    Some(at) => {
                        matched = true;
                        path = path.get(at + 1..).unwrap_or_default();
                    }
                    None => {
                        matched = false;
                        path = &[];
                    }
                }
            } else {
                let Some((name, rest)) = path.split_first() else {
                    return false;
                };
                if !named.is_match(name) {
                    return false;
                }
                matched = true;
                path = rest;
            }
        }
        matched && !(self.only_folders && path.is_empty())
    }
}

/// A repository as its source artifact has it.
pub(super) struct Artifact<'a> {
    files: &'a dyn Files,
    patterns: Patterns,
}

impl<'a> Artifact<'a> {
    pub(super) fn new(files: &'a dyn Files, patterns: Patterns) -> Self {
        Self { files, patterns }
    }

    fn below(&self, folder: &str, depth: usize, all: &mut Vec<String>) {
        for name in self.list(folder) {
            match name.strip_suffix('/') {
                Some(name) if depth < DEEPEST => self.below(&join(folder, name), depth + 1, all),
                Some(_) => {}
                None => all.push(join(folder, &name)),
            }
        }
    }
}

impl Files for Artifact<'_> {
    fn text(&self, path: &str) -> Result<Option<Source>, Box<Diagnostic>> {
        if self.patterns.leave_out(path) {
            return Ok(None);
        }
        self.files.text(path)
    }

    fn parsed(&self, source: &Source) -> std::sync::Arc<yaml::Parsed> {
        self.files.parsed(source)
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Box<Diagnostic>> {
        if self.patterns.leave_out(path) {
            return Ok(None);
        }
        self.files.bytes(path)
    }

    fn is_file(&self, path: &str) -> bool {
        self.files.is_file(path) && !self.patterns.leave_out(path)
    }

    fn is_folder(&self, path: &str) -> bool {
        self.files.is_folder(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let mut names = self.files.list(folder);
        names.retain(|name| name.ends_with('/') || !self.patterns.leave_out(&join(folder, name)));
        names
    }
}

#[cfg(test)]
mod tests {
    use super::Patterns;
    use crate::files::Memory;

    fn kept(files: &[(&str, &str)], ignore: Option<&str>) -> String {
        let memory: Memory = files.iter().copied().collect();
        let patterns = Patterns::of(&memory, ignore);
        let kept = files.iter().map(|(path, _)| *path);
        let kept = kept.filter(|path| !patterns.leave_out(path));
        kept.collect::<Vec<_>>().join(" ")
    }

    const FILES: &[(&str, &str)] = &[
        ("a/.sops.yaml", ""),
        ("a/.sops.yml", ""),
        ("a/b.JPG", ""),
        ("a/b.jpg", ""),
        ("a/c.tar.gz", ""),
        (".github/x.yaml", ""),
        (".gitignore", ""),
        ("a/x.yaml", ""),
    ];

    #[test]
    fn images_archives_and_settings_are_left_out_as_long_as_nobody_says_anything() {
        assert_eq!(kept(FILES, None), "a/.sops.yml a/b.JPG a/x.yaml");
    }

    #[test]
    fn a_single_rule_switches_the_usual_list_off() {
        let all = "a/.sops.yaml a/.sops.yml a/b.JPG a/b.jpg a/c.tar.gz .github/x.yaml a/x.yaml";
        assert_eq!(kept(FILES, Some("z.yaml")), all);
        let mut files = FILES.to_vec();
        files.push(("a/.sourceignore", "# c\n/x.yaml\n"));
        let all = "a/.sops.yaml a/.sops.yml a/b.JPG a/b.jpg a/c.tar.gz .github/x.yaml";
        assert_eq!(kept(&files, None), format!("{all} a/.sourceignore"));
        let other = "a/.sops.yaml a/.sops.yml a/b.JPG a/b.jpg a/c.tar.gz a/x.yaml a/.sourceignore";
        assert_eq!(kept(&files, Some("/*\n!/a")), other);
    }
}
