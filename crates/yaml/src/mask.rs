//! What may be shown of a text in which any value may be a secret: its keys.

use std::ops::Range;

/// The byte ranges that no excerpt of a YAML text may show in which any value may be secret:
/// everything but keys, and what says of an object of Kubernetes what it is. Whether the text
/// is YAML at all makes no difference.
pub fn values(text: &str) -> Vec<Range<usize>> {
    let mut lines = Lines::default();
    let mut start = 0;
    let mut ranges = Vec::new();
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        let shown = lines.shown(line);
        if shown < line.len() {
            ranges.push(start + shown..start + line.len());
        }
        start += whole.len();
    }
    ranges
}

/// Reads a YAML text line by line, as far as it takes to tell keys from values.
#[derive(Default)]
struct Lines {
    masking: Masking,
    metadata: Metadata,
}

/// Where the keys of `metadata` stand.
#[derive(Default)]
enum Metadata {
    #[default]
    Outside,
    /// Before its first key.
    Begins,
    /// Its keys are indented by so many blanks.
    Inside(usize),
}

impl Lines {
    /// How many bytes of the next line may be shown; the line is without its end.
    fn shown(&mut self, line: &str) -> usize {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        if body.is_empty() {
            return line.len();
        }
        if self.masking.covers(indent, body) {
            return indent;
        }
        let dashes = body.len() - body.trim_start_matches("- ").len();
        let rest = &body[dashes..];
        let start = indent + dashes;
        let Some((name, value)) = key(rest) else {
            self.metadata = Metadata::Outside;
            if matches!(rest, "---" | "...") {
                return line.len();
            }
            let conflict = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
            if conflict.iter().any(|mark| line.starts_with(mark)) {
                return conflict[0].len();
            }
            self.masking = match rest.strip_prefix("--- ") {
                // A document of one value: nothing tells where it ends.
                Some(_) => Masking::Rest,
                None => Masking::after(rest, indent),
            };
            return start;
        };
        let harmless = dashes == 0 && self.is_harmless(indent, name, value);
        if harmless || value.is_empty() {
            return line.len();
        }
        self.masking = Masking::after(value, start);
        // With the blank that a value needs before it.
        start + name.len() + 1
    }

    /// Whether a value only says what the object is: its kind and its name.
    fn is_harmless(&mut self, indent: usize, name: &str, value: &str) -> bool {
        let of = |allowed: fn(char) -> bool| value.len() <= 63 && value.chars().all(allowed);
        if indent == 0 {
            self.metadata = match name {
                "metadata:" if value.is_empty() => Metadata::Begins,
                _ => Metadata::Outside,
            };
            return match name {
                "kind:" => of(|one| one.is_ascii_alphabetic()),
                "apiVersion:" => {
                    let version = value.rsplit('/').next().unwrap_or_default();
                    let numbered = version
                        .strip_prefix('v')
                        .is_some_and(|rest| rest.starts_with(|one: char| one.is_ascii_digit()));
                    numbered
                        && version.len() <= 12
                        && of(|one| {
                            one.is_ascii_lowercase() || one.is_ascii_digit() || "./-".contains(one)
                        })
                }
                _ => false,
            };
        }
        if matches!(self.metadata, Metadata::Begins) {
            self.metadata = Metadata::Inside(indent);
        }
        matches!(self.metadata, Metadata::Inside(depth) if depth == indent)
            && matches!(name, "name:" | "namespace:")
            && of(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || "-.".contains(one))
    }
}

/// A value that goes on over the following lines.
#[derive(Default)]
enum Masking {
    #[default]
    None,
    /// A block scalar: every line deeper than this many blanks.
    Block(usize),
    /// All that follows.
    Rest,
    /// A quoted scalar: until a line that ends with the quote.
    Quoted(char),
}

