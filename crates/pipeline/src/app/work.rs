//! The changes that an application takes, one after the other, with what is recorded of them.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use repository::View;

use super::changes::Changes;
use super::edit::{self, Insertion, Role};
use super::files::{self, Application};
use super::keys::{self, Key, VARIABLES};
use super::name::Name;
use super::needed::Needed;
use super::pen::Pen;
use super::pin::{Pin, VERSIONS};
use super::record::{CLUSTER, Record, digest};
use super::request::Request;
use super::surroundings::{Surroundings, place};
use super::{APPS, parent};
use crate::rules;

/// Changes on their way, with what is recorded of them.
pub(super) struct Work<'a> {
    pub(super) view: &'a View<'static>,
    pub(super) around: &'a Surroundings,
    /// What was added before.
    pub(super) records: &'a BTreeMap<Name, Record>,
    pub(super) changes: Changes,
    pub(super) record: Record,
}

impl Work<'_> {
    pub(super) fn set(&mut self, path: &str, text: String) -> Result<(), Diagnostic> {
        self.changes.set(self.view, path, Some(text.into_bytes()))
    }

    /// The text that a file will have, empty where there is none.
    fn text(&mut self, path: &str) -> Result<Source, Diagnostic> {
        let found = self.changes.text(self.view, path)?;
        Ok(found.unwrap_or_else(|| Source::new(path, "")))
    }

    fn put(&mut self, made: Vec<(usize, Insertion)>) -> Result<(), Diagnostic> {
        for (at, insertion) in made {
            let source = self.text(&insertion.file)?;
            let text = edit::with(source.text(), at, &insertion.text);
            self.set(&insertion.file, text)?;
            self.record.insertions.push(insertion);
        }
        Ok(())
    }

    /// What was put in before, for this application or for others, and is needed by this one, too.
    fn again(&mut self, file: &str, role: &Role) {
        let all = self.records.values().flat_map(|it| &it.insertions);
        let found = all.clone().find(|it| it.file == file && it.role == *role);
        if let Some(found) = found.filter(|it| !self.record.insertions.contains(it)) {
            self.record.insertions.push(found.clone());
        }
    }

    /// A file that others may use too: made for the first of them, and needed by this one.
    fn shares(&mut self, path: &str, empty: Option<&str>) {
        let known = self.records.values().find_map(|it| it.shared.get(path));
        let digest = known.cloned().or(empty.map(|text| digest(text.as_bytes())));
        if let Some(digest) = digest {
            self.record.shared.insert(path.to_owned(), digest);
        }
    }

    /// How the version of the chart is written in templates; it is pinned where those are.
    pub(super) fn version(&mut self, request: &Request) -> Result<String, Diagnostic> {
        let Some(pin) = Pin::of(&request.origin) else {
            return Ok(String::new());
        };
        if !self.around.pins {
            return Ok(yaml::double_quoted(&pin.version));
        }
        let source = self.changes.text(self.view, VERSIONS)?;
        let entry = match pin.known(source.as_ref()) {
            Some(entry) => {
                self.again(VERSIONS, &Role::Pin(entry.clone()));
                if source.is_some() {
                    self.shares(VERSIONS, None);
                }
                entry
            }
            None => {
                self.shares(VERSIONS, source.is_none().then_some(""));
                let source = source.unwrap_or_else(|| Source::new(VERSIONS, ""));
                let (entry, at, insertion) = pin.put(&source, &request.name)?;
                self.put(vec![(at, insertion)])?;
                entry
            }
        };
        let pen = Pen(self.around.options.delimiters.clone());
        Ok(yaml_value(&pen.value(&format!("versions.{entry}"))))
    }

    /// Declares what nothing does yet, and shows it in `cluster.yaml`; what is to be known of that.
    pub(super) fn keys(
        &mut self,
        name: &Name,
        needed: &Needed,
        unknown: &[&Key],
    ) -> Result<Diagnostics, Diagnostic> {
        let mut notes = Diagnostics::new();
        if needed.all.is_empty() {
            return Ok(notes);
        }
        let is_new = self.changes.text(self.view, VARIABLES)?.is_none();
        self.shares(VARIABLES, (is_new && !unknown.is_empty()).then_some(""));
        self.again(VARIABLES, &Role::Section);
        // What a declaration names has to stay as long as that does.
        let names = needed.all.iter().map(|key| &key.name);
        for name in names.chain(&needed.conditions) {
            self.again(VARIABLES, &Role::Key(name.clone()));
        }
        for key in unknown {
            let source = self.text(VARIABLES)?;
            let made = keys::declare(&source, key)?;
            self.put(made)?;
        }
        self.again(CLUSTER, &Role::Comment(name.to_string()));
        if !unknown.is_empty()
            && let Some(source) = self.changes.text(self.view, CLUSTER)?
        {
            match keys::shown(&source, &name.to_string(), unknown) {
                Some(made) => self.put(vec![made])?,
                None => notes.push(
                    rules::APP_NOT_SHOWN
                        .report(format!("`{CLUSTER}` is left as it is, so that the keys of the application are not shown in it"))
                        .at(Location::file(CLUSTER))
                        .hint(format!("`{VARIABLES}` has them")),
                ),
            }
        }
        Ok(notes)
    }

    /// The files of the application itself.
    pub(super) fn own(
        &mut self,
        name: &Name,
        application: &Application<'_>,
    ) -> Result<(), Diagnostic> {
        let folder = name.folder();
        let mut own = BTreeMap::new();
        for (path, is_template, text) in application.all() {
            let output = format!("{folder}/{path}");
            let target = if is_template {
                self.around.new_template(&output)
            } else {
                format!("{}/{output}", self.around.folder)
            };
            own.insert(target, text);
        }
        let below = format!("{folder}/");
        let there = self
            .around
            .templates
            .iter()
            .filter(|it| it.output.starts_with(&below));
        let other = there
            .map(|it| &*it.shown_as)
            .find(|path| !own.contains_key(*path));
        if let Some(other) = other {
            return Err(exists(name, other));
        }
        for (target, text) in own {
            let before = self.changes.text(self.view, &target)?;
            if before.is_some_and(|before| before.text() != text) {
                return Err(exists(name, &target));
            }
            self.record
                .files
                .insert(target.clone(), digest(text.as_bytes()));
            self.set(&target, text)?;
        }
        Ok(())
    }

    /// The lists that lead to the application.
    pub(super) fn listed(
        &mut self,
        name: &Name,
        application: &Application<'_>,
    ) -> Result<(), Diagnostic> {
        let above = name.above();
        let output = format!("{above}/kustomization.yaml");
        let namespace = self.around.new_template(&format!("{above}/namespace.yaml"));
        let is_new = self.around.is_new(&name.namespace);
        let list = match self.around.template(&output) {
            Some(template) => match place(template) {
                Some(path) => path.to_owned(),
                // Built-in lists look for themselves what is there.
                None => return Ok(()),
            },
            None if is_new => {
                let text = files::parent(&name.namespace, self.around, application.pen);
                let path = self.around.new_template(&output);
                self.make(&path, text)?;
                self.make(&namespace, files::namespace(&name.namespace))?;
                path
            }
            None => {
                return Err(rules::APP_NOT_UNDERSTOOD
                    .report(format!(
                        "no template makes `{output}`, which would list the application"
                    ))
                    .at(Location::file(output.as_str()))
                    .hint(
                        "add one that lists what is in the namespace, and run the command again",
                    ));
            }
        };
        let is_recorded = self
            .records
            .values()
            .any(|it| it.shared.contains_key(&namespace));
        if is_recorded && self.changes.text(self.view, &namespace)?.is_none() {
            // A run that was killed had not come to it.
            self.make(&namespace, files::namespace(&name.namespace))?;
        }
        self.shares(&list, None);
        self.shares(&namespace, None);
        let item = format!("./{}/ks.yaml", name.name);
        let mut lines = format!("- {item}\n");
        if let Some(switch) = application.switch {
            lines = application.pen.only_if("", switch, &lines);
        }
        self.item(&list, &item, &lines)?;
        self.namespaces(name)
    }

    /// A file that is made for this application, or was for another one.
    fn make(&mut self, path: &str, text: String) -> Result<(), Diagnostic> {
        let there = self.changes.text(self.view, path)?;
        if there.is_some_and(|there| there.text() != text) {
            return Err(rules::APP_EXISTS
                .report(format!("`{path}` exists, and nothing is rendered from it"))
                .at(Location::file(path))
                .hint("move it away, and run the command again"));
        }
        self.shares(path, Some(&text));
        self.set(path, text)
    }

    fn item(&mut self, list: &str, item: &str, lines: &str) -> Result<(), Diagnostic> {
        let source = self.text(list)?;
        if parent::lists_itself(source.text()) {
            return Ok(());
        }
        match parent::named(&source, &self.around.options.delimiters, item, lines)? {
            Some(made) => self.put(vec![made]),
            None => {
                self.again(list, &Role::Item(item.to_owned()));
                Ok(())
            }
        }
    }

    /// Where something lists namespaces, it has to name this one. Flux finds it by itself
    /// otherwise.
    fn namespaces(&mut self, name: &Name) -> Result<(), Diagnostic> {
        let output = format!("{APPS}/kustomization.yaml");
        let list = match self.around.template(&output).map(place) {
            Some(Some(path)) => path.to_owned(),
            None if self.view.is_file(&output) => output,
            _ => return Ok(()),
        };
        let item = format!("./{}", name.namespace);
        self.item(&list, &item, &format!("- {item}\n"))
    }
}

fn exists(name: &Name, path: &str) -> Diagnostic {
    rules::APP_EXISTS
        .report(format!(
            "the repository has `{name}` already, and otherwise"
        ))
        .at(Location::file(path))
        .hint(format!(
            "change its templates, or take it out first: `ichor app remove {name}`"
        ))
}

/// A printed expression as a text of YAML.
fn yaml_value(printed: &str) -> String {
    format!("\"{printed}\"")
}
