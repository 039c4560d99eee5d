//! Warnings of which there are many, and those that nobody wants to hear of.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostic, Diagnostics, Related, Severity};

/// How many warnings of a rule are told one by one.
const ONE_BY_ONE: usize = 5;

/// Leaves out warnings and notes of the rules in `quiet`, and makes one of those that break the
/// same rule in many places. Errors stay as they are.
pub(crate) fn gathered(findings: Diagnostics, quiet: &BTreeSet<String>) -> Diagnostics {
    let mut findings: Diagnostics = findings
        .into_iter()
        .filter(|problem| problem.is_error() || !quiet.contains(problem.rule.as_str()))
        .collect();
    findings.sort();
    let mut counts = BTreeMap::<String, usize>::new();
    for problem in findings.iter().filter(|problem| is_counted(problem)) {
        *counts.entry(problem.rule.to_string()).or_default() += 1;
    }
    let mut gathered: Vec<Diagnostic> = Vec::new();
    let mut first = BTreeMap::<String, usize>::new();
    for mut problem in findings {
        let rule = problem.rule.to_string();
        let count = counts.get(&rule).copied().unwrap_or_default();
        if !is_counted(&problem) || count <= ONE_BY_ONE {
            gathered.push(problem);
            continue;
        }
        if let Some(&index) = first.get(&rule) {
            let message = problem.message;
            let related = problem
                .location
                .map(|location| Related { location, message });
            gathered[index].related.extend(related);
            continue;
        }
        problem.message = format!(
            "{}; the first of {count}, which `--output json` lists",
            problem.message
        );
        let silence =
            format!("`quiet: [{rule}]` in `templates/variables.yaml` silences all of them");
        problem.hint = Some(match problem.hint.take() {
            Some(hint) => format!("{hint}; {silence}"),
            None => silence,
        });
        first.insert(rule, gathered.len());
        gathered.push(problem);
    }
    gathered.into_iter().collect()
}

fn is_counted(problem: &Diagnostic) -> bool {
    problem.severity == Severity::Warning && problem.location.is_some()
}

#[cfg(test)]
mod tests {
    use diagnostics::{Diagnostic, Location};

    use super::*;

    fn many(rule: &'static str, count: usize) -> impl Iterator<Item = Diagnostic> {
        (0..count).map(move |number| {
            Diagnostic::warning(rule, format!("`{number}` is blank"))
                .at(Location::file(format!("{number:02}.yaml")))
                .hint("set it")
        })
    }

    #[test]
    fn many_of_a_kind_are_one_and_can_be_silenced() {
        let findings: Diagnostics = many("secret/blank", 70).chain(many("a/few", 2)).collect();
        let told = gathered(findings.clone(), &BTreeSet::new());
        assert_eq!(told.len(), 3);
        let one = told
            .iter()
            .find(|problem| problem.rule.as_str() == "secret/blank")
            .expect("is told");
        assert_eq!(
            one.message,
            "`0` is blank; the first of 70, which `--output json` lists"
        );
        assert_eq!(one.related.len(), 69);
        let silenced = gathered(findings, &["secret/blank".to_owned()].into());
        assert_eq!(silenced.len(), 2);
    }

    #[test]
    fn errors_are_neither_counted_nor_silenced() {
        let mut findings: Diagnostics = many("secret/blank", 9).collect();
        findings.promote(|_| true);
        let told = gathered(findings.clone(), &["secret/blank".to_owned()].into());
        assert_eq!(told, findings);
    }
}
