//! The parts of a template, between whatever delimiters the repository has.

use render::Delimiters;

/// Writes the parts of a template between the repository's delimiters.
pub(super) struct Pen(pub(super) Delimiters);

impl Pen {
    pub(super) fn statement(&self, statement: &str) -> String {
        format!("{} {statement} {}", self.0.block_start, self.0.block_end)
    }

    pub(super) fn value(&self, expression: &str) -> String {
        format!(
            "{} {expression} {}",
            self.0.variable_start, self.0.variable_end
        )
    }

    pub(super) fn comment(&self, comment: &str) -> String {
        format!("{} {comment} {}", self.0.comment_start, self.0.comment_end)
    }

    /// Lines that are there only where a condition holds.
    pub(super) fn only_if(&self, indent: &str, condition: &str, lines: &str) -> String {
        let (begin, end) = (
            self.statement(&format!("if {condition}")),
            self.statement("endif"),
        );
        format!("{indent}{begin}\n{lines}{indent}{end}\n")
    }
}
