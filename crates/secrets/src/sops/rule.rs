//! How a file is to be encrypted.

use super::document::Indents;
use super::selector::Selector;
use crate::keys::Recipient;

/// What one creation rule of `.sops.yaml` asks for, or what a caller does.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// The key groups: one, or several of which [`Rule::threshold`] are needed to decrypt.
    pub groups: Vec<Vec<Recipient>>,
    /// Keys of kinds other than age, as `kind: name`, a list for each group. A file that
    /// already has such keys keeps them; a new one cannot be encrypted to them.
    pub foreign: Vec<Vec<String>>,
    /// How many of several groups are needed; all of them if nothing is said.
    pub threshold: Option<usize>,
    /// Which values are encrypted; all but those under `…_unencrypted` if nothing is said.
    pub selector: Option<Selector>,
    /// Whether the MAC covers encrypted values only.
    pub mac_only_encrypted: bool,
    /// How far new metadata is set in.
    pub indents: Indents,
}

impl Rule {
    /// Everything encrypted to these recipients, in one group.
    pub fn for_recipients(recipients: impl IntoIterator<Item = Recipient>) -> Self {
        Self {
            groups: vec![recipients.into_iter().collect()],
            ..Self::default()
        }
    }

    /// All age recipients, of every group.
    pub fn recipients(&self) -> impl Iterator<Item = &Recipient> {
        self.groups.iter().flatten()
    }
}
