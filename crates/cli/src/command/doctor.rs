//! `doctor`.

use std::time::Duration;

use camino::Utf8Path;
use cluster::doctor::{Expected, look};
use diagnostics::{Diagnostics, Source};
use flux::assembled::Assembled;
use helm::Helm;
use machines::Places;
use pipeline::doctor::{self, Check, Leftovers, Pins, Program, PublicKeys, State, Unusable};
use repository::private::PrivateFolder;
use repository::{View, names, private};
use serde_json::json;
use vault::Vault;

use super::authorities::Authorities;
use super::flux::repository::Where;
use super::kubernetes::{self, Kubernetes};
use super::talos::{options, span};
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{self, Tone, Ui, plural};

/// Look whether all that a cluster is kept with is as it should be
///
/// First what lies here: the keys, git, the secrets, the talosconfig and the kubeconfig, leftovers
/// of runs that were killed, programs. Then the cluster, as far as it answers: whether it runs what
/// git says, decrypts with the key that is here, and is let go by whoever worked on it. What does
/// not answer is not looked at, which is said and is no problem.
///
/// Examples:
///   ichor doctor
///   ichor doctor --offline
///   ichor doctor --output json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Doctor {
    /// Look only at what lies here
    #[arg(long)]
    offline: bool,

    /// How long to wait for an answer
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "5s")]
    timeout: Duration,

    #[command(flatten)]
    kubernetes: Kubernetes,
}

impl Doctor {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let view = View::on_disk(root);
        // Before anything sweeps them away.
        let folders = private::left_behind(&environment::private_places());
        let leftovers = Leftovers::look(&view, folders);

        let offered = environment::read().keys;
        let (own, age_key) = PublicKeys::look(&view, &offered);
        let keys = options::keys(root);
        let authorities = Authorities::read(&view, &keys);
        let now = repository::clock::system_time();
        let kubeconfig = match self.kubernetes.find(root) {
            Err(failure) if self.kubernetes.is_named() => return Err(failure),
            found => found,
        };
        let here = vec![
            age_key,
            secrets(root, &view),
            doctor::git(&view),
            doctor::hooks(root),
            match talosconfig(&view) {
                Ok(source) => doctor::talosconfig(&source, authorities.talos.as_deref(), now),
                Err(why) => Check::unseen(names::TALOSCONFIG, why),
            },
            match &kubeconfig {
                Ok(source) => doctor::kubeconfig(source, authorities.kubernetes.as_deref(), now),
                Err(_) => Check::unseen(
                    names::KUBECONFIG,
                    "there is none: `ichor talos kubeconfig` fetches one",
                ),
            },
            doctor::programs(&programs()),
            leftovers.check(&view),
        ];
        let mut kubeconfigs = here.iter().filter(|one| one.name == names::KUBECONFIG);
        let is_wrong = kubeconfigs.any(|check| check.state() == State::Problem);
        let there = match kubeconfig {
            _ if self.offline => unseen("only what lies here was asked for"),
            Err(_) => unseen("there is no kubeconfig"),
            Ok(_) if is_wrong => unseen("the kubeconfig cannot be the one for it"),
            Ok(source) => match kubernetes::client(&source, self.timeout) {
                Err(problem) => vec![Check::of("cluster", "cannot be asked", problem.into())],
                Ok(client) => {
                    let expected = Expected {
                        keys: &own,
                        pins: &pins(root, &view),
                    };
                    look(&client, &expected)
                }
            },
        };
        tell(&[("here", here), ("cluster", there)], ui)
    }
}

/// The cluster, which was not looked at.
fn unseen(why: &str) -> Vec<Check> {
    vec![Check::unseen("cluster", why)]
}

