//! The public table of rules: one entry for each thing that can be wrong with a configuration.
//!
//! A problem can only be reported through an entry of this table, so that none goes
//! undocumented. The pages that messages refer to are made from it by [`markdown`].

mod features;
mod keys;
mod network;
mod nodes;
mod repository;
mod rule;

use std::fmt::Write as _;

pub(crate) use features::*;
pub(crate) use keys::*;
pub(crate) use network::*;
pub(crate) use nodes::*;
pub(crate) use repository::*;
pub use rule::Rule;

/// Every rule of this crate, ordered by id.
///
/// ```
/// let rule = config_model::rules::find("node/duplicate-name").expect("a rule of this crate");
/// assert_eq!(rule.severity(), diagnostics::Severity::Error);
/// ```
pub fn rules() -> Vec<&'static Rule> {
    let mut rules: Vec<_> = [
        keys::TABLE,
        network::TABLE,
        nodes::TABLE,
        repository::TABLE,
        features::TABLE,
    ]
    .concat();
    rules.sort_by_key(|rule| rule.id());
    rules
}

/// The rule of this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    rules().into_iter().find(|rule| rule.id() == id)
}

/// The table as a page: a heading and a paragraph for each rule.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Rules of the configuration\n\n\
         <!-- Generated from the table in crates/config-model/src/rules. -->\n\n\
         Every problem of the configuration names one of these rules. An error stops the work \
         before anything is written; a warning does not. Rules of the way here from makejinja stand in \
         [moving](moving.md#rules-you-may-meet), some of secrets and machines in [secrets](secrets.md#rules) and \
         [Talos](talos.md#checks).\n",
    );
    for rule in rules() {
        let severity = match (rule.severity(), rule.is_relaxed()) {
            (severity, true) => {
                format!("{severity}; a warning where a repository has its own templates")
            }
            (severity, false) => severity.to_string(),
        };
        let _ = write!(
            page,
            "\n## {}\n\n*{severity}*\n\n{}\n",
            rule.id(),
            rule.explanation()
        );
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_well_formed() {
        let rules = rules();
        for pair in rules.windows(2) {
            assert_ne!(pair[0].id(), pair[1].id());
        }
        for rule in rules {
            let (topic, name) = rule.id().split_once('/').expect("topic/name");
            for part in [topic, name] {
                assert!(!part.is_empty(), "{}", rule.id());
                assert!(
                    part.bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                    "{}",
                    rule.id()
                );
            }
            assert!(rule.explanation().ends_with('.'), "{}", rule.id());
        }
    }

    #[test]
    fn the_page_has_every_rule() {
        let page = markdown();
        for rule in rules() {
            assert!(page.contains(&format!("\n## {}\n", rule.id())));
        }
    }
}
