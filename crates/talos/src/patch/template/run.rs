//! A tree run on a value.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use diagnostics::Piece;

use super::data::field;
use super::functions::Function;
use super::print::LARGEST;
use super::tree::{Block, Command, Node, Operand, Pipeline, Term};
use super::value::{Text, Value};
use super::{Fault, Filled};

/// How much work a template may make: values that are looked at, and pieces of large ones.
const FUEL: usize = 200_000;

/// How many bytes of a value count as one piece of work.
const PIECE: usize = 64;

/// Runs a template.
pub(super) fn run<'a>(text: &'a str, tree: &'a Block, root: &Value<'a>) -> Filled {
    let mut run = Run {
        text,
        out: Filled {
            text: String::with_capacity(text.len()),
            pieces: Vec::new(),
            secrets: Vec::new(),
            faults: Vec::new(),
        },
        told: BTreeSet::new(),
        variables: vec![("", root.clone())],
        fuel: FUEL,
        secret: false,
    };
    if let Err(Stop::Full(fault)) = run.block(tree, root) {
        run.out.faults.push(fault);
    }
    run.out
}

/// Why the rest of a block is left out.
enum Stop {
    Break,
    Continue,
    /// A limit is reached, which ends everything.
    Full(Fault),
}

struct Run<'a> {
    text: &'a str,
    out: Filled,
    /// Where something went wrong, since `range` comes by several times.
    told: BTreeSet<(usize, usize)>,
    /// Variables with their values, the newest last.
    variables: Vec<(&'a str, Value<'a>)>,
    fuel: usize,
    /// Whether a secret was looked at: what is printed from there on may tell it.
    secret: bool,
}

impl<'a> Run<'a> {
    fn block(&mut self, block: &'a Block, dot: &Value<'a>) -> Result<(), Stop> {
        let known = self.variables.len();
        let mut done = Ok(());
        for node in block {
            done = self.node(node, dot);
            if done.is_err() {
                break;
            }
        }
        self.variables.truncate(known);
        done
    }

    fn node(&mut self, node: &'a Node, dot: &Value<'a>) -> Result<(), Stop> {
        match node {
            Node::Text(range) => {
                let text = self.text.get(range.clone()).unwrap_or_default();
                self.piece(range, true, text)
            }
            Node::Print(pipeline) => {
                let Some(value) = self.told(pipeline, dot)? else {
                    return Ok(());
                };
                if !pipeline.variables.is_empty() {
                    self.set(pipeline, &[value]);
                    return Ok(());
                }
                let mut text = String::new();
                if let Err(message) = value.print(&mut text, LARGEST) {
                    // Nobody reads what a comment says of it.
                    if self.is_comment(pipeline.range.start) {
                        return self.piece(&pipeline.range, false, "<nil>");
                    }
                    let written = self.written(&pipeline.range);
                    let message = match value {
                        Value::Nothing => format!("`{written}` is not there on this node"),
                        _ => format!("`{written}`: {message}"),
                    };
                    self.fault(Fault::new(pipeline.range.clone(), message));
                    return Ok(());
                }
                self.piece(&pipeline.range, false, &text)
            }
            Node::If(branches, otherwise) => {
                let known = self.variables.len();
                let done = self.choose(branches, otherwise, dot, false);
                self.variables.truncate(known);
                done
            }
            Node::With(branches, otherwise) => {
                let known = self.variables.len();
                let done = self.choose(branches, otherwise, dot, true);
                self.variables.truncate(known);
                done
            }
            Node::Range(pipeline, body, otherwise) => {
                let known = self.variables.len();
                let done = self.range(pipeline, body, otherwise, dot);
                self.variables.truncate(known);
                done
            }
            Node::Break => Err(Stop::Break),
            Node::Continue => Err(Stop::Continue),
        }
    }

