//! A rule is named by its constant everywhere but in the tables: an id in a text would be a
//! second name for it, which no compiler holds to the first.

use std::collections::BTreeSet;

use anyhow::Result;
use camino::Utf8Path;
use regex::Regex;

use crate::files;

pub(super) fn check(root: &Utf8Path) -> Result<Vec<String>> {
    let mut sources = Vec::new();
    for path in files::paths(&root.join("crates"))? {
        let path = path.as_str();
        if path.contains("/src/") && Utf8Path::new(path).extension() == Some("rs") {
            let shown = format!("crates/{path}");
            let text = files::text(&root.join(&shown))?;
            sources.push((shown, text));
        }
    }
    let page = files::text(&root.join("docs/rules.md"))?;
    breaches(&sources, &page)
}

/// Whether a file is a table, or one of those that make it up.
fn is_table(path: &str) -> bool {
    path.ends_with("/src/rules.rs") || path.contains("/src/rules/")
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

fn breaches(sources: &[(String, String)], page: &str) -> Result<Vec<String>> {
    let declared = Regex::new(r#"^    \w+: \w+ "([^"]+)","#)?;
    let id = Regex::new(r#""([a-z][a-z0-9-]*/[a-z][a-z0-9-]*)""#)?;
    let tests = Regex::new(r"#\[cfg\(test\)\]\s+mod \w+ \{")?;
    let (tables, code): (Vec<_>, Vec<_>) = sources.iter().partition(|(path, _)| is_table(path));
    let mut faults = Vec::new();
    let mut known = BTreeSet::new();
    for (path, text) in tables {
        for id in text.lines().filter_map(|line| declared.captures(line)) {
            let id = id.get(1).map_or("", |id| id.as_str());
            known.insert(id);
            if !page.contains(&format!("\n## {id}\n")) {
                faults.push(format!("{path}: `{id}` is not in docs/rules.md"));
            }
        }
    }
    for (path, text) in code.into_iter().filter(|(path, _)| !is_test(path)) {
        let end = tests.find(text).map_or(text.len(), |tests| tests.start());
        for (index, line) in text[..end].lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            let makes = line.contains("Rule::declared(") || line.contains("rules! {");
            if makes && !path.starts_with("crates/diagnostics/") {
                faults.push(format!(
                    "{path}:{}: declares a rule outside of a table",
                    index + 1
                ));
            }
            for found in id.captures_iter(line) {
                let id = found.get(1).map_or("", |id| id.as_str());
                if known.contains(id) {
                    faults.push(format!(
                        "{path}:{}: `{id}`; name the rule by its constant",
                        index + 1
                    ));
                }
            }
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::breaches;

    fn found(files: &[(&str, &str)], page: &str) -> Vec<String> {
        let sources: Vec<_> = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        breaches(&sources, page).unwrap()
    }

    const TABLE: (&str, &str) = (
        "crates/x/src/rules.rs",
        "diagnostics::rules! {\n    NODE_NONE: error \"node/none\",\n        \"A node.\";\n}\n",
    );

    #[test]
    fn an_id_outside_of_the_tables_is_found_with_its_place() {
        let code = r#"//! It.
diagnostics::rules! {
    OWN: error "own/rule", "It.";
}

fn steer(problem: &Diagnostic) -> bool {
    problem.rule.id() == "node/none"
}
"#;
        assert_eq!(
            found(&[TABLE, ("crates/x/src/a.rs", code)], ""),
            [
                "crates/x/src/rules.rs: `node/none` is not in docs/rules.md",
                "crates/x/src/a.rs:2: declares a rule outside of a table",
                "crates/x/src/a.rs:7: `node/none`; name the rule by its constant",
            ]
        );
    }

    #[test]
    fn paths_comments_and_tests_are_left_alone() {
        let code = r#"//! It.
// "node/none" is a rule.
const FOLDER: &str = "node/other";

#[cfg(test)]
mod tests {
    const ID: &str = "node/none";
}
"#;
        let files = [
            TABLE,
            ("crates/x/src/a.rs", code),
            ("crates/x/src/tests.rs", "\"node/none\""),
        ];
        assert_eq!(found(&files, "\n## node/none\n"), Vec::<String>::new());
    }
}
