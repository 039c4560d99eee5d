//! Where a file came from, and which place of its template made a place of its text.

use std::fmt;
use std::ops::Range;

use diagnostics::{Location, Source};

use crate::align::{Alignment, Match};

/// The template that a file was rendered from.
///
/// `Debug` shows the template's name only.
#[derive(Clone)]
pub struct Origin {
    source: Source,
    is_text: bool,
}

impl Origin {
    /// A template whose text is known, under the name that users know it by.
    pub fn new(template: Source) -> Self {
        Self {
            source: template,
            is_text: true,
        }
    }

    /// A file copied as it is, or made by the program: problems point at it as a whole.
    pub fn whole(name: &str) -> Self {
        Self {
            source: Source::new(name, ""),
            is_text: false,
        }
    }

    /// The template's name as users know it.
    pub fn template(&self) -> &str {
        self.source.name()
    }

    /// The template as a whole.
    pub fn location(&self) -> Location {
        self.source.whole()
    }

    /// The place in the template that most likely made the byte range of `output`, or the
    /// template as a whole where that cannot be said.
    ///
    /// Lines that are the same in both are found exactly. Of the others, the expression
    /// between what is the same at both ends of a line is the place.
    ///
    /// ```
    /// use diagnostics::Source;
    /// use tree::Origin;
    ///
    /// let origin = Origin::new(Source::new("a.yaml.j2", "kind: Cluster\nname: #{ cluster }#\n"));
    /// let output = "kind: Cluster\nname: main\n";
    /// assert_eq!(origin.locate(output, 20..24).to_string(), "a.yaml.j2:2:7");
    /// ```
    pub fn locate(&self, output: &str, range: Range<usize>) -> Location {
        self.locate_aligned(&self.align(output), output, range)
    }

    /// Aligns the template with a text rendered from it, for several uses of
    /// [`Origin::locate_aligned`].
    pub(crate) fn align(&self, output: &str) -> Alignment {
        Alignment::new(self.source.text(), output)
    }

    pub(crate) fn locate_aligned(
        &self,
        alignment: &Alignment,
        output: &str,
        range: Range<usize>,
    ) -> Location {
        if !self.is_text {
            return self.location();
        }
        let start = range.start.min(output.len());
        let line_start = output.as_bytes()[..start]
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        let line_index = output
            .get(..line_start)
            .map_or(0, |above| above.lines().count());
        let line_end = output.as_bytes()[line_start..]
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(output.len(), |length| line_start + length);
        let (Some(line), Some(found)) = (
            output.get(line_start..line_end),
            alignment.find(self.source.text(), output, line_index),
        ) else {
            return self.location();
        };
        let end = range.end.clamp(start, line_end);
        self.source.location(translate(
            line,
            start - line_start..end - line_start,
            &found,
        ))
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Origin")
            .field(&self.template())
            .finish()
    }
}

/// The bytes of the template that stand for a range of the output's line.
fn translate(line: &str, range: Range<usize>, found: &Match<'_>) -> Range<usize> {
    let indent = |text: &str| text.len() - text.trim_start().len();
    let (output, template) = (line.trim(), found.text.trim());
    let base = found.start + indent(found.text);
    let start = range.start.saturating_sub(indent(line)).min(output.len());
    let end = range
        .end
        .saturating_sub(indent(line))
        .clamp(start, output.len());
    if start < found.prefix || output == template {
        return base + start..base + end.min(found.prefix).max(start);
    }
    let suffix_start = output.len() - found.suffix;
    if start >= suffix_start && found.suffix > 0 {
        let shift = template.len() - found.suffix;
        return base + shift + (start - suffix_start)..base + shift + (end - suffix_start);
    }
    let middle = found.prefix..template.len() - found.suffix;
    if middle.is_empty() {
        base..base + template.len()
    } else {
        base + middle.start..base + middle.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "\
---
machine:
#% for node in nodes %#
  - hostname: #{ node.name }#
    address: \"#{ node.address }#\"
    type: worker
#% endfor %#
patch: |-
#{ patch | indent(2, first=True) }#
end: true
";
    const OUTPUT: &str = "\
---
machine:
  - hostname: alpha
    address: \"10.0.0.1\"
    type: worker
  - hostname: beta
    address: \"10.0.0.2\"
    type: worker
patch: |-
  sysctls:
    one: 1
end: true
";

    fn place(needle: &str, occurrence: usize) -> String {
        let origin = Origin::new(Source::new("t.j2", TEMPLATE));
        let (start, _) = OUTPUT
            .match_indices(needle)
            .nth(occurrence)
            .expect("occurs");
        let location = origin.locate(OUTPUT, start..start + needle.len());
        let excerpt = location.excerpt.clone().expect("inside");
        let marked: String = excerpt
            .text
            .chars()
            .skip(excerpt.start)
            .take(excerpt.end - excerpt.start)
            .collect();
        format!("{location} {marked}")
    }

    #[test]
    fn lines_that_are_the_same_are_found_exactly() {
        assert_eq!(place("machine", 0), "t.j2:2:1 machine");
        assert_eq!(place("true", 0), "t.j2:10:6 true");
    }

    #[test]
    fn a_value_is_traced_to_its_expression_in_every_turn_of_a_loop() {
        assert_eq!(place("alpha", 0), "t.j2:4:15 #{ node.name }#");
        assert_eq!(place("beta", 0), "t.j2:4:15 #{ node.name }#");
        assert_eq!(place("10.0.0.2", 0), "t.j2:5:15 #{ node.address }#");
        assert_eq!(place("hostname", 1), "t.j2:4:5 hostname");
        assert_eq!(place("worker", 0), "t.j2:6:11 worker");
        assert_eq!(place("worker", 1), "t.j2:6:11 worker");
    }

    #[test]
    fn a_block_from_one_expression_is_traced_to_it() {
        assert_eq!(
            place("one: 1", 0),
            "t.j2:9:1 #{ patch | indent(2, first=True) }#"
        );
        assert_eq!(
            place("sysctls", 0),
            "t.j2:9:1 #{ patch | indent(2, first=True) }#"
        );
    }

    #[test]
    fn without_a_template_text_the_file_is_the_place() {
        assert_eq!(
            Origin::whole("a.png").locate("xyz", 1..2).to_string(),
            "a.png"
        );
        let empty = Origin::new(Source::new("a", ""));
        assert_eq!(empty.locate("xyz", 1..2).to_string(), "a");
    }

    proptest::proptest! {
        #[test]
        fn any_texts_and_ranges_have_a_place(
            template in "[a-cä:#{} \n]{0,60}",
            output in "[a-cä: \n]{0,60}",
            start in 0_usize..80,
            length in 0_usize..80,
        ) {
            Origin::new(Source::new("t", template)).locate(&output, start..start + length);
        }
    }
}
