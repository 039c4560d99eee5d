//! What a makejinja plugin says about keys, read without running it.

use std::collections::{BTreeMap, BTreeSet};

use config_model::{Declarations, Default as KeyDefault, Section};
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use serde_json::Value;

use super::infer::is_secret;
use super::literal;
use super::python::{Kind, Line, Token, lines};
use crate::rules;
use crate::{filters, natives};

/// Methods of a dictionary or list that change it.
const CHANGES: [&str; 9] = [
    "setdefault",
    "update",
    "append",
    "extend",
    "insert",
    "pop",
    "remove",
    "clear",
    "popitem",
];

/// Keys by name, each with the default that the plugin always gives it, if that is a literal.
#[derive(Default)]
pub(super) struct Plugin {
    pub(super) cluster: BTreeMap<String, Option<Value>>,
    pub(super) nodes: BTreeMap<String, Option<Value>>,
    /// Defaults that it always gives built-in keys.
    pub(super) built_in: Vec<(Section, String, Value)>,
    pub(super) diagnostics: Diagnostics,
    /// What has an effect that is lost where it does not run: a function by its name, or any
    /// other line.
    pub(super) not_run: Vec<(Option<String>, Diagnostic)>,
}

/// Reads a plugin. Everything else of it that has an effect is listed as not run.
pub(super) fn read(source: &Source, declarations: &Declarations) -> Plugin {
    let lines = lines(source.text());
    let mut reader = Reader {
        source,
        declarations,
        plugin: Plugin::default(),
        exported: BTreeSet::new(),
    };
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        let body = body_of(&lines, at);
        if line.starts_with(&["class"]) {
            reader.class(&lines[body.clone()]);
        }
        at = body.end;
    }
    // Functions are defined before or after the class that hands them out.
    at = 0;
    while at < lines.len() {
        reader.top_level(&lines[at]);
        at = body_of(&lines, at).end;
    }
    reader.plugin.diagnostics.sort();
    let by_place = |(_, problem): &(_, Diagnostic)| problem.location.clone();
    reader.plugin.not_run.sort_by_key(by_place);
    reader.plugin
}

/// The lines below a line that are indented deeper than it.
fn body_of(lines: &[Line<'_>], at: usize) -> std::ops::Range<usize> {
    let indent = lines[at].indent;
    let length = lines[at + 1..]
        .iter()
        .take_while(|line| line.indent > indent)
        .count();
    at + 1..at + 1 + length
}

struct Reader<'a> {
    source: &'a Source,
    declarations: &'a Declarations,
    plugin: Plugin,
    /// Functions that the class gives to templates.
    exported: BTreeSet<String>,
}

