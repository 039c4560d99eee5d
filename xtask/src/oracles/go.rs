//! Go programs, each built once for each pin from the module in its folder below `oracles/`.

use std::process::Command;

use anyhow::{Context as _, Result};
use camino::Utf8PathBuf;

use crate::{files, process};

/// A program that an oracle needs.
pub(super) struct Program {
    /// The folder below `oracles/` whose `go.mod` pins it.
    pub(super) folder: &'static str,
    /// What it is called.
    pub(super) name: &'static str,
    /// Its package, as `go build` takes it.
    pub(super) package: &'static str,
    /// What the linker writes into it.
    pub(super) link: &'static str,
}

impl Program {
    /// Where it is, built if it was not before, or why it cannot be had.
    pub(super) fn built(&self) -> Result<Result<Utf8PathBuf, String>> {
        self.built_over(None)
    }

    /// The same of a module that a file is put into: one that only its own releases have, or a program
    /// of ours, since nobody else may import its packages.
    pub(super) fn built_with(
        &self,
        module: &str,
        file: &str,
        content: &str,
    ) -> Result<Result<Utf8PathBuf, String>> {
        self.built_over(Some((module, file, content)))
    }

    #[expect(clippy::print_stderr, reason = "what takes minutes is said beforehand")]
    fn built_over(
        &self,
        addition: Option<(&str, &str, &str)>,
    ) -> Result<Result<Utf8PathBuf, String>> {
        let folder = process::cache(self.folder, &self.pins())?;
        let program = folder.join(self.name);
        if program.exists() {
            return Ok(Ok(program));
        }
        if !installed() {
            return Ok(Err(format!("there is no `go` to build {} with", self.name)));
        }
        eprintln!(
            "oracles: building `{}`, which is kept in `{folder}`",
            self.name
        );
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make `{folder}`"))?;
        // Under another name first: what is cut off leaves no half a program.
        let unfinished = folder.join(format!("{}.{}", self.name, std::process::id()));
        let mut build = go(self.folder);
        build.args(["build", "-trimpath", "-ldflags", self.link, "-o"]);
        build.arg(&unfinished);
        if let Some((module, file, content)) = addition {
            let module_source = match source(self.folder, module)? {
                Ok(folder) => folder,
                Err(reason) => return Ok(Err(reason)),
            };
            let copy = folder.join("source");
            for (path, content) in files::below(&module_source)? {
                files::write(&copy.join(path), content)?;
            }
            files::write(&copy.join(file), content)?;
            // Nothing below Go's own cache may be replaced by an overlay.
            let pins = files::root().join("oracles").join(self.folder);
            let text = files::text(&pins.join("go.mod"))?;
            let text = format!("{text}\nreplace {module} => {copy}\n");
            files::write(&folder.join("go.mod"), text)?;
            files::write(&folder.join("go.sum"), files::text(&pins.join("go.sum"))?)?;
            build.arg("-modfile").arg(folder.join("go.mod"));
        }
        build.arg(self.package);
        if let Err(error) = process::quiet(&mut build) {
            return Ok(Err(format!("{} cannot be built: {error}", self.name)));
        }
        std::fs::rename(&unfinished, &program)
            .with_context(|| format!("cannot rename `{unfinished}`"))?;
        Ok(Ok(program))
    }

    /// The files that say what is built.
    fn pins(&self) -> Vec<Utf8PathBuf> {
        let folder = files::root().join("oracles").join(self.folder);
        let package = folder.join(self.package.strip_prefix("./").unwrap_or("."));
        let sources = package.read_dir_utf8().into_iter().flatten();
        let mut sources: Vec<_> = sources
            .filter_map(|entry| Some(entry.ok()?.into_path()))
            .filter(|path| path.extension() == Some("go"))
            .collect();
        sources.sort();
        ["go.mod", "go.sum"]
            .iter()
            .map(|name| folder.join(name))
            .filter(|path| path.exists())
            .chain(sources)
            .collect()
    }
}

/// All of several programs, or why one of them cannot be had.
pub(super) fn all<const N: usize>(
    programs: [&Program; N],
) -> Result<Result<[Utf8PathBuf; N], String>> {
    let mut found = programs.map(|_| Utf8PathBuf::new());
    for (program, place) in programs.iter().zip(&mut found) {
        match program.built()? {
            Ok(path) => *place = path,
            Err(reason) => return Ok(Err(reason)),
        }
    }
    Ok(Ok(found))
}

/// The source of a module that an oracle's folder pins, downloaded if it is not there any more.
pub(super) fn source(folder: &str, module: &str) -> Result<Result<Utf8PathBuf, String>> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Downloaded {
        dir: Utf8PathBuf,
    }

    if !installed() {
        return Ok(Err(format!("there is no `go` to find {module} with")));
    }
    let mut download = go(folder);
    download.args(["mod", "download", "-json", module]);
    match process::quiet(&mut download) {
        Ok(words) => {
            let downloaded: Downloaded = serde_json::from_str(&words)
                .with_context(|| format!("`go` did not say where {module} is"))?;
            Ok(Ok(downloaded.dir))
        }
        Err(error) => Ok(Err(format!("{module} cannot be downloaded: {error}"))),
    }
}

fn installed() -> bool {
    process::exists("go", "version")
}

fn go(folder: &str) -> Command {
    let mut command = process::command("go");
    command
        .current_dir(files::root().join("oracles").join(folder))
        // What asks for a newer Go is built with that: it comes from the proxy, as modules do.
        .env("GOTOOLCHAIN", "auto")
        .env("CGO_ENABLED", "0");
    command
}
