//! What types of resources there are, and what they are called.

use diagnostics::closest;
use serde::Deserialize;

use super::columns::Path;

/// A type of resources, as a node defines it.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its whole name, such as `Members.cluster.talos.dev`.
    pub name: String,
    /// What tables call one of it.
    pub singular: String,
    /// Where those are that are asked for without a namespace.
    pub namespace: String,
    /// Other names, in small letters.
    pub aliases: Vec<String>,
    /// Whether only an administrator may see it.
    pub is_sensitive: bool,
    /// The columns of a table, besides those that every one has.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// What stands above it.
    pub name: String,
    /// Where its values are; none where that cannot be read here.
    pub path: Option<Path>,
}

/// Why a word names no type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclear {
    /// There is none, and what may be meant.
    None(Option<String>),
    /// It names several.
    Several(Vec<String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    r#type: String,
    display_type: String,
    default_namespace: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    all_aliases: Vec<String>,
    #[serde(default)]
    sensitivity: String,
    #[serde(default)]
    print_columns: Vec<RawColumn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawColumn {
    name: String,
    json_path: String,
}

impl Definition {
    /// Of the YAML of a `ResourceDefinition`; none where it is another thing.
    pub(super) fn read(yaml: &str) -> Option<Self> {
        let raw: Raw = serde_saphyr::from_str(yaml).ok()?;
        let names = raw.aliases.into_iter().chain(raw.all_aliases);
        let column = |raw: RawColumn| Column {
            path: Path::read(&raw.json_path),
            name: raw.name,
        };
        let mut aliases: Vec<String> = names.map(|alias| alias.to_lowercase()).collect();
        aliases.sort();
        aliases.dedup();
        Some(Self {
            name: raw.r#type,
            singular: raw.display_type,
            namespace: raw.default_namespace,
            aliases,
            is_sensitive: raw.sensitivity == "sensitive",
            columns: raw.print_columns.into_iter().map(column).collect(),
        })
    }

    fn is_called(&self, word: &str) -> bool {
        self.name.to_lowercase() == word || self.aliases.iter().any(|alias| alias == word)
    }

    /// The one of these that a word names: its whole name or one of the others, in letters of
    /// any size.
    ///
    /// # Errors
    ///
    /// None, or several.
    pub fn find<'d>(all: &'d [Self], word: &str) -> Result<&'d Self, Unclear> {
        let word = word.to_lowercase();
        let found: Vec<_> = all.iter().filter(|one| one.is_called(&word)).collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] => {
                let names = all.iter().flat_map(|one| one.aliases.iter());
                let close = closest(&word, names.map(String::as_str));
                Err(Unclear::None(close.map(str::to_owned)))
            }
            several => {
                let names = several.iter().map(|one| one.name.clone());
                Err(Unclear::Several(names.collect()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Definition, Unclear};

    const MEMBERS: &str = "type: Members.cluster.talos.dev\ndisplayType: Member\ndefaultNamespace: cluster\naliases:\n  - member\nallAliases:\n  - member\n  - members\n  - members.cluster\nsensitivity: non-sensitive\nprintColumns:\n  - name: Hostname\n    jsonPath: '{.hostname}'\n";

    #[test]
    fn types_are_found_by_any_of_their_names() {
        let members = Definition::read(MEMBERS).expect("a definition");
        let other = MEMBERS.replace("Members.cluster", "Members.other");
        let other = other.replace("members.cluster", "members.other");
        let both = [members, Definition::read(&other).expect("another")];
        for word in ["Member", "MEMBERS", "members.cluster.talos.dev"] {
            let found = Definition::find(&both[..1], word).expect(word);
            assert_eq!(found.namespace, "cluster");
            assert!(!found.is_sensitive);
        }
        let close = Definition::find(&both[..1], "membrs").map(drop);
        assert_eq!(close, Err(Unclear::None(Some("members".to_owned()))));
        let several = Definition::find(&both, "member").map(drop);
        let names = ["Members.cluster.talos.dev", "Members.other.talos.dev"];
        assert_eq!(
            several,
            Err(Unclear::Several(names.map(str::to_owned).to_vec()))
        );
        assert!(Definition::read("a: 1\n").is_none());
        assert!(Definition::read("[").is_none());
    }
}
