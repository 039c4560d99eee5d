//! The patches of a node in their order: those of its role and its own as one group, then those
//! for all nodes.

use diagnostics::{Diagnostics, Source};
use serde_json::Value;
use yaml::rules::OF_YAML;

use documents::change::Change;
use documents::substitute::{Variables, comments, substitute};
use talos::patch::{Applied, Machinery, Patch, apply, fill, undone};

/// A patch as it is written: in a file of its own, or within the talconfig.
#[derive(Clone)]
pub enum Written {
    /// A file, in which variables are still to be put. One of white space only is skipped.
    File(Source),
    /// Within the talconfig, where variables were put in already.
    Inline(Source),
}

/// What the patches of a node did.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Each patch that could be applied, by the name of its text, in order.
    pub applied: Vec<(String, Applied)>,
    /// Everything found: of each patch by itself, and of those that undo others.
    pub findings: Diagnostics,
}

impl History {
    /// The patches that set or removed a path of a document, or something below it, in order.
    pub fn of<'a>(
        &'a self,
        document: &'a str,
        path: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Change)> {
        self.applied.iter().flat_map(move |(name, applied)| {
            applied
                .changes
                .iter()
                .filter(move |change| {
                    change.document == document
                        && change.path.strip_prefix(path).is_some_and(|rest| {
                            rest.is_empty() || path.is_empty() || rest.starts_with(['.', '['])
                        })
                })
                .map(move |change| (name.as_str(), change))
        })
    }
}

/// Applies groups of patches one after another. The templates of a group see the config as it
/// was before the group. A patch that is wrong is left out, and the others are still tried.
pub fn apply_groups(
    config: &mut Vec<Value>,
    groups: &[&[Written]],
    variables: &Variables,
    machinery: Machinery,
) -> History {
    let mut history = History::default();
    for group in groups {
        // All are read before any is applied.
        let mut patches = Vec::new();
        for written in *group {
            let (patch, problems) = prepare(written, config, variables, machinery);
            history.findings.extend(problems);
            patches.extend(patch);
        }
        for patch in &patches {
            match apply(config, patch, machinery) {
                Ok(mut applied) => {
                    patch.mark(&mut applied);
                    history.findings.extend(applied.findings.clone());
                    history.applied.push((patch.name().to_owned(), applied));
                }
                Err(problem) => history.findings.push(problem),
            }
        }
    }
    let steps: Vec<_> = history
        .applied
        .iter()
        .map(|(name, applied)| (name.as_str(), applied))
        .collect();
    let undone = undone(&steps);
    history.findings.extend(undone);
    history
}

fn prepare(
    written: &Written,
    config: &[Value],
    variables: &Variables,
    machinery: Machinery,
) -> (Option<Patch>, Diagnostics) {
    let (source, file) = match written {
        Written::File(source) => (source, true),
        Written::Inline(source) => (source, false),
    };
    let (mut filled, mut problems) = fill(source, config);
    if problems.has_errors() {
        return (None, problems);
    }
    if file {
        let (substituted, more) = substitute(&filled, &comments(&filled), variables);
        filled = substituted;
        problems.extend(more);
    }
    let (patch, more) = Patch::read(&filled, machinery);
    let patch = patch.map(Patch::on_first_document);
    // A text that is not whole need not be YAML.
    let broken = problems.has_errors();
    problems.extend(
        more.into_iter()
            .filter(|problem| !(broken && OF_YAML.contains(&problem.rule))),
    );
    (patch.filter(|_| !problems.has_errors()), problems)
}
