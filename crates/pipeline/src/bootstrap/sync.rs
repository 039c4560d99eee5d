//! What Flux follows, as the repository says it: by this another cluster is known.

use flux::assembled::Assembled;
use flux::helm::release_name;
use flux::object::Object;
use flux::value::Value;

/// What Flux follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncSource {
    /// `GitRepository` or `OCIRepository`.
    pub kind: String,
    /// Its address.
    pub url: String,
    /// The branch, tag or reference, such as `refs/heads/main`; empty where nothing says it.
    pub reference: String,
    /// The folder, without `./`; empty where nothing says it.
    pub path: String,
}

/// The release that makes a `FluxInstance`.
pub(super) const INSTANCE: &str = "flux-instance";

/// The name of the source that Flux makes of itself.
const OWN_SOURCE: &str = "flux-system";

/// Out of a `FluxInstance`, the values of the chart that makes one, or the source itself.
pub(super) fn of(assembled: &Assembled) -> Option<SyncSource> {
    let objects = || assembled.kustomizations.iter().flat_map(|one| &one.objects);
    let instances = objects().filter(|object| {
        object.kind() == "FluxInstance" && object.group() == "fluxcd.controlplane.io"
    });
    let charts = assembled
        .releases
        .iter()
        .filter(|release| release_name(&release.object) == INSTANCE);
    let syncs = instances
        .filter_map(|object| object.0.at(&["spec", "sync"]))
        .chain(charts.filter_map(|release| release.values.as_ref()?.at(&["instance", "sync"])));
    let mut found = syncs.filter_map(of_instance);
    found.next().or_else(|| {
        let own =
            |object: &&Object| object.kind() == "GitRepository" && object.name() == OWN_SOURCE;
        objects().find(own).and_then(of_source)
    })
}

fn text(value: &Value, keys: &[&str]) -> String {
    let found = value.at(keys).and_then(Value::as_text);
    found.unwrap_or_default().to_owned()
}

fn of_instance(sync: &Value) -> Option<SyncSource> {
    let source = SyncSource {
        kind: text(sync, &["kind"]),
        url: text(sync, &["url"]),
        reference: text(sync, &["ref"]),
        path: text(sync, &["path"]).trim_start_matches("./").to_owned(),
    };
    (!source.url.is_empty()).then_some(source)
}

fn of_source(object: &Object) -> Option<SyncSource> {
    let names = ["branch", "tag", "semver", "name", "commit"];
    let reference = names.iter().find_map(|name| {
        let text = object.text(&["spec", "ref", name]);
        (!text.is_empty()).then(|| text.to_owned())
    });
    let url = object.text(&["spec", "url"]);
    (!url.is_empty()).then(|| SyncSource {
        kind: object.kind().to_owned(),
        url: url.to_owned(),
        reference: reference.unwrap_or_default(),
        path: String::new(),
    })
}
