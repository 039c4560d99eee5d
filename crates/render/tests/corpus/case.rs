//! One run of makejinja: its folder, what came out of it, and what comes out here.

#![expect(clippy::disallowed_methods, reason = "a test that reads its own data")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use diagnostics::{Diagnostics, Source};
use render::Credentials;
use render::makejinja::{Config, Existing, Files, Plugin, run};

/// A case, or one template of its folder `each`.
pub(crate) struct Case {
    /// `case`, or `case/template`.
    pub name: String,
    folder: PathBuf,
    only: Option<String>,
    /// `exit 0`, or `exit 1: …`.
    recorded: String,
}

/// A file's bytes, and whether it may be run.
type Outputs = BTreeMap<String, (Vec<u8>, bool)>;

impl Case {
    /// All cases, sorted.
    pub(crate) fn all() -> Vec<Self> {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/cases");
        let mut all = Vec::new();
        for name in names(&cases) {
            let folder = cases.join(&name);
            let recorded = text(&folder.join("expected.txt"));
            if folder.join("each").is_dir() {
                for line in recorded.lines() {
                    let (template, status) = line.split_once(": ").expect("`template: status`");
                    all.push(Self {
                        name: format!("{name}/{template}"),
                        folder: folder.clone(),
                        only: Some(template.to_owned()),
                        recorded: status.to_owned(),
                    });
                }
            } else {
                all.push(Self {
                    name,
                    folder,
                    only: None,
                    recorded: recorded.trim_end().to_owned(),
                });
            }
        }
        all
    }

    /// How many template files it has.
    pub(crate) fn templates(&self) -> usize {
        let mut inputs = Files::default();
        let mut count = 0;
        self.walk(&self.folder, "", &mut |path, _, _| {
            let is_template = path.contains("templates/") || path.starts_with("each/");
            count += usize::from(is_template);
            inputs.file(path, *b"", 0);
        });
        count
    }

    /// Runs it here, and tells the first difference.
    pub(crate) fn compare(&self) -> Result<(), String> {
        let expected_to_work = self.recorded == "exit 0";
        match self.run() {
            Ok(outputs) if expected_to_work => compare(&self.expected(), &outputs),
            Ok(_) => Err(format!("works, but makejinja says {}", self.recorded)),
            Err(problems) if expected_to_work => Err(format!("fails: {}", shown(&problems))),
            Err(problems) => self.points_at_something(&problems),
        }
    }

    /// An error that makejinja has too must lead to the template, line and column.
    fn points_at_something(&self, problems: &Diagnostics) -> Result<(), String> {
        let is_template = Path::new(&self.name)
            .extension()
            .is_some_and(|end| end == "j2");
        let pointed = problems
            .iter()
            // What is no text has no lines.
            .filter(|problem| problem.rule.id() != "template/unreadable")
            .filter(|problem| problem.is_error())
            .all(|problem| {
                problem
                    .location
                    .as_ref()
                    .is_some_and(|place| place.line > 0)
            });
        if is_template && !pointed {
            return Err(format!("fails without a place: {}", shown(problems)));
        }
        Ok(())
    }

    fn run(&self) -> Result<Outputs, Diagnostics> {
        let mut files = Files::default();
        let mut existing = Existing::default();
        let mut outputs = Outputs::new();
        self.walk(&self.folder, "", &mut |path, content, mode| {
            if let Some(output) = path.strip_prefix("out/") {
                existing.files.insert(output.to_owned(), mode);
                outputs.insert(output.to_owned(), (content, mode & 0o100 != 0));
            } else {
                files.file(path, content, mode);
            }
        });
        let environment = self.environment(&files);
        let source = Source::new("makejinja.toml", text(&self.configuration()));
        let read = Config::read(&source, &environment);
        let Some(config) = read.config else {
            return Err(read.diagnostics);
        };
        existing.output_is_folder = !existing.files.is_empty() && config.output.value == "out";
        let run = run(
            &config,
            "/recording/case",
            &files,
            &existing,
            &environment,
            Some(plugin()),
        )?;
        for (path, entry) in run.tree.iter() {
            let path = match run.output.strip_prefix("out") {
                Some("") => path.to_string(),
                Some(below) => format!("{}/{path}", &below[1..]),
                None => continue,
            };
            let content = entry.content.as_bytes().to_vec();
            outputs.insert(path, (content, entry.mode.is_executable()));
        }
        Ok(outputs)
    }

