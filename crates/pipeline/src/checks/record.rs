//! Whether the record tells of a newer program.

use diagnostics::{Diagnostic, Diagnostics};
use semver::Version;
use tree::{RECORD_PATH, Record, Rendered, Tree};

use super::{Check, Subject};
use crate::load::Inputs;
use crate::rules;
use crate::templates::builtin::TEMPLATE_SET_VERSION;

/// Nothing is rendered backwards.
pub(super) struct Backwards;

impl Check for Backwards {
    fn name(&self) -> &'static str {
        "record"
    }

    fn run(&self, subject: &Subject<'_>, _: &Tree<Rendered>) -> Diagnostics {
        newer_record(subject.inputs).into_iter().collect()
    }
}

/// A program older than the template set that rendered last would render backwards.
fn newer_record(inputs: &Inputs) -> Option<Diagnostic> {
    let source = inputs.view.text(RECORD_PATH).ok()??;
    let (record, _) = Record::parse(&source);
    let theirs = Version::parse(record.template_set()).ok()?;
    if inputs.own.is_some() || theirs <= Version::parse(TEMPLATE_SET_VERSION).ok()? {
        return None;
    }
    let message = format!(
        "these files were rendered from template set {}, which is newer than this program's {TEMPLATE_SET_VERSION}",
        record.template_set()
    );
    Some(
        rules::RECORD_NEWER_TEMPLATE_SET
            .report(message)
            .at(source.whole())
            .hint("use the newer version of ichor, so that nothing is rendered backwards"),
    )
}
