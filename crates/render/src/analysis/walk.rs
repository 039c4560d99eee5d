//! Walking a template with the names that it binds.

use std::collections::BTreeSet;

use super::scope::{Scopes, Shape};
use super::summary::{Free, Link, Summary};
use crate::python::methods::is_dict_method;
use crate::syntax::Span;
use crate::syntax::ast::{
    Arguments, Expression, Kind, Literal, Parameter, Statement, StatementKind, Target, Word,
};
use crate::visit;

/// Filters whose result holds items of what they are applied to.
const KEEPING: [&str; 9] = [
    "list",
    "sort",
    "unique",
    "reverse",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "default",
];

/// Filters that give one item of what they are applied to.
const PICKING: [&str; 5] = ["first", "last", "min", "max", "random"];

/// Filters that name an attribute of the items, and where.
const BY_ATTRIBUTE: [(&str, usize); 10] = [
    ("selectattr", 0),
    ("rejectattr", 0),
    ("groupby", 0),
    ("map", usize::MAX),
    ("sort", 2),
    ("unique", 1),
    ("min", 1),
    ("max", 1),
    ("sum", 0),
    ("join", 1),
];

/// Walks a template.
pub(super) fn summarize(statements: &[Statement]) -> Summary {
    let mut walker = Walker::new();
    walker.body(statements);
    walker.finish()
}

/// A body whose names count only once everything around it is bound.
struct Deferred<'a> {
    parameters: &'a [Parameter],
    body: &'a [Statement],
}

struct Walker<'a> {
    summary: Summary,
    scopes: Scopes,
    /// Macros of each open scope.
    deferred: Vec<Vec<Deferred<'a>>>,
    loops: usize,
}

impl<'a> Walker<'a> {
    fn new() -> Self {
        Self {
            summary: Summary::default(),
            scopes: Scopes::new(),
            deferred: vec![Vec::new()],
            loops: 0,
        }
    }

    fn finish(mut self) -> Summary {
        self.run_deferred();
        self.summary.exports = self.scopes.outermost();
        self.summary
    }

    fn body(&mut self, statements: &'a [Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn scoped(&mut self, walk: impl FnOnce(&mut Self)) {
        self.scopes.open();
        self.deferred.push(Vec::new());
        walk(self);
        self.run_deferred();
        self.deferred.pop();
        self.scopes.close();
    }

    /// Macros see what is bound around them at the time of the call.
    fn run_deferred(&mut self) {
        let waiting = self
            .deferred
            .last_mut()
            .map(std::mem::take)
            .unwrap_or_default();
        for Deferred { parameters, body } in waiting {
            self.scoped(|walker| {
                for special in ["caller", "kwargs", "varargs"] {
                    walker.scopes.bind(special, Shape::Unknown);
                }
                for parameter in parameters {
                    walker.scopes.bind(&parameter.name.text, Shape::Unknown);
                }
                for default in parameters
                    .iter()
                    .filter_map(|parameter| parameter.default.as_ref())
                {
                    walker.expression(default);
                }
                walker.body(body);
            });
        }
    }