    fn expected(&self) -> Outputs {
        let mut folder = self.folder.join("expected");
        if let Some(template) = &self.only {
            folder.push(template);
        }
        let mut outputs = Outputs::new();
        self.walk(&folder, "", &mut |path, content, mode| {
            outputs.insert(path.to_owned(), (content, mode & 0o100 != 0));
        });
        outputs
    }

    fn configuration(&self) -> PathBuf {
        match &self.only {
            Some(name) if Path::new(name).extension().is_some_and(|end| end == "toml") => {
                self.folder.join("each").join(name)
            }
            _ => self.folder.join("makejinja.toml"),
        }
    }

    /// As in `record.py`.
    fn environment(&self, files: &Files) -> BTreeMap<String, String> {
        let mut environment = BTreeMap::from([
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            (
                "CORPUS_VARIABLE".to_owned(),
                "from the environment".to_owned(),
            ),
        ]);
        if files.is_file("environment") {
            for line in text(&self.folder.join("environment")).lines() {
                let (name, value) = line.split_once('=').expect("`NAME=value`");
                environment.insert(name.to_owned(), value.to_owned());
            }
        }
        environment
    }

    /// Calls `each` with every file but the recorded ones and the templates of other cases.
    fn walk(&self, folder: &Path, prefix: &str, each: &mut dyn FnMut(&str, Vec<u8>, u32)) {
        for name in names(folder) {
            let path = folder.join(&name);
            let relative = format!("{prefix}{name}");
            let at_top = prefix.is_empty() && folder == self.folder;
            if at_top && (name == "expected" || name == "expected.txt") {
                continue;
            }
            if path.is_dir() {
                self.walk(&path, &format!("{relative}/"), each);
                continue;
            }
            let is_other = prefix == "each/"
                && self.only.as_ref() != Some(&name)
                && folder == self.folder.join("each");
            if !is_other {
                let mode = path.metadata().expect("a file").permissions().mode() & 0o777;
                each(&relative, bytes(&path), mode);
            }
        }
    }
}

/// What the plugin of the case `plugin` answers.
fn plugin() -> Plugin {
    Plugin {
        values: vec![("primary_domain".to_owned(), "example.com".into())],
        credentials: Credentials {
            age_public: Some("age1corpus".to_owned()),
            age_private: Some("AGE-SECRET-KEY-CORPUS".to_owned().into()),
            cloudflare_tunnel_id: Some("00000000-0000-0000-0000-000000000000".to_owned()),
            cloudflare_tunnel_secret: Some("eyJhIjoiYSJ9".to_owned().into()),
            github_deploy_key: Some("first line\nsecond line".to_owned().into()),
            github_push_token: Some("corpus-push-token".to_owned().into()),
            ..Credentials::default()
        },
        ..Plugin::default()
    }
}

fn compare(expected: &Outputs, found: &Outputs) -> Result<(), String> {
    let mut differences = String::new();
    for path in expected.keys().chain(found.keys()) {
        let line = match (expected.get(path), found.get(path)) {
            (Some(one), Some(other)) if one == other => continue,
            (Some((one, _)), Some((other, _))) if one == other => {
                format!("{path}: one of the two may be run")
            }
            (Some((one, _)), Some((other, _))) => first_difference(path, one, other),
            (Some(_), None) => format!("{path}: missing"),
            (None, _) => format!("{path}: written, but not by makejinja"),
        };
        if !differences.contains(&line) {
            let _ = write!(differences, "\n    {line}");
        }
    }
    if differences.is_empty() {
        Ok(())
    } else {
        Err(differences)
    }
}

fn first_difference(path: &str, expected: &[u8], found: &[u8]) -> String {
    let lines = |bytes: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        text.split('\n').map(str::to_owned).collect()
    };
    let (expected, found) = (lines(expected), lines(found));
    let at = expected
        .iter()
        .zip(&found)
        .position(|(one, other)| one != other)
        .unwrap_or(expected.len().min(found.len()));
    let line = |lines: &[String]| format!("{:?}", lines.get(at));
    format!(
        "{path}:{}:\n      makejinja {}\n      here      {}",
        at + 1,
        line(&expected),
        line(&found)
    )
}

fn shown(problems: &Diagnostics) -> String {
    let lines: Vec<_> = problems.iter().take(8).map(ToString::to_string).collect();
    lines.join("\n    ")
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(path: &Path) -> String {
    String::from_utf8(bytes(path)).expect("UTF-8")
}
