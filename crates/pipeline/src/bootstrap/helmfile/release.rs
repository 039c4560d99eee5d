//! A release of a helmfile.

use diagnostics::{Diagnostics, visible};
use flux::value::{Data, Value};
use helm::{is_name, is_namespace};

use super::Entry;
use super::merge::merge;
use super::template::scalar;
use crate::rules;

/// Keys that change what is installed and are not followed, with what to do instead.
const NOT_FOLLOWED: &[(&str, &str)] = &[
    ("set", "write it below `values`"),
    ("setString", "write it below `values`"),
    ("setTemplate", "write it below `values`"),
    (
        "secrets",
        "write them into a Secret that the HelmRelease names in `valuesFrom`",
    ),
    ("valuesTemplate", "write it below `values`"),
    (
        "condition",
        "write `installed: true`, or take the release out",
    ),
    (
        "strategicMergePatches",
        "write them as `postRenderers` of the HelmRelease",
    ),
    (
        "jsonPatches",
        "write them as `postRenderers` of the HelmRelease",
    ),
    (
        "transformers",
        "write them as `postRenderers` of the HelmRelease",
    ),
    (
        "postRenderer",
        "write it as `postRenderers` of the HelmRelease",
    ),
    ("dependencies", "write them into the chart"),
];

/// What holds for all releases of a helmfile.
pub(super) struct Defaults {
    pub(super) arguments: Vec<String>,
    timeout: Option<u64>,
    wait: Option<bool>,
    namespace: String,
    may_miss: bool,
    repositories: Vec<(String, String)>,
    folder: String,
}

impl Defaults {
    pub(super) fn of(document: &Value, folder: &str) -> Self {
        let given = document.get("helmDefaults");
        let get = |key: &str| given.and_then(|defaults| defaults.get(key));
        let arguments = get("args").map(Value::items).unwrap_or_default();
        let repositories = document.get("repositories").map(Value::items);
        let repositories = repositories.unwrap_or_default().iter();
        Self {
            arguments: arguments.iter().filter_map(scalar).collect(),
            timeout: get("timeout").and_then(seconds),
            wait: get("wait").and_then(Value::as_bool),
            namespace: text(document, "namespace"),
            may_miss: may_miss(document).unwrap_or(false),
            repositories: repositories.filter_map(repository).collect(),
            folder: folder.to_owned(),
        }
    }
}

/// A repository of charts: its name, and its address.
fn repository(value: &Value) -> Option<(String, String)> {
    let (name, url) = (text(value, "name"), text(value, "url"));
    let is_oci = value.get("oci").and_then(Value::as_bool) == Some(true);
    let url = url.trim_end_matches('/');
    let url = if is_oci && !url.starts_with("oci://") {
        format!("oci://{url}")
    } else {
        url.to_owned()
    };
    (!name.is_empty()).then_some((name, url))
}

/// Whether a file that is missing is passed over.
fn may_miss(value: &Value) -> Option<bool> {
    let handler = value.get("missingFileHandler")?.as_text()?;
    Some(!handler.eq_ignore_ascii_case("error"))
}

