//! Markdown on a terminal: lines as wide as that, tables in columns, code in colour.

use std::io::{self, IsTerminal as _};
use std::mem::take;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthStr as _;

use super::{Ui, paint, table, wrap};

/// Longer lines are hard to read, however wide the terminal is.
const WIDEST: usize = 110;

/// How wide a terminal is that does not say so.
const USUAL: usize = 80;

/// How far code is indented.
const CODE: usize = 4;

impl Ui {
    /// A page in Markdown that was asked for: laid out on a terminal, as it is elsewhere. What is
    /// said behind a link is up to the caller, who knows where it leads.
    pub(crate) fn markdown(
        &mut self,
        text: &str,
        link: impl Fn(&str) -> Option<String>,
    ) -> io::Result<()> {
        if self.is_json() || !io::stdout().is_terminal() {
            return self.data(text);
        }
        let columns = self.screen().map_or(USUAL, |(columns, _)| columns);
        let spelt = |target: &str| Some(self.spelt(&link(target)?));
        let text = laid_out(text, columns.min(WIDEST), &spelt);
        self.data(&text)
    }
}

/// The text for lines of so many columns.
fn laid_out(text: &str, width: usize, link: &dyn Fn(&str) -> Option<String>) -> String {
    let mut page = Page {
        out: String::with_capacity(text.len() * 2),
        line: String::new(),
        gap: false,
        indent: 0,
        marker: None,
        lists: Vec::new(),
        links: Vec::new(),
        rows: Vec::new(),
        width,
        link,
    };
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        page.read(event);
    }
    page.out
}

/// A page as far as it is laid out.
struct Page<'a> {
    out: String,
    /// The paragraph, cell or code that is being read.
    line: String,
    /// Whether an empty line comes before whatever is next.
    gap: bool,
    /// How far the lines of lists and quotations are indented.
    indent: usize,
    /// What stands in the indentation of the next line: the sign of an item or a quotation.
    marker: Option<String>,
    /// The lists that are open: the number of the next item, and how far each indents.
    lists: Vec<(Option<u64>, usize)>,
    /// Where the links lead that are open.
    links: Vec<String>,
    /// The rows of the table that is being read; the first is its head.
    rows: Vec<Vec<String>>,
    width: usize,
    link: &'a dyn Fn(&str) -> Option<String>,
}

