//! Machine configurations: from a repository's talconfig to what its nodes get.
//!
//! [`Machines::open`] reads what is on disk, decrypted in memory; `configure` checks in the same
//! way what it has just rendered, before any of it is written. What `talos` decides is decided
//! there; here is where its texts come from, and where its outputs go.

pub mod check;
mod clients;
mod clock;
mod compare;
mod files;
pub mod kubeconfig;
mod open;
mod output;
mod places;
mod refusals;
pub mod rules;
mod secret;
mod talosconfig;

use std::collections::BTreeSet;
use std::time::SystemTime;

use diagnostics::{Diagnostic, Diagnostics, Location, Rule};
use documents::substitute::Variables;
use rayon::prelude::*;
use talhelper::nodes::{Generator, NodeConfig, Request};
use talhelper::talconfig::Talconfig;
use talos::bundle::Bundle;
use talos::contract::Contract;
use talos::generate::Role;
use talos::migrate::Subsystem;
use zeroize::Zeroizing;

use repository::View;

pub use compare::{Compared, Tried, import, schematic_of, try_patch, validate_file};
use files::Reader;
pub use files::{looks_encrypted, tidy};
pub use open::{Origin, Secrets};
pub use output::{Action, Output, Outputs};
pub use places::Places;
pub use refusals::{Refusal, told};
pub use secret::{NewSecret, new_bundle, new_secret, refuse_second_secret};
pub use talosconfig::talosconfig;

/// Everything that the configurations of a cluster's nodes are made from. Has no `Debug`: it
/// holds secrets.
pub struct Machines<'a> {
    /// The cluster and its nodes.
    pub talconfig: Talconfig,
    /// The secrets of the cluster.
    pub bundle: Bundle,
    /// Where they come from.
    pub origin: Origin,
    /// The shape of the configurations.
    pub contract: Contract,
    /// What of them is in documents of Talos 1.14, where the contract is an older one.
    pub in_documents: Vec<Subsystem>,
    /// What is worth knowing, without any error.
    pub warnings: Diagnostics,
    /// When that is.
    now: SystemTime,
    variables: Variables,
    reader: Reader<'a>,
}

/// The configuration of one node, as text.
pub struct Made {
    /// The name of the node.
    pub hostname: String,
    /// Its addresses and names.
    pub addresses: Vec<String>,
    /// What it is.
    pub role: Role,
    /// The name of its file.
    pub file_name: String,
    /// The image that it is installed and upgraded with.
    pub installer_image: String,
    /// The URL of the image that it boots from first.
    pub boot_image: String,
    /// The text.
    pub text: Zeroizing<String>,
}

impl Machines<'_> {
    /// What makes the configurations, and what is wrong with what all nodes share.
    pub fn generator(&self) -> (Generator<'_>, Diagnostics) {
        self.generator_for(self.contract)
    }

    /// The same for another contract.
    pub fn generator_for(&self, contract: Contract) -> (Generator<'_>, Diagnostics) {
        let (generator, problems) = Generator::new(Request {
            talconfig: &self.talconfig,
            bundle: &self.bundle,
            contract,
            variables: &self.variables,
            files: &self.reader,
        });
        if contract != self.contract {
            return (generator, problems);
        }
        (generator.in_documents(self.in_documents.clone()), problems)
    }

    /// The contract that configurations are checked by: documents of 1.14 are in none before.
    pub fn checked_by(&self) -> Contract {
        if self.in_documents.is_empty() {
            self.contract
        } else {
            Contract::NEWEST
        }
    }

    /// Every configuration, checked as Talos would.
    ///
    /// # Errors
    ///
    /// Every problem of every node.
    pub fn make(&self) -> Result<(Vec<Made>, Diagnostics), Diagnostics> {
        let (generator, problems) = self.generator();
        let name = self.talconfig.source().name();
        let (made, problems) = every(&generator, problems, self.checked_by(), name);
        let problems = self.masked(problems);
        if problems.has_errors() {
            return Err(problems);
        }
        Ok((made, problems))
    }

    /// Problems without secrets: a message may quote the value that is wrong.
    pub fn masked(&self, problems: Diagnostics) -> Diagnostics {
        without_secrets(problems, &self.bundle, &self.reader)
    }

    /// Says that git would publish a bundle that is in the clear.
    pub fn exposed_bundle(&self, view: &View<'_>) -> Option<Diagnostic> {
        let Origin::File {
            path,
            in_clear: true,
        } = &self.origin
        else {
            return None;
        };
        let git = view.git()?;
        let tracked = !git.tracked([path.as_str()]).is_empty();
        if !tracked && git.ignores(path.as_str()) {
            return None;
        }
        let problem = repository::rules::GIT_KEY_EXPOSED.report(format!(
            "`{path}` is in the clear, and git would publish it"
        ));
        Some(problem.at(Location::file(path.as_str())).hint(format!(
            "run `ichor secrets encrypt --in-place {path}`, or add it to `.gitignore`"
        )))
    }

    /// The name of the cluster.
    pub fn cluster_name(&self) -> &str {
        self.talconfig.cluster_name()
    }

    /// Every secret that may stand in a configuration: of the bundle, of encrypted files.
    pub fn secrets(&self) -> diagnostics::Secrets {
        let bundle = self.bundle.secret_texts().map(str::to_owned);
        diagnostics::Secrets::with_words(bundle.chain(self.reader.secrets()))
    }

    /// The files that nobody here can decrypt.
    pub fn locked(&self) -> Vec<String> {
        self.reader.locked()
    }
}

