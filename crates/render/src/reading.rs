//! Templates read once: for what they use, and for being rendered.

use std::sync::OnceLock;

use diagnostics::Diagnostics;
use rayon::prelude::*;

use crate::analysis::{self, Analysis};
use crate::prepare::{Parsed, Reader};
use crate::render::{Output, render_read};
use crate::words::Words;
use crate::{Context, Options, TemplateSet, UndefinedMode, threads};

/// A set of templates that was read. What it uses can be asked, and it can be rendered, as
/// often as wanted.
pub struct Reading {
    templates: TemplateSet,
    options: Options,
    /// One for each template, or its problems.
    parsed: Vec<Result<Parsed, Diagnostics>>,
    analysis: OnceLock<Analysis>,
}

impl Reading {
    /// Reads all templates of a set. Their problems are told by [`Reading::analysis`], and by
    /// [`Reading::render`] as far as they are rendered.
    pub fn new(templates: TemplateSet, options: Options) -> Self {
        let reader = reader(&options);
        let all: Vec<_> = templates.iter().collect();
        let read = || {
            all.par_iter()
                .map(|template| reader.read(template))
                .collect()
        };
        let parsed = threads::with_deep_stack(read).unwrap_or_else(|| none_read(all.len()));
        Self {
            templates,
            options,
            parsed,
            analysis: OnceLock::new(),
        }
    }

    /// The set.
    pub fn templates(&self) -> &TemplateSet {
        &self.templates
    }

    /// How it is read and rendered.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What the templates use.
    pub fn analysis(&self) -> &Analysis {
        self.analysis.get_or_init(|| {
            let reader = reader(&self.options);
            let analyze = || analysis::analyze_read(&self.templates, &self.parsed, &reader);
            threads::with_deep_stack(analyze).unwrap_or_default()
        })
    }

    /// Renders all templates.
    ///
    /// # Errors
    ///
    /// All problems of all templates together; nothing is rendered by halves.
    pub fn render(&self, context: &Context) -> Result<Output, Diagnostics> {
        let is_checked = self.options.undefined == UndefinedMode::Declared;
        let analysis = (is_checked && context.inner.has_usual_words()).then(|| self.analysis());
        let (set, options) = (&self.templates, &self.options);
        let render = || render_read(set, &self.parsed, analysis, context, options);
        match threads::with_deep_stack(render) {
            Some(output) => output,
            None => Err(threads::none_started().into()),
        }
    }
}

/// Reads all templates of a set and tells what they use.
pub fn analyze(set: &TemplateSet, options: &Options) -> Analysis {
    let reading = Reading::new(set.clone(), options.clone());
    reading.analysis();
    reading.analysis.into_inner().unwrap_or_default()
}

/// Renders all templates of a set.
///
/// # Errors
///
/// As [`Reading::render`].
pub fn render(
    set: &TemplateSet,
    context: &Context,
    options: &Options,
) -> Result<Output, Diagnostics> {
    Reading::new(set.clone(), options.clone()).render(context)
}

fn none_read(count: usize) -> Vec<Result<Parsed, Diagnostics>> {
    let none = || Err(threads::none_started().into());
    std::iter::repeat_with(none).take(count).collect()
}

/// Knows the filters and tests of cluster templates, and those of no plugin.
fn reader(options: &Options) -> Reader {
    let words = Words {
        native: true,
        plugin: None,
    };
    Reader::new(options, words)
}
