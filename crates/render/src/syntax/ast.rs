//! The tree of a template.

use super::Span;

/// An expression and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expression {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    /// Levels of the tree below and with this one; bounded, so that recursion is safe.
    pub(crate) depth: u16,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Literal(Literal),
    Name(String),
    Tuple(Vec<Expression>),
    List(Vec<Expression>),
    Dict(Vec<(Expression, Expression)>),
    /// `object.name`
    Attribute(Box<Expression>, Word),
    /// `object[key]`
    Item(Box<Expression>, Box<Expression>),
    /// `object[start:stop:step]`
    Slice(Box<Expression>, Box<[Option<Expression>; 3]>),
    Call(Box<Expression>, Box<Arguments>),
    /// Without a subject where it stands in a `filter` block or after `set … |`.
    Filter(Option<Box<Expression>>, Word, Box<Arguments>),
    Test(Box<Expression>, Word, Box<Arguments>),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Positive(Box<Expression>),
    Binary(BinaryOperator, Box<Expression>, Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Concatenation(Vec<Expression>),
    Comparison(Box<Expression>, Vec<(Comparator, Expression)>),
    /// `then if test else otherwise`
    Conditional {
        test: Box<Expression>,
        then: Box<Expression>,
        otherwise: Option<Box<Expression>>,
    },
}

/// A value written out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    None,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
}

/// A name that is no expression, such as a filter's, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// What a call passes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Expression>,
    pub(crate) named: Vec<(Word, Expression)>,
    /// `*list`
    pub(crate) list: Option<Expression>,
    /// `**dict`
    pub(crate) dict: Option<Expression>,
}

impl Arguments {
    /// All expressions in it.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.positional
            .iter()
            .chain(self.named.iter().map(|(_, value)| value))
            .chain(&self.list)
            .chain(&self.dict)
    }

    /// Whether nothing is passed.
    pub(crate) fn is_empty(&self) -> bool {
        self.expressions().next().is_none()
    }
}

/// Arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

/// Comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
}

/// What `set`, `for` and `with` assign to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    Name(Word),
    Tuple(Vec<Target>, Span),
    /// `namespace.name`
    Attribute(Word, Word),
}

impl Target {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Name(word) => word.span,
            Self::Tuple(_, span) => *span,
            Self::Attribute(object, name) => object.span.to(name.span),
        }
    }
}

/// A parameter of a macro or a `call` block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: Word,
    pub(crate) default: Option<Expression>,
}

/// A statement and where its tag stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    pub(crate) kind: StatementKind,
    pub(crate) span: Span,
}

/// What a statement is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StatementKind {
    /// Text printed as it is.
    Data(String),
    Print(Expression),
    For(Box<For>),
    /// The branches with a condition, then `else`.
    If(Vec<(Expression, Vec<Statement>)>, Vec<Statement>),
    With(Vec<(Target, Expression)>, Vec<Statement>),
    Set(Target, Expression),
    SetBlock(Target, Option<Expression>, Vec<Statement>),
    FilterBlock(Expression, Vec<Statement>),
    Autoescape(Expression, Vec<Statement>),
    Macro(Word, Vec<Parameter>, Vec<Statement>),
    CallBlock(Vec<Parameter>, Expression, Vec<Statement>),
    Block {
        name: Word,
        scoped: bool,
        required: bool,
        body: Vec<Statement>,
    },
    Extends(Expression),
    Include {
        template: Expression,
        ignore_missing: bool,
        with_context: bool,
    },
    Import {
        template: Expression,
        target: Word,
        with_context: bool,
    },
    FromImport {
        template: Expression,
        /// Name in the other template, name here.
        names: Vec<(Word, Word)>,
        with_context: bool,
    },
    /// An expression for its effect.
    Do(Expression),
    Break,
    Continue,
}

/// A loop.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct For {
    pub(crate) target: Target,
    pub(crate) items: Expression,
    pub(crate) condition: Option<Expression>,
    pub(crate) recursive: bool,
    pub(crate) body: Vec<Statement>,
    pub(crate) otherwise: Vec<Statement>,
}
