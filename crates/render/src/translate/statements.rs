//! Statements.

use super::expressions::{self, write as expression, write_truth};
use super::internal;
use super::writer::{Loop, Writer};
use crate::syntax::Span;
use crate::syntax::ast::{Expression, For, Parameter, Statement, StatementKind, Target, Word};
use crate::visit::mentions;

/// Writes statements.
pub(super) fn write(writer: &mut Writer, statements: &[Statement]) {
    for statement in statements {
        writer.marked(statement.span, |writer| write_statement(writer, statement));
    }
}

fn write_statement(writer: &mut Writer, statement: &Statement) {
    match &statement.kind {
        StatementKind::Data(text) => writer.data(text),
        StatementKind::Print(value) => {
            writer.push("{{ ");
            expression(writer, value);
            writer.push(" }}");
        }
        StatementKind::For(parts) => for_loop(writer, parts),
        StatementKind::If(branches, otherwise) => if_branches(writer, branches, otherwise),
        StatementKind::With(assignments, body) => with(writer, assignments, body),
        StatementKind::Set(target, value) => {
            set(writer, target, &|writer| expression(writer, value));
        }
        StatementKind::SetBlock(target, filter, body) => {
            set_block(writer, target, filter.as_ref(), body);
        }
        StatementKind::FilterBlock(filters, body) => {
            writer.push("{% with %}");
            let captured = capture(writer, body);
            writer.push("{{ ");
            expressions::write_filters(writer, filters, &|writer| writer.push(&captured));
            writer.push(" }}{% endwith %}");
        }
        StatementKind::Autoescape(on, body) => {
            writer.push("{% autoescape ");
            expression(writer, on);
            writer.push("|");
            writer.push(internal::BOOL);
            writer.push(" %}");
            write(writer, body);
            writer.push("{% endautoescape %}");
        }
        StatementKind::Macro(name, parameters, body) => {
            let inner = macro_body(writer, parameters, body);
            writer.push("{% set ");
            writer.variable(&name.text);
            writer.push(" = ");
            macro_value(writer, &inner, &name.text, parameters, body);
            writer.push(" %}");
        }
        StatementKind::CallBlock(parameters, call, body) => {
            let inner = macro_body(writer, parameters, body);
            writer.push("{{ ");
            expressions::write_call_with(writer, call, &|writer| {
                macro_value(writer, &inner, "caller", parameters, body);
            });
            writer.push(" }}");
        }
        StatementKind::Block {
            name,
            required,
            body,
            ..
        } => {
            writer.push("{% block ");
            let name = super::encode_name(&name.text).into_owned();
            writer.push(&name);
            writer.push(if *required { " required %}" } else { " %}" });
            write(writer, body);
            writer.push("{% endblock %}");
        }
        StatementKind::Extends(template) => {
            writer.push("{% extends ");
            template_name(writer, template, false);
            writer.push(" %}");
        }
        StatementKind::Include {
            template,
            ignore_missing,
            with_context,
        } => include(writer, template, *ignore_missing, *with_context),
        StatementKind::Import {
            template,
            target,
            with_context,
        } => {
            let module = import(writer, template, *with_context, statement.span);
            writer.push("{% set ");
            writer.variable(&target.text);
            writer.push(" = ");
            writer.push(&module);
            writer.push(" %}");
        }
        StatementKind::FromImport {
            template,
            names,
            with_context,
        } => {
            let module = import(writer, template, *with_context, statement.span);
            from_import(writer, &module, names);
        }
        StatementKind::Do(value) => set_nothing(writer, &|writer| expression(writer, value)),
        StatementKind::Break => writer.push("{% break %}"),
        StatementKind::Continue => writer.push("{% continue %}"),
    }
}

fn for_loop(writer: &mut Writer, parts: &For) {
    let unpack = match &parts.target {
        Target::Tuple(targets, _) => Some(targets.len()),
        _ => None,
    };
    writer.push("{% for ");
    target(writer, &parts.target);
    writer.push(" in ");
    expression(writer, &parts.items);
    writer.marked(parts.items.span, |writer| {
        expressions::items(writer, unpack);
    });
    if let Some(condition) = &parts.condition {
        writer.push(" if ");
        write_truth(writer, condition);
    }
    writer.push(if parts.recursive {
        " recursive %}"
    } else {
        " %}"
    });
    writer.loops.push(Loop { unpack });
    write(writer, &parts.body);
    writer.loops.pop();
    if !parts.otherwise.is_empty() {
        writer.push("{% else %}");
        write(writer, &parts.otherwise);
    }
    writer.push("{% endfor %}");
}

