//! What every source file holds to: a first line that says what it is, a length that can be
//! read, nothing left over from the work on it.

use anyhow::Result;
use camino::Utf8Path;
use regex::Regex;

use crate::files;

/// Lines that no file of source may exceed; tests may.
const LONGEST: usize = 600;

/// Folders with Rust in them.
const FOLDERS: &[&str] = &["crates", "xtask", "examples", "fuzz"];

/// Documents and settings, which may not name machines either.
const DOCUMENTS: &[&str] = &["docs", "templates", "fixtures", "oracles", ".ci", ".github"];

pub(super) fn check(root: &Utf8Path) -> Result<Vec<String>> {
    let rules = Rules::new()?;
    let mut faults = Vec::new();
    for folder in FOLDERS {
        for path in files::paths(&root.join(folder))? {
            let shown = format!("{folder}/{path}");
            if shown.contains("/target/") || shown.contains("/corpus/cases/") {
                continue;
            }
            let Ok(text) = files::text(&root.join(&shown)) else {
                continue;
            };
            if has_extension(&shown, "rs") {
                faults.extend(rules.source(&shown, &text));
            }
            faults.extend(rules.machine(&shown, &text));
        }
    }
    for folder in DOCUMENTS {
        for path in files::paths(&root.join(folder))? {
            let shown = format!("{folder}/{path}");
            if let Ok(text) = files::text(&root.join(&shown)) {
                faults.extend(rules.machine(&shown, &text));
            }
        }
    }
    for entry in root.read_dir_utf8()? {
        let entry = entry?;
        let shown = entry.file_name();
        if entry.path().is_file() && (has_extension(shown, "md") || has_extension(shown, "toml")) {
            faults.extend(rules.machine(shown, &files::text(entry.path())?));
        }
    }
    Ok(faults)
}

struct Rules {
    leftover: Regex,
    machine: Regex,
}

impl Rules {
    fn new() -> Result<Self> {
        // Written so that this file does not find itself.
        Ok(Self {
            leftover: Regex::new(
                r"\b(?:todo|dbg|unimplemented)!\s*\(|#\[ignore|\b(?:FIXME|XXX)\b",
            )?,
            machine: Regex::new(
                r"(?:^|[\s`\x22'(=:])/(?:root|work|home/[a-z]+|Users/[A-Za-z]+)/[\w.]",
            )?,
        })
    }

    fn source(&self, path: &str, text: &str) -> Vec<String> {
        let mut faults = Vec::new();
        if !text.starts_with("//!") {
            faults.push(format!(
                "{path}:1: does not open with `//!` saying what it is"
            ));
        }
        let lines = text.lines().count();
        if lines > LONGEST && !is_test(path) {
            faults.push(format!("{path}: {lines} lines, more than {LONGEST}"));
        }
        for (number, line) in text.lines().enumerate() {
            let code = !line.trim_start().starts_with("//");
            if code && self.leftover.is_match(line) && !path.starts_with("xtask/src/tidy/") {
                faults.push(format!(
                    "{path}:{}: a leftover: {}",
                    number + 1,
                    line.trim()
                ));
            }
        }
        faults
    }

    fn machine(&self, path: &str, text: &str) -> Vec<String> {
        text.lines()
            .enumerate()
            .filter(|(_, line)| self.machine.is_match(line))
            .map(|(number, line)| {
                format!(
                    "{path}:{}: a path of one machine: {}",
                    number + 1,
                    line.trim()
                )
            })
            .collect()
    }
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.contains("/benches/")
}

fn has_extension(path: &str, extension: &str) -> bool {
    Utf8Path::new(path).extension() == Some(extension)
}

#[cfg(test)]
mod tests {
    use super::Rules;

    #[test]
    fn breaches_are_found_with_their_place() {
        let rules = Rules::new().unwrap();
        let text = "fn main() {\n    todo!()\n}\n";
        assert_eq!(
            rules.source("a.rs", text),
            [
                "a.rs:1: does not open with `//!` saying what it is",
                "a.rs:2: a leftover: todo!()"
            ]
        );
        assert_eq!(
            rules.source("a.rs", "//! It.\n// todo!() in words\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            rules.machine("a.md", &format!("see {}x\n", "/root/")).len(),
            1
        );
        assert!(
            rules
                .machine("a.md", "https://example.com/work/shop\n")
                .is_empty()
        );
    }
}
