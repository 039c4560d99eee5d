//! What charts are told that the cluster has.

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostics::Source;
use yaml::Dialect;

use crate::assembled::Assembled;
use crate::value::{Value, documents};

/// The APIs that the cluster has as far as the repository shows: of the kinds that it defines and
/// of the objects that it applies. As `group/version` and `group/version/Kind`.
pub fn apis<'a>(
    assembled: &Assembled,
    definitions: impl Iterator<Item = &'a str>,
) -> BTreeSet<String> {
    let mut apis = BTreeSet::new();
    let mut add = |version: &str, kind: &str| {
        if version.contains('.') && !kind.is_empty() && !crate::unknown::is(version) {
            apis.insert(version.to_owned());
            apis.insert(format!("{version}/{kind}"));
        }
    };
    let mut defined = |definition: &Value| {
        let text = |path: &[&str]| {
            definition
                .at(path)
                .and_then(Value::as_text)
                .unwrap_or_default()
        };
        let (group, kind) = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
        for version in definition
            .at(&["spec", "versions"])
            .into_iter()
            .flat_map(Value::items)
        {
            let name = version
                .get("name")
                .and_then(Value::as_text)
                .unwrap_or_default();
            add(&format!("{group}/{name}"), kind);
        }
    };
    for text in definitions {
        let (values, _) = documents(&Arc::new(Source::new("", text)), Dialect::Kubernetes);
        values.iter().for_each(&mut defined);
    }
    let objects = assembled.kustomizations.iter().flat_map(|one| &one.objects);
    for object in objects
        .clone()
        .filter(|object| object.kind() == "CustomResourceDefinition")
    {
        defined(&object.0);
    }
    for object in objects {
        add(object.api_version(), object.kind());
    }
    apis
}