fn if_branches(
    writer: &mut Writer,
    branches: &[(Expression, Vec<Statement>)],
    otherwise: &[Statement],
) {
    for (index, (test, body)) in branches.iter().enumerate() {
        writer.push(if index == 0 { "{% if " } else { "{% elif " });
        write_truth(writer, test);
        writer.push(" %}");
        write(writer, body);
    }
    if !otherwise.is_empty() {
        writer.push("{% else %}");
        write(writer, otherwise);
    }
    writer.push("{% endif %}");
}

/// All values are taken before any name is bound.
fn with(writer: &mut Writer, assignments: &[(Target, Expression)], body: &[Statement]) {
    writer.push("{% with %}");
    let temporaries: Vec<String> = assignments
        .iter()
        .map(|(_, value)| {
            let name = format!("_w{}", writer.unique());
            writer.push(&format!("{{% set {name} = "));
            expression(writer, value);
            writer.push(" %}");
            name
        })
        .collect();
    for ((bound, _), temporary) in assignments.iter().zip(&temporaries) {
        set(writer, bound, &|writer| writer.push(temporary));
    }
    write(writer, body);
    writer.push("{% endwith %}");
}

/// `{% set target = value %}`
fn set(writer: &mut Writer, bound: &Target, value: &dyn Fn(&mut Writer)) {
    match bound {
        Target::Name(name) => {
            writer.push("{% set ");
            writer.variable(&name.text);
            writer.push(" = ");
            value(writer);
            writer.push(" %}");
        }
        Target::Tuple(targets, span) => {
            writer.push("{% set ");
            target(writer, bound);
            writer.push(" = ");
            value(writer);
            writer.marked(*span, |writer| {
                writer.filter(internal::UNPACK);
                writer.number(targets.len());
                writer.push(")");
            });
            writer.push(" %}");
        }
        Target::Attribute(object, name) => set_nothing(writer, &|writer| {
            writer.marked(bound.span(), |writer| {
                writer.variable(&object.text);
                writer.filter(internal::SET_ATTRIBUTE);
                writer.text(&name.text);
                writer.push(",");
                value(writer);
                writer.push(")");
            });
        }),
    }
}

/// An expression for its effect.
fn set_nothing(writer: &mut Writer, value: &dyn Fn(&mut Writer)) {
    writer.push("{% set _nothing = ");
    value(writer);
    writer.push(" %}");
}

fn target(writer: &mut Writer, bound: &Target) {
    match bound {
        Target::Name(name) => writer.variable(&name.text),
        Target::Tuple(targets, _) => {
            writer.push("(");
            for inner in targets {
                target(writer, inner);
                writer.push(",");
            }
            writer.push(")");
        }
        // Only `set` has these, and handles them itself.
        Target::Attribute(..) => writer.push("_nothing"),
    }
}

/// Writes a body into a variable of the engine, and gives its name.
fn capture(writer: &mut Writer, body: &[Statement]) -> String {
    let name = format!("_b{}", writer.unique());
    writer.push(&format!("{{% set {name} %}}{{% with %}}"));
    write(writer, body);
    writer.push("{% endwith %}{% endset %}");
    name
}

fn set_block(writer: &mut Writer, bound: &Target, filter: Option<&Expression>, body: &[Statement]) {
    let captured = capture(writer, body);
    set(writer, bound, &|writer| match filter {
        Some(filter) => {
            expressions::write_filters(writer, filter, &|writer| writer.push(&captured));
        }
        None => writer.push(&captured),
    });
}

/// Declares the engine's macro for a body and gives its name. It takes every argument
/// from a wrapper that binds them as Python does.
fn macro_body(writer: &mut Writer, parameters: &[Parameter], body: &[Statement]) -> String {
    let name = format!("_m{}", writer.unique());
    let loops = std::mem::take(&mut writer.loops);
    writer.push(&format!("{{% macro {name}("));
    let declared = parameters
        .iter()
        .map(|parameter| parameter.name.text.as_str());
    let special: Vec<_> = special_parameters(parameters, body).collect();
    for parameter in declared.chain(special) {
        writer.variable(parameter);
        writer.push(",");
    }
    writer.push(") %}");
    for parameter in parameters {
        let Some(default) = &parameter.default else {
            continue;
        };
        writer.push("{% if ");
        writer.variable(&parameter.name.text);
        writer.push(&format!("|{} %}}{{% set ", internal::IS_MISSING));
        writer.variable(&parameter.name.text);
        writer.push(" = ");
        expression(writer, default);
        writer.push(" %}{% endif %}");
    }
    write(writer, body);
    writer.push("{% endmacro %}");
    writer.loops = loops;
    name
}

