//! What is wrong with git.

use diagnostics::Diagnostic;

/// That some files could not be looked at, since a partial clone is without them.
pub(super) fn absent(count: usize) -> Diagnostic {
    let files = match count {
        1 => "one file was".to_owned(),
        count => format!("{count} files were"),
    };
    repository::rules::GIT_PARTIAL_CLONE
        .report(format!(
            "{files} not looked at: this is a partial clone, and git has not fetched their content"
        ))
        .hint("run `git fetch --refetch --no-filter` to have all of it, and check again")
}