impl Page<'_> {
    fn read(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Code(code) => {
                self.line.push('`');
                self.line.push_str(&code);
                self.line.push('`');
            }
            Event::InlineHtml(text) if text.starts_with("<!--") => {}
            Event::Text(text) | Event::InlineHtml(text) => self.line.push_str(&text),
            Event::SoftBreak | Event::HardBreak => self.line.push(' '),
            // Blocks of comments, rules, and what only other dialects have.
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.line = "#".repeat(level as usize);
                self.line.push(' ');
            }
            Tag::CodeBlock(_) => self.paragraph(),
            Tag::List(first) => {
                self.paragraph();
                self.lists.push((first, 0));
            }
            Tag::Item => {
                if let Some((number, indent)) = self.lists.last_mut() {
                    let sign = match number {
                        Some(number) => format!("{number}. "),
                        None => "- ".to_owned(),
                    };
                    *number = number.map(|number| number + 1);
                    *indent = sign.len();
                    self.indent += sign.len();
                    self.marker = Some(sign);
                }
            }
            Tag::BlockQuote(_) => {
                self.indent += 2;
                self.marker = Some("> ".to_owned());
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::Link { dest_url, .. } => self.links.push(dest_url.into_string()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.block(),
            TagEnd::Heading(_) => {
                let line = wrap::filled(&take(&mut self.line), 0, self.width);
                self.write(&paint::heading(&line));
                self.gap = true;
            }
            TagEnd::CodeBlock => {
                let code = take(&mut self.line);
                let blanks = " ".repeat(self.indent + CODE);
                for line in code.lines() {
                    let is_blank = line.trim().is_empty();
                    let shown = format!("{blanks}{}", paint::code(line));
                    self.write(if is_blank { "" } else { &shown });
                }
                self.gap = true;
            }
            TagEnd::Item => {
                self.paragraph();
                self.indent -= self.lists.last().map_or(0, |(_, indent)| *indent);
                self.marker = None;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.gap |= self.lists.is_empty();
            }
            TagEnd::BlockQuote(_) => {
                self.indent -= 2;
                self.marker = None;
            }
            TagEnd::TableCell => {
                let cell = take(&mut self.line);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                let rows = take(&mut self.rows);
                self.table(rows);
                self.gap = true;
            }
            TagEnd::Link => {
                let target = self.links.pop().unwrap_or_default();
                if let Some(told) =
                    (self.link)(&target).filter(|told| !self.line.ends_with(&**told))
                {
                    self.line.push_str(&format!(" ({told})"));
                }
            }
            _ => {}
        }
    }

    /// Ends a paragraph, behind which a line is empty.
    fn block(&mut self) {
        self.paragraph();
        self.gap = true;
    }

    /// Writes the text so far, behind the sign of its item if it is the first of that.
    fn paragraph(&mut self) {
        let text = take(&mut self.line);
        if text.is_empty() {
            return;
        }
        let marker = self.marker.take().unwrap_or_default();
        let blanks = " ".repeat(self.indent - marker.len().min(self.indent));
        let line = format!("{blanks}{marker}{text}");
        self.write(&wrap::filled(&line, self.indent, self.width));
    }

    /// Columns where they fit in, else each row as a paragraph of its own.
    fn table(&mut self, mut rows: Vec<Vec<String>>) {
        if rows.is_empty() {
            return;
        }
        let head = rows.remove(0);
        let names: Vec<_> = head.iter().map(String::as_str).collect();
        let columns = table::table(&names, rows.clone());
        if columns.lines().all(|line| line.width() <= self.width) {
            let is_blank = head.iter().all(String::is_empty);
            for (number, line) in columns.lines().enumerate().skip(usize::from(is_blank)) {
                let is_head = number == 0;
                self.write(&if is_head {
                    paint::heading(line)
                } else {
                    line.to_owned()
                });
            }
            return;
        }
        for row in rows {
            for (column, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let line = match head.get(column).filter(|name| !name.is_empty()) {
                    _ if column == 0 => cell.clone(),
                    Some(name) => format!("  {name}: {cell}"),
                    None => format!("  {cell}"),
                };
                self.write(&wrap::filled(&line, 4, self.width));
            }
        }
    }

    fn write(&mut self, line: &str) {
        if take(&mut self.gap) && !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.push_str(line);
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::laid_out;

    fn plain(text: &str, width: usize) -> String {
        let link = |target: &str| target.contains("://").then(|| target.to_owned());
        anstream::adapter::strip_str(&laid_out(text, width, &link)).to_string()
    }

    #[test]
    fn paragraphs_lists_and_code_have_the_width_of_the_terminal() {
        let page = "> Off: `a`.\n\n# A page\n\nOne line, which is\nlonger than it is wide. <!-- not shown -->\n\n\
            - first, with words enough for two lines\n- second\n  - inner\n- third\n\n\
            1. one\n\n   more of it\n2. two\n\n```sh\nichor a --long-flag --other-flag --third\n\nb\n```\n\nEnd.\n";
        insta::assert_snapshot!(plain(page, 40), @r"
        > Off: `a`.

        # A page

        One line, which is longer than it is
        wide.

        - first, with words enough for two lines
        - second
          - inner
        - third

        1. one

           more of it

        2. two

            ichor a --long-flag --other-flag --third

            b

        End.
        ");
    }

    #[test]
    fn links_say_where_they_lead() {
        let page = "[a](https://a.example), [here](#b), <https://b.example>\n";
        assert_eq!(
            plain(page, 80),
            "a (https://a.example), here, https://b.example\n"
        );
    }

    #[test]
    fn tables_are_columns_where_these_fit_in() {
        let page = "| key | what it is |\n|---|---|\n| `a` | first |\n| `b\\|c` | [second](#b) |\n\nEnd.\n";
        insta::assert_snapshot!(plain(page, 18), @r"
        key     what it is
        `a`     first
        `b|c`   second

        End.
        ");
        insta::assert_snapshot!(plain(page, 12), @r"
        `a`
          what it
            is:
            first
        `b|c`
          what it
            is:
            second

        End.
        ");
        assert_eq!(plain("| | |\n|---|---|\n| a | b |\n", 40), "a   b\n");
    }

    #[test]
    fn headings_and_code_have_colours() {
        let page = laid_out("# A\n\n```sh\nb\n```\n", 40, &|_| None);
        insta::assert_snapshot!(page.replace('\u{1b}', "^"), @r"
        ^[1m# A^[0m

            ^[36mb^[0m
        ");
    }

    #[test]
    fn every_page_is_laid_out_and_keeps_its_words() {
        for page in pipeline::pages::PAGES {
            for width in [20, 40, 80, 200] {
                let shown = plain(page.text, width);
                assert!(!shown.contains("|---"), "{}", page.name);
                // Blocks of code keep their lines, and every cell and paragraph its words.
                let words = |text: &str| {
                    text.split_whitespace()
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                };
                let shown: std::collections::BTreeSet<_> = words(&shown).into_iter().collect();
                let code = page.text.split("```").skip(1).step_by(2);
                for word in code.flat_map(|code| words(code).into_iter().skip(1)) {
                    assert!(shown.contains(&word), "{} at {width}: {word}", page.name);
                }
            }
        }
    }
}
