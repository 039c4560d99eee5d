//! The difference between two contents of a file, for people to read.

use diagnostics::Secrets;
use similar::{Algorithm, TextDiff};

use crate::redact::{Values, mask_values, visible};
use crate::{Content, RelPath};

/// Contents above this many bytes are not compared line by line.
const TEXT_LIMIT: usize = 1 << 20;

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// A difference, ready to be shown: secrets redacted, control characters made visible.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diff {
    /// In unified format, or a line that says why there is none. Empty if nothing differs.
    pub text: String,
    /// Lines that only the new content has.
    pub added: usize,
    /// Lines that only the old content has.
    pub removed: usize,
}

/// One side of a difference.
#[derive(Debug, Clone, Copy)]
pub enum Side<'a> {
    /// There is no file.
    Missing,
    /// There is a file of these bytes.
    Content(&'a Content),
    /// There is a file too large to hold.
    TooLarge,
}

impl Diff {
    /// Compares two contents of a file. Where `secret` is set, every value in them is
    /// masked, known or not; it tells where values are, should the file be YAML.
    pub fn new(
        path: &RelPath,
        old: Side<'_>,
        new: Side<'_>,
        secret: Option<Values>,
        secrets: &Secrets,
    ) -> Self {
        let header = |side: Side<'_>, prefix: &str| match side {
            Side::Missing => "/dev/null".to_owned(),
            Side::Content(_) | Side::TooLarge => format!("{prefix}/{path}"),
        };
        let (old_name, new_name) = (header(old, "a"), header(new, "b"));
        let unshown = |reason: &str| Self {
            text: format!("{reason} {old_name} and {new_name} differ\n"),
            added: 0,
            removed: 0,
        };
        let (Some(old), Some(new)) = (bytes(old), bytes(new)) else {
            return unshown("Large files");
        };
        if old == new {
            return Self {
                text: String::new(),
                added: 0,
                removed: 0,
            };
        }
        let (Some(old), Some(new)) = (text(old), text(new)) else {
            return unshown("Binary files");
        };
        if old.len().max(new.len()) > TEXT_LIMIT {
            return unshown("Large files");
        }
        if let Some(values) = secret {
            let is_yaml = [".yaml", ".yml"]
                .iter()
                .any(|end| path.as_str().ends_with(end));
            let values = is_yaml.then_some(values);
            let (shown_old, shown_new) = (mask_values(old, values), mask_values(new, values));
            return unified(&old_name, &new_name, old, new, |is_old, index| {
                let lines = if is_old { &shown_old } else { &shown_new };
                visible(lines.get(index).map_or("", String::as_str))
            });
        }
        let (old, new) = (secrets.mask(old), secrets.mask(new));
        let (old_lines, new_lines): (Vec<_>, Vec<_>) = (lines(&old), lines(&new));
        let mut diff = unified(&old_name, &new_name, &old, &new, |is_old, index| {
            let lines = if is_old { &old_lines } else { &new_lines };
            visible(lines.get(index).copied().unwrap_or_default())
        });
        if diff.text.is_empty() {
            diff.text = format!("Only secrets differ between {old_name} and {new_name}\n");
        }
        diff
    }
}

/// Prints changes by line number, so that what is compared and what is shown may differ.
fn unified(
    old_name: &str,
    new_name: &str,
    old: &str,
    new: &str,
    shown: impl Fn(bool, usize) -> String,
) -> Diff {
    use std::fmt::Write as _;

    // Split here, not by `similar`, which also ends lines at a lone CR.
    let old: Vec<_> = old.split_inclusive('\n').collect();
    let new: Vec<_> = new.split_inclusive('\n').collect();
    let lines = TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .newline_terminated(true)
        .diff_slices(&old, &new);
    let mut diff = Diff {
        text: String::new(),
        added: 0,
        removed: 0,
    };
    for hunk in lines.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if diff.text.is_empty() {
            let _ = write!(diff.text, "--- {old_name}\n+++ {new_name}\n");
        }
        let _ = writeln!(diff.text, "{}", hunk.header());
        for change in hunk.iter_changes() {
            let (sign, line) = match (change.old_index(), change.new_index()) {
                (Some(_), Some(new)) => (' ', shown(false, new)),
                (Some(old), None) => {
                    diff.removed += 1;
                    ('-', shown(true, old))
                }
                (None, Some(new)) => {
                    diff.added += 1;
                    ('+', shown(false, new))
                }
                (None, None) => continue,
            };
            let _ = writeln!(diff.text, "{sign}{line}");
            if change.missing_newline() {
                diff.text.push_str("\\ No newline at end of file\n");
            }
        }
    }
    diff
}

fn bytes(side: Side<'_>) -> Option<&[u8]> {
    match side {
        Side::Missing => Some(&[]),
        Side::Content(content) => Some(content.as_bytes()),
        Side::TooLarge => None,
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
}

fn lines(text: &str) -> Vec<&str> {
    // A CR stays with its line, and is shown.
    text.split_inclusive('\n')
        .map(|line| line.strip_suffix('\n').unwrap_or(line))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(path: &str, old: &str, new: &str, secret: bool, secrets: &[&str]) -> Diff {
        Diff::new(
            &RelPath::new(path).expect("valid"),
            Side::Content(&old.into()),
            Side::Content(&new.into()),
            secret.then_some(|text| vec![text.find(' ').unwrap_or(0) + 1..text.len()]),
            &Secrets::new(secrets),
        )
    }

    #[test]
    fn text_is_unified_with_secrets_redacted() {
        let diff = diff(
            "a.yaml",
            "a: 1\nb: 2\nc: 3\nd: 4\ne: hunter2\nf: 6\n",
            "a: 1\nb: 2\nc: 3\nd: 4\ne: hunter2!\nf: 6",
            false,
            &["hunter2"],
        );
        insta::assert_snapshot!(diff.text, @r"
        --- a/a.yaml
        +++ b/a.yaml
        @@ -2,5 +2,5 @@
         b: 2
         c: 3
         d: 4
        -e: <redacted>
        -f: 6
        +e: <redacted>!
        +f: 6
        \ No newline at end of file
        ");
        assert_eq!((diff.added, diff.removed), (2, 2));
    }

    #[test]
    fn a_secret_file_shows_keys_only() {
        let diff = diff("a.sops.yaml", "token: old\n", "token: new\nc\n", true, &[]);
        insta::assert_snapshot!(diff.text, @r"
        --- a/a.sops.yaml
        +++ b/a.sops.yaml
        @@ -1 +1,2 @@
        -token: <redacted>
        +token: <redacted>
        +<redacted>
        ");
    }

    #[test]
    fn what_cannot_be_shown_says_so() {
        assert_eq!(
            diff("a", "\0", "b", false, &[]).text,
            "Binary files a/a and b/a differ\n"
        );
        let large = "x\n".repeat(TEXT_LIMIT);
        assert_eq!(
            diff("a", &large, "b", false, &[]).text,
            "Large files a/a and b/a differ\n"
        );
        assert_eq!(
            diff(
                "a",
                "first two",
                "firsttwo two",
                false,
                &["first", "firsttwo"]
            )
            .text,
            "Only secrets differ between a/a and b/a\n"
        );
        let created = Diff::new(
            &RelPath::new("a").expect("valid"),
            Side::Missing,
            Side::Content(&"x\r\n".into()),
            None,
            &Secrets::default(),
        );
        assert_eq!(created.text, "--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x␍\n");
    }
}
