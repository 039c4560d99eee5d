//! Which line of a template made which line of its output.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// How many bytes two different lines must share at their ends to belong together.
const ENOUGH: usize = 3;

/// The lines of an output that stand in its template unchanged.
#[derive(Debug, Clone)]
pub(crate) struct Alignment {
    /// For each line of the output the line of the template that it equals.
    anchors: Vec<Option<usize>>,
}

/// The line of a template that made a line of its output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Match<'a> {
    /// The line's first byte in the template.
    pub(crate) start: usize,
    /// The line.
    pub(crate) text: &'a str,
    /// How many bytes both lines share at their beginning, blanks around them aside.
    pub(crate) prefix: usize,
    /// How many bytes both lines share at their end, none of them in the prefix.
    pub(crate) suffix: usize,
}

impl Alignment {
    pub(crate) fn new(template: &str, output: &str) -> Self {
        let old: Vec<&str> = template.lines().map(str::trim_end).collect();
        let new: Vec<&str> = output.lines().map(str::trim_end).collect();
        let mut anchors = vec![None; new.len()];
        for operation in capture_diff_slices(Algorithm::Myers, &old, &new) {
            if let DiffOp::Equal {
                old_index,
                new_index,
                len,
            } = operation
            {
                for offset in 0..len {
                    // Blank lines are the same everywhere and prove nothing.
                    if !new[new_index + offset].is_empty() {
                        anchors[new_index + offset] = Some(old_index + offset);
                    }
                }
            }
        }
        Self { anchors }
    }

    /// The line of the template that most likely made a line of the output.
    pub(crate) fn find<'a>(
        &self,
        template: &'a str,
        output: &str,
        line: usize,
    ) -> Option<Match<'a>> {
        let mut lines = Vec::new();
        let mut start = 0;
        for text in template.split_inclusive('\n') {
            lines.push((start, text.trim_end()));
            start += text.len();
        }
        let wanted = output.lines().nth(line).unwrap_or_default().trim();
        let index = match self.anchors.get(line).copied().flatten() {
            Some(anchor) => anchor,
            None => search(&lines, wanted, &self.window(line, lines.len()))?,
        };
        let &(start, text) = lines.get(index)?;
        let (prefix, suffix) = shared(wanted, text.trim());
        Some(Match {
            start,
            text,
            prefix,
            suffix,
        })
    }

    /// The lines of the template between those that made the nearest lines around.
    fn window(&self, line: usize, count: usize) -> Range<usize> {
        let line = line.min(self.anchors.len());
        let start = self.anchors[..line].iter().rev().find_map(|anchor| *anchor);
        let end = self.anchors[line..].iter().find_map(|anchor| *anchor);
        let start = start.map_or(0, |above| above + 1);
        start..end.unwrap_or(count).max(start)
    }
}

fn search(lines: &[(usize, &str)], wanted: &str, window: &Range<usize>) -> Option<usize> {
    let distance = |index: usize| {
        if window.contains(&index) {
            0
        } else {
            // A loop's later turns come from lines above.
            window.start.abs_diff(index)
        }
    };
    let best = |among: Range<usize>| {
        among
            .filter_map(|index| {
                let score = score(wanted, lines.get(index)?.1.trim());
                (score >= ENOUGH).then_some((score, index))
            })
            .max_by_key(|&(score, index)| (score, std::cmp::Reverse((distance(index), index))))
            .map(|(_, index)| index)
    };
    let in_window = |wanted: fn(&str) -> bool| {
        window
            .clone()
            .find(|&index| lines.get(index).is_some_and(|(_, text)| wanted(text)))
    };
    let same = lines
        .iter()
        .enumerate()
        .filter(|(_, (_, text))| !wanted.is_empty() && text.trim() == wanted)
        .map(|(index, _)| index)
        .min_by_key(|&index| distance(index));
    same.or_else(|| best(window.clone()))
        // A line of a block that one expression made has nothing in common with it.
        .or_else(|| in_window(|text| text.contains('{') && !text.contains('%')))
        .or_else(|| best(0..lines.len()))
        .or_else(|| in_window(|text| !text.is_empty()))
        .or_else(|| {
            (!lines.is_empty()).then(|| window.start.saturating_sub(1).min(lines.len() - 1))
        })
}

/// How well a line of the template explains a different line of the output.
fn score(output: &str, template: &str) -> usize {
    let (prefix, suffix) = shared(output, template);
    let between = &template[prefix..template.len() - suffix];
    // Where the lines differ the template must have something that is replaced: all
    // delimiters in use have a brace.
    if between.contains('{') {
        prefix + suffix
    } else {
        (prefix + suffix) / 4
    }
}

/// How many bytes two lines share at the beginning and, apart from those, at the end.
fn shared(left: &str, right: &str) -> (usize, usize) {
    let prefix = left
        .chars()
        .zip(right.chars())
        .take_while(|(left, right)| left == right)
        .map(|(character, _)| character.len_utf8())
        .sum();
    let suffix = left[prefix..]
        .chars()
        .rev()
        .zip(right[prefix..].chars().rev())
        .take_while(|(left, right)| left == right)
        .map(|(character, _)| character.len_utf8())
        .sum();
    (prefix, suffix)
}
