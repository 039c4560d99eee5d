//! The real programs that ichor agrees with, run beside it. What is not installed is skipped,
//! and said to be.

mod charts;
mod flux;
mod go;
mod makejinja;
mod sops;

use anyhow::{Result, bail};
use camino::Utf8PathBuf;

pub use self::makejinja::environment as makejinja_environment;

/// What the caller gives.
#[derive(Debug, Default)]
pub struct Options {
    /// A folder with unpacked charts.
    pub charts: Option<Utf8PathBuf>,
}

/// What became of one oracle.
pub(crate) enum Outcome {
    /// It ran and agreed.
    Agreed(String),
    /// It ran and did not agree.
    Differs(String),
    /// It could not be asked, and why.
    Skipped(String),
}

/// One oracle.
struct Oracle {
    name: &'static str,
    about: &'static str,
    run: fn(&Options) -> Result<Outcome>,
}

/// All of them; a new one is a line here and a file beside this.
const ORACLES: &[Oracle] = &[
    Oracle {
        name: "makejinja",
        about: "records the corpus of the template engine again and compares",
        run: makejinja::run,
    },
    Oracle {
        name: "charts",
        about: "every release of the `public` fixture through real `helm template`",
        run: charts::run,
    },
    Oracle {
        name: "sops",
        about: "documents of every format and selector, both ways",
        run: sops::run,
    },
    Oracle {
        name: "flux",
        about: "every Secret of the `public` fixture through the real controllers into a real kube-apiserver",
        run: flux::run,
    },
];

/// Asks the named oracles, or all.
#[expect(clippy::print_stdout, reason = "a command's result")]
pub fn command(names: &[String], options: &Options) -> Result<()> {
    if let Some(name) = names
        .iter()
        .find(|name| ORACLES.iter().all(|oracle| oracle.name != **name))
    {
        let known: Vec<_> = ORACLES.iter().map(|oracle| oracle.name).collect();
        bail!(
            "there is no oracle `{name}`; there are {}",
            known.join(", ")
        );
    }
    let chosen = ORACLES
        .iter()
        .filter(|oracle| names.is_empty() || names.iter().any(|name| name == oracle.name));
    let mut wrong = 0;
    for oracle in chosen {
        println!("oracles: {}: {}", oracle.name, oracle.about);
        match (oracle.run)(options) {
            Ok(Outcome::Agreed(words)) => println!("oracles: {}: agrees: {words}", oracle.name),
            Ok(Outcome::Skipped(words)) => println!("oracles: {}: skipped: {words}", oracle.name),
            Ok(Outcome::Differs(words)) => {
                wrong += 1;
                println!("oracles: {}: DIFFERS:\n{words}", oracle.name);
            }
            Err(error) => {
                wrong += 1;
                println!("oracles: {}: failed: {error:#}", oracle.name);
            }
        }
    }
    if wrong > 0 {
        bail!("{wrong} oracles do not agree");
    }
    Ok(())
}
