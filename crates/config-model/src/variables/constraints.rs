//! `rules`: what keys ask of each other.

use diagnostics::{Diagnostics, Rule, Source};
use yaml::Node;

use super::Author;
use super::attributes::{keep, refused, text, unknown, word_or_words, words};
use super::listed::{Said, listed};
use crate::keys::{Constraint, Demand};
use crate::raw::{RawMap, raw_map};
use crate::rules;

/// What a constraint is made of. A stack's says under which rule a breach is reported; a
/// repository has none of its own.
const PARTS: &[&str] = &["when", "requires", "all_or_none", "hint"];
const RULE: &str = "rule";

const LIST: &str = "a list of keys";

#[derive(Default)]
struct Parts {
    rule: Option<String>,
    when: Vec<String>,
    requires: Option<Vec<String>>,
    all_or_none: Option<Vec<String>>,
    hint: Option<String>,
}

/// Reads the list.
pub(super) fn constraints(
    list: &Node,
    author: Author,
    source: &Source,
    problems: &mut Diagnostics,
) -> Vec<Constraint> {
    const SAID: Said = Said {
        list: "`rules` takes a list",
        item: "a rule takes a map",
        hint: "write `- { when: wiki_enabled, requires: [wiki_password] }`",
    };
    let is_map = |item| Node::as_mapping(item).map(|_| item);
    let maps = listed(list, &SAID, source, problems, is_map);
    maps.into_iter()
        .filter_map(|item| {
            let map = raw_map(item, source, problems)?;
            constraint(&map, author, source, problems)
        })
        .collect()
}

fn constraint(
    map: &RawMap,
    author: Author,
    source: &Source,
    problems: &mut Diagnostics,
) -> Option<Constraint> {
    let before = problems.len();
    let parts = parts(map, author, source, problems);
    if problems.len() > before {
        return None;
    }
    let demand = match (parts.requires, parts.all_or_none) {
        (Some(keys), None) if !parts.when.is_empty() => Ok(Demand::Requires(keys)),
        (None, Some(keys)) => Ok(Demand::AllOrNone(keys)),
        (Some(_), None) => {
            Err("`requires` stands beside `when`: the key with which others must be set")
        }
        _ => Err("a rule has `requires` or `all_or_none`, one of them"),
    };
    let rule = match (&parts.rule, author) {
        (Some(id), _) => by_id(id).ok_or("there is no such rule"),
        (None, Author::Stack) => Err("a rule of a stack says what it is reported under"),
        (None, Author::Repository) => Ok(match demand {
            Ok(Demand::AllOrNone(_)) => &rules::KEY_PARTIAL,
            _ => &rules::KEY_MISSING,
        }),
    };
    match (demand, rule) {
        (Ok(demand), Ok(rule)) => Some(Constraint {
            rule,
            when: parts.when,
            demand,
            hint: parts.hint,
            declared_at: match author {
                Author::Repository => Some(source.location(map.range.clone())),
                Author::Stack => None,
            },
        }),
        (Err(message), _) | (_, Err(message)) => {
            problems.push(
                rules::VARIABLES_INVALID
                    .report(message)
                    .at(source.location(map.range.clone())),
            );
            None
        }
    }
}

fn parts(map: &RawMap, author: Author, source: &Source, problems: &mut Diagnostics) -> Parts {
    let mut parts = Parts::default();
    for entry in &map.entries {
        let value = &entry.value;
        let wrong = match entry.name.as_str() {
            "when" => keep(
                word_or_words(value),
                &mut parts.when,
                "a key, or a list of keys",
            ),
            "requires" => keep(words(value).map(Some), &mut parts.requires, LIST),
            "all_or_none" => keep(words(value).map(Some), &mut parts.all_or_none, LIST),
            "hint" => keep(text(value).map(Some), &mut parts.hint, "text"),
            RULE if author == Author::Stack => {
                keep(text(value).map(Some), &mut parts.rule, "the name of a rule")
            }
            _ => {
                let known = PARTS.iter().copied();
                problems.push(unknown("a part of a rule", entry, known, source));
                continue;
            }
        };
        problems.extend(wrong.map(|wanted| refused(entry, wanted, source)));
    }
    parts
}

fn by_id(id: &str) -> Option<&'static Rule> {
    let mut all = rules::RULES.iter().copied().flatten().copied();
    all.find(|rule| rule.id() == id)
}
