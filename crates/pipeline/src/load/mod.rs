//! The only reader: everything that a run depends on, before anything is decided.

pub mod layout;

use std::sync::OnceLock;

use camino::Utf8Path;
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use render::makejinja;
use repository::View;
use repository::names::TIDIED;
use tree::RelPath;
use vault::identities::{self, KeyFiles, Offered};

use crate::gathered::Gathered;
use crate::plugin;
use crate::rules;
use crate::templates::{CONFIG, Files, OVERRIDES, eject};

/// The settings of a repository's own templates.
const MAKEJINJA: &str = "makejinja.toml";

/// What the environment says; the program reads it and passes it in.
#[derive(Clone, Default)]
pub struct Environment {
    /// Where identities come from, beside the repository's own.
    pub keys: Offered,
    /// How a repository's own plugin is run.
    pub plugin: plugin::Settings,
    /// What tells this build of the program from every other; nothing is cached where it is
    /// empty.
    pub build: String,
}

/// Everything read from a repository, as text or bytes; nothing is interpreted yet.
pub struct Inputs {
    /// The repository.
    pub view: View<'static>,
    /// `cluster.yaml`.
    pub cluster: Source,
    /// `nodes.yaml`.
    pub nodes: Source,
    /// `templates/variables.yaml`.
    pub variables: Option<Source>,
    /// The repository's `versions.yaml`.
    pub versions: Option<Source>,
    /// The repository's own templates, where it has `templates/config`.
    pub own: Option<OwnTemplates>,
    /// `templates/overrides`.
    pub overrides: Files,
    /// Keys beside the configuration.
    pub keys: KeyFiles,
    /// Further texts that hold identities, from the environment.
    pub identities: Vec<Source>,
    /// `.sops.yaml` as it is on disk.
    pub creation_rules: Option<Source>,
    /// How the repository's own plugin is run.
    pub plugin: plugin::Settings,
    /// What tells this build of the program from every other.
    pub build: String,
    /// Rules that the repository silences.
    pub(crate) silenced: Vec<String>,
    /// What is rendered, once somebody asked.
    pub(crate) gathered: OnceLock<Gathered>,
}

impl Inputs {
    /// Where the repository is on a disk, for programs that are started there.
    pub(crate) fn root(&self) -> &Utf8Path {
        self.view.root().unwrap_or(".".into())
    }

    /// The text of the repository's own plugin.
    pub(crate) fn own_plugin(&self) -> Option<&Source> {
        self.own.as_ref()?.plugin.as_ref()
    }
}

/// Templates that a repository has instead of the built-in set.
pub struct OwnTemplates {
    /// What `makejinja.toml` says of them.
    pub config: makejinja::Config,
    /// The files of its inputs.
    pub files: makejinja::Files,
    /// Whether the repository has a `makejinja.toml`; else names are as strict as those of
    /// the built-in set.
    pub has_settings: bool,
    /// Its data files beside `cluster.yaml` and `nodes.yaml`.
    pub data: makejinja::Files,
    /// The text of its Python plugin.
    pub plugin: Option<Source>,
}

impl OwnTemplates {
    /// Whether `nodes.yaml` is among the data that they are rendered from.
    fn reads_nodes(&self) -> bool {
        let data = &self.config.data;
        !self.has_settings || data.iter().any(|path| path.value.ends_with("nodes.yaml"))
    }
}

/// What `makejinja.toml` would say, where a repository with its own templates has none.
const DEFAULT_MAKEJINJA: &str = r##"[makejinja]
inputs = ["templates/overrides", "templates/config"]
output = "."
data = ["cluster.yaml", "nodes.yaml"]
import_paths = ["templates/scripts"]
loaders = ["plugin:Plugin"]
exclude_patterns = ["**/*.partial.yaml.j2"]
jinja_suffix = ".j2"
[makejinja.delimiter]
block_start = "#%"
block_end = "%#"
comment_start = "#|"
comment_end = "#|"
variable_start = "#{"
variable_end = "}#"
"##;

/// Why there is nothing to load.
#[derive(Debug)]
pub enum Missing {
    /// There is no `cluster.yaml`.
    NoConfiguration,
    /// `template tidy` archived templates and configuration.
    Tidied,
}

