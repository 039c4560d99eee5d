//! A tree of files in memory, and the stages it goes through.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Bound;

use diagnostics::{Diagnostic, Diagnostics};
use rayon::prelude::*;

use crate::rules;
use crate::{Entry, RelPath, Sealing};

/// A stage that a [`Tree`] can be in.
pub trait Stage: sealed::Sealed + 'static {}

/// Rendered: plaintext, unchecked, in memory only.
#[derive(Debug, Clone, Copy)]
pub enum Rendered {}

/// Checked: plaintext without errors, in memory only.
#[derive(Debug, Clone, Copy)]
pub enum Checked {}

/// Encrypted: what may be written to disk.
#[derive(Debug, Clone, Copy)]
pub enum Encrypted {}

impl Stage for Rendered {}
impl Stage for Checked {}
impl Stage for Encrypted {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Rendered {}
    impl Sealed for super::Checked {}
    impl Sealed for super::Encrypted {}
}

/// A set of checks. [`Tree::check`] runs all of it, and is the only way to a checked tree:
/// nobody hands in findings, and a set of none does not compile.
///
/// ```
/// use diagnostics::Diagnostics;
/// use tree::{Checks, Rendered, Tree};
///
/// diagnostics::rules! {
///     OUTPUT_EMPTY: error "output/empty", "A file without content says nothing.";
/// }
///
/// struct NotEmpty;
///
/// impl Checks for NotEmpty {
///     const COUNT: usize = 1;
///
///     fn run(&self, _: usize, tree: &Tree<Rendered>) -> Diagnostics {
///         let nothing = tree.iter().find(|(_, entry)| entry.content.is_empty());
///         let problem = OUTPUT_EMPTY.report("a file is empty");
///         nothing.map(|(_, entry)| problem.at(entry.origin.location())).into_iter().collect()
///     }
/// }
///
/// assert!(Tree::from_files([]).and_then(|tree| tree.check(&NotEmpty)).is_ok());
/// ```
///
/// ```compile_fail,E0080
/// # use diagnostics::Diagnostics;
/// # use tree::{Checks, Rendered, Tree};
/// struct Nothing;
///
/// impl Checks for Nothing {
///     const COUNT: usize = 0;
///
///     fn run(&self, _: usize, _: &Tree<Rendered>) -> Diagnostics {
///         Diagnostics::new()
///     }
/// }
///
/// let _ = Tree::from_files([]).and_then(|tree| tree.check(&Nothing));
/// ```
pub trait Checks: Sync {
    /// How many checks there are.
    const COUNT: usize;

    /// Runs the check of that number, from 0: what it finds in the tree.
    fn run(&self, number: usize, tree: &Tree<Rendered>) -> Diagnostics;

    /// What is made of all findings, in the order of the checks, such as warnings that count
    /// as errors.
    fn judge(&self, found: Diagnostics) -> Diagnostics {
        found
    }
}

/// Files in memory, in the order of their paths, at one stage of the way to disk.
///
/// The stage is in the type and only goes forward, so a tree that was not checked and
/// encrypted cannot be planned or written:
///
/// ```compile_fail,E0308
/// # use tree::{Disk, Options, Plan, Rendered, Tree};
/// fn skip(tree: &Tree<Rendered>, disk: &Disk) {
///     Plan::new(tree, disk, &Options::default());
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use tree::{Encrypted, Rendered, Sealing, Tree};
/// fn skip(tree: Tree<Rendered>) -> Tree<Encrypted> {
///     tree.encrypt(|_, _| Ok(Sealing::Plain)).expect("not even checked")
/// }
/// ```
pub struct Tree<S: Stage> {
    entries: BTreeMap<RelPath, Entry>,
    warnings: Diagnostics,
    stage: PhantomData<S>,
}

impl<S: Stage> Tree<S> {
    /// How many files there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The file of a path.
    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// All files, in the order of their paths.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&RelPath, &Entry)> {
        self.entries.iter()
    }

    /// The first path that is not before a text; none where all are.
    pub fn first_from(&self, text: &str) -> Option<&RelPath> {
        let mut from = self
            .entries
            .range::<str, _>((Bound::Included(text), Bound::Unbounded));
        from.next().map(|(path, _)| path)
    }

    /// Warnings and notes so far; a tree with errors does not exist.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    fn into_stage<T: Stage>(self) -> Tree<T> {
        Tree {
            entries: self.entries,
            warnings: self.warnings,
            stage: PhantomData,
        }
    }
}

