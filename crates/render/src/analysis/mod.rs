//! What templates use, over all their branches, without rendering them.

mod scope;
mod summary;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics, Location};
use rayon::prelude::*;

use self::summary::{Link, Summary};
use crate::context::ContextBuilder;
use crate::prepare::{Parsed, Reader};
use crate::python::call::Find as _;
use crate::rules;
use crate::syntax::Span;
use crate::syntax::ast::Word;
use crate::{Context, Role, TemplateSet, globals, natives};

/// A name that a template takes from the context.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// Whose key it is: `None` for a variable, `Some("nodes")` for a key of a node.
    pub of: Option<String>,
    /// The name.
    pub name: String,
    /// Where it is first used in its template.
    pub location: Location,
    /// Whether it is called as a function.
    pub called: bool,
    /// Whether its template is rendered, or needed by name by one that is. Others are only
    /// there for names that templates compute, and may expect variables of those.
    pub reached: bool,
}

/// What the templates of a set use.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    mentions: Vec<Mention>,
    unknown: Vec<Mention>,
    /// The functions of cluster templates that are called.
    natives: BTreeSet<String>,
    problems: Diagnostics,
    /// Those of them that are not of templates which cannot be read.
    misnamed: Diagnostics,
}

impl Analysis {
    /// Every name that is used, with its first place in each template, in order. Names that
    /// a template binds itself, and those that every template has, are not among them.
    pub fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// Filters and tests that are not built in, with their places, in order.
    pub fn unknown(&self) -> &[Mention] {
        &self.unknown
    }

    /// Templates that cannot be read, filters and tests that do not exist, templates that
    /// are included but not there.
    pub fn problems(&self) -> &Diagnostics {
        &self.problems
    }

    /// Filters, tests and templates that do not exist.
    pub(crate) fn misnamed(&self) -> &Diagnostics {
        &self.misnamed
    }

    /// Whether some template uses the variable.
    pub fn uses(&self, name: &str) -> bool {
        self.mentions
            .iter()
            .any(|mention| mention.of.is_none() && mention.name == name)
    }

    /// Whether some template uses the key of the entries of a list, such as `mtu` of `nodes`.
    pub fn uses_item_key(&self, list: &str, key: &str) -> bool {
        self.mentions
            .iter()
            .any(|mention| mention.of.as_deref() == Some(list) && mention.name == key)
    }

    /// The functions of cluster templates, such as `age_key`, that some template which is
    /// rendered calls, in whatever branch.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.natives.iter().map(String::as_str)
    }

    /// An error for every name that the context does not declare.
    pub fn undeclared(&self, context: &Context) -> Diagnostics {
        undeclared(&self.mentions, &context.inner)
    }
}

/// Tells what the templates of a set use; a copied file is no template.
pub(crate) fn analyze_read(
    set: &TemplateSet,
    parsed: &[Result<Parsed, Diagnostics>],
    reader: &Reader,
) -> Analysis {
    let mut unread = Diagnostics::new();
    let mut sources = Vec::new();
    for (template, parsed) in set.iter().zip(parsed) {
        match parsed {
            _ if template.role == Role::Verbatim => {}
            Ok(parsed) => sources.push(Analyzed {
                name: &template.name,
                renders: template.role == Role::Render,
                parsed,
            }),
            Err(found) => unread.extend(found.clone()),
        }
    }
    let names = set.iter().map(|template| template.name.as_str()).collect();
    let mut analysis = analyze_parsed(&sources, &names, reader);
    analysis.misnamed = analysis.problems.clone();
    analysis.problems.extend(unread);
    analysis.problems.sort();
    analysis
}

/// A template that was read, for the analysis.
struct Analyzed<'a> {
    name: &'a str,
    /// Whether it is rendered itself.
    renders: bool,
    parsed: &'a Parsed,
}

