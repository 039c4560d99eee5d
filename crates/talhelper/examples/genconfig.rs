//! `talhelper genconfig` with nothing but this library: reads `talconfig.yaml`, `talenv.yaml`
//! and `talsecret.yaml` of a folder, none of them encrypted, and writes `clusterconfig`.
//!
//! ```sh
//! cargo run --release -p talhelper --example genconfig -- FOLDER [-o OUTPUT] [--contract 1.12]
//! ```

#![expect(
    clippy::disallowed_methods,
    reason = "a program that reads and writes files"
)]

use std::error::Error;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Diagnostics, Source};
use documents::substitute::dotenv;
use talhelper::nodes::{Files, Generator, Request, gitignore};
use talhelper::talconfig::Talconfig;
use talos::bundle;
use talos::contract::Contract;

diagnostics::rules! {
    UNREADABLE: error "example/unreadable-file",
        "What the talconfig refers to cannot be read.";
}

/// The files of a folder.
struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Option<Source>, Diagnostic> {
        match fs::read_to_string(self.0.join(path)) {
            Ok(text) => Ok(Some(Source::new(path, text))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(UNREADABLE.report(error.to_string())),
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut folder = None;
    let mut output = None;
    let mut explicit = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-o" => output = arguments.next(),
            "--contract" => explicit = arguments.next(),
            _ => folder = Some(argument),
        }
    }
    let folder = Folder(folder.ok_or("which folder?")?.into());
    let output = output.map_or_else(|| folder.0.join("clusterconfig"), PathBuf::from);
    let problems = run(&folder, &output, explicit.as_deref())?;
    let mut log = std::io::stderr().lock();
    for problem in &problems {
        writeln!(log, "{problem}")?;
    }
    if problems.has_errors() {
        return Err("nothing may be used that was written".into());
    }
    Ok(())
}

fn run(
    folder: &Folder,
    output: &Path,
    explicit: Option<&str>,
) -> Result<Diagnostics, Box<dyn Error>> {
    let read = |name: &str| folder.read(name).map_err(|problem| problem.to_string());
    let (variables, mut problems) = match read("talenv.yaml")? {
        Some(source) => dotenv(&source),
        None => Default::default(),
    };
    let source = read("talconfig.yaml")?.ok_or("there is no talconfig.yaml")?;
    let (talconfig, found) = Talconfig::read(&source, &variables);
    problems.extend(found);
    let secrets = read("talsecret.yaml")?.ok_or("there is no talsecret.yaml")?;
    let bundle = match bundle::read(&secrets) {
        Ok(bundle) => bundle,
        Err(found) => {
            problems.extend(found);
            return Ok(problems);
        }
    };
    let Some(talconfig) = talconfig.valid() else {
        return Ok(problems);
    };
    let version = talconfig.talos_version();
    let contract = match Contract::choose(explicit, version.unwrap_or_default()) {
        Ok((contract, note)) => {
            problems.extend(note);
            contract
        }
        Err(problem) => {
            problems.push(problem);
            return Ok(problems);
        }
    };
    let (generator, found) = Generator::new(Request {
        talconfig: &talconfig,
        bundle: &bundle,
        contract,
        variables: &variables,
        files: folder,
    });
    problems.extend(found);
    fs::create_dir_all(output)?;
    // One after another: each is written before the next is made.
    for index in 0..generator.len() {
        let (config, found) = generator.node(index);
        problems.extend(found);
        if let Some(config) = config {
            let path = output.join(&config.file_name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, config.to_yaml().as_bytes())?;
        }
    }
    let ignore = output.join(".gitignore");
    let existing = fs::read_to_string(&ignore).unwrap_or_default();
    let names = generator.file_names().chain(["talosconfig"]);
    fs::write(ignore, gitignore(&existing, names))?;
    problems.sort();
    Ok(problems)
}
