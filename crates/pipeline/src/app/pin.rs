//! The version of a chart: an entry of `versions.yaml`, under a name that is free.

use config_model::versions::{self, Versions};
use diagnostics::{Diagnostic, Source};

use super::edit::{self, Insertion, Role};
use super::name::Name;
use super::request::Origin;
use crate::templates::builtin;

/// Where versions are decided.
pub(super) const VERSIONS: &str = "versions.yaml";

/// A version with where its releases are found.
pub(super) struct Pin {
    pub(super) version: String,
    /// As Renovate reads it.
    annotation: String,
}

impl Pin {
    /// The pin of a chart; none for manifests.
    pub(super) fn of(origin: &Origin) -> Option<Self> {
        Some(match origin {
            Origin::Oci { url, version } => {
                let path = url.strip_prefix("oci://").unwrap_or(url);
                Self {
                    // As registries have a version with `+`, which no tag can hold.
                    version: version.replace('+', "_"),
                    annotation: format!("renovate: datasource=docker depName={path}"),
                }
            }
            Origin::Repository {
                url,
                chart,
                version,
            } => Self {
                version: version.clone(),
                annotation: format!("renovate: datasource=helm depName={chart} registryUrl={url}"),
            },
            Origin::Manifests(_) => return None,
        })
    }

    /// The name of an entry that pins the same chart in the same version.
    pub(super) fn known(&self, own: Option<&Source>) -> Option<String> {
        let (built_in, _) = versions::read(&built_in());
        let own = own.map(|source| versions::read(source).0);
        let (all, _) = Versions::new(built_in, own);
        let mut all = all.iter();
        let found = all.find(|(_, pin)| {
            pin.version == self.version && pin.annotation.as_deref() == Some(&*self.annotation)
        });
        found.map(|(name, _)| name.to_owned())
    }

    /// What puts it into the file, and the name of its entry.
    ///
    /// # Errors
    ///
    /// `app/not-understood`.
    pub(super) fn put(
        &self,
        source: &Source,
        name: &Name,
    ) -> Result<(String, usize, Insertion), Diagnostic> {
        let parsed = edit::parsed(source)?;
        let text = source.text();
        let (read, _) = versions::read(source);
        let (built_in, _) = versions::read(&built_in());
        let before = warnings(&built_in, source);
        let at = text.len();
        for entry in names(name) {
            if read.contains_key(&entry) || built_in.contains_key(&entry) {
                continue;
            }
            let gap = if text.trim().is_empty() { "" } else { "\n" };
            let lines = format!(
                "{gap}# {name}\n# {}\n{entry}: {}\n",
                self.annotation,
                yaml::double_quoted(&self.version)
            );
            let lines = edit::lines_at(text, at, &lines);
            let after = Source::new(VERSIONS, edit::with(text, at, &lines));
            // A name that is nearly another one would be taken for misspelt.
            if warnings(&built_in, &after) != before {
                continue;
            }
            let after = edit::parsed(&after)?;
            let fits = parsed.documents.len() <= 1
                && after.documents.len() == 1
                && edit::same_but(parsed.root(), after.root(), &[], &[&entry]);
            let is_there = after.root().and_then(|root| root.get(&entry)).is_some();
            if fits && is_there {
                let insertion = Insertion {
                    file: VERSIONS.to_owned(),
                    role: Role::Pin(entry.clone()),
                    text: lines,
                };
                return Ok((entry, at, insertion));
            }
        }
        Err(
            edit::not_understood(source, "no entry can be added at its end").hint(format!(
                "add a version with `# {}` above it yourself, and run the command again",
                self.annotation
            )),
        )
    }
}

fn built_in() -> Source {
    Source::new("built-in:versions.yaml", builtin::versions())
}

/// How many problems the versions have.
fn warnings(built_in: &versions::Pins, own: &Source) -> usize {
    let (own, problems) = versions::read(own);
    problems.len() + Versions::new(built_in.clone(), Some(own)).1.len()
}

/// Names that a template can read, the shortest first.
fn names(name: &Name) -> impl Iterator<Item = String> {
    let parts = [
        vec![name.name.as_str()],
        vec![&*name.namespace, &*name.name],
        vec!["app", &*name.namespace, &*name.name],
    ];
    parts
        .into_iter()
        .map(|parts| camel(&parts.join("-")))
        .filter(|name| {
            name.starts_with(|first: char| first.is_ascii_alphabetic())
                && !render::is_dict_method(name)
        })
}

fn camel(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut upper = false;
    for character in text.chars() {
        if character == '-' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            out.push(character.to_ascii_uppercase());
        } else {
            out.push(character);
        }
    }
    out
}

/// Takes a version out, in whatever form it is there by now.
pub(super) fn without(source: &Source, entry: &str) -> Option<String> {
    let parsed = edit::parsed(source).ok()?;
    let mut edits = yaml::edit::Edits::new(source.text());
    edits.remove_key(parsed.root()?, entry).ok()?;
    edits.apply().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(text: &str, name: &str) -> Result<(String, String), String> {
        let origin = Origin::Oci {
            url: "oci://ghcr.io/a/b".into(),
            version: "1.2.3".into(),
        };
        let pin = Pin::of(&origin).expect("a chart has one");
        let name: Name = name.parse().expect("a name");
        let put = pin.put(&Source::new(VERSIONS, text), &name);
        let (entry, at, insertion) = put.map_err(|problem| problem.message)?;
        Ok((entry, edit::with(text, at, &insertion.text)))
    }

    #[test]
    fn a_pin_gets_a_name_that_is_free_and_that_templates_can_read() {
        for (app, entry) in [
            ("default/pod-info", "podInfo"),
            ("media/echo", "mediaEcho"),
            // `ech` would be taken for `echo`.
            ("default/items", "defaultItems"),
            ("default/1password", "default1password"),
            ("2a/1b", "app2a1b"),
        ] {
            assert_eq!(put("", app).expect(app).0, entry);
        }
        let (_, text) = put("a: \"1.0.0\"", "default/podinfo").expect("a map");
        assert_eq!(
            text,
            "a: \"1.0.0\"\n\n# default/podinfo\n# renovate: datasource=docker depName=ghcr.io/a/b\npodinfo: \"1.2.3\""
        );
    }

    #[test]
    fn a_file_of_another_form_is_left_alone() {
        for text in [
            "{a: \"1\"}\n",
            "- a\n",
            "text\n",
            "a: \"1\"\n---\nb: \"2\"\n",
            "a: [\n",
        ] {
            let message = put(text, "default/podinfo").expect_err(text);
            assert!(message.contains("is not edited"), "{message}");
        }
    }
}
