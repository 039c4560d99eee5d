//! One file as the commands see it: its bytes, its metadata, the rule for it.

use diagnostics::{Diagnostics, Location};
use secrets::{CreationRule, EncryptedFile, File, Format, Rule};
use zeroize::Zeroizing;

use super::config::{self, Config};
use super::disk;
use super::evidence;
use super::find::Target;
use super::names;
use repository::View;
use repository::names::is_never_committed;

use crate::rules;

/// What is known of a file without any key.
pub(super) struct Look<'a> {
    pub(super) shown: &'a str,
    pub(super) content: Zeroizing<Vec<u8>>,
    pub(super) format: Format,
    /// `None` if it is in the clear.
    pub(super) encrypted: Option<EncryptedFile>,
    pub(super) rule: Option<&'a CreationRule>,
    /// Whether name or rule say that it is a secret; else only its content can.
    pub(super) meant: bool,
}

impl Look<'_> {
    pub(super) fn file(&self) -> File<'_> {
        File::new(self.shown, &self.content).with_format(self.format)
    }
}

/// Reads a file. `None` if it was found in a folder and is no secret.
pub(super) fn at<'a>(
    view: &View<'_>,
    target: &'a Target,
    config: Option<&'a Config>,
    format: Option<Format>,
) -> Result<Option<Look<'a>>, Diagnostics> {
    if target.is_chart_template(view) {
        return Ok(None);
    }
    let rule = config.and_then(|config| config.rule_for(&target.path));
    let meant = is_meant(&target.shown, rule);
    let content = match disk::read(view, target) {
        Ok(content) => content,
        // Whatever else lies in the folder is none of our business.
        Err(_) if !meant && !target.named => return Ok(None),
        Err(problem) => return Err(problem.into()),
    };
    let format = format.unwrap_or_else(|| Format::of(&target.shown));
    look(&target.shown, content, format, rule, target.named)
}

/// The same of a file that was read already.
pub(super) fn look<'a>(
    shown: &'a str,
    content: Zeroizing<Vec<u8>>,
    format: Format,
    rule: Option<&'a CreationRule>,
    named: bool,
) -> Result<Option<Look<'a>>, Diagnostics> {
    let told = is_meant(shown, rule);
    let file = File::new(shown, &content).with_format(format);
    let encrypted = if names::may_be_encrypted(&content) {
        match EncryptedFile::read(&file) {
            Ok(encrypted) => encrypted,
            // Some file that happens to hold such words.
            Err(_) if !named && !told => return Ok(None),
            Err(problems) => return Err(problems.without_lines()),
        }
    } else {
        None
    };
    let secret = |rule| evidence::is_secret(shown, &content, format, rule);
    let meant = told && (encrypted.is_some() || names::is_named(shown) || rule.is_some_and(secret));
    if encrypted.is_none() && !named && !meant {
        return Ok(None);
    }
    Ok(Some(Look {
        shown,
        content,
        format,
        encrypted,
        rule,
        meant,
    }))
}

/// A rule without a pattern is for every file that is to be encrypted, and tells none; nor does
/// one that matches anything.
fn is_meant(shown: &str, rule: Option<&CreationRule>) -> bool {
    let tells = |rule: &CreationRule| {
        let pattern = rule.path_regex.as_ref();
        pattern.is_some_and(|pattern| !pattern.is_match(NO_PATH.as_bytes()))
    };
    names::is_named(shown)
        || (rule.is_some_and(tells) && !names::is_template(shown) && !is_needed_clear(shown))
}

/// What no pattern matches that is meant for some files.
const NO_PATH: &str = "\u{1}";

/// A file that works in the clear only: encrypting the identity or the rules would lock
/// everybody out.
fn is_needed_clear(shown: &str) -> bool {
    let name = names::file_name(shown);
    name == config::NAME
        || name == "versions.yaml"
        || name.starts_with(".git")
        || is_never_committed(shown)
        || is_never_committed(name)
}

/// The rule for a file that must have one.
pub(super) fn rule_for<'a>(look: &Look<'a>) -> Result<&'a Rule, Diagnostics> {
    look.rule
        .map(|rule| &rule.rule)
        .ok_or_else(|| no_rule(look.shown))
}

/// The problem of a file that no rule is for.
pub(super) fn no_rule(shown: &str) -> Diagnostics {
    Diagnostics::from(
        rules::SECRETS_NO_RULE
            .report(format!("no creation rule of `.sops.yaml` is for `{shown}`"))
            .at(Location::file(shown))
            .hint("add a rule whose `path_regex` matches it, or name recipients with `--age`"),
    )
}

/// The problem of a file that is not encrypted, where one is needed that is.
pub(super) fn not_encrypted(shown: &str) -> Diagnostics {
    Diagnostics::from(
        secrets::rules::SOPS_NOT_ENCRYPTED
            .report("the file is in the clear")
            .at(Location::file(shown))
            .hint(format!(
                "encrypt it first: `ichor secrets encrypt --in-place {shown}`"
            )),
    )
}
