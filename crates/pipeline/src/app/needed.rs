//! The keys that are asked for, held against those that are declared.

use config_model::{Declarations, Presence, Section};
use diagnostics::Diagnostics;

use super::files::Secret;
use super::keys::Key;
use super::request::Request;
use crate::rules;

/// The keys that an application needs.
#[derive(Default)]
pub(super) struct Needed {
    pub(super) all: Vec<Key>,
    /// The entries of its secret.
    pub(super) secrets: Vec<Secret>,
    /// Keys with which others of these are required.
    pub(super) conditions: Vec<String>,
    /// Keys for its values.
    pub(super) values: Vec<String>,
}

impl Needed {
    pub(super) fn read(
        request: &Request,
        declarations: &Declarations,
    ) -> Result<Self, Diagnostics> {
        let about = format!("Of {}.", request.name);
        let mut needed = Self::default();
        let mut problems = Diagnostics::new();
        let switch = request.switch.as_deref();
        if let Some(switch) = switch {
            // Whatever is declared may switch it on, too, were it no truth value.
            let is_declared = declarations.get(Section::Cluster, switch).is_some();
            match Key::switch(switch, &about) {
                Ok(key) if key.is_known(declarations).is_ok() => needed.all.push(key),
                Err(problem) if !is_declared => problems.push(problem),
                _ => {}
            }
        }
        for text in &request.secrets {
            let (key, entry) = text.split_once(':').unwrap_or((text, text));
            if !is_entry(entry) {
                problems.push(
                    rules::APP_INVALID_KEY
                        .report(format!("`{entry}` cannot be an entry of a Secret"))
                        .hint("write `--secret KEY` or `--secret KEY:ENTRY`, of letters, digits, `-`, `_` and `.`"),
                );
                continue;
            }
            if needed.secrets.iter().any(|known| known.entry == entry) {
                problems.push(
                    rules::APP_INVALID_KEY
                        .report(format!("the entry `{entry}` is asked for twice")),
                );
                continue;
            }
            match Key::secret(key, switch, &about) {
                Ok(made) => {
                    let declared = declarations.get(Section::Cluster, key);
                    let presence = &declared.unwrap_or(made.declaration()).presence;
                    needed.secrets.push(Secret {
                        is_there: is_there(presence, switch),
                        entry: entry.to_owned(),
                        key: key.to_owned(),
                    });
                    if let Presence::RequiredWith(condition) = presence {
                        needed.conditions.push(condition.clone());
                    }
                    needed.add(made);
                }
                Err(problem) => problems.push(problem),
            }
        }
        for text in &request.keys {
            match Key::read(text, &about) {
                Ok(key) if needed.all.iter().any(|known| known.name == key.name) => {
                    problems.push(
                        rules::APP_INVALID_KEY
                            .report(format!("the key `{}` is asked for twice", key.name)),
                    );
                }
                Ok(key) => {
                    needed.values.push(key.name.clone());
                    needed.add(key);
                }
                Err(problem) => problems.push(problem),
            }
        }
        for key in &needed.all {
            problems.extend(key.is_known(declarations).err());
        }
        if problems.is_empty() {
            Ok(needed)
        } else {
            Err(problems)
        }
    }

    /// One value may stand below two entries.
    fn add(&mut self, key: Key) {
        if !self.all.iter().any(|known| known.name == key.name) {
            self.all.push(key);
        }
    }

    /// Those that nothing declares yet.
    pub(super) fn unknown(&self, declarations: &Declarations) -> Vec<&Key> {
        let is_known = |key: &&Key| key.is_known(declarations).unwrap_or(true);
        self.all.iter().filter(|key| !is_known(key)).collect()
    }
}

/// Whether a key is set wherever the application is deployed.
fn is_there(presence: &Presence, switch: Option<&str>) -> bool {
    match presence {
        Presence::Required => true,
        Presence::RequiredWith(condition) => switch == Some(condition.as_str()),
        Presence::Optional | Presence::Derived => false,
    }
}

/// Whether a Secret may have an entry of this name.
fn is_entry(text: &str) -> bool {
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(of_name)
        && !text.starts_with("..")
        && text != "."
}
