//! The ownership record: which files the program wrote, and what it wrote.

use std::collections::BTreeMap;
use std::fmt;

use diagnostics::{Diagnostics, Source};

use crate::rules;
use crate::{Digest, RelPath};

/// Where the record stands, relative to the root.
pub const RECORD_PATH: &str = ".ichor/outputs";

const FORMAT: &str = "# ichor-outputs ";
const TEMPLATES: &str = "# templates ";
const VERSION: u32 = 1;

/// The files that the program owns, each with the digest of the bytes it left on disk: of
/// the ciphertext for a secret, so that nothing in it helps to guess one.
///
/// Committed with the repository. Two header lines, then one line a file, sorted by path,
/// in the format of `sha256sum`, so `sha256sum --check .ichor/outputs` verifies it:
///
/// ```
/// use diagnostics::Source;
/// use tree::{Digest, Record};
///
/// let text = format!("# ichor-outputs 1\n# templates 0.1.0\n{}  a.yaml\n", Digest::of(b"a: 1\n"));
/// let (record, problems) = Record::parse(&Source::new(".ichor/outputs", text.as_str()));
/// assert!(problems.is_empty());
/// assert_eq!(record.get("a.yaml"), &[Digest::of(b"a: 1\n")]);
/// assert_eq!(record.to_string(), text);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    template_set: String,
    files: BTreeMap<RelPath, Vec<Digest>>,
}

impl Record {
    /// A record of files written from the template set of the given version.
    pub fn new(
        template_set: impl Into<String>,
        files: impl IntoIterator<Item = (RelPath, Digest)>,
    ) -> Self {
        Self {
            template_set: template_set.into(),
            files: files
                .into_iter()
                .map(|(path, digest)| (path, vec![digest]))
                .collect(),
        }
    }

    /// Reads a record, keeping every line that can be understood.
    ///
    /// Where git left conflict markers, the lines of both sides count: either side's bytes
    /// were written by the program. The diagnostics are warnings, except
    /// `record/newer-format`, which is an error: lines of an unknown format prove nothing.
    pub fn parse(source: &Source) -> (Self, Diagnostics) {
        let mut record = Self::default();
        let mut problems = Diagnostics::new();
        let mut header = false;
        let mut conflict = false;
        let mut offset = 0;
        for line in source.text().split_inclusive('\n') {
            let range = offset..offset + line.trim_end().len();
            offset += line.len();
            let line = line.trim_end_matches(['\n', '\r']);
            if let Some(version) = line.strip_prefix(FORMAT) {
                header = true;
                if version.trim().parse() != Ok(VERSION) {
                    problems.push(
                        rules::RECORD_NEWER_FORMAT
                            .report(format!(
                                "the record has format `{}`, not {VERSION}",
                                version.trim()
                            ))
                            .at(source.location(range))
                            .hint("use the version of ichor that wrote it, or a newer one"),
                    );
                }
            } else if let Some(version) = line.strip_prefix(TEMPLATES) {
                if record.template_set.is_empty() {
                    version.trim().clone_into(&mut record.template_set);
                }
            } else if is_conflict_marker(line) {
                if !conflict {
                    problems.push(
                        rules::RECORD_MERGE_CONFLICT
                            .report("the record has merge conflict markers")
                            .at(source.location(range))
                            .hint(
                                "resolve the outputs themselves, then run `ichor configure`: the \
                             lines of both sides count until it writes the record anew",
                            ),
                    );
                }
                conflict = true;
            } else if line.trim().is_empty() || line.starts_with('#') {
            } else if let Some((path, digest)) = file_line(line) {
                let digests = record.files.entry(path).or_default();
                if !digests.contains(&digest) {
                    digests.push(digest);
                }
            } else {
                problems.push(
                    rules::RECORD_MALFORMED_LINE
                        .report("the line is not a digest, two blanks and a path")
                        .at(source.location(range))
                        .hint(
                            "restore the file from git; an output without a line counts as edited",
                        ),
                );
            }
        }
        if !header {
            problems.push(
                rules::RECORD_MISSING_HEADER
                    .report("the record has no format line")
                    .at(source.location(0..0))
                    .hint("restore the file from git"),
            );
        }
        (record, problems)
    }

