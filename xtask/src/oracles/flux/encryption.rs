//! How the secrets of a rendered tree are encrypted.

use std::collections::BTreeMap;
use std::time::SystemTime;

use anyhow::{Context as _, Result, anyhow};
use diagnostics::{Diagnostics, Source};
use secrets::{File, Request, Rules, Timestamp};

use super::expected::Plain;

/// The files of some Secrets as `configure` writes them: encrypted under the rules that were
/// rendered with them.
pub(super) fn encrypted(
    tree: &BTreeMap<String, Vec<u8>>,
    plain: &[Plain],
) -> Result<BTreeMap<String, Vec<u8>>> {
    let text = |path: &str| {
        let content = tree.get(path).with_context(|| format!("no `{path}`"))?;
        std::str::from_utf8(content).with_context(|| path.to_owned())
    };
    let rules = Rules::parse(&Source::new(".sops.yaml", text(".sops.yaml")?))
        .map_err(|faults| said(&faults))?;
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let now = Timestamp::from_unix_seconds(since.as_secs().try_into()?);
    let mut found = BTreeMap::new();
    for path in plain.iter().map(|secret| secret.path.as_str()) {
        let rule = rules.rule_for(path);
        let request = Request {
            plaintext: File::new(path, text(path)?.as_bytes()),
            previous: None,
            rule: &rule.with_context(|| format!("no rule for `{path}`"))?.rule,
            identities: &[],
            now,
        };
        let encrypted = secrets::encrypt(&request).map_err(|faults| said(&faults))?;
        found.insert(path.to_owned(), encrypted.content);
    }
    Ok(found)
}

fn said(faults: &Diagnostics) -> anyhow::Error {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    anyhow!("{}", lines.join("\n"))
}
