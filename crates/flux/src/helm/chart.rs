//! Which chart a HelmRelease installs.

use crate::assembled::Chart;
use crate::object::Object;
use crate::value::Value;

/// How the objects that a release names are found.
pub trait Lookup {
    /// An object by kind, namespace and name.
    fn object(&self, kind: &str, namespace: &str, name: &str) -> Option<&Object>;

    /// Whether a source is the repository itself.
    fn is_own(&self, kind: &str, namespace: &str, name: &str) -> bool;
}

/// The chart that a release installs; none where no object of the repository says which, or it
/// lies in another repository.
pub fn chart(release: &Object, lookup: &impl Lookup) -> Option<Chart> {
    let spec = release.0.get("spec")?;
    if let Some(reference) = spec.get("chartRef") {
        let (kind, name) = (text(reference, &["kind"]), text(reference, &["name"]));
        let namespace = namespace(reference, release);
        let source = lookup.object(kind, namespace, name)?;
        return match kind {
            "OCIRepository" => oci(source),
            "HelmChart" => named(source.0.get("spec")?, source, lookup),
            _ => None,
        };
    }
    named(spec.at(&["chart", "spec"])?, release, lookup)
}

fn text<'a>(value: &'a Value, keys: &[&str]) -> &'a str {
    let text = value.at(keys).and_then(Value::as_text);
    text.unwrap_or_default()
}

/// The namespace of a reference; that of who refers where it says none.
fn namespace<'a>(reference: &'a Value, from: &'a Object) -> &'a str {
    match text(reference, &["namespace"]) {
        "" => from.namespace(),
        namespace => namespace,
    }
}

/// The artifact of an `OCIRepository`: its digest, or the range, or the tag.
fn oci(source: &Object) -> Option<Chart> {
    let spec = source.0.get("spec")?;
    let versions = ["digest", "semver", "tag"].map(|key| text(spec, &["ref", key]));
    let version = versions.into_iter().find(|version| !version.is_empty());
    Some(Chart {
        address: text(spec, &["url"]).to_owned(),
        name: String::new(),
        version: version.unwrap_or("latest").to_owned(),
    })
    .filter(|chart| !chart.address.is_empty())
}

/// A chart by name, of a repository of charts or of files.
fn named(spec: &Value, from: &Object, lookup: &impl Lookup) -> Option<Chart> {
    let name = text(spec, &["chart"]);
    let version = match text(spec, &["version"]) {
        "" => "*",
        version => version,
    };
    let reference = spec.get("sourceRef")?;
    let kind = text(reference, &["kind"]);
    let namespace = namespace(reference, from);
    let source = text(reference, &["name"]);
    let chart = |address: String, name: &str| Chart {
        address,
        name: name.to_owned(),
        version: version.to_owned(),
    };
    if lookup.is_own(kind, namespace, source) {
        let path = name.trim_start_matches("./").trim_matches('/');
        return Some(chart(path.to_owned(), ""));
    }
    let source = lookup.object(kind, namespace, source)?;
    let url = source.text(&["spec", "url"]).trim_end_matches('/');
    if kind != "HelmRepository" || url.is_empty() {
        return None;
    }
    let is_oci = source.text(&["spec", "type"]) == "oci" || url.starts_with("oci://");
    Some(if is_oci {
        chart(format!("{url}/{name}"), "")
    } else {
        chart(url.to_owned(), name)
    })
}
