//! Patterns of file names, as Python's `pathlib` reads them.

/// A pattern for [`Pattern::finds`] (`Path.glob`) or [`Pattern::matches`] (`Path.match`).
pub(super) struct Pattern {
    parts: Vec<String>,
    absolute: bool,
    folders_only: bool,
}

impl Pattern {
    /// Reads a pattern; `.` and doubled slashes do not count.
    pub(super) fn new(text: &str) -> Self {
        let parts = text
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .map(str::to_owned)
            .collect();
        Self {
            parts,
            absolute: text.starts_with('/'),
            folders_only: text.ends_with('/'),
        }
    }

    /// Whether nothing is left of it.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether it starts with `/`.
    pub(super) fn is_absolute(&self) -> bool {
        self.absolute
    }

    /// Whether `folder.glob(pattern)` finds the path below the folder. `**` stands for any
    /// number of folders, at the end for everything (as of Python 3.13).
    pub(super) fn finds(&self, path: &str, is_folder: bool) -> bool {
        if self.folders_only && !is_folder {
            return false;
        }
        let parts: Vec<&str> = path.split('/').collect();
        // Which prefixes of the path the pattern read so far can stand for.
        let mut reached = vec![false; parts.len() + 1];
        reached[0] = true;
        for (index, pattern) in self.parts.iter().enumerate() {
            let mut next = vec![false; parts.len() + 1];
            if pattern == "**" {
                let first = reached.iter().position(|&here| here);
                let last = index + 1 == self.parts.len();
                for (at, here) in next.iter_mut().enumerate() {
                    // Only at the end may it take the file itself.
                    let takes_file = at == parts.len() && !is_folder;
                    *here = first.is_some_and(|first| at >= first)
                        && (!takes_file || last || reached[at]);
                }
            } else {
                for (at, part) in parts.iter().enumerate() {
                    next[at + 1] = reached[at] && part_matches(pattern, part);
                }
            }
            reached = next;
        }
        reached[parts.len()]
    }

    /// Whether `path.match(pattern)`: a relative pattern is compared from the right, an
    /// absolute one as a whole. `**` is no more than `*`.
    pub(super) fn matches(&self, absolute_path: &str) -> bool {
        let parts: Vec<&str> = absolute_path
            .split('/')
            .filter(|part| !part.is_empty())
            .collect();
        if parts.len() < self.parts.len() || (self.absolute && parts.len() > self.parts.len()) {
            return false;
        }
        let from_right = self.parts.iter().rev().zip(parts.iter().rev());
        from_right
            .into_iter()
            .all(|(pattern, part)| part_matches(pattern, part))
    }
}

/// One part against one pattern of `fnmatch`, case counting: `*`, `?`, `[abc]`, `[!a-c]`.
fn part_matches(pattern: &str, text: &str) -> bool {
    let pattern = tokens(pattern);
    let text: Vec<char> = text.chars().collect();
    // Linear but for one point to go back to: the last `*`.
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some(Token::Any) => {
                star = Some((at, read));
                at += 1;
            }
            Some(token) if token.takes(text[read]) => {
                at += 1;
                read += 1;
            }
            _ => match star {
                Some((star_at, star_read)) => {
                    star = Some((star_at, star_read + 1));
                    at = star_at + 1;
                    read = star_read + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..]
        .iter()
        .all(|token| matches!(token, Token::Any))
}

enum Token {
    Any,
    One,
    Literal(char),
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Token {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Any => false,
            Self::One => true,
            Self::Literal(literal) => *literal == character,
            Self::Class { negated, ranges } => {
                let inside = ranges
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&character));
                inside != *negated
            }
        }
    }
}

fn tokens(pattern: &str) -> Vec<Token> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        at += 1;
        tokens.push(match character {
            '*' => Token::Any,
            '?' => Token::One,
            '[' => match class(&characters[at..]) {
                Some((token, length)) => {
                    at += length;
                    token
                }
                None => Token::Literal('['),
            },
            other => Token::Literal(other),
        });
    }
    tokens
}

/// What follows `[`, up to its `]`, and how many characters that are.
fn class(rest: &[char]) -> Option<(Token, usize)> {
    let negated = rest.first() == Some(&'!');
    let start = usize::from(negated);
    // A `]` in the first place stands for itself.
    let length = rest
        .iter()
        .skip(start + 1)
        .position(|&character| character == ']')?;
    let end = start + 1 + length;
    let inner = &rest[start..end];
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < inner.len() {
        if inner.get(at + 1) == Some(&'-') && at + 2 < inner.len() {
            ranges.push((inner[at], inner[at + 2]));
            at += 3;
        } else {
            ranges.push((inner[at], inner[at]));
            at += 1;
        }
    }
    Some((Token::Class { negated, ranges }, end + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_match_as_fnmatch_does() {
        for (pattern, text, expected) in [
            ("*.partial.yaml.j2", "x.partial.yaml.j2", true),
            ("*.partial.yaml.j2", "x.partial.yaml.J2", false),
            ("a?c", "abc", true),
            ("[!a]b", "ab", false),
            ("[!a]b", "xb", true),
            ("[a-cx]", "b", true),
            ("[a-", "[a-", true),
            ("[]]", "]", true),
            ("[!]]", "]", false),
            ("[a-]", "-", true),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b", false),
        ] {
            assert_eq!(part_matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn relative_patterns_match_from_the_right() {
        let matches = |pattern: &str, path: &str| Pattern::new(pattern).matches(path);
        assert!(matches("skipped/*", "/repository/config/skipped/a.j2"));
        assert!(!matches("skipped/*", "/repository/config/skipped/b/a.j2"));
        assert!(matches("**/a.j2", "/repository/x/a.j2"));
        assert!(!matches("**/a.j2", "/a.j2"));
        assert!(matches("/repository/*", "/repository/a"));
        assert!(!matches("/repository/*", "/x/repository/a"));
    }

    #[test]
    fn globs_find_at_their_depth() {
        let finds = |pattern: &str, path: &str| Pattern::new(pattern).finds(path, false);
        assert!(finds("**/*", "a"));
        assert!(finds("**/*", "a/b/c"));
        assert!(finds("*.j2", "a.j2"));
        assert!(!finds("*.j2", "a/b.j2"));
        assert!(finds("a/**/c", "a/c"));
        assert!(finds("a/**/c", "a/x/y/c"));
        assert!(finds("a/**", "a/x/y"));
        assert!(!finds("**/a/", "a"));
        assert!(Pattern::new("**/a/").finds("x/a", true));
    }

    proptest! {
        #[test]
        fn no_pattern_panics(pattern in ".{0,20}", path in "[a-c/.*\\[\\]!-]{0,20}") {
            Pattern::new(&pattern).finds(&path, true);
            Pattern::new(&pattern).matches(&path);
        }

        #[test]
        fn a_name_without_special_characters_matches_itself_only(
            one in "[a-z.]{1,6}", other in "[a-z.]{1,6}",
        ) {
            prop_assert_eq!(part_matches(&one, &other), one == other);
        }
    }
}
