//! The built-in keys: those that every cluster has, and those of the optional stacks, which are
//! declared beside their templates in `templates/stacks`.

use std::sync::LazyLock;

use diagnostics::{Diagnostics, Source};
use rust_embed::RustEmbed;

use crate::keys::Declarations;
use crate::variables;

/// The declarations of stacks, as they were when the program was built.
#[derive(RustEmbed)]
#[folder = "../../templates/stacks/"]
struct Stacks;

impl Declarations {
    /// The built-in keys.
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Declarations> = LazyLock::new(|| read().0);
        &BUILT_IN
    }
}

/// The built-in keys, and what is wrong with the declarations of stacks: nothing, as a test knows.
fn read() -> (Declarations, Diagnostics) {
    let mut all = Declarations::core();
    let mut problems = Diagnostics::new();
    let mut names: Vec<_> = Stacks::iter().collect();
    names.sort();
    for name in names {
        let Some(file) = Stacks::get(&name) else {
            continue;
        };
        let text = String::from_utf8_lossy(&file.data);
        let source = Source::new(format!("templates/stacks/{name}"), text);
        let stem = name.strip_suffix(".yaml").unwrap_or(&name);
        problems.extend(variables::stack(stem, &source, &mut all));
    }
    problems.extend(variables::unknown(&all));
    (all, problems)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::keys::{Default, Demand, Kind, Section};

    #[test]
    fn declarations_of_stacks_are_right_and_no_key_is_declared_twice() {
        let (all, problems) = read();
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, Vec::<String>::new());
        let core = Declarations::core();
        let mut seen: BTreeSet<&str> = core
            .section(Section::Cluster)
            .map(|key| key.name.as_str())
            .collect();
        assert!(all.stacks().len() > 3, "{} stacks", all.stacks().len());
        for stack in all.stacks() {
            for key in &stack.keys {
                assert!(
                    seen.insert(key),
                    "{}: `{key}` is declared elsewhere",
                    stack.name
                );
                let key = all.get(Section::Cluster, key).expect("it was declared");
                assert!(key.is_built_in() && !key.sample.is_empty(), "{}", key.name);
            }
            for key in &stack.enabled_by {
                assert!(stack.keys.contains(key), "{}: `{key}`", stack.name);
            }
        }
        assert_eq!(seen.len(), all.section(Section::Cluster).len());
    }

    /// What a stack asks for when it is on must be missing when nothing is set.
    #[test]
    fn what_a_stack_requires_has_no_default() {
        let all = Declarations::built_in();
        for constraint in all.constraints() {
            let Demand::Requires(keys) = &constraint.demand else {
                continue;
            };
            for name in keys {
                let key = all.get(Section::Cluster, name).expect("it is declared");
                let nothing = match &key.default {
                    Default::Unset => true,
                    Default::Value(value) => value == "" || key.kind == Kind::Boolean,
                    Default::Derived(_) => false,
                };
                assert!(nothing, "`{name}` is never missing");
            }
        }
    }
}
