//! The words of the command line.

use camino::Utf8PathBuf;
use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{ArgAction, ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};

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
    disable_help_flag = true,
    disable_version_flag = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 done or nothing to do, 1 problems found, 2 wrong usage or no repository, \
                  3 something would change (--check, diff), 4 stopped to protect edits or awaiting --yes, 5 some nodes failed, \
                  70 internal error."
)]
pub(crate) struct Arguments {
    /// The repository to work on
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = ".",
        help_heading = GLOBAL,
        global = true
    )]
    pub(crate) directory: Utf8PathBuf,

    /// How results are written
    #[arg(
        long,
        value_parser = OutputParser,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = GLOBAL,
        global = true
    )]
    pub(crate) output: Output,

    /// When to use colours; `NO_COLOR` is honoured too
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = GLOBAL,
        global = true
    )]
    pub(crate) color: Color,

    /// Say only what went wrong
    #[arg(short, long, help_heading = GLOBAL, global = true)]
    pub(crate) quiet: bool,

    /// Answer every question with yes
    #[arg(short, long, help_heading = GLOBAL, global = true)]
    pub(crate) yes: bool,

    /// Print help; with `-h` a shorter one
    #[arg(
        short,
        long,
        action = ArgAction::Help,
        help_heading = GLOBAL,
        global = true
    )]
    help: Option<bool>,

    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = GLOBAL)]
    version: Option<bool>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The heading of the flags that every command has.
const GLOBAL: &str = "On every command";

impl Arguments {
    /// Reads the words of the process: what they say, and the command that they name, whole
    /// (`secrets encrypt`), as JSON output has it.
    pub(crate) fn read() -> Result<(Self, String), clap::Error> {
        let mut matches = Self::command().try_get_matches()?;
        let name = name(&matches);
        let arguments = Self::from_arg_matches_mut(&mut matches)
            .map_err(|error| error.format(&mut Self::command()))?;
        Ok((arguments, name))
    }

    /// What clap cannot tell: `--output FILE` is for those commands that have it from sops.
    pub(crate) fn check(&self) -> Result<(), clap::Error> {
        match &self.output {
            Output::File(path) if !self.command.writes_a_file() => Err(Self::command().error(
                ErrorKind::InvalidValue,
                format!("`--output` is `text`, `json`, `github` or `sarif` here, not `{path}`"),
            )),
            _ => Ok(()),
        }
    }
}

/// The words that chose the command.
fn name(matches: &ArgMatches) -> String {
    std::iter::successors(Some(matches), |matches| Some(matches.subcommand()?.1))
        .filter_map(ArgMatches::subcommand_name)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What `--output` says: how results are written, or, as in sops, to which file.
#[derive(Debug, Clone)]
pub(crate) enum Output {
    Format(Format),
    File(Utf8PathBuf),
}

impl Output {
    /// How results are written.
    pub(crate) fn format(&self) -> Format {
        match self {
            Self::Format(format) => *format,
            Self::File(_) => Format::Text,
        }
    }

    /// To which file.
    pub(crate) fn file(&self) -> Option<&camino::Utf8Path> {
        match self {
            Self::Format(_) => None,
            Self::File(path) => Some(path),
        }
    }
}

/// `text`, `json`, or a path, which has a `.` or a `/` in it.
#[derive(Clone)]
struct OutputParser;

impl TypedValueParser for OutputParser {
    type Value = Output;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Output, clap::Error> {
        if let Some(path) = value.to_str().filter(|path| path.contains(['.', '/'])) {
            return Ok(Output::File(path.into()));
        }
        clap::builder::EnumValueParser::<Format>::new()
            .parse_ref(command, argument, value)
            .map(Output::Format)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = Format::value_variants().iter();
        Some(Box::new(values.filter_map(ValueEnum::to_possible_value)))
    }
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
