//! A repository's own Python plugin: whether it is needed, whether it may run, and what it
//! gives.
//!
//! makejinja runs such a plugin for every repository of the family. Here most of what it gives
//! is built in. For the rest it runs as it is: Python is started once a run, with a small
//! stand-in for the `makejinja` package, and asked over pipes.

mod merge;
mod needs;
mod process;
mod running;

use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use config_model::PluginUse;
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use render::makejinja::Config;
use render::plugin::{Answers, Exception, Plugin};
use render::{Analysis, Data};
use repository::View;
use secrecy::SecretString;

pub use needs::Needs;
pub use process::Printer;
use running::Running;

use crate::rules;

/// How long a plugin may take in a whole run, all its answers together.
pub const TIME_LIMIT: Duration = Duration::from_mins(1);

/// Puts a question that is answered with yes or no.
pub type Confirm = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// How a plugin is run.
#[derive(Clone, Default)]
pub struct Settings {
    /// The virtual environment in use (`VIRTUAL_ENV`), before the repository's `.venv`.
    pub virtual_environment: Option<Utf8PathBuf>,
    /// Other Pythons, in order; `python3` where none is named. One that lacks a package that
    /// the plugin imports gives way to the next.
    pub pythons: Vec<Utf8PathBuf>,
    /// Whether the user has allowed this run, where `templates/variables.yaml` says nothing.
    pub allowed: bool,
    /// Asks whoever sits at a terminal, where `render` would run the plugin and
    /// `templates/variables.yaml` says nothing; none where there is nobody.
    pub confirm: Option<Confirm>,
    /// Takes what the plugin prints, secrets masked.
    pub printer: Option<Printer>,
    /// How long it may take in all; [`TIME_LIMIT`] by default.
    pub time_limit: Option<Duration>,
}

/// What a plugin gave.
pub(crate) struct Given {
    /// To be asked for functions, filters and tests.
    pub(crate) running: Arc<dyn Plugin>,
    /// Values in the place of those that are there.
    pub(crate) values: Vec<(String, Data)>,
    /// Texts among them that no message may show.
    pub(crate) secrets: Vec<SecretString>,
    /// Names whose built-in values are used and that it computes otherwise, sorted; those of
    /// nodes as `nodes.key`.
    pub(crate) different: Vec<String>,
}

/// What became of the plugin.
pub(crate) enum Outcome {
    /// All that templates use is built in.
    NotNeeded,
    /// It runs; and what is worth knowing.
    Given(Given, Diagnostics),
    /// It does not.
    Withheld(Withheld),
}

/// What is missing where the plugin does not run.
#[derive(Default)]
pub(crate) struct Withheld {
    /// Names, each with what is said where a template comes to need it.
    pub(crate) names: Vec<(String, Exception)>,
    /// What is said of all of them then.
    all: Diagnostics,
}

/// Everything that a run of the plugin depends on.
pub(crate) struct Request<'a> {
    pub(crate) view: &'a View<'static>,
    pub(crate) config: &'a Config,
    /// The text of the plugin.
    pub(crate) source: &'a Source,
    /// What `templates/variables.yaml` says.
    pub(crate) chosen: PluginUse,
    pub(crate) settings: &'a Settings,
    /// Names that templates use and nothing built in gives.
    pub(crate) needs: &'a Needs,
    /// What makejinja would have read from the data files.
    pub(crate) data: &'a [(String, Data)],
    /// The value that a name has without the plugin.
    pub(crate) value: &'a dyn Fn(&str) -> Option<Data>,
    pub(crate) analysis: &'a Analysis,
    pub(crate) secrets: &'a [SecretString],
}

impl Request<'_> {
    /// The folder that the plugin runs in.
    pub(crate) fn root(&self) -> &Utf8Path {
        self.view.root().unwrap_or(".".into())
    }
}

