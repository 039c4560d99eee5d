//! The applications of a repository: which there are, in which version, and whether they are
//! deployed.

use std::collections::BTreeSet;

use diagnostics::Diagnostics;
use render::{Delimiters, Template};
use serde::Serialize;
use serde_json::Value;
use tree::{Rendered, Tree};
use yaml::Node;

use super::name::Name;
use super::parent::statements;
use super::record;
use super::surroundings::{below_apps, text_of};
use crate::build::RenderedTree;
use crate::load::Inputs;
use crate::model::Model;

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct App {
    /// Its namespace.
    pub namespace: String,
    /// Its name in it.
    pub name: String,
    /// The versions that its templates name: those of `versions.yaml` with their entries.
    pub versions: Vec<Version>,
    /// Whether it is rendered, and listed.
    pub enabled: bool,
    /// The keys that decide about that; always it is where there are none.
    pub because: Vec<Condition>,
    /// Whether `app add` added it.
    pub added: bool,
    /// Its Kustomization's template, as messages name it.
    pub template: String,
}

/// A version that an application is deployed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// Its entry in `versions.yaml`; none where the template has it.
    pub entry: Option<String>,
    /// The version.
    pub version: String,
}

/// A key that decides whether an application is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// The key.
    pub key: String,
    /// `true`, `false`, `set` or `not set`: no value else, which may be a secret.
    pub state: &'static str,
}

/// Every application that the templates have, by namespace and name.
///
/// # Errors
///
/// What keeps the repository from being rendered.
pub fn list(inputs: &Inputs) -> Result<(Vec<App>, Diagnostics), Diagnostics> {
    let records = record::all(&inputs.view)?;
    let RenderedTree {
        tree,
        model,
        warnings,
        ..
    } = render::on_deep_stacks(|| crate::build::render(inputs))?;
    let templates = model.templates.templates();
    let delimiters = &model.templates.options().delimiters;
    let mut found = Vec::new();
    for template in templates {
        let Some(name) = application(&template.output) else {
            continue;
        };
        let below = format!("{}/", name.folder());
        let of_app: Vec<_> = templates
            .iter()
            .filter(|it| it.output.starts_with(&below))
            .collect();
        let list = format!("{}/kustomization.yaml", name.above());
        let list_template = templates.iter().find(|it| it.output == list);
        let because = because(&model, delimiters, template, list_template, &name);
        found.push(App {
            versions: versions(&model, &of_app),
            enabled: tree.get(&template.output).is_some() && is_listed(&tree, &list, &name),
            because,
            added: records.contains_key(&name),
            template: template.shown_as.to_string(),
            namespace: name.namespace,
            name: name.name,
        });
    }
    found.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
    Ok((found, warnings))
}

/// The application whose Kustomization an output is.
fn application(output: &str) -> Option<Name> {
    below_apps(output)?.strip_suffix("/ks.yaml")?.parse().ok()
}

/// Whether the list of its namespace names it.
fn is_listed(tree: &Tree<Rendered>, list: &str, name: &Name) -> bool {
    let Some(text) = tree.get(list).and_then(|entry| entry.content.as_text()) else {
        // Flux lists what is there.
        return true;
    };
    let source = diagnostics::Source::new(list, text);
    let parsed = yaml::parse(&source, &yaml::Limits::default());
    let resources = parsed
        .root()
        .and_then(|root| root.get("resources")?.as_sequence());
    let wanted = format!("{}/ks.yaml", name.name);
    let mut items = resources.unwrap_or_default().iter().filter_map(Node::text);
    items.any(|item| {
        let item = item.trim_start_matches("./").trim_end_matches('/');
        item == wanted || item == name.name
    })
}

/// The keys in the conditions around the Kustomization, and around its entry in the list.
fn because(
    model: &Model,
    delimiters: &Delimiters,
    ks: &Template,
    list: Option<&Template>,
    name: &Name,
) -> Vec<Condition> {
    let ks = text_of(ks);
    let mut conditions = conditions(&ks, delimiters, ks.find("apiVersion"));
    let list = list.map(text_of).unwrap_or_default();
    let item = list.find(&format!("{}/ks.yaml", name.name));
    conditions.extend(self::conditions(&list, delimiters, item));
    let mut seen = BTreeSet::new();
    let words = conditions.iter().flat_map(|condition| {
        condition.split(|character: char| !character.is_alphanumeric() && character != '_')
    });
    words
        .filter(|word| model.cluster.values().entry(word).is_some())
        .filter(|word| seen.insert((*word).to_owned()))
        .map(|word| Condition {
            key: word.to_owned(),
            state: state(model.cluster.values().get(word)),
        })
        .collect()
}

fn state(value: Option<&Value>) -> &'static str {
    match value {
        None | Some(Value::Null) => "not set",
        Some(Value::Bool(true)) => "true",
        Some(Value::Bool(false)) => "false",
        Some(Value::String(text)) if text.is_empty() => "not set",
        Some(Value::Array(items)) if items.is_empty() => "not set",
        Some(_) => "set",
    }
}

/// The conditions that hold where an offset is.
fn conditions(text: &str, delimiters: &Delimiters, offset: Option<usize>) -> Vec<String> {
    let mut open: Vec<&str> = Vec::new();
    for statement in statements(&text[..offset.unwrap_or(0)], delimiters) {
        let word = statement.split_whitespace().next().unwrap_or_default();
        match word {
            "if" | "for" => open.push(statement),
            "endif" | "endfor" => drop(open.pop()),
            _ => {}
        }
    }
    let conditions = open
        .into_iter()
        .filter_map(|statement| statement.strip_prefix("if "));
    conditions.map(str::to_owned).collect()
}

fn versions(model: &Model, templates: &[&Template]) -> Vec<Version> {
    let mut found: Vec<Version> = Vec::new();
    let mut add = |version: Version| {
        if !found.contains(&version) {
            found.push(version);
        }
    };
    for template in templates {
        let text = text_of(template);
        let mut is_pinned = false;
        for after in text.split("versions.").skip(1) {
            let end = after.find(|next: char| !next.is_ascii_alphanumeric() && next != '_');
            let entry = &after[..end.unwrap_or(after.len())];
            if let Some(version) = model.versions.get(entry) {
                is_pinned = true;
                add(Version {
                    entry: Some(entry.to_owned()),
                    version: version.to_owned(),
                });
            }
        }
        if !is_pinned && let Some(version) = written(&text) {
            add(Version {
                entry: None,
                version,
            });
        }
    }
    found
}

/// The version of a chart that stands in its source or release.
fn written(text: &str) -> Option<String> {
    let parsed = yaml::parse(
        &diagnostics::Source::new("", text),
        &yaml::Limits::default(),
    );
    parsed.documents.iter().find_map(|document| {
        let spec = document.get("spec")?;
        let reference = || {
            let reference = spec.get("ref")?;
            let mut keys = ["tag", "semver", "digest"].into_iter();
            keys.find_map(|key| reference.get(key)?.text())
        };
        let chart = || spec.get("chart")?.get("spec")?.get("version")?.text();
        let text = match document.get("kind").and_then(Node::text)? {
            "OCIRepository" => reference(),
            "HelmRelease" => chart(),
            _ => None,
        };
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    })
}