/// Tells what templates that were read use. `names` are those of all templates.
fn analyze_parsed(templates: &[Analyzed<'_>], names: &BTreeSet<&str>, reader: &Reader) -> Analysis {
    let summaries: Vec<Summary> = templates
        .par_iter()
        .map(|template| walk::summarize(&template.parsed.statements))
        .collect();
    let mut follower = Follower {
        by_name: BTreeMap::new(),
        templates,
        summaries: &summaries,
        found: BTreeMap::new(),
        visited: HashSet::new(),
        reached: BTreeSet::new(),
    };
    for (index, template) in templates.iter().enumerate() {
        follower.by_name.entry(template.name).or_insert(index);
    }
    for (index, template) in templates.iter().enumerate() {
        if template.renders {
            follower.visit(index, &BTreeSet::new());
        }
    }
    follower.reached = follower.visited.iter().map(|(index, _)| *index).collect();
    for index in 0..templates.len() {
        if !follower.reached.contains(&index) {
            follower.visit(index, &BTreeSet::new());
        }
    }
    let natives = follower.natives();
    let mentions = follower.mentions();
    let mut problems = Diagnostics::new();
    let mut unknown = Vec::new();
    for (template, summary) in templates.iter().zip(&summaries) {
        unknown_words(template, summary, reader, &mut unknown, &mut problems);
        missing_templates(template, summary, names, &mut problems);
    }
    problems.sort();
    Analysis {
        mentions,
        unknown,
        natives,
        problems,
        ..Analysis::default()
    }
}

/// An error for every mention that a context does not declare.
pub(crate) fn undeclared(mentions: &[Mention], context: &Arc<ContextBuilder>) -> Diagnostics {
    mentions
        .iter()
        .filter(|mention| mention.reached)
        .filter_map(|mention| match &mention.of {
            None => undeclared_name(mention, context),
            Some(list) => {
                let keys = context.item_keys.get(list)?;
                (!keys.contains(&mention.name)).then(|| undeclared_key(mention, list, keys))
            }
        })
        .collect()
}

/// Goes from the templates that are rendered to those that they need.
struct Follower<'a> {
    by_name: BTreeMap<&'a str, usize>,
    templates: &'a [Analyzed<'a>],
    summaries: &'a [Summary],
    /// The first place of each name in each template.
    found: BTreeMap<(usize, Option<String>, String), (Span, bool)>,
    visited: HashSet<(usize, BTreeSet<String>)>,
    /// The templates that are rendered, or needed by one that is.
    reached: BTreeSet<usize>,
}

impl Follower<'_> {
    /// Visits a template in which the names of `bound` are those of another one.
    fn visit(&mut self, index: usize, bound: &BTreeSet<String>) {
        if !self.visited.insert((index, bound.clone())) {
            return;
        }
        let summaries = self.summaries;
        let summary = &summaries[index];
        let parents = self.exports_of_parents(index, &mut Vec::new());
        for mention in &summary.mentions {
            if bound.contains(&mention.root) || parents.contains(&mention.root) {
                continue;
            }
            let key = (index, mention.of.clone(), mention.name.clone());
            let place = self
                .found
                .entry(key)
                .or_insert((mention.span, mention.called));
            if mention.span.start < place.0.start {
                *place = (mention.span, mention.called);
            }
        }
        for link in &summary.links {
            for target in &link.targets {
                let Some(&other) = self.by_name.get(target.as_str()) else {
                    continue;
                };
                let mut seen = BTreeSet::new();
                if link.with_context {
                    seen.extend(bound.iter().chain(&link.bound).cloned());
                }
                self.visit(other, &seen);
            }
        }
    }

    /// What the templates that a template extends set before its blocks run.
    fn exports_of_parents(&self, index: usize, seen: &mut Vec<usize>) -> BTreeSet<String> {
        let mut exports = BTreeSet::new();
        if seen.contains(&index) {
            return exports;
        }
        seen.push(index);
        let parents = self.summaries[index]
            .links
            .iter()
            .filter(|link| link.extends);
        for target in parents.flat_map(|link| &link.targets) {
            if let Some(&parent) = self.by_name.get(target.as_str()) {
                exports.extend(self.summaries[parent].exports.iter().cloned());
                exports.extend(self.exports_of_parents(parent, seen));
            }
        }
        exports
    }

    fn natives(&self) -> BTreeSet<String> {
        self.found
            .iter()
            .filter(|((index, of, name), (_, called))| {
                let known = natives::NAMES.contains(&name.as_str());
                known && of.is_none() && *called && self.reached.contains(index)
            })
            .map(|((_, _, name), _)| name.clone())
            .collect()
    }

    fn mentions(self) -> Vec<Mention> {
        let mut mentions: Vec<Mention> = self
            .found
            .into_iter()
            .map(|((index, of, name), (span, called))| {
                let parsed = self.templates[index].parsed;
                Mention {
                    of,
                    name,
                    location: parsed.source.location(parsed.places.in_file(span)),
                    called,
                    reached: self.reached.contains(&index),
                }
            })
            .filter(|mention| mention.of.is_some() || !is_given(&mention.name))
            .collect();
        mentions.sort_by(|left, right| {
            (&left.location, &left.of, &left.name).cmp(&(&right.location, &right.of, &right.name))
        });
        mentions
    }
}

/// Names that every template has.
fn is_given(name: &str) -> bool {
    matches!(name, "self" | "super")
        || globals::BUILT_IN.iter().any(|(known, _)| *known == name)
        || natives::NAMES.contains(&name)
}

