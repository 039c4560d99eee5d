//! One file of a tree.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use diagnostics::{Location, Trace};

use crate::align::Alignment;
use crate::{Content, Mode, Origin};

/// One file of a tree.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its bytes.
    pub content: Content,
    /// Its permissions.
    pub mode: Mode,
    /// What it was rendered from.
    pub origin: Origin,
    secret: bool,
    alignment: OnceLock<Arc<Alignment>>,
}

impl Entry {
    /// A file with the given bytes, permissions and template.
    pub fn new(content: impl Into<Content>, mode: Mode, origin: Origin) -> Self {
        Self {
            content: content.into(),
            mode,
            origin,
            secret: false,
            alignment: OnceLock::new(),
        }
    }

    /// Puts ciphertext in the place of the plaintext.
    pub(crate) fn seal(&mut self, ciphertext: Content) {
        self.content = ciphertext;
        self.secret = true;
    }

    /// Whether the encryption stage found it to be secret; its bytes are ciphertext then.
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// The place in the template that most likely made the byte range of the content. Of
    /// use before encryption only: ciphertext has no counterpart in the template.
    pub fn locate(&self, range: Range<usize>) -> Location {
        let text = self.content.as_text().filter(|_| !self.secret);
        let Some(text) = text else {
            return self.origin.location();
        };
        // Many findings may point into one large file.
        let alignment = self
            .alignment
            .get_or_init(|| Arc::new(self.origin.align(text)));
        self.origin.locate_aligned(alignment, text, range)
    }

    /// The way from a place in the content to the line of the template that made it.
    pub fn trace(&self, rendered: &Location) -> Trace {
        let template = match self.content.as_text() {
            Some(text) if rendered.line > 0 => {
                let above = text.split_inclusive('\n').take(rendered.line - 1);
                let start = above.map(str::len).sum();
                self.locate(start..start)
            }
            _ => self.origin.location(),
        };
        Trace {
            object: None,
            rendered: rendered.clone(),
            template,
        }
    }
}

/// What the encryption stage decides about one file.
#[derive(Debug, Clone)]
pub enum Sealing {
    /// Nothing in it is secret: it is written as it is.
    Plain,
    /// It is secret: the ciphertext is written in its place.
    Secret(Content),
}
