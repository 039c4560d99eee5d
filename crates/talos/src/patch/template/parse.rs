//! Actions to a tree. What is wrong with one action does not hide what is wrong with another.

use std::ops::Range;

use super::Fault;
use super::lex::{Token, Word, words};
use super::reader::Reader;
use super::split::{Part, split};
use super::tree::{Block, Node, Pipeline};

/// How deep blocks may be nested.
const DEEPEST: usize = 64;

/// What talhelper could do and nothing here does.
const REFUSED: [&str; 3] = ["define", "template", "block"];

/// A block that is open.
struct Open {
    kind: Kind,
    /// Where it starts.
    range: Range<usize>,
    /// The branches that are complete.
    branches: Vec<(Pipeline, Block)>,
    /// What the branch is for that is being read; none in `else`.
    condition: Option<Pipeline>,
    block: Block,
    /// How many variables there were before it, and with those of its condition.
    known: usize,
    inner: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    If,
    With,
    Range,
}

/// Reads a template; the tree is whole only if there are no faults.
pub(super) fn parse(text: &str) -> (Block, Vec<Fault>) {
    let (parts, faults) = split(text);
    let mut parser = Parser {
        text,
        faults,
        open: Vec::new(),
        root: Block::new(),
        variables: vec![String::new()],
        lost: false,
    };
    for part in parts {
        match part {
            Part::Text(range) => parser.add(Node::Text(range)),
            Part::Action(inside, whole) => {
                if let Err(fault) = parser.action(&inside, &whole) {
                    parser.faults.push(fault);
                }
            }
        }
    }
    // Where an action cannot be read, it may have been the end of the block.
    if parser.faults.is_empty()
        && let Some(open) = parser.open.last()
    {
        let fault = Fault::new(
            open.range.clone(),
            "the block is not ended with `{{ end }}`",
        );
        parser.faults.push(fault);
    }
    (parser.root, parser.faults)
}

struct Parser<'a> {
    text: &'a str,
    faults: Vec<Fault>,
    open: Vec<Open>,
    root: Block,
    variables: Vec<String>,
    /// Whether blocks are no longer known to match.
    lost: bool,
}