/// Reads a repository.
///
/// # Errors
///
/// [`Missing`] where there is no configuration. Files that cannot be read are problems.
pub fn load(
    view: &View<'static>,
    environment: &Environment,
) -> Result<(Inputs, Diagnostics), Missing> {
    if view.exists(TIDIED) {
        return Err(Missing::Tidied);
    }
    if ["cluster.yaml", "cluster.sops.yaml"]
        .iter()
        .all(|path| !view.exists(path))
    {
        return Err(Missing::NoConfiguration);
    }
    let mut problems = Diagnostics::new();
    let mut reader = Reader {
        view,
        problems: &mut problems,
    };
    let (keys, found) = identities::read(view, &environment.keys);
    reader.problems.extend(found);
    let cluster = reader.configuration("cluster", &keys, &environment.keys);
    let variables = reader.optional("templates/variables.yaml");
    let versions = reader.optional("versions.yaml");
    let creation_rules = reader.optional(".sops.yaml");
    let own = reader.own_templates();
    // Other templates may be fed from one file.
    let sealed = view.exists("nodes.sops.yaml");
    let nodes = if sealed || own.as_ref().is_none_or(OwnTemplates::reads_nodes) {
        reader.configuration("nodes", &keys, &environment.keys)
    } else {
        let nodes = reader.optional("nodes.yaml");
        nodes.unwrap_or_else(|| Source::new("nodes.yaml", ""))
    };
    let (overrides, found) = view.files(OVERRIDES);
    problems.extend(found);
    let (declarations, _) = config_model::declarations(variables.as_ref());
    problems.silence(declarations.silenced());
    let inputs = Inputs {
        view: view.clone(),
        cluster,
        nodes,
        variables,
        versions,
        own,
        overrides,
        keys,
        identities: environment.keys.identities.clone(),
        creation_rules,
        plugin: environment.plugin.clone(),
        build: environment.build.clone(),
        silenced: declarations.silenced().to_vec(),
        gathered: OnceLock::new(),
    };
    Ok((inputs, problems))
}

/// The recorded originals of ejected templates, and the copies that stand for them now.
pub fn ejected(view: &View<'_>) -> (Files, Files, Diagnostics) {
    let (bases, mut problems) = view.files(eject::BASES);
    let (mut copies, found) = view.files(CONFIG);
    problems.extend(found);
    let (overrides, found) = view.files(OVERRIDES);
    problems.extend(found);
    copies.extend(overrides);
    (bases, copies, problems)
}

/// The text of the first of the files that may hold the plugin, of those that `may_read`
/// allows; where a plugin is named and there is none, that is a warning: templates will miss
/// what it gives.
///
/// # Errors
///
/// One that is there and cannot be read.
pub(crate) fn plugin_text(
    view: &View<'_>,
    config: &makejinja::Config,
    may_read: impl Fn(&str) -> bool,
) -> Result<(Option<Source>, Option<Diagnostic>), Diagnostic> {
    let files = config.plugin_files();
    for path in files.iter().filter(|path| may_read(path)) {
        if !view.is_folder(path)
            && let Some(source) = view.text(path)?
        {
            return Ok((Some(source), None));
        }
    }
    let missing = config.plugins.first().map(|plugin| {
        let paths = config.import_paths.iter();
        let paths: Vec<_> = paths.map(|path| format!("`{path}`")).collect();
        rules::PLUGIN_NOT_FOUND
            .report(format!(
                "the plugin `{}` is not found in {}, so what it gives is missing",
                plugin.value,
                paths.join(" or ")
            ))
            .at(plugin.location.clone())
            .hint("put its file there; where nothing needs it any more, take it out of `loaders`")
    });
    Ok((None, missing))
}

/// Whether a repository renders with templates of its own.
pub(crate) fn has_own_templates(view: &View<'_>) -> bool {
    brings_templates(view, view.text(MAKEJINJA).ok().flatten().as_ref())
}

/// They lie in `templates/config`, or where `makejinja.toml` says.
fn brings_templates(view: &View<'_>, settings: Option<&Source>) -> bool {
    let config = settings.and_then(|source| makejinja::Config::read_templates(source).config);
    view.is_folder(CONFIG)
        || config.is_some_and(|config| {
            let mut inputs = config.inputs.iter().map(|input| input.value.as_str());
            inputs.any(|input| {
                input != OVERRIDES && RelPath::new(input).is_ok() && view.exists(input)
            })
        })
}

