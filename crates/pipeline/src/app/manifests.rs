//! Manifests that are deployed as they are.

use diagnostics::{Diagnostic, Source};
use yaml::{Limits, Node};

use crate::rules;

/// A file with objects. Has no `Debug`: it may hold secrets.
#[derive(Clone)]
pub struct Manifest {
    /// Its name without folders.
    pub name: String,
    /// What it holds.
    pub source: Source,
}

/// Names of files in the application's folder that have another meaning.
const TAKEN: [&str; 8] = [
    "kustomization.yaml",
    "kustomization.yml",
    "kustomization",
    "helmrelease.yaml",
    "ocirepository.yaml",
    "helmrepository.yaml",
    "httproute.yaml",
    "secret.sops.yaml",
];

/// What keeps manifests from being deployed as they are.
pub(super) fn problems(files: &[Manifest]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let invalid = |message: String| {
            rules::APP_INVALID_MANIFEST
                .report(message)
                .at(file.source.whole())
        };
        let name = &file.name;
        if !is_file_name(name) {
            found.push(
                invalid(format!("`{name}` cannot be the name of a manifest"))
                    .hint("name it in small letters with `.yaml` at the end, and not as another file of the application"),
            );
        }
        if files[..index].iter().any(|other| other.name == *name) {
            found.push(invalid(format!("two manifests are called `{name}`")));
        }
        let parsed = yaml::parse(&file.source, &Limits::default());
        found.extend(
            parsed
                .diagnostics
                .iter()
                .filter(|it| it.is_error())
                .cloned(),
        );
        let documents = parsed
            .documents
            .iter()
            .filter(|document| !document.is_null());
        let objects: Vec<&Node> = documents.flat_map(objects).collect();
        if objects.is_empty() && !parsed.diagnostics.has_errors() {
            found.push(invalid(format!("`{name}` holds no object")));
        }
        for object in objects {
            let text = |key: &str| object.get(key).and_then(Node::text).unwrap_or_default();
            if text("kind").is_empty() || text("apiVersion").is_empty() {
                found.push(
                    invalid(format!(
                        "`{name}` holds something that is no object of Kubernetes"
                    ))
                    .at(file.source.location(start_of(object)))
                    .hint("each has `apiVersion` and `kind`"),
                );
            } else if text("kind") == "Secret" {
                // Its place alone: the line may be the secret.
                found.push(
                    rules::APP_SECRET_IN_MANIFEST
                        .report(format!(
                            "`{name}` holds a Secret, which would be committed as it is"
                        ))
                        .at(diagnostics::Location::file(file.source.name()))
                        .hint("leave it out, and have its values written by `--secret KEY`"),
                );
            }
        }
    }
    found
}

/// A document, or what a list of objects holds.
fn objects(document: &Node) -> Vec<&Node> {
    let kind = document.get("kind").and_then(Node::text);
    let items = document.get("items").and_then(Node::as_sequence);
    match items.filter(|_| kind.is_some_and(|kind| kind.ends_with("List"))) {
        Some(items) => items.iter().collect(),
        None => vec![document],
    }
}

fn start_of(node: &Node) -> std::ops::Range<usize> {
    let start = node.range().start;
    start..start
}

fn is_file_name(name: &str) -> bool {
    let of_name =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    (name.ends_with(".yaml") || name.ends_with(".yml"))
        && name.bytes().all(of_name)
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !name.contains(".sops.")
        && !TAKEN.contains(&name)
}

/// The only service of all manifests, with its first port.
pub(super) fn only_service(files: &[Manifest]) -> Option<(String, u16)> {
    let mut found = Vec::new();
    for file in files {
        let parsed = yaml::parse(&file.source, &Limits::default());
        for object in parsed.documents.iter().flat_map(objects) {
            if object.get("kind").and_then(Node::text) != Some("Service") {
                continue;
            }
            let name = object.get("metadata").and_then(|it| it.get("name")?.text());
            let ports = object
                .get("spec")
                .and_then(|it| it.get("ports")?.as_sequence());
            let port = ports.and_then(|ports| ports.first()?.get("port")?.text()?.parse().ok());
            found.push(name.map(str::to_owned).zip(port));
        }
    }
    match <[_; 1]>::try_from(found) {
        Ok([service]) => service,
        Err(_) => None,
    }
}

/// Whether objects have what Flux takes for its variables.
pub(super) fn has_variables(files: &[Manifest]) -> bool {
    files.iter().any(|file| file.source.text().contains("${"))
}