impl Tree<Rendered> {
    /// Makes a tree of rendered files.
    ///
    /// # Errors
    ///
    /// Two files with one path (`tree/duplicate-output`), a file where another needs a
    /// folder (`tree/file-and-folder`), a path that no output may have
    /// (`tree/reserved-path`); all of them together.
    pub fn from_files(
        files: impl IntoIterator<Item = (RelPath, Entry)>,
    ) -> Result<Self, Diagnostics> {
        let mut entries: BTreeMap<RelPath, Entry> = BTreeMap::new();
        let mut problems = Diagnostics::new();
        for (path, entry) in files {
            if path.is_reserved() {
                problems.push(
                    rules::TREE_RESERVED_PATH.report(format!("`{path}` may not be an output"),
                    )
                    .at(entry.origin.location())
                    .hint("rename the template: `.git`, `.ichor` and temporary names are reserved"),
                );
                continue;
            }
            match entries.get(&path) {
                Some(first) => problems.push(duplicate(&path, first, &entry)),
                None => {
                    entries.insert(path, entry);
                }
            }
        }
        file_and_folder(&entries, &mut problems);
        case_clash(&entries, &mut problems);
        problems.sort();
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(Self {
            entries,
            warnings: problems,
            stage: PhantomData,
        })
    }

    /// Runs a set of checks, in parallel, and collects what all of them find.
    ///
    /// # Errors
    ///
    /// All findings and warnings so far, if one of them is an error.
    pub fn check<C: Checks>(mut self, checks: &C) -> Result<Tree<Checked>, Diagnostics> {
        const { assert!(C::COUNT > 0, "a set without any check proves nothing") }
        let found: Vec<Diagnostics> = (0..C::COUNT)
            .into_par_iter()
            .map(|number| checks.run(number, &self))
            .collect();
        let found = checks.judge(found.into_iter().flatten().collect());
        self.warnings.extend(found);
        self.warnings.sort();
        if self.warnings.has_errors() {
            return Err(self.warnings);
        }
        Ok(self.into_stage())
    }
}

impl Tree<Checked> {
    /// Lets `seal` decide about each file, in parallel.
    ///
    /// # Errors
    ///
    /// All problems that `seal` gives, and `tree/not-encrypted` for a secret whose
    /// “ciphertext” is its plaintext.
    pub fn encrypt(
        mut self,
        seal: impl Fn(&RelPath, &Entry) -> Result<Sealing, Diagnostics> + Sync,
    ) -> Result<Tree<Encrypted>, Diagnostics> {
        let sealed: Vec<_> = self
            .entries
            .par_iter()
            .map(|(path, entry)| (path.clone(), seal(path, entry)))
            .collect();
        let mut problems = Diagnostics::new();
        for (path, result) in sealed {
            let Some(entry) = self.entries.get_mut(&path) else {
                continue;
            };
            match result {
                Err(found) => problems.extend(found),
                Ok(Sealing::Plain) => {}
                Ok(Sealing::Secret(ciphertext)) if ciphertext == entry.content => {
                    problems.push(
                        rules::TREE_NOT_ENCRYPTED
                            .report(format!("`{path}` is secret but was not encrypted"))
                            .at(entry.origin.location()),
                    );
                }
                Ok(Sealing::Secret(ciphertext)) => {
                    entry.seal(ciphertext);
                }
            }
        }
        if problems.has_errors() {
            self.warnings.extend(problems);
            self.warnings.sort();
            return Err(self.warnings);
        }
        self.warnings.extend(problems);
        self.warnings.sort();
        Ok(self.into_stage())
    }
}

impl Tree<Encrypted> {
    /// A tree without files: planning it prunes whatever an earlier run wrote and nobody
    /// has edited since.
    pub fn empty() -> Self {
        Self {
            entries: BTreeMap::new(),
            warnings: Diagnostics::new(),
            stage: PhantomData,
        }
    }
}

impl<S: Stage> Clone for Tree<S> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries.clone(),
            warnings: self.warnings.clone(),
            stage: PhantomData,
        }
    }
}

impl<S: Stage> fmt::Debug for Tree<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(&self.entries).finish()
    }
}

fn duplicate(path: &RelPath, first: &Entry, second: &Entry) -> Diagnostic {
    rules::TREE_DUPLICATE_OUTPUT
        .report(format!(
            "`{}` and `{}` both render to `{path}`",
            first.origin.template(),
            second.origin.template()
        ))
        .at(second.origin.location())
        .related(first.origin.location(), "the first template")
        .hint("rename or remove one of the two templates")
}

fn file_and_folder(entries: &BTreeMap<RelPath, Entry>, problems: &mut Diagnostics) {
    for (path, entry) in entries {
        let mut folder = path.parent();
        while !folder.is_empty() {
            if let Some(file) = entries.get(folder) {
                problems.push(
                    rules::TREE_FILE_AND_FOLDER
                        .report(format!(
                            "`{folder}` is rendered as a file, but `{path}` needs a folder"
                        ))
                        .at(entry.origin.location())
                        .related(file.origin.location(), "the file's template")
                        .hint("rename one of the two templates"),
                );
            }
            folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }
}

fn case_clash(entries: &BTreeMap<RelPath, Entry>, problems: &mut Diagnostics) {
    let mut folded: BTreeMap<String, &RelPath> = BTreeMap::new();
    for (path, entry) in entries {
        if let Some(first) = folded.insert(path.as_str().to_lowercase(), path) {
            problems.push(
                rules::TREE_CASE_CLASH
                    .report(format!(
                        "`{path}` and `{first}` differ only in the case of letters"
                    ))
                    .at(entry.origin.location())
                    .hint("rename one: some file systems hold only one of them"),
            );
        }
    }
}
