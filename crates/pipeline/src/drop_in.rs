//! `render`: what makejinja does with a `makejinja.toml`, from disk to disk.
//!
//! Unlike `configure` this owns nothing, prunes nothing and protects no edits: it is for those
//! who run makejinja today and change one thing at a time.

use std::collections::BTreeMap;

use camino::Utf8Path;
use config_model::{Input, PluginUse, Templates};
use diagnostics::{Diagnostic, Diagnostics, Severity, Source};
use render::makejinja::{self, Config, Existing, Files, Plugin, Run};
use render::{Analysis, Data};
use secrecy::SecretString;
use tree::{Mode, WriteOptions};

use crate::gather::used_and_given;
use crate::load::{self, Environment};
use crate::model;
use crate::plugin::{self, Needs, Outcome, Withheld};
use crate::rules;
use repository::write::{self, REPLACING};
use repository::{Batch, Kind, View};
use vault::identities;

/// What a run did.
pub struct Rendered {
    /// Files written, relative to the repository, sorted.
    pub written: Vec<String>,
    /// Files that held the rendered bytes already.
    pub unchanged: usize,
    /// Warnings and notes.
    pub diagnostics: Diagnostics,
}

/// Reads `makejinja.toml` of a folder, renders, and writes the outputs.
///
/// # Errors
///
/// All problems; nothing is written then, unless the disk itself refuses half-way.
pub fn run(
    root: &Utf8Path,
    settings: &Source,
    environment: &Environment,
    variables: &BTreeMap<String, String>,
) -> Result<Rendered, Diagnostics> {
    let read = Config::read(settings, variables);
    let mut problems = read.diagnostics;
    let Some(config) = read.config else {
        return Err(problems);
    };
    let absolute = repository::real(root).unwrap_or_else(|| root.to_owned());
    let view = View::on_disk(&*absolute);
    let mut files = Files::default();
    for path in config.paths() {
        collect(&view, path, &mut files, &mut problems);
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let existing = existing(&view, &config.output.value);
    let mut withheld = Withheld::default();
    let plugin = if config.plugins.is_empty() {
        None
    } else {
        let family = Family {
            view: &view,
            root: &absolute,
            config: &config,
            files: &files,
            existing: &existing,
            environment,
        };
        match family.plugin() {
            Ok((plugin, missing, found)) => {
                withheld = missing;
                problems.extend(found);
                Some(plugin)
            }
            Err(found) => {
                problems.extend(found);
                return Err(problems);
            }
        }
    };
    let run = makejinja::run(
        &config,
        absolute.as_str(),
        &files,
        &existing,
        variables,
        plugin,
    )
    .map_err(|found| {
        let mut all = problems.clone();
        all.extend(withheld.told(found));
        all
    })?;
    problems.extend(run.diagnostics.iter().cloned());
    let (written, unchanged) = write(&absolute, &run)?;
    Ok(Rendered {
        written,
        unchanged,
        diagnostics: problems,
    })
}

/// Reads a file, or everything below a folder; what does not exist is reported by the run.
fn collect(view: &View<'_>, path: &str, files: &mut Files, problems: &mut Diagnostics) {
    let Some(found) = view.find(path).filter(|found| found.kind != Kind::Nothing) else {
        return;
    };
    if found.kind == Kind::Folder {
        files.folder(path, found.mode);
        let (found, faults) = view.files(path);
        problems.extend(faults);
        for (name, file) in found {
            files.file(&format!("{path}/{name}"), file.content, file.mode);
        }
    } else {
        match view.bytes(path) {
            Ok(content) => files.file(path, content.unwrap_or_default(), found.mode),
            Err(problem) => problems.push(problem),
        }
    }
}

/// A repository whose `makejinja.toml` names a plugin, as those of the family do.
struct Family<'a> {
    view: &'a View<'static>,
    root: &'a Utf8Path,
    config: &'a Config,
    files: &'a Files,
    existing: &'a Existing,
    environment: &'a Environment,
}

