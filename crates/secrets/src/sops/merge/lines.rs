//! Three texts to one, by lines.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A change of one side: lines of the base, and the lines in their place.
struct Change {
    base: Range<usize>,
    new: Range<usize>,
}

/// What both sides made of the base. `None` if they changed the same lines differently.
///
/// Additions of both at the same place are both taken, ours first.
pub(super) fn merge(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let split =
        |text: &str| -> Vec<String> { text.split_inclusive('\n').map(str::to_owned).collect() };
    let (base, ours, theirs) = (split(base), split(ours), split(theirs));
    let left = changes(&base, &ours);
    let right = changes(&base, &theirs);
    let mut out = String::new();
    let (mut at, mut next_left, mut next_right) = (0, 0, 0);
    loop {
        let start = |changes: &[Change], next: usize| {
            changes
                .get(next)
                .map_or(usize::MAX, |change| change.base.start)
        };
        let from = start(&left, next_left).min(start(&right, next_right));
        if from == usize::MAX {
            break;
        }
        out.extend(base[at..from].iter().map(String::as_str));
        // All changes that touch one region.
        let mut region = from..from;
        let (first_left, first_right) = (next_left, next_right);
        loop {
            let joins = |change: &Change| {
                change.base.start < region.end
                    || (change.base.start == from
                        && region.start == from
                        && (region.is_empty() || change.base.is_empty()))
            };
            if let Some(change) = left.get(next_left).filter(|change| joins(change)) {
                region.end = region.end.max(change.base.end);
                next_left += 1;
            } else if let Some(change) = right.get(next_right).filter(|change| joins(change)) {
                region.end = region.end.max(change.base.end);
                next_right += 1;
            } else {
                break;
            }
        }
        let old = base[region.clone()].concat();
        let ours = side(&base, &ours, &left[first_left..next_left], &region);
        let theirs = side(&base, &theirs, &right[first_right..next_right], &region);
        if ours == theirs || theirs == old {
            out.push_str(&ours);
        } else if ours == old {
            out.push_str(&theirs);
        } else if region.is_empty() {
            out.push_str(&ours);
            out.push_str(&theirs);
        } else {
            return None;
        }
        at = region.end;
    }
    out.extend(base[at..].iter().map(String::as_str));
    Some(out)
}

fn changes(base: &[String], new: &[String]) -> Vec<Change> {
    capture_diff_slices(Algorithm::Myers, base, new)
        .into_iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| Change {
            base: op.old_range(),
            new: op.new_range(),
        })
        .collect()
}

/// What one side has in the place of a region of the base.
fn side(base: &[String], new: &[String], changes: &[Change], region: &Range<usize>) -> String {
    let mut out = String::new();
    let mut at = region.start;
    for change in changes {
        out.push_str(&base[at..change.base.start].concat());
        out.push_str(&new[change.new.clone()].concat());
        at = change.base.end;
    }
    out.push_str(&base[at..region.end].concat());
    out
}

#[cfg(test)]
mod tests {
    use super::merge;

    #[test]
    fn changes_of_both_sides_are_taken() {
        let merged = |base, ours, theirs| merge(base, ours, theirs);
        assert_eq!(
            merged("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n").as_deref(),
            Some("A\nb\nC\n")
        );
        assert_eq!(
            merged("a\nb\n", "a\nx\nb\n", "a\nb\ny\n").as_deref(),
            Some("a\nx\nb\ny\n")
        );
        assert_eq!(
            merged("a\n", "a\nx\n", "a\ny\n").as_deref(),
            Some("a\nx\ny\n")
        );
        assert_eq!(
            merged("a\nb\n", "b\n", "a\nb\nc\n").as_deref(),
            Some("b\nc\n")
        );
        assert_eq!(merged("a\nb\n", "a\n", "a\n").as_deref(), Some("a\n"));
        assert_eq!(merged("a\n", "b\n", "c\n"), None);
        assert_eq!(merged("", "x\n", "x\n").as_deref(), Some("x\n"));
    }
}