fn undeclared_name(mention: &Mention, context: &ContextBuilder) -> Option<Diagnostic> {
    let name = mention.name.as_str();
    if context.values.contains_key(name) || context.declared.contains(name) {
        return None;
    }
    if context.withheld.contains_key(name) {
        return None;
    }
    if mention.called && name == natives::APPS && context.native_functions {
        return None;
    }
    let of_plugin = context.plugin.as_ref();
    if of_plugin.is_some_and(|plugin| plugin.names().functions.contains(name)) {
        return None;
    }
    let values = context.values.keys().map(String::as_str);
    let known = values.chain(context.declared.iter().map(String::as_str));
    let functions = globals::BUILT_IN
        .iter()
        .map(|(name, _)| *name)
        .chain(natives::NAMES.iter().copied())
        .chain((name != natives::APPS).then_some(natives::APPS));
    let closest = diagnostics::closest(name, known.chain(functions));
    let message = if mention.called {
        format!("there is no function `{name}`")
    } else {
        format!("nothing declares `{name}`")
    };
    let problem = rules::TEMPLATE_UNDECLARED
        .report(message)
        .at(mention.location.clone());
    Some(match closest {
        Some(known) => problem.hint(format!("did you mean `{known}`?")),
        None if mention.called => problem.hint(
            "put what it gives into `cluster.yaml`, or define it in the plugin that `makejinja.toml` names",
        ),
        None => problem.hint(format!(
            "declare `{name}` in `templates/variables.yaml`, or bind it with `set`"
        )),
    })
}

fn undeclared_key(mention: &Mention, list: &str, keys: &BTreeSet<String>) -> Diagnostic {
    let name = &mention.name;
    let problem = rules::TEMPLATE_UNDECLARED
        .report(format!("nothing declares the key `{name}` of `{list}`"))
        .at(mention.location.clone());
    match diagnostics::closest(name, keys.iter().map(String::as_str)) {
        Some(known) => problem.hint(format!("did you mean `{known}`?")),
        None => problem,
    }
}

impl Analyzed<'_> {
    fn place(&self, span: Span) -> Location {
        let parsed = self.parsed;
        parsed.source.location(parsed.places.in_file(span))
    }
}

/// Filters and tests that do not exist.
fn unknown_words(
    template: &Analyzed<'_>,
    summary: &Summary,
    reader: &Reader,
    mentions: &mut Vec<Mention>,
    problems: &mut Diagnostics,
) {
    let mut push = |word: &Word, problem: Diagnostic| {
        mentions.push(Mention {
            of: None,
            name: word.text.clone(),
            location: template.place(word.span),
            called: true,
            reached: true,
        });
        problems.push(problem);
    };
    for word in &summary.filters {
        if reader.words().filter(&word.text).is_none() {
            let known = reader.words().filters().into_iter();
            push(
                word,
                unknown("filter", &word.text, template.place(word.span), known),
            );
        }
    }
    for word in &summary.tests {
        if reader.words().test(&word.text).is_none() {
            let known = reader.words().tests().into_iter();
            push(
                word,
                unknown("test", &word.text, template.place(word.span), known),
            );
        }
    }
}

/// Templates that are needed and do not exist.
fn missing_templates(
    template: &Analyzed<'_>,
    summary: &Summary,
    names: &BTreeSet<&str>,
    problems: &mut Diagnostics,
) {
    for Link {
        targets,
        required,
        span,
        ..
    } in &summary.links
    {
        let Some(first) = targets.first().filter(|_| *required) else {
            continue;
        };
        if targets.iter().any(|target| names.contains(target.as_str())) {
            continue;
        }
        let problem = rules::TEMPLATE_MISSING
            .report(format!("there is no template `{first}`"))
            .at(template.place(*span));
        let known = diagnostics::closest(first, names.iter().copied());
        problems.push(match known {
            _ if first.split('/').any(|part| part == "..") => {
                problem.hint("name it by its path below the template folder, without `..`")
            }
            Some(known) => problem.hint(format!("did you mean `{known}`?")),
            None => {
                problem.hint("name it by its whole path below the template folder, suffix included")
            }
        });
    }
}

fn unknown<'a>(
    kind: &str,
    name: &str,
    location: Location,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let problem = rules::TEMPLATE_UNKNOWN
        .report(format!("there is no {kind} `{name}`"))
        .at(location);
    match diagnostics::closest(name, known) {
        Some(known) => problem.hint(format!("did you mean `{known}`?")),
        None => problem.hint(format!(
            "use {kind}s of Jinja2, or define it in the plugin that `makejinja.toml` names"
        )),
    }
}
