//! A plugin that runs, and what its failures mean.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Location, Secrets, Source};
use render::plugin::{Answers, Exception, Names, Plugin};
use repository::View;
use secrecy::ExposeSecret;
use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use super::process::{Process, Silence};
use super::{Printer, Request, TIME_LIMIT};

/// Why it does not run.
pub(super) enum Failure {
    NoPython,
    Problem(Box<Diagnostic>),
}

/// A plugin that runs.
pub(super) struct Running {
    process: Mutex<Process>,
    /// Why it gives no answer any more.
    silent: OnceLock<Exception>,
    names: OnceLock<Names>,
    view: View<'static>,
    file: Source,
    secrets: Secrets,
}

impl Running {
    /// Starts Python and loads the plugin: in the first that has all the packages that it
    /// imports, else in the one that lacks the fewest.
    pub(super) fn start(request: &Request<'_>) -> Result<(Arc<Self>, Answers), Failure> {
        let mut best: Option<(Arc<Self>, Answers)> = None;
        let mut failure = Failure::NoPython;
        for program in programs(request) {
            match Self::start_in(&program, request) {
                Ok((_, answers))
                    if best
                        .as_ref()
                        .is_some_and(|(_, best)| best.absent.len() <= answers.absent.len()) => {}
                Ok(started) => {
                    let complete = started.1.absent.is_empty();
                    best = Some(started);
                    if complete {
                        break;
                    }
                }
                Err(Failure::NoPython) => {}
                Err(Failure::Problem(problem)) => {
                    failure = Failure::Problem(problem);
                    break;
                }
            }
        }
        best.ok_or(failure)
    }

    fn start_in(
        program: &Utf8Path,
        request: &Request<'_>,
    ) -> Result<(Arc<Self>, Answers), Failure> {
        let settings = request.settings;
        let secrets = Secrets::new(request.secrets.iter().map(ExposeSecret::expose_secret));
        let printer = settings.printer.clone().map(|printer| -> Printer {
            let secrets = secrets.clone();
            Arc::new(move |line: &str| printer(&secrets.mask(line)))
        });
        let process = Process::start(
            program,
            request.root(),
            settings.time_limit.unwrap_or(TIME_LIMIT),
            printer,
        )
        .map_err(|_| Failure::NoPython)?;
        let running = Arc::new(Self {
            process: Mutex::new(process),
            silent: OnceLock::new(),
            names: OnceLock::new(),
            view: request.view.clone(),
            file: request.source.clone(),
            secrets,
        });
        let answer = running.ask(&question(request)).map_err(|exception| {
            let mut problem = exception.rule.report(exception.message);
            problem.location = exception
                .location
                .or_else(|| Some(Location::file(running.file.name())));
            problem.hint = exception.hint;
            Failure::Problem(Box::new(problem))
        })?;
        let plugin: Arc<dyn Plugin> = running.clone();
        let answers = Answers::read(&answer, &plugin)
            .ok_or_else(|| Failure::Problem(Box::new(unreadable(&running.file))))?;
        Ok((running, answers))
    }

    /// Says what it defines, once that is decided.
    pub(super) fn define(&self, names: Names) {
        // Set once, right after the start.
        let _set_before = self.names.set(names);
    }

    fn silence(&self, silence: &Silence) -> Exception {
        let name = self.file.name();
        let (rule, message, hint) = match silence {
            Silence::NoPython => (
                &render::rules::PLUGIN_NO_PYTHON,
                format!("`{name}` needs Python, and there is no `python3`"),
                "install Python",
            ),
            Silence::Ended(code) => (
                &render::rules::PLUGIN_ENDED,
                match code {
                    Some(code) => format!("`{name}` ended its process with exit code {code}"),
                    None => format!("`{name}` ended its process"),
                },
                "a plugin gives values and functions, and raises an exception where it cannot",
            ),
            Silence::TooSlow(limit) => (
                &render::rules::PLUGIN_SLOW,
                format!("`{name}` took longer than {} s", limit.as_secs_f32()),
                "look for what it waits for: a network, a lock, a loop without an end",
            ),
            Silence::Unreadable => (
                &render::rules::PLUGIN_ANSWER,
                format!("what `{name}` gives is too large"),
                "give less than 64 MiB at once",
            ),
        };
        Exception {
            rule,
            message,
            location: None,
            hint: Some(hint.to_owned()),
        }
    }

