//! The declaration of a stack.

use diagnostics::{Diagnostics, Source};
use yaml::Limits;

use super::Author;
use super::attributes::{keep, refused, text, unknown, word_or_words};
use super::constraints::constraints;
use super::declare::declaration;
use crate::keys::{Declarations, Section, Stack};
use crate::raw::{RawEntry, raw_map};

const PARTS: &[&str] = &["title", "enabled_by", "cluster", "rules"];

/// Adds what a stack declares, and says what is wrong with it.
pub(crate) fn stack(name: &str, source: &Source, all: &mut Declarations) -> Diagnostics {
    let parsed = yaml::parse(source, &Limits::default());
    let mut problems = parsed.diagnostics;
    let mut stack = Stack {
        name: name.to_owned(),
        title: String::new(),
        enabled_by: Vec::new(),
        keys: Vec::new(),
    };
    let root = parsed.documents.first();
    let map = root.and_then(|root| raw_map(root, source, &mut problems));
    let entries = map.map(|map| map.entries).unwrap_or_default();
    let mut declared = Vec::new();
    for entry in &entries {
        let wrong = match entry.name.as_str() {
            "title" => keep(text(&entry.value), &mut stack.title, "text"),
            "enabled_by" => keep(
                word_or_words(&entry.value),
                &mut stack.enabled_by,
                "a key, or a list of keys",
            ),
            "cluster" => keep(keys(entry, source, &mut problems), &mut declared, "keys"),
            "rules" => {
                let read = constraints(&entry.value, Author::Stack, source, &mut problems);
                all.constrain(read);
                None
            }
            _ => {
                let known = PARTS.iter().copied();
                problems.push(unknown("a part of a stack", entry, known, source));
                None
            }
        };
        problems.extend(wrong.map(|wanted| refused(entry, wanted, source)));
    }
    for entry in &declared {
        let read = declaration(
            Section::Cluster,
            entry,
            Author::Stack,
            source,
            &mut problems,
        );
        if let Some(mut declaration) = read {
            declaration.group.clone_from(&stack.title);
            stack.keys.push(declaration.name.clone());
            all.insert(declaration);
        }
    }
    all.add_stack(stack);
    problems
}

fn keys(entry: &RawEntry, source: &Source, problems: &mut Diagnostics) -> Option<Vec<RawEntry>> {
    raw_map(&entry.value, source, problems).map(|map| map.entries)
}
