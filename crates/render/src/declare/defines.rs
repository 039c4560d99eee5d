//! Which names a plugin may define, told from its text.

use std::collections::BTreeSet;

use diagnostics::Source;

use super::literal;
use super::python::{Kind, Token, lines};

/// What stands in a plugin, as far as it may give a name a meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defines {
    /// Keys that it sets: in a call of `setdefault`, in an assignment, in a dictionary that is
    /// written out, or by the name of an argument.
    pub keys: BTreeSet<String>,
    /// Those among them that it assigns, whether they have a value or not.
    pub assigned: BTreeSet<String>,
    /// Functions and methods.
    pub functions: BTreeSet<String>,
    /// Every name in it, imported ones and functions among them.
    pub names: BTreeSet<String>,
}

/// Reads a plugin without running it.
pub fn defines(plugin: &Source) -> Defines {
    let mut found = Defines::default();
    for line in lines(plugin.text()) {
        for (at, token) in line.tokens.iter().enumerate() {
            if token.kind == Kind::Name {
                found.names.insert(token.text.to_owned());
                if at > 0 && line.tokens[at - 1].text == "def" {
                    found.functions.insert(token.text.to_owned());
                }
                if sign(&line.tokens, at + 1) == Some("=") && is_argument(&line.tokens, at) {
                    found.keys.insert(token.text.to_owned());
                }
            } else if let Some(key) = literal::text(token).filter(|_| is_key(&line.tokens, at)) {
                if sign(&line.tokens, at + 1) == Some("]") {
                    found.assigned.insert(key.clone());
                }
                found.keys.insert(key);
            }
        }
    }
    found
}

/// `name=` within brackets, and not `name ==`.
fn is_argument(tokens: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| sign(tokens, before));
    matches!(before, Some("(" | ",")) && sign(tokens, at + 2) != Some("=")
}

/// `setdefault("key"`, `["key"] =`, `{"key":`.
fn is_key(tokens: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| sign(tokens, before));
    match (before, sign(tokens, at + 1)) {
        (Some("("), _) => at >= 2 && tokens[at - 2].text == "setdefault",
        (Some("["), Some("]")) => {
            let assigned = sign(tokens, at + 2) == Some("=") && sign(tokens, at + 3) != Some("=");
            let added = sign(tokens, at + 3) == Some("=")
                && matches!(sign(tokens, at + 2), Some("+" | "|" | "-"));
            assigned || added
        }
        (Some("{" | ","), Some(":")) => true,
        _ => false,
    }
}

fn sign<'a>(tokens: &[Token<'a>], at: usize) -> Option<&'a str> {
    tokens
        .get(at)
        .filter(|token| token.kind == Kind::Sign)
        .map(|token| token.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_other_texts() {
        let plugin = Source::new(
            "plugin.py",
            "def helper(): pass\n\
             class Plugin:\n    def data(self):\n        data.setdefault('a', f(data.get('no')))\n\
             \x20       data['b'] = 1\n        data['c'] += 1\n        if data['no'] == 1: pass\n\
             \x20       data.update({'d': 1, 'e': 2}, f=3)\n        g(h == 1)\n        return data\n",
        );
        let found = defines(&plugin);
        let keys: Vec<&str> = found.keys.iter().map(String::as_str).collect();
        assert_eq!(keys, ["a", "b", "c", "d", "e", "f"]);
        let assigned: Vec<&str> = found.assigned.iter().map(String::as_str).collect();
        assert_eq!(assigned, ["b", "c"]);
        assert!(found.names.contains("helper"));
    }
}