    /// What Python raised.
    fn raised(&self, error: &Json) -> Exception {
        let text = |key: &str| error.get(key).and_then(Json::as_str);
        let location = text("file").and_then(|file| {
            let line = error.get("line")?.as_u64()?;
            line_of(&self.view, file, line)
        });
        let name = self.file.name();
        if let Some(module) = text("module") {
            return Exception {
                rule: &render::rules::PLUGIN_MODULE,
                message: format!("`{name}` imports `{module}`, which this Python does not have"),
                location,
                hint: Some(format!(
                    "install it where `python3` finds it, or in the repository's `.venv`: \
                     `python3 -m pip install {module}`"
                )),
            };
        }
        let kind = text("kind").unwrap_or("Exception");
        let what = text("text").unwrap_or_default();
        let what = self.secrets.mask(what.lines().next().unwrap_or_default());
        let message = match (kind, what.as_str()) {
            ("SystemExit", _) => "the plugin ends the program instead of giving a value".to_owned(),
            (kind, "") => format!("the plugin raised `{kind}`"),
            (kind, what) => format!("the plugin raised `{kind}`: {what}"),
        };
        Exception {
            rule: &render::rules::PLUGIN_EXCEPTION,
            message,
            location,
            hint: None,
        }
    }
}

impl Plugin for Running {
    fn names(&self) -> &Names {
        self.names.get_or_init(Names::default)
    }

    fn ask(&self, question: &Json) -> Result<Json, Exception> {
        if let Some(silent) = self.silent.get() {
            return Err(silent.clone());
        }
        let mut line = Zeroizing::new(serde_json::to_vec(question).unwrap_or_default());
        line.push(b'\n');
        let answer = {
            let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
            process.ask(&line)
        };
        let read = answer.and_then(|answer| {
            serde_json::from_slice::<Json>(&answer).map_err(|_| Silence::Unreadable)
        });
        match read {
            Ok(mut answer) => match answer.get_mut("ok") {
                Some(value) => Ok(value.take()),
                None => Err(self.raised(&answer["error"])),
            },
            Err(silence) => Err(self.silent.get_or_init(|| self.silence(&silence)).clone()),
        }
    }
}

/// Where Python may be: in the virtual environment in use, in the repository's, elsewhere.
fn programs(request: &Request<'_>) -> Vec<Utf8PathBuf> {
    let own = request.root().join(".venv");
    let settings = request.settings;
    let environments = settings.virtual_environment.iter().chain([&own]);
    let mut programs: Vec<_> = environments
        .map(|environment| environment.join("bin/python3"))
        .collect();
    if settings.pythons.is_empty() {
        programs.extend(["python3".into(), "python".into()]);
    } else {
        programs.extend(settings.pythons.iter().cloned());
    }
    programs
}

/// What loads the plugin.
fn question(request: &Request<'_>) -> Json {
    let config = request.config;
    let paths = config.import_paths.iter();
    let plugins = config.plugins.iter();
    Answers::question(
        request.data,
        &paths
            .map(|path| request.root().join(path).to_string())
            .collect::<Vec<_>>(),
        &plugins
            .map(|plugin| plugin.value.clone())
            .collect::<Vec<_>>(),
        described(config),
    )
}

/// What a plugin may ask of makejinja's configuration.
fn described(config: &render::makejinja::Config) -> Json {
    let values = |list: &[render::makejinja::Located<String>]| -> Vec<String> {
        list.iter().map(|item| item.value.clone()).collect()
    };
    json!({
        "inputs": values(&config.inputs),
        "output": config.output.value,
        "data": values(&config.data),
        "jinja_suffix": config.jinja_suffix,
        "exclude_patterns": values(&config.exclude_patterns),
        "include_patterns": values(&config.include_patterns),
        "force": config.force,
        "quiet": config.quiet,
    })
}

fn unreadable(file: &Source) -> Diagnostic {
    render::rules::PLUGIN_ANSWER
        .report(format!("what `{}` gives cannot be read", file.name()))
        .at(Location::file(file.name()))
}

/// A line of a file of the repository.
fn line_of(view: &View<'_>, file: &str, line: u64) -> Option<Location> {
    let source = view.text(file).ok().flatten()?;
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let start: usize = source
        .text()
        .split_inclusive('\n')
        .take(index)
        .map(str::len)
        .sum();
    let text = source.text().get(start..)?.lines().next()?;
    let indent = text.len() - text.trim_start().len();
    Some(source.location(start + indent..start + text.trim_end().len().max(indent)))
}
