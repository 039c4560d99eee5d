//! `makejinja.toml` as a value.

use std::collections::BTreeMap;

use diagnostics::{Diagnostics, Location, Severity, Source};
use toml::de::DeTable;

use super::files::{join, normalise};
use super::jinja::options;
use super::settings::{Located, Setting, Settings};
use crate::options::Options;
use crate::rules;

/// What a `makejinja.toml` says, with makejinja's defaults for what it does not.
///
/// Paths are relative to its folder, `/` between parts, without `.` and `..` where these can
/// be resolved; only an absolute one starts with `/`, and the folder itself is `""`.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are the options of the file"
)]
pub struct Config {
    /// Template folders and single templates, in order.
    pub inputs: Vec<Located<String>>,
    /// Folder that the outputs go to, or the one output file.
    pub output: Located<String>,
    /// Which files below a template folder are looked at.
    pub include_patterns: Vec<Located<String>>,
    /// Which of them are left out.
    pub exclude_patterns: Vec<Located<String>>,
    /// End of the name of a template, with its dot; if empty, every file is one.
    pub jinja_suffix: String,
    /// Whether outputs keep that suffix.
    pub keep_jinja_suffix: bool,
    /// Whether outputs take over permissions and times of their templates.
    pub copy_metadata: bool,
    /// Data files and folders of data files, in order.
    pub data: Vec<Located<String>>,
    /// Values set over those of the files, by their dotted names.
    pub data_vars: Vec<(String, Located<String>)>,
    /// Data files for one template each, by its name.
    pub file_data: Vec<(String, Vec<Located<String>>)>,
    /// Plugins, in the order in which makejinja would load them.
    pub plugins: Vec<Located<String>>,
    /// Folders that their modules are in.
    pub import_paths: Vec<String>,
    /// Whether outputs that exist are written again.
    pub force: bool,
    /// Whether nothing is said about what is done.
    pub quiet: bool,
    options: Options,
}

/// What reading a configuration gives.
#[derive(Debug)]
pub struct Read {
    /// The configuration, unless something is wrong with it.
    pub config: Option<Config>,
    /// All errors, warnings and notes.
    pub diagnostics: Diagnostics,
}

impl Config {
    /// Reads a `makejinja.toml`, and the variables `MAKEJINJA_…`, which override it.
    ///
    /// Errors have the rules `makejinja/syntax`, `…/unknown-key`, `…/wrong-type`,
    /// `…/unknown-value`, `…/missing-key`, `…/refused-key`, `…/unknown-extension`.
    pub fn read(source: &Source, environment: &BTreeMap<String, String>) -> Read {
        Self::read_for(source, environment, Severity::Error)
    }

    /// As [`Config::read`] for those who take inputs, patterns and [`Config::options`] only:
    /// what they do not carry out is a warning, `output` need not be set.
    pub fn read_templates(source: &Source) -> Read {
        Self::read_for(source, &BTreeMap::new(), Severity::Warning)
    }

    fn read_for(
        source: &Source,
        environment: &BTreeMap<String, String>,
        refusal: Severity,
    ) -> Read {
        let (document, errors) = DeTable::parse_recoverable(source.text());
        if !errors.is_empty() {
            let diagnostics = errors.iter().map(|error| {
                let place = error
                    .span()
                    .map_or_else(|| source.whole(), |span| source.location(span));
                rules::MAKEJINJA_SYNTAX
                    .report(error.message().replace('\n', ", "))
                    .at(place)
            });
            return Read {
                config: None,
                diagnostics: diagnostics.collect(),
            };
        }
        let mut settings = Settings::new(source, document.get_ref(), environment);
        refuse(&mut settings, refusal);
        let config = read_all(&mut settings, source);
        if refusal == Severity::Error && settings.find("output").is_none() {
            settings.diagnostics.push(
                rules::MAKEJINJA_MISSING_KEY
                    .report("`output` is not set")
                    .at(source.whole())
                    .hint("set `output` below `[makejinja]` to the folder that the files go to"),
            );
        }
        Read {
            config: (!settings.diagnostics.has_errors()).then_some(config),
            diagnostics: settings.diagnostics,
        }
    }

    /// How the templates are read and rendered.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The files that may hold the plugins, relative to the repository: a module of each
    /// name in each of the import paths.
    pub fn plugin_files(&self) -> Vec<String> {
        let module = |plugin: &Located<String>| {
            let (module, _) = plugin
                .value
                .split_once(':')
                .unwrap_or_else(|| plugin.value.rsplit_once('.').unwrap_or((&plugin.value, "")));
            module.replace('.', "/")
        };
        let modules = self.plugins.iter().map(module);
        modules
            .flat_map(|module| {
                let paths = self.import_paths.iter();
                paths.flat_map(move |path| {
                    // A package goes before a module, as in Python.
                    ["/__init__.py", ".py"].map(|end| join(path, &format!("{module}{end}")))
                })
            })
            .collect()
    }

