//! The real programs that ichor agrees with, run beside it. What is not installed is skipped and
//! said to be; whoever names an oracle wants its answer, so there it is a failure.

mod api;
mod ask;
mod charts;
mod differences;
mod flate;
mod flux;
mod go;
mod helm;
mod helper;
mod kubernetes;
mod kustomize;
mod libraries;
mod makejinja;
mod nodes;
mod page;
mod parts;
mod python;
mod schemas;
mod seed;
mod sops;
mod stacks;
mod talos;
mod tls;
mod writes;

use std::time::Instant;

use anyhow::{Result, bail};
use camino::Utf8PathBuf;

pub use self::flate::test as flate_test;
pub use self::kustomize::{folders as kustomizations, programs as kustomize_and_kubeconform};
pub use self::makejinja::environment as makejinja_environment;
pub use self::nodes::talosctl;
pub use self::sops::program as sops;
pub use self::talos::{talhelper, talhelper_genconfig};

/// What the caller gives.
#[derive(Debug, Default)]
pub struct Options {
    /// A folder with unpacked charts.
    pub charts: Option<Utf8PathBuf>,
    /// Record again what tests have frozen of an oracle's answers.
    pub bless: bool,
    /// The parts of the oracle that has some; all, if none is named.
    pub parts: Vec<String>,
    /// How often bootstraps are killed.
    pub kills: usize,
    /// A checkout of the original template that has `scripts/bootstrap-apps.sh`.
    pub original: Option<Utf8PathBuf>,
    /// A folder of checkouts of repositories, one folder each, for `flate` and for the part `forks` of `talos`.
    pub repositories: Option<Utf8PathBuf>,
    /// The cargo profile that the program is built in.
    pub profile: String,
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

/// Asked only where it is named: what it needs takes long to build, and it takes minutes to run.
const ON_REQUEST: [&str; 4] = ["talos-nodes", "kubernetes", "stacks", "flate"];

/// All of them; a new one is a line here and a file beside this.
const ORACLES: &[Oracle] = &[
    Oracle {
        name: "makejinja",
        about: "records the corpus of the template engine again and compares",
        run: makejinja::run,
    },
    Oracle {
        name: "writes",
        about: "every write of a whole `configure`, searched for secrets, with `strace` as the witness",
        run: writes::run,
    },
    Oracle {
        name: "charts",
        about: "every release of the fixtures through real `helm template`",
        run: charts::run,
    },
    Oracle {
        name: "helm",
        about: "values over the defaults of charts, their schemas, and a chart rendered as `--helm` does it",
        run: helm::run,
    },
    Oracle {
        name: "sops",
        about: "documents of every format and selector, both ways",
        run: sops::run,
    },
    Oracle {
        name: "kustomize",
        about: "every kustomization of the fixtures and of the hand-made cases",
        run: kustomize::run,
    },
    Oracle {
        name: "talos",
        about: "configurations, bundles and patches, against talhelper and the machinery of Talos",
        run: talos::run,
    },
    Oracle {
        name: "talos-api",
        about: "every field that `crates/talos-client` sends and reads, against the stubs of Talos 1.11 to 1.14",
        run: api::run,
    },
    Oracle {
        name: "talos-nodes",
        about: "real Talos nodes: bootstrapped, killed in between, and asked beside talosctl",
        run: nodes::run,
    },
    Oracle {
        name: "tls",
        about: "certificates of a new bundle in openssl: read, trusted, and in handshakes",
        run: tls::run,
    },
    Oracle {
        name: "schemas",
        about: "objects changed one field at a time, as a real kube-apiserver judges them",
        run: schemas::run,
    },
    Oracle {
        name: "stacks",
        about: "routes and policies of every fixture before Envoy Gateway and Envoy, the realm in Keycloak",
        run: stacks::run,
    },
    Oracle {
        name: "kubernetes",
        about: "real Kubernetes and Flux but for the kubelets: apps bootstrapped, killed in between, handed over, and what fails",
        run: kubernetes::run,
    },
    Oracle {
        name: "flux",
        about: "every Secret of the `public` fixture through the real controllers into a real kube-apiserver",
        run: flux::run,
    },
    Oracle {
        name: "flux-libraries",
        about: "substitution, values of releases, builds of folders and source artifacts, against the libraries of Flux 2.9",
        run: libraries::run,
    },
    Oracle {
        name: "flate",
        about: "what the fixtures and given repositories build to, and what charts become in releases, as flate and helm-controller have it",
        run: flate::run,
    },
    Oracle {
        name: "page",
        about: "the page of a cluster in a real Chromium: clicked, searched, read aloud, injected into",
        run: page::run,
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
    let mut agreed = 0_usize;
    let mut wrong = 0_usize;
    let mut skipped = Vec::new();
    for oracle in chosen {
        let name = oracle.name;
        println!("oracles: {name}: {}", oracle.about);
        if names.is_empty() && ON_REQUEST.contains(&name) {
            skipped.push(name);
            println!("oracles: {name}: SKIPPED: asked only where it is named");
            continue;
        }
        let start = Instant::now();
        let outcome = (oracle.run)(options);
        let seconds = start.elapsed().as_secs();
        match outcome {
            Ok(Outcome::Agreed(words)) => {
                agreed += 1;
                println!("oracles: {name}: agrees, in {seconds} s: {words}");
            }
            Ok(Outcome::Skipped(words)) => {
                skipped.push(name);
                println!("oracles: {name}: SKIPPED: {words}");
            }
            Ok(Outcome::Differs(words)) => {
                wrong += 1;
                println!("oracles: {name}: DIFFERS:\n{words}");
            }
            Err(error) => {
                wrong += 1;
                println!("oracles: {name}: failed: {error:#}");
            }
        }
    }
    let shown = skipped.join(", ");
    println!(
        "oracles: {agreed} agree, {wrong} do not, {} not asked{}{shown}",
        skipped.len(),
        if skipped.is_empty() { "" } else { ": " },
    );
    if wrong > 0 {
        bail!("{wrong} oracles do not agree");
    }
    if !names.is_empty() && !skipped.is_empty() {
        bail!("named, but not asked: {shown}");
    }
    Ok(())
}
