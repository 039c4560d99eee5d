//! Builds folders of a repository: `cargo run -p flux --example kustomize -- ROOT FOLDER...`
//! prints the objects of each, and what is wrong.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example"
)]

use std::path::Path;

use flux::files::Memory;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(root) = arguments.next() else {
        eprintln!("the root of a repository is missing");
        return;
    };
    let mut files = Memory::default();
    collect(Path::new(&root), "", &mut files);
    for folder in arguments {
        let folder = if folder == "." { String::new() } else { folder };
        let built = flux::kustomize::build(&files, &folder);
        print!("{}", flux::kustomize::to_yaml(&built.objects));
        for problem in &built.problems {
            eprintln!("{problem}");
        }
    }
}

fn collect(folder: &Path, path: &str, files: &mut Memory) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let inner = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}/{name}")
        };
        if entry.path().is_dir() {
            if name != ".git" {
                collect(&entry.path(), &inner, files);
            }
        } else if let Ok(bytes) = std::fs::read(entry.path()) {
            files.insert(inner, bytes);
        }
    }
}
