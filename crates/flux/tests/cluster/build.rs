//! Clusters from one text.
//!
//! A Flux Kustomization begins what it applies; the first is the root. `# file: PATH` begins a
//! file of the repository, and `# context: KEY=VALUES …` says what is known beside.

#![expect(clippy::disallowed_methods, reason = "what is expected lies on disk")]

use std::sync::Arc;
use std::{env, fs};

use diagnostics::Source;
use flux::assembled::{Assembled, Chart, Cluster, Kustomization, Outcome, Release};
use flux::files::Memory;
use flux::lint::{Context, ranges};
use flux::object::Object;
use flux::substitute::Mode;
use flux::value::{Value, documents};
use yaml::Dialect;

/// A cluster, and the repository that it comes from.
#[derive(Default)]
pub(crate) struct Case {
    pub(crate) assembled: Assembled,
    pub(crate) files: Memory,
    context: Context<'static>,
}

impl Case {
    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            files: Some(&self.files),
            ..self.context.clone()
        }
    }
}

/// Reads a case; `name` is how its places are called.
pub(crate) fn case(name: &str, text: &str) -> Case {
    let mut case = Case::default();
    let mut sections = text.split("\n# file: ");
    let manifests = sections.next().unwrap_or_default();
    for section in sections {
        let (path, content) = section.split_once('\n').expect("a path and a file");
        case.files.insert(path, content);
    }
    for line in manifests
        .lines()
        .filter_map(|line| line.strip_prefix("# context: "))
    {
        for pair in line.split(' ') {
            let (key, value) = pair.split_once('=').expect("KEY=VALUE");
            match key {
                "domains" => case.context.domains = value.split(',').map(str::to_owned).collect(),
                "pools" => case.context.pools = ranges(value),
                "recipients" => {
                    case.context.recipients = value.split(',').map(str::to_owned).collect();
                }
                other => panic!("no such key: {other}"),
            }
        }
    }
    let source = Arc::new(Source::new(name, manifests));
    let (values, problems) = documents(&source, Dialect::Go);
    assert!(problems.is_empty(), "{name}: {problems:?}");
    case.assembled = assembled(values.into_iter().map(Object).collect());
    case
}

/// What the objects are to Flux.
pub(crate) fn assembled(objects: Vec<Object>) -> Assembled {
    let mut assembled = Assembled::default();
    for object in objects {
        let is_kustomization = object.kind() == "Kustomization";
        if assembled.kustomizations.is_empty() && !is_kustomization {
            assembled
                .kustomizations
                .push(kustomization(Object::default(), None));
        }
        if is_kustomization {
            let parent = (!assembled.kustomizations.is_empty()).then_some(0);
            if let Some(root) = assembled.kustomizations.first_mut() {
                root.objects.push(object.clone());
            }
            assembled.kustomizations.push(kustomization(object, parent));
            continue;
        }
        let owner = assembled.kustomizations.len() - 1;
        if object.kind() == "HelmRelease" {
            assembled.releases.push(Release {
                id: object.id(),
                values: Some(
                    object
                        .0
                        .at(&["spec", "values"])
                        .cloned()
                        .unwrap_or_default(),
                ),
                chart: None,
                rendered: None,
                owner,
                object: object.clone(),
            });
        }
        assembled.kustomizations[owner].objects.push(object);
    }
    let charts: Vec<_> = { assembled.releases.iter() }
        .map(|release| chart(release, &assembled))
        .collect();
    for (release, chart) in assembled.releases.iter_mut().zip(charts) {
        release.chart = chart;
    }
    assembled
}

fn kustomization(object: Object, parent: Option<usize>) -> Kustomization {
    let annotation = |key: &str| {
        let text = object.annotation(key)?;
        Some(text.split(' ').map(str::to_owned).collect())
    };
    let outcome = match object.annotation("test/outcome") {
        Some("elsewhere") => Outcome::Elsewhere,
        Some(_) => Outcome::Failed,
        None => Outcome::Built,
    };
    Kustomization {
        id: object.id(),
        parent,
        path: object
            .0
            .at(&["spec", "path"])
            .and_then(Value::as_text)
            .map(str::to_owned),
        files: annotation("test/files").unwrap_or_default(),
        objects: Vec::new(),
        outcome,
        cluster: Cluster {
            mode: match object.annotation("test/mode") {
                Some("lenient") => Mode::Lenient,
                _ => Mode::Strict,
            },
            is_open: object.annotation("test/open").is_some(),
            ..Cluster::default()
        },
        object,
    }
}

fn chart(release: &Release, assembled: &Assembled) -> Option<Chart> {
    let spec = release.object.0.get("spec")?;
    let text = |value: &Value, path: &[&str]| {
        value
            .at(path)
            .and_then(Value::as_text)
            .unwrap_or_default()
            .to_owned()
    };
    if spec.get("chart").is_some() {
        return Some(Chart {
            address: "https://charts.example.org".to_owned(),
            name: text(spec, &["chart", "spec", "chart"]),
            version: text(spec, &["chart", "spec", "version"]),
            ..Chart::default()
        });
    }
    let name = text(spec, &["chartRef", "name"]);
    let mut objects = assembled.kustomizations.iter().flat_map(|one| &one.objects);
    let source = objects.find(|one| one.kind() == "OCIRepository" && one.name() == name)?;
    Some(Chart {
        address: text(&source.0, &["spec", "url"]),
        name: String::new(),
        version: text(&source.0, &["spec", "ref", "tag"]),
        ..Chart::default()
    })
}

/// Compares texts with the files of a folder of `tests`, or writes these.
pub(crate) fn recorded(folder: &str, texts: &[(&str, String)]) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    for (name, text) in texts {
        let path = format!("{root}/{folder}/{name}");
        if env::var_os("ICHOR_RECORD_CLUSTER").is_some() {
            fs::write(&path, text).expect("it is written");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(*text == expected, "{path} differs:\n{text}");
    }
}
