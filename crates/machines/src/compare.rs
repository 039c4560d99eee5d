//! What is there already, or would be with one more patch, against what would be made.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use documents::change::Change;
use serde_json::Value;
use talhelper::groups::{Written, apply_groups};
use talhelper::nodes::{Files as _, Generator, read_schematic, schematic_id};
use talos::compare::differences;
use talos::contract::Contract;
use talos::fields::kind_of_value;
use talos::migrate::{Reading, read};
use talos::patch::{Machinery, documents};
use talos::validate::{dangers, validate, validate_on};

use super::Machines;
use repository::View;

use crate::rules;

/// Configurations that are there, compared.
pub struct Compared {
    /// Each node that has one, and what would change in it. Where the one has in v1alpha1 what
    /// the other has in documents, these are changes of what Talos reads.
    pub nodes: Vec<(String, Vec<Change>)>,
    /// Nodes whose configuration has another form than the one that would be made.
    pub other_form: Vec<String>,
    /// Nodes that have none.
    pub absent: Vec<String>,
    /// What is worth knowing.
    pub warnings: Diagnostics,
}

/// Compares configurations, by meaning, with what would be made for the nodes of their names.
///
/// # Errors
///
/// Files that cannot be read, or are no machine configurations; everything that is wrong with
/// what would be made.
pub fn import(
    machines: &Machines<'_>,
    view: &View<'_>,
    paths: &[Utf8PathBuf],
) -> Result<Compared, Diagnostics> {
    let (generator, mut problems) = machines.generator();
    let mut warnings = machines.warnings.clone();
    let mut nodes = Vec::new();
    let mut other_form = Vec::new();
    for path in configurations(view, paths)? {
        let source = text(view, &path)?;
        let hidden = yaml::mask::values(source.text());
        let (theirs, found) = documents(&source.clone().with_secrets(hidden));
        if found.has_errors() {
            problems.extend(found);
            continue;
        }
        if theirs.is_empty() {
            problems.push(empty(&path));
            continue;
        }
        let Some(hostname) = hostname(&theirs, &path, &generator) else {
            warnings.push(
                rules::TALOS_UNKNOWN_NODE
                    .report(format!("`{path}` belongs to no node of the talconfig"))
                    .at(Location::file(path.as_str())),
            );
            continue;
        };
        let Some(index) = generator.find(&hostname) else {
            continue;
        };
        let (config, found) = generator.node(index);
        problems.extend(found);
        let Some(ours) = config else {
            continue;
        };
        let (changes, of_other_form) = changes(&theirs, &ours.documents);
        if of_other_form {
            other_form.push(hostname.clone());
        }
        nodes.push((hostname, changes));
    }
    let problems = machines.masked(super::unique(problems));
    if problems.has_errors() {
        return Err(problems);
    }
    warnings.extend(problems);
    let absent = (0..generator.len())
        .filter_map(|index| generator.hostname(index))
        .filter(|name| !nodes.iter().any(|(hostname, _)| hostname == name))
        .map(str::to_owned)
        .collect();
    Ok(Compared {
        nodes,
        other_form,
        absent,
        warnings,
    })
}

/// What would change in a node; and whether one of the configurations has in v1alpha1 what the
/// other has in a document, so that only what Talos reads can be compared.
fn changes(theirs: &[Value], ours: &[Value]) -> (Vec<Change>, bool) {
    let (their_reading, our_reading) = (read(theirs), read(ours));
    let is = |one: &Value, other: &Value| kind_of_value(one) == kind_of_value(other);
    let has = |documents: &[Value], one: &Value| documents.iter().any(|other| is(one, other));
    let moves = |read: &Reading, from: &[Value], to: &[Value]| {
        let mut documents = read.documents().iter();
        documents.any(|one| !has(from, one) && has(to, one))
    };
    if moves(&their_reading, theirs, ours) || moves(&our_reading, ours, theirs) {
        return (their_reading.against(&our_reading).all(), true);
    }
    (differences(theirs, ours), false)
}

/// The files named, and those with configurations in the folders named.
fn configurations(view: &View<'_>, paths: &[Utf8PathBuf]) -> Result<Vec<Utf8PathBuf>, Diagnostic> {
    let mut found = Vec::new();
    for path in paths {
        if !view.is_folder(path) {
            found.push(path.clone());
            continue;
        }
        let entries = view.list(path).map_err(|error| {
            repository::rules::FILE_UNREADABLE
                .report(format!("`{path}` cannot be read: {error}"))
                .at(Location::file(path.as_str()))
        })?;
        let mut inside: Vec<_> = entries
            .into_iter()
            .map(|entry| entry.name)
            .filter(|name| name.ends_with(".yaml") || name.ends_with(".yml"))
            .map(|name| path.join(name))
            .collect();
        inside.sort();
        found.extend(inside);
    }
    Ok(found)
}

