//! Taking out again what adding an application put in.

use std::collections::BTreeMap;

use config_model::Section;
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use render::TemplateSet;

use super::changes::Changes;
use super::edit::{self, Insertion, Role};
use super::name::Name;
use super::record::{self, Record, digest};
use super::surroundings::{Surroundings, place, text_of};
use super::{keys, parent, pin};
use crate::gather;
use crate::load::Inputs;
use crate::rules;

/// An application that can be removed.
pub struct Removed {
    /// What is to be written.
    pub changes: Changes,
    /// Files of it that somebody changed or added, which go away with it.
    pub edited: Vec<String>,
    /// What stays, since it was changed.
    pub notes: Diagnostics,
}

/// Works out what removing an application changes.
///
/// # Errors
///
/// `app/unknown` where nothing is recorded of it; `app/key-in-use` for each of its keys that is
/// set, or used by other templates.
pub fn remove(inputs: &Inputs, name: &Name) -> Result<Removed, Diagnostics> {
    let around = Surroundings::of(inputs, name)?;
    let mut others = record::all(&inputs.view)?;
    let Some(record) = others.remove(name) else {
        return Err(unknown(name, &others, &around).into());
    };
    let mut work = Work {
        inputs,
        others: &others,
        changes: Changes::default(),
        notes: Diagnostics::new(),
    };
    let edited = work.files(name, &record, &around)?;
    let below = format!("{}/", name.folder());
    let rest = around
        .templates
        .iter()
        .filter(|it| !it.output.starts_with(&below));
    let rest = TemplateSet::new(rest.cloned());
    let goes: Vec<_> = record
        .insertions
        .iter()
        .filter(|it| !work.is_needed(it))
        .collect();
    let in_use = in_use(inputs, &goes, &rest, &around);
    if in_use.has_errors() {
        return Err(in_use);
    }
    for insertion in goes.into_iter().rev() {
        if let Role::Pin(entry) = &insertion.role
            && names_pin(&rest, entry)
        {
            work.kept(
                &insertion.file,
                &format!("other templates use `versions.{entry}`, which stays"),
            );
            continue;
        }
        work.take_out(insertion)?;
    }
    work.shared(&record, name, &around)?;
    let path = record::path(name);
    work.changes.set(&inputs.view, &path, None)?;
    Ok(Removed {
        changes: work.changes,
        edited,
        notes: work.notes,
    })
}

fn unknown(name: &Name, others: &BTreeMap<Name, Record>, around: &Surroundings) -> Diagnostic {
    let output = format!("{}/ks.yaml", name.folder());
    let problem = rules::APP_UNKNOWN.report(format!("`{name}` was not added by `ichor app add`"));
    if let Some(template) = around.template(&output) {
        let problem = problem.at(Location::file(&*template.shown_as));
        return match place(template) {
            Some(_) => problem.hint("delete its templates, and its entry in the list of its namespace"),
            None => problem.hint("it is one of the built-in templates: a template in `templates/overrides` that renders to nothing takes one out"),
        };
    }
    let known: Vec<_> = others.keys().map(ToString::to_string).collect();
    match diagnostics::closest(&name.to_string(), known.iter().map(String::as_str)) {
        Some(close) => problem.hint(format!("did you mean `{close}`?")),
        None => problem.hint("`ichor app list` shows every one"),
    }
}

/// Keys that go away and that something still needs.
fn in_use(
    inputs: &Inputs,
    goes: &[&Insertion],
    rest: &TemplateSet,
    around: &Surroundings,
) -> Diagnostics {
    let keys: Vec<&str> = { goes.iter() }
        .filter_map(|insertion| match &insertion.role {
            Role::Key(key) => Some(key.as_str()),
            _ => None,
        })
        .collect();
    if keys.is_empty() {
        return Diagnostics::new();
    }
    let parsed = gather::parsed(inputs, &inputs.cluster, &inputs.nodes);
    let analysis = render::analyze(rest, &around.options);
    let mut found = Diagnostics::new();
    for key in keys {
        let is_set =
            |it: &&config_model::WrittenKey| it.section == Section::Cluster && it.name == key;
        if let Some(written) = parsed.written.iter().find(is_set) {
            found.push(
                rules::APP_KEY_IN_USE
                    .report(format!("`{key}` is set, and belongs to the application"))
                    .at(written.location.clone())
                    .hint("take it out of `cluster.yaml`, and run the command again"),
            );
        }
        let mut mentions = analysis.mentions().iter();
        let used = mentions.find(|it| it.of.is_none() && it.name == key);
        // A list that has the application's own condition loses that with it.
        let own = used.filter(|used| !is_list_of(goes, &used.location.file));
        if let Some(used) = own {
            found.push(
                rules::APP_KEY_IN_USE
                    .report(format!(
                        "`{key}` belongs to the application, and another template uses it"
                    ))
                    .at(used.location.clone())
                    .hint("change that template first"),
            );
        }
    }
    found
}

fn is_list_of(goes: &[&Insertion], file: &str) -> bool {
    let is_item = |it: &&&Insertion| matches!(it.role, Role::Item(_)) && it.file == file;
    goes.iter().any(|it| is_item(&it))
}

