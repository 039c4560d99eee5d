//! The values of a release of a helmfile: its files and maps, or those that Flux installs.

use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics};
use flux::assembled::Release;
use flux::value::{Data, Map, Value, documents};
use repository::View;
use yaml::Dialect;

use super::helmfile::{Entry, Text, merge, reads_only, text_of};
use crate::paths::relative;
use crate::rules;

/// How many files of values a release may have.
const MOST: usize = 50;

/// No values.
pub(super) fn nothing() -> Value {
    Value {
        data: Data::Map(Map::default()),
        ..Value::default()
    }
}

/// All of them, later ones over earlier ones; none where they cannot be known. `release` is the
/// one that Flux installs.
pub(super) fn of(
    view: &View<'_>,
    entry: &Entry,
    release: Option<&Release>,
    problems: &mut Diagnostics,
) -> Option<Value> {
    let mut reader = Reader {
        view,
        entry,
        release,
        problems,
    };
    let mut values = nothing();
    let mut is_known = true;
    for item in &entry.values {
        let found = match &item.data {
            Data::Map(_) => Some(item.clone()),
            Data::Null => Some(nothing()),
            Data::Text(text) => reader.file(item, text),
            _ => {
                reader.refuse(item, "values are a path or a map".to_owned());
                None
            }
        };
        match found {
            Some(found) => merge(&mut values, found),
            None => is_known = false,
        }
    }
    if let Some(extra) = entry.values.get(MOST) {
        reader.refuse(
            extra,
            format!("a release has more than {MOST} files of values"),
        );
        return None;
    }
    if let Some(known) = release.and_then(|release| release.values.as_ref()) {
        filled(&mut values, known);
    }
    is_known.then_some(values)
}

/// The first text that only the running cluster has.
pub(super) fn unknown(values: &Value) -> Option<&Value> {
    match &values.data {
        Data::Text(text) if flux::unknown::is(text) => Some(values),
        Data::List(items) => items.iter().find_map(unknown),
        Data::Map(map) => map.values().find_map(|field| unknown(&field.value)),
        _ => None,
    }
}

struct Reader<'a> {
    view: &'a View<'a>,
    entry: &'a Entry,
    release: Option<&'a Release>,
    problems: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// The values of a file that an item names.
    fn file(&mut self, item: &Value, text: &str) -> Option<Value> {
        let entry = self.entry;
        let (text, is_from_root) = match text_of(text, &entry.name, &entry.namespace) {
            Text::Plain { text, is_from_root } => (text, is_from_root),
            Text::Template => return self.flux(item, "the path of its values is a template"),
        };
        let is_plain = !text.contains("::") && !text.contains("://") && !text.contains('*');
        let path = if is_from_root {
            relative("", text.trim_start_matches('/'))
        } else {
            relative(&entry.folder, &text)
        };
        let Some(path) = path.filter(|_| is_plain) else {
            self.refuse(item, format!("`{text}` is no file of the repository"));
            return None;
        };
        let source = match self.view.text(&path) {
            Ok(Some(source)) => Arc::new(source),
            Ok(None) if entry.may_miss => return Some(nothing()),
            Ok(None) => {
                let message = format!("the values `{path}` of `{}` are not there", entry.name);
                self.report(rules::BOOTSTRAP_HELMFILE_MISSING.report(message), item);
                return None;
            }
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        if path.ends_with(".gotmpl") && source.text().contains("{{") {
            if reads_only(source.text()) {
                let why = format!("`{path}` hands on what Flux installs");
                return self.flux_own(item, &why);
            }
            return self.flux(item, &format!("`{path}` is a template, which is not run"));
        }
        if vault::may_be_encrypted(source.text().as_bytes()) {
            self.refuse(item, format!("`{path}` is encrypted"));
            return None;
        }
        let (documents, problems) = documents(&source, Dialect::Kubernetes);
        let has_errors = problems.has_errors();
        self.problems.extend(problems);
        if has_errors {
            return None;
        }
        let values = documents.into_iter().next().unwrap_or_else(nothing);
        if values.as_map().is_none() {
            self.refuse(item, format!("`{path}` is no map"));
            return None;
        }
        Some(values)
    }

    /// The values that Flux installs, with a word of why.
    fn flux(&mut self, item: &Value, why: &str) -> Option<Value> {
        let values = self.flux_own(item, why)?;
        let message = format!(
            "the values of `{}` are those that Flux installs: {why}",
            self.entry.name
        );
        let problem = rules::BOOTSTRAP_VALUES_OF_FLUX.report(message);
        self.report(problem, item);
        Some(values)
    }

    /// The values that Flux installs.
    fn flux_own(&mut self, item: &Value, why: &str) -> Option<Value> {
        let Entry {
            name, namespace, ..
        } = self.entry;
        let Some(release) = self.release else {
            let message = format!(
                "the values of `{name}` cannot be known: {why}, and Flux installs no `{name}` into `{namespace}`"
            );
            let problem = rules::BOOTSTRAP_TEMPLATE.report(message);
            self.report(
                problem.hint("write the values, or the path of a file of them, as plain YAML"),
                item,
            );
            return None;
        };
        let Some(values) = &release.values else {
            let message = format!("the values of `{name}` are known in the cluster only");
            self.report(rules::BOOTSTRAP_RELEASE_UNKNOWN.report(message), item);
            return None;
        };
        Some(if values.is_null() {
            nothing()
        } else {
            values.clone()
        })
    }

    fn refuse(&mut self, item: &Value, message: String) {
        self.report(rules::BOOTSTRAP_NOT_FOLLOWED.report(message), item);
    }

    fn report(&mut self, problem: Diagnostic, item: &Value) {
        self.problems.push(problem.at(item.place.location()));
    }
}

/// Texts with a variable of Flux's, as Flux has filled them in.
fn filled(values: &mut Value, known: &Value) {
    match (&mut values.data, &known.data) {
        (Data::Map(map), Data::Map(known)) => {
            for (key, field) in map {
                if let Some(known) = known.get(key) {
                    filled(&mut field.value, &known.value);
                }
            }
        }
        (Data::List(items), Data::List(known)) => {
            for (item, known) in items.iter_mut().zip(known) {
                filled(item, known);
            }
        }
        (Data::Text(text), known_data) if text.contains("${") => {
            *values = Value {
                data: known_data.clone(),
                place: known.place.clone(),
            };
        }
        _ => {}
    }
}