    fn choose(
        &mut self,
        branches: &'a [(Pipeline, Block)],
        otherwise: &'a Block,
        dot: &Value<'a>,
        sets_dot: bool,
    ) -> Result<(), Stop> {
        for (pipeline, block) in branches {
            // What is not known is not chosen, and nothing that hangs on it.
            let Some(value) = self.told(pipeline, dot)? else {
                return Ok(());
            };
            let chosen = value.is_true();
            if !pipeline.variables.is_empty() {
                self.set(pipeline, std::slice::from_ref(&value));
            }
            if chosen {
                return self.block(block, if sets_dot { &value } else { dot });
            }
        }
        self.block(otherwise, dot)
    }

    fn range(
        &mut self,
        pipeline: &'a Pipeline,
        body: &'a Block,
        otherwise: &'a Block,
        dot: &Value<'a>,
    ) -> Result<(), Stop> {
        let Some(value) = self.told(pipeline, dot)? else {
            return Ok(());
        };
        let pairs: Vec<(Value<'a>, Value<'a>)> = match value.pointed() {
            Value::List(items) => { items.iter().zip(0..) }
                .map(|(item, index)| (Value::Integer(index), item.clone()))
                .collect(),
            Value::Map(map) => { map.iter() }
                .map(|(key, value)| (Value::text(key.as_str()), value.clone()))
                .collect(),
            Value::Integer(_) if pipeline.variables.len() > 1 => {
                let message = "a number is gone through with one variable".to_owned();
                self.fault(Fault::new(pipeline.range.clone(), message));
                return Ok(());
            }
            Value::Integer(count) if *count <= i64::try_from(FUEL).unwrap_or(i64::MAX) => (0
                ..*count)
                .map(|at| (Value::Integer(at), Value::Integer(at)))
                .collect(),
            Value::Integer(_) => return Err(full(&pipeline.range)),
            Value::Nothing => Vec::new(),
            other => {
                let message = format!("{} is nothing to go through", other.kind());
                self.fault(Fault::new(pipeline.range.clone(), message));
                return Ok(());
            }
        };
        if pairs.is_empty() {
            return self.block(otherwise, dot);
        }
        let known = self.variables.len();
        for (key, item) in pairs {
            self.spend(1, &pipeline.range)?;
            match pipeline.variables.len() {
                0 => {}
                1 => self.set(pipeline, std::slice::from_ref(&item)),
                _ => self.set(pipeline, &[key, item.clone()]),
            }
            match self.block(body, &item) {
                Ok(()) | Err(Stop::Continue) => {}
                Err(Stop::Break) => break,
                Err(full) => return Err(full),
            }
            self.variables.truncate(known);
        }
        Ok(())
    }

