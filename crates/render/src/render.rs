//! A set of templates and a context in, a tree of files out.

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use rayon::prelude::*;
use tree::{Entry, Mode, Origin, RelPath, Rendered, Tree};

use crate::analysis::{Analysis, analyze_read};
use crate::engine::{Engine, Names, Prepared};
use crate::prepare::{Parsed, Reader};
use crate::rules;
use crate::syntax;
use crate::{Context, Options, Role, Template, TemplateSet, UndefinedMode};

/// What rendering gives.
#[derive(Debug)]
pub struct Output {
    /// Every file, with the template it comes from.
    pub tree: Tree<Rendered>,
    /// Outputs whose template rendered to nothing, so that no file is written. Sorted.
    pub empty: Vec<RelPath>,
}

/// What became of one template.
enum Made {
    File(RelPath, Entry),
    Empty(RelPath),
}

/// Renders templates that were read; `analysis` is what they use, where that is known of the
/// filters and tests that the context has.
pub(crate) fn render_read(
    set: &TemplateSet,
    parsed: &[Result<Parsed, Diagnostics>],
    analysis: Option<&Analysis>,
    context: &Context,
    options: &Options,
) -> Result<Output, Diagnostics> {
    let reader = Reader::new(options, context.inner.words());
    let templates: Vec<&Template> = set.iter().collect();
    let prepared: Vec<_> = templates
        .par_iter()
        .zip(parsed)
        .map(|(template, parsed)| match parsed {
            Ok(parsed) => Ok(prepare(&reader, template, parsed)),
            Err(problems) => Err(problems.clone()),
        })
        .collect();
    let mut problems = Diagnostics::new();
    if options.undefined == UndefinedMode::Declared {
        let analyzed;
        let analysis = match analysis {
            Some(analysis) => analysis,
            None => {
                analyzed = analyze_read(set, parsed, &reader);
                &analyzed
            }
        };
        problems.extend(analysis.misnamed().clone());
        problems.extend(analysis.undeclared(context));
    }
    let engine = Engine::new(
        Arc::new(prepared),
        Names::new(&templates),
        context.inner.clone(),
        options,
    );
    let source = |position: usize| parsed[position].as_ref().ok().map(|read| &read.source);
    let made: Vec<_> = if context.inner.plugin.is_some() {
        // What a plugin gives may depend on what it was asked before: the order is the set's.
        let numbered = templates.iter().enumerate();
        numbered
            .filter_map(|(position, template)| {
                make(&engine, position, template, source(position), options)
            })
            .collect()
    } else {
        let numbered = templates.par_iter().enumerate();
        numbered
            .filter_map(|(position, template)| {
                make(&engine, position, template, source(position), options)
            })
            .collect()
    };
    collect(made, problems)
}

/// Whether a problem of the run is one that the analysis already named in the same file.
fn is_known(problem: &Diagnostic, known: &Diagnostics) -> bool {
    let file = |problem: &Diagnostic| problem.location.as_ref().map(|place| place.file.clone());
    let told_by_both = [
        &rules::TEMPLATE_UNDECLARED,
        &rules::TEMPLATE_UNKNOWN,
        &rules::TEMPLATE_MISSING,
    ];
    told_by_both.contains(&problem.rule)
        && known.iter().any(|other| {
            other.message.starts_with(&problem.message) && file(other) == file(problem)
        })
}

/// Whether a plugin raised it, or gave no answer: every template that asks meets the same.
fn is_of_plugin(problem: &Diagnostic) -> bool {
    rules::OF_PLUGINS.contains(&problem.rule)
}

/// What makes two faults of a plugin one: what it says, and its line, if it is known.
fn fault(problem: &Diagnostic) -> (String, Option<Location>) {
    let of_plugin = problem
        .location
        .clone()
        .filter(|_| !problem.related.is_empty());
    (problem.message.clone(), of_plugin)
}

/// Translates a template.
fn prepare(reader: &Reader, template: &Template, parsed: &Parsed) -> Prepared {
    let translated = reader.translate(&parsed.statements);
    Prepared::new(template, parsed, translated)
}

fn make(
    engine: &Engine,
    position: usize,
    template: &Template,
    source: Option<&Source>,
    options: &Options,
) -> Option<Result<Made, Diagnostics>> {
    if template.role == Role::Partial {
        return None;
    }
    let origin = Origin::new(source.cloned().unwrap_or_else(|| {
        let text = std::str::from_utf8(&template.content).unwrap_or_default();
        Source::new(template.shown_as.clone(), text)
    }));
    let path = match RelPath::new(&template.output) {
        Ok(path) => path,
        Err(error) => {
            let problem = rules::TEMPLATE_OUTPUT_PATH.report(format!(
                "`{}` cannot be an output: {error}",
                template.output
            ));
            return Some(Err(problem.at(origin.location()).into()));
        }
    };
    let mode = Mode::new(template.mode);
    if template.role == Role::Verbatim {
        return Some(Ok(Made::File(
            path,
            Entry::new(&*template.content, mode, origin),
        )));
    }
    Some(engine.render(position, template.data.clone()).map(|text| {
        // Python's `strip`, by which makejinja decides.
        if !options.keep_empty && text.chars().all(syntax::is_space) {
            Made::Empty(path)
        } else {
            Made::File(path, Entry::new(text, mode, origin))
        }
    }))
}

fn collect(
    made: Vec<Result<Made, Diagnostics>>,
    mut problems: Diagnostics,
) -> Result<Output, Diagnostics> {
    let known = problems.clone();
    let mut files = Vec::with_capacity(made.len());
    let mut empty = Vec::new();
    let mut told = BTreeSet::new();
    for result in made {
        match result {
            Ok(Made::File(path, entry)) => files.push((path, entry)),
            Ok(Made::Empty(path)) => empty.push(path),
            Err(found) => {
                problems.extend(
                    found
                        .into_iter()
                        .filter(|problem| !is_known(problem, &known))
                        .filter(|problem| !is_of_plugin(problem) || told.insert(fault(problem))),
                );
            }
        }
    }
    let tree = match Tree::from_files(files) {
        Ok(tree) if !problems.has_errors() => tree,
        Ok(_) => {
            problems.sort();
            return Err(problems);
        }
        Err(found) => {
            problems.extend(found);
            problems.sort();
            return Err(problems);
        }
    };
    empty.sort();
    Ok(Output { tree, empty })
}