/// Runs the plugin where it is needed and may run.
///
/// # Errors
///
/// What only the plugin knows, each at its place, where it cannot or may not run; what it
/// raised.
pub(crate) fn ask(request: &Request<'_>) -> Result<Outcome, Diagnostics> {
    let before = request.chosen == PluginUse::All;
    if request.needs.is_empty() && !before {
        return Ok(Outcome::NotNeeded);
    }
    match request.chosen {
        PluginUse::Never => return withheld(request, &not_run(request.source)),
        PluginUse::Unsaid if !request.settings.allowed => {
            return Err(not_allowed(request).into());
        }
        _ => {}
    }
    let running = match Running::start(request) {
        Ok(running) => running,
        Err(running::Failure::NoPython) => return withheld(request, &no_python(request.source)),
        Err(running::Failure::Problem(problem)) => return Err((*problem).into()),
    };
    let (running, mut answers) = running;
    answers.names.before_built_in = before;
    let mut notes = unsupported(&answers, request.source)?;
    let merged = merge::merge(answers.values, request, before);
    notes.extend(merged.notes);
    running.define(answers.names);
    Ok(Outcome::Given(
        Given {
            running,
            values: merged.values,
            secrets: merged.secrets,
            different: merged.different,
        },
        notes,
    ))
}

/// Without the plugin: a template that comes to need it is an error then. What is in a branch
/// that is not taken is not missed.
fn withheld(request: &Request<'_>, problem: &Diagnostic) -> Result<Outcome, Diagnostics> {
    let all = request.needs.refused(problem);
    if all.is_empty() {
        return Err(problem.clone().at(request.source.whole()).into());
    }
    match request.needs.withheld(problem) {
        Some(names) => Ok(Outcome::Withheld(Withheld { names, all })),
        None => Err(all),
    }
}

impl Withheld {
    /// The problems of a rendering: where a template came to need a name, all of them are told,
    /// each at its first place.
    pub(crate) fn told(&self, problems: Diagnostics) -> Diagnostics {
        let before = problems.len();
        let mut others: Diagnostics = problems
            .into_iter()
            .filter(|problem| !problem.is(&render::rules::PLUGIN_WITHHELD))
            .collect();
        if others.len() < before {
            others.extend(self.all.clone());
        }
        others
    }
}

fn not_run(source: &Source) -> Diagnostic {
    rules::PLUGIN_NOT_RUN.report(format!("only `{}` gives this, and it does not run", source.name()),
    )
    .hint(
        "`ichor template declare --plugin missing` has Python run it; or put what it gives into \
         `cluster.yaml` or the templates",
    )
}

fn no_python(source: &Source) -> Diagnostic {
    render::rules::PLUGIN_NO_PYTHON
        .report(format!(
            "only `{}` gives this, and there is no `python3` to run it",
            source.name()
        ))
        .hint("install Python, or put what it gives into the configuration or the templates")
}

fn not_allowed(request: &Request<'_>) -> Diagnostic {
    let mut problem = rules::PLUGIN_NOT_ALLOWED.report(format!(
            "templates use {}, which only `{}` gives, and nothing says that it may run",
            request.needs.listed(),
            request.source.name()
        ),
    )
    .hint(
        "`ichor template declare --plugin missing` writes down that Python runs it, `--plugin none` \
         that it never does; `--yes` allows this one run",
    );
    problem.location = request.needs.first_place();
    problem
}

/// The warning that a plugin leaves out templates, where it does not run and so is not asked.
pub(crate) fn path_filters(source: &Source) -> Option<Diagnostic> {
    const NAME: &str = "path_filters";
    if !render::declare::defines(source).functions.contains(NAME) {
        return None;
    }
    let start = source.text().find(&format!("def {NAME}"))? + "def ".len();
    Some(
        rules::PLUGIN_PATH_FILTERS
            .report(format!(
                "`{NAME}()` of the plugin is not asked: what it leaves out is rendered"
            ))
            .at(source.location(start..start + NAME.len()))
            .hint("write what it leaves out into `exclude_patterns`"),
    )
}

/// Parts of makejinja's interface that nothing is asked of.
fn unsupported(answers: &Answers, source: &Source) -> Result<Diagnostics, Diagnostics> {
    let found: Diagnostics = answers
        .unsupported
        .iter()
        .map(|part| {
            rules::PLUGIN_UNSUPPORTED
                .report(format!("`{part}()` of the plugin has no counterpart here"))
                .at(Location::file(source.name()))
                .hint(match part.as_str() {
                    "path_filters" => "write what it leaves out into `exclude_patterns`",
                    _ => "render with makejinja, or do without it",
                })
        })
        .collect();
    if found.is_empty() {
        Ok(found)
    } else {
        Err(found)
    }
}