/// A release as its helmfile has it, with the templates that it inherits; none where it has no
/// name.
pub(super) fn entry(
    written: &Value,
    document: &Value,
    defaults: &Defaults,
    problems: &mut Diagnostics,
) -> Option<Entry> {
    let release = inherited(written, document, problems);
    let name = text(&release, "name");
    let is_off = release.get("installed").and_then(Value::as_bool) == Some(false);
    let mut is_wanted = !is_off;
    if !is_name(&name) {
        let message = match name.as_str() {
            "" => "a release has no `name`".to_owned(),
            name => format!("`{name}` is no name of a release"),
        };
        let place = release.get("name").unwrap_or(written);
        problems.push(
            rules::BOOTSTRAP_RELEASE_UNKNOWN
                .report(message)
                .at(place.place.location()),
        );
        return None;
    }
    for (key, hint) in NOT_FOLLOWED {
        if let Some(value) = release
            .get(key)
            .filter(|value| !is_nothing(value) && !is_off)
        {
            let message = format!("`{key}` of the release `{name}` is not followed");
            problems.push(
                rules::BOOTSTRAP_NOT_FOLLOWED
                    .report(message)
                    .at(value.place.location())
                    .hint(*hint),
            );
            is_wanted = false;
        }
    }
    if let Some(installed) = release.get("installed").filter(|it| it.as_bool().is_none()) {
        let message = format!("whether the release `{name}` is installed is not known");
        let problem = rules::BOOTSTRAP_NOT_FOLLOWED
            .report(message)
            .at(installed.place.location());
        problems.push(problem.hint("write `true` or `false`"));
        is_wanted = false;
    }
    let chart = release.get("chart").and_then(Value::as_text);
    if chart.is_none_or(str::is_empty) && !is_off {
        let message = format!("the release `{name}` has no `chart`");
        problems.push(
            rules::BOOTSTRAP_RELEASE_UNKNOWN
                .report(message)
                .at(written.place.location()),
        );
        is_wanted = false;
    }
    for hook in release.get("hooks").map(Value::items).unwrap_or_default() {
        let message = format!("a hook of the release `{name}` is not run");
        let problem = rules::BOOTSTRAP_HOOK
            .report(message)
            .at(hook.place.location());
        problems.push(problem.hint("what it applies, Flux has to"));
    }
    let namespace = match (defaults.namespace.as_str(), text(&release, "namespace")) {
        ("", namespace) if namespace.is_empty() => "default".to_owned(),
        ("", namespace) => namespace,
        (given, _) => given.to_owned(),
    };
    if !is_off && !is_namespace(&namespace) {
        let message = format!("`{}` is no name of a namespace", visible(&namespace));
        let place = release.get("namespace").unwrap_or(written);
        problems.push(
            rules::BOOTSTRAP_RELEASE_UNKNOWN
                .report(message)
                .at(place.place.location()),
        );
        is_wanted = false;
    }
    let list = |key: &str| {
        let items = release.get(key).map(Value::items);
        items.unwrap_or_default().to_vec()
    };
    let get = |key: &str| release.get(key);
    Some(Entry {
        name,
        namespace,
        is_wanted,
        chart: get("chart").cloned().unwrap_or_default(),
        version: get("version").filter(|it| !it.is_null()).cloned(),
        values: list("values"),
        may_miss: may_miss(&release).unwrap_or(defaults.may_miss),
        needs: list("needs"),
        timeout: get("timeout").and_then(seconds).or(defaults.timeout),
        wait: get("wait").and_then(Value::as_bool).or(defaults.wait) == Some(true),
        repositories: defaults.repositories.clone(),
        folder: defaults.folder.clone(),
        place: get("name").map_or_else(|| written.place.clone(), |name| name.place.clone()),
    })
}

/// A release over the templates of its helmfile that all releases inherit, and over those that it
/// names itself.
fn inherited(written: &Value, document: &Value, problems: &mut Diagnostics) -> Value {
    let own = written.get("inherit").map(Value::items).unwrap_or_default();
    let own: Vec<(&Value, &[Value])> = { own.iter() }
        .filter_map(|item| {
            let except = item.get("except").map(Value::items).unwrap_or_default();
            Some((item.get("template")?, except))
        })
        .collect();
    let by_default = document.get("defaultInherit").map_or(&[][..], |given| {
        given.as_list().unwrap_or(std::slice::from_ref(given))
    });
    // One that a release names itself counts as it names it.
    let is_own = |name: &Value| own.iter().any(|(known, _)| *known == name);
    let by_default = by_default.iter().filter(|name| !is_own(name));
    let by_default: Vec<_> = by_default.map(|name| (name, &[][..])).collect();
    let mut release = Value::default();
    for (named, except) in by_default.into_iter().chain(own) {
        let name = named.as_text().unwrap_or_default();
        let Some(template) = document.at(&["templates", name]) else {
            let message = format!("there is no template `{name}`");
            problems.push(
                rules::BOOTSTRAP_NOT_FOLLOWED
                    .report(message)
                    .at(named.place.location()),
            );
            continue;
        };
        if let Some(inner) = template.get("inherit") {
            let message = format!("what the template `{name}` inherits is not followed");
            problems.push(
                rules::BOOTSTRAP_NOT_FOLLOWED
                    .report(message)
                    .at(inner.place.location()),
            );
        }
        let mut template = template.clone();
        for key in except.iter().filter_map(Value::as_text) {
            if let Some(map) = template.as_map_mut() {
                map.shift_remove(key);
            }
        }
        merge(&mut release, template);
    }
    merge(&mut release, written.clone());
    release
}

fn is_nothing(value: &Value) -> bool {
    match &value.data {
        Data::Null => true,
        Data::List(items) => items.is_empty(),
        Data::Map(map) => map.is_empty(),
        Data::Text(text) => text.is_empty(),
        Data::Bool(_) | Data::Number(_) => false,
    }
}

fn text(value: &Value, key: &str) -> String {
    let found = value.get(key).and_then(Value::as_text);
    found.unwrap_or_default().to_owned()
}

fn seconds(value: &Value) -> Option<u64> {
    scalar(value)?.parse().ok()
}
