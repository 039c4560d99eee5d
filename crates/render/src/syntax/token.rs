//! Tokens, places, and what can go wrong while reading.

use std::fmt;

/// A byte range of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// From the start of one to the end of another.
    pub(crate) fn to(self, other: Self) -> Self {
        Self::new(self.start, other.end.max(self.end))
    }
}

/// A template that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl SyntaxError {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// Text that is printed as it is.
    Data(String),
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name(String),
    Text(String),
    Integer(i128),
    Float(f64),
    Operator(Operator),
}

/// What messages call a token.
impl fmt::Display for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(_) => formatter.write_str("template text"),
            Self::BlockBegin => formatter.write_str("the start of a statement"),
            Self::BlockEnd => formatter.write_str("the end of the statement"),
            Self::VariableBegin => formatter.write_str("the start of a printed expression"),
            Self::VariableEnd => formatter.write_str("the end of the printed expression"),
            Self::Name(name) => write!(formatter, "`{name}`"),
            Self::Text(_) => formatter.write_str("a string"),
            Self::Integer(_) | Self::Float(_) => formatter.write_str("a number"),
            Self::Operator(operator) => write!(formatter, "`{}`", operator.text()),
        }
    }
}

macro_rules! operators {
    ($($name:ident $text:literal),* $(,)?) => {
        /// An operator or a bracket.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Operator { $($name),* }

        impl Operator {
            /// All, longest first, so that the first that matches is the right one.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            pub(crate) fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

operators! {
    FloorDivide "//", Power "**", Equal "==", NotEqual "!=", GreaterEqual ">=", LessEqual "<=",
    Add "+", Subtract "-", Divide "/", Multiply "*", Modulo "%", Tilde "~",
    LeftBracket "[", RightBracket "]", LeftParenthesis "(", RightParenthesis ")",
    LeftBrace "{", RightBrace "}", Greater ">", Less "<", Assign "=", Dot ".", Colon ":",
    Pipe "|", Comma ",", Semicolon ";",
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    pub(crate) token: Token,
    pub(crate) span: Span,
}

/// White space as Python's `\s` and `str.strip` have it.
pub(crate) fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}