impl Family<'_> {
    /// What the plugin would give: values from the model, what the key files hold, and for the
    /// rest the plugin itself.
    fn plugin(&self) -> Result<(Plugin, Withheld, Diagnostics), Diagnostics> {
        let mut problems = Diagnostics::new();
        let (keys, _) = identities::read(self.view, &self.environment.keys);
        let mut secrets = Vec::new();
        let mut ignored = Diagnostics::new();
        let mut plugin = Plugin {
            now: Some(repository::clock::now_without_zone()),
            credentials: model::keys(&keys, true, &mut secrets, &mut ignored),
            ..Plugin::default()
        };
        // Where these cannot be had, the run itself says why.
        let (data, _) = makejinja::data(self.config, self.files);
        let Ok(selection) = self
            .config
            .select(self.root.as_str(), self.files, self.existing)
        else {
            return Ok((plugin, Withheld::default(), problems));
        };
        let analysis = render::analyze(&selection.templates, self.config.options());
        let text = |path: &str| self.view.text(path).ok().flatten();
        let (source, missing) = load::plugin_text(self.view, self.config, |_| true)?;
        problems.extend(missing);
        let variables = text("templates/variables.yaml");
        let mut chosen = PluginUse::Unsaid;
        if let (Some(cluster), Some(nodes)) = (text("cluster.yaml"), text("nodes.yaml")) {
            let parsed = config_model::parse(&Input {
                cluster: &cluster,
                nodes: &nodes,
                variables: variables.as_ref(),
                templates: Templates::Own,
                used: Some(&used_and_given(&analysis, source.as_ref())),
            });
            secrets.extend(parsed.secrets);
            chosen = parsed.declarations.plugin();
            // Nothing is checked here: what keeps a value from being derived is a warning.
            problems.extend(parsed.diagnostics.into_iter().filter_map(|mut problem| {
                let was_error = problem.is_error();
                problem.severity = Severity::Warning;
                was_error.then_some(problem)
            }));
            for (name, entry) in parsed.values.iter().flat_map(config_model::Values::iter) {
                // What the files set stays as makejinja reads it.
                let derived = entry.state() != config_model::State::Set
                    || matches!(name, "cloudflare_domains");
                if let Some(value) = entry.value().filter(|_| derived) {
                    plugin.values.push((name.to_owned(), Data::from(value)));
                }
            }
        }
        let mut withheld = Withheld::default();
        if let Some(source) = &source {
            withheld = self.ask(Asked {
                source,
                chosen,
                data: &data,
                analysis: &analysis,
                secrets: &secrets,
                plugin: &mut plugin,
                problems: &mut problems,
            })?;
        }
        plugin.secrets = secrets;
        Ok((plugin, withheld, problems))
    }

    /// Runs the plugin for what is not built in. That `makejinja.toml` names it says that it
    /// may run, as it says so to makejinja; at a terminal it is asked all the same.
    fn ask(&self, asked: Asked<'_>) -> Result<Withheld, Diagnostics> {
        let value = |name: &str| {
            let of = |list: &[(String, Data)]| {
                let found = list.iter().rfind(|(known, _)| known == name);
                found.map(|(_, value)| value.clone())
            };
            of(&asked.plugin.values).or_else(|| of(asked.data))
        };
        let needs = crate::own::needs(asked.analysis, asked.source, asked.chosen, &value);
        let unsaid = asked.chosen == PluginUse::Unsaid && !needs.is_empty();
        let mut chosen = asked.chosen;
        match &self.environment.plugin.confirm {
            Some(confirm) if unsaid && !confirm(&needs.question(asked.source.name())) => {
                chosen = PluginUse::Never;
            }
            None if unsaid => asked.problems.push(self.runs(&needs, asked.source)),
            _ => {}
        }
        let settings = plugin::Settings {
            allowed: true,
            ..self.environment.plugin.clone()
        };
        let given = plugin::ask(&plugin::Request {
            view: self.view,
            config: self.config,
            source: asked.source,
            chosen,
            settings: &settings,
            needs: &needs,
            data: asked.data,
            value: &value,
            analysis: asked.analysis,
            secrets: asked.secrets,
        })?;
        let mut withheld = Withheld::default();
        match given {
            Outcome::Given(given, notes) => {
                asked.problems.extend(notes);
                asked.plugin.values.extend(given.values);
                asked.plugin.running = Some(given.running);
                return Ok(withheld);
            }
            Outcome::Withheld(missing) => {
                asked.plugin.withheld.clone_from(&missing.names);
                withheld = missing;
            }
            Outcome::NotNeeded => {}
        }
        asked.problems.extend(plugin::path_filters(asked.source));
        Ok(withheld)
    }
}

impl Family<'_> {
    /// That the plugin runs, and for what.
    fn runs(&self, needs: &Needs, source: &Source) -> Diagnostic {
        let mut note = rules::PLUGIN_RUNS
            .report(format!(
                "Python runs `{}`, which gives {}",
                source.name(),
                needs.listed()
            ))
            .hint("`plugin: none` in `templates/variables.yaml` keeps it from running");
        note.location = self
            .config
            .plugins
            .first()
            .map(|plugin| plugin.location.clone());
        note
    }
}

/// What is known when the plugin is asked.
struct Asked<'a> {
    source: &'a Source,
    chosen: PluginUse,
    data: &'a [(String, Data)],
    analysis: &'a Analysis,
    secrets: &'a [SecretString],
    plugin: &'a mut Plugin,
    problems: &'a mut Diagnostics,
}

fn existing(view: &View<'_>, output: &str) -> Existing {
    let mut existing = Existing {
        output_is_file: view.is_file(output),
        output_is_folder: view.is_folder(output),
        ..Existing::default()
    };
    let output = Utf8Path::new(output);
    let mut open = vec![String::new()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = view.list(output.join(&folder)) else {
            continue;
        };
        for entry in entries {
            let path = match folder.as_str() {
                "" => entry.name,
                folder => format!("{folder}/{}", entry.name),
            };
            if entry.kind == Some(Kind::Folder) && path != ".git" {
                open.push(path);
            } else if entry.kind == Some(Kind::File)
                && let Some(found) = view.find(output.join(&path))
            {
                existing.files.insert(path, found.mode);
            }
        }
    }
    existing
}

fn write(root: &Utf8Path, run: &Run) -> Result<(Vec<String>, usize), Diagnostics> {
    let base = root.join(&run.output);
    let view = View::on_disk(&*base);
    let batch = Batch::open(&base)?;
    let mut problems = Diagnostics::new();
    for folder in &run.folders {
        problems.extend(batch.folder(&folder.path).err());
    }
    let mut written = Vec::new();
    let mut unchanged = 0;
    for (path, entry) in run.tree.iter() {
        let content = entry.content.as_bytes();
        if view
            .bytes(path.as_str())
            .is_ok_and(|bytes| bytes.as_deref() == Some(content))
        {
            unchanged += 1;
            continue;
        }
        let options = WriteOptions {
            mode: Some(Mode::new(entry.mode.bits())),
            ..REPLACING
        };
        match batch.stage(path.as_str(), content, options) {
            Ok(()) => written.push(path.to_string()),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    batch.commit()?;
    for path in &written {
        // Times are no content: where they cannot be set, the file is right all the same.
        if let Some(source) = run.times.get(path) {
            write::copy_times(&root.join(source), &base.join(path));
        }
    }
    Ok((written, unchanged))
}
