//! Tests of plan and commit together, on real folders.

#![expect(
    clippy::disallowed_methods,
    reason = "the tests look at what is on disk"
)]

mod faults;
mod obstacles;
mod properties;
mod scenarios;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use diagnostics::Diagnostics;

use crate::{
    Checked, Checks, Disk, Encrypted, Entry, Mode, Options, Origin, Plan, RelPath, Rendered,
    Sealing, Tree,
};

/// Files as paths and texts.
type Files<'a> = &'a [(&'a str, &'a str)];

fn path(text: &str) -> RelPath {
    RelPath::new(text).expect("a valid path")
}

/// One check, which always finds the same.
struct Finds(Diagnostics);

impl Checks for Finds {
    const COUNT: usize = 1;

    fn run(&self, _: usize, _: &Tree<Rendered>) -> Diagnostics {
        self.0.clone()
    }
}

fn checked(files: Files<'_>) -> Tree<Checked> {
    Tree::from_files(files.iter().map(|(name, text)| {
        let mode = if text.starts_with("#!") {
            Mode::EXECUTABLE
        } else {
            Mode::REGULAR
        };
        (
            path(name),
            Entry::new(*text, mode, Origin::whole(&format!("{name}.j2"))),
        )
    }))
    .and_then(|tree| tree.check(&Finds(Diagnostics::new())))
    .expect("a tree without errors")
}

/// A tree whose `*.sops.*` files are secret: `plaintext` of any name becomes `ENC plaintext`.
fn tree(files: Files<'_>) -> Tree<Encrypted> {
    checked(files)
        .encrypt(|path, entry| {
            Ok(if path.file_name().contains(".sops.") {
                let text = entry.content.as_text().expect("UTF-8");
                Sealing::Secret(format!("ENC {text}").into())
            } else {
                Sealing::Plain
            })
        })
        .expect("encrypted")
}

fn plan(root: &Path, files: Files<'_>, options: &Options<'_>) -> Plan {
    Plan::new(&tree(files), &disk(root), options).expect("comparable")
}

/// Plans and commits with the default options.
fn run(root: &Path, files: Files<'_>) -> Plan {
    let plan = plan(root, files, &Options::default());
    plan.commit(&disk(root)).expect("committed");
    plan
}

fn disk(root: &Path) -> Disk {
    Disk::open(root).expect("a folder")
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().expect("below the root")).expect("folders");
    fs::write(path, text).expect("written");
}

/// Everything below a folder: files with their text, folders and links with their kind.
fn snapshot(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            let metadata = fs::symlink_metadata(&path).expect("there");
            let name = path
                .strip_prefix(root)
                .expect("below")
                .to_str()
                .expect("UTF-8")
                .to_owned();
            let shown = if metadata.is_dir() {
                folders.push(path);
                "<folder>".to_owned()
            } else if metadata.is_file() {
                let mark = if metadata.permissions().mode() & 0o100 != 0 {
                    "x "
                } else {
                    ""
                };
                format!(
                    "{mark}{}",
                    String::from_utf8_lossy(&fs::read(&path).expect("readable"))
                )
            } else {
                "<other>".to_owned()
            };
            found.insert(name, shown);
        }
    }
    found
}

/// Actions by path, without the unchanged.
fn actions(plan: &Plan) -> Vec<String> {
    plan.changes()
        .iter()
        .filter(|change| change.action != crate::Action::Unchanged)
        .map(|change| format!("{:?} {}", change.action, change.path))
        .collect()
}

fn shown(problems: &Diagnostics) -> String {
    problems
        .iter()
        .map(|problem| match &problem.hint {
            Some(hint) => format!("{problem}\n  {hint}"),
            None => problem.to_string(),
        })
        .collect::<Vec<_>>()
        .join("\n")
}
