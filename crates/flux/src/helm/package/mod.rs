//! What a chart brings along: defaults, the schema of its values, definitions of kinds, charts
//! within it.

mod archive;
mod schema;

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostics::{Diagnostic, Source};
use yaml::Dialect;

use crate::files::Files as Repository;
use crate::value::{self, Data, Map, Value};

pub use archive::LARGEST as LARGEST_ARCHIVE;
pub(crate) use schema::Compiled;
pub use schema::Schema;

use archive::Files;

/// How deep charts may lie within charts.
const DEEPEST: usize = 16;

/// How deep the folders of a chart may nest.
const DEEPEST_FOLDER: usize = 32;

/// A chart.
#[derive(Debug, Clone, Default)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it depends on, as `Chart.yaml` says.
    pub dependencies: Vec<Dependency>,
    /// The default values: a map, without places.
    pub values: Value,
    /// The schema of its values.
    pub schema: Option<Arc<Schema>>,
    /// The files of `crds/`, each with its path.
    pub definitions: Vec<(String, String)>,
    /// The charts in `charts/`.
    pub charts: Vec<Package>,
    /// The YAML files beside `values.yaml`, which a release may take in its place.
    texts: BTreeMap<String, String>,
}

/// A chart that a chart depends on.
#[derive(Debug, Clone, Default)]
pub struct Dependency {
    /// Its name; as the values call it once Helm has looked at it.
    pub name: String,
    /// The name that the values call it by instead; empty where that is its own.
    pub alias: String,
    /// The versions that fit.
    pub version: String,
    /// Paths of values that switch it on or off, separated by commas.
    pub condition: String,
    /// Words below `tags` of the values that switch it on or off.
    pub tags: Vec<String>,
    /// What the parent takes over of its values: paths there and here.
    pub imports: Vec<(String, String)>,
}

impl Package {
    /// Reads an archive, as registries hold them.
    ///
    /// # Errors
    ///
    /// Why it is no chart, as a clause.
    pub fn from_archive(bytes: &[u8]) -> Result<Self, String> {
        Self::unpacked(bytes, &mut archive::budget(), 0)
    }

    /// Reads a folder of the repository.
    ///
    /// # Errors
    ///
    /// Why it is no chart, as a clause.
    pub fn from_folder(repository: &dyn Repository, folder: &str) -> Result<Self, String> {
        let mut files = Files::new();
        let mut left = archive::budget();
        gather(repository, folder, "", 0, &mut left, &mut files)?;
        Self::of(files, &mut left, 0)
    }

    fn unpacked(bytes: &[u8], left: &mut u64, depth: usize) -> Result<Self, String> {
        if depth > DEEPEST {
            return Err("charts lie within charts without end".to_owned());
        }
        let files = archive::files(bytes, left, is_wanted)?;
        Self::of(files, left, depth)
    }

    fn of(files: Files, left: &mut u64, depth: usize) -> Result<Self, String> {
        let mut own = Files::new();
        let mut within: BTreeMap<String, Files> = BTreeMap::default();
        for (path, content) in files {
            match path.strip_prefix("charts/") {
                Some(rest) => {
                    let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
                    let files = within.entry(name.to_owned()).or_default();
                    files.insert(path.to_owned(), content);
                }
                None => {
                    own.insert(path, content);
                }
            }
        }
        let mut package = Self::alone(own)?;
        for (name, mut files) in within {
            if name.starts_with(['_', '.']) {
                continue;
            }
            let chart = match files.remove("") {
                Some(bytes) if name.ends_with(".tgz") => Self::unpacked(&bytes, left, depth + 1),
                Some(_) => continue,
                None if depth < DEEPEST => Self::of(files, left, depth + 1),
                None => Err("charts lie within charts without end".to_owned()),
            };
            let chart = chart.map_err(|why| format!("`charts/{name}` in it is no chart: {why}"))?;
            package.charts.push(chart);
        }
        Ok(package)
    }

    /// A chart without those within it.
    fn alone(files: Files) -> Result<Self, String> {
        let mut texts = BTreeMap::default();
        for (path, bytes) in files {
            let text = String::from_utf8(bytes).map_err(|_| format!("`{path}` is not UTF-8"))?;
            let text = text
                .strip_prefix('\u{feff}')
                .map(str::to_owned)
                .unwrap_or(text);
            texts.insert(path, text);
        }
        let about = texts.remove("Chart.yaml");
        let about = about.ok_or_else(|| "it has no `Chart.yaml`".to_owned())?;
        let about = read("Chart.yaml", &about)?;
        let text = |key: &str| {
            let text = about.get(key).and_then(Value::as_text);
            text.unwrap_or_default().to_owned()
        };
        let mut package = Self {
            name: text("name"),
            version: text("version"),
            ..Self::default()
        };
        if package.name.is_empty() || package.version.is_empty() {
            return Err("its `Chart.yaml` says no name or no version".to_owned());
        }
        let older = texts.remove("requirements.yaml");
        let older = older
            .map(|text| read("requirements.yaml", &text))
            .transpose()?;
        let listed = about.get("dependencies");
        let listed = listed.or_else(|| older.as_ref()?.get("dependencies"));
        package.dependencies = listed
            .into_iter()
            .flat_map(Value::items)
            .map(dependency)
            .collect();
        package.values = match texts.remove("values.yaml") {
            Some(text) => read("values.yaml", &text)?,
            None => empty(),
        };
        let schema = texts.remove("values.schema.json");
        package.schema = schema.map(|text| Arc::new(Schema::new(text)));
        for (path, text) in texts {
            if path.starts_with("crds/") {
                package.definitions.push((path, text));
            } else {
                package.texts.insert(path, text);
            }
        }
        Ok(package)
    }

