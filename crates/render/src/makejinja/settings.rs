//! The settings as they are written: looked up, converted and reported one by one.

use std::collections::BTreeMap;
use std::ops::Range;

use diagnostics::{Diagnostics, Location, Source, closest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::rules;

/// A value and where it was set: a place in the file, or the name of a variable.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub location: Location,
}

/// Every option of makejinja 2.8.1, by its path below `[makejinja]`.
pub(super) const OPTIONS: [&str; 38] = [
    "inputs",
    "output",
    "include_patterns",
    "exclude_patterns",
    "jinja_suffix",
    "keep_jinja_suffix",
    "keep_empty",
    "copy_metadata",
    "data",
    "data_vars",
    "file_data",
    "loaders",
    "plugins",
    "import_paths",
    "extensions",
    "undefined",
    "exec_pre",
    "exec_post",
    "clean",
    "force",
    "quiet",
    "delimiter.block_start",
    "delimiter.block_end",
    "delimiter.variable_start",
    "delimiter.variable_end",
    "delimiter.comment_start",
    "delimiter.comment_end",
    "prefix.line_statement",
    "prefix.line_comment",
    "whitespace.trim_blocks",
    "whitespace.lstrip_blocks",
    "whitespace.newline_sequence",
    "whitespace.keep_trailing_newline",
    "internal.optimized",
    "internal.autoescape",
    "internal.cache_size",
    "internal.auto_reload",
    "internal.enable_async",
];

/// Looks options up in the environment, then in the file, and collects what is wrong.
pub(super) struct Settings<'a> {
    source: &'a Source,
    section: Option<&'a DeTable<'a>>,
    environment: &'a BTreeMap<String, String>,
    pub(super) diagnostics: Diagnostics,
}

/// What an option is set to, and where.
pub(super) enum Setting<'a> {
    File(&'a Spanned<DeValue<'a>>),
    /// The name of the variable and its value.
    Environment(String, &'a str),
}

impl<'a> Settings<'a> {
    /// Reports keys that makejinja does not know.
    pub(super) fn new(
        source: &'a Source,
        document: &'a DeTable<'a>,
        environment: &'a BTreeMap<String, String>,
    ) -> Self {
        let mut settings = Self {
            source,
            section: None,
            environment,
            diagnostics: Diagnostics::new(),
        };
        match document.get("makejinja") {
            None => {}
            Some(value) => match value.get_ref().as_table() {
                Some(table) => {
                    settings.report_unknown(table, "");
                    settings.section = Some(table);
                }
                None => settings.wrong_type("makejinja", value.span(), "a table"),
            },
        }
        settings
    }