struct Reader<'a> {
    view: &'a View<'static>,
    problems: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// `cluster.yaml` or `nodes.yaml`; in its place the encrypted file that may be committed.
    fn configuration(&mut self, name: &str, keys: &KeyFiles, offered: &Offered) -> Source {
        let clear = format!("{name}.yaml");
        let sealed = format!("{name}.sops.yaml");
        let exists = |path: &str| self.view.exists(path);
        if !exists(&sealed) {
            return self.required(&clear);
        }
        if exists(&clear) {
            self.problems.push(
                rules::FILE_TWO_CONFIGURATIONS.report(format!("both `{clear}` and `{sealed}` exist; `{clear}` is used"),
                )
                .at(Location::file(clear.as_str()))
                .hint(format!(
                    "delete one of them; `ichor secrets encrypt --output {sealed} {clear}` makes `{sealed}` of `{clear}`"
                )),
            );
            return self.required(&clear);
        }
        let Some(encrypted) = self.optional(&sealed) else {
            return Source::new(sealed, "");
        };
        let (identities, problems) = identities::gather(keys, &offered.identities);
        self.problems.extend(problems);
        let file = secrets::File::new(&sealed, encrypted.text().as_bytes());
        match secrets::decrypt(&file, &identities) {
            Ok(decrypted) => Source::new(
                sealed.as_str(),
                String::from_utf8_lossy(&decrypted.content).as_ref(),
            ),
            Err(problems) => {
                self.problems.extend(problems);
                Source::new(sealed, "")
            }
        }
    }

    fn required(&mut self, path: &str) -> Source {
        self.optional(path).unwrap_or_else(|| {
            if !self.view.exists(path) {
                self.problems.push(
                    repository::rules::FILE_MISSING
                        .report(format!("`{path}` does not exist"))
                        .at(Location::file(path))
                        .hint("`ichor init` writes a commented sample"),
                );
            }
            Source::new(path, "")
        })
    }

    fn optional(&mut self, path: &str) -> Option<Source> {
        self.view.text(path).unwrap_or_else(|problem| {
            self.problems.push(problem);
            None
        })
    }

    fn named(&mut self, path: &str) -> Option<Source> {
        self.view.named_text(path).unwrap_or_else(|problem| {
            self.problems.push(problem);
            None
        })
    }

    fn folder(&mut self, path: &str) -> Files {
        let (files, problems) = self.view.files(path);
        self.problems.extend(problems);
        files
    }

    fn own_templates(&mut self) -> Option<OwnTemplates> {
        let settings = self.optional(MAKEJINJA);
        if !brings_templates(self.view, settings.as_ref()) {
            return None;
        }
        let has_settings = settings.is_some();
        let source = settings.unwrap_or_else(|| Source::new(MAKEJINJA, DEFAULT_MAKEJINJA));
        let read = makejinja::Config::read_templates(&source);
        self.problems.extend(read.diagnostics);
        let config = read.config?;
        let mut files = makejinja::Files::default();
        for input in config.inputs.iter().map(|input| input.value.as_str()) {
            self.input(input, &mut files);
        }
        let mut data = makejinja::Files::default();
        for path in config.data.iter().map(|path| path.value.as_str()) {
            self.data(path, &mut data);
        }
        let plugin = self.plugin(&config, has_settings);
        Some(OwnTemplates {
            config,
            files,
            has_settings,
            data,
            plugin,
        })
    }

    /// The plugin that the settings name, which are written down if `is_named`. Nothing is read
    /// outside the repository.
    fn plugin(&mut self, config: &makejinja::Config, is_named: bool) -> Option<Source> {
        match plugin_text(self.view, config, |path| RelPath::new(path).is_ok()) {
            Ok((source, notes)) => {
                self.problems.extend(notes.filter(|_| is_named));
                source
            }
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    /// A data file, or all of a folder. `cluster.yaml` and `nodes.yaml` are read as they are
    /// read elsewhere, and nothing is read outside the repository.
    fn data(&mut self, path: &str, data: &mut makejinja::Files) {
        if matches!(path, "cluster.yaml" | "nodes.yaml") || RelPath::new(path).is_err() {
            return;
        }
        if self.view.is_folder(path) {
            data.folder(path, 0o755);
            for (name, file) in self.folder(path) {
                data.file(&format!("{path}/{name}"), file.content, file.mode);
            }
        } else if let Some(source) = self.named(path) {
            data.file(path, source.text().as_bytes(), 0o644);
        }
    }

    /// Reads one folder or file that `makejinja.toml` names. Outside the repository nothing
    /// is read.
    fn input(&mut self, input: &str, files: &mut makejinja::Files) {
        if RelPath::new(input).is_err() {
            self.problems.push(
                rules::MAKEJINJA_INPUT_OUTSIDE
                    .report(format!("the input `{input}` is not inside the repository"))
                    .at(Location::file(MAKEJINJA)),
            );
            return;
        }
        if !self.view.is_folder(input) {
            // git keeps no empty folders, and overrides are laid over the set in any case.
            if input == OVERRIDES {
                files.folder(input, 0o755);
            }
            return;
        }
        files.folder(input, 0o755);
        for (path, file) in self.folder(input) {
            files.file(&format!("{input}/{path}"), file.content, file.mode);
        }
    }
}