/// The wrapper around the engine's macro.
fn macro_value(
    writer: &mut Writer,
    inner: &str,
    name: &str,
    parameters: &[Parameter],
    body: &[Statement],
) {
    writer.push(inner);
    writer.filter(internal::MACRO);
    writer.text(name);
    writer.push(",[");
    for parameter in parameters {
        writer.text(&parameter.name.text);
        writer.push(",");
        writer.push(if parameter.default.is_some() {
            "true,"
        } else {
            "false,"
        });
    }
    writer.push("],[");
    for special in special_parameters(parameters, body) {
        writer.text(special);
        writer.push(",");
    }
    writer.push("])");
}

/// Those of `caller`, `kwargs` and `varargs` that a body uses without declaring them.
fn special_parameters<'a>(
    parameters: &'a [Parameter],
    body: &'a [Statement],
) -> impl Iterator<Item = &'static str> + 'a {
    ["caller", "kwargs", "varargs"]
        .into_iter()
        .filter(move |special| {
            mentions(body, special)
                && !parameters
                    .iter()
                    .any(|parameter| parameter.name.text == *special)
        })
}

/// An expression that names a template, or several of which the first that exists counts.
fn template_name(writer: &mut Writer, template: &Expression, ignore_missing: bool) {
    expression(writer, template);
    writer.marked(template.span, |writer| {
        writer.filter(internal::TEMPLATE);
        writer.push(if ignore_missing { "true)" } else { "false)" });
    });
}

fn include(writer: &mut Writer, template: &Expression, ignore_missing: bool, with_context: bool) {
    let ending = if ignore_missing {
        " ignore missing %}"
    } else {
        " %}"
    };
    if with_context {
        // A scope of its own: what the other template sets is not seen here.
        writer.push("{% with %}{% include ");
        template_name(writer, template, ignore_missing);
        writer.push(ending);
        writer.push("{% endwith %}");
        return;
    }
    // In a macro of its own the engine sees none of the variables around.
    let name = format!("_m{}", writer.unique());
    writer.push(&format!("{{% macro {name}(_t) %}}"));
    globals_only(writer, true);
    writer.push("{% include _t");
    writer.push(ending);
    globals_only(writer, false);
    writer.push(&format!("{{% endmacro %}}{{{{ {name}("));
    template_name(writer, template, ignore_missing);
    writer.push(") }}");
}

/// Imports a template and gives the engine's name of the module.
fn import(writer: &mut Writer, template: &Expression, with_context: bool, span: Span) -> String {
    let number = writer.unique();
    let module = format!("_i{number}");
    if with_context {
        writer.push("{% import ");
        template_name(writer, template, false);
        writer.push(&format!(" as {module} %}}"));
        return module;
    }
    let name = format!("_m{number}");
    let key = format!("module {number}");
    writer.push(&format!("{{% macro {name}(_t) %}}"));
    globals_only(writer, true);
    writer.marked(span, |writer| writer.push("{% import _t as _module %}"));
    writer.push("{% set _nothing = _module");
    writer.filter(internal::STASH);
    writer.text(&key);
    writer.push(") %}");
    globals_only(writer, false);
    writer.push("{% endmacro %}");
    set_nothing(writer, &|writer| {
        writer.push(&name);
        writer.push("(");
        template_name(writer, template, false);
        writer.push(")");
    });
    writer.push(&format!("{{% set {module} = "));
    writer.text(&key);
    writer.push(&format!("|{} %}}", internal::UNSTASH));
    module
}

fn from_import(writer: &mut Writer, module: &str, names: &[(Word, Word)]) {
    for (name, here) in names {
        writer.push("{% set ");
        writer.variable(&here.text);
        writer.push(" = ");
        writer.marked(name.span, |writer| {
            writer.push(module);
            writer.filter(internal::IMPORTED);
            writer.text(&name.text);
            writer.push(")");
        });
        writer.push(" %}");
    }
}

/// Hides, or shows again, the variables of the one template that is rendered.
fn globals_only(writer: &mut Writer, on: bool) {
    writer.push(&format!(
        "{{% set _nothing = none|{}({on}) %}}",
        internal::GLOBALS_ONLY
    ));
}
