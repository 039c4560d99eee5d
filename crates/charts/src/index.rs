//! Charts in repositories of charts: an `index.yaml` and archives, over HTTP.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use diagnostics::Source;
use flux::assembled::Chart;
use flux::helm::{LARGEST_ARCHIVE, version};
use yaml::{Limits, Node};

use crate::client::{Client, Request, refusal};
use crate::range;
use crate::registry::hex;

/// The largest index, in bytes, as source-controller takes it by default.
const LARGEST_INDEX: u64 = 50 << 20;

/// The indexes of a run by address, each fetched once; or why there is none.
#[derive(Default)]
pub(crate) struct Indexes(Mutex<BTreeMap<String, Arc<Mutex<Option<Text>>>>>);

/// The text of an index, or why there is none.
type Text = Result<Arc<str>, String>;

impl Indexes {
    fn text(&self, client: &Client, chart: &Chart) -> Text {
        let slot = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(chart.address.clone()).or_default())
        };
        // Whoever wants the same one waits for it.
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| get(client, chart)).clone()
    }
}

fn get(client: &Client, chart: &Chart) -> Text {
    let url = format!("{}/index.yaml", chart.address.trim_end_matches('/'));
    let basic = basic(client, &url);
    let answer = client
        .get(&Request {
            url: &url,
            accept: "*/*",
            authorization: &basic,
            limit: LARGEST_INDEX,
            is_insecure: is_insecure(chart),
        })
        .map_err(|why| format!("its index cannot be had: {why}"))?;
    if answer.status != 200 {
        return Err(format!("its index cannot be had: {}", refusal(&answer)));
    }
    let text = String::from_utf8(answer.body);
    text.map(Arc::from)
        .map_err(|_| "its index is not UTF-8".to_owned())
}

/// Whether plain HTTP will do: a source that is addressed so is asked so.
fn is_insecure(chart: &Chart) -> bool {
    chart.is_insecure || chart.address.starts_with("http://")
}

fn basic(client: &Client, url: &str) -> String {
    client.credentials.basic(url).unwrap_or_default()
}

/// The version of a chart, and its archive unless that version is `known`.
pub(crate) fn fetch(
    client: &Client,
    indexes: &Indexes,
    chart: &Chart,
    known: Option<&str>,
) -> Result<(String, Option<Vec<u8>>), String> {
    let text = indexes.text(client, chart)?;
    let listed = listed(&text, &chart.name)?;
    let found = chosen(&listed, &chart.version)?;
    if known == Some(&found.version) {
        return Ok((found.version.clone(), None));
    }
    let url = joined(&chart.address, &found.url);
    // Who logs in to the repository does not log in to wherever its index leads.
    let is_own = url.starts_with(&format!("{}/", origin(&chart.address)));
    let basic = if is_own {
        basic(client, &url)
    } else {
        String::new()
    };
    let answer = client.get(&Request {
        url: &url,
        accept: "*/*",
        authorization: &basic,
        limit: LARGEST_ARCHIVE as u64,
        is_insecure: is_insecure(chart),
    })?;
    if answer.status != 200 {
        return Err(refusal(&answer));
    }
    let digest = found.digest.trim_start_matches("sha256:");
    if !digest.is_empty() && hex(&answer.body) != digest {
        return Err("what the server gives out has another digest than the index says".to_owned());
    }
    Ok((found.version.clone(), Some(answer.body)))
}

/// One version of a chart in an index.
struct Listed {
    version: String,
    url: String,
    digest: String,
    created: String,
}

/// The versions of a chart.
fn listed(text: &str, name: &str) -> Result<Vec<Listed>, String> {
    let cut = section(text, name);
    let source = Source::new("index.yaml", cut.as_deref().unwrap_or(text));
    let limits = Limits {
        bytes: usize::try_from(LARGEST_INDEX).unwrap_or(usize::MAX),
        ..Limits::default()
    };
    let parsed = yaml::parse(&source, &limits);
    let root = parsed
        .root()
        .ok_or_else(|| "its index is no YAML".to_owned())?;
    let versions = root.get("entries").and_then(|entries| entries.get(name));
    let versions = versions.and_then(Node::as_sequence);
    let versions = versions.ok_or_else(|| format!("its index has no chart `{name}`"))?;
    let text = |node: &Node, key: &str| {
        node.get(key)
            .and_then(Node::text)
            .unwrap_or_default()
            .to_owned()
    };
    let versions = versions.iter().map(|node| Listed {
        version: text(node, "version"),
        url: { node.get("urls").and_then(Node::as_sequence) }
            .and_then(|urls| urls.first()?.text())
            .unwrap_or_default()
            .to_owned(),
        digest: text(node, "digest"),
        created: text(node, "created"),
    });
    Ok(versions.collect())
}

