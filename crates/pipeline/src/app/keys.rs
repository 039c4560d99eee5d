//! Keys of an application: declared in `templates/variables.yaml`, and shown in `cluster.yaml`.

use std::fmt::Write as _;

use config_model::{Declaration, Declarations, Default, Kind, Presence, Section};
use diagnostics::{Diagnostic, Source};

use super::edit::{self, Insertion, Role};
use crate::rules;

/// Where keys are declared.
pub(super) const VARIABLES: &str = "templates/variables.yaml";

/// A key that an application needs.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) name: String,
    /// Its declaration, as one line of the file.
    line: String,
    declaration: Declaration,
    /// What is shown of it where it would be set.
    sample: String,
}

impl Key {
    /// `NAME:TYPE[:DEFAULT]`.
    pub(super) fn read(text: &str, about: &str) -> Result<Self, Diagnostic> {
        let mut parts = text.splitn(3, ':');
        let name = parts.next().unwrap_or_default();
        let Some(kind) = parts.next().filter(|kind| !kind.is_empty()) else {
            return Err(rules::APP_INVALID_KEY
                .report(format!("`{text}` does not say what type the key has"))
                .hint(format!(
                    "write `{name}:string`, or another type of `ichor schema variables`"
                )));
        };
        let mut attributes = format!("type: {kind}");
        if let Some(default) = parts.next() {
            let _ = write!(attributes, ", default: {}", as_default(kind, default));
        }
        Self::declared(name, &attributes, about)
    }

    /// One whose value is a secret, needed where the switch is on.
    pub(super) fn secret(
        name: &str,
        switch: Option<&str>,
        about: &str,
    ) -> Result<Self, Diagnostic> {
        let mut attributes = "type: string, secret: true".to_owned();
        if let Some(switch) = switch {
            let _ = write!(attributes, ", required_with: {switch}");
        }
        Self::declared(name, &attributes, about)
    }

    /// One that switches an application on.
    pub(super) fn switch(name: &str, about: &str) -> Result<Self, Diagnostic> {
        Self::declared(name, "type: bool, default: false", about)
    }

    fn declared(name: &str, attributes: &str, about: &str) -> Result<Self, Diagnostic> {
        let invalid = |message: String| rules::APP_INVALID_KEY.report(message);
        let one_line = |text: &str| !text.chars().any(char::is_control);
        if !one_line(name) || !one_line(attributes) {
            return Err(invalid("a key is declared on one line".to_owned()));
        }
        let line = format!(
            "{name}: {{ {attributes}, description: {} }}",
            yaml::quote(about)
        );
        // Whatever a condition names is known where it is declared.
        let text = format!("cluster:\n  {line}\n");
        let source = Source::new(VARIABLES, text.as_str());
        let (declarations, problems) = config_model::declarations(Some(&source));
        let wrong = problems.iter().find(|problem| {
            problem.is_error() && !problem.is(&config_model::rules::VARIABLES_UNKNOWN_CONDITION)
        });
        if let Some(problem) = wrong {
            let mut invalid = invalid(format!("`{name}` cannot be declared: {}", problem.message));
            if let Some(hint) = &problem.hint {
                invalid = invalid.hint(hint.clone());
            }
            return Err(invalid);
        }
        let Some(declaration) = declarations.get(Section::Cluster, name) else {
            return Err(invalid(format!("`{name}` is not the name of a key")));
        };
        Ok(Self {
            sample: sample(declaration),
            name: name.to_owned(),
            declaration: declaration.clone(),
            line,
        })
    }

    /// How it is declared where nothing does yet.
    pub(super) fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// Whether it is declared already.
    ///
    /// # Errors
    ///
    /// `app/invalid-key`: as something else.
    pub(super) fn is_known(&self, declarations: &Declarations) -> Result<bool, Diagnostic> {
        let Some(known) = declarations.get(Section::Cluster, &self.name) else {
            return Ok(false);
        };
        let wanted = &self.declaration;
        let fits = known.secret == wanted.secret
            && known.presence != Presence::Derived
            && (known.is_built_in() || known.kind == wanted.kind)
            && known.kind.is_scalar() == wanted.kind.is_scalar();
        let is_derived_switch = wanted.kind == Kind::Boolean && known.kind == Kind::Boolean;
        if fits || is_derived_switch {
            return Ok(true);
        }
        let secret = if known.secret { ", a secret" } else { "" };
        let problem = rules::APP_INVALID_KEY
            .report(format!(
                "`{}` is declared already, as {}{secret}",
                self.name, known.kind
            ))
            .hint("use another name, or ask for it as it is declared");
        Err(match &known.declared_at {
            Some(place) => problem.at(place.clone()),
            None => problem,
        })
    }

    /// What `cluster.yaml` shows of it.
    fn shown(&self) -> String {
        let mut about = self.declaration.description.clone();
        if let Presence::RequiredWith(switch) = &self.declaration.presence {
            let _ = write!(about, " Required with `{switch}`.");
        }
        format!("# {about}\n# {}: {}\n", self.name, self.sample)
    }
}

