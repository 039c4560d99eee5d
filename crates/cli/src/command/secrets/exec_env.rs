//! `secrets exec-env`.

#![expect(
    clippy::disallowed_types,
    reason = "the user names the program that is run"
)]

use repository::View;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostics, Location};
use secrets::{Kind, Path, Step, Value};
use vault::Target;
use zeroize::Zeroizing;

use super::options::Reading;
use super::outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;
use crate::watch::{self, Watch};

/// Run a program with a file's values as environment variables
///
/// The first document's keys are the names. One word is run by `/bin/sh -c`, several as they
/// stand. Ends as the program ends.
///
/// Examples:
///   ichor secrets exec-env cluster.sops.env 'echo $TOKEN'
///   ichor secrets exec-env --pristine cluster.sops.env -- /usr/bin/env
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct ExecEnv {
    /// The encrypted file
    file: Utf8PathBuf,

    /// The command
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,

    /// Give the program these variables and no others
    #[arg(long)]
    pristine: bool,

    /// Become the program instead of waiting for it
    #[arg(long)]
    same_process: bool,

    #[command(flatten)]
    reading: Reading,
}

impl ExecEnv {
    pub(crate) fn run(&self, root: &Utf8Path, _: &mut Ui) -> Result<Exit, Failure> {
        let vault = self.reading.vault(root)?;
        let target = Target::named(&View::on_disk(root), &self.file);
        let values = vault
            .values(&target)
            .map_err(|problems| outcome::failure(problems, vault.keys()))?;
        let variables = variables(&target.shown, &values)?;
        let mut command = program(&self.command);
        if self.pristine {
            command.env_clear();
        }
        command.envs(
            variables
                .into_iter()
                .map(|(name, value)| (name, OsString::from_vec(value.to_vec()))),
        );
        start(command, self.same_process)
    }
}

/// The command of a list of words: one is a line for the shell.
pub(super) fn program(words: &[String]) -> Command {
    match words {
        [program, arguments @ ..] if !arguments.is_empty() => {
            let mut command = Command::new(program);
            command.args(arguments);
            command
        }
        words => {
            let mut command = Command::new("/bin/sh");
            command.arg("-c").args(words);
            command
        }
    }
}

fn start(mut command: Command, same_process: bool) -> Result<Exit, Failure> {
    let stop = |error: std::io::Error| {
        Failure::stopped(Exit::Usage, format!("the command cannot be run: {error}"))
    };
    if same_process {
        // It returns only if it fails.
        return Err(stop(std::os::unix::process::CommandExt::exec(&mut command)));
    }
    let watch = Watch::start().map_err(stop)?;
    let status = watch.run(&mut command).map_err(stop)?;
    Ok(Exit::Program(watch::code(status)))
}

type Variable<'a> = (&'a str, Zeroizing<Vec<u8>>);

fn variables<'a>(
    shown: &str,
    values: &'a [(Path, Value)],
) -> Result<Vec<Variable<'a>>, Diagnostics> {
    let mut variables = Vec::new();
    let mut problems = Diagnostics::new();
    let first = values.iter().filter(|(path, _)| path.document == 0);
    for (path, value) in first {
        let fault = match &path.steps[..] {
            [Step::Key(name)] if name.contains(['=', '\0']) || name.is_empty() => {
                "its name cannot be that of a variable"
            }
            [Step::Key(_)] if value.as_bytes().contains(&0) => "it has a zero byte",
            [Step::Key(name)] => {
                if value.kind() != Kind::Nothing {
                    variables.push((&**name, value.printed()));
                }
                continue;
            }
            _ => "it is nested",
        };
        problems.push(
            vault::rules::SECRETS_NO_VARIABLE
                .report(format!(
                    "`{path}` cannot become an environment variable: {fault}"
                ))
                .at(Location::file(shown))
                .hint("use a file whose keys stand at the top level, or `exec-file`"),
        );
    }
    if problems.is_empty() {
        Ok(variables)
    } else {
        Err(problems)
    }
}
