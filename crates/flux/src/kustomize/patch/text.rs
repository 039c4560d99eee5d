//! The text of a patch, and its places.

use std::sync::Arc;

use diagnostics::{Piece, Source};

use crate::value::Value;

/// The text of a scalar as a source of its own, whose places are those in the file that holds
/// the scalar.
pub(in super::super) fn inline(scalar: &Value, text: &str) -> Arc<Source> {
    let Some(outer) = scalar.place.source() else {
        return Arc::new(Source::new("kustomization.yaml", text));
    };
    let range = scalar.place.range();
    let written = outer.text().get(range.clone()).unwrap_or_default();
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        if body.is_empty() {
            continue;
        }
        let found = written.get(from..).and_then(|rest| rest.find(body));
        let piece = match found {
            Some(found) => {
                let begin = range.start + from + found;
                from += found + body.len();
                Piece {
                    start,
                    from: begin..begin + body.len(),
                    copied: true,
                }
            }
            // Escaped or folded: somewhere in the scalar.
            None => Piece {
                start,
                from: range.clone(),
                copied: false,
            },
        };
        pieces.push(piece);
    }
    let source = Source::new(outer.name(), text);
    let source = if pieces.is_empty() {
        source
    } else {
        source.made_from(outer, pieces)
    };
    // Where a part of a secret stands in it, nobody can tell any more.
    let is_part = scalar.place.secret().is_some_and(|it| !it.is_whole);
    Arc::new(if is_part {
        source.with_secrets([0..text.len()])
    } else {
        source
    })
}
