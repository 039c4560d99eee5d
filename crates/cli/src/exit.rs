//! Exit codes: stable, documented in `docs/exit-codes.md`, and decided nowhere else.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or nothing to do.
    Done,
    /// Problems were found; nothing was written.
    Problems,
    /// Wrong usage, or no repository here.
    Usage,
    /// Something would change, or equality could not be proven (`--check`, `diff`).
    WouldChange,
    /// Stopped to protect edits, or awaiting `--yes`.
    Protected,
    /// Some nodes failed, or a part could not be asked; what could be done with the others was done.
    NodesFailed,
    /// As the program ended that was run (`secrets exec-env`, `secrets exec-file`).
    Program(u8),
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Problems => 1,
            Self::Usage => 2,
            Self::WouldChange => 3,
            Self::Protected => 4,
            Self::NodesFailed => 5,
            Self::Program(code) => code,
        }
    }
}

/// The code for a fault of the program itself; a panic ends with it, too.
pub(crate) const INTERNAL: u8 = 70;

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}
