//! Which chart a HelmRelease installs.

use crate::assembled::{Chart, Pin};
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
    let given = [
        (Pin::Digest, "digest"),
        (Pin::Range, "semver"),
        (Pin::Tag, "tag"),
    ];
    let mut given = given
        .map(|(pin, key)| (pin, text(spec, &["ref", key])))
        .into_iter();
    let given = given.find(|(_, version)| !version.is_empty());
    let (pin, version) = given.unwrap_or((Pin::Tag, "latest"));
    Some(Chart {
        address: text(spec, &["url"]).to_owned(),
        version: version.to_owned(),
        pin,
        filter: text(spec, &["ref", "semverFilter"]).to_owned(),
        layer: text(spec, &["layerSelector", "mediaType"]).to_owned(),
        is_insecure: is_insecure(spec),
        ..Chart::default()
    })
    .filter(|chart| !chart.address.is_empty())
}

fn is_insecure(spec: &Value) -> bool {
    spec.get("insecure").and_then(Value::as_bool) == Some(true)
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
    let files = spec.get("valuesFiles").into_iter().flat_map(Value::items);
    let files = files.filter_map(Value::as_text).map(str::to_owned);
    let chart = Chart {
        version: version.to_owned(),
        values_files: files.collect(),
        may_miss_values_files: spec
            .get("ignoreMissingValuesFiles")
            .and_then(Value::as_bool)
            == Some(true),
        ..Chart::default()
    };
    if lookup.is_own(kind, namespace, source) {
        let path = name.trim_start_matches("./").trim_matches('/');
        return Some(Chart {
            address: path.to_owned(),
            ..chart
        });
    }
    let source = lookup.object(kind, namespace, source)?;
    let url = source.text(&["spec", "url"]).trim_end_matches('/');
    if kind != "HelmRepository" || url.is_empty() {
        return None;
    }
    let chart = Chart {
        is_insecure: source.0.get("spec").is_some_and(is_insecure),
        ..chart
    };
    let is_oci = source.text(&["spec", "type"]) == "oci" || url.starts_with("oci://");
    Some(if is_oci {
        Chart {
            address: format!("{url}/{name}"),
            ..chart
        }
    } else {
        Chart {
            address: url.to_owned(),
            name: name.to_owned(),
            ..chart
        }
    })
}