    /// The chart with other files of it in the place of its `values.yaml`, later ones over
    /// earlier ones, as source-controller packs it for `valuesFiles`. Those that are not there are
    /// passed over where `may_miss` says so.
    ///
    /// # Errors
    ///
    /// The name of a file that it does not have, or that cannot be read.
    pub fn with_values_files(&self, names: &[String], may_miss: bool) -> Result<Self, String> {
        let mut values = empty();
        for name in names {
            let path = name.trim_start_matches("./");
            let read = match (path, self.texts.get(path)) {
                ("values.yaml", _) => Ok(self.values.clone()),
                (_, Some(text)) => read(path, text),
                (_, None) if may_miss => continue,
                (_, None) => Err(String::new()),
            };
            over(&mut values, read.map_err(|_| name.clone())?);
        }
        Ok(Self {
            values,
            ..self.clone()
        })
    }

    /// Its archive with its values as the `values.yaml`, which may be others than the archive has.
    ///
    /// # Errors
    ///
    /// Why it is no archive of a chart, as a clause.
    pub fn packed(&self, archive: &[u8]) -> Result<Vec<u8>, String> {
        // JSON is YAML.
        let values = self.values.to_json().to_string().into_bytes();
        archive::with(archive, "values.yaml", values)
    }

    /// The definitions of kinds that it and the charts within it bring along.
    pub fn all_definitions(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self
            .definitions
            .iter()
            .map(|(_, text)| text.as_str())
            .collect();
        all.extend(self.charts.iter().flat_map(Self::all_definitions));
        all
    }
}

/// An empty map.
pub(super) fn empty() -> Value {
    Value::new(Data::Map(Map::default()), value::Place::default())
}

/// Puts values over others, maps merged.
fn over(under: &mut Value, values: Value) {
    match (&mut under.data, values.data) {
        (Data::Map(under), Data::Map(values)) => {
            for (key, field) in values {
                match under.get_mut(&key) {
                    Some(below) => over(&mut below.value, field.value),
                    None => {
                        under.insert(key, field);
                    }
                }
            }
        }
        (under, values) => *under = values,
    }
}

/// Whether a file of an archive is looked at.
fn is_wanted(path: &str) -> bool {
    let own = match path.strip_prefix("charts/") {
        // That of the chart within: its own path, or it is an archive.
        Some(rest) => match rest.split_once('/') {
            Some((_, path)) => return is_wanted(path),
            None => return rest.ends_with(".tgz"),
        },
        None => path,
    };
    let is_yaml = own.ends_with(".yaml") || own.ends_with(".yml");
    own == "values.schema.json"
        || (is_yaml && !own.starts_with("templates/"))
        || (own.starts_with("crds/") && own.ends_with(".json"))
}

fn gather(
    repository: &dyn Repository,
    folder: &str,
    below: &str,
    depth: usize,
    left: &mut u64,
    files: &mut Files,
) -> Result<(), String> {
    let joined = |name: &str, before: &str| match before {
        "" => name.to_owned(),
        before => format!("{before}/{name}"),
    };
    for name in repository.list(joined(below, folder).trim_end_matches('/')) {
        if let Some(name) = name.strip_suffix('/') {
            if depth < DEEPEST_FOLDER && !name.starts_with('.') {
                gather(
                    repository,
                    folder,
                    &joined(name, below),
                    depth + 1,
                    left,
                    files,
                )?;
            }
            continue;
        }
        let path = joined(&name, below);
        if !is_wanted(&path) {
            continue;
        }
        let read = repository.bytes(&joined(&path, folder));
        let bytes = read
            .map_err(|problem| problem.message.clone())?
            .unwrap_or_default();
        *left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| "it holds more than 100 MiB".to_owned())?;
        files.insert(path, bytes);
    }
    Ok(())
}

/// A YAML file of a chart, as Helm reads it; an empty one is an empty map.
fn read(path: &str, text: &str) -> Result<Value, String> {
    let source = Arc::new(Source::new(path, text));
    let (values, problems) = value::documents(&source, Dialect::Kubernetes);
    let is_real =
        |problem: &&Diagnostic| problem.is_error() && !problem.is(&yaml::rules::YAML_DUPLICATE_KEY);
    if let Some(problem) = problems.iter().find(is_real) {
        return Err(format!("its `{path}` cannot be read: {}", problem.message));
    }
    match values.into_iter().next() {
        None => Ok(empty()),
        // No place of it is one of the repository.
        Some(value) if value.as_map().is_some() => Ok(Value::from_json(&value.to_json())),
        Some(_) => Err(format!("its `{path}` is no map")),
    }
}

fn dependency(listed: &Value) -> Dependency {
    let text = |key: &str| {
        let text = listed.get(key).and_then(Value::as_text);
        text.unwrap_or_default().to_owned()
    };
    let tags = listed.get("tags").into_iter().flat_map(Value::items);
    let imports = listed
        .get("import-values")
        .into_iter()
        .flat_map(Value::items);
    Dependency {
        name: text("name"),
        alias: text("alias"),
        version: text("version"),
        condition: text("condition"),
        tags: tags.filter_map(Value::as_text).map(str::to_owned).collect(),
        imports: imports
            .filter_map(|import| match import.as_text() {
                Some(name) => Some((format!("exports.{name}"), ".".to_owned())),
                None => {
                    let part = |key: &str| import.get(key)?.as_text().map(str::to_owned);
                    Some((part("child")?, part("parent")?))
                }
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests;
