//! Verdicts on mutated configs, to be held against those of Talos: reads cases as a JSON list from
//! standard input, writes one JSON map a line with the config as YAML and the verdict.

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::Write as _;

use diagnostics::Severity;
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    let cases: Value = serde_json::from_reader(std::io::stdin())?;
    let mut out = std::io::stdout().lock();
    for case in cases.as_array().into_iter().flatten() {
        let (contract, documents) = support::mutated(case);
        let found = talos::validate::validate(&documents, contract);
        let verdict = match found.iter().map(|violation| violation.severity).min() {
            None => "fine",
            Some(Severity::Error) => "error",
            Some(_) => "warning",
        };
        let messages: Vec<_> = found
            .iter()
            .map(|one| format!("{}: {}: {}", one.document, one.path, one.message))
            .collect();
        let line = json!({
            "name": case["name"],
            "config": documents::emit::documents(&documents, 2),
            "verdict": verdict,
            "messages": messages,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}
