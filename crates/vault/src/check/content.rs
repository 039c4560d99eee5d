//! One file: its path, private keys in it, values in the clear.

use camino::Utf8Path;
use diagnostics::{Diagnostic, Diagnostics, Location, Severity, Source};
use secrets::{Format, Selector};
use zeroize::Zeroizing;

use super::super::config::Config;
use super::super::{look, names};
use repository::names::is_never_committed;

use crate::rules;

/// How age's private keys start, before the digits.
const PRIVATE_KEYS: [&str; 2] = ["AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1"];

/// What was found in a file.
pub(super) struct Found {
    pub(super) is_secret: bool,
    pub(super) problems: Diagnostics,
}

/// A file that must never be committed, whatever it holds.
pub(super) fn path(shown: &str) -> Option<Diagnostic> {
    is_never_committed(shown).then(|| {
        rules::SECRETS_NEVER_COMMIT.report(format!("`{shown}` holds secrets in the clear and must not be committed"),
        )
        .at(Location::file(shown))
        .hint(format!(
            "run `git rm --cached {shown}` and add it to `.gitignore`; if it was ever pushed, replace its secrets"
        ))
    })
}

/// Looks for what must not be seen.
pub(super) fn check(
    shown: &str,
    path: &Utf8Path,
    content: Zeroizing<Vec<u8>>,
    config: Option<&Config>,
) -> Found {
    let mut problems: Diagnostics = private_keys(shown, &content).into_iter().collect();
    let rule = config.and_then(|config| config.rule_for(path));
    let named = names::is_named(shown);
    let severity = if named {
        Severity::Error
    } else {
        Severity::Warning
    };
    let empty = content.trim_ascii().is_empty();
    let look = match look::look(shown, content, Format::of(shown), rule, false) {
        Ok(Some(look)) => look,
        Ok(None) => {
            return Found {
                is_secret: false,
                problems,
            };
        }
        Err(faults) => {
            problems.extend(faults);
            return Found {
                is_secret: true,
                problems,
            };
        }
    };
    let own_rule = rule.map(|rule| rule.rule.clone()).unwrap_or_default();
    let encrypted = look.encrypted.is_some();
    if encrypted || rule.is_some() {
        match secrets::exposed(&look.file(), &own_rule) {
            Ok(exposed) => problems.extend(exposed),
            // A rule for a whole folder matches what is no document of any kind, too.
            Err(faults) => problems.extend(faults.without_lines().into_iter().map(|mut fault| {
                fault.severity = severity;
                fault
            })),
        }
    }
    if let Some(file) = &look.encrypted {
        problems.extend(
            rule.map(|rule| file.narrower(&rule.rule))
                .unwrap_or_default(),
        );
        let status = file.status();
        if status.selects_nothing && problems.is_empty() {
            problems.push(hollow(shown, &status.selector));
        }
    }
    if named && !encrypted && !empty && !problems.has_errors() {
        let nothing = rule.map(|rule| secrets::selects_nothing(&look.file(), &rule.rule));
        problems.push(clear(
            shown,
            nothing.map(|nothing| nothing.unwrap_or(false)),
        ));
    }
    Found {
        is_secret: encrypted || look.meant && problems.has_errors(),
        problems,
    }
}

/// A file that sops took for encrypted.
fn hollow(shown: &str, selector: &Selector) -> Diagnostic {
    rules::SECRETS_NOTHING_SELECTED.report(format!("`{shown}` has a `sops` block, and all of it is in the clear: its `{selector}` selects nothing"),
    )
    .at(Location::file(shown))
    .hint(format!(
        "correct the rule in `.sops.yaml` and run `ichor secrets encrypt --in-place {shown}`; if it holds no secret, `ichor secrets decrypt --in-place {shown}` takes the block out"
    ))
}

/// A file in the clear with the name of an encrypted one. `nothing`: whether its rule selects
/// none of its values, if it has a rule.
fn clear(shown: &str, nothing: Option<bool>) -> Diagnostic {
    let problem = rules::SECRETS_CLEAR_FILE
        .report(format!(
            "`{shown}` is named as an encrypted file, and is in the clear"
        ))
        .at(Location::file(shown));
    match nothing {
        Some(true) => problem.hint("its rule selects none of its values: correct the rule in `.sops.yaml`, or rename the file"),
        Some(false) => problem.hint(format!("run `ichor secrets encrypt --in-place {shown}`")),
        None => problem.hint(format!("add a rule for it to `.sops.yaml` and run `ichor secrets encrypt --in-place {shown}`")),
    }
}

/// Every whole private key, each with its place.
pub(super) fn private_keys(shown: &str, content: &[u8]) -> Vec<Diagnostic> {
    if !PRIVATE_KEYS
        .iter()
        .any(|start| names::contains(content, start.as_bytes()))
    {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(content);
    let mut found = Vec::new();
    for start in PRIVATE_KEYS {
        for (at, _) in text.match_indices(start) {
            let digits = text[at..]
                .find(|character: char| !character.is_ascii_alphanumeric() && character != '-')
                .map_or(text.len(), |end| at + end);
            // What only looks like one, as in documentation, has no right checksum.
            let key = Source::new(shown, &text[at..digits]);
            if secrets::parse_identity_list(&key).is_err() {
                continue;
            }
            // Whatever else stands on that line is nobody's business either.
            let mut location = Source::new(shown, &*text).location(at..digits);
            location.excerpt = None;
            found.push(
                rules::SECRETS_PRIVATE_KEY.report("this is an age private key")
                    .at(location)
                    .hint("take it out; if it was ever pushed, make a new key, run `ichor secrets updatekeys` and change every secret"),
            );
        }
    }
    found
}
