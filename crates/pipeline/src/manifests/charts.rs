//! The cache of charts: archives that `charts sync` fetched, below `.ichor/charts`.
//!
//! `index.json` says which archive a chart is, by the SHA-256 of its bytes, which is also its
//! name. An archive of other bytes is not there. Who asks the index has asked for all that comes
//! of the archives, so that nothing else of them is written down (see [`View::recording`]).
//! Nothing depends on the cache: the folder may be deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use camino::Utf8Path;
use diagnostics::Diagnostics;
use flux::assembled::{Chart, Pin, Release};
use flux::files::Files;
use flux::helm::Package;
use repository::View;
use repository::write::{Batch, REPLACING};
use serde::{Deserialize, Serialize};
use tree::Digest;

/// The folder of the cache, relative to the repository.
pub const FOLDER: &str = ".ichor/charts";

/// What says which archive is which chart.
const INDEX: &str = ".ichor/charts/index.json";

/// What keeps the folder out of git.
const IGNORE: (&str, &[u8]) = (".ichor/charts/.gitignore", b"*\n");

/// How many charts the index may have.
const MOST: usize = 10_000;

/// A chart in the index.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    address: String,
    name: String,
    /// The version as releases ask for it, and how that is meant.
    wanted: String,
    pin: String,
    #[serde(default)]
    filter: String,
    #[serde(default)]
    layer: String,
    /// The version that it is.
    version: String,
    /// The SHA-256 of the archive.
    digest: String,
}

impl Entry {
    fn is_of(&self, chart: &Chart) -> bool {
        self.address == chart.address
            && self.name == chart.name
            && self.wanted == chart.version
            && self.pin == pin(chart.pin)
            && self.filter == chart.filter
            && self.layer == chart.layer
    }

    fn path(&self) -> String {
        format!("{FOLDER}/{}.tgz", self.digest)
    }
}

fn pin(pin: Pin) -> &'static str {
    match pin {
        Pin::Range => "range",
        Pin::Tag => "tag",
        Pin::Digest => "digest",
    }
}

/// A chart that was read, or that none was there.
type Slot = Arc<OnceLock<Option<Arc<Package>>>>;

/// The charts of a repository: those in its cache, and those that are folders of it.
pub struct Charts<'a> {
    view: View<'a>,
    entries: Vec<Entry>,
    /// What was read, by digest or folder.
    packages: Mutex<BTreeMap<String, Slot>>,
}

impl<'a> Charts<'a> {
    /// The cache of a repository, as far as it can be read.
    pub fn open(view: &View<'a>) -> Self {
        let index = view.text(INDEX).ok().flatten();
        let entries = index.and_then(|index| serde_json::from_str(index.text()).ok());
        let mut entries: Vec<Entry> = entries.unwrap_or_default();
        entries.truncate(MOST);
        // The name of a file is made of it.
        entries.retain(|entry| {
            entry.digest.len() == 64 && entry.digest.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        Self {
            view: view.clone(),
            entries,
            packages: Mutex::default(),
        }
    }

    /// Whether no chart was ever fetched.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The version of a chart in the cache, if its archive is there as it was fetched.
    pub fn version(&self, chart: &Chart) -> Option<String> {
        let entry = self.entry(chart)?;
        self.bytes(entry)?;
        Some(entry.version.clone())
    }

    /// The archive of a chart, if it is in the cache as it was fetched.
    pub fn archive(&self, chart: &Chart) -> Option<Vec<u8>> {
        self.bytes(self.entry(chart)?)
    }

    fn entry(&self, chart: &Chart) -> Option<&Entry> {
        let entry = self.entries.iter().find(|entry| entry.is_of(chart))?;
        self.view.is_file(entry.path()).then_some(entry)
    }

    fn bytes(&self, entry: &Entry) -> Option<Vec<u8>> {
        let path = entry.path();
        // The digest stands for the content, so that nobody has to read it again to know that it
        // is the same.
        let bytes = match self.view.root() {
            Some(root) => View::on_disk(root).bytes(&path),
            None => self.view.bytes(&path),
        };
        let bytes = bytes.ok().flatten()?;
        (Digest::of(&bytes).to_string() == entry.digest).then_some(bytes)
    }

    /// What the chart of a release brings along; none where it is not at hand, or is no chart.
    pub fn package(&self, release: &Release, files: &dyn Files) -> Option<Arc<Package>> {
        let chart = release.chart.as_ref()?;
        let package = if chart.is_folder() {
            let read = || Package::from_folder(files, &chart.address).ok();
            self.once(&chart.address, read)
        } else {
            let entry = self.entry(chart)?;
            let read = || Package::from_archive(&self.bytes(entry)?).ok();
            self.once(&entry.digest, read)
        }?;
        if chart.values_files.is_empty() {
            return Some(package);
        }
        package
            .with_values_files(&chart.values_files, chart.may_miss_values_files)
            .ok()
            .map(Arc::new)
    }

    fn once(&self, key: &str, read: impl FnOnce() -> Option<Package>) -> Option<Arc<Package>> {
        let slot = {
            let mut packages = self.packages.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(packages.entry(key.to_owned()).or_default())
        };
        slot.get_or_init(|| read().map(Arc::new)).clone()
    }
}

/// A chart that was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// The chart as a release asks for it.
    pub chart: Chart,
    /// The version that it is.
    pub version: String,
    /// Its archive.
    pub archive: Vec<u8>,
}

/// Puts charts into the cache: all of them, or none.
///
/// # Errors
///
/// What cannot be written.
pub fn keep(root: &Utf8Path, fetched: &[Fetched]) -> Result<(), Diagnostics> {
    let batch = Batch::open(root)?;
    let mut entries = Charts::open(&View::on_disk(root)).entries;
    batch.stage(IGNORE.0, IGNORE.1, REPLACING)?;
    let mut staged = BTreeSet::new();
    for Fetched {
        chart,
        version,
        archive,
    } in fetched
    {
        let entry = Entry {
            address: chart.address.clone(),
            name: chart.name.clone(),
            wanted: chart.version.clone(),
            pin: pin(chart.pin).to_owned(),
            filter: chart.filter.clone(),
            layer: chart.layer.clone(),
            version: version.clone(),
            digest: Digest::of(archive).to_string(),
        };
        entries.retain(|other| !other.is_of(chart));
        // Two sources may hold the same archive.
        if staged.insert(entry.digest.clone()) {
            batch.stage(&entry.path(), archive, REPLACING)?;
        }
        entries.push(entry);
    }
    entries.sort();
    let mut text = serde_json::to_string_pretty(&entries).unwrap_or_default();
    text.push('\n');
    batch.stage(INDEX, text.as_bytes(), REPLACING)?;
    batch.commit()
}
