//! A kustomization that is being built: what it has, and what it does to it.

use diagnostics::Diagnostic;
use yaml::Dialect;

use crate::rules;
use crate::value::{self, Value};

use super::config::Config;
use super::context::{Context, invalid, placed};
use super::load::{check, load};
use super::resource::Resource;
use super::set::Set;
use super::shape::Reader;
use super::{generate, path, plugins, read};

/// What was built so far.
#[derive(Default)]
pub(super) struct Built {
    pub(super) set: Set,
    /// What `configurations` add to kustomize's own.
    pub(super) more: Config,
}

/// A kustomization that is being built.
pub(super) struct Target<'a> {
    pub(super) folder: &'a str,
    /// Its file, as annotations name it.
    pub(super) file: &'a str,
    /// The folder as the outermost kustomization sees it.
    pub(super) origin: String,
    /// What the outermost kustomization wants to be told of objects.
    pub(super) metadata: Value,
    pub(super) kustomization: &'a Value,
}

impl Target<'_> {
    pub(super) fn list(&self, key: &str) -> &[Value] {
        self.kustomization
            .get(key)
            .map(Value::items)
            .unwrap_or_default()
    }

    /// Everything that it has, and does to what it has.
    pub(super) fn accumulate(&self, context: &mut Context<'_>, built: &mut Built) {
        for path in self.list("resources").iter().chain(self.list("bases")) {
            self.resource(context, path, built);
        }
        for path in self.list("configurations") {
            let outcome = self.configuration(context, path).and_then(|more| {
                { built.more.merge(&more) }.map_err(|message| invalid(message, &path.place))
            });
            keep(context, outcome);
        }
        self.generate(context, built);
        for plugin in self.plugins(context, "generators") {
            let outcome = plugins::generate(context, self.folder, &plugin)
                .and_then(|made| made.map_or(Ok(()), |made| built.set.absorb(made)));
            keep(context, outcome);
        }
        for path in self.list("components") {
            let outcome = self
                .folder_of(context, path)
                .and_then(|folder| self.inner(context, &folder, path, built, true));
            keep(context, outcome);
        }
        self.transform(context, built);
        for key in ["transformers", "validators"] {
            for plugin in self.plugins(context, key) {
                let outcome = plugins::transform(context, self.folder, &plugin, &mut built.set);
                keep(context, outcome);
                drop_deleted(&mut built.set);
            }
        }
        self.unsupported(context);
    }

    /// A file of objects, or a folder with a kustomization.
    fn resource(&self, context: &mut Context<'_>, path: &Value, built: &mut Built) {
        let text = path.as_text().unwrap_or_default();
        let place = &path.place;
        let file = match Context::resolve(self.folder, text, place) {
            Ok(file) => file,
            Err(problem) => {
                built.set.is_partial |= problem.is(&rules::KUSTOMIZE_REMOTE);
                context.problems.push(*problem);
                return;
            }
        };
        if !context.files.is_file(&file) {
            let outcome = self
                .folder_of(context, path)
                .and_then(|folder| self.inner(context, &folder, path, built, false));
            keep(context, outcome);
            return;
        }
        let source = match context.text(self.folder, text, place) {
            Ok(source) => source,
            Err(problem) => {
                context.problems.push(*problem);
                return;
            }
        };
        let (objects, problems) = read::objects(&source, &context.files.parsed(&source));
        for problem in &problems {
            context.problems.push(problem.clone());
        }
        for object in objects {
            let mut resource = Resource::new(object);
            resource.origin = self.origin(&format!("path: {}\n", self.seen(text)));
            keep(context, built.set.append(resource));
        }
    }

    /// A path as the outermost kustomization sees it.
    fn seen(&self, path: &str) -> String {
        let path = path.strip_prefix("./").unwrap_or(path);
        let whole = format!("{}/{path}", self.origin);
        let whole = whole.trim_start_matches('/');
        path::join("", whole).unwrap_or_else(|| whole.to_owned())
    }

    fn origin(&self, text: &str) -> Option<String> {
        (!self.metadata.items().is_empty()).then(|| text.to_owned())
    }

    /// The folder that a kustomization names.
    fn folder_of(&self, context: &Context<'_>, path: &Value) -> Result<String, Box<Diagnostic>> {
        let text = path.as_text().unwrap_or_default();
        let place = &path.place;
        let folder = Context::resolve(self.folder, text, place)?;
        if path::is_ambiguous(text) {
            let message = format!("a step of `{text}` has `..` in its name");
            return Err(invalid(message, place));
        }
        if text.is_empty() || !context.files.is_folder(&folder) {
            let message = format!("there is no file and no folder `{folder}`");
            let problem = rules::KUSTOMIZE_MISSING.report(message);
            return Err(Box::new(placed(problem, place)));
        }
        Ok(folder)
    }

    /// Another kustomization: its objects are added, or as a component it changes what is there.
    fn inner(
        &self,
        context: &mut Context<'_>,
        folder: &str,
        path: &Value,
        built: &mut Built,
        component: bool,
    ) -> Result<(), Box<Diagnostic>> {
        let place = &path.place;
        context.enter(folder, place)?;
        let outcome = self.entered(context, folder, path, built, component);
        context.leave();
        outcome
    }

    fn entered(
        &self,
        context: &mut Context<'_>,
        folder: &str,
        path: &Value,
        built: &mut Built,
        component: bool,
    ) -> Result<(), Box<Diagnostic>> {
        let place = &path.place;
        let loaded = match load(context.files, folder) {
            Ok(loaded) => loaded,
            Err(problems) => {
                for problem in problems {
                    context.problems.push(problem);
                }
                return Ok(());
            }
        };
        let Some((file, own)) = loaded else {
            let message = format!("the folder `{folder}` has no `kustomization.yaml`");
            let problem = rules::KUSTOMIZE_MISSING.report(message);
            return Err(Box::new(placed(problem, place)));
        };
        context.read.insert(file.clone());
        let Some(kustomization) = check(context, &own, Reader::Kustomize) else {
            return Ok(());
        };
        let kind = kustomization.get("kind").and_then(Value::as_text);
        if component != (kind == Some("Component")) {
            let message = if component {
                format!("`{folder}` is no component: it belongs to `resources`")
            } else {
                format!("`{folder}` is a component: it belongs to `components`")
            };
            return Err(invalid(message, place));
        }
        let name = file.rsplit('/').next().unwrap_or_default();
        let target = Target {
            folder,
            file: name,
            origin: self.seen(path.as_text().unwrap_or_default()),
            metadata: self.metadata.clone(),
            kustomization: &kustomization,
        };
        if component {
            target.accumulate(context, built);
            return Ok(());
        }
        let mut inner = Built::default();
        target.accumulate(context, &mut inner);
        built.set.is_partial |= inner.set.is_partial;
        for resource in std::mem::take(inner.set.change()) {
            keep(context, built.set.append(resource));
        }
        { built.more.merge(&inner.more) }.map_err(|message| invalid(message, place))
    }

    fn configuration(
        &self,
        context: &mut Context<'_>,
        path: &Value,
    ) -> Result<Config, Box<Diagnostic>> {
        let value = self.file(context, path)?;
        Config::read(&value).map_err(|message| invalid(message, &path.place))
    }

    /// The first document of a file.
    pub(super) fn file(
        &self,
        context: &mut Context<'_>,
        path: &Value,
    ) -> Result<Value, Box<Diagnostic>> {
        let source = context.text(self.folder, path.as_text().unwrap_or_default(), &path.place)?;
        let (mut documents, problems) = value::documents(&source, Dialect::Kubernetes);
        if let Some(problem) = problems.iter().find(|problem| problem.is_error()) {
            return Err(Box::new(problem.clone()));
        }
        if documents.is_empty() {
            return Ok(Value::default());
        }
        Ok(documents.remove(0))
    }

    fn generate(&self, context: &mut Context<'_>, built: &mut Built) {
        let global = self.kustomization.get("generatorOptions");
        for (key, kind, plugin) in [
            ("configMapGenerator", "ConfigMap", "ConfigMapGenerator"),
            ("secretGenerator", "Secret", "SecretGenerator"),
        ] {
            for entry in self.list(key) {
                let outcome = generate::generate(context, self.folder, kind, entry, global);
                let outcome = outcome.and_then(|mut resource| {
                    resource.origin = self.origin(&format!(
                        "configuredIn: {}\nconfiguredBy:\n  apiVersion: builtin\n  kind: {plugin}\n",
                        self.seen(self.file),
                    ));
                    built.set.absorb(resource)
                });
                keep(context, outcome);
            }
        }
    }

    /// The objects of `generators`, `transformers` or `validators`.
    fn plugins(&self, context: &mut Context<'_>, key: &str) -> Vec<Resource> {
        let mut all = Built::default();
        for entry in self.list(key) {
            match plugins::inline(entry) {
                Some(found) => {
                    for resource in found {
                        keep(context, all.set.append(resource));
                    }
                }
                None => self.resource(context, entry, &mut all),
            }
        }
        std::mem::take(all.set.change())
    }
}

pub(super) fn drop_deleted(set: &mut Set) {
    if set.items.iter().any(Resource::is_deleted) {
        set.change().retain(|resource| !resource.is_deleted());
    }
}

pub(super) fn keep(context: &mut Context<'_>, outcome: Result<(), Box<Diagnostic>>) {
    if let Err(problem) = outcome {
        context.problems.push(*problem);
    }
}
