//! `secrets set`.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Diagnostics;
use repository::View;
use secrets::{File, Format};
use serde_json::{Value as Json, json};
use vault::{Action, Target};
use zeroize::Zeroizing;

use super::options::{self, Reading};
use super::outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Not in the comment of the command: rustdoc takes paths of values for links.
const EXAMPLES: &str = r#"Examples:
  ichor secrets set secret.sops.yaml '["stringData"]["user"]' '"admin"'
  pass show db | ichor secrets set --text --value-stdin secret.sops.yaml '["stringData"]["password"]'
  ichor secrets set --value-file secret.sops.yaml '["stringData"]["config"]' config.json"#;

/// Set one value of a file
///
/// Only this value, the MAC and its time change; a value that is there already changes
/// nothing. Maps that are missing on the way are made. What stands on a command line can be
/// seen by others on this machine: read secrets from standard input or a file.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLES)]
pub(crate) struct Set {
    /// The encrypted file
    file: Utf8PathBuf,

    /// Where the value stands, such as `["a"]["b"][0]`
    path: String,

    /// The value as JSON: `'"text"'`, `12`, `true`, `'{"a": 1}'`
    #[arg(required_unless_present = "value_stdin")]
    value: Option<String>,

    /// Read the value from standard input
    #[arg(long, conflicts_with = "value")]
    value_stdin: bool,

    /// VALUE is the path of a file that holds the value
    #[arg(long, conflicts_with = "value_stdin")]
    value_file: bool,

    /// The value is text as it stands, not JSON; one line break at its end is left out
    #[arg(long)]
    text: bool,

    /// As sops has it; always so here
    #[arg(long, hide = true)]
    idempotent: bool,

    #[command(flatten)]
    reading: Reading,
}

impl Set {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let path = options::path(&self.path)?;
        let (value, lost) = self.value(root)?;
        ui.problems(&lost);
        let vault = self.reading.vault(root)?;
        let target = Target::named(&View::on_disk(root), &self.file);
        outcome::warn_of_output(&target, ui);
        let changed = vault
            .set(&target, &path, &value)
            .map_err(|problems| outcome::failure(problems, vault.keys()))?;
        ui.problems(&changed.notes);
        ui.set("files", json!([changed.outcome]));
        ui.status(if changed.outcome.action == Action::Unchanged {
            format!("Nothing to do: `{path}` has this value.")
        } else {
            format!("Set `{path}` in `{}`.", target.shown)
        });
        Ok(Exit::Done)
    }

    fn value(&self, root: &Utf8Path) -> Result<(Json, Diagnostics), Failure> {
        let given = self.value.as_deref().unwrap_or_default();
        let content = if self.value_stdin {
            options::input()?
        } else if self.value_file {
            vault::read(
                &View::on_disk(root),
                &Target::named(&View::on_disk(root), Utf8Path::new(given)),
            )?
        } else {
            Zeroizing::new(given.as_bytes().to_vec())
        };
        let stop = |message: &str| Failure::stopped(Exit::Usage, message);
        let text =
            std::str::from_utf8(&content).map_err(|_| stop("the value is not UTF-8 text"))?;
        if self.text {
            let text = text.strip_suffix('\n').unwrap_or(text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            return Ok((text.into(), Diagnostics::new()));
        }
        let value = serde_json::from_str(text).map_err(|_| {
            stop("the value is not JSON")
                .hint("put text in double quotes: `'\"text\"'`, or add `--text`")
        })?;
        Ok((value, lost(text)))
    }
}

/// Numbers of a JSON value that are others by the time they are read.
fn lost(value: &str) -> Diagnostics {
    let wrapped = Zeroizing::new(format!("{{\"value\": {value}}}"));
    let file = File::new("VALUE", wrapped.as_bytes()).with_format(Format::Json);
    let found = secrets::lossy(&file).unwrap_or_default();
    found
        .into_iter()
        .map(|mut problem| {
            problem.location = None;
            problem
        })
        .collect()
}