    /// Everything that has to be read before a [`run`](super::run): inputs and data, files
    /// and folders, whether they exist or not.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let of_templates = self.file_data.iter().flat_map(|(_, files)| files);
        self.inputs
            .iter()
            .chain(&self.data)
            .chain(of_templates)
            .map(|path| path.value.as_str())
    }
}

fn read_all(settings: &mut Settings<'_>, source: &Source) -> Config {
    let inputs = paths(settings, "inputs");
    let data = paths(settings, "data");
    let output = settings.text("output").map(resolved);
    let mut plugins = settings.texts("plugins").unwrap_or_default();
    plugins.extend(settings.texts("loaders").unwrap_or_default());
    let import_paths = settings.texts("import_paths").map_or_else(
        || vec![String::new()],
        |paths| {
            let values = paths.iter().map(|path| normalise(&path.value));
            values.collect()
        },
    );
    Config {
        inputs,
        include_patterns: settings.texts("include_patterns").unwrap_or_else(|| {
            vec![Located {
                value: "**/*".to_owned(),
                location: source.whole(),
            }]
        }),
        exclude_patterns: settings.texts("exclude_patterns").unwrap_or_default(),
        jinja_suffix: settings
            .text("jinja_suffix")
            .map_or_else(|| ".jinja".to_owned(), |suffix| suffix.value),
        keep_jinja_suffix: settings.flag("keep_jinja_suffix", false),
        copy_metadata: settings.flag("copy_metadata", false),
        data,
        data_vars: data_vars(settings),
        file_data: file_data(settings),
        plugins,
        import_paths,
        force: settings.flag("force", false),
        quiet: settings.flag("quiet", false),
        options: options(settings),
        output: output.unwrap_or_else(|| Located {
            value: String::new(),
            location: source.whole(),
        }),
    }
}

/// Options that this program does not carry out, each for its reason.
fn refuse(settings: &mut Settings<'_>, severity: Severity) {
    if settings.flag("clean", false) {
        let place = settings.location("clean");
        push_refusal(
            settings,
            severity,
            place,
            "`clean` would remove the whole output folder before rendering",
            "remove `clean`; what is to go can be removed by hand",
        );
    }
    for path in ["exec_pre", "exec_post"] {
        let place = settings.location(path);
        if settings.texts(path).is_some_and(|list| !list.is_empty()) {
            push_refusal(
                settings,
                severity,
                place,
                &format!("`{path}` would run shell commands"),
                "remove it, and run the commands yourself before or after",
            );
        }
    }
    if let Some(setting) = settings.find("settings") {
        let place = settings.place(&setting);
        if matches!(setting, Setting::Environment(_, text) if !text.is_empty()) {
            push_refusal(
                settings,
                severity,
                Some(place),
                "`MAKEJINJA_SETTINGS` names further configuration files",
                "unset it, and put all settings into one `makejinja.toml`",
            );
        }
    }
}

fn push_refusal(
    settings: &mut Settings<'_>,
    severity: Severity,
    place: Option<Location>,
    why: &str,
    hint: &str,
) {
    let mut problem = rules::MAKEJINJA_REFUSED_KEY
        .report_as(severity, why)
        .hint(hint);
    problem.location = place;
    settings.diagnostics.push(problem);
}

fn data_vars(settings: &mut Settings<'_>) -> Vec<(String, Located<String>)> {
    let mut variables = Vec::new();
    for (name, value) in settings.table("data_vars") {
        if let Some(text) = settings.text_of(&format!("data_vars.{name}"), value) {
            variables.push((name, text));
        }
    }
    variables
}

fn file_data(settings: &mut Settings<'_>) -> Vec<(String, Vec<Located<String>>)> {
    let mut files = Vec::new();
    for (name, value) in settings.table("file_data") {
        if let Some(list) = settings.texts_of(&format!("file_data.{name}"), value) {
            files.push((name, list.into_iter().map(resolved).collect()));
        }
    }
    files
}

fn paths(settings: &mut Settings<'_>, path: &str) -> Vec<Located<String>> {
    let list = settings.texts(path).unwrap_or_default();
    list.into_iter().map(resolved).collect()
}

fn resolved(path: Located<String>) -> Located<String> {
    Located {
        value: normalise(&path.value),
        location: path.location,
    }
}
