//! A page of measured facts names the tests that hold them: each is there.

use std::collections::BTreeSet;

use anyhow::Result;
use camino::Utf8Path;
use regex::Regex;

use crate::files;

/// The pages; the last column of their tables names tests.
const PAGES: &[&str] = &["docs/design/what-flux-does.md"];

/// Folders whose folders are cases of a test.
const CASES: &[&str] = &["crates/flux/tests/kustomize", "crates/flux/tests/breakages"];

pub(super) fn check(root: &Utf8Path) -> Result<Vec<String>> {
    let mut known = BTreeSet::new();
    let test = Regex::new(r"#\[test\][^{]*?fn (\w+)\(")?;
    for path in files::paths(&root.join("crates"))? {
        if Utf8Path::new(&path).extension() == Some("rs") {
            let text = files::text(&root.join("crates").join(&path))?;
            let names = test.captures_iter(&text).filter_map(|found| found.get(1));
            known.extend(names.map(|name| name.as_str().to_owned()));
        }
    }
    for folder in CASES {
        known.extend(files::folders(&root.join(folder))?);
    }
    let mut faults = Vec::new();
    for page in PAGES {
        faults.extend(breaches(page, &files::text(&root.join(page))?, &known)?);
    }
    Ok(faults)
}

fn breaches(page: &str, text: &str, known: &BTreeSet<String>) -> Result<Vec<String>> {
    let name = Regex::new("`([^`]+)`")?;
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some(row) = line
            .strip_prefix("| ")
            .and_then(|row| row.strip_suffix(" |"))
        else {
            continue;
        };
        let (_, last) = row.rsplit_once(" | ").unwrap_or_default();
        if last == "test" || last.starts_with("---") {
            continue;
        }
        let names: Vec<&str> = { name.captures_iter(last) }
            .filter_map(|found| Some(found.get(1)?.as_str()))
            .collect();
        if names.is_empty() && !last.starts_with("none:") {
            faults.push(format!("{page}:{}: names no test", index + 1));
        }
        let missing = names.into_iter().filter(|name| !known.contains(*name));
        faults.extend(missing.map(|name| format!("{page}:{}: no test `{name}`", index + 1)));
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::breaches;

    #[test]
    fn a_fact_without_its_test_is_found() {
        let page = "| what | test |\n|---|---|\n| `a` \\| b | `it_is`, `case` |\n| c | `gone` |\n\
                    | d | nowhere |\n| e | none: a rendering decides it |\n";
        let known = ["it_is", "case"].map(str::to_owned).into();
        assert_eq!(
            breaches("a.md", page, &known).unwrap(),
            ["a.md:4: no test `gone`", "a.md:5: names no test"]
        );
    }
}
