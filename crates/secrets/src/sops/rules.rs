//! `.sops.yaml`: which rule a file is created under.
//!
//! Facts from `config/config.go` of sops 3.13: rules are tried in order, the first match wins,
//! a rule without `path_regex` matches everything, and patterns match anywhere in the path.

use std::ops::Range;

use ::yaml::{Dialect, Entry, Limits, Node, Resolved, parse};
use diagnostics::{Diagnostics, Source, closest};

use super::document::Indents;
use super::rule::Rule;
use super::selector::{NAMES, Selector};
use crate::keys::Recipient;
use crate::rules;
use documents::regex::GoRegex;

/// Fields of a creation rule that name keys of other kinds, and the list in a file's metadata
/// that such keys stand in.
const FOREIGN: [(&str, &str); 6] = [
    ("pgp", "pgp"),
    ("kms", "kms"),
    ("gcp_kms", "gcp_kms"),
    ("hckms", "hckms"),
    ("azure_keyvault", "azure_kv"),
    ("hc_vault_transit_uri", "hc_vault"),
];

/// The creation rules of a repository.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rules: Vec<CreationRule>,
    notes: Diagnostics,
}

/// A rule and the files that it is for.
#[derive(Debug, Clone)]
pub struct CreationRule {
    /// What the path of a file must match; everything does where there is none.
    pub path_regex: Option<GoRegex>,
    /// What the rule asks for.
    pub rule: Rule,
    /// Where it stands.
    pub location: diagnostics::Location,
}

impl Rules {
    /// Reads a `.sops.yaml`.
    ///
    /// # Errors
    ///
    /// Everything that sops would refuse, and invalid patterns, with which sops would write
    /// files in the clear.
    pub fn parse(source: &Source) -> Result<Self, Diagnostics> {
        let source = &source.clone().with_secrets(private_keys(source.text()));
        let parsed = parse(source, &Limits::default());
        if parsed.diagnostics.has_errors() {
            return Err(parsed.diagnostics);
        }
        let mut reader = Reader {
            source,
            problems: Diagnostics::new(),
            notes: Diagnostics::new(),
        };
        let root = reader.fields(
            parsed.root(),
            &["creation_rules", "destination_rules", "stores"],
        );
        let indents = reader.indents(field(&root, "stores"));
        let mut rules = Vec::new();
        for node in reader.list(field(&root, "creation_rules"), "creation_rules") {
            rules.push(reader.rule(&node, &indents));
        }
        if reader.problems.has_errors() {
            return Err(reader.problems);
        }
        Ok(Self {
            rules,
            notes: reader.notes,
        })
    }

    /// The rule for a file, by its path relative to the folder of `.sops.yaml`, with `/`.
    pub fn rule_for(&self, path: &str) -> Option<&CreationRule> {
        self.rules.iter().find(|rule| {
            let regex = rule.path_regex.as_ref();
            regex.is_none_or(|regex| regex.is_match(path.as_bytes()))
        })
    }

    /// All rules in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, CreationRule> {
        self.rules.iter()
    }

    /// What looks wrong without being refused: unknown fields.
    pub fn notes(&self) -> &Diagnostics {
        &self.notes
    }
}

impl<'a> IntoIterator for &'a Rules {
    type Item = &'a CreationRule;
    type IntoIter = std::slice::Iter<'a, CreationRule>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

struct Reader<'a> {
    source: &'a Source,
    problems: Diagnostics,
    notes: Diagnostics,
}