    fn set(&mut self, pipeline: &'a Pipeline, values: &[Value<'a>]) {
        for (name, value) in pipeline.variables.iter().zip(values) {
            if pipeline.declares {
                self.variables.push((name, value.clone()));
            } else if let Some(known) = { self.variables.iter_mut() }
                .rev()
                .find(|(known, _)| known == name)
            {
                known.1 = value.clone();
            }
        }
    }

    /// The value of a pipeline; none if something is wrong, which is told.
    fn told(&mut self, pipeline: &'a Pipeline, dot: &Value<'a>) -> Result<Option<Value<'a>>, Stop> {
        self.spend(1, &pipeline.range)?;
        match self.pipeline(pipeline, dot) {
            Ok(value) => {
                self.spend(value.size() / PIECE, &pipeline.range)?;
                Ok(Some(value))
            }
            Err(fault) => {
                // Fuel that ran out within is told there.
                if self.fuel == 0 {
                    return Err(full(&pipeline.range));
                }
                self.fault(fault);
                Ok(None)
            }
        }
    }

    fn pipeline(&mut self, pipeline: &'a Pipeline, dot: &Value<'a>) -> Result<Value<'a>, Fault> {
        let mut last = None;
        for command in &pipeline.commands {
            last = Some(self.command(command, last, dot)?);
        }
        Ok(last.unwrap_or(Value::Nothing))
    }

    fn command(
        &mut self,
        command: &'a Command,
        last: Option<Value<'a>>,
        dot: &Value<'a>,
    ) -> Result<Value<'a>, Fault> {
        let Some((first, rest)) = command.operands.split_first() else {
            return Ok(Value::Nothing);
        };
        let Term::Function(function) = first.term else {
            return self.operand(first, dot);
        };
        self.call(function, rest, last, dot, &command.range)
    }

    fn call(
        &mut self,
        function: Function,
        operands: &'a [Operand],
        last: Option<Value<'a>>,
        dot: &Value<'a>,
        range: &Range<usize>,
    ) -> Result<Value<'a>, Fault> {
        let stops_at = match function.0 {
            "and" => Some(false),
            "or" => Some(true),
            _ => None,
        };
        let mut values = Vec::with_capacity(operands.len() + 1);
        for operand in operands {
            let value = self.operand(operand, dot)?;
            if stops_at.is_some_and(|stop| value.is_true() == stop) {
                return Ok(value);
            }
            values.push(value);
        }
        values.extend(last);
        let work: usize = values.iter().map(|value| 1 + value.size() / PIECE).sum();
        self.fuel = self.fuel.saturating_sub(work);
        if self.fuel == 0 {
            return Err(Fault::new(range.clone(), String::new()));
        }
        if stops_at.is_some() {
            let message = format!("`{}` needs a value", function.0);
            return values
                .pop()
                .ok_or_else(|| Fault::new(range.clone(), message));
        }
        function.call(&values).map_err(|message| {
            // What a template says of itself may hold what it has looked at.
            let quotes = self.secret && function.0 == "fail";
            let message = if quotes {
                "the template stops here, with a text that may hold a secret".to_owned()
            } else {
                message
            };
            Fault::new(range.clone(), message)
        })
    }

    fn operand(&mut self, operand: &'a Operand, dot: &Value<'a>) -> Result<Value<'a>, Fault> {
        let mut value = match &operand.term {
            Term::Dot => dot.clone(),
            Term::Variable(name) => { self.variables.iter() }
                .rev()
                .find(|(known, _)| known == name)
                .map_or(Value::Nothing, |(_, value)| value.clone()),
            Term::Function(function) => self.call(*function, &[], None, dot, &operand.range)?,
            Term::Text(text) => Value::Text(Text::Shared(Rc::from(text.as_str()))),
            Term::Integer(number) => Value::Integer(*number),
            Term::Float(number) => Value::Float(*number),
            Term::Bool(flag) => Value::Bool(*flag),
            Term::Nil => Value::Nothing,
            Term::Group(pipeline) => self.pipeline(pipeline, dot)?,
        };
        for (name, range) in &operand.fields {
            let written = self.written(&(operand.range.start..range.start));
            let (found, secret) = field(&value, name, written).map_err(|(message, hint)| {
                let mut fault = Fault::new(range.clone(), message);
                fault.hint = hint;
                fault
            })?;
            self.secret |= secret;
            self.fuel = self.fuel.saturating_sub(1 + found.size() / PIECE);
            value = found;
        }
        Ok(value)
    }

    fn piece(&mut self, range: &Range<usize>, copied: bool, text: &str) -> Result<(), Stop> {
        self.spend(1 + text.len() / PIECE, range)?;
        let start = self.out.text.len();
        if start + text.len() > LARGEST.max(self.text.len()) {
            return Err(full(range));
        }
        self.out.text.push_str(text);
        self.out.pieces.push(Piece {
            start,
            from: range.clone(),
            copied,
        });
        if self.secret && !copied {
            self.out.secrets.push(start..self.out.text.len());
        }
        Ok(())
    }

    /// Whether a place is in a comment of YAML, as far as its line shows.
    fn is_comment(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.trim_start().starts_with('#') || line.contains(" #")
    }

    fn written(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or_default().trim()
    }

    fn fault(&mut self, fault: Fault) {
        if self.told.insert((fault.range.start, fault.range.end)) {
            self.out.faults.push(fault);
        }
    }

    fn spend(&mut self, work: usize, range: &Range<usize>) -> Result<(), Stop> {
        self.fuel = self.fuel.saturating_sub(work);
        if self.fuel == 0 {
            return Err(full(range));
        }
        Ok(())
    }
}

/// A limit that is reached at a place.
fn full(range: &Range<usize>) -> Stop {
    Stop::Full(Fault::new(
        range.clone(),
        "the template makes too much: it is stopped here",
    ))
}
