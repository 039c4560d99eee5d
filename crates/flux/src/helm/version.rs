//! Ranges of versions as Flux and Helm read them.
//!
//! Source of the behaviour: Masterminds/semver 3.5.0, `ParseVersion` of fluxcd/pkg `version`.

use std::cmp::Ordering;

use semver::{Prerelease, Version};

/// The longest range that is read, in bytes.
const LONGEST: usize = 512;

/// How many alternatives a range may have.
const MOST_ALTERNATIVES: usize = 32;

/// A version as Flux takes it from a tag or an index: three numbers, `v` before them or not.
pub fn version(text: &str) -> Option<Version> {
    Version::parse(text.strip_prefix('v').unwrap_or(text)).ok()
}

/// A range, such as `>=1.2 <2 || 3.x`.
#[derive(Debug, Clone)]
pub struct Range(Vec<Alternative>);

#[derive(Debug, Clone)]
struct Alternative {
    bounds: Vec<Bound>,
    /// Whether a bound names a pre-release: only then others than releases count.
    takes_prereleases: bool,
}

#[derive(Debug, Clone)]
struct Bound {
    operator: Operator,
    version: Version,
    given: Given,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// How much of its version a bound names; the rest may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Nothing,
    Major,
    Minor,
    All,
}

impl Range {
    /// Reads a range; none where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let alternatives: Vec<&str> = text.split("||").collect();
        if alternatives.len() > MOST_ALTERNATIVES {
            return None;
        }
        let alternatives = alternatives.into_iter().map(Alternative::parse);
        alternatives.collect::<Option<_>>().map(Self)
    }

    /// Whether a version lies in it.
    pub fn has(&self, version: &Version) -> bool {
        self.0.iter().any(|one| {
            (version.pre.is_empty() || one.takes_prereleases)
                && one.bounds.iter().all(|bound| bound.has(version))
        })
    }

    /// The highest of some versions that lies in it, as it is written; of equal ones the first.
    pub fn highest<'a>(&self, versions: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        let mut highest: Option<(Version, &str)> = None;
        for text in versions {
            let Some(version) = version(text).filter(|version| self.has(version)) else {
                continue;
            };
            let is_higher = highest
                .as_ref()
                .is_none_or(|(before, _)| version.cmp_precedence(before) == Ordering::Greater);
            if is_higher {
                highest = Some((version, text));
            }
        }
        highest.map(|(_, text)| text)
    }
}

impl Alternative {
    fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text
            .split(|letter: char| letter.is_whitespace() || letter == ',')
            .filter(|word| !word.is_empty())
            .collect();
        let mut bounds = Vec::new();
        let mut words = words.into_iter().peekable();
        while let Some(word) = words.next() {
            let rest = word.trim_start_matches(['=', '!', '<', '>', '~', '^']);
            let (operator, rest) = word.split_at(word.len() - rest.len());
            // The sign may stand by itself before its version.
            let rest = if rest.is_empty() { words.next()? } else { rest };
            if words.peek() == Some(&"-") && operator.is_empty() {
                words.next();
                bounds.push(Bound::parse(Operator::GreaterOrEqual, rest)?);
                bounds.push(Bound::parse(Operator::LessOrEqual, words.next()?)?);
            } else {
                bounds.push(Bound::parse(Operator::parse(operator)?, rest)?);
            }
        }
        let takes_prereleases = bounds.iter().any(|bound| !bound.version.pre.is_empty());
        (!bounds.is_empty()).then_some(Self {
            bounds,
            takes_prereleases,
        })
    }
}

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "" | "=" => Self::Equal,
            "!=" => Self::NotEqual,
            ">" => Self::Greater,
            "<" => Self::Less,
            ">=" | "=>" => Self::GreaterOrEqual,
            "<=" | "=<" => Self::LessOrEqual,
            "~" | "~>" => Self::Tilde,
            "^" => Self::Caret,
            _ => return None,
        })
    }
}

