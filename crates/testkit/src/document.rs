//! The documents of this repository as tests see them: code, links, headings, tables.

use std::collections::BTreeSet;
use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::folder::{files_below, fixtures};

/// A text in Markdown, with its path in this repository.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it is, from the root of this repository.
    pub path: Utf8PathBuf,
    /// All of it.
    pub text: String,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The line that it begins in, from 1.
    pub line: usize,
    /// What it says: code, or where a link leads.
    pub text: String,
}

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// All of it, without marks.
    pub text: String,
    /// What of it is code, one by one.
    pub code: Vec<String>,
}

/// The root of this repository.
pub fn root() -> Utf8PathBuf {
    let fixtures = fixtures();
    let root = fixtures.parent().unwrap_or(Utf8Path::new("."));
    root.to_owned()
}

/// Every document that people read: those at the root, and below `docs`, `fixtures` and `oracles`.
pub fn documents() -> Vec<Document> {
    let root = root();
    let entries = root.read_dir_utf8().expect("this repository is readable");
    let entries =
        entries.map(|entry| Utf8PathBuf::from(entry.expect("and its entries").file_name()));
    let mut paths: Vec<_> = entries.collect();
    for folder in ["docs", "fixtures", "oracles"] {
        let below = files_below(&root.join(folder)).into_iter();
        paths.extend(below.map(|path| Utf8Path::new(folder).join(path)));
    }
    // What a program makes is no document, nor is what a test renders.
    paths.retain(|path| {
        let made = ["node_modules", "target", "expected", "templates"];
        path.extension() == Some("md")
            && !path.components().any(|part| made.contains(&part.as_str()))
    });
    paths.sort();
    let read = |path: Utf8PathBuf| {
        let text = std::fs::read_to_string(root.join(&path)).expect("a document is a text");
        Document { path, text }
    };
    paths.into_iter().map(read).collect()
}

impl Document {
    /// The blocks of code in one of these languages, each from its first line of code on.
    pub fn blocks(&self, languages: &[&str]) -> Vec<Part> {
        let mut blocks = Vec::new();
        let mut open: Option<Part> = None;
        for (event, range) in self.events() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    let word = language.split(' ').next().unwrap_or_default();
                    open = languages.contains(&word).then(|| Part {
                        line: self.line(&range) + 1,
                        text: String::new(),
                    });
                }
                Event::Text(text) => {
                    if let Some(block) = &mut open {
                        block.text.push_str(&text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
                _ => {}
            }
        }
        blocks
    }

    /// What stands between backticks in the text.
    pub fn code(&self) -> Vec<Part> {
        self.parts(|event| match event {
            Event::Code(code) => Some(code.into_string()),
            _ => None,
        })
    }

    /// Where links lead.
    pub fn links(&self) -> Vec<Part> {
        self.parts(|event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some(dest_url.into_string())
            }
            _ => None,
        })
    }

    /// HTML in the text, of which a page on the web shows nothing.
    pub fn html(&self) -> Vec<Part> {
        self.parts(|event| match event {
            Event::Html(html) | Event::InlineHtml(html) => Some(html.into_string()),
            _ => None,
        })
    }

    /// What a link may name behind `#`, as GitHub makes it of headings.
    pub fn anchors(&self) -> BTreeSet<String> {
        let mut anchors = BTreeSet::new();
        let mut heading: Option<String> = None;
        for (event, _) in self.events() {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                Event::End(TagEnd::Heading(_)) => {
                    let plain = anchor(&heading.take().unwrap_or_default());
                    let mut number = 0;
                    let mut unique = plain.clone();
                    while !anchors.insert(unique.clone()) {
                        number += 1;
                        unique = format!("{plain}-{number}");
                    }
                }
                _ => {}
            }
        }
        anchors
    }

    /// The rows of all tables but their heads, each with its line.
    pub fn rows(&self) -> Vec<(usize, Vec<Cell>)> {
        let mut rows: Vec<(usize, Vec<Cell>)> = Vec::new();
        let mut in_row = false;
        for (event, range) in self.events() {
            if let Event::Start(Tag::TableRow) = event {
                in_row = true;
                rows.push((self.line(&range), Vec::new()));
            }
            let Some((_, cells)) = rows.last_mut().filter(|_| in_row) else {
                continue;
            };
            if let Event::Start(Tag::TableCell) = event {
                cells.push(Cell::default());
                continue;
            }
            match (event, cells.last_mut()) {
                (Event::End(TagEnd::TableRow), _) => in_row = false,
                (Event::Text(text), Some(cell)) => cell.text.push_str(&text),
                (Event::Code(code), Some(cell)) => {
                    cell.text.push_str(&code);
                    cell.code.push(code.into_string());
                }
                _ => {}
            }
        }
        rows
    }

    fn parts(&self, read: impl Fn(Event<'_>) -> Option<String>) -> Vec<Part> {
        let events = self.events();
        let part = |(event, range): (Event<'_>, Range<usize>)| {
            let line = self.line(&range);
            read(event).map(|text| Part { line, text })
        };
        events.filter_map(part).collect()
    }

    fn events(&self) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
        Parser::new_ext(&self.text, Options::ENABLE_TABLES).into_offset_iter()
    }

    fn line(&self, range: &Range<usize>) -> usize {
        self.text[..range.start].matches('\n').count() + 1
    }
}

/// The anchor of a heading: letters, digits, `-` and `_`, blanks as `-`.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars()
        .filter(|one| one.is_alphanumeric() || matches!(one, '-' | '_'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Cell, Document, Part};

    fn document(text: &str) -> Document {
        Document {
            path: "a.md".into(),
            text: text.to_owned(),
        }
    }

    fn part(line: usize, text: &str) -> Part {
        let text = text.to_owned();
        Part { line, text }
    }

    #[test]
    fn parts_have_the_line_that_they_begin_in() {
        let document = document(
            "# A `b`: c\n\nSee [d](e.md#f) and `g`, <h>.\n\n- in a list\n\n  ```sh\n  i\n  j\n  ```\n\n```yaml\nk: 1\n```\n\n# A b c\n\n# A b c\n",
        );
        assert_eq!(document.blocks(&["sh"]), [part(8, "i\nj\n")]);
        assert_eq!(document.blocks(&["yaml", "sh"]).len(), 2);
        assert_eq!(document.links(), [part(3, "e.md#f")]);
        assert_eq!(document.code(), [part(1, "b"), part(3, "g")]);
        assert_eq!(document.html(), [part(3, "<h>")]);
        let anchors = document.anchors();
        let anchors: Vec<_> = anchors.iter().map(String::as_str).collect();
        assert_eq!(anchors, ["a-b-c", "a-b-c-1", "a-b-c-2"]);
    }

    #[test]
    fn rows_are_read_with_their_code() {
        let document = document("| a | b |\n|---|---|\n| c `d` | |\n| `e\\|f`, `g` | h |\n");
        let cell = |text: &str, code: &[&str]| Cell {
            text: text.to_owned(),
            code: code.iter().map(|&code| code.to_owned()).collect(),
        };
        assert_eq!(
            document.rows(),
            [
                (3, vec![cell("c d", &["d"]), cell("", &[])]),
                (4, vec![cell("e|f, g", &["e|f", "g"]), cell("h", &[])]),
            ]
        );
    }
}
