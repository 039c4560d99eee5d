//! Words that are no command and flags that are none: a pointed answer, as text or as JSON.

use camino::Utf8Path;
use clap::CommandFactory as _;
use clap::error::ErrorKind;

use crate::arguments::Arguments;
use crate::caller::Caller;
use crate::command::{help, road};
use crate::exit::{self, Exit};
use crate::near;
use crate::ui::{Format, Ui};

/// Tells what is wrong with the arguments, and gives the exit code. Help and version are no
/// errors; everything else about arguments is wrong usage.
pub(crate) fn report(error: &clap::Error, words: &[String], caller: Caller) -> u8 {
    if let ErrorKind::DisplayHelp | ErrorKind::DisplayVersion = error.kind() {
        return shown(error);
    }
    let all = Arguments::command();
    match error.kind() {
        ErrorKind::InvalidSubcommand if near::invalid(error) == Some("help") => {
            let path: Vec<_> = words
                .iter()
                .map(String::as_str)
                .filter(|word| *word != "help" && !word.starts_with('-'))
                .collect();
            if let Some(text) = help::page(&all, &path) {
                return printed(text.print());
            }
        }
        _ => {}
    }
    let hints = near::hints(&all, error, words);
    if format(words) == Format::Json {
        let mut ui = Ui::new(Format::Json, false, false, caller);
        ui.set("message", message(error));
        ui.set("hints", hints);
        return match ui.finish(&near::group(&all, words).join(" "), Exit::Usage.number()) {
            Ok(()) => Exit::Usage.number(),
            Err(_) => exit::INTERNAL,
        };
    }
    let mut ui = Ui::new(Format::Text, false, false, caller);
    if hints.is_empty() {
        // Nobody is left to be told that standard error is closed.
        drop(error.print());
        if words.is_empty() {
            road::from_here(Utf8Path::new("."), &mut ui);
        }
        return Exit::Usage.number();
    }
    ui.error(&message(error));
    for hint in hints {
        ui.hint(hint);
    }
    Exit::Usage.number()
}

/// The first paragraph of what clap says, as one clause.
fn message(error: &clap::Error) -> String {
    if let (ErrorKind::InvalidSubcommand, Some(word)) = (error.kind(), near::invalid(error)) {
        return format!("`{word}` is no command");
    }
    let text = error.render().to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a command is missing".to_owned(),
        _ => first.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// The format that the words ask for, whatever else is wrong with them.
fn format(words: &[String]) -> Format {
    let before = words.split(|word| word == "--").next().unwrap_or_default();
    let pair = |pair: &[String]| pair[0] == "--output" && pair[1] == "json";
    if before.windows(2).any(pair) || before.iter().any(|word| word == "--output=json") {
        Format::Json
    } else {
        Format::Text
    }
}

fn shown(error: &clap::Error) -> u8 {
    printed(error.print())
}

/// Help that nobody reads is no fault; help that is lost is one.
fn printed(result: std::io::Result<()>) -> u8 {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => exit::INTERNAL,
        _ => Exit::Done.number(),
    }
}
