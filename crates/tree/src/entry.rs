//! One file of a tree.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use diagnostics::Location;

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
}

/// What the encryption stage decides about one file.
#[derive(Debug, Clone)]
pub enum Sealing {
    /// Nothing in it is secret: it is written as it is.
    Plain,
    /// It is secret: the ciphertext is written in its place.
    Secret(Content),
}