impl Reader<'_> {
    fn rule(&mut self, node: &Node, indents: &Indents) -> CreationRule {
        let mut known = vec![
            "path_regex",
            "age",
            "aws_profile",
            "key_groups",
            "shamir_threshold",
            "mac_only_encrypted",
        ];
        known.extend(NAMES);
        known.extend(FOREIGN.iter().map(|(name, _)| *name));
        let fields = self.fields(Some(node), &known);
        let path_regex =
            field(&fields, "path_regex").and_then(|node| self.regex(node, "path_regex"));
        let mut rule = Rule {
            selector: self.selector(&fields),
            mac_only_encrypted: field(&fields, "mac_only_encrypted")
                .is_some_and(|node| self.truth(node)),
            threshold: field(&fields, "shamir_threshold").and_then(|node| self.number(node)),
            indents: indents.clone(),
            ..Rule::default()
        };
        let groups = self.list(field(&fields, "key_groups"), "key_groups");
        if groups.is_empty() {
            let mut recipients = Vec::new();
            self.recipients(field(&fields, "age"), &mut recipients);
            let mut foreign = Vec::new();
            for (name, kind) in FOREIGN {
                self.names(field(&fields, name), kind, &mut foreign);
            }
            rule.groups.push(recipients);
            rule.foreign.push(foreign);
        }
        for group in &groups {
            let (mut recipients, mut foreign) = (Vec::new(), Vec::new());
            self.group(group, &mut recipients, &mut foreign, 0);
            rule.groups.push(recipients);
            rule.foreign.push(foreign);
        }
        let location = self.source.location(node.range().start..node.range().start);
        if rule.groups.len() > 1
            && let Some(threshold) = rule.threshold
            && !(2..=rule.groups.len()).contains(&threshold)
        {
            self.problems.push(
                rules::SOPS_BAD_THRESHOLD
                    .report(format!(
                        "a `shamir_threshold` of {threshold} does not fit {} key groups",
                        rule.groups.len()
                    ))
                    .at(location.clone())
                    .hint("use a number from 2 to the number of groups"),
            );
        }
        CreationRule {
            path_regex,
            rule,
            location,
        }
    }

    fn group(
        &mut self,
        node: &Node,
        recipients: &mut Vec<Recipient>,
        foreign: &mut Vec<String>,
        depth: usize,
    ) {
        let known = [
            "merge",
            "age",
            "pgp",
            "kms",
            "gcp_kms",
            "hckms",
            "azure_keyvault",
            "hc_vault",
        ];
        let fields = self.fields(Some(node), &known);
        for inner in self.list(field(&fields, "merge"), "merge") {
            if depth < 8 {
                self.group(&inner, recipients, foreign, depth + 1);
            }
        }
        self.recipients(field(&fields, "age"), recipients);
        // sops drops repetitions inside of groups, and only there.
        let mut unique: Vec<Recipient> = Vec::new();
        for recipient in recipients.drain(..) {
            if !unique.contains(&recipient) {
                unique.push(recipient);
            }
        }
        *recipients = unique;
        for (name, kind) in FOREIGN {
            let name = if name == "hc_vault_transit_uri" {
                "hc_vault"
            } else {
                name
            };
            self.names(field(&fields, name), kind, foreign);
        }
    }

    fn selector(&mut self, fields: &[Entry]) -> Option<Selector> {
        let mut found: Option<(Selector, Node)> = None;
        for name in NAMES {
            let Some(node) = field(fields, name) else {
                continue;
            };
            let Some(text) = self.text(node).filter(|text| !text.is_empty()) else {
                continue;
            };
            match Selector::new(name, &text) {
                Ok(Some(selector)) => {
                    if let Some((first, place)) = &found {
                        self.problems.push(
                            rules::SOPS_SEVERAL_SELECTORS.report(format!("`{name}` stands beside `{}`, and a rule may have only one of them", first.name()),
                            )
                            .at(self.source.location(node.range()))
                            .related(self.source.location(place.range()), "the other one"),
                        );
                    } else {
                        found = Some((selector, node.clone()));
                    }
                }
                Ok(None) => {}
                Err(error) => self.bad_regex(node, name, &error.0),
            }
        }
        found.map(|(selector, _)| selector)
    }

    fn regex(&mut self, node: &Node, name: &str) -> Option<GoRegex> {
        let text = self.text(node).filter(|text| !text.is_empty())?;
        GoRegex::new(&text)
            .map_err(|error| self.bad_regex(node, name, &error.0))
            .ok()
    }

    fn bad_regex(&mut self, node: &Node, name: &str, reason: &str) {
        self.problems.push(
            rules::SOPS_BAD_REGEX
                .report(format!(
                    "`{name}` is not a regular expression of Go: {reason}"
                ))
                .at(self.source.location(node.range())),
        );
    }

    /// A text with commas, or a list of texts.
    fn recipients(&mut self, node: Option<&Node>, out: &mut Vec<Recipient>) {
        for (text, place) in self.texts(node) {
            for name in text
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
            {
                match name.parse() {
                    Ok(recipient) => out.push(recipient),
                    Err(error) => {
                        let location = self.source.location(place.definition_range());
                        self.problems.push(error.diagnostic(name).at(location));
                    }
                }
            }
        }
    }

    fn names(&mut self, node: Option<&Node>, kind: &str, out: &mut Vec<String>) {
        let Some(node) = node else { return };
        if let Some(items) = node.as_sequence() {
            for item in items {
                if let Some(map) = item.as_mapping() {
                    let parts: Vec<_> = map
                        .into_iter()
                        .filter_map(|entry| entry.value.text())
                        .collect();
                    out.push(format!("{kind}: {}", parts.join(" ")));
                } else {
                    self.names(Some(item), kind, out);
                }
            }
            return;
        }
        if let Some(text) = self.text(node) {
            let names = text
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty());
            out.extend(names.map(|name| format!("{kind}: {name}")));
        }
    }

    fn texts(&mut self, node: Option<&Node>) -> Vec<(String, Node)> {
        let Some(node) = node else { return Vec::new() };
        match node.as_sequence() {
            Some(items) => items
                .iter()
                .filter_map(|item| Some((self.text(item)?, item.clone())))
                .collect(),
            None => self
                .text(node)
                .map(|text| (text, node.clone()))
                .into_iter()
                .collect(),
        }
    }

    fn indents(&mut self, node: Option<&Node>) -> Indents {
        let stores = self.fields(node, &["yaml", "json", "json_binary", "ini", "dotenv"]);
        let mut of = |name: &str| {
            let fields = self.fields(field(&stores, name), &["indent"]);
            field(&fields, "indent").and_then(|node| self.number(node))
        };
        Indents {
            yaml: of("yaml").filter(|&indent| indent > 0),
            json: of("json"),
            binary: of("json_binary"),
        }
    }

    /// The entries of a map, merge keys resolved.
    fn fields(&mut self, node: Option<&Node>, known: &[&str]) -> Vec<Entry> {
        let Some(node) = node.filter(|node| !node.is_null()) else {
            return Vec::new();
        };
        let Some(mapping) = node.as_mapping() else {
            self.wrong_type(node, "a map");
            return Vec::new();
        };
        for entry in mapping {
            let Some(key) = entry
                .key
                .text()
                .filter(|key| *key != "<<" && !known.contains(key))
            else {
                continue;
            };
            let mut note = rules::SOPS_UNKNOWN_FIELD
                .report(format!("sops knows no field `{key}` here and ignores it"))
                .at(self.source.location(entry.key.range()));
            if let Some(name) = closest(key, known.iter().copied()) {
                note = note.hint(format!("did you mean `{name}`?"));
            }
            self.notes.push(note);
        }
        mapping
            .merged(Dialect::Go)
            .unwrap_or_else(|_| mapping.entries().to_vec())
    }

    fn list(&mut self, node: Option<&Node>, name: &str) -> Vec<Node> {
        let Some(node) = node.filter(|node| !node.is_null()) else {
            return Vec::new();
        };
        if let Some(items) = node.as_sequence() {
            return items.to_vec();
        }
        self.problems.push(
            rules::SOPS_WRONG_TYPE
                .report(format!(
                    "`{name}` is {}, where sops wants a list",
                    node.kind_name()
                ))
                .at(self.source.location(node.range())),
        );
        Vec::new()
    }

    fn text(&mut self, node: &Node) -> Option<String> {
        if node.is_null() {
            return None;
        }
        if node.text().is_none() {
            self.wrong_type(node, "text");
        }
        node.text().map(str::to_owned)
    }

    fn truth(&mut self, node: &Node) -> bool {
        match node.as_scalar().map(|scalar| scalar.read(Dialect::Go)) {
            Some(Resolved::Bool(truth)) => truth,
            Some(Resolved::Null) => false,
            _ => {
                self.wrong_type(node, "true or false");
                false
            }
        }
    }

    fn number(&mut self, node: &Node) -> Option<usize> {
        match node.as_scalar().map(|scalar| scalar.read(Dialect::Go)) {
            Some(Resolved::Integer(number)) if (0..256).contains(&number) => {
                usize::try_from(number).ok().filter(|&number| number > 0)
            }
            Some(Resolved::Integer(-1) | Resolved::Null) => None,
            _ => {
                self.wrong_type(node, "a small whole number");
                None
            }
        }
    }

    fn wrong_type(&mut self, node: &Node, wanted: &str) {
        self.problems.push(
            rules::SOPS_WRONG_TYPE
                .report(format!(
                    "this is {}, where sops wants {wanted}",
                    node.kind_name()
                ))
                .at(self.source.location(node.range())),
        );
    }
}

fn field<'a>(entries: &'a [Entry], name: &str) -> Option<&'a Node> {
    entries
        .iter()
        .rfind(|entry| entry.key.text() == Some(name))
        .map(|entry| &entry.value)
}

/// Where private keys stand that somebody took for recipients: no excerpt may show one.
fn private_keys(text: &str) -> Vec<Range<usize>> {
    let upper = text.to_ascii_uppercase();
    ["AGE-SECRET-KEY-", "AGE-PLUGIN-"]
        .iter()
        .flat_map(|start| upper.match_indices(start))
        .map(|(start, _)| {
            let rest = &upper[start..];
            let end = rest.find(|byte: char| !byte.is_ascii_alphanumeric() && byte != '-');
            start..start + end.unwrap_or(rest.len())
        })
        .collect()
}