impl Reader<'_> {
    fn class(&mut self, lines: &[Line<'_>]) {
        let mut at = 0;
        while at < lines.len() {
            let body = body_of(lines, at);
            let name = method_name(&lines[at]);
            match name {
                Some("data") => self.data_method(&lines[body.clone()]),
                Some("filters" | "functions" | "globals" | "tests") => {
                    let tokens = lines[body.clone()].iter().flat_map(|line| &line.tokens);
                    let names = tokens.filter(|token| token.kind == Kind::Name);
                    self.exported
                        .extend(names.map(|token| token.text.to_owned()));
                }
                Some(name @ ("extensions" | "policies" | "path_filters")) => {
                    self.not_run(
                        &lines[at],
                        name,
                        format!("the method `{name}` of the plugin is not run"),
                    );
                }
                _ => {}
            }
            at = body.end;
        }
    }

    fn top_level(&mut self, line: &Line<'_>) {
        if let Some(name) = method_name(line)
            && self.exported.contains(name)
            && !is_native(name)
        {
            let problem = self.lost(
                line,
                name,
                format!("the function `{name}` of the plugin is not run"),
            );
            self.plugin.not_run.push((Some(name.to_owned()), problem));
        }
    }

    /// The body of `data`: what stands directly in it always runs.
    fn data_method(&mut self, lines: &[Line<'_>]) {
        let Some(indent) = lines.first().map(|line| line.indent) else {
            return;
        };
        // Names of loops over the nodes.
        let mut node_names: Vec<(usize, String)> = Vec::new();
        let mut node_indent = 0;
        for (number, line) in lines.iter().enumerate() {
            node_names.retain(|(depth, _)| line.indent > *depth);
            if line.starts_with(&["for"])
                && line.tokens.iter().any(|token| {
                    token.text == "nodes"
                        || literal::text(token).is_some_and(|text| text == "nodes")
                })
            {
                // With `enumerate` there is a number, too.
                let names = line.tokens[1..]
                    .iter()
                    .take_while(|token| token.text != "in");
                node_names.extend(
                    names
                        .filter(|token| token.kind == Kind::Name)
                        .map(|token| (line.indent, token.text.to_owned())),
                );
                node_indent = lines.get(number + 1).map_or(0, |next| next.indent);
                continue;
            }
            let always = line.indent == indent;
            let of_nodes = node_names
                .iter()
                .rfind(|(_, name)| line.tokens.first().is_some_and(|first| first.text == name));
            let section = match of_nodes {
                Some(_) => Section::Nodes,
                None => Section::Cluster,
            };
            // Directly in a loop over all nodes, which itself always runs.
            let always_in_loop =
                of_nodes.is_some_and(|(depth, _)| *depth == indent && line.indent == node_indent);
            match set_default(line) {
                Some((key, value)) => self.key(section, line, key, value, always || always_in_loop),
                None => self.other(line, section),
            }
        }
    }

    /// A key that gets a default.
    fn key(
        &mut self,
        section: Section,
        line: &Line<'_>,
        key: String,
        value: Option<Value>,
        always: bool,
    ) {
        if let Some(known) = self.declarations.get(section, &key) {
            let given = value.filter(|value| always && !value.is_null());
            if let Some(value) = given.filter(|_| known.is_built_in()) {
                if !matches!(&known.default, KeyDefault::Value(built_in) if *built_in == value) {
                    let location = self.place(line, &key);
                    self.plugin.diagnostics.push(
                        rules::DECLARE_DEFAULT_DIFFERS
                            .report(format!(
                                "the plugin gives `{key}` another default than the built-in one, \
                                 and its default is used"
                            ))
                            .at(location),
                    );
                }
                self.plugin.built_in.push((section, key, value));
            }
            return;
        }
        if value.is_none() {
            let message =
                format!("the default of `{key}` is calculated by the plugin, which is not run");
            self.not_run(line, &key, message);
        } else if !always {
            let message =
                format!("the default of `{key}` has a condition in the plugin, which is not run");
            self.not_run(line, &key, message);
        }
        let value = value.filter(|_| always);
        // The first default that is given stays.
        let known = self.keys(section).entry(key).or_insert(None);
        if known.is_none() {
            *known = value;
        }
    }

    /// A line that is no default: listed if it changes something.
    fn other(&mut self, line: &Line<'_>, section: Section) {
        if let Some(key) = assigned_key(line) {
            if self.declarations.get(section, &key).is_none() {
                let message =
                    format!("the value of `{key}` is set by the plugin, which is not run");
                self.not_run(line, &key, message);
                self.keys(section).entry(key).or_insert(None);
            }
            return;
        }
        let changes = line.tokens.windows(3).any(|three| {
            three[0].text == "." && CHANGES.contains(&three[1].text) && three[2].text == "("
        });
        if changes || line.starts_with(&["del"]) || line.starts_with(&["raise"]) {
            self.not_run(line, "", "this line of the plugin is not run".to_owned());
        }
    }

    fn not_run(&mut self, line: &Line<'_>, name: &str, message: String) {
        let problem = self.lost(line, name, message);
        self.plugin.not_run.push((None, problem));
    }

    fn lost(&self, line: &Line<'_>, name: &str, message: String) -> Diagnostic {
        rules::DECLARE_NOT_RUN
            .report(message)
            .at(self.place(line, name))
            .hint(
                "write `plugin: missing` in `templates/variables.yaml` to have Python run it, or \
                 put what it makes into `cluster.yaml`, `nodes.yaml` or the templates",
            )
    }

    fn keys(&mut self, section: Section) -> &mut BTreeMap<String, Option<Value>> {
        match section {
            Section::Cluster => &mut self.plugin.cluster,
            Section::Nodes => &mut self.plugin.nodes,
        }
    }

    fn place(&self, line: &Line<'_>, name: &str) -> Location {
        let mut location = self.source.location(line.range());
        if is_secret(name) {
            // The line may hold the value.
            location.excerpt = None;
        }
        location
    }
}

/// Functions and filters that are built in, so that those of the plugin need not run.
fn is_native(name: &str) -> bool {
    natives::NAMES.contains(&name) || filters::find(name).is_some()
}

/// The name that `def` or `async def` defines.
fn method_name<'a>(line: &Line<'a>) -> Option<&'a str> {
    let tokens = line.tokens.as_slice();
    let tokens = match tokens.first()?.text {
        "async" => &tokens[1..],
        _ => tokens,
    };
    match tokens {
        [def, name, ..] if def.text == "def" => Some(name.text),
        _ => None,
    }
}

/// The tokens of a line, without `self.` before its object.
fn of_object<'l, 'a>(line: &'l Line<'a>) -> &'l [Token<'a>] {
    match line.tokens.as_slice() {
        [own, dot, rest @ ..] if own.text == "self" && dot.text == "." => rest,
        tokens => tokens,
    }
}

/// `x.setdefault("key", literal)`: the key, and the value unless it is no literal.
fn set_default(line: &Line<'_>) -> Option<(String, Option<Value>)> {
    let [object, dot, method, open, key, rest @ ..] = of_object(line) else {
        return None;
    };
    if object.kind != Kind::Name
        || dot.text != "."
        || method.text != "setdefault"
        || open.text != "("
    {
        return None;
    }
    let key = literal::text(key)?;
    let value = match rest {
        [close] if close.text == ")" => Some(Value::Null),
        [comma, value @ .., close] if comma.text == "," && close.text == ")" => {
            literal::read(without_comma(value))
        }
        _ => None,
    };
    Some((key, value))
}

fn without_comma<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    match tokens {
        [value @ .., comma] if comma.text == "," => value,
        _ => tokens,
    }
}

/// `data["key"] = …`, also with `+=`.
fn assigned_key(line: &Line<'_>) -> Option<String> {
    let tokens = of_object(line);
    let [object, open, key, close, sign, ..] = tokens else {
        return None;
    };
    let assigns = sign.text == "="
        || (tokens.get(5).is_some_and(|next| next.text == "=")
            && matches!(sign.text, "+" | "|" | "-"));
    let compares = sign.text == "=" && tokens.get(5).is_some_and(|next| next.text == "=");
    if object.kind != Kind::Name || open.text != "[" || close.text != "]" || !assigns || compares {
        return None;
    }
    literal::text(key)
}
