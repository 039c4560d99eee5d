//! Secrets are taken out of what is shown by `diagnostics::Secrets` and by nothing else, so that
//! there is one threshold and one word in their place.

use anyhow::Result;
use camino::Utf8Path;
use regex::Regex;

use crate::files;

/// The crate that may.
const OWNER: &str = "diagnostics/";

pub(super) fn check(root: &Utf8Path) -> Result<Vec<String>> {
    let rules = Rules::new()?;
    let mut faults = Vec::new();
    for path in files::paths(&root.join("crates"))? {
        let path = path.as_str();
        let is_code = Utf8Path::new(path).extension() == Some("rs") && path.contains("/src/");
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
        if is_code && !is_test && !path.starts_with(OWNER) {
            let shown = format!("crates/{path}");
            faults.extend(rules.breaches(&shown, &files::text(&root.join(&shown))?));
        }
    }
    Ok(faults)
}

struct Rules {
    tests: Regex,
    breaches: Vec<(Regex, &'static str)>,
}

impl Rules {
    fn new() -> Result<Self> {
        let rules = [
            (
                r#""[^"\n]*<redacted"#,
                "the word for a secret; say `diagnostics::MASK`",
            ),
            (
                r"\b(?:const|static)\s+\w*MASK\w*\s*:\s*&",
                "a mask of its own; say `diagnostics::MASK`",
            ),
            (
                r"\b(?:const|static)\s+\w*SHORTEST_(?:SECRET|WHOLE|PART)\w*\s*:",
                "a threshold of its own; `diagnostics::Secrets` has it",
            ),
            (
                r"(?i)\.\s*replace(?:n|_range)?\s*\([^;{}]{0,200}?\b(?:secret\w*|mask\w*|redact\w*|expose\w*)\b",
                "takes a secret out by itself; call `diagnostics::Secrets::mask`",
            ),
        ];
        let compiled = rules
            .into_iter()
            .map(|(pattern, why)| Ok((Regex::new(pattern)?, why)));
        Ok(Self {
            tests: Regex::new(r"#\[cfg\(test\)\]\s+mod \w+ \{")?,
            breaches: compiled.collect::<Result<_>>()?,
        })
    }

    fn breaches(&self, path: &str, text: &str) -> Vec<String> {
        // What tests expect, they spell out; clippy sees to it that nothing follows them.
        let tests = self.tests.find(text);
        let end = tests.map_or(text.len(), |tests| tests.start());
        let mut code = String::with_capacity(end);
        for line in text[..end].lines() {
            if !line.trim_start().starts_with("//") {
                code.push_str(line);
            }
            code.push('\n');
        }
        let mut faults = Vec::new();
        for (pattern, why) in &self.breaches {
            for found in pattern.find_iter(&code) {
                let line = code[..found.start()].matches('\n').count() + 1;
                faults.push((line, format!("{path}:{line}: {why}")));
            }
        }
        faults.sort();
        faults.into_iter().map(|(_, fault)| fault).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Rules;

    fn breaches(text: &str) -> Vec<String> {
        Rules::new().unwrap().breaches("a.rs", text)
    }

    #[test]
    fn a_mask_outside_its_crate_is_found_with_its_place() {
        let planted = r#"//! It.
#[cfg(test)]
mod tests;
const MASK: &str = "x";
const SHORTEST_SECRET: usize = 8;

fn show(text: &str, secrets: &[String]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        text = text.replace(secret.as_str(), "***");
        text = text
            .replacen(
                secret.expose_secret(),
                "",
                1,
            );
    }
    format!("{text} <redacted, another one>")
}
"#;
        assert_eq!(
            breaches(planted),
            [
                "a.rs:4: a mask of its own; say `diagnostics::MASK`",
                "a.rs:5: a threshold of its own; `diagnostics::Secrets` has it",
                "a.rs:10: takes a secret out by itself; call `diagnostics::Secrets::mask`",
                "a.rs:12: takes a secret out by itself; call `diagnostics::Secrets::mask`",
                "a.rs:18: the word for a secret; say `diagnostics::MASK`",
            ]
        );
    }

    #[test]
    fn comments_tests_and_other_replacements_are_left_alone() {
        let text = r#"//! It.

/// `<redacted>` for a secret: "<redacted>".
fn plain(text: &str) -> String {
    let secret = text.replace('\n', "\\n");
    std::mem::replace(&mut secret, String::new())
}

#[cfg(test)]
mod tests {
    const MASK: &str = "<redacted>";
}
"#;
        assert_eq!(breaches(text), Vec::<String>::new());
    }
}
