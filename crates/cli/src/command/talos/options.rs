//! Flags that several of the commands have, and what they share.

use camino::{Utf8Path, Utf8PathBuf};
use machines::{Machines, Origin, Places, Secrets};
use repository::View;
use talhelper::nodes::Generator;
use vault::Keys;

use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Where the description of the nodes is.
#[derive(Debug, clap::Args)]
pub(super) struct Reading {
    /// The talconfig; else `talos/talconfig.yaml`
    #[arg(short = 'c', long, value_name = "FILE")]
    config_file: Option<Utf8PathBuf>,

    /// Files of variables; else `talenv.yaml` and `talenv.sops.yaml` beside the talconfig
    #[arg(short = 'e', long, value_name = "FILE", value_delimiter = ',')]
    env_file: Vec<Utf8PathBuf>,

    /// The secrets of the cluster; else `talsecret.yaml` or `talsecret.sops.yaml` beside the
    /// talconfig
    #[arg(short = 's', long, value_name = "FILE", value_delimiter = ',')]
    secret_file: Vec<Utf8PathBuf>,
}

impl Reading {
    /// Whether one of them was given.
    pub(super) fn names_files(&self) -> bool {
        self.config_file.is_some() || !self.env_file.is_empty() || !self.secret_file.is_empty()
    }

    pub(super) fn places(&self, root: &Utf8Path) -> Places {
        let mut places = match &self.config_file {
            Some(path) => Places::around(path),
            None => Places::find(&View::on_disk(root)),
        };
        if !self.env_file.is_empty() {
            places.variables.clone_from(&self.env_file);
            places.named.extend(self.env_file.iter().cloned());
        }
        if !self.secret_file.is_empty() {
            places.bundles.clone_from(&self.secret_file);
            places.named.extend(self.secret_file.iter().cloned());
        }
        places
    }
}

/// The identities of a repository.
pub(crate) fn keys(root: &Utf8Path) -> Keys {
    Keys::new(&View::on_disk(root), Box::new(environment::with_identities))
}

/// Opens what is on disk. Where it fails for want of an identity, says why sources of
/// identities were left out.
pub(crate) fn open<'a>(
    root: &'a Utf8Path,
    places: &Places,
    keys: &'a Keys,
    secrets: Secrets,
) -> Result<Machines<'a>, Failure> {
    let now = repository::clock::system_time();
    Machines::open(&View::on_disk(root), places, keys, secrets, now).map_err(|mut problems| {
        let missing =
            |problem: &diagnostics::Diagnostic| problem.is(&machines::rules::TALCONFIG_MISSING);
        if let Some(problem) = problems.iter().find(|problem| missing(problem)) {
            let failure = Failure::stopped(Exit::Usage, problem.message.clone());
            return match &problem.hint {
                Some(hint) => failure.hint(hint.clone()),
                None => failure,
            };
        }
        let locked = problems
            .iter()
            .any(|problem| problem.is(&secrets::rules::SOPS_NO_IDENTITY));
        if locked {
            problems.extend(keys.faults());
        }
        problems.into()
    })
}

/// Says that secrets of nobody stood in for the cluster's.
pub(super) fn tell_stand_in(machines: &Machines<'_>, ui: &mut Ui) {
    match &machines.origin {
        Origin::File { .. } => {}
        Origin::None => ui.status(
            "The cluster has no secrets yet; built-in ones that nobody uses stood in for them.",
        ),
        Origin::Locked(path) => ui.status(format!(
            "`{path}` cannot be decrypted here; built-in secrets that nobody uses stood in for it."
        )),
    }
}

/// The number of a node by its name or one of its addresses.
pub(super) fn node(generator: &Generator<'_>, name: &str) -> Result<usize, Failure> {
    generator.find(name).ok_or_else(|| {
        let names: Vec<String> = (0..generator.len())
            .filter_map(|index| generator.hostname(index).map(str::to_owned))
            .collect();
        let failure = Failure::stopped(Exit::Usage, format!("there is no node `{name}`"));
        match diagnostics::closest(name, names.iter().map(String::as_str)) {
            Some(close) => failure.hint(format!("did you mean `{close}`?")),
            None if names.len() <= 20 => {
                failure.hint(format!("the nodes are {}", names.join(", ")))
            }
            None => failure.hint("name one of the talconfig, or one of its addresses"),
        }
    })
}
