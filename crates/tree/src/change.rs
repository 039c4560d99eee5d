//! What a plan does with one file, and why.

use diagnostics::Secrets;
use serde::Serialize;

use crate::diff::{Diff, Side};
use crate::disk::{Bytes, FoundFile, Stamp};
use crate::redact::Values;
use crate::{Content, Digest, Mode, RelPath};

/// What becomes of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Rendered, not on disk: written.
    Create,
    /// On disk as an earlier run left it, rendered differently now: written.
    Update,
    /// Edited by hand or not owned, and given up by [`Force`](crate::Force) or
    /// [`adopt`](crate::Options::adopt): written.
    Overwrite,
    /// On disk as it is rendered, and owned.
    Unchanged,
    /// On disk as it is rendered, but not owned until now: owned from now on.
    TakeOver,
    /// Owned and unedited, but no longer rendered: removed.
    Prune,
    /// Owned, edited by hand, and rendered differently: protected, nothing is written.
    Edited,
    /// Not owned, and rendered differently: protected, nothing is written.
    Foreign,
    /// No longer rendered, but edited by hand: stays, and is not owned any more.
    Release,
}

impl Action {
    /// Whether it changes the file.
    pub const fn changes_disk(self) -> bool {
        matches!(
            self,
            Self::Create | Self::Update | Self::Overwrite | Self::Prune
        )
    }

    /// Whether it writes the file.
    pub const fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Overwrite)
    }

    /// Whether it keeps the whole plan from being committed.
    pub const fn is_protected(self) -> bool {
        matches!(self, Self::Edited | Self::Foreign)
    }
}

/// What a plan does with one file.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// The file.
    pub path: RelPath,
    /// What becomes of it.
    pub action: Action,
    /// Whether it holds secrets; its bytes are ciphertext then.
    pub secret: bool,
    /// The template it is rendered from, as users know it; none if it is no longer rendered.
    pub template: Option<String>,
    #[serde(skip)]
    pub(crate) before: Before,
    #[serde(skip)]
    pub(crate) after: Option<(Content, Mode)>,
    /// The digest of the bytes on disk, where they are known to be the program's own.
    #[serde(skip)]
    pub(crate) old: Option<Digest>,
    /// The digest that the next record gives it.
    #[serde(skip)]
    pub(crate) new: Option<Digest>,
}

/// What stood on disk when the plan was made.
#[derive(Debug, Clone)]
pub(crate) enum Before {
    Missing,
    File {
        /// None if there are too many.
        content: Option<Content>,
        mode: Mode,
        stamp: Stamp,
    },
    /// Something else, or something that could not be reached.
    Unknown,
}

impl Before {
    pub(crate) fn file(file: FoundFile) -> Self {
        Self::File {
            content: match file.bytes {
                Bytes::Held(bytes) => Some(bytes.into()),
                Bytes::TooMany(_) => None,
            },
            mode: file.mode,
            stamp: file.stamp,
        }
    }

    pub(crate) fn stamp(&self) -> Option<Stamp> {
        match self {
            Self::File { stamp, .. } => Some(*stamp),
            Self::Missing | Self::Unknown => None,
        }
    }
}

impl Change {
    /// The bytes on disk; none if there is no file, or it is too large to hold, or it is
    /// [`Action::Unchanged`].
    pub fn before(&self) -> Option<&Content> {
        match &self.before {
            Before::File { content, .. } => content.as_ref(),
            Before::Missing | Before::Unknown => None,
        }
    }

    /// The rendered bytes; none if the file is not rendered.
    pub fn after(&self) -> Option<&Content> {
        self.after.as_ref().map(|(content, _)| content)
    }

    /// From what is on disk to what is rendered, ready to be shown: `values` tells what of a
    /// secret YAML text may be a value, as `yaml::mask::values` does.
    pub fn diff(&self, secrets: &Secrets, values: Values) -> Diff {
        let nothing = Diff {
            text: String::new(),
            added: 0,
            removed: 0,
        };
        if matches!(
            self.action,
            Action::Unchanged | Action::TakeOver | Action::Release
        ) {
            return nothing;
        }
        let old = match &self.before {
            Before::Missing | Before::Unknown => Side::Missing,
            Before::File {
                content: Some(content),
                ..
            } => Side::Content(content),
            Before::File { content: None, .. } => Side::TooLarge,
        };
        let new = self.after().map_or(Side::Missing, Side::Content);
        let secret = self.secret.then_some(values);
        let mut diff = Diff::new(&self.path, old, new, secret, secrets);
        if let (Before::File { mode: old, .. }, Some((_, new))) = (&self.before, &self.after)
            && old.is_executable() != new.is_executable()
        {
            diff.text.insert_str(
                0,
                &format!(
                    "mode of {}: {:03o} becomes {:03o}\n",
                    self.path,
                    old.bits(),
                    new.bits()
                ),
            );
        }
        diff
    }
}

/// How many files a plan treats in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// [`Action::Create`].
    pub created: usize,
    /// [`Action::Update`].
    pub updated: usize,
    /// [`Action::Overwrite`].
    pub overwritten: usize,
    /// [`Action::Unchanged`].
    pub unchanged: usize,
    /// [`Action::TakeOver`].
    pub taken_over: usize,
    /// [`Action::Prune`].
    pub pruned: usize,
    /// [`Action::Edited`].
    pub edited: usize,
    /// [`Action::Foreign`].
    pub foreign: usize,
    /// [`Action::Release`].
    pub released: usize,
}

impl Summary {
    pub(crate) fn of<'a>(changes: impl Iterator<Item = &'a Change>) -> Self {
        let mut summary = Self::default();
        for change in changes {
            *match change.action {
                Action::Create => &mut summary.created,
                Action::Update => &mut summary.updated,
                Action::Overwrite => &mut summary.overwritten,
                Action::Unchanged => &mut summary.unchanged,
                Action::TakeOver => &mut summary.taken_over,
                Action::Prune => &mut summary.pruned,
                Action::Edited => &mut summary.edited,
                Action::Foreign => &mut summary.foreign,
                Action::Release => &mut summary.released,
            } += 1;
        }
        summary
    }

    /// How many files change on disk.
    pub fn changes(&self) -> usize {
        self.created + self.updated + self.overwritten + self.pruned
    }
}
