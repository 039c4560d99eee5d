//! Every negative fixture is refused for the rule it is named after, and every valid one is not.

#![expect(clippy::disallowed_methods, reason = "fixtures are files")]

use std::collections::BTreeSet;

use crate::common;

use config_model::{fixture, rules};
use diagnostics::{Rule, Severity};

#[test]
fn negative_fixtures_report_exactly_their_problems() {
    let mut wrong = Vec::new();
    for folder in common::invalid() {
        let (_, diagnostics) = fixture::read(|name| common::read(&folder.join(name)));
        let expected = common::read(&folder.join("problems.txt")).unwrap_or_default();
        let found = fixture::lines(&diagnostics);
        if found != expected {
            wrong.push(format!(
                "{}\nexpected:\n{expected}found:\n{found}",
                folder.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_negative_fixture_has_a_cluster_only_if_it_has_warnings_alone() {
    for folder in common::invalid() {
        let (parsed, all) = fixture::read(|name| common::read(&folder.join(name)));
        assert!(!all.is_empty(), "{}", folder.display());
        assert_eq!(
            parsed.cluster.is_some(),
            !parsed.diagnostics.has_errors(),
            "{}",
            folder.display()
        );
    }
}

fn all() -> impl Iterator<Item = &'static Rule> {
    rules::RULES.iter().copied().flatten().copied()
}

#[test]
fn every_rule_has_a_fixture_and_every_problem_a_rule() {
    let mut emitted = BTreeSet::new();
    for folder in common::invalid() {
        let (_, diagnostics) = fixture::read(|name| common::read(&folder.join(name)));
        for diagnostic in &diagnostics {
            let rule = diagnostic.rule;
            emitted.insert(rule);
            if yaml::rules::RULES.iter().any(|table| table.contains(&rule)) {
                continue;
            }
            assert!(all().any(|known| known == rule), "{rule}");
            let own = folder.join("own-templates").exists();
            let relaxed = match diagnostic.severity {
                Severity::Error => false,
                Severity::Warning => rule.is_relaxed(),
                // A key that a repository's own templates do not name.
                Severity::Note => own,
            };
            assert!(relaxed || rule.severity() == diagnostic.severity, "{rule}");
        }
    }
    let without: Vec<_> = all().filter(|rule| !emitted.contains(rule)).collect();
    assert_eq!(without, Vec::<&Rule>::new(), "rules without a fixture");
}

#[test]
fn ten_faults_are_ten_problems_of_ten_rules() {
    let folder = common::root().join("invalid/ten-faults");
    let (_, diagnostics) = fixture::read(|name| common::read(&folder.join(name)));
    let rules: BTreeSet<_> = diagnostics.iter().map(|problem| problem.rule).collect();
    assert_eq!((diagnostics.len(), rules.len()), (10, 10));
}

#[test]
fn valid_fixtures_have_no_problem_at_all() {
    for case in common::VALID {
        let folder = common::root().join(case);
        let (parsed, diagnostics) = fixture::read(|name| common::read(&folder.join(name)));
        assert_eq!(fixture::lines(&diagnostics), "", "{case}");
        assert!(parsed.cluster.is_some(), "{case}");
    }
}
