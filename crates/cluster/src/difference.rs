//! What a configuration would change on a node.

use diagnostics::{Secrets, Source};
use documents::change::Change;
use serde::Serialize;
use talos::{compare, patch, sensitive};

/// Which of two texts is no configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Unreadable {
    /// That of the node.
    Running,
    /// The one that would be given.
    Given,
}

/// What differs between the configuration that a node runs with and another one, by meaning and
/// without secrets: of a secret only that it differs.
///
/// # Errors
///
/// A text that is no configuration.
///
/// ```
/// use diagnostics::Secrets;
///
/// let running = "machine: {type: worker, token: old}\n";
/// let given = "machine: {token: new, type: worker, sysctls: {vm.swappiness: '1'}}\n";
/// let changes = cluster::difference(running, given, &Secrets::default()).expect("both are read");
/// let shown: Vec<_> = changes
///     .iter()
///     .map(|change| format!("{} {:?}", change.path, change.after))
///     .collect();
/// assert_eq!(
///     shown,
///     [
///         r#"machine.sysctls.vm\.swappiness Some(String("1"))"#,
///         r#"machine.token Some(String("<redacted>"))"#,
///     ]
/// );
/// ```
pub fn difference(
    running: &str,
    given: &str,
    secrets: &Secrets,
) -> Result<Vec<Change>, Unreadable> {
    let read = |text: &str, which: Unreadable| {
        let (documents, problems) = patch::documents(&Source::new("", text));
        if problems.has_errors() || documents.is_empty() {
            return Err(which);
        }
        Ok(documents)
    };
    let running = read(running, Unreadable::Running)?;
    let given = read(given, Unreadable::Given)?;
    let changes = compare::differences(&running, &given);
    Ok(changes
        .iter()
        .map(|change| sensitive::shown(secrets, change))
        .collect())
}
