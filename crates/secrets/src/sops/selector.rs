//! Which values of a document are encrypted.

use std::fmt;

use super::path::{Path, Step};
use super::value::Value;
use documents::regex::{GoRegex, GoRegexError};

/// What an unencrypted key ends with where nothing else is said.
const DEFAULT_SUFFIX: &str = "_unencrypted";

/// The rule of a file: one of the six that SOPS has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// All but what stands under a key that ends so.
    UnencryptedSuffix(String),
    /// Only what stands under a key that ends so.
    EncryptedSuffix(String),
    /// All but what stands under a key that matches.
    UnencryptedRegex(GoRegex),
    /// Only what stands under a key that matches.
    EncryptedRegex(GoRegex),
    /// All but what follows a comment that matches.
    UnencryptedCommentRegex(GoRegex),
    /// Only what follows a comment that matches.
    EncryptedCommentRegex(GoRegex),
}

/// The names that metadata and creation rules give the six, in the order in which sops
/// documents them.
pub(crate) const NAMES: [&str; 6] = [
    "unencrypted_suffix",
    "encrypted_suffix",
    "unencrypted_regex",
    "encrypted_regex",
    "unencrypted_comment_regex",
    "encrypted_comment_regex",
];

impl Selector {
    /// The selector of that name, `unencrypted_suffix` and so on.
    ///
    /// # Errors
    ///
    /// If the pattern is none that Go would take. sops itself takes such a one for a pattern
    /// that matches nothing, and then writes the file in the clear.
    pub fn new(name: &str, text: &str) -> Result<Option<Self>, GoRegexError> {
        Ok(Some(match name {
            "unencrypted_suffix" => Self::UnencryptedSuffix(text.to_owned()),
            "encrypted_suffix" => Self::EncryptedSuffix(text.to_owned()),
            "unencrypted_regex" => Self::UnencryptedRegex(GoRegex::new(text)?),
            "encrypted_regex" => Self::EncryptedRegex(GoRegex::new(text)?),
            "unencrypted_comment_regex" => Self::UnencryptedCommentRegex(GoRegex::new(text)?),
            "encrypted_comment_regex" => Self::EncryptedCommentRegex(GoRegex::new(text)?),
            _ => return Ok(None),
        }))
    }

    /// Its name in metadata and creation rules.
    pub fn name(&self) -> &'static str {
        NAMES[match self {
            Self::UnencryptedSuffix(_) => 0,
            Self::EncryptedSuffix(_) => 1,
            Self::UnencryptedRegex(_) => 2,
            Self::EncryptedRegex(_) => 3,
            Self::UnencryptedCommentRegex(_) => 4,
            Self::EncryptedCommentRegex(_) => 5,
        }]
    }

    /// The suffix or pattern.
    pub fn text(&self) -> &str {
        match self {
            Self::UnencryptedSuffix(text) | Self::EncryptedSuffix(text) => text,
            Self::UnencryptedRegex(regex)
            | Self::EncryptedRegex(regex)
            | Self::UnencryptedCommentRegex(regex)
            | Self::EncryptedCommentRegex(regex) => regex.as_str(),
        }
    }

    /// Whether it selects by comments, and this is one that does.
    pub(crate) fn picks_comment(&self, comment: &Value) -> bool {
        match self {
            Self::UnencryptedCommentRegex(regex) | Self::EncryptedCommentRegex(regex) => {
                regex.is_match(comment.as_bytes())
            }
            _ => false,
        }
    }

    /// For each value and comment of a document, in order, whether it is encrypted.
    pub(crate) fn select<'a>(
        &self,
        items: impl Iterator<Item = (&'a Path, &'a Value, bool)>,
    ) -> Vec<bool> {
        match self {
            Self::UnencryptedSuffix(suffix) => {
                by_key(items, false, |key| key.ends_with(suffix.as_str()))
            }
            Self::EncryptedSuffix(suffix) => {
                by_key(items, true, |key| key.ends_with(suffix.as_str()))
            }
            Self::UnencryptedRegex(regex) => {
                by_key(items, false, |key| regex.is_match(key.as_bytes()))
            }
            Self::EncryptedRegex(regex) => {
                by_key(items, true, |key| regex.is_match(key.as_bytes()))
            }
            Self::UnencryptedCommentRegex(regex) => by_comment(items, regex, false),
            Self::EncryptedCommentRegex(regex) => by_comment(items, regex, true),
        }
    }
}

/// All but what stands under a key that ends in `_unencrypted`.
impl Default for Selector {
    fn default() -> Self {
        Self::UnencryptedSuffix(DEFAULT_SUFFIX.to_owned())
    }
}

