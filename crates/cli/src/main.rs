//! The `ichor` program: words, flags and exit codes over the libraries of this workspace.
//!
//! **Invariant:** nothing is decided here that a library could decide. A command reads its
//! arguments, calls `pipeline`, and reports through [`ui::Ui`].

mod arguments;
mod caller;
mod command;
mod complete;
mod environment;
mod exit;
mod failure;
mod near;
#[cfg(test)]
mod spelled;
mod stopwatch;
mod ui;
mod usage;
mod watch;

use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::arguments::Arguments;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// What reads some hundred files takes and gives back a million pieces of memory, mostly in other
/// threads than the first, where the C library's allocator asks the kernel again and again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(report_panic));
    complete::answer();
    let words: Vec<_> = environment::words().collect();
    let wrong = |error: &clap::Error| {
        let caller = Caller::new(environment::caller(), ".");
        ExitCode::from(usage::report(error, &words, caller))
    };
    let (arguments, name) = match Arguments::read() {
        Ok(read) => read,
        Err(error) => return wrong(&error),
    };
    arguments.color.apply();
    if let Err(error) = arguments.check() {
        return wrong(&error);
    }
    let caller = Caller::new(environment::caller(), arguments.directory.as_str());
    let format = arguments.output.format();
    let mut ui = Ui::new(format, arguments.quiet, arguments.yes, caller);
    let code = match run(&arguments, &mut ui) {
        Ok(exit) => exit.number(),
        Err(failure) => failure.report(&mut ui),
    };
    match ui.finish(&name, code) {
        Ok(()) => ExitCode::from(code),
        // Whoever read the output has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::from(code),
        Err(_) => ExitCode::from(exit::INTERNAL),
    }
}

fn run(arguments: &Arguments, ui: &mut Ui) -> Result<Exit, Failure> {
    let here = &arguments.directory;
    let output = arguments.output.file();
    command::run(&arguments.command, here, output, Arguments::command, ui)
}

/// A panic is a fault of the program: say so in one voice, and show no value of the user's.
fn report_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    ui::fault(&format!(
        "error: ichor failed at {place}; this is a fault of the program, not of your files\n\
         hint: nothing is half-written; please report it with the command that you ran"
    ));
    std::process::exit(exit::INTERNAL.into());
}
