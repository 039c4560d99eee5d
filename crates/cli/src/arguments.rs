//! The words of the command line.

use camino::Utf8PathBuf;
use clap::{Parser, ValueEnum};

use crate::command::Command;
use crate::ui::Format;

/// Turns two configuration files into a Talos and Flux cluster repository
///
/// Reads `cluster.yaml` and `nodes.yaml`, checks them, renders every template, and writes
/// the result at once: either everything is right and everything is written, or nothing is.
#[derive(Debug, Parser)]
#[command(
    name = "ichor",
    version,
    propagate_version = false,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 done or nothing to do, 1 problems found, 2 wrong usage or no repository, \
                  3 something would change (--check, diff), 4 stopped to protect edits or awaiting --yes, \
                  70 internal error."
)]
pub(crate) struct Arguments {
    /// The repository to work on
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = ".",
        global = true
    )]
    pub(crate) directory: Utf8PathBuf,

    /// How results are written
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        global = true
    )]
    pub(crate) output: Format,

    /// When to use colours; `NO_COLOR` is honoured too
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        global = true
    )]
    pub(crate) color: Color,

    /// Say only what went wrong
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Answer every question with yes
    #[arg(short, long, global = true)]
    pub(crate) yes: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Tells the output streams.
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}
