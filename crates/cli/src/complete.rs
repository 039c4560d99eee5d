//! What a shell completes: besides the words that clap knows, the names of nodes, templates and
//! outputs of the repository at hand, and of pages.

use std::any::TypeId;
use std::ffi::OsStr;

use camino::{Utf8Path, Utf8PathBuf};
use clap::builder::{Resettable, Str};
use clap::{Arg, Command, CommandFactory as _, ValueHint};
use clap_complete::CompletionCandidate;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};
use diagnostics::Source;
use pipeline::templates::{SUFFIX, builtin};
use pipeline::{load, pages};
use repository::{Kind, View};
use tree::{RECORD_PATH, Record};

use crate::arguments::Arguments;
use crate::command::completions::VARIABLE;
use crate::environment;

/// A description of the nodes that is larger than this is not read while somebody types.
const MOST_BYTES: u64 = 1 << 20;

/// Answers a shell that asks, and then ends the program. Does nothing otherwise.
pub(crate) fn answer() {
    clap_complete::CompleteEnv::with_factory(command)
        .var(VARIABLE)
        .bin("ichor")
        .complete();
}

/// All commands, with what completes their arguments.
fn command() -> Command {
    prepared(Arguments::command(), "")
}

fn prepared(command: Command, parent: &str) -> Command {
    let name = command.get_name().to_owned();
    let path = format!("{parent} {name}");
    // An alias is completed for whoever has begun it, and not offered beside what it stands for.
    let aliases: Vec<String> = command.get_all_aliases().map(str::to_owned).collect();
    command
        .visible_alias(Resettable::<Str>::Reset)
        .aliases(aliases)
        .mut_args(|arg| argument(arg, path.trim_start_matches(" ichor ")))
        .mut_subcommands(|child| prepared(child, &path))
}

fn argument(arg: Arg, command: &str) -> Arg {
    let id = arg.get_id().as_str().to_owned();
    match (command, id.as_str()) {
        ("talos explain" | "talos patch", "node") => arg.add(ArgValueCandidates::new(nodes)),
        ("template eject", "paths") => arg.add(ArgValueCompleter::new(templates)),
        ("app remove", "name") => arg.add(ArgValueCandidates::new(added)),
        ("template diff", "path") => arg.add(ArgValueCandidates::new(ejected)),
        ("docs", "page") => arg.add(ArgValueCandidates::new(documentation)),
        ("diff", "paths") | ("configure", "force") => arg.add(ArgValueCompleter::new(outputs)),
        _ if arg.get_value_parser().type_id() == TypeId::of::<Utf8PathBuf>() => {
            let folder = arg
                .get_value_names()
                .is_some_and(|names| names.iter().any(|name| *name == "DIR"));
            arg.value_hint(if folder {
                ValueHint::DirPath
            } else {
                ValueHint::AnyPath
            })
        }
        _ => arg,
    }
}

/// The folder that the words so far name with `-C`, or this one. A shell hands them over behind
/// `--`.
fn root() -> Utf8PathBuf {
    let mut words = environment::words().skip_while(|word| word != "--").skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-C" | "--directory" => return words.next().unwrap_or_default().into(),
            _ => {
                let glued = word
                    .strip_prefix("--directory=")
                    .or(word.strip_prefix("-C").filter(|_| !word.starts_with("--")));
                if let Some(folder) = glued {
                    return folder.into();
                }
            }
        }
    }
    ".".into()
}

fn nodes() -> Vec<CompletionCandidate> {
    node_names(&root())
        .into_iter()
        .map(CompletionCandidate::new)
        .collect()
}

/// The names in the talconfig, or where there is none, in the configuration.
fn node_names(root: &Utf8Path) -> Vec<String> {
    for (path, key) in [
        ("talos/talconfig.yaml", "hostname"),
        ("talconfig.yaml", "hostname"),
        ("nodes.yaml", "name"),
    ] {
        let Some(source) = text(root, path) else {
            continue;
        };
        let parsed = yaml::parse(&source, &yaml::Limits::default());
        let nodes = parsed.root().and_then(|root| root.get("nodes"));
        return nodes
            .and_then(yaml::Node::as_sequence)
            .unwrap_or_default()
            .iter()
            .filter_map(|node| Some(node.get(key)?.text()?.to_owned()))
            .collect();
    }
    Vec::new()
}

fn templates(current: &OsStr) -> Vec<CompletionCandidate> {
    let all = builtin::templates();
    let names = all
        .iter()
        .map(|(name, _)| name.strip_suffix(SUFFIX).unwrap_or(name));
    below(current, names)
}

fn outputs(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(source) = text(&root(), RECORD_PATH) else {
        return Vec::new();
    };
    let (record, _) = Record::parse(&source);
    below(current, record.iter().map(|(path, _)| path.as_str()))
}

fn ejected() -> Vec<CompletionCandidate> {
    let (bases, _, _) = load::ejected(&View::on_disk(root()));
    bases.keys().map(CompletionCandidate::new).collect()
}

fn documentation() -> Vec<CompletionCandidate> {
    let candidate =
        |page: &pages::Page| CompletionCandidate::new(page.name).help(Some(page.about.into()));
    pages::PAGES.iter().map(candidate).collect()
}

/// What `app add` added.
fn added() -> Vec<CompletionCandidate> {
    let names = pipeline::app::added(&View::on_disk(root()));
    names.into_iter().map(CompletionCandidate::new).collect()
}

/// As a shell completes paths: up to the next folder, whose names come once it is chosen.
fn below<'a>(current: &OsStr, paths: impl Iterator<Item = &'a str>) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let mut found: Vec<_> = paths
        .filter(|path| path.starts_with(&*current))
        .map(|path| {
            path[current.len()..]
                .find('/')
                .map_or(path, |at| &path[..=current.len() + at])
        })
        .collect();
    found.dedup();
    found.into_iter().map(CompletionCandidate::new).collect()
}

fn text(root: &Utf8Path, path: &str) -> Option<Source> {
    let view = View::on_disk(root);
    let found = view.find(path)?;
    if found.kind != Kind::File || found.size > MOST_BYTES {
        return None;
    }
    view.text(path).ok()?
}
