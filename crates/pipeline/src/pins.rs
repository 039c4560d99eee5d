//! Pins that were raised in a rendered file only, as bots do that know nothing of templates.

use diagnostics::{Diagnostics, Source};
use tree::{Action, Plan};

use crate::load::Inputs;
use crate::model::Model;
use crate::rules;
use crate::templates::builtin;

/// A version that a rendered file has and `versions.yaml` has not.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Bump {
    /// The entry of `versions.yaml`.
    pub name: String,
    /// The version in force.
    pub from: String,
    /// The version in the rendered file.
    pub to: String,
    /// The rendered file.
    pub path: String,
}

/// The bumps that explain edited files wholly: every line that differs, differs in a pin.
pub fn bumped(plan: &Plan, model: &Model) -> Vec<Bump> {
    let mut found = Vec::new();
    for change in plan.changes() {
        if !matches!(
            change.action,
            Action::Edited | Action::Foreign | Action::Overwrite
        ) || change.secret
        {
            continue;
        }
        let texts = change.before().zip(change.after());
        let Some((Some(before), Some(after))) =
            texts.map(|(before, after)| (before.as_text(), after.as_text()))
        else {
            continue;
        };
        let template = change
            .template
            .as_deref()
            .and_then(|shown| {
                model
                    .templates
                    .templates()
                    .iter()
                    .find(|template| &*template.shown_as == shown)
            })
            .map(|template| String::from_utf8_lossy(&template.content).into_owned());
        let names = |name: &str| {
            template
                .as_deref()
                .is_none_or(|text| text.contains(&format!("versions.{name}")))
        };
        let pins: Vec<_> = model
            .versions
            .iter()
            .filter(|(name, _)| names(name))
            .map(|(name, pin)| (name, pin.version.as_str()))
            .collect();
        if let Some(bumps) = explained(before, after, &pins) {
            found.extend(bumps.into_iter().map(|(name, from, to)| Bump {
                name,
                from,
                to,
                path: change.path.to_string(),
            }));
        }
    }
    found
}

type Pair = (String, String, String);

fn explained(before: &str, after: &str, pins: &[(&str, &str)]) -> Option<Vec<Pair>> {
    let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    if before.len() != after.len() {
        return None;
    }
    let mut found: Vec<Pair> = Vec::new();
    for (edited, rendered) in before.iter().zip(&after).filter(|(a, b)| a != b) {
        let bump = pins.iter().find_map(|(name, version)| {
            let (start, end) = rendered.split_once(version)?;
            let to = edited.strip_prefix(start)?.strip_suffix(end)?;
            let plain = !to.is_empty()
                && to.starts_with(|first: char| first.is_ascii_digit() || first == 'v')
                && to
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "._+-@:".contains(c));
            plain.then(|| ((*name).to_owned(), (*version).to_owned(), to.to_owned()))
        })?;
        if !found.contains(&bump) {
            found.push(bump);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The text of `versions.yaml` with the bumps in it. Where the repository has none, the
/// built-in one is its start.
///
/// # Errors
///
/// Two rendered files with two versions of one pin (`versions/ambiguous-bump`); a
/// `versions.yaml` that cannot be edited.
pub fn adopted(inputs: &Inputs, bumps: &[Bump]) -> Result<String, Diagnostics> {
    let mut problems = Diagnostics::new();
    for bump in bumps {
        let other = bumps
            .iter()
            .find(|other| other.name == bump.name && other.to < bump.to);
        if let Some(other) = other {
            problems.push(
                rules::VERSIONS_AMBIGUOUS_BUMP
                    .report(format!(
                        "`{}` is `{}` in `{}` but `{}` in `{}`",
                        bump.name, other.to, other.path, bump.to, bump.path
                    ))
                    .hint("write the version that you want into `versions.yaml`"),
            );
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut source = inputs
        .versions
        .clone()
        .unwrap_or_else(|| Source::new("versions.yaml", builtin::versions_kept()));
    for bump in bumps {
        let text = config_model::versions::set(&source, &bump.name, &bump.to)?;
        source = Source::new("versions.yaml", text);
    }
    Ok(source.text().to_owned())
}

#[cfg(test)]
mod tests {
    use super::explained;

    #[test]
    fn only_a_version_that_stands_in_place_of_a_pin_is_a_bump() {
        let pins = [("cilium", "1.20.1"), ("spegel", "0.7.4")];
        let found = explained("tag: 1.20.2\nx: 1\n", "tag: 1.20.1\nx: 1\n", &pins);
        assert_eq!(
            found,
            Some(vec![("cilium".into(), "1.20.1".into(), "1.20.2".into())])
        );
        assert_eq!(
            explained("tag: 1.20.2\nx: 2\n", "tag: 1.20.1\nx: 1\n", &pins),
            None
        );
        assert_eq!(explained("tag: latest\n", "tag: 1.20.1\n", &pins), None);
    }
}
