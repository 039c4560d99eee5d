//! What a template says.

use std::ops::Range;

use super::functions::Function;

/// A part of a template.
#[derive(Debug)]
pub(super) enum Node {
    /// What is copied.
    Text(Range<usize>),
    /// What is printed, unless it sets a variable.
    Print(Pipeline),
    /// `if`, `else if`, `else`.
    If(Vec<(Pipeline, Block)>, Block),
    /// `with`, `else with`, `else`.
    With(Vec<(Pipeline, Block)>, Block),
    /// `range`, `else`.
    Range(Pipeline, Block, Block),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
}

/// Parts in a row.
pub(super) type Block = Vec<Node>;

/// Commands, each with the result of the one before as its last argument.
#[derive(Debug)]
pub(super) struct Pipeline {
    /// The variables that are set.
    pub(super) variables: Vec<String>,
    /// Whether they are new ones.
    pub(super) declares: bool,
    pub(super) commands: Vec<Command>,
    /// Where it is written.
    pub(super) range: Range<usize>,
}

/// A function with arguments, or a value.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) operands: Vec<Operand>,
    pub(super) range: Range<usize>,
}

/// One value.
#[derive(Debug)]
pub(super) struct Operand {
    pub(super) term: Term,
    /// The fields behind it, each with its place.
    pub(super) fields: Vec<(String, Range<usize>)>,
    pub(super) range: Range<usize>,
}

/// What a value starts with.
#[derive(Debug)]
pub(super) enum Term {
    Dot,
    Variable(String),
    Function(Function),
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    Nil,
    Group(Box<Pipeline>),
}
