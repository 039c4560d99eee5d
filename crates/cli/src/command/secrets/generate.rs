//! `secrets generate`.

use camino::Utf8Path;
use pipeline::Inputs;
use pipeline::generate::{self, Makeable, State};
use repository::write;
use serde_json::json;

use super::outcome;
use crate::command::report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Where the values go.
const PATH: &str = "cluster.yaml";

/// Make the passwords that `cluster.yaml` lacks
///
/// Some secrets only have to be strong, such as the password of a database that the cluster runs
/// itself. This makes those that a stack which is on needs and that are not set: 32 random bytes
/// each, in hexadecimal digits. What is set is never replaced, so a second run changes nothing.
///
/// Examples:
///   ichor secrets generate                    write what is missing into `cluster.yaml`
///   ichor secrets generate --print            print it, for a file of your own
///   ichor secrets generate redis_password     only this one, whether its stack is on or not
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[expect(clippy::doc_markdown, reason = "an example is printed as it is typed")]
pub(crate) struct Generate {
    /// Keys of `cluster.yaml`; without any, all that are needed
    #[arg(value_name = "KEY")]
    keys: Vec<String>,

    /// Print lines of `cluster.yaml`, and write nothing
    #[arg(long)]
    print: bool,

    /// Say which keys would get a value, make none, and write nothing
    #[arg(long, conflicts_with = "print")]
    dry_run: bool,
}

impl Generate {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let inputs = report::read(root, ui)?;
        let known = generate::makeable(&inputs)?;
        let chosen = self.chosen(&known, ui)?;
        ui.set("keys", json!(chosen));
        if chosen.is_empty() {
            ui.status("Nothing to do: every secret that can be made and is needed is set.");
            return Ok(Exit::Done);
        }
        if !self.print {
            writable(&inputs)?;
        }
        for key in &chosen {
            let stack = key.stack.as_deref().unwrap_or("this repository");
            ui.status(format!("  {:<28} {stack}", key.key));
        }
        let count = plural(chosen.len(), "secret");
        if self.dry_run {
            ui.status(format!("Would write {count} into `{PATH}`."));
            return Ok(Exit::Done);
        }
        let made = generate::make(chosen.iter().map(|key| key.key.as_str()));
        if self.print {
            return outcome::print(generate::lines(&made).as_bytes(), ui);
        }
        let text = generate::written(&inputs, &made)?;
        let before = inputs.cluster.text().as_bytes();
        write::replace_unchanged(root, PATH, before, text.as_bytes())?;
        ui.status(format!("Wrote {count} into `{PATH}`."));
        ui.next(&["`ichor configure`: renders with them.".to_owned()]);
        Ok(Exit::Done)
    }

    /// The keys to make values for: none of those that are set.
    fn chosen<'a>(&self, known: &'a [Makeable], ui: &mut Ui) -> Result<Vec<&'a Makeable>, Failure> {
        if self.keys.is_empty() {
            let lacking = known.iter().filter(|key| key.state == State::Lacking);
            return Ok(lacking.collect());
        }
        let mut chosen: Vec<&Makeable> = Vec::with_capacity(self.keys.len());
        for name in &self.keys {
            let Some(key) = known.iter().find(|key| key.key == *name) else {
                return Err(unknown(name, known));
            };
            if key.state == State::Set {
                ui.status(format!("  `{name}` is set, and stays as it is."));
            } else if !chosen.contains(&key) {
                chosen.push(key);
            }
        }
        Ok(chosen)
    }
}

/// Stops where the configuration is not in the clear.
fn writable(inputs: &Inputs) -> Result<(), Failure> {
    let name = inputs.cluster.name();
    if name == PATH {
        return Ok(());
    }
    let message = format!("`{name}` is encrypted, and nothing was written");
    let hint = format!(
        "copy them into it: `ichor secrets generate --print`, then `ichor secrets edit {name}`"
    );
    Err(Failure::stopped(Exit::Protected, message).hint(hint))
}

fn unknown(name: &str, known: &[Makeable]) -> Failure {
    let names = known.iter().map(|key| key.key.as_str());
    let failure = Failure::stopped(
        Exit::Usage,
        format!("`{name}` is no key that a value can be made for"),
    );
    match diagnostics::closest(name, names.clone()) {
        Some(meant) => failure.hint(format!("did you mean `{meant}`?")),
        None => {
            let listed: Vec<_> = names.map(|name| format!("`{name}`")).collect();
            failure.hint(format!("these are: {}", listed.join(", ")))
        }
    }
}
