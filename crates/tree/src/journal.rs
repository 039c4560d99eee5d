//! The journal of a commit in progress: tells what a killed run wrote from what a hand edited.

use std::fmt;

use crate::{Digest, RelPath, TEMPORARY_PREFIX};

/// Where the journal stands while a commit is in progress, relative to the root.
pub const JOURNAL_PATH: &str = ".ichor/journal";

const HEADER: &str = "# ichor-journal 1";

/// What one commit is about to do. Written before anything else changes, removed last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Journal {
    pub(crate) steps: Vec<Step>,
}

/// What a commit does to one file, or to its line in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) path: RelPath,
    /// The bytes found on disk, where they were known to be the program's own. Never those
    /// of a hand edit that is overwritten on request: should the run be killed before it
    /// gets there, the next one must protect the edit again.
    pub(crate) old: Option<Digest>,
    /// The bytes that stand there afterwards; none if the file is removed.
    pub(crate) new: Option<Digest>,
}

impl Journal {
    /// Reads a journal, skipping what cannot be understood: a journal is renamed into place
    /// whole, and a line less only makes the program more careful.
    pub(crate) fn parse(text: &str) -> Self {
        Self {
            steps: text
                .lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(step)
                .collect(),
        }
    }
}

impl fmt::Display for Journal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{HEADER}")?;
        for step in &self.steps {
            for digest in [step.old, step.new] {
                match digest {
                    Some(digest) => write!(formatter, "{digest} ")?,
                    None => write!(formatter, "- ")?,
                }
            }
            writeln!(formatter, "{}", step.path)?;
        }
        Ok(())
    }
}

/// The name under which the bytes of a journal's n-th step are staged, in the folder of
/// their target. The journal thereby lists all temporary files that its run can leave.
pub(crate) fn temporary_name(step: usize) -> String {
    format!("{TEMPORARY_PREFIX}{step}")
}

fn step(line: &str) -> Option<Step> {
    let mut words = line.splitn(3, ' ');
    let mut digest = || match words.next()? {
        "-" => Some(None),
        hex => Digest::from_hex(hex).map(Some),
    };
    let (old, new) = (digest()?, digest()?);
    let path = RelPath::new(words.next()?).ok()?;
    (!path.is_reserved() && !path.is_input()).then_some(Step { path, old, new })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back() {
        let path = |text| RelPath::new(text).expect("valid");
        let journal = Journal {
            steps: vec![
                Step {
                    path: path("a b"),
                    old: None,
                    new: Some(Digest::of(b"1")),
                },
                Step {
                    path: path("c"),
                    old: Some(Digest::of(b"2")),
                    new: None,
                },
            ],
        };
        assert_eq!(Journal::parse(&journal.to_string()), journal);
        assert_eq!(Journal::parse("- - ../x\n- zz a\n\n#"), Journal::default());
    }
}
