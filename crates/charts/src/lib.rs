//! Charts fetched from where releases say that they are: registries (OCI) and repositories of
//! charts (an `index.yaml` over HTTP), in the version that Flux would take.
//!
//! [`fetch`] is all of it: charts in, archives or reasons out, all of them at once. It writes
//! nothing; who calls it keeps the archives.
//!
//! Source of the behaviour: source-controller 1.8.0, and the distribution specification of OCI.
//!
//! **Invariant:** touches the network and nothing else: no disk, no clock, no environment. It
//! blocks; no answer, however long, slow or wrong, takes more than a bounded time and memory.

mod client;
mod credentials;
mod index;
mod registry;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use flux::assembled::{Chart, Pin};
use flux::helm::{Range, version};

use client::Client;
pub use client::{Proxy, Settings};
pub use credentials::Credentials;

/// How many charts are fetched at a time.
const AT_A_TIME: usize = 8;

/// What became of a chart.
#[derive(Debug)]
pub enum Outcome {
    /// The version that is meant is there already.
    Known {
        /// The version: a tag, or what the index calls it.
        version: String,
    },
    /// It was fetched.
    Fetched {
        /// The version: a tag, or what the index calls it.
        version: String,
        /// The archive.
        archive: Vec<u8>,
    },
    /// Why it cannot be had, as a clause.
    Failed(String),
}

/// Fetches charts. `known` says which version of a chart is there already: an exact version is
/// then not asked for, and of a range or a tag only which version it means now.
///
/// The outcomes are in the order of the charts.
pub fn fetch(
    charts: &[Chart],
    known: &(dyn Fn(&Chart) -> Option<String> + Sync),
    settings: Settings,
) -> Vec<Outcome> {
    let client = Client::new(settings);
    let indexes = index::Indexes::default();
    let outcomes: Mutex<BTreeMap<usize, Outcome>> = Mutex::default();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..charts.len().min(AT_A_TIME) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(chart) = charts.get(index) else {
                        break;
                    };
                    let outcome = one(&client, &indexes, chart, known(chart));
                    let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
                    outcomes.insert(index, outcome);
                }
            });
        }
    });
    let outcomes = outcomes
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    outcomes.into_values().collect()
}

/// Whether a chart is always the same: a digest, or a whole version.
fn is_exact(chart: &Chart) -> bool {
    chart.pin == Pin::Digest || version(&chart.version).is_some()
}

fn one(client: &Client, indexes: &index::Indexes, chart: &Chart, known: Option<String>) -> Outcome {
    if let Some(version) = known.clone().filter(|_| is_exact(chart)) {
        return Outcome::Known { version };
    }
    let fetched = if chart.is_oci() {
        registry::fetch(client, chart, known.as_deref())
    } else {
        index::fetch(client, indexes, chart, known.as_deref())
    };
    match fetched {
        Ok((version, Some(archive))) => Outcome::Fetched { version, archive },
        Ok((version, None)) => Outcome::Known { version },
        Err(why) => Outcome::Failed(why),
    }
}

/// What a range says, or why it says nothing.
fn range(text: &str) -> Result<Range, String> {
    Range::parse(text).ok_or_else(|| format!("`{text}` is no version and no range of versions"))
}
