//! Keeping the values of secret files, and what a terminal would obey, out of text that is shown.

use std::ops::Range;

use diagnostics::MASK;

/// Which byte ranges of a YAML text may be secret, in order: everything but its keys. Given by
/// the caller, since this crate does not read YAML.
pub type Values = fn(&str) -> Vec<Range<usize>>;

/// The lines of a file that is secret as a whole, with every value masked. The keys of YAML
/// stay; where the format is not known to be YAML (no `values`), whole lines go.
pub(crate) fn mask_values(text: &str, values: Option<Values>) -> Vec<String> {
    let everything = |text: &str| vec![0..text.len()];
    let hidden = values.map_or_else(|| everything(text), |values| values(text));
    let mut next = 0;
    text.split_inclusive('\n')
        .map(|whole| {
            let start = next;
            next += whole.len();
            let line = whole.trim_end_matches(['\n', '\r']);
            let body = line.trim_start();
            if body.is_empty() {
                return String::new();
            }
            let first = hidden.get(hidden.partition_point(|range| range.end <= start));
            match first.filter(|range| range.start < start + line.len()) {
                None => line.to_owned(),
                Some(range) => {
                    let indent = line.len() - body.len();
                    let shown = range.start.saturating_sub(start).max(indent);
                    format!("{}{MASK}", line.get(..shown).unwrap_or_default())
                }
            }
        })
        .collect()
}

/// The text with control characters made visible: a file must not move the cursor, change
/// colours or hide that it ends its lines with CR LF.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\t' => '\t',
            '\u{7f}' => '\u{2421}',
            control @ '\0'..='\u{1f}' => {
                char::from_u32(0x2400 + u32::from(control)).unwrap_or('\u{fffd}')
            }
            control if control.is_control() => '\u{fffd}',
            // Direction marks can make a line read as what it is not.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_value_goes_and_the_rest_of_its_line() {
        let values: Values = |text| {
            let values = text.match_indices("hunter2");
            values.map(|(at, found)| at..at + found.len()).collect()
        };
        let text = "a:\r\n  b: hunter2 # c\n\n  hunter2\nd: 1";
        assert_eq!(
            mask_values(text, Some(values)),
            ["a:", "  b: <redacted>", "", "  <redacted>", "d: 1"]
        );
        let whole: Values = |text| vec![text.find('2').unwrap_or(0)..text.len()];
        assert_eq!(
            mask_values("a: 1\nb: 2\n  c: 3\n", Some(whole)),
            ["a: 1", "b: <redacted>", "  <redacted>"]
        );
        assert_eq!(
            mask_values("A=hunter2\n  B", None),
            ["<redacted>", "  <redacted>"]
        );
    }

    #[test]
    fn a_terminal_obeys_nothing() {
        assert_eq!(
            visible("a\u{1b}[2J\r\u{9b}\tb\u{202e}"),
            "a␛[2J␍\u{fffd}\tb\u{fffd}"
        );
    }
}
