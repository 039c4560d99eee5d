//! Where the lines of a patch stand that is written within the talconfig.

use std::ops::Range;

use diagnostics::{Diagnostic, Location, Source};

/// Where a patch is written.
pub(super) enum Origin {
    /// In a file of its own: its places are right as they are.
    File,
    /// Within another text.
    Within(Within),
}

/// A text within another.
pub(super) struct Within {
    /// The other text.
    outer: Source,
    /// How messages name the inner text.
    name: String,
    /// All of it.
    range: Range<usize>,
    /// Where its first line starts and how far its lines are indented, if they stand there
    /// letter for letter, as in a literal block.
    block: Option<(usize, usize)>,
}

impl Origin {
    /// A scalar of another text.
    pub(super) fn within(outer: &Source, range: Range<usize>, name: &str) -> Self {
        Self::Within(Within {
            block: block(outer.text(), &range),
            outer: outer.clone(),
            name: name.to_owned(),
            range,
        })
    }

    /// A place in the file that the user knows.
    pub(super) fn place(&self, place: Location) -> Location {
        match self {
            Self::File => place,
            // Without a line to show, none is shown of the other text either.
            Self::Within(within) if place.excerpt.is_none() => {
                within.placed(place).without_excerpt()
            }
            Self::Within(within) => within.placed(place),
        }
    }

    /// A problem with its places in the file that the user knows.
    pub(super) fn placed(&self, mut problem: Diagnostic) -> Diagnostic {
        if let Self::Within(within) = self {
            problem.location = problem.location.map(|place| within.placed(place));
            for related in &mut problem.related {
                related.location = within.placed(related.location.clone());
            }
        }
        problem
    }
}

impl Within {
    fn placed(&self, place: Location) -> Location {
        if place.file != self.name {
            return place;
        }
        let start = self
            .block
            .filter(|_| place.line > 0)
            .and_then(|(first, indent)| {
                let text = self.outer.text();
                let mut start = first;
                for _ in 1..place.line {
                    start += text.get(start..)?.find('\n')? + 1;
                }
                let line = text.get(start..)?.lines().next()?;
                let column = indent + place.column.saturating_sub(1);
                let offset = line
                    .char_indices()
                    .nth(column)
                    .map_or(line.len(), |(at, _)| at);
                Some((start + offset, start + line.len()))
            });
        let Some((start, line_end)) = start.filter(|(start, _)| *start <= self.range.end) else {
            return self.outer.location(self.range.clone());
        };
        let marked = place
            .excerpt
            .map_or(1, |excerpt| excerpt.end - excerpt.start);
        let rest = self.outer.text().get(start..line_end).unwrap_or_default();
        let length: usize = rest.chars().take(marked).map(char::len_utf8).sum();
        self.outer.location(start..start + length)
    }
}

/// Where the first line of a literal block starts, and its indent.
fn block(text: &str, range: &Range<usize>) -> Option<(usize, usize)> {
    let written = text.get(range.clone())?;
    if !written.starts_with('|') {
        return None;
    }
    let first = range.start + written.find('\n')? + 1;
    let line = text
        .get(first..range.end)?
        .lines()
        .find(|line| !line.trim().is_empty())?;
    Some((first, line.len() - line.trim_start_matches(' ').len()))
}
