//! `secrets decrypt`.

use camino::{Utf8Path, Utf8PathBuf};
use repository::View;
use vault::{Changed, Overrides, Target, conversion_losses, convert, extract};

use super::options::{self, Reading, Type, Work};
use super::outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Not in the comment of the command: rustdoc takes paths of values for links.
const EXAMPLES: &str = r#"Examples:
  ichor secrets decrypt kubernetes/apps/secret.sops.yaml
  ichor secrets decrypt --extract '["stringData"]["password"]' secret.sops.yaml
  ichor secrets decrypt --output-type dotenv cluster.sops.yaml
  ichor secrets decrypt -i talos                          every encrypted file below talos"#;

/// Print a file in the clear, or replace files by what they hold
///
/// Whole folders are only written in the clear where `--in-place` says so.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLES)]
pub(crate) struct Decrypt {
    /// Files and folders; `-` for standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<Utf8PathBuf>,

    /// Replace the files instead of printing them
    #[arg(short, long)]
    in_place: bool,

    /// Print this part only, such as `["a"]["b"][0]`
    #[arg(long, value_name = "VALUE")]
    extract: Option<String>,

    /// Decrypt even where the MAC does not match
    #[arg(long)]
    ignore_mac: bool,

    /// The name that decides on the format, in the place of the file's
    #[arg(long, value_name = "NAME")]
    filename_override: Option<Utf8PathBuf>,

    /// The format of the result
    #[arg(long, value_enum, value_name = "TYPE")]
    output_type: Option<Type>,

    #[command(flatten)]
    reading: Reading,
}

impl Decrypt {
    pub(crate) fn run(
        &self,
        root: &Utf8Path,
        output: Option<&Utf8Path>,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        let vault = self.reading.vault_with(
            root,
            Overrides {
                ignore_mac: self.ignore_mac,
                ..Overrides::default()
            },
        )?;
        let failure = |problems| outcome::failure(problems, vault.keys());
        let partly = self.extract.is_some() || self.output_type.is_some();
        let changed = match options::work(root, &self.paths, output, self.in_place, false)? {
            Work::Many(..) if partly => {
                return Err(Failure::stopped(
                    Exit::Usage,
                    "`--extract` and `--output-type` are for what is printed",
                )
                .hint("name one file, and leave out `--in-place`"));
            }
            Work::Many(targets, found) => {
                let bar = ui.progress("decrypting");
                let mut report = vault.decrypt_all(&targets, &|done, all| bar.tell(done, all));
                drop(bar);
                report.problems.extend(found);
                return Ok(outcome::report(&report, vault.keys(), ui));
            }
            Work::Input => {
                let name = self.filename_override.as_deref();
                let target = Target::named(&View::on_disk(root), name.unwrap_or("stdin".into()));
                let content = options::input()?;
                vault.decrypt_text(&target, content).map_err(failure)?
            }
            Work::One(target) if self.filename_override.is_some() => {
                let content = vault::read(&View::on_disk(root), &target)?;
                let name = self.filename_override.as_deref();
                let target = Target::named(&View::on_disk(root), name.unwrap_or(&target.path));
                vault.decrypt_text(&target, content).map_err(failure)?
            }
            Work::One(target) => vault.decrypt(&target).map_err(failure)?,
        };
        let changed = self.part(changed)?;
        outcome::deliver(&changed, root, output, 0o600, ui)
    }

    fn part(&self, mut changed: Changed) -> Result<Changed, Failure> {
        let name = changed.outcome.path.clone();
        let from = self.reading.format(&name);
        let to = self.output_type.map_or(from, Type::format);
        changed.content = match &self.extract {
            Some(path) => extract(&name, &changed.content, from, &options::path(path)?, to)?,
            None => {
                let lost = conversion_losses(&name, &changed.content, from, to);
                changed.notes.extend(lost);
                convert(&name, &changed.content, from, to)?
            }
        };
        Ok(changed)
    }
}