impl Parser<'_> {
    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(open) => open.block.push(node),
            None => self.root.push(node),
        }
    }

    fn action(&mut self, inside: &Range<usize>, whole: &Range<usize>) -> Result<(), Fault> {
        let words = words(self.text, inside)?;
        let Some(first) = words.first() else {
            return Err(Fault::new(
                whole.clone(),
                "there is nothing between `{{` and `}}`",
            ));
        };
        let keyword = match &first.token {
            Token::Name(name) => name.as_str(),
            _ => "",
        };
        let rest = words.get(1..).unwrap_or_default();
        match keyword {
            "if" => self.begin(Kind::If, rest, whole),
            "with" => self.begin(Kind::With, rest, whole),
            "range" => self.begin(Kind::Range, rest, whole),
            "else" => self.otherwise(rest, whole),
            "end" => {
                alone(rest)?;
                self.end(whole)
            }
            "break" | "continue" => {
                alone(rest)?;
                if !self.lost && !self.open.iter().any(|open| open.kind == Kind::Range) {
                    let message = format!("`{keyword}` stands outside of `range`");
                    return Err(Fault::new(whole.clone(), message));
                }
                self.add(if keyword == "break" {
                    Node::Break
                } else {
                    Node::Continue
                });
                Ok(())
            }
            _ if REFUSED.contains(&keyword) => {
                self.lost |= keyword != "template";
                Err(Fault::new(
                    whole.clone(),
                    format!("`{keyword}` is not supported: a patch is one template"),
                ))
            }
            _ => {
                let pipeline = self.pipeline(&words, false)?;
                self.add(Node::Print(pipeline));
                Ok(())
            }
        }
    }

    fn begin(&mut self, kind: Kind, words: &[Word], whole: &Range<usize>) -> Result<(), Fault> {
        if self.open.len() >= DEEPEST {
            if std::mem::replace(&mut self.lost, true) {
                return Ok(());
            }
            let message = format!("blocks are nested more than {DEEPEST} deep");
            return Err(Fault::new(whole.clone(), message));
        }
        let known = self.variables.len();
        let condition = self.condition(kind, words, whole);
        let (condition, fault) = match condition {
            Ok(condition) => (Some(condition), None),
            Err(fault) => (None, Some(fault)),
        };
        self.open.push(Open {
            kind,
            range: whole.clone(),
            branches: Vec::new(),
            condition,
            block: Block::new(),
            known,
            inner: self.variables.len(),
        });
        fault.map_or(Ok(()), Err)
    }

    fn condition(
        &mut self,
        kind: Kind,
        words: &[Word],
        whole: &Range<usize>,
    ) -> Result<Pipeline, Fault> {
        if words.is_empty() {
            return Err(Fault::new(whole.clone(), "the value is missing"));
        }
        self.pipeline(words, kind == Kind::Range)
    }

    fn otherwise(&mut self, words: &[Word], whole: &Range<usize>) -> Result<(), Fault> {
        let lost = self.lost;
        let unmatched = |message: &str| {
            if lost {
                Ok(())
            } else {
                Err(Fault::new(whole.clone(), message))
            }
        };
        let Some(mut open) = self.open.pop() else {
            return unmatched("`else` stands without `if`, `with` or `range`");
        };
        if open.condition.is_none() && self.faults.is_empty() {
            self.open.push(open);
            return unmatched("there is an `else` already");
        }
        if let Some(condition) = open.condition.take() {
            let block = std::mem::take(&mut open.block);
            open.branches.push((condition, block));
        }
        self.variables.truncate(open.inner);
        let chained = match words.first().map(|word| &word.token) {
            None => None,
            Some(Token::Name(name)) if name == "if" && open.kind == Kind::If => Some(Kind::If),
            Some(Token::Name(name)) if name == "with" && open.kind == Kind::With => {
                Some(Kind::With)
            }
            Some(_) => {
                self.open.push(open);
                return Err(Fault::new(
                    whole.clone(),
                    "`else` is followed by what does not fit",
                ));
            }
        };
        let mut fault = None;
        if let Some(kind) = chained {
            // A variable of the condition is known in its branch, and in those behind it.
            let rest = words.get(1..).unwrap_or_default();
            match self.condition(kind, rest, whole) {
                Ok(condition) => open.condition = Some(condition),
                Err(found) => fault = Some(found),
            }
            open.inner = self.variables.len();
        }
        self.open.push(open);
        fault.map_or(Ok(()), Err)
    }

    fn end(&mut self, whole: &Range<usize>) -> Result<(), Fault> {
        let Some(mut open) = self.open.pop() else {
            return if self.lost {
                Ok(())
            } else {
                Err(Fault::new(
                    whole.clone(),
                    "`end` stands without `if`, `with` or `range`",
                ))
            };
        };
        self.variables.truncate(open.known);
        let mut last = open.block;
        if let Some(condition) = open.condition.take() {
            open.branches.push((condition, last));
            last = Block::new();
        }
        match open.kind {
            Kind::If => self.add(Node::If(open.branches, last)),
            Kind::With => self.add(Node::With(open.branches, last)),
            Kind::Range => {
                if let Some((pipeline, body)) = open.branches.pop() {
                    self.add(Node::Range(pipeline, body, last));
                }
            }
        }
        Ok(())
    }

    fn pipeline(&mut self, words: &[Word], range: bool) -> Result<Pipeline, Fault> {
        let pipeline = Reader::new(words, &self.variables).whole(range)?;
        if pipeline.declares {
            self.variables.extend(pipeline.variables.iter().cloned());
        }
        Ok(pipeline)
    }
}

fn alone(rest: &[Word]) -> Result<(), Fault> {
    match rest.first() {
        None => Ok(()),
        Some(word) => Err(Fault::new(word.range.clone(), "nothing is to stand here")),
    }
}
