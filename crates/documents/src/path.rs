//! Paths into documents: `machine.sysctls.net\.core\.rmem_max`, `machine.disks[0].device`.

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key of a map.
    Key(String),
    /// An item of a list.
    Item(usize),
}

/// A path with one more key.
pub fn join(path: &str, key: &str) -> String {
    let mut joined = String::with_capacity(path.len() + key.len() + 1);
    joined.push_str(path);
    push(&mut joined, key);
    joined
}

/// Adds a key to a path.
pub fn push(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    if key.contains('.') {
        path.push_str(&key.replace('.', "\\."));
    } else {
        path.push_str(key);
    }
}

/// The steps of a path as users write it: `\.` and `["a.b"]` both hold a dot within a key.
pub fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut key = String::new();
    let mut rest = path;
    while let Some(one) = rest.chars().next() {
        rest = rest.get(one.len_utf8()..).unwrap_or_default();
        match one {
            '\\' => {
                if let Some(after) = rest.strip_prefix('.') {
                    key.push('.');
                    rest = after;
                } else {
                    key.push('\\');
                }
            }
            '.' => flush(&mut key, &mut steps),
            '[' => match bracket(rest) {
                Some((step, after)) => {
                    flush(&mut key, &mut steps);
                    steps.push(step);
                    rest = after;
                }
                None => key.push('['),
            },
            _ => key.push(one),
        }
    }
    flush(&mut key, &mut steps);
    steps
}

fn flush(key: &mut String, steps: &mut Vec<Step>) {
    if !key.is_empty() {
        steps.push(Step::Key(std::mem::take(key)));
    }
}

/// `0]` or `"a.b"]`, and what follows.
fn bracket(rest: &str) -> Option<(Step, &str)> {
    for quote in ['"', '\''] {
        if let Some(inner) = rest.strip_prefix(quote) {
            let (key, after) = inner.split_once(&format!("{quote}]"))?;
            return Some((Step::Key(key.to_owned()), after));
        }
    }
    let (index, after) = rest.split_once(']')?;
    Some((Step::Item(index.parse().ok()?), after))
}

/// The path of steps, as changes and violations have it.
pub fn written(steps: &[Step]) -> String {
    steps.iter().fold(String::new(), |path, step| match step {
        Step::Key(key) => join(&path, key),
        Step::Item(index) => format!("{path}[{index}]"),
    })
}

/// Whether a path is another, or leads below it.
pub fn within(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole)
        .is_some_and(|rest| rest.is_empty() || whole.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether one path leads to, or through, the other.
pub fn touches(one: &str, other: &str) -> bool {
    within(one, other) || within(other, one)
}

#[cfg(test)]
mod tests {
    use super::{steps, touches, written};

    #[test]
    fn spellings() {
        for (path, canonical) in [
            ("machine.sysctls.net\\.core", "machine.sysctls.net\\.core"),
            (
                "machine.sysctls[\"net.core\"]",
                "machine.sysctls.net\\.core",
            ),
            ("machine.disks[0].device", "machine.disks[0].device"),
            ("machine['a.b'][1]", "machine.a\\.b[1]"),
            ("a[b", "a[b"),
            ("", ""),
        ] {
            assert_eq!(written(&steps(path)), canonical, "{path}");
        }
    }

    #[test]
    fn paths_that_meet() {
        assert!(touches("a.b", "a") && touches("a", "a[0].b") && touches("", "a"));
        assert!(!touches("a.b", "a.bc") && !touches("ab", "a"));
    }
}
