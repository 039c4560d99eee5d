//! What stands between a rendered tree and a checked one.

use diagnostics::Diagnostics;

use crate::{Rendered, Tree};

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