impl Masking {
    fn after(value: &str, indent: usize) -> Self {
        let first = value.chars().next();
        if matches!(first, Some('|' | '>' | '!' | '&')) {
            return Self::Block(indent);
        }
        match first {
            Some(quote @ ('"' | '\'')) if value.len() == 1 || !value.ends_with(quote) => {
                Self::Quoted(quote)
            }
            _ => Self::None,
        }
    }

    /// Whether the value covers the line; forgets the value where it ends.
    fn covers(&mut self, indent: usize, body: &str) -> bool {
        match *self {
            Self::None => false,
            Self::Rest => true,
            Self::Block(outer) if indent > outer => true,
            Self::Block(_) => {
                *self = Self::None;
                false
            }
            Self::Quoted(quote) => {
                if body.ends_with(quote) {
                    *self = Self::None;
                }
                true
            }
        }
    }
}

/// Splits `key: value` behind the colon; the value is trimmed.
fn key(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|character: char| {
        !(character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.' | '/'))
    })?;
    let value = text[end..].strip_prefix(':')?;
    if end == 0 || !(value.is_empty() || value.starts_with([' ', '\t'])) {
        return None;
    }
    Some((&text[..=end], value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut shown = text.to_owned();
        for range in values(text).into_iter().rev() {
            shown.replace_range(range, diagnostics::MASK);
        }
        shown
    }

    #[test]
    fn what_an_object_is_stays_and_nothing_that_may_be_a_value() {
        let text = "<<<<<<< HEAD\napiVersion: v1\nkind: Secret # hunter2\nmetadata:\n  name: demo\n  annotations:\n    name: hunter2\n  namespace: apps\ntype: hunter2\nstringData:\n  kind: hunter2\n  metadata:\n    name: hunter2\n  block: |\n    kind: hunter2\n  name: hunter2\nkind: hunter2\napiVersion: hunter2\n=======\nkind: Hunter\n";
        insta::assert_snapshot!(masked(text), @r"
        <<<<<<<<redacted>
        apiVersion: v1
        kind: <redacted>
        metadata:
          name: demo
          annotations:
            name: <redacted>
          namespace: apps
        type: <redacted>
        stringData:
          kind: <redacted>
          metadata:
            name: <redacted>
          block: <redacted>
            <redacted>
          name: <redacted>
        kind: <redacted>
        apiVersion: <redacted>
        =======
        kind: Hunter
        ");
        assert_eq!(masked("--- |\nkind: Hunter\n"), "<redacted>\n<redacted>\n");
        let source = diagnostics::Source::new("a.yaml", text).with_secrets(values(text));
        let excerpt = |needle: &str| {
            let at = text.find(needle).expect("it is there");
            source.location(at..at + 1).excerpt.expect("a line").text
        };
        assert_eq!(excerpt("  name: demo"), "  name: demo");
        assert_eq!(excerpt("type"), "type: <redacted>");
        assert_eq!(excerpt("    kind: hunter2"), "    <redacted>");
    }

    #[test]
    fn keys_stay_and_values_go() {
        let text = "---\nkind: Secret\nstringData:\n  token: hunter2\n  list:\n    - hunter2\n    - name: hunter2\n  block: |\n    a: hunter2\n\n    b: hunter2\n  quoted: \"hunter2\n    c: hunter2\n    end\"\n  {flow: hunter2}\nsops:\n";
        insta::assert_snapshot!(masked(text), @r"
        ---
        kind: Secret
        stringData:
          token: <redacted>
          list:
            - <redacted>
            - name: <redacted>
          block: <redacted>
            <redacted>

            <redacted>
          quoted: <redacted>
            <redacted>
            <redacted>
          <redacted>
        sops:
        ");
    }

    proptest::proptest! {
        #[test]
        fn no_value_is_shown(secret in "[a-zA-Z0-9+/]{12,40}", before in "[a-z:|>\"' \n-]{0,30}") {
            let text = format!("{before} \"{secret}\"\nx: {secret}\n- {secret}\n  - \"{secret}: x\"\n");
            proptest::prop_assert!(!masked(&text).contains(&secret));
        }
    }
}
