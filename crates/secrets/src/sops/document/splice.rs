//! Changes to a text by byte range, on bytes, since a decrypted value need not be text.

use std::ops::Range;

use zeroize::Zeroizing;

/// Changes to one text. Everything else keeps its bytes.
#[derive(Default)]
pub(crate) struct Splices(Vec<(Range<usize>, Zeroizing<Vec<u8>>)>);

impl Splices {
    pub(crate) fn replace(&mut self, range: Range<usize>, new: impl Into<Vec<u8>>) {
        self.0.push((range, Zeroizing::new(new.into())));
    }

    pub(crate) fn remove(&mut self, range: Range<usize>) {
        self.replace(range, Vec::new());
    }

    /// The text with all changes made, in the order of their places. Of two that overlap the
    /// one that starts first wins; the writers make none.
    pub(crate) fn apply(mut self, text: &[u8]) -> Zeroizing<Vec<u8>> {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let added: usize = self.0.iter().map(|(_, new)| new.len()).sum();
        let mut out = Zeroizing::new(Vec::with_capacity(text.len() + added));
        let mut done = 0;
        for (range, new) in self.0 {
            if range.start < done {
                continue;
            }
            out.extend_from_slice(&text[done..range.start]);
            out.extend_from_slice(&new);
            done = range.end;
        }
        out.extend_from_slice(&text[done..]);
        out
    }
}
