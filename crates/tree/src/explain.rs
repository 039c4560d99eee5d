//! What a plan has to say about its changes.

use diagnostics::{Diagnostics, Location, closest};

use crate::change::{Action, Change};
use crate::options::Force;
use crate::rules;

/// An error for each protected file, and a warning for each that stays.
pub(crate) fn explain(changes: &[Change], findings: &mut Diagnostics) {
    for change in changes {
        let path = &change.path;
        let at = Location::file(path.as_str());
        match change.action {
            Action::Edited => findings.push(
                rules::PLAN_EDITED_OUTPUT
                    .report(format!("`{path}` was edited after it was rendered"))
                    .at(at)
                    .hint(format!(
                        "move the edit into {}, or give it up with `--force {path}`",
                        template(change)
                    )),
            ),
            Action::Foreign => findings.push(
                rules::PLAN_FOREIGN_OUTPUT
                    .report(format!(
                        "`{path}` is there, was not rendered, and differs from the rendering"
                    ))
                    .at(at)
                    .hint(format!(
                        "move what differs into {}, or give it up with `--adopt`",
                        template(change)
                    )),
            ),
            Action::Release => findings.push(
                rules::PLAN_EDITED_ORPHAN
                    .report(format!(
                        "`{path}` is no longer rendered, but was edited and stays"
                    ))
                    .at(at)
                    .hint("remove it if nothing needs it: it is yours from now on"),
            ),
            _ => {}
        }
    }
}

fn template(change: &Change) -> String {
    match &change.template {
        Some(template) => format!("its template `{template}`"),
        None => "a template".to_owned(),
    }
}

/// A warning for each forced path that names no output.
pub(crate) fn unmatched_force(force: Force<'_>, changes: &[Change], findings: &mut Diagnostics) {
    let Force::Paths(paths) = force else { return };
    for path in paths {
        if changes
            .iter()
            .any(|change| change.path.starts_with(path.as_str()))
        {
            continue;
        }
        let problem = rules::PLAN_UNKNOWN_FORCE_PATH
            .report(format!("`{path}` is no output, so forcing it does nothing"));
        let candidates = changes.iter().flat_map(|change| change.path.with_folders());
        findings.push(match closest(path.as_str(), candidates) {
            Some(candidate) => problem.hint(format!("did you mean `{candidate}`?")),
            None => problem,
        });
    }
}
