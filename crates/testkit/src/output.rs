//! What a program printed.

use std::fmt;

/// Standard output, standard error and exit code of one run, machine paths replaced.
///
/// `Display` is made for snapshots: standard output, then standard error under a rule, then
/// the exit code where it is not 0.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "look at the output, or assert success"]
pub struct Output {
    /// What went to standard output.
    pub stdout: String,
    /// What went to standard error.
    pub stderr: String,
    /// The exit code; -1 where a signal ended the program.
    pub code: i32,
}

impl Output {
    /// Fails the test unless the exit code is 0.
    #[track_caller]
    pub fn success(self) -> Self {
        assert_eq!(self.code, 0, "expected success:\n{self}");
        self
    }

    /// Fails the test unless the exit code is `code`.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "expected exit code {code}:\n{self}");
        self
    }
}

impl fmt::Display for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(formatter, "------- stderr -------\n{}", self.stderr)?;
        }
        if self.code != 0 {
            write!(formatter, "[exit code: {}]", self.code)?;
        }
        Ok(())
    }
}
