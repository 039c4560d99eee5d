//! A helmfile read: its documents, the bases under them, the helmfiles that it names.

use std::sync::Arc;

use diagnostics::{Diagnostics, Rule};
use flux::value::{Value, documents};
use repository::View;
use yaml::Dialect;

use super::merge::merge;
use super::release::{Defaults, entry};
use super::template::scalar;
use super::{Helmfile, MOST, is_crds};
use crate::paths::relative;
use crate::rules;

/// How deep bases and further helmfiles lie.
const DEPTH: usize = 8;

/// How many releases there may be.
const MOST_RELEASES: usize = 1000;

/// Reads helmfiles; each counts towards one limit.
pub(super) struct Loader<'a> {
    view: &'a View<'a>,
    problems: &'a mut Diagnostics,
    files: usize,
    releases: usize,
}

impl<'a> Loader<'a> {
    pub(super) fn new(view: &'a View<'a>, problems: &'a mut Diagnostics) -> Self {
        Self {
            view,
            problems,
            files: 0,
            releases: 0,
        }
    }

    /// Adds a helmfile, and those that it names before it.
    pub(super) fn file(&mut self, path: &str, files: &mut Vec<Helmfile>) {
        self.nested(path, None, DEPTH, files);
    }

    fn nested(
        &mut self,
        path: &str,
        from: Option<&Value>,
        depth: usize,
        files: &mut Vec<Helmfile>,
    ) {
        let Some(document) = self.document(path, from, depth) else {
            return;
        };
        for named in self.items(&document, "helmfiles") {
            let given = named.get("path").unwrap_or(named);
            if let Some(selectors) = named.get("selectors") {
                self.refuse(selectors, "`selectors` choose releases of another helmfile");
                continue;
            }
            if let Some(inner) = self.path(folder(path), given) {
                self.nested(&inner, Some(given), depth.saturating_sub(1), files);
            }
        }
        let defaults = Defaults::of(&document, folder(path));
        let releases = self.items(&document, "releases");
        let left = MOST_RELEASES.saturating_sub(self.releases);
        self.releases += releases.len();
        if let Some(first) = releases.get(left) {
            let message = format!("there are more than {MOST_RELEASES} releases");
            self.report(&rules::BOOTSTRAP_HELMFILE_LIMIT, first, message);
        }
        let entries = releases.iter().take(left);
        let entries: Vec<_> = entries
            .filter_map(|release| entry(release, &document, &defaults, self.problems))
            .collect();
        let includes = defaults.arguments.iter().any(|one| one == "--include-crds");
        if !entries.is_empty() {
            files.push(Helmfile {
                is_crds: includes || is_crds(path),
                entries,
            });
        }
    }

    /// All documents of a file as one, over its bases.
    fn document(&mut self, path: &str, from: Option<&Value>, depth: usize) -> Option<Value> {
        self.files += 1;
        if self.files > MOST || depth == 0 {
            // Told once.
            if let (Some(from), true) = (from, self.files <= MOST + 1) {
                let message = format!(
                    "there are more than {MOST} helmfiles, or they lie deeper than {DEPTH}"
                );
                self.report(&rules::BOOTSTRAP_HELMFILE_LIMIT, from, message);
            }
            return None;
        }
        let source = match self.view.text(path) {
            Ok(Some(source)) => Arc::new(source),
            Ok(None) => {
                if let Some(from) = from {
                    let message = format!("`{path}` is not there");
                    self.report(&rules::BOOTSTRAP_HELMFILE_MISSING, from, message);
                }
                return None;
            }
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        let (values, problems) = documents(&source, Dialect::Go);
        if problems.has_errors() {
            match source.text().find("{{") {
                // What cannot be read is mostly that.
                Some(start) => {
                    let problem = rules::BOOTSTRAP_TEMPLATE
                        .report(format!("`{path}` is a template, which is not run"))
                        .at(source.location(start..start + 2))
                        .hint("write its releases as plain YAML; a single text may be a template in quotes");
                    self.problems.push(problem);
                }
                None => self.problems.extend(problems),
            }
            return None;
        }
        let mut document = Value::default();
        for value in &values {
            for base in self.items(value, "bases") {
                if let Some(inner) = self.path(folder(path), base)
                    && let Some(under) = self.document(&inner, Some(base), depth - 1)
                {
                    merge(&mut document, under);
                }
            }
        }
        for value in values {
            merge(&mut document, value);
        }
        Some(document)
    }

    /// A path that a helmfile names.
    fn path(&mut self, folder: &str, given: &Value) -> Option<String> {
        let text = scalar(given)?;
        let is_plain = !text.contains("{{") && !text.contains("::") && !text.contains("://");
        let inner = relative(folder, &text).filter(|_| is_plain && !text.contains('*'));
        if inner.is_none() {
            self.refuse(given, &format!("`{text}` is no file of the repository"));
        }
        inner
    }

    /// The items of a list; none where there is no such list.
    fn items<'v>(&mut self, value: &'v Value, key: &str) -> &'v [Value] {
        let found = value.get(key).filter(|found| !found.is_null());
        if let Some(other) = found.filter(|found| found.as_list().is_none()) {
            self.refuse(other, &format!("`{key}` is no list"));
        }
        found.map(Value::items).unwrap_or_default()
    }

    fn refuse(&mut self, value: &Value, message: &str) {
        self.report(&rules::BOOTSTRAP_NOT_FOLLOWED, value, message.to_owned());
    }

    fn report(&mut self, rule: &'static Rule, value: &Value, message: String) {
        self.problems
            .push(rule.report(message).at(value.place.location()));
    }
}

/// The folder of a file.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
