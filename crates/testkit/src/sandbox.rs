//! A repository of its own for one test.

use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::folder::{copy_folder, fixtures};
use crate::{Output, Snapshot};

/// A temporary home, a temporary repository, and the program under test.
///
/// The program runs with an empty environment but for `HOME`, `PATH` and `TMPDIR`, all of
/// which lie inside the sandbox, and never sees a terminal. `PATH` finds nothing but the
/// program itself, as if it were installed.
pub struct Sandbox {
    folder: TempDir,
    program: Utf8PathBuf,
    variables: Vec<(String, String)>,
}

impl Sandbox {
    /// An empty repository for the program at `program`, usually `env!("CARGO_BIN_EXE_ichor")`.
    pub fn new(program: &str) -> Self {
        let folder = TempDir::with_prefix("ichor-test-").expect("a temporary folder can be made");
        let sandbox = Self {
            folder,
            program: program.into(),
            variables: Vec::new(),
        };
        for made in [
            sandbox.home(),
            sandbox.root(),
            sandbox.temporary(),
            sandbox.programs(),
        ] {
            std::fs::create_dir(made).expect("the sandbox is writable");
        }
        let name = sandbox.program.file_name().unwrap_or("program");
        std::os::unix::fs::symlink(&sandbox.program, sandbox.programs().join(name))
            .expect("links can be made");
        sandbox
    }

    /// A repository that holds the configuration and keys of `fixtures/<case>`.
    pub fn from_fixture(program: &str, case: &str) -> Self {
        let sandbox = Self::new(program);
        let fixture = fixtures().join(case);
        for entry in fixture.read_dir_utf8().expect("the fixture exists") {
            let entry = entry.expect("the fixture is readable");
            let name = entry.file_name();
            if entry.path().is_file() && name != "problems.txt" {
                std::fs::copy(entry.path(), sandbox.root().join(name)).expect("it can be copied");
            }
        }
        let keys = fixture.join("keys");
        if keys.is_dir() {
            copy_folder(&keys, &sandbox.root());
        }
        for name in ["templates", "template", "bootstrap"] {
            let templates = fixture.join(name);
            if templates.is_dir() {
                copy_folder(&templates, &sandbox.root().join(name));
            }
        }
        sandbox
    }

    /// The repository.
    pub fn root(&self) -> Utf8PathBuf {
        self.base().join("repo")
    }

    /// The home folder that the program sees.
    pub fn home(&self) -> Utf8PathBuf {
        self.base().join("home")
    }

    /// The folder for temporary files that the program sees.
    pub fn temporary(&self) -> Utf8PathBuf {
        self.base().join("tmp")
    }

    /// The folder that `PATH` names.
    pub fn programs(&self) -> Utf8PathBuf {
        self.base().join("bin")
    }

    /// Sets a variable for the runs to come.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Writes a file of the repository, with its folders.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let target = self.root().join(path);
        std::fs::create_dir_all(target.parent().expect("a file has a folder"))
            .expect("the sandbox is writable");
        std::fs::write(target, content).expect("the sandbox is writable");
    }

    /// Reads a text file of the repository.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path))
            .unwrap_or_else(|error| panic!("`{path}` cannot be read: {error}"))
    }

    /// Whether the repository has something at `path`.
    pub fn exists(&self, path: &str) -> bool {
        self.root().join(path).exists()
    }

    /// What the repository holds now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.root())
    }

    /// The command as [`Sandbox::run`] would start it, for tests that need the process itself.
    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .env("HOME", self.home())
            .env("TMPDIR", self.temporary())
            .env("PATH", self.programs())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Runs the program in the repository and waits for it.
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Output {
        let output = self
            .command(arguments)
            .output()
            .expect("the program under test can be started");
        Output {
            stdout: self.normalise(&output.stdout),
            stderr: self.normalise(&output.stderr),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// Replaces what differs between machines: the repository is `$REPO`, the home `$HOME`.
    fn normalise(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes)
            .replace(self.root().as_str(), "$REPO")
            .replace(self.home().as_str(), "$HOME")
            .replace(self.base().as_str(), "$SANDBOX")
    }

    fn base(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).expect("temporary folders have UTF-8 names")
    }
}
