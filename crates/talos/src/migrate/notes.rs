//! Comments, and the values that they belong to.

/// A line of text that means nothing to Talos.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    /// From `#` to the end of the line.
    pub(crate) text: String,
    /// The column that it began at.
    pub(crate) column: usize,
    /// The blanks before it.
    pub(crate) gap: usize,
    /// What it is to a template engine, if anything.
    pub(crate) statement: Option<Statement>,
}

/// What a line of a template does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statement {
    /// `if`, `for` and the like: what follows stands within.
    Opens,
    /// `else`, `set` and the like.
    Within,
    /// `endif` and the like.
    Closes,
}

/// The comments of one value.
#[derive(Clone, Default)]
pub(crate) struct Notes {
    /// The lines above its key.
    pub(crate) above: Vec<Comment>,
    /// On the line of its key.
    pub(crate) beside: Option<Comment>,
    /// Lines below it that belong to it: what closes a statement above.
    pub(crate) after: Vec<Comment>,
}

impl Notes {
    fn all(&self) -> impl Iterator<Item = &Comment> {
        self.above.iter().chain(&self.beside).chain(&self.after)
    }

    /// Takes the comments out that stand behind the value and close nothing.
    pub(crate) fn take_loose(&mut self) -> Vec<Comment> {
        if self.have_statements() {
            return Vec::new();
        }
        std::mem::take(&mut self.after)
    }

    /// Whether a template engine reads any of them.
    pub(crate) fn have_statements(&self) -> bool {
        self.all().any(|comment| comment.statement.is_some())
    }

    /// Whether every statement that opens above closes below.
    pub(crate) fn are_balanced(&self) -> bool {
        let mut depth = 0_i32;
        for comment in self.all() {
            match comment.statement {
                Some(Statement::Opens) => depth += 1,
                Some(Statement::Closes) => depth -= 1,
                Some(Statement::Within) | None => {}
            }
            if depth < 0 {
                return false;
            }
        }
        depth == 0
    }
}
