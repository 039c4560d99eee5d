//! Keeping secrets, and what a terminal would obey, out of text that is shown.

/// What stands in a shown text in place of a secret.
const MASK: &str = "<redacted>";

/// A line of a secret of several lines is looked for by itself from this length on: shorter
/// ones (`}`, `---`) stand everywhere.
const LINE_LIMIT: usize = 8;

/// The secret texts that must not be shown. Has no `Debug`.
#[derive(Clone, Default)]
pub struct Redaction {
    /// Longest first, so that a secret inside another does not leave the rest standing.
    secrets: Vec<zeroize::Zeroizing<String>>,
}

impl Redaction {
    /// Redacts the given texts wherever they stand, and each longer line of those that have
    /// several, because templates indent them.
    pub fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let mut all = Vec::new();
        for secret in secrets {
            let secret = secret.as_ref().trim();
            if secret.len() < diagnostics::SHORTEST_SECRET {
                continue;
            }
            if secret.contains('\n') {
                all.extend(
                    secret
                        .lines()
                        .map(str::trim)
                        .filter(|line| line.len() >= LINE_LIMIT)
                        .map(|line| line.to_owned().into()),
                );
            }
            all.push(secret.to_owned().into());
        }
        all.sort_by(|left: &zeroize::Zeroizing<String>, right| {
            (right.len(), left.as_str()).cmp(&(left.len(), right.as_str()))
        });
        all.dedup();
        Self { secrets: all }
    }

    /// The text without the secrets.
    pub fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        text
    }
}

/// The lines of a file that is secret as a whole, with every value masked. The keys of YAML
/// stay; where the format is not known to be YAML, whole lines go.
pub(crate) fn mask_values(text: &str, is_yaml: bool) -> Vec<String> {
    let mut lines = yaml::mask::Lines::default();
    text.lines()
        .map(|line| {
            let shown = if is_yaml {
                lines.shown(line)
            } else {
                line.len() - line.trim_start().len()
            };
            if line.trim().is_empty() {
                String::new()
            } else if shown == line.len() {
                line.to_owned()
            } else {
                format!("{}{MASK}", &line[..shown])
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
    fn an_indented_secret_of_several_lines_is_found() {
        let redaction = Redaction::new([
            "-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----\n",
            "abcd",
            // Far too short to be looked for.
            "k",
            "",
        ]);
        assert_eq!(
            redaction.apply("key: |\n  -----BEGIN KEY-----\n  abcdefgh\nother: abcde"),
            "key: |\n  <redacted>\n  <redacted>\nother: <redacted>e"
        );
    }

    #[test]
    fn keys_stay_and_values_go() {
        let text = "---\nkind: Secret\nstringData:\n  token: hunter2\n  list:\n    - hunter2\n    - name: hunter2\n  block: |\n    a: hunter2\n\n    b: hunter2\n  quoted: \"hunter2\n    c: hunter2\n    end\"\n  {flow: hunter2}\nsops:\n";
        insta::assert_snapshot!(mask_values(text, true).join("\n"), @r"
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
        assert_eq!(mask_values("A=hunter2", false), ["<redacted>"]);
    }

    #[test]
    fn a_terminal_obeys_nothing() {
        assert_eq!(
            visible("a\u{1b}[2J\r\u{9b}\tb\u{202e}"),
            "a␛[2J␍\u{fffd}\tb\u{fffd}"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_secret_survives_masking(secret in "[a-zA-Z0-9+/]{12,40}", before in "[a-z:|>\"' \n-]{0,30}") {
            let text = format!("{before} \"{secret}\"\nx: {secret}\n- {secret}\n  - \"{secret}: x\"\n");
            proptest::prop_assert!(!mask_values(&text, true).join("\n").contains(&secret));
        }
    }
}