/// The default as YAML: text as such a text, everything else as it was written.
fn as_default(kind: &str, default: &str) -> String {
    let is_text = Kind::by_name(kind).is_some_and(|kind| {
        kind.is_scalar() && !matches!(kind, Kind::Boolean | Kind::Integer { .. } | Kind::Number)
    });
    if is_text || default.is_empty() {
        yaml::quote(default)
    } else {
        default.to_owned()
    }
}

fn sample(declaration: &Declaration) -> String {
    match &declaration.default {
        Default::Value(value) => value.to_string(),
        _ => match &declaration.kind {
            Kind::Boolean => "true".to_owned(),
            Kind::List { .. } | Kind::OneOrList(_) => "[]".to_owned(),
            Kind::Map(_) | Kind::Labels => "{}".to_owned(),
            _ => "\"\"".to_owned(),
        },
    }
}

/// What puts a declaration into the file, with the section where that is missing.
///
/// # Errors
///
/// `app/not-understood`.
pub(super) fn declare(source: &Source, key: &Key) -> Result<Vec<(usize, Insertion)>, Diagnostic> {
    let parsed = edit::parsed(source)?;
    let text = source.text();
    let root = parsed.root();
    let section = root.and_then(|root| root.as_mapping()?.entry("cluster"));
    let insertion = |role: Role, text: String| Insertion {
        file: source.name().to_owned(),
        role,
        text,
    };
    let of_key = || Role::Key(key.name.clone());
    let refused = |why: &str| {
        edit::not_understood(source, why).hint(format!(
            "add `{}` below `cluster` yourself, and run the command again",
            key.line
        ))
    };
    let made = match section {
        None => {
            let at = text.len();
            let header = edit::lines_at(text, at, "cluster:\n");
            let with_header = edit::with(text, at, &header);
            let end = with_header.len();
            let line = edit::lines_at(&with_header, end, &format!("  {}\n", key.line));
            vec![
                (at, insertion(Role::Section, header)),
                (end, insertion(of_key(), line)),
            ]
        }
        Some(entry) if entry.value.is_null() => {
            let at = edit::behind(text, &entry.key);
            let line = edit::lines_at(text, at, &format!("  {}\n", key.line));
            vec![(at, insertion(of_key(), line))]
        }
        Some(entry) => {
            let put = edit::entry(text, &entry.value, &key.line);
            let (at, line) = put.ok_or_else(|| refused("its `cluster` is no map with entries"))?;
            vec![(at, insertion(of_key(), line))]
        }
    };
    let after = made.iter().fold(text.to_owned(), |text, (at, insertion)| {
        edit::with(&text, *at, &insertion.text)
    });
    let after = edit::parsed(&Source::new(source.name(), after))
        .map_err(|_| refused("a declaration more would break it"))?;
    let is_there = after
        .root()
        .and_then(|root| root.get("cluster")?.get(&key.name));
    let fits = parsed.documents.len() <= 1
        && after.documents.len() == 1
        && edit::same_but(root, after.root(), &["cluster"], &[&key.name]);
    if is_there.is_some() && fits {
        Ok(made)
    } else {
        Err(refused("a declaration more would change something else"))
    }
}

/// What puts keys into `cluster.yaml` as comments; none where that would change a value.
pub(super) fn shown(source: &Source, about: &str, keys: &[&Key]) -> Option<(usize, Insertion)> {
    let text = source.text();
    let mut lines = format!("\n# --- {about} ---\n");
    for key in keys {
        let _ = write!(lines, "\n{}", key.shown());
    }
    let at = text.len();
    let lines = edit::lines_at(text, at, &lines);
    let after = Source::new(source.name(), edit::with(text, at, &lines));
    let (before, after) = (edit::parsed(source).ok()?, edit::parsed(&after).ok()?);
    let fits = before.documents.len() == after.documents.len()
        && edit::same_but(before.root(), after.root(), &[], &[]);
    fits.then(|| {
        let insertion = Insertion {
            file: source.name().to_owned(),
            role: Role::Comment(about.to_owned()),
            text: lines,
        };
        (at, insertion)
    })
}

/// Takes a declaration out, in whatever form it is there by now.
pub(super) fn without(source: &Source, key: &str) -> Option<String> {
    let parsed = edit::parsed(source).ok()?;
    let section = parsed.root()?.get("cluster")?;
    let mut edits = yaml::edit::Edits::new(source.text());
    edits.remove_key(section, key).ok()?;
    edits.apply().ok()
}

/// Whether the section is empty, so that it can go.
pub(super) fn is_empty(source: &Source) -> bool {
    let section = |parsed: yaml::Parsed| parsed.root()?.get("cluster").map(yaml::Node::is_null);
    edit::parsed(source).ok().and_then(section) == Some(true)
}