/// Whether a template has a version under this name.
fn names_pin(templates: &TemplateSet, entry: &str) -> bool {
    let word = format!("versions.{entry}");
    let is_end =
        |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
    templates.iter().any(|template| {
        let text = text_of(template);
        { text.match_indices(&word) }.any(|(at, _)| is_end(&text[at + word.len()..]))
    })
}

struct Work<'a> {
    inputs: &'a Inputs,
    others: &'a BTreeMap<Name, Record>,
    changes: Changes,
    notes: Diagnostics,
}

impl Work<'_> {
    /// The files of the application itself; gives those that are not as they were written.
    fn files(
        &mut self,
        name: &Name,
        record: &Record,
        around: &Surroundings,
    ) -> Result<Vec<String>, Diagnostic> {
        let view = &self.inputs.view;
        let below = format!("{}/", name.folder());
        let there = around
            .templates
            .iter()
            .filter(|it| it.output.starts_with(&below));
        let added = there
            .filter_map(place)
            .filter(|path| !record.files.contains_key(*path));
        let mut edited: Vec<String> = added.map(str::to_owned).collect();
        for (path, written) in &record.files {
            let is_edited = |content: Vec<u8>| digest(&content) != *written;
            if view.bytes(path)?.is_some_and(is_edited) {
                edited.push(path.clone());
            }
        }
        for path in record.files.keys().chain(&edited) {
            self.changes.set(view, path, None)?;
        }
        edited.sort();
        Ok(edited)
    }

    /// Whether another application needs it too.
    fn is_needed(&self, insertion: &Insertion) -> bool {
        let mut all = self.others.values().flat_map(|it| &it.insertions);
        all.any(|it| it.file == insertion.file && it.role == insertion.role)
    }

    fn kept(&mut self, file: &str, what: &str) {
        self.notes
            .push(rules::APP_KEPT.report(what).at(Location::file(file)));
    }

    fn take_out(&mut self, insertion: &Insertion) -> Result<(), Diagnostic> {
        let view = &self.inputs.view;
        let file = insertion.file.as_str();
        let Some(source) = self.changes.text(view, file)? else {
            return Ok(());
        };
        if insertion.role == Role::Section && !keys::is_empty(&source) {
            return Ok(());
        }
        let had_errors = edit::parsed(&source).is_err();
        let is_right =
            |text: &String| had_errors || edit::parsed(&Source::new(file, text.as_str())).is_ok();
        let exact = edit::cut(source.text(), &insertion.text).filter(&is_right);
        let otherwise = || match &insertion.role {
            Role::Key(key) => keys::without(&source, key),
            Role::Pin(entry) => pin::without(&source, entry),
            Role::Item(item) => parent::without(&source, item),
            Role::Section | Role::Comment(_) => None,
        };
        match exact.or_else(|| otherwise().filter(&is_right)) {
            Some(text) => self.changes.set(view, file, Some(text.into_bytes())),
            None => {
                let what = match &insertion.role {
                    Role::Key(key) => format!("the declaration of `{key}`"),
                    Role::Pin(entry) => format!("the version `{entry}`"),
                    Role::Item(item) => format!("the item `{item}`"),
                    Role::Section => "the section `cluster`".to_owned(),
                    Role::Comment(_) => "what was said of its keys".to_owned(),
                };
                self.kept(
                    file,
                    &format!("{what} is not there as it was written, and stays as it is"),
                );
                Ok(())
            }
        }
    }

    /// Files that were made for applications, and that none needs any more.
    fn shared(
        &mut self,
        record: &Record,
        name: &Name,
        around: &Surroundings,
    ) -> Result<(), Diagnostic> {
        let view = &self.inputs.view;
        let list = around.template(&format!("{}/kustomization.yaml", name.above()));
        let list = list.and_then(place).filter(|_| around.has_more(name));
        let mut goes = Vec::new();
        for (path, empty) in &record.shared {
            let is_needed = self.others.values().any(|it| it.shared.contains_key(path))
                || list == Some(path.as_str());
            let text = self.changes.text(view, path)?;
            let is_empty = text.is_some_and(|text| digest(text.text().as_bytes()) == *empty);
            if !is_needed && is_empty {
                goes.push(path.as_str());
            }
        }
        // A namespace is there for its list.
        let copies = goes.clone();
        let is_with = |path: &&str| match leader(path, &record.shared) {
            Some(leader) => copies.contains(&leader.as_str()),
            None => true,
        };
        for path in goes.iter().filter(|path| is_with(path)) {
            self.changes.set(view, path, None)?;
        }
        Ok(())
    }
}

/// The file without which another one has no purpose.
fn leader(path: &str, shared: &BTreeMap<String, String>) -> Option<String> {
    let (folder, name) = path.rsplit_once('/')?;
    let suffix = name.strip_prefix("namespace.yaml")?;
    let list = format!("{folder}/kustomization.yaml{suffix}");
    shared.contains_key(&list).then_some(list)
}
