//! What earlier runs left behind: the record, and the journal of one that was killed.

use std::collections::BTreeMap;

use diagnostics::{Diagnostics, Location, Source};

use crate::disk::{Bytes, Disk, Folder, Found, Obstacle};
use crate::journal::{JOURNAL_PATH, Journal};
use crate::problems::{in_the_way, not_a_file, unreadable};
use crate::record::{RECORD_PATH, Record};
use crate::rules;
use crate::{Digest, RelPath, TEMPORARY_PREFIX};

/// The folder of the record and the journal.
pub(crate) const FOLDER: &str = ".ichor";
/// The record's name in it.
pub(crate) const RECORD_NAME: &str = "outputs";
/// The journal's name in it.
pub(crate) const JOURNAL_NAME: &str = "journal";

/// Where the next record is staged.
pub(crate) fn record_temporary() -> String {
    format!("{TEMPORARY_PREFIX}{RECORD_NAME}")
}

/// Where the next journal is staged.
pub(crate) fn journal_temporary() -> String {
    format!("{TEMPORARY_PREFIX}{JOURNAL_NAME}")
}

/// The state of the folder that holds both.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) record: Record,
    /// Whether the record is there and needs no repair.
    pub(crate) record_is_sound: bool,
    pub(crate) journal: Option<Journal>,
    /// Whether a killed run left a journal or a temporary file.
    pub(crate) has_leftovers: bool,
    /// Every digest under which the program knows a file as its own work.
    pub(crate) digests: BTreeMap<RelPath, Vec<Digest>>,
    /// The bytes of both files, to notice that another run came in between.
    pub(crate) seen: Seen,
}

/// The bytes of the record and of the journal.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub(crate) struct Seen {
    record: Option<Vec<u8>>,
    journal: Option<Vec<u8>>,
}

impl Seen {
    /// The bytes of the record.
    pub(crate) fn record(&self) -> Option<&[u8]> {
        self.record.as_deref()
    }

    pub(crate) fn has_record(&self) -> bool {
        self.record.is_some()
    }
}

impl Known {
    /// Reads both. Problems are added; errors mean that the result proves nothing.
    pub(crate) fn load(disk: &Disk, problems: &mut Diagnostics) -> Self {
        let folder = match disk.folder(FOLDER) {
            Ok(folder) => folder,
            Err(Obstacle::Missing) => return Self::default(),
            Err(obstacle) => {
                problems.push(in_the_way(&obstacle));
                return Self::default();
            }
        };
        let mut read = |name: &str, path: &str| {
            read(&folder, name, path).unwrap_or_else(|problem| {
                problems.extend(problem);
                None
            })
        };
        let seen = Seen {
            record: read(RECORD_NAME, RECORD_PATH),
            journal: read(JOURNAL_NAME, JOURNAL_PATH),
        };
        let mut known = Self::default();
        if let Some(bytes) = &seen.record {
            let source = Source::new(RECORD_PATH, String::from_utf8_lossy(bytes));
            let (record, found) = Record::parse(&source);
            known.record_is_sound = found.is_empty();
            known.record = record;
            problems.extend(found);
        }
        known.digests = known
            .record
            .iter()
            .map(|(path, digests)| (path.clone(), digests.to_vec()))
            .collect();
        known.journal = seen
            .journal
            .as_deref()
            .map(|bytes| Journal::parse(&String::from_utf8_lossy(bytes)));
        for step in known.journal.iter().flat_map(|journal| &journal.steps) {
            let digests = known.digests.entry(step.path.clone()).or_default();
            digests.extend(step.old.into_iter().chain(step.new));
        }
        known.has_leftovers = seen.journal.is_some()
            || [record_temporary(), journal_temporary()]
                .iter()
                .any(|name| !matches!(folder.read(name, 0), Ok(Found::Missing)));
        known.seen = seen;
        known
    }

    /// The digests under which a file is known; none if it is not owned.
    pub(crate) fn get(&self, path: &RelPath) -> &[Digest] {
        self.digests.get(path).map_or(&[], Vec::as_slice)
    }
}

fn read(folder: &Folder<'_>, name: &str, path: &str) -> Result<Option<Vec<u8>>, Diagnostics> {
    match folder.read(name, 0) {
        Ok(Found::Missing) => Ok(None),
        Ok(Found::File(file)) => match file.bytes {
            Bytes::Held(bytes) => Ok(Some(bytes)),
            Bytes::TooMany(_) => Err(rules::PLAN_UNREADABLE
                .report(format!(
                    "`{path}` is too large to be what this program wrote"
                ))
                .at(Location::file(path))
                .hint("restore it from git")
                .into()),
        },
        Ok(Found::Other(kind)) => Err(not_a_file(path, kind).into()),
        Err(error) => Err(unreadable(path, &error).into()),
    }
}
