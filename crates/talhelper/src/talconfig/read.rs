//! Text to talconfig.

use diagnostics::{Diagnostics, Source};
use yaml::{Dialect, Limits};

use super::checks;
use super::config::Talconfig;
use super::schema::schema;
use documents::substitute::{Variables, comments, substitute};
use talos::fields::{Decoder, Faults, Removed};
use talos::fields::{Kind, Spec};

use crate::rules;

static FAULTS: Faults = Faults {
    unknown: &rules::TALCONFIG_UNKNOWN_KEY,
    wrong_type: &rules::TALCONFIG_WRONG_TYPE,
    rewritten: Some(&rules::TALCONFIG_REWRITTEN_TEXT),
};

impl Talconfig {
    /// Reads a talconfig with the variables of `talenv.yaml`. There is one unless its text
    /// cannot be read at all: whether it may be used, the problems say.
    pub fn read(source: &Source, variables: &Variables) -> (Option<Self>, Diagnostics) {
        let (source, mut problems) = substitute(source, &comments(source), variables);
        let parsed = yaml::parse(&source, &Limits::default());
        problems.extend(parsed.diagnostics.clone());
        let Some(root) = parsed.root().cloned() else {
            if !problems.has_errors() {
                problems.push(
                    rules::TALCONFIG_EMPTY
                        .report("the file is empty")
                        .at(source.whole()),
                );
            }
            return (None, problems);
        };
        let removed = Removed::new();
        let mut decoder = Decoder {
            schema: schema(),
            faults: &FAULTS,
            source: &source,
            removed: &removed,
            problems: Diagnostics::new(),
        };
        let values = decoder.value(&root, &spec());
        problems.extend(decoder.problems);
        // Nodes that are alike are often merged from one: checks see them whole.
        let root = if source.text().contains("<<") {
            root.resolved(Dialect::Go)
        } else {
            root
        };
        let config = Self {
            source,
            root,
            values,
        };
        checks::check(&config, &mut problems);
        problems.sort();
        (Some(config), problems)
    }
}

fn spec() -> Spec {
    Spec {
        optional: true,
        ..Spec::of(Kind::Struct("Talconfig"))
    }
}