/// The lines of one chart of an index as Helm writes it, so that megabytes of others are not
/// read; none where it is written in another way.
fn section(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| *line != "entries:");
    let head = lines.next()?;
    let own = format!("  {name}:");
    let mut lines = lines.skip_while(|line| *line != own);
    let own = lines.next()?;
    let is_below =
        |line: &&str| line.starts_with("   ") || line.starts_with("  -") || line.is_empty();
    let mut cut = format!("{head}\n{own}\n");
    for line in lines.take_while(is_below) {
        cut.push_str(line);
        cut.push('\n');
    }
    Some(cut)
}

/// The version that is meant: the one of that name, or the highest of a range; of equal ones the
/// newest.
fn chosen<'a>(listed: &'a [Listed], wanted: &str) -> Result<&'a Listed, String> {
    if let Some(found) = listed.iter().find(|one| one.version == wanted) {
        return Ok(found);
    }
    let range = range(wanted)?;
    let mut newest: Vec<&Listed> = listed.iter().collect();
    newest.sort_by(|one, other| other.created.cmp(&one.created));
    let highest = range.highest(newest.iter().map(|one| one.version.as_str()));
    let found = highest.and_then(|highest| newest.into_iter().find(|one| one.version == highest));
    found.ok_or_else(|| match version(wanted) {
        Some(_) => format!("its index has no version `{wanted}`"),
        None => format!("none of its versions lies in `{wanted}`"),
    })
}

/// Scheme and host of an address.
fn origin(address: &str) -> &str {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address.get(start..).and_then(|rest| rest.find('/'));
    end.and_then(|end| address.get(..start + end))
        .unwrap_or(address)
}

/// An address that an index names, which may count from where the index lies.
fn joined(base: &str, url: &str) -> String {
    if url.contains("://") {
        url.to_owned()
    } else if url.starts_with('/') {
        format!("{}{url}", origin(base))
    } else {
        format!("{}/{url}", base.trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "apiVersion: v1\nentries:\n  a:\n  - version: 9.0.0\n    urls: [x]\n  b:\n  - version: 1.0.0\n    \
        urls:\n    - charts/b-1.0.0.tgz\n    created: \"2026-01-01\"\n  - version: 1.1.0+one\n    urls: [/one.tgz]\n    \
        created: \"2026-01-01\"\n  - version: 1.1.0+two\n    urls: ['https://c/two.tgz']\n    created: \"2026-02-01\"\n  \
        - version: 2.0.0-rc.1\n    urls: [rc.tgz]\n  c:\n  - version: 3.0.0\ngenerated: \"2026\"\n";

    #[test]
    fn a_version_is_chosen_as_flux_does_it() {
        let json = serde_json::json!({"entries": {"b": [{"version": "1.0.0", "urls": ["j.tgz"]}]}});
        for (text, wanted, url) in [
            (INDEX, "1.0.0", "charts/b-1.0.0.tgz"),
            (INDEX, "*", "https://c/two.tgz"),
            (INDEX, "<1.1", "charts/b-1.0.0.tgz"),
            (INDEX, "1.1.0+one", "/one.tgz"),
            (INDEX, ">=2.0.0-0", "rc.tgz"),
            (INDEX, "3.x", "none of its versions lies in `3.x`"),
            (INDEX, "1.2.3", "its index has no version `1.2.3`"),
            (
                INDEX,
                "latest",
                "`latest` is no version and no range of versions",
            ),
            (&json.to_string(), "1.x", "j.tgz"),
            ("entries: {}", "*", "its index has no chart `b`"),
            (
                "entries:\n  b:\n    - version: 1.0.0\n      urls: [d.tgz]\n",
                "*",
                "d.tgz",
            ),
        ] {
            let found = listed(text, "b")
                .and_then(|listed| chosen(&listed, wanted).map(|found| found.url.clone()));
            assert_eq!(found.unwrap_or_else(|why| why), url, "{wanted}");
        }
    }

    #[test]
    fn addresses_count_from_the_index() {
        for (url, whole) in [
            ("b.tgz", "https://h/charts/b.tgz"),
            ("/b.tgz", "https://h/b.tgz"),
            ("http://o/b.tgz", "http://o/b.tgz"),
        ] {
            assert_eq!(joined("https://h/charts", url), whole);
        }
        assert_eq!(joined("https://h", "/b.tgz"), "https://h/b.tgz");
    }
}
