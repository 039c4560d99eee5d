//! Secrets that `cluster.yaml` lacks and for which any strong value will do, made once.
//!
//! Which keys these are, declarations say (`generate`): those of the optional stacks, and a
//! repository's own. Nothing that is set is ever replaced.

use std::ops::Range;

use config_model::{Declaration, Declarations, Demand, Parsed, Presence, Section, Stack, Values};
use diagnostics::{Diagnostics, Source};
use serde::Serialize;
use yaml::edit::{EditError, Edits, New};
use yaml::{Limits, Mapping, Node, Notation};
use zeroize::Zeroizing;

use crate::gather::{self, gather};
use crate::init::random_hex;
use crate::load::Inputs;
use crate::rules;

/// How many random bytes a secret has. Their hexadecimal digits mean nothing to any shell, URL,
/// YAML or configuration file that they come to stand in.
const BYTES: usize = 32;

/// A key for which a value can be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Makeable {
    /// Its name.
    pub key: String,
    /// The stack that it belongs to; none for a repository's own.
    pub stack: Option<String>,
    /// How it stands.
    pub state: State,
}

/// How a key stands for which a value can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It has a value.
    Set,
    /// It has none, and something that is on needs one.
    Lacking,
    /// It has none, and nothing that is on needs one.
    Unneeded,
}

/// A value that was made. Has no `Debug`: it is a secret.
pub struct Made {
    /// The key that it is for.
    pub key: String,
    /// The value.
    pub value: Zeroizing<String>,
}

/// Every key for which a value can be made, in the order of declaration.
///
/// # Errors
///
/// A `cluster.yaml` or a `templates/variables.yaml` that cannot be read.
pub fn makeable(inputs: &Inputs) -> Result<Vec<Makeable>, Diagnostics> {
    let file = yaml::parse(&inputs.cluster, &Limits::default());
    let parsed = gather::parsed(inputs, &inputs.cluster, &inputs.nodes);
    let (declarations, problems) = config_model::declarations(inputs.variables.as_ref());
    if problems.has_errors() {
        return Err(problems);
    }
    if file.diagnostics.has_errors() {
        // The same problems, with secrets masked.
        return Err(parsed.diagnostics);
    }
    let used = gather::used(inputs, gather(inputs));
    let keys = declarations.section(Section::Cluster);
    let keys = keys.filter(|key| key.generate);
    let keys = keys.filter(|key| {
        let is_used = |used: &config_model::UsedKeys| used.uses(Section::Cluster, &key.name);
        !key.is_built_in() || used.as_ref().is_none_or(is_used)
    });
    Ok(keys
        .map(|key| {
            let stack = stack_of(&declarations, &key.name);
            Makeable {
                key: key.name.clone(),
                stack: stack.map(|stack| stack.title.clone()),
                state: if is_set(file.root(), &parsed, key) {
                    State::Set
                } else if is_needed(&declarations, stack, &parsed, key) {
                    State::Lacking
                } else {
                    State::Unneeded
                },
            }
        })
        .collect())
}

/// Makes a value for each key.
pub fn make<'a>(keys: impl IntoIterator<Item = &'a str>) -> Vec<Made> {
    keys.into_iter()
        .map(|key| Made {
            key: key.to_owned(),
            value: random_hex(BYTES),
        })
        .collect()
}

/// Values as lines of `cluster.yaml`.
pub fn lines(made: &[Made]) -> Zeroizing<String> {
    let lines = made.iter().map(|made| format!("{}\n", line(made)));
    Zeroizing::new(lines.collect())
}

/// `cluster.yaml` with values in it: where a key stands without one, where the sample shows it as
/// a comment, or behind the other keys of its stack. Everything else keeps its bytes.
///
/// # Errors
///
/// `generate/no-place` where there is no place for one; what would be wrong with the
/// configuration then, and is not now.
pub fn written(inputs: &Inputs, made: &[Made]) -> Result<Zeroizing<String>, Diagnostics> {
    let source = &inputs.cluster;
    let masked = gather::parsed(inputs, source, &inputs.nodes).cluster_source;
    let parsed = yaml::parse(source, &Limits::default());
    let (declarations, _) = config_model::declarations(inputs.variables.as_ref());
    let mut edits = Edits::new(source.text());
    let mut problems = Diagnostics::new();
    for made in made {
        let done = match parsed.root() {
            Some(root) => place(&mut edits, root, made, stack_of(&declarations, &made.key)),
            None => Err(EditError::NotMapping),
        };
        problems.extend(done.err().map(|_| no_place(&masked, parsed.root(), made)));
    }
    let text = Zeroizing::new(edits.apply().unwrap_or_default());
    let changed = Source::new(source.name(), text.as_str());
    let is_placed = problems.is_empty();
    for made in made.iter().filter(|_| is_placed) {
        let after = yaml::parse(&changed, &Limits::default());
        let value = after.root().and_then(|root| root.get(&made.key)?.text());
        if value != Some(&made.value) {
            problems.push(no_place(&masked, parsed.root(), made));
        }
    }
    if problems.is_empty() {
        problems = gather::judged(inputs, &changed, &inputs.nodes);
    }
    if problems.is_empty() {
        Ok(text)
    } else {
        Err(problems)
    }
}

