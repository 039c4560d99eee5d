//! Regular expressions with the meaning that Go gives them.
//!
//! Both engines descend from RE2, so little differs: `\d \w \s \b` know ASCII only, `\Q…\E`
//! quotes, `[` and `&&` inside a class are plain characters, a `{` that starts no repetition is
//! one too, and some escapes exist on one side only. The pattern is rewritten where that keeps
//! its meaning, and refused where Go would refuse it.

use std::fmt;

use regex::bytes::Regex;

/// A pattern as `.sops.yaml` and SOPS files hold it; matches anywhere in a text.
#[derive(Clone)]
pub struct GoRegex {
    pattern: Box<str>,
    matcher: Matcher,
}

/// Compiling takes longer than matching all keys of a file, and most patterns are names.
#[derive(Clone)]
enum Matcher {
    /// `^(one|two)$`, or `^(?:one)$`: one of these, whole; a `.` in them is any character.
    Names(Vec<Box<str>>),
    Regex(Regex),
}

/// Why a pattern is refused: a clause for a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoRegexError(pub String);

/// The most repetitions that Go takes.
const MOST: u32 = 1000;

impl GoRegex {
    /// Compiles a pattern.
    ///
    /// # Errors
    ///
    /// If Go refuses it, or it needs more memory than any sensible one.
    pub fn new(pattern: &str) -> Result<Self, GoRegexError> {
        if let Some(names) = names(pattern) {
            return Ok(Self {
                pattern: pattern.into(),
                matcher: Matcher::Names(names),
            });
        }
        let regex = Regex::new(&translate(pattern)?).map_err(|error| {
            // The parser's message ends with the reason; before it stands the pattern drawn.
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default();
            GoRegexError(reason.strip_prefix("error: ").unwrap_or(reason).to_owned())
        })?;
        Ok(Self {
            pattern: pattern.into(),
            matcher: Matcher::Regex(regex),
        })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    /// Whether it matches somewhere in the text.
    pub fn is_match(&self, text: &[u8]) -> bool {
        match &self.matcher {
            Matcher::Names(names) => names.iter().any(|name| is_name(name, text)),
            Matcher::Regex(regex) => regex.is_match(text),
        }
    }
}

impl PartialEq for GoRegex {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for GoRegex {}

impl fmt::Debug for GoRegex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("GoRegex")
            .field(&self.pattern)
            .finish()
    }
}

/// The names of a pattern that is nothing but names.
fn names(pattern: &str) -> Option<Vec<Box<str>>> {
    let inner = pattern.strip_prefix('^')?.strip_suffix('$')?;
    let group = { inner.strip_prefix("(?:") }.or_else(|| inner.strip_prefix('('));
    let (list, grouped) = match group {
        Some(inner) => (inner.strip_suffix(')')?, true),
        None => (inner, false),
    };
    let plain = |name: &str| {
        let mut bytes = name.bytes();
        bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-/.".contains(&byte))
    };
    // Without the group, the anchors would belong to the first and the last name only.
    let all = list.split('|').all(plain) && (grouped || !list.contains('|'));
    all.then(|| list.split('|').map(Into::into).collect())
}

/// Whether a text is a name, each `.` of which is any character but the end of a line.
fn is_name(name: &str, text: &[u8]) -> bool {
    if !name.contains('.') {
        return name.as_bytes() == text;
    }
    let Ok(text) = str::from_utf8(text) else {
        return false;
    };
    let mut characters = text.chars();
    let each = |wanted: char| match characters.next() {
        Some('\n') | None => false,
        Some(character) => wanted == '.' || wanted == character,
    };
    name.chars().all(each) && characters.next().is_none()
}

