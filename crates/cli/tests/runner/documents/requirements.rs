//! `docs/requirements.md`: what is asked for, and what does it.

use config_model::{Declarations, Section};
use testkit::{Cell, Document, documents, root};

/// The folder that paths of templates count from.
const TEMPLATES: &str = "templates/config";

fn document() -> Document {
    let mut documents = documents().into_iter();
    let found = documents.find(|document| document.path == "docs/requirements.md");
    found.expect("it is there")
}

/// What is named in a cell that is neither a command, a file with the words behind it, nor a key.
/// Commands are looked at beside these (`spelled`).
fn unknown(cell: &Cell) -> Vec<String> {
    let mut faults = Vec::new();
    let mut file: Option<(&str, String, bool)> = None;
    let declared = Declarations::built_in();
    let is_key = |name: &str| {
        let sections = [Section::Cluster, Section::Nodes];
        sections
            .iter()
            .any(|section| declared.get(*section, name).is_some())
    };
    let mut named = 0;
    let unquoted = |file: &Option<(&str, String, bool)>| match file {
        Some((path, _, false)) if path.ends_with(".j2") => {
            Some(format!("`{path}`: which words of it?"))
        }
        _ => None,
    };
    for code in &cell.code {
        let paths = [root().join(TEMPLATES).join(code), root().join(code)];
        let found = paths.iter().find(|path| path.is_file());
        if code.starts_with("ichor ") {
            named += 1;
        } else if let Some(path) = found {
            named += 1;
            faults.extend(unquoted(&file));
            let text = std::fs::read_to_string(path).expect("it is a text");
            file = Some((code, on_one_line(&text), false));
        } else if let Some((_, text, quoted)) = &mut file
            && text.contains(&on_one_line(code))
        {
            *quoted = true;
        } else if !is_key(code) {
            faults.push(format!(
                "`{code}` is no command, no file, no words of that, and no key"
            ));
        }
    }
    faults.extend(unquoted(&file));
    if named == 0 {
        faults.push("neither a file nor a command".to_owned());
    }
    faults
}

/// Lines and indentation do not count: a cell is one line.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn everything_that_is_asked_for_is_done_by_something_that_is_there() {
    let rows = document().rows();
    assert!(rows.len() > 90, "{}", rows.len());
    let mut faults = Vec::new();
    for (line, cells) in &rows {
        let found = match cells.as_slice() {
            [asked, done] if !asked.text.trim().is_empty() => unknown(done),
            _ => vec!["what is asked for, and what does it".to_owned()],
        };
        faults.extend(
            found
                .into_iter()
                .map(|fault| format!("docs/requirements.md:{line}: {fault}")),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_line_is_asked_for_twice_and_every_section_has_one() {
    let text = document().text;
    let mut asked = std::collections::BTreeSet::new();
    for section in text.split("\n## ").skip(1) {
        let title = section.lines().next().unwrap_or_default();
        let rows = section
            .lines()
            .filter(|line| line.starts_with("| ") && !line.starts_with("| asked for |"));
        let mut count = 0;
        for row in rows {
            count += 1;
            let first = row.split(" | ").next().unwrap_or_default();
            assert!(asked.insert((title, first)), "{title}: {first}");
        }
        assert!(count > 0, "{title}");
    }
}

#[test]
fn what_is_not_there_is_told() {
    let cell = |code: &[&str]| Cell {
        text: "a".to_owned(),
        code: code.iter().map(|&code| code.to_owned()).collect(),
    };
    for (code, count) in [
        (&["ichor init"][..], 0),
        (&["docs/style.md"], 0),
        (&[".sops.yaml.j2", "age_key('public')"], 0),
        (&["node_cidr", "ichor init"], 0),
        // None at all, a template without words, words of no file, of another, and no path.
        (&[], 1),
        (&["node_cidr"], 1),
        (&[".sops.yaml.j2"], 1),
        (&[".sops.yaml.j2", "docs/style.md"], 1),
        (&["age_key('public')"], 2),
        (&[".sops.yaml.j2", "nothing of it"], 2),
        (&["docs/none.md"], 2),
    ] {
        assert_eq!(unknown(&cell(code)).len(), count, "{code:?}");
    }
}
