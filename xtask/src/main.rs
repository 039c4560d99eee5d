//! `cargo xtask`: what the people who work on ichor run.

use std::process::ExitCode;

use camino::Utf8PathBuf;
use clap::Parser;
use xtask::{bench, codegen, golden, oracles, tidy};

/// What the people who work on ichor run
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
enum Task {
    /// Compare what the fixtures record with what they render to now
    Golden {
        /// Record what is rendered now
        #[arg(long)]
        bless: bool,
        /// Only these cases, such as `public` or `invalid/bad-cidr`
        #[arg(value_name = "CASE")]
        cases: Vec<String>,
    },
    /// Generate what is made of other projects' published files
    Codegen {
        /// What to generate
        #[arg(value_enum)]
        what: codegen::What,
    },
    /// Check the rules of the house that no compiler checks
    Tidy,
    /// Ask the real programs that ichor agrees with; what is not installed is skipped
    Oracles {
        /// Only these
        #[arg(value_name = "ORACLE")]
        names: Vec<String>,
        /// A folder with unpacked Helm charts, for the oracle `charts`
        #[arg(long, value_name = "DIR")]
        charts: Option<Utf8PathBuf>,
        /// Record again what is frozen of the oracles `talos` and `stacks`, and the transcripts of `kubernetes`
        #[arg(long)]
        bless: bool,
        /// Only these parts of the oracle `talos-nodes`, `kubernetes` or `stacks`
        #[arg(long = "part", value_name = "PART")]
        parts: Vec<String>,
        /// How often the oracles `talos-nodes` and `kubernetes` kill a bootstrap
        #[arg(long, value_name = "TIMES", default_value_t = 5)]
        kills: usize,
        /// A checkout of the original template, for the oracle `kubernetes` to run its script beside
        #[arg(long, value_name = "DIR")]
        original: Option<Utf8PathBuf>,
        /// A folder of checkouts of repositories, for the oracle `flate`, and for the part `forks` of the oracle `talos`
        #[arg(long, value_name = "DIR")]
        repositories: Option<Utf8PathBuf>,
        /// The cargo profile of the program, for what `talos-nodes` and `kubernetes` measure
        #[arg(long, default_value = "dev")]
        profile: String,
    },
    /// Measure against bounds measured in the same run
    Bench {
        /// Only these parts, such as `configure` or `flux`
        #[arg(value_name = "PART", conflicts_with = "against")]
        names: Vec<String>,
        /// How often each thing is measured
        #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..))]
        runs: u32,
        /// The cargo profile
        #[arg(long, default_value = "release")]
        profile: String,
        /// Another build of the program, to measure beside this one
        #[arg(long, value_name = "PATH")]
        against: Option<Utf8PathBuf>,
        /// The real talosctl; else the one that the oracle `talos-nodes` has built
        #[arg(long, value_name = "PATH")]
        talosctl: Option<Utf8PathBuf>,
    },
}

#[expect(clippy::print_stderr, reason = "how a command fails")]
fn main() -> ExitCode {
    let result = match Task::parse() {
        Task::Golden { bless, cases } => golden::command(&cases, bless),
        Task::Codegen { what } => codegen::command(what),
        Task::Tidy => tidy::command(),
        Task::Oracles {
            names,
            charts,
            bless,
            parts,
            kills,
            original,
            repositories,
            profile,
        } => {
            let options = oracles::Options {
                charts,
                bless,
                parts,
                kills,
                original,
                repositories,
                profile,
            };
            oracles::command(&names, &options)
        }
        Task::Bench {
            names,
            runs,
            profile,
            against,
            talosctl,
        } => bench::command(&names, runs, &profile, against.as_deref(), talosctl),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
