//! A template's text cut into tokens: what is printed as it is, and what stands in tags.
//!
//! Follows the states and the order of rules of Jinja2's `lexer.py`.

use super::Grammar;
use super::token::{Operator, Placed, Span, SyntaxError, Token, is_space};
use super::words;

/// All tokens of a template.
pub(crate) fn tokens(text: &str, grammar: &Grammar) -> Result<Vec<Placed>, SyntaxError> {
    let mut scanner = Scanner {
        text,
        grammar,
        at: 0,
        line_starting: true,
        tokens: Vec::new(),
        first_bytes: first_bytes(grammar),
        rules: rules(grammar),
    };
    scanner.run()?;
    Ok(scanner.tokens)
}

/// What opens at a place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Opening {
    Block,
    Comment,
    LineComment,
    LineStatement,
    Variable,
}

/// The whitespace control of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    None,
    Strip,
    Keep,
}

struct Scanner<'a> {
    text: &'a str,
    grammar: &'a Grammar,
    at: usize,
    line_starting: bool,
    tokens: Vec<Placed>,
    /// What can open a tag, in the order in which Jinja2 tries.
    rules: Vec<(Opening, &'a str)>,
    /// With which bytes those begin.
    first_bytes: Vec<u8>,
}

/// A found opening.
struct Found {
    opening: Option<Opening>,
    /// Where its match begins and ends, sign included.
    start: usize,
    end: usize,
    sign: Sign,
}

fn rules(grammar: &Grammar) -> Vec<(Opening, &str)> {
    let delimiters = &grammar.delimiters;
    let mut rules = vec![
        (Opening::Comment, delimiters.comment_start.as_str()),
        (Opening::Block, delimiters.block_start.as_str()),
        (Opening::Variable, delimiters.variable_start.as_str()),
    ];
    if let Some(prefix) = &delimiters.line_statement_prefix {
        rules.push((Opening::LineStatement, prefix));
    }
    if let Some(prefix) = &delimiters.line_comment_prefix {
        rules.push((Opening::LineComment, prefix));
    }
    rules.retain(|(_, text)| !text.is_empty());
    // Longest first; of equally long ones, the later name first: `variable_begin`,
    // `linestatement_begin`, `linecomment_begin`, `comment_begin`, `block_begin`.
    rules.sort_by_key(|(opening, text)| std::cmp::Reverse((text.len(), *opening)));
    rules
}

