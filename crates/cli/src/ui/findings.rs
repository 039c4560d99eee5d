//! Problems in the notations of those who show them elsewhere: GitHub's annotations, SARIF.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use diagnostics::{Diagnostic, Location, Severity};
use serde_json::{Value, json};

/// Where SARIF's schema is.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Commands of a GitHub workflow, a line each, which it shows at the lines of the files.
pub(super) fn github(problems: &[Diagnostic]) -> String {
    let mut text = String::new();
    for problem in problems {
        let level = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(place) = &problem.location {
            properties.push(format!("file={}", property(&place.file)));
            if place.line > 0 {
                properties.push(format!("line={}", place.line));
                properties.push(format!("col={}", place.column));
            }
        }
        properties.push(format!("title={}", property(problem.rule.id())));
        let _ = writeln!(
            text,
            "::{level} {}::{}",
            properties.join(","),
            escaped(&sentence(problem))
        );
    }
    text
}

/// A log of SARIF 2.1.0, which code scanning and editors take.
pub(super) fn sarif(problems: &[Diagnostic]) -> Value {
    let rules: BTreeMap<&str, &str> = { problems.iter() }
        .map(|problem| (problem.rule.id(), problem.rule.why()))
        .collect();
    let rules: Vec<Value> = { rules.iter() }
        .map(|(id, why)| json!({"id": id, "shortDescription": {"text": why}}))
        .collect();
    let results: Vec<Value> = problems.iter().map(result).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "ichor",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "results": results,
        }],
    })
}

fn result(problem: &Diagnostic) -> Value {
    let level = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut result = json!({
        "ruleId": problem.rule.id(),
        "level": level,
        "message": {"text": sentence(problem)},
    });
    if let Some(place) = &problem.location {
        result["locations"] = json!([physical(place)]);
    }
    if !problem.related.is_empty() {
        let related = problem.related.iter().map(|related| {
            let mut place = physical(&related.location);
            place["message"] = json!({"text": related.message});
            place
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn physical(place: &Location) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri(&place.file)}});
    if place.line > 0 {
        physical["region"] = json!({"startLine": place.line, "startColumn": place.column});
    }
    json!({"physicalLocation": physical})
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// What is wrong, and what to do about it.
fn sentence(problem: &Diagnostic) -> String {
    match &problem.hint {
        Some(hint) => format!("{}; {hint}", problem.message),
        None => problem.message.clone(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use diagnostics::Source;

    use super::*;

    diagnostics::rules! {
        RULE: warning "a/b", "It shows what to look at.";
    }

    fn problem() -> Diagnostic {
        let source = Source::new("a, b/ä.yaml", "x: 1\ny: 2\n");
        RULE.report("100 % wrong")
            .at(source.location(5..6))
            .hint("write\n`z`")
            .related(source.location(0..1), "as here")
    }

    #[test]
    fn github_takes_it_at_its_line() {
        assert_eq!(
            github(&[problem()]),
            "::warning file=a%2C b/ä.yaml,line=2,col=1,title=a/b::100 %25 wrong; write%0A`z`\n"
        );
    }

    #[test]
    fn sarif_has_rule_place_and_related_places() {
        let log = sarif(&[problem(), problem()]);
        let run = &log["runs"][0];
        assert_eq!(
            run["tool"]["driver"]["rules"].as_array().map(Vec::len),
            Some(1)
        );
        let result = &run["results"][0];
        assert_eq!(result["ruleId"], "a/b");
        assert_eq!(result["level"], "warning");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%2C%20b/%C3%A4.yaml");
        assert_eq!(place["region"]["startLine"], 2);
        assert_eq!(result["relatedLocations"][0]["message"]["text"], "as here");
    }
}
