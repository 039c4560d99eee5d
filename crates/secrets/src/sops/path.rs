//! Where a value stands in a document.

use std::fmt;

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into the value of a key.
    Key(Box<str>),
    /// Into an item of a list, from 0; comments do not count.
    Index(usize),
}

/// The way from the root of a document to a value.
///
/// Printed as `stringData.password`, `list[0]`, `["a key"]`, with `document 2: ` before it
/// where it is not the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path {
    /// Which document of a YAML stream, from 0.
    pub document: usize,
    /// The steps, outermost first.
    pub steps: Vec<Step>,
}

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError;

impl Path {
    /// Reads sops' notation: `["stringData"]["password"]`, `["list"][0]`; in the first document.
    ///
    /// # Errors
    ///
    /// If it is not of that form, or empty.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut steps = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            rest = rest.strip_prefix('[').ok_or(PathError)?.trim_start();
            let (step, after) = match rest.chars().next() {
                Some('"') => quoted(rest)?,
                Some('\'') => {
                    let (key, after) = rest[1..].split_once('\'').ok_or(PathError)?;
                    (Step::Key(key.into()), after)
                }
                _ => {
                    let end = rest
                        .find(|byte: char| !byte.is_ascii_digit())
                        .ok_or(PathError)?;
                    (
                        Step::Index(rest[..end].parse().map_err(|_| PathError)?),
                        &rest[end..],
                    )
                }
            };
            steps.push(step);
            rest = after
                .trim_start()
                .strip_prefix(']')
                .ok_or(PathError)?
                .trim_start();
        }
        if steps.is_empty() {
            return Err(PathError);
        }
        Ok(Self { document: 0, steps })
    }

    /// The keys on the way, without the places in lists.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Key(key) => Some(&**key),
            Step::Index(_) => None,
        })
    }

    /// What authenticates the place of a value: its keys, each followed by a colon.
    pub(crate) fn additional_data(&self) -> String {
        additional_data(self.keys())
    }

    /// The same of the collections around it, innermost first.
    pub(crate) fn outer_additional_data(&self) -> impl Iterator<Item = String> + '_ {
        let keys: Vec<_> = self.keys().collect();
        (0..keys.len())
            .rev()
            .map(move |count| additional_data(keys[..count].iter().copied()))
    }

    pub(crate) fn child(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.steps.len() + 1);
        steps.extend_from_slice(&self.steps);
        steps.push(step);
        Self {
            document: self.document,
            steps,
        }
    }
}

fn additional_data<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    let mut text = keys.collect::<Vec<_>>().join(":");
    text.push(':');
    text
}

/// A key in double quotes with JSON's escapes, and what follows it.
fn quoted(text: &str) -> Result<(Step, &str), PathError> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let key = stream.next().and_then(Result::ok).ok_or(PathError)?;
    let end = stream.byte_offset();
    Ok((Step::Key(key.into()), &text[end..]))
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.document > 0 {
            write!(formatter, "document {}: ", self.document + 1)?;
        }
        for (position, step) in self.steps.iter().enumerate() {
            match step {
                Step::Index(index) => write!(formatter, "[{index}]")?,
                Step::Key(key) if is_simple(key) => {
                    if position > 0 {
                        formatter.write_str(".")?;
                    }
                    formatter.write_str(key)?;
                }
                Step::Key(key) => write!(formatter, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

fn is_simple(key: &str) -> bool {
    !key.is_empty()
        && key
            .chars()
            .all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_sops_writes_them() {
        for (text, shown, data) in [
            (r#"["a"]["b"]"#, "a.b", "a:b:"),
            (r#"["a"][0]["b c"]"#, r#"a[0]["b c"]"#, "a:b c:"),
            (r"['x:y']", r#"["x:y"]"#, "x:y:"),
            (r#" [ "q\"" ] "#, r#"["q\""]"#, "q\":"),
        ] {
            let path = Path::parse(text).expect("a path");
            assert_eq!(path.to_string(), shown);
            assert_eq!(path.additional_data(), data);
        }
        for text in ["", "a", "[", "[\"a]", "[-1]", "[\"a\"", "[1]x"] {
            assert_eq!(Path::parse(text), Err(PathError), "{text}");
        }
    }
}
