//! The `ichor` program: words, flags and exit codes over the libraries of this workspace.
//!
//! **Invariant:** nothing is decided here that a library could decide. A command reads its
//! arguments, calls `pipeline`, and reports through [`ui::Ui`].

mod arguments;
mod command;
mod environment;
mod excerpt;
mod exit;
mod failure;
mod ui;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::ui::Ui;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(report_panic));
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    arguments.color.apply();
    if let Err(error) = arguments.check() {
        return usage(&error);
    }
    let mut ui = Ui::new(arguments.output.format(), arguments.quiet, arguments.yes);
    let name = arguments.command.name();
    let code = match command::run(&arguments, &mut ui) {
        Ok(exit) => exit.number(),
        Err(failure) => failure.report(&mut ui),
    };
    match ui.finish(name, code) {
        Ok(()) => ExitCode::from(code),
        // Whoever read the output has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::from(code),
        Err(_) => ExitCode::from(exit::INTERNAL),
    }
}

/// Help and version are no errors; everything else about arguments is wrong usage.
fn usage(error: &clap::Error) -> ExitCode {
    let shown = error.print();
    match (error.kind(), shown) {
        (
            clap::error::ErrorKind::DisplayHelp | clap::error::ErrorKind::DisplayVersion,
            Err(error),
        ) if error.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::from(exit::INTERNAL),
        (clap::error::ErrorKind::DisplayHelp | clap::error::ErrorKind::DisplayVersion, _) => {
            Exit::Done.into()
        }
        _ => Exit::Usage.into(),
    }
}

/// A panic is a fault of the program: say so in one voice, and show no value of the user's.
fn report_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    anstream::eprintln!(
        "error: ichor failed at {place}; this is a fault of the program, not of your files\n\
         hint: nothing is half-written; please report it with the command that you ran"
    );
    std::process::exit(exit::INTERNAL.into());
}
