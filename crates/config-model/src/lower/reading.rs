//! What every step of lowering knows, and how it words problems.

use std::ops::Range;

use diagnostics::{Diagnostic, Diagnostics, Rule, Source};
use yaml::Node;

/// How many characters of a value a message repeats.
const SHOWN: usize = 60;

/// The value that is being read: its text, its key, and where problems go.
pub(crate) struct Reading<'a> {
    /// The text, secrets masked.
    pub(crate) source: &'a Source,
    /// The key as messages name it.
    pub(crate) name: &'a str,
    /// Whether the value is a secret.
    pub(crate) secret: bool,
    /// The text that stands for a value in the sample.
    pub(crate) placeholder: Option<&'a str>,
    /// Where problems go.
    pub(crate) diagnostics: &'a mut Diagnostics,
}

impl Reading<'_> {
    /// The same reading, one step deeper.
    pub(crate) fn inner<'b>(&'b mut self, name: &'b str, secret: bool) -> Reading<'b> {
        Reading {
            source: self.source,
            name,
            secret: self.secret || secret,
            placeholder: None,
            diagnostics: self.diagnostics,
        }
    }

    /// Reports a problem at the place of a value.
    pub(crate) fn report(&mut self, node: &Node, problem: Diagnostic) {
        let located = problem.at(self.source.location(place(node)));
        self.diagnostics.push(located);
    }

    /// Reports a rule, with the message made of what the value is and what is wrong with it.
    pub(crate) fn refuse(
        &mut self,
        node: &Node,
        rule: &'static Rule,
        reason: &str,
        hint: Option<&str>,
    ) {
        let mut problem = rule.report(format!("{} {reason}", self.subject(node)));
        // Messages show a value without it.
        let padded = node.text().is_some_and(|text| text.trim() != text);
        let hint = hint.or(padded.then_some("remove the white space at its start or end"));
        if let (Some(hint), false) = (hint, self.secret) {
            problem = problem.hint(hint);
        }
        self.report(node, problem);
    }

    /// The value as the subject of a sentence; the key's name for a secret.
    pub(crate) fn subject(&self, node: &Node) -> String {
        match node.text() {
            Some(text) if !self.secret && !text.trim().is_empty() => format!("`{}`", shown(text)),
            _ => format!("the value of `{}`", self.name),
        }
    }
}

/// A text as a message repeats it: one line, not too long, and only up to the first blank,
/// behind which something else may have come to stand, or `=`, behind which secrets stand.
pub(crate) fn shown(text: &str) -> String {
    let text = text.trim_start();
    let end = match (text.find('='), text.find("://"), text.rfind('@')) {
        // A password may stand in a URL.
        (_, Some(scheme), Some(at)) if scheme < at => scheme + 3,
        (Some(at), _, _) => at + 1,
        (None, _, _) => text.len(),
    };
    let visible: String = text[..end]
        .chars()
        .take_while(|character| !character.is_whitespace() && !character.is_control())
        .take(SHOWN)
        .collect();
    if visible.len() < text.len() {
        format!("{visible}…")
    } else {
        visible
    }
}

/// Where a value stands; never empty, so that there is something to mark.
fn place(node: &Node) -> Range<usize> {
    let range = node.range();
    range.start..range.end.max(range.start + 1)
}