    fn statement(&mut self, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::For(parts) => {
                let shape = match self.expression(&parts.items) {
                    Shape::Variable(name) => Shape::ItemOf(name),
                    _ => Shape::Unknown,
                };
                self.loops += 1;
                self.scoped(|walker| {
                    walker.bind(&parts.target, &shape);
                    if let Some(condition) = &parts.condition {
                        walker.expression(condition);
                    }
                    walker.body(&parts.body);
                });
                self.loops -= 1;
                self.scoped(|walker| walker.body(&parts.otherwise));
            }
            StatementKind::With(assignments, body) => {
                let shapes: Vec<_> = assignments
                    .iter()
                    .map(|(_, value)| self.expression(value))
                    .collect();
                self.scoped(|walker| {
                    for ((target, _), shape) in assignments.iter().zip(&shapes) {
                        walker.bind(target, shape);
                    }
                    walker.body(body);
                });
            }
            StatementKind::Set(target, value) => {
                let shape = self.expression(value);
                self.bind(target, &shape);
            }
            StatementKind::SetBlock(target, filter, body) => {
                self.scoped(|walker| walker.body(body));
                if let Some(filter) = filter {
                    self.expression(filter);
                }
                self.bind(target, &Shape::Unknown);
            }
            StatementKind::Macro(name, parameters, body) => {
                self.scopes.bind(&name.text, Shape::Unknown);
                self.defer(parameters, body);
            }
            StatementKind::CallBlock(parameters, call, body) => {
                self.expression(call);
                self.defer(parameters, body);
            }
            StatementKind::Block { body, .. } | StatementKind::FilterBlock(_, body) => {
                if let StatementKind::FilterBlock(filter, _) = &statement.kind {
                    self.expression(filter);
                }
                self.scoped(|walker| walker.body(body));
            }
            StatementKind::Extends(template) => {
                self.link(
                    template,
                    Link {
                        extends: true,
                        ..link(statement.span, true)
                    },
                );
            }
            StatementKind::Include {
                template,
                ignore_missing,
                with_context,
            } => {
                let needed = link(statement.span, *with_context);
                self.link(
                    template,
                    Link {
                        required: !ignore_missing,
                        ..needed
                    },
                );
            }
            StatementKind::Import {
                template,
                target,
                with_context,
            } => {
                self.link(template, link(statement.span, *with_context));
                self.scopes.bind(&target.text, Shape::Unknown);
            }
            StatementKind::FromImport {
                template,
                names,
                with_context,
            } => {
                self.link(template, link(statement.span, *with_context));
                for (_, here) in names {
                    self.scopes.bind(&here.text, Shape::Unknown);
                }
            }
            _ => {
                let (expressions, bodies) = visit::parts(statement);
                for expression in expressions {
                    self.expression(expression);
                }
                for body in bodies {
                    self.body(body);
                }
            }
        }
    }

    fn defer(&mut self, parameters: &'a [Parameter], body: &'a [Statement]) {
        if let Some(waiting) = self.deferred.last_mut() {
            waiting.push(Deferred { parameters, body });
        }
    }

    fn bind(&mut self, target: &'a Target, shape: &Shape) {
        match target {
            Target::Name(word) => self.scopes.bind(&word.text, shape.clone()),
            Target::Tuple(targets, _) => {
                for target in targets {
                    self.bind(target, &Shape::Unknown);
                }
            }
            Target::Attribute(object, _) => {
                self.variable(&object.text, object.span, false);
            }
        }
    }

    fn link(&mut self, template: &'a Expression, needed: Link) {
        self.expression(template);
        let targets = literal_names(template);
        self.summary.links.push(Link {
            required: needed.required && !targets.is_empty(),
            targets,
            bound: self.scopes.names(),
            ..needed
        });
    }

    /// Walks an expression and tells what is known of its value.
    fn expression(&mut self, expression: &'a Expression) -> Shape {
        match &expression.kind {
            Kind::Name(name) => self.variable(name, expression.span, false),
            Kind::Attribute(object, name) => {
                let shape = self.expression(object);
                if !is_dict_method(&name.text) {
                    self.key(&shape, &name.text, name.span);
                }
                Shape::Unknown
            }
            Kind::Item(object, key) => {
                let shape = self.expression(object);
                self.expression(key);
                match &key.kind {
                    Kind::Literal(Literal::Text(name)) => {
                        self.key(&shape, name, key.span);
                        Shape::Unknown
                    }
                    _ => item_of(shape),
                }
            }
            Kind::Slice(object, bounds) => {
                for bound in bounds.iter().flatten() {
                    self.expression(bound);
                }
                self.expression(object)
            }
            Kind::Call(callee, arguments) => {
                self.call(callee, arguments);
                Shape::Unknown
            }
            Kind::Filter(subject, name, arguments) => {
                self.summary.filters.push(name.clone());
                self.passed_by_name(name, arguments);
                let shape = subject
                    .as_ref()
                    .map_or(Shape::Unknown, |subject| self.expression(subject));
                self.arguments(arguments);
                self.filter(&shape, name, arguments)
            }
            Kind::Test(subject, name, arguments) => {
                self.summary.tests.push(name.clone());
                self.expression(subject);
                self.arguments(arguments);
                Shape::Unknown
            }
            Kind::Conditional {
                test,
                then,
                otherwise,
            } => {
                self.expression(test);
                let shape = self.expression(then);
                let other = otherwise
                    .as_ref()
                    .map(|otherwise| self.expression(otherwise));
                if other.is_none_or(|other| other == shape) {
                    shape
                } else {
                    Shape::Unknown
                }
            }
            Kind::Or(left, right) | Kind::And(left, right) => {
                let (left, right) = (self.expression(left), self.expression(right));
                if matches!(left, Shape::Unknown) {
                    right
                } else {
                    left
                }
            }
            _ => {
                visit::children(expression, &mut |child| {
                    self.expression(child);
                });
                Shape::Unknown
            }
        }
    }

    fn call(&mut self, callee: &'a Expression, arguments: &'a Arguments) {
        match &callee.kind {
            Kind::Name(name) => {
                self.variable(name, callee.span, true);
            }
            Kind::Attribute(object, method) if matches!(method.text.as_str(), "get" | "pop") => {
                let shape = self.expression(object);
                if let Some(Expression {
                    kind: Kind::Literal(Literal::Text(key)),
                    span,
                    ..
                }) = arguments.positional.first()
                {
                    self.key(&shape, key, *span);
                }
            }
            // The name of a method is no key.
            Kind::Attribute(object, _) => {
                self.expression(object);
            }
            _ => {
                self.expression(callee);
            }
        }
        self.arguments(arguments);
    }

    fn arguments(&mut self, arguments: &'a Arguments) {
        for argument in arguments.expressions() {
            self.expression(argument);
        }
    }

    /// What a filter does to what is known, and the attribute that it names.
    /// The filter or test that another filter applies, where its name is written out.
    fn passed_by_name(&mut self, name: &Word, arguments: &Arguments) {
        let (position, list) = match name.text.as_str() {
            "map" => (0, &mut self.summary.filters),
            "select" | "reject" => (0, &mut self.summary.tests),
            "selectattr" | "rejectattr" => (1, &mut self.summary.tests),
            _ => return,
        };
        if let Some(Expression {
            kind: Kind::Literal(Literal::Text(text)),
            span,
            ..
        }) = arguments.positional.get(position)
        {
            list.push(Word {
                text: text.clone(),
                span: *span,
            });
        }
    }

    fn filter(&mut self, shape: &Shape, name: &Word, arguments: &'a Arguments) -> Shape {
        let filter = name.text.as_str();
        let attribute = BY_ATTRIBUTE
            .iter()
            .find(|(known, _)| *known == filter)
            .and_then(|(_, position)| {
                let named = arguments
                    .named
                    .iter()
                    .find(|(name, _)| name.text == "attribute");
                named
                    .map(|(_, value)| value)
                    .or_else(|| arguments.positional.get(*position))
            });
        if let Some(Expression {
            kind: Kind::Literal(Literal::Text(text)),
            span,
            ..
        }) = attribute
        {
            let item = item_of(shape.clone());
            for path in text.split(',') {
                let first = path.split('.').next().unwrap_or_default();
                self.key(&item, first, *span);
            }
        }
        match shape {
            Shape::Variable(_) if KEEPING.contains(&filter) => shape.clone(),
            Shape::Variable(list) if PICKING.contains(&filter) => Shape::ItemOf(list.clone()),
            _ => Shape::Unknown,
        }
    }

    /// A use of a variable.
    fn variable(&mut self, name: &str, span: Span, called: bool) -> Shape {
        if let Some(shape) = self.scopes.get(name) {
            return shape.clone();
        }
        if name == "loop" && self.loops > 0 {
            return Shape::Unknown;
        }
        self.summary.mentions.push(Free {
            root: name.to_owned(),
            of: None,
            name: name.to_owned(),
            span,
            called,
        });
        Shape::Variable(name.to_owned())
    }

    /// A use of a key of what may be an item of one of the context's lists.
    fn key(&mut self, shape: &Shape, key: &str, span: Span) {
        let (Shape::ItemOf(list) | Shape::Variable(list)) = shape else {
            return;
        };
        self.summary.mentions.push(Free {
            root: list.clone(),
            of: Some(list.clone()),
            name: key.to_owned(),
            span,
            called: false,
        });
    }
}

fn item_of(shape: Shape) -> Shape {
    match shape {
        Shape::Variable(list) => Shape::ItemOf(list),
        _ => Shape::Unknown,
    }
}

fn link(span: Span, with_context: bool) -> Link {
    Link {
        targets: Vec::new(),
        required: true,
        with_context,
        extends: false,
        bound: BTreeSet::new(),
        span,
    }
}

/// The names of templates that an expression writes out.
fn literal_names(expression: &Expression) -> Vec<String> {
    let normal = |name: &str| {
        let parts: Vec<_> = name
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        parts.join("/")
    };
    match &expression.kind {
        Kind::Literal(Literal::Text(name)) => vec![normal(name)],
        Kind::List(items) | Kind::Tuple(items) => {
            let names: Vec<_> = items.iter().flat_map(literal_names).collect();
            if names.len() == items.len() {
                names
            } else {
                Vec::new()
            }
        }
        _ => Vec::new(),
    }
}
