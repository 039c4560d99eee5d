//! A repository's own Python plugin, run for real: what it may give, and what it may do wrong.
//!
//! Needs `python3`; where there is none, each test says that it is skipped.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests of what a plugin does to a folder and to processes"
)]

mod attack;
mod gives;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::Utf8Path;
use diagnostics::{Diagnostics, Source};
use pipeline::{Environment, drop_in, plugin};

const SETTINGS: &str = "[makejinja]
inputs = [\"templates/config\"]
output = \".\"
data = [\"cluster.yaml\", \"nodes.yaml\"]
import_paths = [\"templates/scripts\"]
loaders = [\"plugin:Plugin\"]
undefined = \"chainable\"
jinja_suffix = \".j2\"
force = true
";

const CLUSTER: &str = "node_cidr: 10.0.0.0/24\nown: 7\ncloudflare_token: sesame-opens\n";

const NODES: &str = "nodes:\n  - {name: a, address: 10.0.0.5}\n  - {name: b, address: 10.0.0.6}\n";

/// A repository with a plugin and one template.
struct Repository {
    folder: tempfile::TempDir,
    time_limit: Option<Duration>,
    printed: Arc<Mutex<Vec<String>>>,
}

impl Repository {
    fn new(plugin: &str, template: &str) -> Self {
        let repository = Self {
            folder: tempfile::tempdir().expect("a folder"),
            time_limit: None,
            printed: Arc::default(),
        };
        for (path, content) in [
            ("makejinja.toml", SETTINGS),
            ("cluster.yaml", CLUSTER),
            ("nodes.yaml", NODES),
            ("templates/scripts/plugin.py", plugin),
            ("templates/config/out.txt.j2", template),
        ] {
            repository.write(path, content);
        }
        repository
    }

    fn root(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).expect("UTF-8")
    }

    fn write(&self, path: &str, content: &str) {
        let target = self.root().join(path);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("can be made");
        std::fs::write(target, content).expect("can be written");
    }

    fn run(&self) -> Result<String, Diagnostics> {
        self.rendered()?;
        Ok(std::fs::read_to_string(self.root().join("out.txt")).expect("was written"))
    }

    fn rendered(&self) -> Result<drop_in::Rendered, Diagnostics> {
        let printed = self.printed.clone();
        let environment = Environment {
            plugin: plugin::Settings {
                time_limit: self.time_limit,
                printer: Some(Arc::new(move |line: &str| {
                    printed.lock().expect("no panic").push(line.to_owned());
                })),
                ..plugin::Settings::default()
            },
            ..Environment::default()
        };
        let settings = Source::new("makejinja.toml", SETTINGS);
        drop_in::run(self.root(), &settings, &environment, &BTreeMap::new())
    }

    /// What is worth knowing of a run that must succeed.
    #[track_caller]
    fn notes(&self) -> Vec<String> {
        let rendered = self.rendered();
        let rendered = rendered.unwrap_or_else(|problems| panic!("{}", shown(&problems)));
        rendered
            .diagnostics
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    /// The text, which must come out.
    #[track_caller]
    fn text(&self) -> String {
        self.run()
            .unwrap_or_else(|problems| panic!("{}", shown(&problems)))
    }

    /// The problems, which there must be.
    #[track_caller]
    fn problems(&self) -> String {
        shown(&self.run().expect_err("something is wrong"))
    }

    fn printed(&self) -> String {
        self.printed.lock().expect("no panic").join("\n")
    }
}

/// The errors with their hints and other places, a line each.
fn shown(problems: &Diagnostics) -> String {
    let lines = problems.iter().filter(|problem| problem.is_error());
    let lines = lines.map(|problem| {
        let related = problem.related.iter();
        let related: String = related
            .map(|other| format!("\n  {}: {}", other.location, other.message))
            .collect();
        let hint = problem.hint.iter();
        let hint: String = hint.map(|hint| format!("\n  hint: {hint}")).collect();
        format!("{problem}{related}{hint}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether there is no Python, which is said.
#[expect(clippy::print_stderr, reason = "a skipped test is said")]
fn no_python(test: &str) -> bool {
    let found = std::process::Command::new("python3")
        .arg("--version")
        .output()
        .is_ok();
    if !found {
        eprintln!("{test}: skipped: there is no python3");
    }
    !found
}

/// A plugin whose methods are these.
fn plugin(above: &str, methods: &str) -> String {
    format!(
        "import makejinja\n{above}\n\n\nclass Plugin(makejinja.plugin.Plugin):\n    \
         def __init__(self, data):\n        self._data = data\n\n{methods}\n"
    )
}
