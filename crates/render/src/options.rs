//! How templates are read and rendered.

/// Everything that decides what the same template and context become.
///
/// [`Options::default`] is what the built-in templates, and the family of repositories
/// they come from, are written for: `#{ }#`, `#% %#`, `#| #|`, trimmed blocks, suffix `.j2`.
/// [`Options::makejinja`] holds makejinja's own defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What opens and closes the parts of a template.
    pub delimiters: Delimiters,
    /// Drop the first line break after a block tag.
    pub trim_blocks: bool,
    /// Drop blanks and tabs before a block tag that opens its line.
    pub lstrip_blocks: bool,
    /// Keep one line break at the end of a template.
    pub keep_trailing_newline: bool,
    /// What every line break of a template becomes: `\n`, `\r\n` or `\r`.
    pub newline_sequence: NewlineSequence,
    /// Escape HTML in printed values.
    pub autoescape: bool,
    /// What a name that nothing defines stands for.
    pub undefined: UndefinedMode,
    /// Which statements beyond Jinja2's own exist.
    pub extensions: Extensions,
    /// Write files that hold nothing but white space.
    pub keep_empty: bool,
    /// Where rendering stops instead of going on for ever.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            delimiters: Delimiters::family(),
            undefined: UndefinedMode::Declared,
            ..Self::makejinja()
        }
    }
}

impl Options {
    /// makejinja 2.8.1's defaults (its `config.py`).
    pub fn makejinja() -> Self {
        Self {
            delimiters: Delimiters::default(),
            trim_blocks: true,
            lstrip_blocks: true,
            keep_trailing_newline: true,
            newline_sequence: NewlineSequence::Lf,
            autoescape: false,
            undefined: UndefinedMode::Default,
            extensions: Extensions::default(),
            keep_empty: false,
            limits: Limits::default(),
        }
    }
}

/// What opens and closes the parts of a template. None may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delimiters {
    /// Opens a statement.
    pub block_start: String,
    /// Closes a statement.
    pub block_end: String,
    /// Opens a printed expression.
    pub variable_start: String,
    /// Closes a printed expression.
    pub variable_end: String,
    /// Opens a comment.
    pub comment_start: String,
    /// Closes a comment; may be the same text.
    pub comment_end: String,
    /// Makes the rest of a line that starts with it a statement.
    pub line_statement_prefix: Option<String>,
    /// Makes the rest of a line a comment.
    pub line_comment_prefix: Option<String>,
}

impl Default for Delimiters {
    /// Jinja2's: `{% %}`, `{{ }}`, `{# #}`, no line prefixes.
    fn default() -> Self {
        Self::of(["{%", "%}", "{{", "}}", "{#", "#}"])
    }
}

impl Delimiters {
    /// Those of the cluster templates: `#% %#`, `#{ }#`, `#| #|`.
    pub fn family() -> Self {
        Self::of(["#%", "%#", "#{", "}#", "#|", "#|"])
    }

    fn of(texts: [&str; 6]) -> Self {
        let [
            block_start,
            block_end,
            variable_start,
            variable_end,
            comment_start,
            comment_end,
        ] = texts.map(str::to_owned);
        Self {
            block_start,
            block_end,
            variable_start,
            variable_end,
            comment_start,
            comment_end,
            line_statement_prefix: None,
            line_comment_prefix: None,
        }
    }
}

/// What a line break of a template becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NewlineSequence {
    /// `\n`
    #[default]
    Lf,
    /// `\r\n`
    CrLf,
    /// `\r`
    Cr,
}

impl NewlineSequence {
    /// The characters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
            Self::Cr => "\r",
        }
    }
}

/// What a name that nothing defines stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UndefinedMode {
    /// A name that the context does not declare is an error wherever a template mentions it,
    /// taken branch or not; a declared name without a value is [`UndefinedMode::Chainable`].
    #[default]
    Declared,
    /// Prints nothing, is false; its attributes, and calculating with it, are errors.
    Default,
    /// As [`UndefinedMode::Default`], but its attributes are undefined again.
    Chainable,
    /// As [`UndefinedMode::Default`], but prints its own name in `{{ }}`.
    Debug,
    /// Everything is an error except asking whether it is defined.
    Strict,
}

/// Statements that Jinja2 has only where an extension is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extensions {
    /// `do`, of `jinja2.ext.do`.
    pub expression_statement: bool,
    /// `break` and `continue`, of `jinja2.ext.loopcontrols`.
    pub loop_controls: bool,
}

/// Where rendering stops instead of going on for ever. All are per template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps of work, about one an operation or 64 bytes produced.
    pub fuel: u64,
    /// Bytes of output.
    pub output_bytes: usize,
    /// Bytes of one template.
    pub template_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 5_000_000,
            output_bytes: 32 << 20,
            template_bytes: 16 << 20,
        }
    }
}
