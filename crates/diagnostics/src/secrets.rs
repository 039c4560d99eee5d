//! The texts that nobody may see, and the one way to take them out of what is shown.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use zeroize::Zeroizing;

use crate::mask::MASK;
use crate::{Diagnostic, Location};

/// How many bytes a secret has at least that is looked for in other texts. A shorter one,
/// such as a single letter, stands in every word: masking it would hide everything, and show
/// what it is.
pub const SHORTEST_SECRET: usize = 4;

/// A part of a secret (a line, a word) is looked for by itself from this length on: shorter
/// ones (`}`, `---`, `BEGIN`) stand everywhere, and are no secret.
const SHORTEST_PART: usize = 8;

/// So many short texts are searched before an automaton is made: that costs as much as a
/// hundred of them, and most runs show a few lines.
const FEW_SEARCHES: usize = 64;

/// A text that is searched without an automaton has at most this many bytes.
const SHORT_TEXT: usize = 4 << 10;

/// A longer text is looked for by itself, since the automaton takes some forty times its size.
const LONGEST_IN_AUTOMATON: usize = 8 << 10;

/// Secret texts that must not be shown, wherever they turn up. Cheap to clone; has no `Debug`.
///
/// The texts are wiped when the last clone is dropped. What finds them is made when something
/// is first looked for, so a run that shows nothing has no second copy.
///
/// ```
/// let secrets = diagnostics::Secrets::new(["hunter2"]);
/// assert_eq!(secrets.mask("password hunter2!"), "password <redacted>!");
/// ```
#[derive(Clone, Default)]
pub struct Secrets(Arc<Texts>);

#[derive(Default)]
struct Texts {
    /// Longest first, none twice.
    sought: Vec<Zeroizing<String>>,
    /// How many texts were searched without it.
    searched: AtomicUsize,
    search: OnceLock<Search>,
}

struct Search {
    /// Finds all but the first texts.
    automaton: Option<AhoCorasick>,
    /// How many are looked for by themselves.
    alone: usize,
}