/// As it is written in `.sops.yaml`.
impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.name(), self.text())
    }
}

fn by_key<'a>(
    items: impl Iterator<Item = (&'a Path, &'a Value, bool)>,
    encrypts: bool,
    matches: impl Fn(&str) -> bool,
) -> Vec<bool> {
    // Neighbours mostly share their key: siblings in a list, a comment and its collection.
    let mut last: Option<(&str, bool)> = None;
    let mut matches = |key: &'a str| match last {
        Some((known, answer)) if known == key => answer,
        _ => {
            let answer = matches(key);
            last = Some((key, answer));
            answer
        }
    };
    items
        .map(|(path, _, _)| path.keys().any(&mut matches) == encrypts)
        .collect()
}

/// A comment whose effect reaches the next value of its collection and all below that.
struct Active<'a> {
    collection: &'a Path,
    /// The step from the collection to the value that it applies to, once that has come.
    step: Option<&'a Step>,
    matches: bool,
}

fn by_comment<'a>(
    items: impl Iterator<Item = (&'a Path, &'a Value, bool)>,
    regex: &GoRegex,
    encrypts: bool,
) -> Vec<bool> {
    let mut active: Vec<Active<'a>> = Vec::new();
    items
        .map(|(path, value, is_comment)| {
            active.retain_mut(|comment| reaches(comment, path, is_comment));
            let before = active.iter().any(|comment| comment.matches);
            let mut own = false;
            if is_comment {
                own = regex.is_match(value.as_bytes());
                active.push(Active {
                    collection: path,
                    step: None,
                    matches: own,
                });
            }
            // The comment that turns encryption on stays clear itself, and so does the one
            // that turns it off.
            if encrypts { before } else { !before && !own }
        })
        .collect()
}

fn reaches<'a>(comment: &mut Active<'a>, path: &'a Path, is_comment: bool) -> bool {
    let collection = comment.collection;
    if collection.document != path.document || !path.steps.starts_with(&collection.steps) {
        return false;
    }
    let Some(step) = path.steps.get(collection.steps.len()) else {
        // Another comment of the same collection.
        return is_comment && comment.step.is_none();
    };
    comment.step.get_or_insert(step) == &step
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(path: &str) -> Path {
        let step = |name: &str| {
            name.parse()
                .map_or_else(|_| Step::Key(name.into()), Step::Index)
        };
        Path {
            document: 0,
            steps: path
                .split('.')
                .filter(|name| !name.is_empty())
                .map(step)
                .collect(),
        }
    }

    /// Items as `path`, or `path#comment`; gives those that are encrypted.
    fn selected(name: &str, pattern: &str, items: &[&str]) -> Vec<String> {
        let selector = Selector::new(name, pattern)
            .expect("a pattern")
            .expect("a name");
        let items: Vec<_> = items
            .iter()
            .map(|item| match item.split_once('#') {
                Some((path, text)) => (keys(path), Value::comment(text), true),
                None => (keys(item), Value::text("x"), false),
            })
            .collect();
        let chosen = selector.select(
            items
                .iter()
                .map(|(path, value, comment)| (path, value, *comment)),
        );
        items
            .iter()
            .zip(chosen)
            .filter(|(_, chosen)| *chosen)
            .map(|((path, value, comment), _)| {
                let text = if *comment {
                    value.as_text().expect("ASCII")
                } else {
                    ""
                };
                format!("{path}{}{text}", if *comment { "#" } else { "" })
            })
            .collect()
    }

    #[test]
    fn any_key_on_the_way_counts() {
        let items = ["data.x", "meta.data.y", "meta.z", "list.0.data", "#top"];
        assert_eq!(
            selected("encrypted_regex", "^data$", &items),
            ["data.x", "meta.data.y", "list[0].data"]
        );
        assert_eq!(
            selected("unencrypted_regex", "^data$", &items),
            ["meta.z", "#top"]
        );
        assert_eq!(selected("encrypted_suffix", "ata", &items).len(), 3);
        assert_eq!(
            selected("unencrypted_suffix", "_clear", &["a_clear.b", "c"]),
            ["c"]
        );
    }

    #[test]
    fn a_comment_reaches_the_next_value_and_all_below_it() {
        let items = [
            "#sops:enc",
            "#note",
            "a.b",
            "a#in",
            "a.c",
            "d",
            "l#sops:enc",
            "l.0",
            "l.1",
        ];
        assert_eq!(
            selected("encrypted_comment_regex", "sops:enc", &items),
            ["#note", "a.b", "a#in", "a.c", "l[0]"]
        );
        assert_eq!(
            selected("unencrypted_comment_regex", "sops:enc", &items),
            ["d", "l[1]"]
        );
    }
}