    /// The version of the template set that the files were rendered from; empty if unknown.
    pub fn template_set(&self) -> &str {
        &self.template_set
    }

    /// The digests under which a file is known: none if it is not owned, two or more only
    /// after a merge conflict.
    pub fn get(&self, path: &str) -> &[Digest] {
        self.files.get(path).map_or(&[], Vec::as_slice)
    }

    /// All files, in the order of their paths.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&RelPath, &[Digest])> {
        self.files
            .iter()
            .map(|(path, digests)| (path, digests.as_slice()))
    }

    /// How many files are owned.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether no file is owned.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether both own the same files with the same digests.
    pub(crate) fn owns_the_same(&self, other: &Self) -> bool {
        self.files == other.files
    }
}

/// The text of the record, exactly as it is written to disk.
impl fmt::Display for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{FORMAT}{VERSION}")?;
        writeln!(formatter, "{TEMPLATES}{}", self.template_set)?;
        for (path, digests) in &self.files {
            for digest in digests {
                writeln!(formatter, "{digest}  {path}")?;
            }
        }
        Ok(())
    }
}

fn file_line(line: &str) -> Option<(RelPath, Digest)> {
    let (digest, path) = line.split_once("  ")?;
    let path = RelPath::new(path)
        .ok()
        .filter(|path| !path.is_reserved() && !path.is_input())?;
    Some((path, Digest::from_hex(digest)?))
}

fn is_conflict_marker(line: &str) -> bool {
    ["<<<<<<<", "|||||||", "=======", ">>>>>>>"]
        .iter()
        .any(|marker| {
            line.strip_prefix(marker)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Record, Vec<String>) {
        let (record, problems) = Record::parse(&Source::new(RECORD_PATH, text));
        (record, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn both_sides_of_a_merge_conflict_count() {
        let (ours, theirs) = (Digest::of(b"ours"), Digest::of(b"theirs"));
        let (record, problems) = parse(&format!(
            "# ichor-outputs 1\n<<<<<<< HEAD\n# templates 2\n{ours}  a\n=======\n# templates 3\n{theirs}  a\n{theirs}  b\n>>>>>>> main\n",
        ));
        assert_eq!(record.get("a"), &[ours, theirs]);
        assert_eq!(record.get("b"), &[theirs]);
        assert_eq!(record.template_set(), "2");
        assert_eq!(
            problems,
            [
                ".ichor/outputs:2:1: warning[record/merge-conflict]: the record has merge conflict markers"
            ]
        );
    }

    #[test]
    fn what_cannot_be_understood_is_reported_and_the_rest_kept() {
        let digest = Digest::of(b"");
        let (record, problems) = parse(&format!(
            "{digest}  a\r\n{digest}  ../b\nnonsense\n{digest}  .git/hooks/pre-commit\n\n",
        ));
        assert_eq!(record.len(), 1);
        assert_eq!(record.get("a"), &[digest]);
        insta::assert_snapshot!(problems.join("\n"), @r"
        .ichor/outputs:2:1: warning[record/malformed-line]: the line is not a digest, two blanks and a path
        .ichor/outputs:3:1: warning[record/malformed-line]: the line is not a digest, two blanks and a path
        .ichor/outputs:4:1: warning[record/malformed-line]: the line is not a digest, two blanks and a path
        .ichor/outputs:1:1: warning[record/missing-header]: the record has no format line
        ");
    }

    #[test]
    fn a_newer_format_is_an_error() {
        let (_, problems) = parse("# ichor-outputs 2\n");
        assert_eq!(
            problems,
            [".ichor/outputs:1:1: error[record/newer-format]: the record has format `2`, not 1"]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in "(?s).{0,200}") {
            let (record, _) = parse(&text);
            let (again, _) = parse(&record.to_string());
            proptest::prop_assert!(again.owns_the_same(&record));
        }
    }
}
