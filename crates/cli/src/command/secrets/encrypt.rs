//! `secrets encrypt`.

use camino::{Utf8Path, Utf8PathBuf};
use repository::View;
use secrets::Selector;
use vault::{Overrides, Target, conversion_losses, convert};

use super::options::{self, Reading, Type, Work};
use super::outcome;
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Encrypt files under the rules of `.sops.yaml`
///
/// One file is printed, unless it is to be replaced. Of folders, every file is replaced that is
/// in the clear and is meant to be encrypted: by its name, `<name>.sops.<ending>`, or by a rule
/// whose `path_regex` matches it. What is encrypted already stays byte for byte; values that were
/// added to it in the clear are encrypted. Where the last commit has an encrypted version that
/// can be decrypted, equal values keep their bytes.
///
/// Examples:
///   ichor secrets encrypt                                   everything below this folder
///   ichor secrets encrypt -i kubernetes/apps/secret.sops.yaml
///   ichor secrets encrypt --output cluster.sops.yaml cluster.yaml
///   ichor secrets encrypt --age age1… plain.yaml > plain.sops.yaml
///   kubectl get secret x -o yaml | ichor secrets encrypt --filename-override x.sops.yaml -
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Encrypt {
    /// Files and folders; `-` for standard input. This folder by default
    #[arg(value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,

    /// Replace the file instead of printing it
    #[arg(short, long)]
    in_place: bool,

    /// Encrypt to these recipients instead of the rule's; `SOPS_AGE_RECIPIENTS` does it too
    #[arg(short, long, value_name = "RECIPIENTS")]
    age: Vec<String>,

    #[command(flatten)]
    selectors: Selectors,

    /// Let the MAC cover encrypted values only
    #[arg(long)]
    mac_only_encrypted: bool,

    /// The name that decides on rule and format, in the place of the file's
    #[arg(long, value_name = "NAME")]
    filename_override: Option<Utf8PathBuf>,

    /// The format of the result
    #[arg(long, value_enum, value_name = "TYPE")]
    output_type: Option<Type>,

    #[command(flatten)]
    reading: Reading,
}

/// Which values are encrypted, in the place of what the rule says.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct Selectors {
    /// Encrypt values under keys that match
    #[arg(long, value_name = "REGEX")]
    encrypted_regex: Option<String>,

    /// Leave values under keys that match in the clear
    #[arg(long, value_name = "REGEX")]
    unencrypted_regex: Option<String>,

    /// Encrypt values under keys with this ending
    #[arg(long, value_name = "SUFFIX")]
    encrypted_suffix: Option<String>,

    /// Leave values under keys with this ending in the clear
    #[arg(long, value_name = "SUFFIX")]
    unencrypted_suffix: Option<String>,

    /// Encrypt values after comments that match
    #[arg(long, value_name = "REGEX")]
    encrypted_comment_regex: Option<String>,

    /// Leave values after comments that match in the clear
    #[arg(long, value_name = "REGEX")]
    unencrypted_comment_regex: Option<String>,
}

impl Selectors {
    fn selector(&self) -> Result<Option<Selector>, Failure> {
        let all = [
            ("encrypted_regex", &self.encrypted_regex),
            ("unencrypted_regex", &self.unencrypted_regex),
            ("encrypted_suffix", &self.encrypted_suffix),
            ("unencrypted_suffix", &self.unencrypted_suffix),
            ("encrypted_comment_regex", &self.encrypted_comment_regex),
            ("unencrypted_comment_regex", &self.unencrypted_comment_regex),
        ];
        for (name, text) in all {
            if let Some(text) = text {
                return Selector::new(name, text).map_err(|error| {
                    Failure::stopped(
                        Exit::Usage,
                        format!("`{text}` is not a regular expression of Go: {}", error.0),
                    )
                });
            }
        }
        Ok(None)
    }
}

impl Encrypt {
    pub(crate) fn run(
        &self,
        root: &Utf8Path,
        output: Option<&Utf8Path>,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        let vault = self.reading.vault_with(root, self.overrides()?)?;
        let failure = |problems| outcome::failure(problems, vault.keys());
        let named = |path: &Utf8Path| {
            Target::named(
                &View::on_disk(root),
                self.filename_override.as_deref().unwrap_or(path),
            )
        };
        let has_rule = |target: &Target| {
            let config = vault.config();
            config.is_some_and(|config| config.rule_for(&target.path).is_some())
        };
        // Where the rules know the result only, its name decides.
        let result = output
            .filter(|_| self.filename_override.is_none() && self.age.is_empty())
            .map(|path| Target::named(&View::on_disk(root), path))
            .filter(has_rule);
        let changed = match options::work(root, &self.paths, output, self.in_place, true)? {
            Work::Many(targets, found) => {
                let bar = ui.progress("encrypting");
                let mut report = vault.encrypt_all(&targets, &|done, all| bar.tell(done, all));
                drop(bar);
                report.problems.extend(found);
                return Ok(outcome::report(&report, vault.keys(), ui));
            }
            Work::Input => {
                let target = named("stdin".into());
                let content = self.converted(&target, &options::input()?, ui)?;
                vault.encrypt_text(&target, content).map_err(failure)?
            }
            Work::One(target) if self.filename_override.is_some() || self.output_type.is_some() => {
                let content = vault::read(&View::on_disk(root), &target)?;
                let target = named(Utf8Path::new(&target.shown));
                let content = self.converted(&target, &content, ui)?;
                vault.encrypt_text(&target, content).map_err(failure)?
            }
            Work::One(target) => match result.filter(|_| !has_rule(&target)) {
                Some(result) => {
                    let content = vault::read(&View::on_disk(root), &target)?;
                    vault.encrypt_text(&result, content).map_err(failure)?
                }
                None => vault.encrypt(&target).map_err(failure)?,
            },
        };
        outcome::deliver(&changed, root, output, 0o644, ui)
    }

    fn converted(
        &self,
        target: &Target,
        content: &[u8],
        ui: &mut Ui,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, Failure> {
        let from = self.reading.format(&target.shown);
        let to = self.output_type.map_or(from, Type::format);
        ui.problems(&conversion_losses(&target.shown, content, from, to));
        Ok(convert(&target.shown, content, from, to)?)
    }

    fn overrides(&self) -> Result<Overrides, Failure> {
        let named = self.age.iter().map(String::as_str);
        let recipients = match environment::sops_recipients() {
            Some(text) if self.age.is_empty() => Some(options::recipients([text.as_str()])?),
            _ if self.age.is_empty() => None,
            _ => Some(options::recipients(named)?),
        };
        Ok(Overrides {
            recipients,
            selector: self.selectors.selector()?,
            mac_only_encrypted: self.mac_only_encrypted,
            ..Overrides::default()
        })
    }
}
