//! What one module does alone: `cli::environment` reads the environment, `cli::ui` writes to the
//! terminal.

use anyhow::Result;
use camino::Utf8Path;
use regex::Regex;

use crate::files;

/// Who does it, how it looks, and what is said of others.
const ALONE: &[(&str, &str, &str)] = &[
    (
        "cli/src/environment/",
        r"\benv::(?:var|vars|var_os|vars_os|args|args_os|current_dir|current_exe|home_dir|temp_dir|set_current_dir)\b",
        "reads the environment; `cli::environment` does, and passes values in",
    ),
    (
        "cli/src/ui/",
        r"\b(?:io|anstream)::std(?:out|err)\b|\bstd(?:out|err)\(\)|\be?print(?:ln)?!",
        "writes to the terminal; `cli::ui` does",
    ),
];

pub(super) fn check(root: &Utf8Path) -> Result<Vec<String>> {
    let rules = Rules::new()?;
    let mut faults = Vec::new();
    for path in files::paths(&root.join("crates"))? {
        let path = path.as_str();
        let is_code = path.contains("/src/") && path.ends_with(".rs");
        let is_test = path.contains("/tests/") || path.ends_with("tests.rs");
        if is_code && !is_test && !path.starts_with("testkit/") {
            let text = files::text(&root.join("crates").join(path))?;
            faults.extend(rules.breaches(path, &text));
        }
    }
    Ok(faults)
}

struct Rules {
    tests: Regex,
    alone: Vec<(&'static str, Regex, &'static str)>,
}

impl Rules {
    fn new() -> Result<Self> {
        let compiled = ALONE
            .iter()
            .map(|(owner, pattern, why)| Ok((*owner, Regex::new(pattern)?, *why)));
        Ok(Self {
            tests: Regex::new(r"#\[cfg\(test\)\](?:\s+#\[[^\]]*\])*\s+mod \w+ \{")?,
            alone: compiled.collect::<Result<_>>()?,
        })
    }

    fn breaches(&self, path: &str, text: &str) -> Vec<String> {
        let tests = self.tests.find(text);
        let code = &text[..tests.map_or(text.len(), |tests| tests.start())];
        let mut faults = Vec::new();
        for (number, line) in (1..).zip(code.lines()) {
            let line = line.trim_start();
            for (owner, pattern, why) in &self.alone {
                let is_theirs = path.starts_with(owner);
                if !is_theirs && !line.starts_with("//") && pattern.is_match(line) {
                    faults.push(format!("crates/{path}:{number}: {why}"));
                }
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::Rules;

    const PLANTED: &str = r#"//! It calls std::env::var and io::stdout().
use std::io;

fn run() {
    let home = std::env::var_os("HOME");
    let mut out = io::stdout().lock();
    eprintln!("{home:?}");
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test")]
mod tests {
    fn run() {
        println!("{:?}", std::env::args());
    }
}
"#;

    #[test]
    fn whoever_else_does_it_is_found_with_its_place() {
        let rules = Rules::new().unwrap();
        let terminal = "writes to the terminal; `cli::ui` does";
        let environment = "reads the environment; `cli::environment` does, and passes values in";
        assert_eq!(
            rules.breaches("vault/src/a.rs", PLANTED),
            [
                format!("crates/vault/src/a.rs:5: {environment}"),
                format!("crates/vault/src/a.rs:6: {terminal}"),
                format!("crates/vault/src/a.rs:7: {terminal}"),
            ]
        );
        assert_eq!(
            rules.breaches("cli/src/environment/mod.rs", PLANTED),
            [6, 7].map(|line| format!("crates/cli/src/environment/mod.rs:{line}: {terminal}"))
        );
        assert_eq!(
            rules.breaches("cli/src/ui/mod.rs", PLANTED),
            [format!("crates/cli/src/ui/mod.rs:5: {environment}")]
        );
    }

    #[test]
    fn nobody_else_does_it() {
        let root = crate::files::root();
        assert_eq!(super::check(&root).unwrap(), Vec::<String>::new());
    }
}
