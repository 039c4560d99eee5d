//! Whether a repository is accepted with changes, before they are written.

use diagnostics::Diagnostics;
use repository::View;

use super::changes::Changes;
use crate::load::{Environment, load};
use crate::options::BuildOptions;
use crate::{build, rules};

/// Builds the repository with the changes, in memory, and gives what is told of it that was not
/// told before.
///
/// # Errors
///
/// What would be wrong with it then and is not now, and that nothing was written.
pub fn try_out(
    view: &View<'static>,
    changes: &Changes,
    environment: &Environment,
    options: &BuildOptions,
) -> Result<Diagnostics, Diagnostics> {
    let after = told(&changes.over(view), environment, options);
    if after.is_empty() {
        return Ok(after);
    }
    let mut new = after.without(&told(view, environment, options));
    if !new.has_errors() {
        return Ok(new);
    }
    new.push(rules::APP_NOT_ACCEPTED.report(
        "the repository would not be accepted with this change, so that nothing was written",
    ));
    Err(new)
}

fn told(view: &View<'static>, environment: &Environment, options: &BuildOptions) -> Diagnostics {
    let Ok((inputs, mut problems)) = load(view, environment) else {
        return Diagnostics::new();
    };
    match build(&inputs, options) {
        Ok(built) => problems.extend(built.warnings),
        Err(found) => problems.extend(found),
    }
    problems
}
