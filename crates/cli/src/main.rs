//! The `ichor` program: words, flags and exit codes over the libraries of this workspace.
//!
//! **Invariant:** nothing is decided here that a library could decide. A command reads its
//! arguments, calls `pipeline`, and reports through [`ui::Ui`].

mod arguments;
mod caller;
mod command;
mod complete;
mod environment;
mod excerpt;
mod exit;
mod failure;
mod near;
mod ui;
mod usage;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;
use crate::caller::Caller;
use crate::ui::Ui;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(report_panic));
    complete::answer();
    let words: Vec<_> = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let wrong = |error: &clap::Error| {
        let caller = Caller::new(environment::caller(), ".");
        ExitCode::from(usage::report(error, &words, caller))
    };
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return wrong(&error),
    };
    arguments.color.apply();
    if let Err(error) = arguments.check() {
        return wrong(&error);
    }
    let caller = Caller::new(environment::caller(), arguments.directory.as_str());
    let format = arguments.output.format();
    let mut ui = Ui::new(format, arguments.quiet, arguments.yes, caller);
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