impl Secrets {
    /// The given texts, without the blanks around them, and each longer line of those that have
    /// several, because templates indent them.
    pub fn new<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::with_parts(texts, |_| false)
    }

    /// As [`Secrets::new`], and each longer word too: where texts are written with quotes and
    /// escapes, only what stands between those is the same.
    pub fn with_words<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::with_parts(texts, |one| {
            one.is_whitespace() || one.is_control() || "\"'\\".contains(one)
        })
    }

    fn with_parts<T: AsRef<str>>(
        texts: impl IntoIterator<Item = T>,
        ends_word: impl Fn(char) -> bool,
    ) -> Self {
        let mut sought: Vec<Zeroizing<String>> = Vec::new();
        for text in texts {
            let text = text.as_ref().trim();
            if text.len() < SHORTEST_SECRET {
                continue;
            }
            let lines = text.lines().map(str::trim);
            let parts = lines.chain(text.split(&ends_word));
            sought.extend(
                parts
                    .filter(|part| part.len() >= SHORTEST_PART && part.len() < text.len())
                    .map(|part| Zeroizing::new(part.to_owned())),
            );
            sought.push(Zeroizing::new(text.to_owned()));
        }
        sought.sort_unstable_by(|left, right| {
            (Reverse(left.len()), left.as_str()).cmp(&(Reverse(right.len()), right.as_str()))
        });
        sought.dedup();
        Self(Arc::new(Texts {
            sought,
            ..Texts::default()
        }))
    }

    /// Where they stand in a text: in order, the leftmost and of those the longest, none
    /// overlapping another.
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        let Some(search) = self.search(text) else {
            return self.one_by_one(text);
        };
        let mut found: Vec<Range<usize>> = Vec::new();
        if let Some(automaton) = &search.automaton {
            found.extend(automaton.find_iter(text).map(|found| found.range()));
        }
        let before = found.len();
        for secret in self.alone(search) {
            let places = text.match_indices(secret);
            found.extend(places.map(|(at, secret)| at..at + secret.len()));
        }
        if found.len() > before {
            found.sort_by_key(|range| (range.start, Reverse(range.end)));
            let mut free = 0;
            found.retain(|range| {
                let fits = range.start >= free;
                if fits {
                    free = range.end;
                }
                fits
            });
        }
        found
    }

    /// Whether one of them stands in a text.
    pub fn hides(&self, text: &str) -> bool {
        let Some(search) = self.search(text) else {
            return self.texts().any(|secret| text.contains(secret));
        };
        let in_automaton = |automaton: &AhoCorasick| automaton.is_match(text);
        search.automaton.as_ref().is_some_and(in_automaton)
            || self.alone(search).any(|secret| text.contains(secret))
    }

    /// The text with [`MASK`] in place of each of them.
    pub fn mask(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut at = 0;
        for range in self.find(text) {
            shown.push_str(&text[at..range.start]);
            shown.push_str(MASK);
            at = range.end;
        }
        shown.push_str(&text[at..]);
        shown
    }

    /// Takes them out of a problem. Messages are written not to hold any; this is for the text
    /// that came to stand where a secret does not belong. A line that holds one is left out,
    /// since its caret would point elsewhere.
    pub fn clean(&self, problem: &mut Diagnostic) {
        let excerpt = |location: &mut Location| {
            let excerpt = location.excerpt.take();
            location.excerpt = excerpt.filter(|excerpt| !self.hides(&excerpt.text));
        };
        problem.message = self.mask(&problem.message);
        problem.hint = problem.hint.take().map(|hint| self.mask(&hint));
        problem.location.iter_mut().for_each(excerpt);
        for related in &mut problem.related {
            related.message = self.mask(&related.message);
            excerpt(&mut related.location);
        }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.sought.iter().map(|text| text.as_str())
    }

    fn alone(&self, search: &Search) -> impl Iterator<Item = &str> {
        self.texts().take(search.alone)
    }

    /// What [`Secrets::find`] finds, without an automaton.
    fn one_by_one(&self, text: &str) -> Vec<Range<usize>> {
        let first = |secret: &str, from: usize| {
            let rest = text.get(from..)?;
            // Getting ready to look for a long secret costs more than looking.
            if rest.len() < secret.len() {
                return None;
            }
            let at = from + rest.find(secret)?;
            Some(at..at + secret.len())
        };
        let mut next: Vec<(&str, Range<usize>)> = self
            .texts()
            .filter_map(|secret| Some((secret, first(secret, 0)?)))
            .collect();
        let mut found = Vec::new();
        while let Some((_, range)) = { next.iter() }.min_by_key(|(_, range)| range.start) {
            // Of those that start there the longest, since the longest come first.
            let range = range.clone();
            next.retain_mut(|(secret, place)| {
                if place.start >= range.end {
                    return true;
                }
                let later = first(secret, range.end);
                later.map(|later| *place = later).is_some()
            });
            found.push(range);
        }
        found
    }

    /// What finds them; none where a text is short, and making it would cost more than it saves.
    fn search(&self, text: &str) -> Option<&Search> {
        let Texts {
            sought,
            searched,
            search,
        } = &*self.0;
        if search.get().is_none()
            && text.len() <= SHORT_TEXT
            && searched.fetch_add(1, Ordering::Relaxed) < FEW_SEARCHES
        {
            return None;
        }
        Some(search.get_or_init(|| {
            let alone = sought.partition_point(|text| text.len() > LONGEST_IN_AUTOMATON);
            let automaton = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(sought.iter().skip(alone).map(|text| text.as_bytes()))
                .ok();
            // Too many for it: slow, but none is missed.
            let alone = if automaton.is_some() {
                alone
            } else {
                sought.len()
            };
            Search { automaton, alone }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;

    crate::rules! {
        RULE: error "a/b", "It shows what to look at.";
    }

    #[test]
    fn an_indented_secret_of_several_lines_is_found() {
        let secrets = Secrets::new([
            "-----BEGIN KEY-----\nabcdefgh\nshort\n-----END KEY-----\n",
            "abcd",
            // Far too short to be looked for.
            "k",
            "",
        ]);
        assert_eq!(
            secrets.mask("key: |\n  -----BEGIN KEY-----\n  abcdefgh\n  short\nother: abcde"),
            "key: |\n  <redacted>\n  <redacted>\n  short\nother: <redacted>e"
        );
    }

    #[test]
    fn the_leftmost_and_of_those_the_longest_goes() {
        let secrets = Secrets::new(["word", "password", "password-1", " blanks \n"]);
        assert_eq!(
            secrets.mask("password-1 password passwords word blanks"),
            "<redacted> <redacted> <redacted>s <redacted> <redacted>"
        );
        assert_eq!(secrets.find("a password, ä word"), [2..10, 15..19]);
        assert!(secrets.hides("a wordy one") && !secrets.hides("wor d"));
        assert!(!Secrets::default().hides("anything") && !Secrets::new([""]).hides(""));
    }

    #[test]
    fn few_searches_and_many_find_the_same() {
        let texts = ["xaaa", "aaaa", "baa", "äaab", "aaab", "abab"];
        for text in ["xaaaaaaaab", "ababababa", "äaabaaaaab", "", "aaa"] {
            let secrets = Secrets::new(texts);
            let first = secrets.find(text);
            let hides = secrets.hides(text);
            for _ in 0..FEW_SEARCHES {
                assert_eq!(secrets.find(text), first, "{text}");
            }
            assert_eq!(secrets.hides(text), hides);
            assert!(secrets.0.search.get().is_some());
        }
    }

    #[test]
    fn words_count_where_quotes_and_escapes_come_between() {
        let quoted = "it's a \"known-secret\"";
        let secrets = Secrets::with_words([quoted]);
        assert_eq!(secrets.mask("x known-secret y"), "x <redacted> y");
        assert_eq!(secrets.mask(quoted), "<redacted>");
        assert!(secrets.hides("\\\"known-secret\\\"") && !secrets.hides("it's"));
        assert!(!Secrets::new([quoted]).hides("known-secret"));
    }

    #[test]
    fn a_huge_secret_is_found_beside_small_ones() {
        let huge = "0123456789".repeat(LONGEST_IN_AUTOMATON);
        let secrets = Secrets::new([huge.as_str(), "0123", "9!!!"]);
        assert_eq!(
            secrets.mask(&format!("0123 {huge}!!! {huge} 01 9!!!")),
            "<redacted> <redacted>!!! <redacted> 01 <redacted>"
        );
        assert!(secrets.hides(&huge));
    }

    #[test]
    fn a_problem_says_none_in_any_of_its_parts() {
        let source = Source::new("a.yaml", "token: hunter2\nother: 1\n");
        let mut problem = RULE
            .report("`hunter2` is not")
            .at(source.location(0..5))
            .hint("leave out `hunter2`")
            .related(source.location(15..20), "hunter2 again");
        Secrets::new(["hunter2"]).clean(&mut problem);
        assert_eq!(problem.message, "`<redacted>` is not");
        assert_eq!(problem.hint.as_deref(), Some("leave out `<redacted>`"));
        assert_eq!(problem.related[0].message, "<redacted> again");
        assert!(problem.related[0].location.excerpt.is_some());
        let place = problem.location.expect("it has one");
        assert_eq!(
            (place.to_string().as_str(), place.excerpt),
            ("a.yaml:1:1", None)
        );
    }
}
