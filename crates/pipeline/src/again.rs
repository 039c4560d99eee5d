//! A whole run that had nothing to do, told again as long as everything that it read is as it
//! was.

use std::sync::Arc;

use camino::Utf8Path;
use config_model::Templates;
use diagnostics::{Diagnostics, Source};
use repository::{Seen, View};
use serde::{Deserialize, Serialize};
use tree::{Digest, Disk, Plan, RelPath};
use vault::identities;

use crate::build::Built;
use crate::cache::asked::Asked;
use crate::cache::key::Key;
use crate::cache::told::{self, Told};
use crate::cache::{FOLDER, decides, depends_on_the_hour};
use crate::checks::{self, Facts};
use crate::load::{Environment, Inputs};
use crate::options::{BuildOptions, Overwrite};

/// How large a file of a run may be: 4 MiB.
const LIMIT: u64 = 4 << 20;

/// Which command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// `configure`, which compares with the disk.
    Configure,
    /// `validate`, which does not.
    Validate,
}

/// A run, with everything written down that it asks of the repository.
pub struct Run {
    view: View<'static>,
    pub(crate) seen: Arc<Seen>,
    open: Option<Open>,
}

struct Open {
    command: Command,
    disk: Disk,
    key: Key,
    /// What decides beside the repository and the key.
    chosen: String,
}

/// What an earlier run said that had nothing to do, which this one would say, too.
pub struct Again {
    /// What was found in reading the repository.
    pub loaded: Diagnostics,
    /// What was found in what was rendered.
    pub warnings: Diagnostics,
    /// What was found in comparing it with the disk.
    pub findings: Diagnostics,
    /// How many files are rendered.
    pub files: usize,
    /// How many nodes there are.
    pub nodes: usize,
}

/// The same, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    asked: Asked,
    /// Git is asked again: its index and its rules are its own.
    facts: Facts,
    silenced: Vec<String>,
    outputs: Vec<String>,
    loaded: Vec<Told>,
    warnings: Vec<Told>,
    findings: Vec<Told>,
    nodes: usize,
}

impl Command {
    /// The name of its file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Configure => "configure",
            Self::Validate => "validate",
        }
    }
}

impl Run {
    /// A run of a command that starts now.
    pub fn start(
        command: Command,
        root: &Utf8Path,
        environment: &Environment,
        options: &BuildOptions,
    ) -> Self {
        let on_disk = View::on_disk(root);
        let open = Open::new(command, &on_disk, environment, options);
        let (view, seen) = on_disk.recording();
        Self { view, seen, open }
    }

    /// The repository, as this run is to read it.
    pub fn view(&self) -> &View<'static> {
        &self.view
    }

    /// What the last run said, if everything that it saw is as it was and there was nothing
    /// to do.
    pub fn again(&self) -> Option<Again> {
        let open = self.open.as_ref()?;
        let bytes = open.disk.kept(FOLDER, open.command.name(), LIMIT)?;
        let body = open.key.unsealed(&bytes)?;
        let kept: Kept = serde_json::from_slice(body).ok()?;
        let evidence = match open.command {
            Command::Validate => None,
            Command::Configure => {
                let paths = kept.outputs.iter().map(|path| RelPath::new(path).ok());
                let paths: Vec<_> = paths.collect::<Option<_>>()?;
                Some(open.disk.evidence(&paths)?)
            }
        };
        // Whatever this asks is asked in vain if the run goes on.
        let view = View::on_disk(self.view.root()?);
        let more = open.more(evidence);
        if !kept.asked.holds(&open.key, &view, &[more.as_bytes()]) {
            return None;
        }
        let again = Again {
            files: kept.outputs.len(),
            nodes: kept.nodes,
            loaded: told::show(&kept.loaded)?,
            warnings: told::show(&kept.warnings)?,
            findings: told::show(&kept.findings)?,
        };
        let outputs = kept.outputs.iter().map(String::as_str);
        let mut published = checks::published(&view, kept.facts, outputs);
        published.silence(&kept.silenced);
        published.sort();
        let of_git = |problems: &Diagnostics| -> Diagnostics {
            let of_git = problems.iter().filter(|problem| checks::is_of_git(problem));
            of_git.cloned().collect()
        };
        (of_git(&again.warnings) == published).then_some(again)
    }

    /// Keeps what this run said, if it had nothing to do and depends on nothing but what was
    /// written down. `loaded` is what was found in reading, `plan` what `configure` would do.
    pub fn keep(&self, inputs: &Inputs, loaded: &Diagnostics, built: &Built, plan: Option<&Plan>) {
        // A plugin may do anything, and a repository's own templates may ask for the time.
        let own = built.model.origin == Templates::Own;
        if own
            || !built.sealed.unproven.is_empty()
            || self.seen.is_partial()
            || depends_on_the_hour(&built.warnings)
        {
            return;
        }
        let evidence = match plan.map(Plan::evidence) {
            None => None,
            Some(Some(evidence)) => Some(evidence),
            Some(None) => return,
        };
        let Some(open) = &self.open else { return };
        let none = Diagnostics::new();
        let more = open.more(evidence);
        let kept = Kept {
            asked: Asked::new(&open.key, &self.seen, &[more.as_bytes()]),
            facts: Facts::of(&built.model),
            silenced: inputs.silenced.clone(),
            outputs: built
                .tree
                .iter()
                .map(|(path, _)| path.to_string())
                .collect(),
            loaded: told::keep(loaded),
            warnings: told::keep(&built.warnings),
            findings: told::keep(plan.map_or(&none, Plan::findings)),
            nodes: built.model.cluster.nodes().len(),
        };
        if let Ok(body) = serde_json::to_vec(&kept) {
            let bytes = open.key.sealed(&body);
            if bytes.len() as u64 <= LIMIT {
                // The next run does more, and nothing else comes of it.
                drop(open.disk.keep(FOLDER, open.command.name(), &bytes));
            }
        }
    }
}

impl Open {
    fn new(
        command: Command,
        view: &View<'static>,
        environment: &Environment,
        options: &BuildOptions,
    ) -> Option<Self> {
        // What gives something up is done as it is said, and a pipe can be read only once.
        let gives_up = options.adopt || !matches!(options.force, Overwrite::Nothing);
        let pipe = environment.keys.age_key_file.as_ref();
        if environment.build.is_empty() || gives_up || pipe.is_some_and(|path| !view.is_file(path))
        {
            return None;
        }
        let (files, _) = identities::read(view, &environment.keys);
        let decides = decides(
            &environment.build,
            options.now,
            &files,
            &environment.keys.identities,
        )?;
        let disk = Disk::open(view.root()?.as_std_path()).ok()?;
        let names = environment.keys.identities.iter().map(Source::name);
        let names: Vec<_> = names.collect();
        Some(Self {
            command,
            key: Key::of(&disk, &decides)?,
            disk,
            chosen: format!(
                "{} strict {} key {:?} identities {names:?}",
                command.name(),
                options.strict,
                environment.keys.age_key_file
            ),
        })
    }

    fn more(&self, evidence: Option<Digest>) -> String {
        let evidence = evidence.map(|digest| digest.to_string());
        format!("{} disk {}", self.chosen, evidence.unwrap_or_default())
    }
}
