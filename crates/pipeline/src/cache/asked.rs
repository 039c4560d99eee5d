//! What a check or a run asked a repository, so that the next one can ask the same.

use repository::{Question, Seen, View};
use serde::{Deserialize, Serialize};

use super::key::{Key, Mark};

/// Questions, by their kinds and paths, and the mark of all answers together: nothing can be
/// told of one of them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Asked {
    questions: Vec<(char, String)>,
    mark: Vec<u8>,
}

impl Asked {
    /// All that was seen, and `more` that decides.
    pub(crate) fn new(key: &Key, seen: &Seen, more: &[&[u8]]) -> Self {
        let answers = seen.answers();
        let questions = answers.iter().map(|(question, _)| kept(question));
        let answers = answers.iter().map(|(_, answer)| answer.to_string());
        let mut asked = Self {
            questions: questions.collect(),
            mark: Vec::new(),
        };
        asked.mark = asked.mark(key, answers, more).0.to_vec();
        asked
    }

    /// Whether a view gives the same answers, and the rest is the same.
    pub(crate) fn holds(&self, key: &Key, view: &View<'_>, more: &[&[u8]]) -> bool {
        let questions = self.questions.iter().map(asked);
        let answers = questions.map(|question| question.ask(view).to_string());
        self.mark(key, answers, more).0 == *self.mark
    }

    fn mark(&self, key: &Key, answers: impl Iterator<Item = String>, more: &[&[u8]]) -> Mark {
        let mut parts: Vec<String> = Vec::with_capacity(2 * self.questions.len());
        for ((kind, path), answer) in self.questions.iter().zip(answers) {
            parts.push(format!("{kind}{path}"));
            parts.push(answer);
        }
        let parts = parts.iter().map(String::as_bytes);
        key.mark(more.iter().copied().chain([&b"seen"[..]]).chain(parts))
    }
}

fn kept(question: &Question) -> (char, String) {
    match question {
        Question::Kind(path) => ('k', path.clone()),
        Question::Content(path) => ('c', path.clone()),
        Question::Names(path) => ('n', path.clone()),
    }
}

fn asked((kind, path): &(char, String)) -> Question {
    match kind {
        'k' => Question::Kind(path.clone()),
        'n' => Question::Names(path.clone()),
        _ => Question::Content(path.clone()),
    }
}
