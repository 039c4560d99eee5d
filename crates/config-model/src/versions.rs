//! `versions.yaml`: every version that the templates deploy, each once.
//!
//! The built-in file is the default; a repository's own wins entry by entry. Comments, which
//! tell Renovate where releases are found, stay where they are: [`set`] edits one entry in place.

use std::fmt;
use std::str::FromStr;

use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use indexmap::IndexMap;
use yaml::edit::{Edits, New};
use yaml::{Dialect, Limits, Node, Resolved, Style, quote};

use crate::raw::raw_map;
use crate::rules;

/// The entry that fixes the format of machine configurations.
pub const CONTRACT: &str = "talosContract";

/// The entry that has what of machine configurations is in documents before the contract is 1.14:
/// names with commas between them.
pub const DOCUMENTS: &str = "talosDocuments";

/// The newest format of machine configurations that is taken where none is chosen. What runs in
/// an older one must not change with the version that is installed.
const UNCHOSEN: Contract = Contract {
    major: 1,
    minor: 13,
};

/// One version.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pin {
    /// The version as it is written.
    pub version: String,
    /// The Renovate annotation above it, without `#` and blanks around it.
    pub annotation: Option<String>,
    /// Where it is written.
    pub location: Location,
}

/// The entries of one file, in written order.
pub type Pins = IndexMap<String, Pin>;

/// The versions in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    pins: Pins,
    contract: Contract,
}

impl Versions {
    /// The built-in pins, over which those of a repository win entry by entry; entries that
    /// only the repository has come last. Warns of pins that the templates may be too new for.
    ///
    /// The built-in contract is what a new repository starts with, and does not count here: one
    /// that has none of its own keeps what [`contract`](Self::contract) says.
    pub fn new(built_in: Pins, own: Option<Pins>) -> (Self, Diagnostics) {
        let mut problems = Diagnostics::new();
        let mut pins = built_in;
        pins.shift_remove(CONTRACT);
        for (name, pin) in own.unwrap_or_default() {
            match pins.get(&name) {
                Some(expected) => problems.extend(older(&name, &pin, &expected.version)),
                None if name == CONTRACT || name == DOCUMENTS => {}
                None => problems.extend(misspelt(&name, &pin, &pins)),
            }
            pins.insert(name, pin);
        }
        let parsed = |name: &str| pins.get(name)?.version.parse::<Contract>().ok();
        let chosen = parsed(CONTRACT);
        if let (None, Some(pin)) = (chosen, pins.get(CONTRACT)) {
            problems.push(
                rules::VERSIONS_INVALID_CONTRACT
                    .report(format!("`{}` is not a Talos minor version", pin.version))
                    .at(pin.location.clone())
                    .hint(format!("write one such as `\"{UNCHOSEN}\"`")),
            );
        }
        let of_version = || parsed("talosVersion").map(|version| version.min(UNCHOSEN));
        let contract = chosen.or_else(of_version).unwrap_or(UNCHOSEN);
        (Self { pins, contract }, problems)
    }

    /// The version of an entry.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pins.get(name).map(|pin| pin.version.as_str())
    }

    /// All entries, built-in ones first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Pin)> {
        self.pins.iter().map(|(name, pin)| (name.as_str(), pin))
    }

    /// The format of machine configurations: `talosContract`, or else the smaller of
    /// `talosVersion`'s minor version and 1.13.
    pub fn contract(&self) -> Contract {
        self.contract
    }
}

/// A minor version of Talos, as the name of the format of its machine configurations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Contract {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
}

/// Why a text names no contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a Talos version such as `1.13`")]
pub struct InvalidContract;

impl FromStr for Contract {
    type Err = InvalidContract;

    /// Reads `v1.13`, `1.13` or `v1.13.7`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.strip_prefix('v').unwrap_or(text);
        let mut parts = numbers.split(['.', '-', '+']);
        let mut number = || parts.next().and_then(|part| part.parse().ok());
        match (number(), number()) {
            (Some(major), Some(minor)) => Ok(Self { major, minor }),
            _ => Err(InvalidContract),
        }
    }
}