fn first_bytes(grammar: &Grammar) -> Vec<u8> {
    let rules = rules(grammar).into_iter();
    let mut first: Vec<_> = rules.map(|(_, text)| text.as_bytes()[0]).collect();
    first.sort_unstable();
    first.dedup();
    first
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), SyntaxError> {
        while self.at < self.text.len() {
            let Some(found) = self.find_opening() else {
                self.data(self.at, self.text.len());
                break;
            };
            let data_end = self.strip(self.at, &found);
            self.data(self.at, data_end);
            self.at = found.end;
            self.line_starting = self.text[..found.end].ends_with('\n');
            match found.opening {
                None => self.raw(&found)?,
                Some(Opening::Comment) => self.comment(&found)?,
                Some(Opening::LineComment) => {
                    let rest = &self.text[self.at..];
                    self.at += rest.find('\n').unwrap_or(rest.len());
                    self.line_starting = false;
                }
                Some(Opening::Variable) => {
                    self.push(Token::VariableBegin, found.start, found.end);
                    self.variable(found.start)?;
                }
                Some(Opening::Block) => {
                    self.push(Token::BlockBegin, found.start, found.end);
                    self.block(found.start)?;
                }
                Some(Opening::LineStatement) => {
                    self.push(Token::BlockBegin, found.start, found.end);
                    self.line_statement()?;
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, token: Token, start: usize, end: usize) {
        self.tokens.push(Placed {
            token,
            span: Span::new(start, end),
        });
    }

    fn data(&mut self, start: usize, end: usize) {
        if start < end {
            let data = &self.text[start..end];
            let data = if self.grammar.newline == "\n" {
                data.to_owned()
            } else {
                data.replace('\n', self.grammar.newline)
            };
            self.push(Token::Data(data), start, end);
        }
    }

    /// The first place at which something opens.
    fn find_opening(&self) -> Option<Found> {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        loop {
            at += self.candidate(&bytes[at..])?;
            if let Some(found) = self.opening_at(at) {
                return Some(found);
            }
            at += 1;
        }
    }

    /// The first byte with which something may open.
    fn candidate(&self, bytes: &[u8]) -> Option<usize> {
        match *self.first_bytes {
            [one] => memchr::memchr(one, bytes),
            [one, two] => memchr::memchr2(one, two, bytes),
            [one, two, three] => memchr::memchr3(one, two, three, bytes),
            ref several => bytes.iter().position(|byte| several.contains(byte)),
        }
    }

    /// What opens with the delimiter at `at`. Of several, the one whose match begins first
    /// (a line prefix takes the blanks before it along), then the earlier rule.
    fn opening_at(&self, at: usize) -> Option<Found> {
        let mut best: Option<(usize, Opening, usize)> = None;
        for &(opening, text) in &self.rules {
            if !self.text.as_bytes()[at..].starts_with(text.as_bytes()) {
                continue;
            }
            let Some(start) = self.match_start(opening, at) else {
                continue;
            };
            if best.is_none_or(|(earliest, ..)| start < earliest) {
                best = Some((start, opening, at + text.len()));
            }
        }
        let (start, opening, end) = best?;
        if start == at
            && self.text[at..].starts_with(self.grammar.delimiters.block_start.as_str())
            && let Some(raw) = self.raw_opening(at)
        {
            return Some(raw);
        }
        let sign = self.sign_at(end);
        Some(Found {
            opening: Some(opening),
            start,
            end: end + usize::from(sign != Sign::None),
            sign,
        })
    }

    /// Where the match of a delimiter at `at` begins, if it may stand there.
    fn match_start(&self, opening: Opening, at: usize) -> Option<usize> {
        let before = &self.text[self.at..at];
        let (blank, allowed): (&str, fn(char) -> bool) = match opening {
            Opening::LineStatement => {
                (before.trim_end_matches([' ', '\t', '\u{b}']), |character| {
                    character == '\n'
                })
            }
            Opening::LineComment => (
                before.trim_end_matches(|c| is_space(c) && !matches!(c, '\r' | '\n')),
                |character| character == '\n' || !is_space(character),
            ),
            _ => return Some(at),
        };
        let start = self.at + blank.len();
        self.text[..start]
            .chars()
            .next_back()
            .is_none_or(allowed)
            .then_some(start)
    }

    fn sign_at(&self, at: usize) -> Sign {
        match self.text.as_bytes().get(at) {
            Some(b'-') => Sign::Strip,
            Some(b'+') => Sign::Keep,
            _ => Sign::None,
        }
    }

    /// A `raw` tag at a block start.
    fn raw_opening(&self, start: usize) -> Option<Found> {
        let delimiters = &self.grammar.delimiters;
        let mut at = start + delimiters.block_start.len();
        let sign = self.sign_at(at);
        at += usize::from(sign != Sign::None);
        at += words::space_length(&self.text[at..]);
        at += self.text[at..].strip_prefix("raw").map(|_| "raw".len())?;
        at += words::space_length(&self.text[at..]);
        let rest = &self.text[at..];
        if rest.starts_with(delimiters.block_end.as_str()) {
            at += delimiters.block_end.len();
        } else {
            let rest = rest.strip_prefix('-')?;
            rest.strip_prefix(delimiters.block_end.as_str())?;
            at += 1 + delimiters.block_end.len();
            at += words::space_length(&self.text[at..]);
        }
        Some(Found {
            opening: None,
            start,
            end: at,
            sign,
        })
    }

    /// Where the data before a tag ends, once its whitespace control is obeyed.
    fn strip(&self, data_start: usize, found: &Found) -> usize {
        let data = &self.text[data_start..found.start];
        match found.sign {
            Sign::Strip => data_start + data.trim_end_matches(is_space).len(),
            Sign::None
                if self.grammar.lstrip_blocks && found.opening != Some(Opening::Variable) =>
            {
                let line_start = data.rfind('\n').map_or(0, |index| index + 1);
                let line = &data[line_start..];
                let starts_line = line_start > 0 || self.line_starting;
                if starts_line && !line.is_empty() && line.chars().all(is_space) {
                    data_start + line_start
                } else {
                    found.start
                }
            }
            _ => found.start,
        }
    }

    /// The text up to `endraw`.
    fn raw(&mut self, opened: &Found) -> Result<(), SyntaxError> {
        let block_start = self.grammar.delimiters.block_start.as_str();
        let mut from = self.at;
        while let Some(offset) = self.text[from..].find(block_start) {
            let start = from + offset;
            from = start + block_start.len();
            let sign = self.sign_at(from);
            let mut at = from + usize::from(sign != Sign::None);
            at += words::space_length(&self.text[at..]);
            if !self.text[at..].starts_with("endraw") {
                continue;
            }
            at += "endraw".len();
            at += words::space_length(&self.text[at..]);
            let Some(end) = self.block_end_at(at) else {
                continue;
            };
            let found = Found {
                opening: None,
                start,
                end,
                sign,
            };
            let data_end = self.strip(self.at, &found);
            self.data(self.at, data_end);
            self.at = end;
            self.line_starting = self.text[..end].ends_with('\n');
            return Ok(());
        }
        Err(SyntaxError::new(
            Span::new(opened.start, opened.end),
            "this `raw` block is not closed",
        )
        .hint("close it with an `endraw` tag"))
    }

    fn comment(&mut self, opened: &Found) -> Result<(), SyntaxError> {
        let end_text = self.grammar.delimiters.comment_end.as_str();
        let Some(offset) = self.text[self.at..].find(end_text) else {
            return Err(SyntaxError::new(
                Span::new(opened.start, opened.end),
                "this comment is not closed",
            )
            .hint(format!("close it with `{end_text}`")));
        };
        let start = self.at + offset;
        let mut end = start + end_text.len();
        match self.text[self.at..start].chars().next_back() {
            Some('-') => end += words::space_length(&self.text[end..]),
            Some('+') => {}
            _ => end += self.trimmed(end),
        }
        self.at = end;
        self.line_starting = self.text[..end].ends_with('\n');
        Ok(())
    }

    /// One line break that `trim_blocks` takes away.
    fn trimmed(&self, at: usize) -> usize {
        usize::from(self.grammar.trim_blocks && self.text[at..].starts_with('\n'))
    }

    /// Where a block that ends at `at` ends, with what its sign takes away.
    fn block_end_at(&self, at: usize) -> Option<usize> {
        let end_text = self.grammar.delimiters.block_end.as_str();
        let rest = &self.text[at..];
        if rest
            .strip_prefix('+')
            .is_some_and(|rest| rest.starts_with(end_text))
        {
            return Some(at + 1 + end_text.len());
        }
        if rest
            .strip_prefix('-')
            .is_some_and(|rest| rest.starts_with(end_text))
        {
            let end = at + 1 + end_text.len();
            return Some(end + words::space_length(&self.text[end..]));
        }
        let end = at + rest.starts_with(end_text).then_some(end_text.len())?;
        Some(end + self.trimmed(end))
    }

    fn block(&mut self, opened: usize) -> Result<(), SyntaxError> {
        self.inside(opened, Self::block_end_at, Token::BlockEnd)
    }

    fn variable(&mut self, opened: usize) -> Result<(), SyntaxError> {
        let end_text = self.grammar.delimiters.variable_end.as_str();
        let ends = |scanner: &Self, at: usize| {
            let rest = &scanner.text[at..];
            if rest
                .strip_prefix('-')
                .is_some_and(|rest| rest.starts_with(end_text))
            {
                let end = at + 1 + end_text.len();
                return Some(end + words::space_length(&scanner.text[end..]));
            }
            rest.starts_with(end_text).then_some(at + end_text.len())
        };
        self.inside(opened, ends, Token::VariableEnd)
    }

    fn line_statement(&mut self) -> Result<(), SyntaxError> {
        let ends = |scanner: &Self, at: usize| {
            let rest = &scanner.text[at..];
            let space = words::space_length(rest);
            if space == rest.len() {
                return Some(scanner.text.len());
            }
            rest[..space].rfind('\n').map(|index| at + index + 1)
        };
        self.inside(self.at, ends, Token::BlockEnd)
    }

    /// The words of a tag, up to its end outside of brackets.
    fn inside(
        &mut self,
        opened: usize,
        ends: impl Fn(&Self, usize) -> Option<usize>,
        end_token: Token,
    ) -> Result<(), SyntaxError> {
        let mut brackets: Vec<(Operator, usize)> = Vec::new();
        loop {
            if brackets.is_empty()
                && let Some(end) = ends(self, self.at)
            {
                self.push(end_token, self.at, end);
                self.at = end;
                self.line_starting = self.text[..end].ends_with('\n');
                return Ok(());
            }
            let space = words::space_length(&self.text[self.at..]);
            if space > 0 {
                self.at += space;
                continue;
            }
            let Some(placed) = words::next(self.text, self.at, self.grammar.newline)? else {
                return Err(self.unreadable(opened, brackets.last().copied()));
            };
            if let Token::Operator(operator) = placed.token {
                balance(operator, placed.span, &mut brackets)?;
            }
            self.at = placed.span.end;
            self.tokens.push(placed);
        }
    }

    fn unreadable(&self, opened: usize, bracket: Option<(Operator, usize)>) -> SyntaxError {
        match (self.text[self.at..].chars().next(), bracket) {
            (Some(character), _) => SyntaxError::new(
                Span::new(self.at, self.at + character.len_utf8()),
                format!(
                    "the character `{}` does not belong here",
                    character.escape_debug()
                ),
            ),
            (None, Some((_, at))) => SyntaxError::new(
                Span::new(at, at + 1),
                format!("this `{}` is not closed", &self.text[at..=at]),
            ),
            (None, None) => {
                SyntaxError::new(Span::new(opened, opened + 2), "this tag is not closed")
            }
        }
    }
}

/// Keeps track of brackets.
fn balance(
    operator: Operator,
    span: Span,
    brackets: &mut Vec<(Operator, usize)>,
) -> Result<(), SyntaxError> {
    let closing = match operator {
        Operator::LeftBrace => Operator::RightBrace,
        Operator::LeftParenthesis => Operator::RightParenthesis,
        Operator::LeftBracket => Operator::RightBracket,
        Operator::RightBrace | Operator::RightParenthesis | Operator::RightBracket => {
            let text = operator.text();
            return match brackets.pop() {
                Some((expected, _)) if expected == operator => Ok(()),
                Some((expected, _)) => Err(SyntaxError::new(
                    span,
                    format!("found `{text}` where `{}` was expected", expected.text()),
                )),
                None => Err(SyntaxError::new(
                    span,
                    format!("this `{text}` closes nothing"),
                )),
            };
        }
        _ => return Ok(()),
    };
    brackets.push((closing, span.start));
    Ok(())
}