fn translate(pattern: &str) -> Result<String, GoRegexError> {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    let mut class = false;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        rest = match character {
            '\\' => escape(&mut out, after, class)?,
            '[' if class => {
                if let Some(end) = after.strip_prefix(':').and_then(|name| name.find(":]")) {
                    out.push_str(&rest[..end + 4]);
                    &rest[end + 4..]
                } else {
                    out.push_str("\\[");
                    after
                }
            }
            '[' => {
                class = true;
                open_class(&mut out, after)
            }
            ']' if class => {
                class = false;
                out.push(']');
                after
            }
            '&' | '~' if class => {
                out.push('\\');
                out.push(character);
                after
            }
            '{' if !class => repetition(&mut out, after)?,
            '(' if !class => {
                check_group(after)?;
                out.push('(');
                after
            }
            _ => {
                out.push(character);
                after
            }
        };
    }
    Ok(out)
}

/// Copies `[`, `^` and a `]` that is the first character of the class.
fn open_class<'a>(out: &mut String, after: &'a str) -> &'a str {
    out.push('[');
    let mut rest = after;
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    if let Some(after) = rest.strip_prefix(']') {
        out.push_str("\\]");
        rest = after;
    }
    rest
}

/// What follows a backslash; returns what follows that.
fn escape<'a>(out: &mut String, after: &'a str, class: bool) -> Result<&'a str, GoRegexError> {
    let Some(character) = after.chars().next() else {
        return Err(GoRegexError("it ends with a backslash".to_owned()));
    };
    let rest = &after[character.len_utf8()..];
    let set = |out: &mut String, plain: &str, negated: bool| match (class, negated) {
        (true, false) => out.push_str(plain),
        (_, true) => out.push_str(&format!("[^{plain}]")),
        (false, false) => out.push_str(&format!("[{plain}]")),
    };
    match character {
        'd' | 'D' => set(out, "0-9", character == 'D'),
        'w' | 'W' => set(out, "0-9A-Za-z_", character == 'W'),
        's' | 'S' => set(out, "\\t\\n\\f\\r ", character == 'S'),
        'b' | 'B' if !class => out.push_str(&format!("(?-u:\\{character})")),
        'A' | 'z' if !class => {
            out.push('\\');
            out.push(character);
        }
        'a' | 'f' | 't' | 'n' | 'r' | 'v' | 'x' | 'p' | 'P' => {
            out.push('\\');
            out.push(character);
        }
        'Q' if !class => {
            let (literal, rest) = rest.split_once("\\E").unwrap_or((rest, ""));
            out.push_str(&regex::escape(literal));
            return Ok(rest);
        }
        // An end without a start.
        'E' if !class => {}
        '0'..='7' => {
            let digits = after
                .bytes()
                .take(3)
                .take_while(|byte| (b'0'..=b'7').contains(byte))
                .count();
            let number = u32::from_str_radix(&after[..digits], 8).unwrap_or_default();
            if character != '0' && digits == 1 {
                return Err(GoRegexError(format!(
                    "`\\{character}` would refer back to a group, which RE2 cannot"
                )));
            }
            out.push_str(&format!("\\x{{{number:X}}}"));
            return Ok(&after[digits..]);
        }
        _ if character.is_ascii_punctuation() => {
            out.push_str(&regex::escape(&character.to_string()));
        }
        _ => {
            return Err(GoRegexError(format!(
                "`\\{character}` is no escape that Go knows"
            )));
        }
    }
    // `&`, `-` and `~` mean something inside a class where they are not escaped.
    if class && matches!(character, '&' | '~') && !out.ends_with(&format!("\\{character}")) {
        out.pop();
        out.push('\\');
        out.push(character);
    }
    Ok(rest)
}

/// A `{`: of a repetition, or itself.
fn repetition<'a>(out: &mut String, after: &'a str) -> Result<&'a str, GoRegexError> {
    let counts = after
        .split_once('}')
        .map(|(counts, _)| counts)
        .filter(|counts| {
            let (least, most) = counts.split_once(',').unwrap_or((counts, ""));
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            !least.is_empty() && digits(least) && digits(most)
        });
    let Some(counts) = counts else {
        out.push_str("\\{");
        return Ok(after);
    };
    let too_many = counts
        .split(',')
        .filter(|count| !count.is_empty())
        .any(|count| count.parse::<u32>().is_ok_and(|count| count > MOST) || count.len() > 9);
    if too_many {
        return Err(GoRegexError(format!(
            "it repeats something more than {MOST} times"
        )));
    }
    out.push('{');
    out.push_str(counts);
    out.push('}');
    Ok(&after[counts.len() + 1..])
}

