//! What go-yaml makes of lines that others read otherwise.

use crate::rules;

use super::Reader;

impl Reader<'_> {
    /// `%YAML` before any document but 1.1 is what go-yaml refuses.
    pub(super) fn directives(&mut self) {
        let mut offset = 0;
        for line in self.source.text().split_inclusive('\n') {
            if let Some(version) = line.strip_prefix("%YAML") {
                let version = version.split('#').next().unwrap_or_default().trim();
                // A line of a block scalar cannot start in the first column with a `%` unless
                // it belongs to no key, which SOPS has no use for.
                if version != "1.1" {
                    self.problem(
                        offset..offset + line.trim_end().len(),
                        &rules::SOPS_GO_YAML,
                        "Go's YAML reader, and so sops and Flux, take `%YAML 1.1` only".to_owned(),
                    );
                }
            }
            offset += line.len();
        }
    }

    /// What ends a line for go-yaml, but not for others, or not for people.
    pub(super) fn line_breaks(&mut self) {
        let text = self.source.text();
        let found = text.char_indices().find(|(at, character)| match character {
            '\r' => !text[at + 1..].starts_with('\n'),
            '\u{85}' | '\u{2028}' | '\u{2029}' => true,
            _ => false,
        });
        if let Some((at, character)) = found {
            let code = u32::from(character);
            self.problems.push(
                rules::SOPS_GO_YAML.report(format!("Go's YAML reader, and so sops and Flux, start a new line at this character, U+{code:04X}"),
                )
                .at(self.source.location(at..at + character.len_utf8()))
                .hint(format!("write it as an escape, `\"\\u{code:04x}\"`, or end the line as all others")),
            );
        }
    }
}