impl fmt::Display for Contract {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

/// Reads one `versions.yaml`.
pub fn read(source: &Source) -> (Pins, Diagnostics) {
    let parsed = yaml::parse(source, &Limits::default());
    let mut problems = parsed.diagnostics;
    let mut pins = Pins::new();
    let Some(root) = parsed.documents.first().filter(|root| !root.is_null()) else {
        return (pins, problems);
    };
    let Some(map) = raw_map(root, source, &mut problems) else {
        problems.push(
            rules::FILE_NOT_A_MAP
                .report(format!(
                    "the file holds {}, not keys with values",
                    root.kind_name()
                ))
                .at(source.location(root.range())),
        );
        return (pins, problems);
    };
    for entry in map.entries {
        match version(&entry.name, &entry.value) {
            Ok(version) => {
                let pin = Pin {
                    version,
                    annotation: annotation(source.text(), entry.key.start),
                    location: source.location(entry.value.range()),
                };
                pins.insert(entry.name, pin);
            }
            Err(problem) => {
                let problem = *problem;
                let range = entry.value.range();
                let range = if range.is_empty() { entry.key } else { range };
                problems.push(problem.at(source.location(range)));
            }
        }
    }
    (pins, problems)
}

/// The text with one entry changed, or added at its end; everything else keeps its bytes.
///
/// ```
/// let source = diagnostics::Source::new("versions.yaml", "# pinned\ncilium: \"1.20.1\" # why\n");
/// assert_eq!(
///     config_model::versions::set(&source, "cilium", "1.20.2").expect("a map"),
///     "# pinned\ncilium: \"1.20.2\" # why\n",
/// );
/// ```
pub fn set(source: &Source, name: &str, version: &str) -> Result<String, Diagnostics> {
    let text = source.text();
    let parsed = yaml::parse(source, &Limits::default());
    if parsed.diagnostics.has_errors() {
        return Err(parsed.diagnostics);
    }
    let refuse = |reason: String| {
        Diagnostics::from(rules::VERSIONS_INVALID.report(reason).at(source.whole()))
    };
    let line = format!("{}: {}", quote_key(name), yaml::double_quoted(version));
    let Some(root) = parsed.documents.first().filter(|root| !root.is_null()) else {
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        return Ok(format!("{text}{end}{line}\n"));
    };
    let mut edits = Edits::new(text);
    let done = match root.get(name) {
        Some(node) if node.text().is_some_and(|text| !text.is_empty()) => {
            edits.replace_scalar(node, New::Text(version))
        }
        Some(_) => {
            return Err(refuse(format!(
                "`{name}` has no version that could be changed"
            )));
        }
        None => edits.append_entry(root, &quote_key(name), &yaml::double_quoted(version)),
    };
    done.and_then(|()| edits.apply())
        .map_err(|error| refuse(format!("`{name}` cannot be changed: {error}")))
}

fn quote_key(name: &str) -> String {
    quote(name)
}

fn version(name: &str, node: &Node) -> Result<String, Box<Diagnostic>> {
    let invalid = |reason: &str| {
        let message = format!("the version `{name}` {reason}");
        Box::new(rules::VERSIONS_INVALID.report(message))
    };
    let Some(scalar) = node.as_scalar() else {
        return Err(invalid(&format!("is {}, not text", node.kind_name())));
    };
    let text = scalar.text();
    if text.is_empty() || node.is_null() {
        return Err(invalid("has no value"));
    }
    if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return Err(invalid("has white space in it"));
    }
    let is_number = [Dialect::Yaml12, Dialect::Python].iter().any(|dialect| {
        matches!(
            scalar.read(*dialect),
            Resolved::Integer(_) | Resolved::Float(_)
        )
    });
    if scalar.style() == Style::Plain && is_number && text.parse::<u64>().is_err() {
        let problem = *invalid("is a number, not text");
        return Err(Box::new(
            problem.hint(format!("put it in quotes: `\"{text}\"`")),
        ));
    }
    Ok(text.to_owned())
}

/// The `renovate:` comment on the line above an entry.
fn annotation(text: &str, key: usize) -> Option<String> {
    let before = text.get(..key)?;
    let above = before.get(..before.rfind('\n')?)?;
    let line = above.rsplit('\n').next()?.trim();
    let comment = line.strip_prefix('#')?.trim();
    comment.starts_with("renovate:").then(|| comment.to_owned())
}

fn older(name: &str, pin: &Pin, expected: &str) -> Option<Diagnostic> {
    let (own, built_in) = (numbers(&pin.version)?, numbers(expected)?);
    let behind = if own.0 == 0 && built_in.0 == 0 {
        own.1 < built_in.1
    } else {
        own.0 < built_in.0
    };
    behind.then(|| {
        rules::VERSIONS_OLDER
            .report(format!(
                "`{name}` is pinned to `{}`, and the templates are written for `{expected}`",
                pin.version
            ))
            .at(pin.location.clone())
            .hint(format!("update it to `{expected}` or newer"))
    })
}

fn misspelt(name: &str, pin: &Pin, pins: &Pins) -> Option<Diagnostic> {
    let meant = diagnostics::closest(name, pins.keys().map(String::as_str).chain([CONTRACT]))?;
    Some(
        rules::VERSIONS_UNKNOWN
            .report(format!("nothing built in is pinned as `{name}`"))
            .at(pin.location.clone())
            .hint(format!("did you mean `{meant}`?")),
    )
}

/// Major and minor version.
fn numbers(version: &str) -> Option<(u64, u64)> {
    let version = version.strip_prefix('v').unwrap_or(version);
    let mut parts = version.split(['.', '-', '+']);
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    Some((major, minor))
}
