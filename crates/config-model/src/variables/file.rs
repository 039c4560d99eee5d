//! `templates/variables.yaml`: its two sections, its rules, and what it says of the plugin and of
//! warnings.

use diagnostics::{Diagnostics, Location, Source};
use yaml::{Limits, Node};

use super::Author;
use super::constraints::constraints;
use super::declare::declaration;
use super::listed::{Said, listed};
use crate::keys::{Declaration, Declarations, Kind, PluginUse, Presence, Section};
use crate::raw::{RawMap, raw_map};
use crate::rules;

/// The key that says whether the plugin runs.
const PLUGIN: &str = "plugin";

/// The key that lists rules whose warnings are not told.
const SILENCE: &str = "silence";

/// The key that lists what keys ask of each other.
const RULES: &str = "rules";

/// Words that templates cannot use as a name.
const JINJA_WORDS: &[&str] = &[
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None",
    "loop", "self", "caller", "varargs", "kwargs", "versions", "nodes",
];

/// What this program's templates call; a value of this name would take its place.
const FUNCTIONS: &[&str] = &[
    "age_key",
    "age_private_key",
    "age_public_key",
    "cloudflare_account_tag",
    "cloudflare_tunnel",
    "cloudflare_tunnel_id",
    "cloudflare_tunnel_secret",
    "current_datetime",
    "github_deploy_key",
    "github_push_token",
    "talos_patches",
];

/// The built-in keys with those that the file declares, and what is wrong with it.
pub(crate) fn parse(source: &Source, built_in: &Declarations) -> (Declarations, Diagnostics) {
    let mut declarations = built_in.clone();
    let parsed = yaml::parse(source, &Limits::default());
    let mut problems = parsed.diagnostics;
    let mut declared = Vec::new();
    if let Some(root) = parsed.documents.first().filter(|root| !root.is_null()) {
        if let Some(value) = root.get(PLUGIN) {
            declarations.set_plugin(plugin(value, source, &mut problems));
        }
        if let Some(value) = root.get(SILENCE) {
            declarations.silence(silenced(value, source, &mut problems));
        }
        if let Some(value) = root.get(RULES) {
            let read = constraints(value, Author::Repository, source, &mut problems);
            declarations.constrain(read);
        }
        for (section, map) in sections(root, source, &mut problems) {
            let read = read_section(section, &map, built_in, source, &mut problems);
            declared.extend(read);
        }
    }
    for declaration in declared {
        declarations.insert(declaration);
    }
    problems.extend(unknown(&declarations));
    (declarations, problems)
}

/// What `plugin` says.
fn plugin(value: &Node, source: &Source, problems: &mut Diagnostics) -> PluginUse {
    if value.is_null() {
        return PluginUse::Unsaid;
    }
    let read = value.text().and_then(PluginUse::read);
    if read.is_none() {
        problems.push(
            rules::VARIABLES_INVALID
                .report("`plugin` takes `missing`, `all` or `none`")
                .at(source.location(value.range()))
                .hint(
                    "write `missing` if the Python plugin is to give what is not built in, `all` \
                     if it goes before what is, `none` if it never runs",
                ),
        );
    }
    read.unwrap_or_default()
}

/// The rules that `silence` names.
fn silenced(value: &Node, source: &Source, problems: &mut Diagnostics) -> Vec<String> {
    const SAID: Said = Said {
        list: "`silence` takes a list of rules",
        item: "this is no name of a rule",
        hint: "list the names that stand in brackets behind `warning`: `[secret/blank]`",
    };
    listed(value, &SAID, source, problems, |item| {
        let name = item.text().filter(|text| is_rule(text));
        name.map(str::to_owned)
    })
}

/// `topic/kebab-name`.
fn is_rule(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.split_once('/')
        .is_some_and(|(topic, name)| is_word(topic) && is_word(name))
}

