//! Who touches disk, clock, environment or programs: `clippy.toml` disallows their types and
//! functions everywhere, and each file that may says so with an `expect` and a reason. Clippy
//! finds a use; here it is held that nothing is missing in its list, and that nobody is let off
//! who is not known.

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use regex::Regex;

use crate::files;

/// What `clippy.toml` must name, at least.
const TYPES: &[&str] = &[
    "gix::Repository",
    "std::fs::DirBuilder",
    "std::fs::File",
    "std::fs::OpenOptions",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "std::process::Command",
    "std::time::Instant",
];
const FUNCTIONS: &[&str] = &[
    "camino::Utf8Path::canonicalize_utf8",
    "camino::Utf8Path::exists",
    "camino::Utf8Path::is_dir",
    "camino::Utf8Path::is_file",
    "camino::Utf8Path::metadata",
    "camino::Utf8Path::read_dir_utf8",
    "camino::Utf8Path::symlink_metadata",
    "gix::discover",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "rustix::fs::open",
    "rustix::fs::openat",
    "std::env::args",
    "std::env::current_dir",
    "std::env::var",
    "std::env::var_os",
    "std::fs::canonicalize",
    "std::fs::copy",
    "std::fs::create_dir_all",
    "std::fs::metadata",
    "std::fs::read",
    "std::fs::read_dir",
    "std::fs::read_to_string",
    "std::fs::remove_dir_all",
    "std::fs::remove_file",
    "std::fs::rename",
    "std::fs::set_permissions",
    "std::fs::symlink_metadata",
    "std::fs::write",
    "std::path::Path::canonicalize",
    "std::path::Path::exists",
    "std::path::Path::is_dir",
    "std::path::Path::is_file",
    "std::path::Path::metadata",
    "std::path::Path::read_dir",
    "std::path::Path::symlink_metadata",
    "std::time::SystemTime::now",
];

/// The files that may, or, ending with `/src/lib.rs`, the whole crates.
const MAY: &[&str] = &[
    "cli/src/command/secrets/edit.rs",
    "cli/src/command/secrets/exec_env.rs",
    "cli/src/environment/mod.rs",
    "cli/src/watch.rs",
    "helm/src/process.rs",
    "pipeline/src/plugin/process.rs",
    "repository/src/lib.rs",
    "testkit/src/lib.rs",
    "tree/src/batch.rs",
    "tree/src/disk.rs",
    "tree/src/gate.rs",
    "tree/src/write.rs",
];

pub(super) fn check(root: &Utf8Path) -> Result<Vec<String>> {
    let mut faults = missing(&files::text(&root.join("clippy.toml"))?)?;
    let exceptions = Exceptions::new()?;
    for path in files::paths(&root.join("crates"))? {
        let is_code = path.contains("/src/") && path.ends_with(".rs");
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
        if is_code && !is_test {
            let text = files::text(&root.join("crates").join(&path))?;
            faults.extend(exceptions.breach(&path, &text));
        }
    }
    Ok(faults)
}

/// What the list of clippy does not name.
fn missing(settings: &str) -> Result<Vec<String>> {
    let settings: toml::Table = settings.parse().context("clippy.toml is no TOML")?;
    let named = |list: &str, path: &str| {
        let entries = settings.get(list).and_then(toml::Value::as_array);
        entries.into_iter().flatten().any(|entry| {
            entry.get("path").and_then(toml::Value::as_str) == Some(path)
                && entry.get("reason").is_some()
        })
    };
    let wanted = [
        ("disallowed-types", TYPES),
        ("disallowed-methods", FUNCTIONS),
    ];
    let all = wanted.into_iter().flat_map(|(list, paths)| {
        let missing = paths.iter().filter(move |path| !named(list, path));
        missing.map(move |path| format!("clippy.toml: `{list}` does not name `{path}`"))
    });
    Ok(all.collect())
}

/// Who lets itself off.
struct Exceptions {
    lint: Regex,
    tests: Regex,
}

impl Exceptions {
    fn new() -> Result<Self> {
        Ok(Self {
            lint: Regex::new(r"clippy::disallowed_(?:types|methods)")?,
            tests: Regex::new(r"#!?\[cfg(?:_attr)?\((?:all\()?test\b")?,
        })
    }

    fn breach(&self, path: &str, text: &str) -> Option<String> {
        let end = self
            .tests
            .find(text)
            .map_or(text.len(), |tests| tests.start());
        let is_off = self.lint.is_match(&text[..end]);
        match (is_off, MAY.contains(&path)) {
            (true, false) => Some(format!(
                "crates/{path}: touches disk, clock, environment or programs; take a `repository::View`, a `Batch` or a value"
            )),
            (false, true) => Some(format!(
                "crates/{path}: needs no exception any more; take it out of xtask/src/tidy/disallowed.rs"
            )),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_clippy_does_not_look_for_is_found() {
        let settings = files::text(&files::root().join("clippy.toml")).unwrap();
        assert_eq!(missing(&settings).unwrap(), Vec::<String>::new());
        let planted: String = settings
            .lines()
            .filter(|line| !line.contains("\"std::fs::File\"") && !line.contains("var_os"))
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(
            missing(&planted).unwrap(),
            [
                "clippy.toml: `disallowed-types` does not name `std::fs::File`",
                "clippy.toml: `disallowed-methods` does not name `std::env::var_os`",
            ]
        );
    }

    #[test]
    fn a_file_that_lets_itself_off_is_found() {
        let exceptions = Exceptions::new().unwrap();
        let off = "//! It.\n#![expect(clippy::disallowed_types, reason = \"why not\")]\n";
        assert_eq!(
            exceptions.breach("vault/src/look.rs", off).unwrap(),
            "crates/vault/src/look.rs: touches disk, clock, environment or programs; take a `repository::View`, a `Batch` or a value"
        );
        assert!(exceptions.breach("cli/src/watch.rs", off).is_none());
        assert!(exceptions.breach("cli/src/watch.rs", "//! It.\n").is_some());
        let tests = "//! It.\n#[cfg(test)]\n#[expect(clippy::disallowed_types)]\nmod tests {}\n";
        assert!(exceptions.breach("vault/src/look.rs", tests).is_none());
    }
}