/// The node that a configuration is for: as it names itself, or as its file is named.
fn hostname(documents: &[Value], path: &Utf8Path, generator: &Generator<'_>) -> Option<String> {
    let named = documents.iter().find_map(|document| {
        let kind = document.get("kind").and_then(Value::as_str);
        let pointer = match kind {
            Some("HostnameConfig") => "/hostname",
            None => "/machine/network/hostname",
            Some(_) => return None,
        };
        document.pointer(pointer)?.as_str()
    });
    let known = |name: &str| generator.find(name).is_some();
    if let Some(name) = named.filter(|name| known(name)) {
        return Some(name.to_owned());
    }
    let file = path.file_name()?;
    let index = generator.file_names().position(|name| name == file)?;
    generator.hostname(index).map(str::to_owned)
}

/// What a patch did to a node.
pub struct Tried {
    /// The node.
    pub hostname: String,
    /// Every path that it set or removed.
    pub changes: Vec<Change>,
    /// What is wrong with it, or with what came of it.
    pub problems: Diagnostics,
}

/// Applies one more patch to the configuration of a node: `@` and a file, or its text.
///
/// # Errors
///
/// A file that is not there; a node that has no configuration.
pub fn try_patch(
    machines: &Machines<'_>,
    generator: &Generator<'_>,
    index: usize,
    patch: &str,
) -> Result<Tried, Diagnostics> {
    let (config, problems) = generator.node(index);
    let Some(config) = config else {
        return Err(problems);
    };
    let written = match patch.strip_prefix('@') {
        Some(path) => Written::File(machines.patch_file(path)?),
        None => Written::Inline(Source::new("patch", patch)),
    };
    let before = config.documents.clone();
    let mut after = config.documents;
    let history = apply_groups(
        &mut after,
        &[&[written]],
        &machines.variables,
        Machinery::default(),
    );
    let mut problems = history.findings;
    let (contract, release) = (machines.contract, generator.release());
    let mut violations = validate_on(&after, contract, release);
    violations.extend(dangers(&after, contract, release));
    for violation in violations {
        let message = format!("`{}`: {}", violation.path, violation.message);
        let mut problem = violation.rule.report_as(violation.severity, message);
        problem.hint = violation.hint;
        problems.push(problem);
    }
    Ok(Tried {
        hostname: config.hostname,
        changes: differences(&before, &after),
        problems,
    })
}

/// Everything that Talos would refuse in a file, or warn about.
pub fn validate_file(view: &View<'_>, path: &Utf8Path, contract: Contract) -> Diagnostics {
    let source = match text(view, path) {
        Ok(source) => source,
        Err(problem) => return problem.into(),
    };
    let hidden = yaml::mask::values(source.text());
    let source = source.with_secrets(hidden);
    let (documents, mut problems) = documents(&source);
    if documents.is_empty() && !problems.has_errors() {
        problems.push(empty(path));
    }
    if problems.has_errors() {
        return problems;
    }
    let mut violations = validate(&documents, contract);
    violations.extend(dangers(&documents, contract, None));
    for violation in violations {
        let place = match violation.path.as_str() {
            "" => format!("`{}`", violation.document),
            path => format!("`{path}`"),
        };
        let message = format!("{place}: {}", violation.message);
        let mut problem = violation
            .rule
            .report_as(violation.severity, message)
            .at(Location::file(path.as_str()));
        problem.hint = violation.hint;
        problems.push(problem);
    }
    problems
}

/// What holds nothing is no configuration, and nothing is right about it.
fn empty(path: &Utf8Path) -> Diagnostic {
    talos::rules::MACHINE_CONFIG_EMPTY
        .report(format!("`{path}` holds no document"))
        .at(Location::file(path.as_str()))
}

/// The id of the schematic in a file.
///
/// # Errors
///
/// A file that cannot be read, or is no schematic.
pub fn schematic_of(view: &View<'_>, path: &Utf8Path) -> Result<String, Diagnostics> {
    let source = text(view, path)?;
    let (schematic, problems) = read_schematic(&source);
    match schematic {
        Some(schematic) if !problems.has_errors() => Ok(schematic_id(&schematic)),
        _ => Err(problems),
    }
}

fn text(view: &View<'_>, path: &Utf8Path) -> Result<Source, Diagnostic> {
    view.text(path.as_str())?.ok_or_else(|| {
        repository::rules::FILE_MISSING
            .report(format!("`{path}` does not exist"))
            .at(Location::file(path.as_str()))
    })
}

impl Machines<'_> {
    /// A patch by its path relative to the repository, or, as the talconfig names it, to that.
    fn patch_file(&self, path: &str) -> Result<Source, Diagnostics> {
        if let Some(source) = self.reader.text(&super::files::tidy(Utf8Path::new(path)))? {
            return Ok(source);
        }
        self.reader.read(path)?.ok_or_else(|| {
            repository::rules::FILE_MISSING
                .report(format!("`{path}` does not exist"))
                .at(Location::file(path))
                .into()
        })
    }
}
