//! What can be said of files without changing them.

use diagnostics::Diagnostics;
use secrets::EncryptedFile;
use serde::Serialize;

use super::batch::{self, Progress, Report};
use super::change::key_change;
use super::find::Target;
use super::look;
use super::names;
use super::open::Vault;

/// How a file stands to encryption and to its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As it should be.
    Encrypted,
    /// Encrypted, but to others than its rule names.
    OtherKeys,
    /// Encrypted, but its rule selects other values.
    OtherSelector,
    /// Encrypted, but some values that should be are not.
    PartlyClear,
    /// With metadata, but its selector picks nothing: all of it is in the clear.
    NothingEncrypted,
    /// Not encrypted at all.
    Clear,
}

/// A file; no value of it is in here.
#[derive(Debug, Clone, Serialize)]
pub struct FileState {
    /// As messages name it.
    pub path: String,
    /// How it stands.
    pub state: State,
    /// Whether it has SOPS metadata, as `sops filestatus` tells it.
    pub encrypted: bool,
    /// The age recipients of each key group.
    pub recipients: Vec<Vec<String>>,
    /// How many keys of other kinds there are beside them.
    pub foreign_keys: usize,
    /// Which values are encrypted: the name of the selector and its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<(&'static str, String)>,
    /// How many values are encrypted.
    pub encrypted_values: usize,
    /// When a value was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// The version of sops that wrote it, as it names itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether there is a creation rule for it.
    pub has_rule: bool,
}

impl Vault {
    /// The state of every target that is a secret. With `verify`, each is decrypted and its
    /// MAC compared, and what fails is a problem.
    pub fn states(
        &self,
        targets: &[Target],
        verify: bool,
        progress: Progress<'_>,
    ) -> Report<FileState> {
        batch::run(
            targets,
            progress,
            || (),
            |(), target| self.state(target, verify),
        )
    }

    fn state(
        &self,
        target: &Target,
        verify: bool,
    ) -> Result<Option<(FileState, Diagnostics)>, Diagnostics> {
        let Some(mut look) = look::at(&self.view, target, self.config(), self.format())? else {
            return Ok(None);
        };
        let rule = look.rule.map(|rule| rule.rule.clone());
        let exposed = match secrets::exposed(&look.file(), &rule.clone().unwrap_or_default()) {
            Ok(found) => found.has_errors(),
            // It is in the clear and not what its name says: nothing more is to be known.
            Err(_) if look.encrypted.is_none() => true,
            Err(problems) => return Err(problems.without_lines()),
        };
        let Some(status) = look.encrypted.as_ref().map(EncryptedFile::status) else {
            let named = target.named || names::is_named(look.shown);
            return Ok((exposed || named).then(|| {
                let state = FileState {
                    path: look.shown.to_owned(),
                    state: State::Clear,
                    encrypted: false,
                    recipients: Vec::new(),
                    foreign_keys: 0,
                    selector: None,
                    encrypted_values: 0,
                    last_modified: None,
                    version: None,
                    has_rule: rule.is_some(),
                };
                (state, Diagnostics::new())
            }));
        };
        let other_selector = |rule: &secrets::Rule| {
            look.format != secrets::Format::Binary
                && (rule.selector.clone().unwrap_or_default() != status.selector
                    || rule.mac_only_encrypted != status.mac_only_encrypted)
        };
        let narrower = match (&rule, &look.encrypted) {
            (Some(rule), Some(file)) => file.narrower(rule),
            _ => Diagnostics::new(),
        };
        let state = match &rule {
            _ if status.selects_nothing => State::NothingEncrypted,
            _ if narrower.has_errors() => State::PartlyClear,
            _ if exposed => State::PartlyClear,
            Some(rule) if key_change(&status, rule).is_some() => State::OtherKeys,
            Some(rule) if other_selector(rule) => State::OtherSelector,
            _ => State::Encrypted,
        };
        let mut notes = Diagnostics::new();
        if verify
            && let Some(encrypted) = look.encrypted.take()
            && let Err(problems) = encrypted.decrypt(self.keys().identities())
        {
            notes.extend(problems.without_lines());
        }
        let state = FileState {
            path: look.shown.to_owned(),
            state,
            encrypted: true,
            recipients: status.groups.clone(),
            foreign_keys: status.foreign_keys,
            selector: Some((status.selector.name(), status.selector.text().to_owned())),
            encrypted_values: status.encrypted_values,
            last_modified: Some(status.last_modified.clone()),
            version: status.version.clone(),
            has_rule: rule.is_some(),
        };
        Ok(Some((state, notes)))
    }
}