/// Go knows the flags `i`, `m`, `s`, `U` and named groups, nothing else after `(?`.
fn check_group(after: &str) -> Result<(), GoRegexError> {
    let Some(rest) = after.strip_prefix('?') else {
        return Ok(());
    };
    if rest.starts_with("P<")
        || (rest.starts_with('<') && !rest.starts_with("<=") && !rest.starts_with("<!"))
    {
        return Ok(());
    }
    let flags = rest.split([':', ')']).next().unwrap_or_default();
    if flags
        .chars()
        .all(|flag| matches!(flag, 'i' | 'm' | 's' | 'U' | '-'))
    {
        Ok(())
    } else {
        Err(GoRegexError(
            "it has a group that Go does not know".to_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        GoRegex::new(pattern)
            .expect("a pattern")
            .is_match(text.as_bytes())
    }

    #[test]
    fn patterns_mean_what_they_mean_in_go() {
        assert!(matches("^(data|stringData)$", "stringData"));
        assert!(!matches("^(data|stringData)$", "mydata"));
        assert!(matches("^data|stringData$", "mystringData"));
        assert!(matches("^()$", ""));
        assert!(matches("talos/.*", "elsewhere/talos/x"));
        assert!(matches(r"^\Qa.b\E$", "a.b"));
        assert!(!matches(r"^\Qa.b\E$", "axb"));
        assert!(!matches(r"^\d$", "٣"), "ASCII digits only");
        assert!(!matches(r"^\w$", "é"));
        assert!(matches(r"^[\w-]+$", "a-b_1"));
        assert!(matches(r"^[^\d]$", "x"));
        assert!(matches(r"^[[a]$", "["));
        assert!(matches(r"^[[:alpha:]]+$", "abc"));
        assert!(matches(r"^[a&&b]+$", "&"));
        assert!(matches(r"^[]a]$", "]"));
        assert!(matches(r"a{,5}", "a{,5}"));
        assert!(matches(r"^a{2,3}$", "aaa"));
        assert!(matches(r"^\<$", "<"));
        assert!(matches(r"^\056$", "."));
        assert!(matches(r"\.sops\.ya?ml$", "x.sops.yml"));
        assert!(matches(r"(?i)^SECRET", "secrets"));
        assert!(matches("é", "é"));
    }

    /// What is nothing but names is not compiled: it means the same.
    #[test]
    fn names_mean_what_the_pattern_means() {
        let texts = [
            "", "a", "a.b", "axb", "aéb", "a\nb", "ab", "a.bc", "apps/v1", "a.b\n",
        ];
        for pattern in [
            "^a.b$",
            "^(a|a.b)$",
            "^(?:a.b|apps/v1)$",
            "^(?:)$",
            "^()$",
            "^.$",
            "^(?:..b)$",
        ] {
            let compiled = Regex::new(pattern).expect("a pattern");
            assert!(names(pattern).is_some(), "{pattern}");
            for text in texts {
                let expected = compiled.is_match(text.as_bytes());
                assert_eq!(matches(pattern, text), expected, "{pattern} on {text:?}");
            }
        }
        for pattern in ["^a|b$", "^(a)(b)$", "a.b", "^(?i:a)$", "^a+$"] {
            assert!(names(pattern).is_none(), "{pattern}");
        }
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for pattern in [
            "(", "[", "a**b(", r"\1", r"\u0041", r"\h", "(?=a)", "(?<=a)", "(?x)a", "a{1001}",
            "\\", "*", "[z-a]", r"\pX",
        ] {
            assert!(GoRegex::new(pattern).is_err(), "{pattern}");
        }
    }
}
