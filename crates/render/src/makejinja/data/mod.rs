//! Data files: which are read, and how they are put together.

mod json;
mod moment;
mod toml_file;
mod yaml_file;

use diagnostics::{Diagnostic, Diagnostics, Location};
use indexmap::IndexMap;

use super::config::Config;
use super::files::{Entry, Files, file_name, join, suffix};
use super::settings::Located;
use crate::Data;
use crate::rules;

/// Names and their values, in the order of Python's dictionary.
pub(super) type Values = IndexMap<String, Data>;

/// All data files in order, of two values for a name the later one, then `data_vars`.
pub(super) fn load(config: &Config, files: &Files, problems: &mut Diagnostics) -> Values {
    let mut values = Values::new();
    for listed in &config.data {
        let path = listed.value.as_str();
        if files.is_folder(path) {
            for (below, entry) in files.below(path) {
                let hidden = file_name(below).starts_with('.');
                if !hidden && matches!(entry, Entry::File { .. }) {
                    read_into(&mut values, &join(path, below), files, problems);
                }
            }
        } else if files.is_file(path) {
            read_into(&mut values, path, files, problems);
        } else {
            problems.push(missing(listed, "data file"));
        }
    }
    for (name, value) in &config.data_vars {
        if let Err(part) = set_dotted(&mut values, name, &value.value) {
            problems.push(
                rules::MAKEJINJA_DATA_VARIABLE
                    .report(format!(
                        "`{name}` cannot be set: `{part}` is no map in the data"
                    ))
                    .at(value.location.clone()),
            );
        }
    }
    values
}

/// The values for one template alone. Files that do not exist are passed over.
pub(super) fn load_for_template(
    listed: &[Located<String>],
    files: &Files,
    problems: &mut Diagnostics,
) -> Values {
    let mut values = Values::new();
    for file in listed {
        read_into(&mut values, &file.value, files, problems);
    }
    values
}

/// An input or data file that is listed but does not exist.
pub(super) fn missing(listed: &Located<String>, what: &str) -> Diagnostic {
    rules::MAKEJINJA_MISSING_PATH
        .report(format!("the {what} `{}` does not exist", listed.value))
        .at(listed.location.clone())
}

/// Files of other kinds are passed over, as makejinja does.
fn read_into(values: &mut Values, path: &str, files: &Files, problems: &mut Diagnostics) {
    let Some((content, _)) = files.get(path) else {
        return;
    };
    let reader = match suffix(path) {
        ".yaml" | ".yml" => yaml_file::read,
        ".toml" => toml_file::read,
        ".json" => json::read,
        _ => return,
    };
    let mut found = Diagnostics::new();
    if let Some(read) = reader(path, content, &mut found) {
        values.extend(read);
    }
    for mut problem in found {
        // Nobody knows yet which values of the file are secret.
        for location in problem.location.iter_mut().chain(
            problem
                .related
                .iter_mut()
                .map(|related| &mut related.location),
        ) {
            location.excerpt = None;
        }
        problems.push(problem);
    }
}

/// A document that is not a map: makejinja merges documents as dictionaries.
fn not_a_map(location: Location, kind: &str) -> Diagnostic {
    rules::MAKEJINJA_DATA_NOT_A_MAP
        .report(format!("the data is {kind}, not a map"))
        .at(location)
}

/// Sets `a.b.c` to a text, making the maps on the way.
fn set_dotted<'a>(values: &mut Values, name: &'a str, text: &str) -> Result<(), &'a str> {
    let value = Data::Text(text.to_owned());
    let Some((first, rest)) = name.split_once('.') else {
        values.insert(name.to_owned(), value);
        return Ok(());
    };
    let mut here = values
        .entry(first.to_owned())
        .or_insert_with(|| Data::Map(Vec::new()));
    let mut above = first;
    let mut parts = rest.split('.').peekable();
    while let Some(part) = parts.next() {
        let Data::Map(entries) = here else {
            return Err(above);
        };
        let key = Data::Text(part.to_owned());
        let index = entries
            .iter()
            .position(|(existing, _)| *existing == key)
            .unwrap_or_else(|| {
                entries.push((key, Data::Map(Vec::new())));
                entries.len() - 1
            });
        here = &mut entries[index].1;
        if parts.peek().is_none() {
            *here = value;
            return Ok(());
        }
        above = part;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