impl Bound {
    fn parse(operator: Operator, text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, _) = text.split_once('+').unwrap_or((text, ""));
        let (numbers, pre) = match text.split_once('-') {
            Some((numbers, pre)) => (numbers, Prerelease::new(pre).ok()?),
            None => (text, Prerelease::EMPTY),
        };
        let parts: Vec<&str> = numbers.split('.').collect();
        if parts.len() > 3 {
            return None;
        }
        let mut version = Version::new(0, 0, 0);
        version.pre = pre;
        let mut given = Given::Nothing;
        let mut is_open = false;
        for (index, part) in parts.iter().enumerate() {
            if matches!(*part, "x" | "X" | "*") {
                is_open = true;
                continue;
            }
            let number = part.parse().ok()?;
            if is_open {
                continue;
            }
            (
                given,
                *[&mut version.major, &mut version.minor, &mut version.patch][index],
            ) = ([Given::Major, Given::Minor, Given::All][index], number);
        }
        Some(Self {
            operator,
            version,
            given,
        })
    }

    fn has(&self, version: &Version) -> bool {
        let order = version.cmp_precedence(&self.version);
        let own = &self.version;
        let same_major = version.major == own.major;
        let same_minor = same_major && version.minor == own.minor;
        match self.operator {
            Operator::Equal if self.given == Given::All => order == Ordering::Equal,
            Operator::Equal | Operator::Tilde => {
                let is_nothing = (own.major, own.minor, own.patch) == (0, 0, 0)
                    && !matches!(self.given, Given::Major | Given::Minor);
                order != Ordering::Less
                    && (is_nothing || same_minor || (same_major && self.given == Given::Major))
            }
            Operator::NotEqual => match self.given {
                Given::All => order != Ordering::Equal,
                Given::Major => !same_major,
                Given::Minor => !same_minor || version.pre != own.pre,
                Given::Nothing => {
                    !same_minor || version.patch != own.patch || order != Ordering::Equal
                }
            },
            Operator::Greater => match self.given {
                Given::Major => version.major > own.major,
                Given::Minor => {
                    version.major > own.major || (same_major && version.minor > own.minor)
                }
                Given::All | Given::Nothing => order == Ordering::Greater,
            },
            Operator::Less => order == Ordering::Less,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::LessOrEqual => match self.given {
                Given::All => order != Ordering::Greater,
                Given::Major => version.major <= own.major,
                Given::Minor | Given::Nothing => {
                    version.major < own.major || (same_major && version.minor <= own.minor)
                }
            },
            Operator::Caret => {
                order != Ordering::Less
                    && if own.major > 0 || self.given == Given::Major {
                        same_major
                    } else if own.minor > 0 || self.given == Given::Minor {
                        same_minor
                    } else {
                        same_minor && version.patch == own.patch
                    }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Masterminds/semver 3.5.0 answered, one by one.
    #[test]
    fn ranges_are_those_of_the_library_that_flux_uses() {
        let versions = [
            "0.0.3",
            "0.2.5",
            "1.0.0",
            "1.2.3",
            "1.2.9",
            "1.3.0-rc.1",
            "1.3.0",
            "2.0.0-beta",
            "2.0.0",
            "v3.1.4",
        ];
        let of = |range: &str| {
            let Some(range) = Range::parse(range) else {
                return "none".to_owned();
            };
            let found = { versions.iter() }
                .filter(|text| version(text).is_some_and(|version| range.has(&version)));
            let found: Vec<_> = found.copied().collect();
            if found.is_empty() {
                return "nothing".to_owned();
            }
            found.join(" ")
        };
        for (range, found) in include_str!("ranges.txt")
            .lines()
            .filter_map(|line| line.split_once(" => "))
        {
            assert_eq!(of(range), found, "{range}");
        }
    }

    #[test]
    fn the_highest_is_as_it_is_written() {
        let tags = [
            "latest",
            "1.0.0",
            "v1.2.0",
            "1.2.0-rc.1",
            "sha256-abc",
            "2.0.0-rc.1",
        ];
        let highest = |range: &str| Range::parse(range).and_then(|range| range.highest(tags));
        assert_eq!(highest("*"), Some("v1.2.0"));
        assert_eq!(highest(">=1.0.0-0"), Some("2.0.0-rc.1"));
        assert_eq!(highest("^3"), None);
    }
}
