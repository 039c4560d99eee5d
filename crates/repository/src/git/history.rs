//! Where a clone is, and how far that is from another commit.

use gix::ObjectId;

use super::Git;

/// So many commits are counted.
const MOST: usize = 10_000;

/// What is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The commit, in hex.
    pub commit: String,
    /// The branch, where one is checked out.
    pub branch: Option<String>,
}

/// How far a clone is from a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// The clone does not have the commit.
    Unknown,
    /// So many commits are only here, and so many only there.
    Known {
        /// Commits of what is checked out that the other does not have.
        ahead: usize,
        /// Commits of the other that what is checked out does not have.
        behind: usize,
    },
}

impl Git {
    /// What is checked out; nothing before the first commit.
    pub fn head(&self) -> Option<Head> {
        let commit = self.repository.head_id().ok()?.to_string();
        let name = self.repository.head_name().ok().flatten();
        let branch = name.map(|name| name.shorten().to_string());
        Some(Head { commit, branch })
    }

    /// How far what is checked out is from a commit in hex.
    pub fn distance(&self, commit: &str) -> Distance {
        let counted = || {
            let other = ObjectId::from_hex(commit.as_bytes()).ok()?;
            self.repository.find_commit(other).ok()?;
            let head = self.repository.head_id().ok()?.detach();
            let only = |one: ObjectId, hidden: ObjectId| {
                let walk = self.repository.rev_walk([one]).with_hidden([hidden]);
                Some(walk.all().ok()?.take(MOST).count())
            };
            Some(Distance::Known {
                ahead: only(head, other)?,
                behind: only(other, head)?,
            })
        };
        counted().unwrap_or(Distance::Unknown)
    }
}