/// Every check in a line of its own, then what is to be done.
fn tell(parts: &[(&str, Vec<Check>)], ui: &mut Ui) -> Result<Exit, Failure> {
    let all =
        || { parts.iter() }.flat_map(|(part, checks)| checks.iter().map(move |one| (*part, one)));
    let width = all().map(|(_, check)| check.name.len()).max().unwrap_or(0);
    for (_, check) in all() {
        ui.data(&line(check, width))?;
    }
    let listed = all().map(|(part, check)| {
        json!({
            "part": part,
            "check": check.name,
            "state": check.state(),
            "message": check.message(),
        })
    });
    ui.set("checks", listed.collect::<Vec<_>>());
    let problems: Diagnostics = all().flat_map(|(_, check)| check.problems()).collect();
    if problems.is_empty() {
        let is_unseen = |check: &Check| check.state() == State::NotLookedAt;
        let unseen = all().filter(|(_, check)| is_unseen(check)).count();
        let fine = plural(all().count() - unseen, "check");
        ui.status(match unseen {
            0 => format!("{fine}, all fine."),
            unseen => format!("{fine}, all fine; {unseen} not looked at."),
        });
        return Ok(Exit::Done);
    }
    ui.status("");
    ui.problems(&problems);
    ui.count(&problems);
    Ok(if problems.has_errors() {
        Exit::Problems
    } else {
        Exit::Done
    })
}

/// How one thing stands.
fn line(check: &Check, width: usize) -> String {
    let message = check.message();
    let (word, tone, message) = match check.state() {
        State::Ok => ("ok", Tone::New, message.to_owned()),
        State::Warning => ("warning", Tone::Changed, message.to_owned()),
        State::Problem => ("problem", Tone::Danger, message.to_owned()),
        State::NotLookedAt => ("-", Tone::Calm, format!("not looked at: {message}")),
    };
    let word = ui::word(word, 8, tone);
    format!("{word} {:<width$}  {message}\n", check.name)
}

fn secrets(root: &Utf8Path, view: &View<'static>) -> Check {
    let loader = Box::new(environment::with_identities);
    let vault = Vault::open(
        &View::on_disk(root),
        environment::sops_config().as_deref(),
        loader,
    );
    match vault {
        Ok(vault) => doctor::secrets(&vault, view),
        Err(problems) => Check::of("secrets", "the rules cannot be read", problems),
    }
}

/// The talosconfig that counts.
fn talosconfig(view: &View<'_>) -> Result<Source, String> {
    let ours = Places::find(view).output.join(names::TALOSCONFIG);
    let path = if view.is_file(ours.as_str()) {
        Some(ours)
    } else {
        environment::talosconfig()
    };
    let none = || "there is none yet: `ichor talos generate-config` makes one".to_owned();
    match view.text(path.ok_or_else(none)?.as_str()) {
        Ok(source) => source.ok_or_else(none),
        Err(problem) => Err(problem.message),
    }
}

/// The programs that some command needs.
fn programs() -> [Program; 2] {
    let helm = environment::on_path("helm").ok_or(Unusable::Absent);
    let helm = helm.and_then(|program| {
        let folder = PrivateFolder::create(&environment::private_places());
        let folder = folder.map_err(|error| Unusable::Unfit(format!("was not tried: {error}")))?;
        Helm::new(program, folder)
            .map(|helm| {
                let (major, minor) = helm.version();
                format!("{major}.{minor}")
            })
            .map_err(Unusable::from)
    });
    let git = environment::on_path("git").ok_or(Unusable::Absent);
    [
        Program {
            name: "helm",
            needed: "`ichor bootstrap apps`, and `ichor flux build --helm`, need",
            state: helm,
        },
        Program {
            name: "git",
            needed: "whoever commits what `ichor configure` writes needs",
            state: git.map(|_| String::new()),
        },
    ]
}

/// What git has, as far as it can be put together.
fn pins(root: &Utf8Path, view: &View<'_>) -> Pins {
    let assembled = { Where::default().open(root) }
        .and_then(|repository| repository.assemble(&repository.on_disk()));
    match assembled {
        Ok(assembled) => Pins::of(view, &assembled),
        Err(_) => Pins::of(view, &Assembled::default()),
    }
}