fn sections(root: &Node, source: &Source, problems: &mut Diagnostics) -> Vec<(Section, RawMap)> {
    let Some(map) = raw_map(root, source, problems) else {
        problems.push(
            rules::VARIABLES_INVALID
                .report(format!(
                    "the file holds {}, not the sections `cluster` and `nodes`",
                    root.kind_name()
                ))
                .at(source.location(root.range())),
        );
        return Vec::new();
    };
    let mut sections = Vec::new();
    for entry in map.entries {
        let section = match entry.name.as_str() {
            "cluster" => Section::Cluster,
            "nodes" => Section::Nodes,
            PLUGIN | SILENCE | RULES => continue,
            other => {
                let mut problem = rules::VARIABLES_INVALID
                    .report(format!("`{other}` is not a section of this file"))
                    .at(source.location(entry.key));
                let known = ["cluster", "nodes", PLUGIN, SILENCE, RULES];
                problem = match diagnostics::closest(other, known) {
                    Some(meant) => problem.hint(format!("did you mean `{meant}`?")),
                    None => problem.hint("declare keys below `cluster:` or `nodes:`"),
                };
                problems.push(problem);
                continue;
            }
        };
        if entry.value.is_null() {
            continue;
        }
        match raw_map(&entry.value, source, problems) {
            Some(map) => sections.push((section, map)),
            None => problems.push(
                rules::VARIABLES_INVALID
                    .report(format!(
                        "the section `{}` takes keys, not {}",
                        entry.name,
                        entry.value.kind_name()
                    ))
                    .at(source.location(entry.value.range())),
            ),
        }
    }
    sections
}

fn read_section(
    section: Section,
    map: &RawMap,
    built_in: &Declarations,
    source: &Source,
    problems: &mut Diagnostics,
) -> Vec<Declaration> {
    let mut declared = Vec::with_capacity(map.entries.len());
    for entry in &map.entries {
        let place = source.location(entry.key.clone());
        if !is_name(&entry.name) {
            problems.push(
                rules::VARIABLES_INVALID_NAME
                    .report(format!(
                        "`{}` is not a name that templates can read",
                        entry.name
                    ))
                    .at(place)
                    .hint("use a name of letters, digits and `_` that means nothing else yet"),
            );
            continue;
        }
        let read = declaration(section, entry, Author::Repository, source, problems);
        let Some(declaration) = read else {
            continue;
        };
        let Some(known) = built_in.get(section, &entry.name) else {
            declared.push(declaration);
            continue;
        };
        problems.push(
            if known.presence != Presence::Derived && same(&known.kind, &declaration.kind) {
                rules::VARIABLES_REDUNDANT
                    .report(format!("`{}` is a built-in key already", entry.name))
                    .at(place)
                    .hint("remove the declaration")
            } else {
                rules::VARIABLES_CLASH
                    .report(format!(
                        "`{}` is a built-in key, which takes {}",
                        entry.name, known.kind
                    ))
                    .at(place)
                    .hint("use another name")
            },
        );
    }
    declared
}

/// Whether a declared kind is what a built-in key takes, perhaps less exactly.
fn same(built_in: &Kind, declared: &Kind) -> bool {
    match (built_in, declared) {
        (Kind::List { of: one, .. }, Kind::List { of: other, .. })
        | (Kind::OneOrList(one), Kind::List { of: other, .. }) => same(one, other),
        (Kind::OneOrList(one), other) => same(one, other),
        (Kind::Integer { .. }, Kind::Integer { .. })
        | (Kind::Labels, Kind::Labels | Kind::Map(_)) => true,
        (Kind::Boolean | Kind::Integer { .. } | Kind::Labels | Kind::List { .. }, Kind::Text) => {
            false
        }
        (one, Kind::Text) => one.is_scalar(),
        (one, other) => one == other,
    }
}

/// Keys that `required_with` or a rule names and nothing declares.
pub(crate) fn unknown(declarations: &Declarations) -> Diagnostics {
    let mut problems = Diagnostics::new();
    let mut check = |section, other: &str, why: String, place: Option<&Location>| {
        if declarations.get(section, other).is_some() {
            return;
        }
        let known = declarations.section(section);
        let meant = diagnostics::closest(other, known.map(|known| known.name.as_str()));
        let mut problem = rules::VARIABLES_UNKNOWN_CONDITION
            .report(format!("{why} `{other}`, which is not declared"));
        if let Some(place) = place {
            problem = problem.at(place.clone());
        }
        if let Some(meant) = meant {
            problem = problem.hint(format!("did you mean `{meant}`?"));
        }
        problems.push(problem);
    };
    for declaration in declarations.iter() {
        if let Presence::RequiredWith(other) = &declaration.presence {
            let why = format!("`{}` is required with", declaration.name);
            let place = declaration.declared_at.as_ref();
            check(declaration.section, other, why, place);
        }
    }
    for constraint in declarations.constraints() {
        for key in constraint.keys() {
            let why = "a rule names".to_owned();
            check(Section::Cluster, key, why, constraint.declared_at.as_ref());
        }
    }
    problems
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    let first = characters.next();
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !JINJA_WORDS.contains(&name)
        && !FUNCTIONS.contains(&name)
}