    /// Whether an option is set at all, and where.
    pub(super) fn find(&self, path: &str) -> Option<Setting<'a>> {
        let variable = format!("MAKEJINJA_{}", path.to_uppercase().replace('.', "_"));
        if let Some(text) = self.environment.get(&variable) {
            return Some(Setting::Environment(variable, text));
        }
        let mut table = self.section?;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            let value = lookup(table, part)?;
            if parts.peek().is_none() {
                return Some(Setting::File(value));
            }
            table = value.get_ref().as_table()?;
        }
        None
    }

    /// Where an option is set, if it is.
    pub(super) fn location(&self, path: &str) -> Option<Location> {
        self.find(path).map(|setting| self.place(&setting))
    }

    /// The place of a setting.
    pub(super) fn place(&self, setting: &Setting<'_>) -> Location {
        match setting {
            Setting::File(value) => self.source.location(value.span()),
            Setting::Environment(variable, _) => Location::file(variable.as_str()),
        }
    }

    /// A truth value, or one of the words and numbers that stand for it.
    pub(super) fn flag(&mut self, path: &str, default: bool) -> bool {
        let Some(setting) = self.find(path) else {
            return default;
        };
        let text = match &setting {
            Setting::File(value) => match value.get_ref() {
                DeValue::Boolean(flag) => return *flag,
                DeValue::Integer(number) => number.as_str().to_owned(),
                DeValue::String(text) => text.to_lowercase(),
                _ => String::new(),
            },
            Setting::Environment(_, text) => text.to_lowercase(),
        };
        match text.as_str() {
            "true" | "t" | "yes" | "y" | "on" | "1" => true,
            "false" | "f" | "no" | "n" | "off" | "0" => false,
            _ => {
                self.diagnostics.push(
                    rules::MAKEJINJA_WRONG_TYPE
                        .report(format!("`{path}` is neither true nor false"))
                        .at(self.place(&setting)),
                );
                default
            }
        }
    }

    /// A text; numbers and truth values are taken as Python prints them.
    pub(super) fn text(&mut self, path: &str) -> Option<Located<String>> {
        let setting = self.find(path)?;
        let location = self.place(&setting);
        let value = match setting {
            Setting::Environment(_, text) => text.to_owned(),
            Setting::File(value) => {
                let Some(text) = scalar_text(value.get_ref()) else {
                    self.wrong_type(path, value.span(), "text");
                    return None;
                };
                text
            }
        };
        Some(Located { value, location })
    }

    /// A list of texts, or one text with `:` between them.
    pub(super) fn texts(&mut self, path: &str) -> Option<Vec<Located<String>>> {
        let setting = self.find(path)?;
        let location = self.place(&setting);
        match setting {
            Setting::Environment(_, text) => Some(split(text, &location)),
            Setting::File(value) => self.texts_of(path, value),
        }
    }

    /// The entries of a table, in written order, with the place of each value.
    pub(super) fn table(&mut self, path: &str) -> Vec<(String, &'a Spanned<DeValue<'a>>)> {
        match self.find(path) {
            None => Vec::new(),
            Some(Setting::Environment(variable, _)) => {
                self.diagnostics.push(
                    rules::MAKEJINJA_WRONG_TYPE
                        .report(format!("`{path}` cannot be set by a variable"))
                        .at(Location::file(variable)),
                );
                Vec::new()
            }
            Some(Setting::File(value)) => {
                let Some(table) = value.get_ref().as_table() else {
                    self.wrong_type(path, value.span(), "a table");
                    return Vec::new();
                };
                in_written_order(table)
                    .into_iter()
                    .map(|(key, value)| (key.get_ref().to_string(), value))
                    .collect()
            }
        }
    }

    /// As [`Settings::texts`], for a value inside a table.
    pub(super) fn texts_of(
        &mut self,
        path: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Vec<Located<String>>> {
        let location = self.source.location(value.span());
        if let Some(text) = value.get_ref().as_str() {
            return Some(split(text, &location));
        }
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(path, value.span(), "a list of texts");
            return None;
        };
        let mut texts = Vec::new();
        for item in array {
            match scalar_text(item.get_ref()) {
                Some(value) => texts.push(Located {
                    value,
                    location: self.source.location(item.span()),
                }),
                None => self.wrong_type(path, item.span(), "a list of texts"),
            }
        }
        Some(texts)
    }

    /// As [`Settings::text`], for a value inside a table.
    pub(super) fn text_of(
        &mut self,
        path: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Located<String>> {
        let text = scalar_text(value.get_ref());
        if text.is_none() {
            self.wrong_type(path, value.span(), "text");
        }
        text.map(|text| Located {
            value: text,
            location: self.source.location(value.span()),
        })
    }

    fn wrong_type(&mut self, path: &str, span: Range<usize>, wanted: &str) {
        self.diagnostics.push(
            rules::MAKEJINJA_WRONG_TYPE
                .report(format!("`{path}` is not {wanted}"))
                .at(self.source.location(span)),
        );
    }

    fn report_unknown(&mut self, table: &DeTable<'_>, prefix: &str) {
        for (key, value) in in_written_order(table) {
            let path = format!("{prefix}{}", normal(key.get_ref()));
            let known = OPTIONS.contains(&path.as_str());
            let group = format!("{path}.");
            match value.get_ref().as_table() {
                _ if known => {}
                Some(inner) if OPTIONS.iter().any(|option| option.starts_with(&group)) => {
                    self.report_unknown(inner, &group);
                }
                None if OPTIONS.iter().any(|option| option.starts_with(&group)) => {
                    self.wrong_type(&path, value.span(), "a table");
                }
                _ => {
                    let problem = rules::MAKEJINJA_UNKNOWN_KEY
                        .report(format!("makejinja 2.8.1 has no option `{path}`"))
                        .at(self.source.location(key.span()));
                    self.diagnostics.push(match nearest(&path) {
                        Some(name) => problem.hint(format!("did you mean `{name}`?")),
                        None => problem,
                    });
                }
            }
        }
    }
}

/// Entries in the order of the file, which the map itself does not keep.
pub(super) fn in_written_order<'t, 'a>(
    table: &'t DeTable<'a>,
) -> Vec<(
    &'t Spanned<toml::de::DeString<'a>>,
    &'t Spanned<DeValue<'a>>,
)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn nearest(path: &str) -> Option<&'static str> {
    let groups = ["delimiter", "prefix", "whitespace", "internal"];
    closest(path, OPTIONS.iter().copied().chain(groups)).or_else(|| {
        // A key that is right but stands in the wrong table.
        let last = path.rsplit('.').next()?;
        OPTIONS
            .iter()
            .copied()
            .find(|option| option.rsplit('.').next() == Some(last))
    })
}

fn lookup<'t, 'a>(table: &'t DeTable<'a>, name: &str) -> Option<&'t Spanned<DeValue<'a>>> {
    table
        .iter()
        .find(|(key, _)| normal(key.get_ref()) == name)
        .map(|(_, value)| value)
}

/// typed-settings takes `-` for `_` in keys.
fn normal(key: &str) -> String {
    key.replace('-', "_")
}

fn split(text: &str, location: &Location) -> Vec<Located<String>> {
    text.split(':')
        .map(|part| Located {
            value: part.to_owned(),
            location: location.clone(),
        })
        .collect()
}

fn scalar_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(true) => Some("True".to_owned()),
        DeValue::Boolean(false) => Some("False".to_owned()),
        _ => None,
    }
}
