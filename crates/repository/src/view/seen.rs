//! What was asked of a view, and the digest of each answer: what a result depends on, files
//! that are not there and the names in folders included.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use camino::Utf8Path;
use tree::Digest;

use super::{Backing, Found, Listed, Read, View};

/// One question to a view; paths are as they were given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// What a path is.
    Kind(String),
    /// What a file holds, or that there is none.
    Content(String),
    /// Which names a folder has.
    Names(String),
}

impl Question {
    /// The digest of the answer that a view gives now.
    pub fn ask(&self, view: &View<'_>) -> Digest {
        match self {
            Self::Kind(path) => found(view.find(path)),
            Self::Content(path) => read(&view.read(path)),
            Self::Names(path) => listed(&view.list(path)),
        }
    }
}

/// Every question so far. The digests are of what files hold, secrets included: they are for
/// comparing in memory, and for a key that nobody else has.
#[derive(Debug, Default)]
pub struct Seen {
    answers: Mutex<BTreeMap<Question, Digest>>,
    git: AtomicBool,
    partial: AtomicBool,
}

impl Seen {
    /// The questions in order, each with the digest of its answer.
    pub fn answers(&self) -> Vec<(Question, Digest)> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers
            .iter()
            .map(|(question, digest)| (question.clone(), *digest))
            .collect()
    }

    /// Whether git was asked, of which nothing is written down.
    pub fn asked_git(&self) -> bool {
        self.git.load(Ordering::Relaxed)
    }

    /// Whether something is not written down as it was: where a symbolic link leads, or that an
    /// answer changed while the questions were asked.
    pub fn is_partial(&self) -> bool {
        self.partial.load(Ordering::Relaxed)
    }

    /// Whether a view gives the same answers.
    pub fn holds(&self, view: &View<'_>) -> bool {
        let answers = self.answers();
        answers
            .iter()
            .all(|(question, digest)| question.ask(view) == *digest)
    }

    fn note(&self, question: Question, answer: Digest) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let before = answers.insert(question, answer);
        if before.is_some_and(|before| before != answer) {
            self.partial.store(true, Ordering::Relaxed);
        }
    }
}

/// A backing of which every answer is written down.
pub(super) struct Recorded<'a> {
    pub(super) backing: Arc<dyn Backing + 'a>,
    pub(super) seen: Arc<Seen>,
}

impl Backing for Recorded<'_> {
    fn find(&self, path: &str) -> io::Result<Option<Found>> {
        let answer = self.backing.find(path);
        let told = answer.as_ref().ok().copied().flatten();
        self.seen.note(Question::Kind(path.to_owned()), found(told));
        answer
    }

    fn read(&self, path: &str, patient: bool) -> io::Result<Read> {
        let answer = self.backing.read(path, patient);
        let question = Question::Content(path.to_owned());
        self.seen.note(question, read(&answer));
        answer
    }

    fn list(&self, folder: &str) -> io::Result<Vec<Listed>> {
        let answer = self.backing.list(folder);
        let question = Question::Names(folder.to_owned());
        self.seen.note(question, listed(&answer));
        answer
    }

    fn stays_inside(&self, path: &str) -> bool {
        self.seen.partial.store(true, Ordering::Relaxed);
        self.backing.stays_inside(path)
    }

    fn root(&self) -> Option<&Utf8Path> {
        self.backing.root()
    }

    fn note_git(&self) {
        self.seen.git.store(true, Ordering::Relaxed);
        self.backing.note_git();
    }
}

fn found(found: Option<Found>) -> Digest {
    Digest::of(format!("{found:?}").as_bytes())
}

fn read(read: &io::Result<Read>) -> Digest {
    match read {
        Ok(Read::Absent) => Digest::of(b"absent"),
        // A text and the words for what is no file cannot be mistaken for each other.
        Ok(Read::File { bytes, mode }) => {
            let content = Digest::of(bytes);
            Digest::of(format!("file {mode:o} {content}").as_bytes())
        }
        Ok(Read::Other(kind)) => Digest::of(format!("{kind:?}").as_bytes()),
        Err(error) => Digest::of(format!("error {}", error.kind()).as_bytes()),
    }
}

fn listed(listed: &io::Result<Vec<Listed>>) -> Digest {
    match listed {
        Ok(names) => Digest::of(format!("{names:?}").as_bytes()),
        Err(error) => Digest::of(format!("error {}", error.kind()).as_bytes()),
    }
}
