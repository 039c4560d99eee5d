//! Keeping the values of secret files, and what a terminal would obey, out of text that is shown.

use diagnostics::MASK;

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
