//! Why a command failed, and with which exit code.

use diagnostics::{Diagnostic, Diagnostics};

use crate::exit::{self, Exit};
use crate::ui::Ui;

/// The end of a command that did not reach its own.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Problems, each with its place: exit code 1.
    Problems(Diagnostics),
    /// A message and lines of advice: exit code as given.
    Stopped {
        exit: Exit,
        message: String,
        hints: Vec<String>,
    },
    /// Standard output cannot be written to: 70, or quietly 0 where its reader left.
    Output(std::io::Error),
}

impl Failure {
    /// A stop with one message, and no advice yet.
    pub(crate) fn stopped(exit: Exit, message: impl Into<String>) -> Self {
        Self::Stopped {
            exit,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// Adds a line of advice to a stop.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::Stopped { hints, .. } = &mut self {
            hints.push(hint.into());
        }
        self
    }

    /// Tells the user, and gives the exit code.
    pub(crate) fn report(self, ui: &mut Ui) -> u8 {
        match self {
            Self::Problems(problems) => {
                ui.problems(&problems);
                ui.count(&problems);
                Exit::Problems.number()
            }
            Self::Stopped {
                exit,
                message,
                hints,
            } => {
                ui.error(&message);
                ui.set("message", message);
                ui.set("hints", hints.clone());
                for hint in hints {
                    ui.hint(hint);
                }
                exit.number()
            }
            Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                Exit::Done.number()
            }
            Self::Output(error) => {
                ui.error(&format!("the output cannot be written: {error}"));
                exit::INTERNAL
            }
        }
    }
}

impl From<Diagnostics> for Failure {
    fn from(problems: Diagnostics) -> Self {
        Self::Problems(problems)
    }
}

impl From<Diagnostic> for Failure {
    fn from(problem: Diagnostic) -> Self {
        Self::Problems(problem.into())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}
