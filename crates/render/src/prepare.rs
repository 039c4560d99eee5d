//! Reading templates and translating them.

use diagnostics::{Diagnostic, Diagnostics, Source};

use crate::engine::Prepared;
use crate::options::{Limits, Options};
use crate::rules;
use crate::syntax::ast::Statement;
use crate::syntax::{self, Grammar, Normalized};
use crate::template::Template;
use crate::translate::{Dialect, Translated, translate};
use crate::words::Words;

/// What is the same for all templates of a run.
pub(crate) struct Reader {
    grammar: Grammar,
    dialect: Dialect,
    keep_trailing_newline: bool,
    limits: Limits,
}

/// A template that was read.
pub(crate) struct Parsed {
    pub(crate) source: Source,
    pub(crate) places: Normalized<'static>,
    pub(crate) statements: Vec<Statement>,
}

impl Reader {
    pub(crate) fn new(options: &Options, words: Words) -> Self {
        Self {
            grammar: Grammar {
                delimiters: options.delimiters.clone(),
                trim_blocks: options.trim_blocks,
                lstrip_blocks: options.lstrip_blocks,
                newline: options.newline_sequence.as_str(),
                extensions: options.extensions,
            },
            dialect: Dialect {
                undefined: options.undefined,
                words,
            },
            keep_trailing_newline: options.keep_trailing_newline,
            limits: options.limits,
        }
    }

    /// Reads a template; its problems stand at their places.
    pub(crate) fn read(&self, template: &Template) -> Result<Parsed, Diagnostics> {
        if template.content.len() > self.limits.template_bytes {
            return Err(whole(template, "the template is too large").into());
        }
        let Ok(text) = std::str::from_utf8(&template.content) else {
            let problem = whole(template, "the template is no UTF-8 text");
            return Err(problem
                .hint("save it as UTF-8, or rename it so that it is copied as it is")
                .into());
        };
        let source = Source::new(template.shown_as.clone(), text);
        let normalized = Normalized::new(text, self.keep_trailing_newline);
        match syntax::parse(&normalized.text, &self.grammar) {
            Ok(statements) => Ok(Parsed {
                source,
                places: normalized.into_places(),
                statements,
            }),
            Err(error) => {
                let place = source.location(normalized.in_file(error.span));
                let problem = rules::TEMPLATE_SYNTAX.report(error.message).at(place);
                Err(match error.hint {
                    Some(hint) => problem.hint(hint).into(),
                    None => problem.into(),
                })
            }
        }
    }

    /// Which filters and tests there are.
    pub(crate) fn words(&self) -> &Words {
        &self.dialect.words
    }

    /// Translates what was read.
    pub(crate) fn translate(&self, statements: &[Statement]) -> Translated {
        translate(statements, &self.dialect)
    }
}

impl Prepared {
    pub(crate) fn new(template: &Template, parsed: &Parsed, translated: Translated) -> Self {
        Self {
            name: template.name.clone(),
            source: parsed.source.clone(),
            places: parsed.places.clone(),
            translated,
        }
    }
}

fn whole(template: &Template, message: &str) -> Diagnostic {
    let place = Source::new(template.shown_as.clone(), "").whole();
    rules::TEMPLATE_UNREADABLE.report(message).at(place)
}
