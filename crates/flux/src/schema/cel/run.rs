//! Rules on the values that they belong to.

use std::sync::Arc;

use diagnostics::Diagnostic;
use kube_cel::cel::objects::Key;
use kube_cel::cel::{ExecutionError, Value as Cel};
use serde_json::value::RawValue;

use super::cost::{self, Size};
use super::{compile, convert, optional, stored};
use crate::rules;
use crate::schema::check::Checker;
use crate::schema::compiled::Compiled;
use crate::schema::model::{Additional, Rule, Schema};
use crate::schema::path::Step;
use crate::unknown;
use crate::value::{Place, Value};

/// Runs the rules of an object.
pub(super) struct Runner<'c, 'a> {
    checker: &'c mut Checker<'a>,
    /// Whether the object holds something of a Secret, which a message made of it might say.
    is_secret: bool,
}

impl<'c, 'a> Runner<'c, 'a> {
    pub(super) fn new(checker: &'c mut Checker<'a>, is_secret: bool) -> Self {
        Self { checker, is_secret }
    }

    /// The rules of the whole object.
    pub(super) fn object(&mut self, schema: &'a Schema, value: &'a Value, cel: &Cel) {
        self.value(schema, Some(value), cel, &value.place);
    }

    /// `written` is none where a default made the value.
    fn value(&mut self, schema: &'a Schema, written: Option<&'a Value>, cel: &Cel, near: &Place) {
        if !schema.has_rules() || matches!(cel, Cel::Null) {
            return;
        }
        let place = written.map_or_else(|| near.clone(), |value| value.place.or(near));
        // A rule may read all that is below it.
        let is_known = schema.rules.is_empty() || !written.is_some_and(unknown::within);
        for rule in schema.rules.iter().filter(|_| is_known) {
            self.rule(rule, written, cel, &place);
        }
        match cel {
            Cel::Map(map) => {
                for (name, schema) in Self::fields(schema, written) {
                    let key = Key::String(Arc::new(convert::escaped(name).into_owned()));
                    let plain = Key::String(Arc::new(name.to_owned()));
                    let Some(cel) = map.map.get(&key).or_else(|| map.map.get(&plain)) else {
                        continue;
                    };
                    let written = written.and_then(|value| value.get(name));
                    self.checker.path.push(Step::Key(name));
                    self.value(schema, written, cel, &place);
                    self.checker.path.pop();
                }
            }
            Cel::List(items) => {
                let Some(schema) = &schema.items else { return };
                for (index, cel) in items.iter().enumerate() {
                    let written = written.and_then(|value| value.items().get(index));
                    self.checker.path.push(Step::Item(index));
                    self.value(schema, written, cel, &place);
                    self.checker.path.pop();
                }
            }
            _ => {}
        }
    }

    /// The fields of a value that have rules in them.
    fn fields(schema: &'a Schema, written: Option<&'a Value>) -> Vec<(&'a str, &'a Schema)> {
        let named = { schema.properties.iter() }
            .filter(|(_, schema)| schema.has_rules())
            .map(|(name, schema)| (&**name, &**schema));
        let mut fields: Vec<_> = named.collect();
        if let Additional::Schema(each) = &schema.additional_properties
            && each.has_rules()
        {
            let map = written.and_then(Value::as_map);
            let others = map.into_iter().flat_map(|map| map.keys());
            let others = others.filter(|name| schema.properties.get(name.as_str()).is_none());
            fields.extend(others.map(|name| (name.as_str(), &**each)));
        }
        fields
    }

    fn rule(&mut self, rule: &Rule, written: Option<&Value>, cel: &Cel, place: &Place) {
        let compiled = rule.compiled.get_or_init(|| compiled(rule));
        // What only changes can break, nothing that is new breaks.
        if compiled.is_of_changes {
            return;
        }
        let path = self.checker.path.shown();
        let Some(program) = &compiled.rule else {
            return self.unknown(&path, place, "uses what this program does not understand");
        };
        if !cost::is_bounded(program, Size::of(cel)) {
            return self.unknown(&path, place, "might take too long here");
        }
        let mut context = self.checker.schemas.functions.scope();
        context.add_variable_from_value("self", cel.clone());
        match Cel::resolve(program, &context) {
            Ok(Cel::Bool(true)) => {}
            verdict if is_broken(&verdict) => {
                let message = compiled.message.as_ref();
                let message = message
                    .filter(|_| !self.is_secret)
                    .filter(|program| cost::is_bounded(program, Size::of(cel)))
                    .and_then(|program| Cel::resolve(program, &context).ok());
                let place = at(rule, written).unwrap_or_else(|| place.clone());
                let problem = broken(rule, message.as_ref(), &path);
                self.checker.add(&place, || problem);
            }
            Ok(_) | Err(_) => {
                self.unknown(&path, place, "uses what this program does not understand");
            }
        }
    }

    fn unknown(&mut self, path: &str, place: &Place, why: &str) {
        self.checker.add(place, || {
            rules::SCHEMA_RULE_UNKNOWN
                .report(format!("a rule on `{path}` was not evaluated: it {why}"))
        });
    }
}

/// Functions that read a text, and fail where it is none of theirs.
const READERS: &[&str] = &[
    "cidr",
    "duration",
    "ip",
    "quantity",
    "semver",
    "timestamp",
    "url",
];

/// Whether the server refuses what has this verdict: also where a rule fails on a value.
fn is_broken(verdict: &Result<Cel, ExecutionError>) -> bool {
    match verdict {
        Ok(Cel::Bool(false)) | Err(ExecutionError::NoSuchKey(_)) => true,
        Err(ExecutionError::FunctionError { function, .. }) => READERS.contains(&function.as_str()),
        _ => false,
    }
}

/// A rule and its message, made ready for objects that are new.
fn compiled(rule: &Rule) -> Compiled {
    let ready = |stored: Option<&RawValue>| stored.and_then(|stored| stored::read(stored.get()));
    let text = ready(rule.stored_rule.as_deref()).or_else(|| compile(&rule.rule));
    let is_of_changes = !rule.optional_old_self && { text.as_ref() }
        .is_some_and(|text| text.references().has_variable("oldSelf"));
    let message = ready(rule.stored_message.as_deref())
        .or_else(|| rule.message_expression.as_deref().and_then(compile));
    Compiled {
        rule: text.as_ref().and_then(optional::without),
        message: message.as_ref().and_then(optional::without),
        is_of_changes,
    }
}

/// The value that the rule says is at fault, if it is there: `.a.b` or `['a']`, no items.
fn at(rule: &Rule, written: Option<&Value>) -> Option<Place> {
    let path = rule.field_path.as_deref()?;
    let mut value = written?;
    for name in path.split(['.', '[', ']']) {
        let name = name.trim_matches('\'');
        if !name.is_empty() {
            value = value.get(name)?;
        }
    }
    Some(value.place.clone())
}

fn broken(rule: &Rule, made: Option<&Cel>, path: &str) -> Diagnostic {
    let made = match made {
        // What is empty or has several lines, the server does not show.
        Some(Cel::String(text)) if !text.trim().is_empty() && !text.contains('\n') => {
            Some(text.trim())
        }
        _ => None,
    };
    let words = made.or(rule.message.as_deref()).map(clause);
    rules::SCHEMA_RULE_BROKEN.report(match words {
        Some(words) if !words.is_empty() => format!("`{path}` breaks a rule: {words}"),
        _ => format!("`{path}` breaks the rule `{}`", rule.rule.trim()),
    })
}

fn clause(text: &str) -> String {
    text.trim().trim_end_matches('.').replace('\n', " ")
}