fn stack_of<'a>(declarations: &'a Declarations, key: &str) -> Option<&'a Stack> {
    let mut stacks = declarations.stacks().iter();
    stacks.find(|stack| stack.keys.iter().any(|known| known == key))
}

/// Whether a key has a value, be it a wrong one. The text of the sample is none.
fn is_set(root: Option<&Node>, parsed: &Parsed, key: &Declaration) -> bool {
    match root.and_then(|root| root.get(&key.name)) {
        Some(node) => !is_blank(node, key),
        // By a merge key, or by default.
        None => value(parsed, &key.name).is_some_and(|value| value != ""),
    }
}

fn is_blank(node: &Node, key: &Declaration) -> bool {
    let text = node.text();
    node.is_null() || text == Some("") || text.is_some() && text == key.placeholder_text()
}

fn value<'a>(parsed: &'a Parsed, key: &str) -> Option<&'a serde_json::Value> {
    parsed
        .values
        .as_ref()
        .and_then(|values: &Values| values.get(key))
}

/// Whether something that is on needs a key.
fn is_needed(
    declarations: &Declarations,
    stack: Option<&Stack>,
    parsed: &Parsed,
    key: &Declaration,
) -> bool {
    if let Some(stack) = stack {
        return stack.is_on(|key| value(parsed, key));
    }
    let is_on = |name: &str| {
        value(parsed, name).is_some_and(|value| value.as_bool().unwrap_or(value != ""))
    };
    let with: Vec<&[String]> = declarations
        .constraints()
        .iter()
        .filter(|constraint| match &constraint.demand {
            Demand::Requires(keys) => keys.contains(&key.name),
            Demand::AllOrNone(_) => false,
        })
        .map(|constraint| constraint.when.as_slice())
        .collect();
    match &key.presence {
        Presence::RequiredWith(other) => is_on(other),
        _ if with.is_empty() => true,
        _ => with.iter().any(|keys| keys.iter().all(|key| is_on(key))),
    }
}

/// Puts a value where it belongs.
fn place(
    edits: &mut Edits<'_>,
    root: &Node,
    made: &Made,
    stack: Option<&Stack>,
) -> Result<(), EditError> {
    let quoted = Zeroizing::new(yaml::double_quoted(&made.value));
    if let Some(node) = root.get(&made.key) {
        return edits.replace_scalar(node, New::Verbatim(&quoted));
    }
    if let Some(comment) = commented(edits.text(), root, &made.key) {
        edits.replace(comment, line(made));
        return Ok(());
    }
    let entries = root.as_mapping().map_or(&[][..], Mapping::entries);
    let beside = entries.iter().rposition(|entry| {
        let name = entry.key.text().unwrap_or_default();
        stack.is_some_and(|stack| stack.keys.iter().any(|key| key == name))
    });
    let number = beside.map_or(entries.len(), |number| number + 1);
    edits.insert_entry(root, number, &made.key, &quoted)
}

/// The line that the sample shows an optional key as, below a map whose keys start their lines.
fn commented(text: &str, root: &Node, key: &str) -> Option<Range<usize>> {
    let above = &text[..root.range().start];
    if root.notation() != Notation::Block || !(above.is_empty() || above.ends_with('\n')) {
        return None;
    }
    let start = format!("# {key}:");
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(&start) {
            return Some(offset..offset + line.trim_end_matches(['\r', '\n']).len());
        }
        offset += line.len();
    }
    None
}

fn line(made: &Made) -> String {
    format!("{}: {}", made.key, yaml::double_quoted(&made.value))
}

fn no_place(source: &Source, root: Option<&Node>, made: &Made) -> diagnostics::Diagnostic {
    let at = match root.and_then(|root| root.get(&made.key).or(Some(root))) {
        Some(node) => source.location(node.range()),
        None => source.whole(),
    };
    rules::GENERATE_NO_PLACE
        .report(format!("there is no place to write `{}` to", made.key))
        .at(at)
        .hint("add `--print`, and put it where it belongs by hand")
}