impl From<NodeConfig> for Made {
    fn from(config: NodeConfig) -> Self {
        Self {
            text: config.to_yaml(),
            hostname: config.hostname,
            addresses: config.addresses,
            role: config.role,
            file_name: config.file_name,
            installer_image: config.installer_image,
            boot_image: config.boot_image,
        }
    }
}

/// From so many nodes on it pays to start threads, which cost as much as a few configurations.
const WORTH_THREADS: usize = 24;

/// Every configuration, checked as Talos would, with the problems of all nodes.
fn every(
    generator: &Generator<'_>,
    mut problems: Diagnostics,
    contract: Contract,
    talconfig: &str,
) -> (Vec<Made>, Diagnostics) {
    let one = |index| {
        let (config, found) = generator.node(index);
        let refused = config
            .as_ref()
            .map(|config| Refusal::all(generator, index, config, contract))
            .unwrap_or_default();
        (config.map(Made::from), found, refused)
    };
    let all = 0..generator.len();
    let nodes: Vec<_> = if all.len() < WORTH_THREADS {
        all.map(one).collect()
    } else {
        all.into_par_iter().map(one).collect()
    };
    let mut made = Vec::with_capacity(nodes.len());
    let mut refusals = Vec::new();
    for (config, found, refused) in nodes {
        made.extend(config);
        problems.extend(found);
        refusals.extend(refused);
    }
    problems.extend(told(refusals, talconfig));
    (made, unique(problems))
}

/// Problems without secrets of the bundle or of encrypted files: a message may quote the value
/// that is wrong.
fn without_secrets(problems: Diagnostics, bundle: &Bundle, reader: &Reader<'_>) -> Diagnostics {
    let bundle = || bundle.secret_texts().map(str::to_owned);
    masked(problems, || bundle().chain(reader.secrets()).collect())
}

/// Problems without secrets.
fn masked(problems: Diagnostics, secrets: impl FnOnce() -> Vec<String>) -> Diagnostics {
    if problems.is_empty() {
        return problems;
    }
    let secrets = diagnostics::Secrets::with_words(secrets());
    problems
        .into_iter()
        .map(|mut problem| {
            secrets.clean(&mut problem);
            problem
        })
        .collect()
}

/// Each problem once: a patch that fails for a hundred nodes is one.
pub fn unique(problems: Diagnostics) -> Diagnostics {
    let mut seen = BTreeSet::new();
    let mut sorted: Diagnostics = problems
        .into_iter()
        .filter(|problem| seen.insert(key(problem)))
        .collect();
    sorted.sort();
    sorted
}

fn key(problem: &Diagnostic) -> (&'static Rule, Option<Location>, String) {
    (
        problem.rule,
        problem.location.clone(),
        problem.message.clone(),
    )
}
