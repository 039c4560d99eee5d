//! One run of makejinja, from files in memory to files in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use diagnostics::{Diagnostics, Severity};
use secrecy::SecretString;
use tree::{RelPath, Rendered, Tree};

use super::config::Config;
use super::data::{load, load_for_template};
use super::files::{Existing, Files, suffix};
use super::select::Selection;
use crate::rules;
use crate::{Context, Credentials, Data, Reading, TemplateSet};

/// What stands in for the Python plugin of a repository of the family.
#[derive(Clone, Default)]
pub struct Plugin {
    /// Values that the plugin derives, over those of the data files.
    pub values: Vec<(String, Data)>,
    /// What its functions give.
    pub credentials: Credentials,
    /// Names that only the plugin could give a meaning, and why it does not.
    pub withheld: Vec<(String, crate::plugin::Exception)>,
    /// The time of the run, for `current_datetime()`.
    pub now: Option<String>,
    /// A running plugin, asked for what is not built in.
    pub running: Option<Arc<dyn crate::plugin::Plugin>>,
    /// Texts that no message may show.
    pub secrets: Vec<SecretString>,
}

/// The values of all data files of a configuration, as plugins and templates get them.
pub fn data(config: &Config, files: &Files) -> (Vec<(String, Data)>, Diagnostics) {
    let mut problems = Diagnostics::new();
    let values = load(config, files, &mut problems);
    (values.into_iter().collect(), problems)
}

/// What a run gives: nothing is written yet.
pub struct Run {
    /// Folder that all paths here are relative to, relative to that of `makejinja.toml`.
    pub output: String,
    /// The files to write.
    pub tree: Tree<Rendered>,
    /// Outputs that are not written because nothing but white space came out. What is there
    /// of them stays.
    pub empty: Vec<RelPath>,
    /// Outputs that exist and stay because `force` is off.
    pub kept: Vec<String>,
    /// Folders to make even where nothing is in them; the deepest last.
    pub folders: Vec<Folder>,
    /// The file of each output whose times the output takes over, by output.
    pub times: BTreeMap<String, String>,
    /// Warnings and notes.
    pub diagnostics: Diagnostics,
}

/// A folder of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its path.
    pub path: String,
    /// The folder whose permissions and times it takes over, with `copy_metadata`.
    pub like: Option<(String, u32)>,
}

/// Does what `makejinja` does with this configuration.
///
/// `root` is the absolute path of the folder of `makejinja.toml`, `environment` what the
/// templates get as `env`. Where the configuration names plugins, `plugin` takes their place.
///
/// # Errors
///
/// All problems of inputs, patterns, data files and templates.
pub fn run(
    config: &Config,
    root: &str,
    files: &Files,
    existing: &Existing,
    environment: &BTreeMap<String, String>,
    plugin: Option<Plugin>,
) -> Result<Run, Diagnostics> {
    let mut problems = Diagnostics::new();
    let values = load(config, files, &mut problems);
    let selection = match config.select(root, files, existing) {
        Ok(selection) => selection,
        Err(found) => {
            problems.extend(found);
            return Err(problems);
        }
    };
    problems.extend(selection.warnings.iter().cloned());
    let templates = with_file_data(config, &selection.templates, files, &mut problems);
    if problems.has_errors() {
        return Err(problems);
    }
    let mut builder = Context::builder();
    for (name, value) in values {
        builder = builder.set(name, value);
    }
    builder = builder.set("env", environment_data(environment));
    if !config.plugins.is_empty()
        && let Some(plugin) = plugin
    {
        for (name, value) in plugin.values {
            builder = builder.set(name, value);
        }
        builder = builder.credentials(plugin.credentials);
        for (name, why) in plugin.withheld {
            builder = builder.withhold(name, why);
        }
        if let Some(now) = plugin.now {
            builder = builder.now(now);
        }
        if let Some(running) = plugin.running {
            builder = builder.plugin(running);
        }
        for secret in plugin.secrets {
            builder = builder.secret(secret);
        }
    }
    let output = match Reading::new(templates, config.options().clone()).render(&builder.build()) {
        Ok(output) => output,
        Err(found) => {
            problems.extend(found);
            return Err(problems);
        }
    };
    Ok(Run {
        folders: folders(config, &selection),
        times: times(config, &selection, &output.tree),
        output: selection.output,
        kept: selection.kept.into_iter().collect(),
        tree: output.tree,
        empty: output.empty,
        diagnostics: problems,
    })
}

/// `env`: a copy of the environment, as a map.
fn environment_data(environment: &BTreeMap<String, String>) -> Data {
    Data::Map(
        environment
            .iter()
            .map(|(name, value)| (Data::from(name.as_str()), Data::from(value.as_str())))
            .collect(),
    )
}

fn with_file_data(
    config: &Config,
    templates: &TemplateSet,
    files: &Files,
    problems: &mut Diagnostics,
) -> TemplateSet {
    TemplateSet::new(templates.iter().cloned().map(|mut template| {
        let listed = config
            .file_data
            .iter()
            .find(|(name, _)| *name == template.name);
        if let Some((_, listed)) = listed
            && template.role == crate::Role::Render
        {
            for path in listed {
                let known = matches!(suffix(&path.value), ".yaml" | ".yml" | ".toml" | ".json");
                if !known || !files.is_file(&path.value) {
                    problems.push(
                        rules::MAKEJINJA_MISSING_PATH
                            .report_as(
                                Severity::Warning,
                                format!("`{}` does not exist or is no data file", path.value),
                            )
                            .at(path.location.clone()),
                    );
                }
            }
            let values = load_for_template(listed, files, problems);
            template.data = Some(Arc::new(values));
        }
        template
    }))
}

/// With `keep_empty` every folder is made; otherwise makejinja removes the empty ones again.
fn folders(config: &Config, selection: &Selection) -> Vec<Folder> {
    let keep = config.options().keep_empty;
    selection
        .folders
        .iter()
        .filter(|_| keep || config.copy_metadata)
        .filter(|(path, _)| keep || has_output(selection, path))
        .map(|(path, like)| Folder {
            path: path.clone(),
            like: config.copy_metadata.then(|| like.clone()),
        })
        .collect()
}

fn has_output(selection: &Selection, folder: &str) -> bool {
    let prefix = format!("{folder}/");
    selection
        .sources
        .range(prefix.clone()..)
        .next()
        .is_some_and(|(output, _)| output.starts_with(&prefix))
}

/// Copied files always take over the times of their source, rendered ones with
/// `copy_metadata`.
fn times(
    config: &Config,
    selection: &Selection,
    written: &Tree<Rendered>,
) -> BTreeMap<String, String> {
    let rendered: BTreeSet<&str> = selection
        .templates
        .iter()
        .filter(|template| template.role == crate::Role::Render)
        .map(|template| template.output.as_str())
        .collect();
    selection
        .sources
        .iter()
        .filter(|(output, _)| written.get(output).is_some())
        .filter(|(output, _)| config.copy_metadata || !rendered.contains(output.as_str()))
        .map(|(output, source)| (output.clone(), source.clone()))
        .collect()
}
