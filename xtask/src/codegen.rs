//! What is generated from other projects' published files and committed.

mod builtin;
mod bundle;
mod definitions;
mod lines;
mod packages;
mod semantics;
mod slim;

use anyhow::Result;
use camino::Utf8Path;
use clap::ValueEnum;

use self::bundle::Bundle;
use crate::files;

/// What there is to generate.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum What {
    /// The schemas of Kubernetes' own kinds and of the kinds that the templates use
    Schemas,
}

/// Where the bundle lies.
const BUNDLE: &str = "crates/flux/schemas/bundle";

/// Generates it anew.
pub fn command(what: What) -> Result<()> {
    match what {
        What::Schemas => schemas(&files::root().join(BUNDLE)),
    }
}

#[expect(clippy::print_stdout, reason = "a command's result")]
fn schemas(target: &Utf8Path) -> Result<()> {
    let mut bundle = Bundle::default();
    for package in packages::KUBERNETES {
        bundle.builtin(package.version, &builtin::read(package)?);
    }
    for package in packages::DEFINITIONS {
        let kinds = definitions::read(package)?;
        bundle.origin(package.module, package.version);
        for kind in kinds {
            bundle.kind(kind)?;
        }
    }
    let bytes = bundle.write()?;
    files::write(target, &bytes)?;
    println!("codegen: `{target}`: {} bytes", bytes.len());
    Ok(())
}

/// The files that define the kinds of the bundle that are not Kubernetes' own.
pub(crate) fn definitions() -> Result<Vec<camino::Utf8PathBuf>> {
    let mut files = Vec::new();
    for package in packages::DEFINITIONS {
        let folder = package.folder()?;
        for (path, text) in package.texts()? {
            if text.contains("kind: CustomResourceDefinition") {
                files.push(folder.join(path));
            }
        }
    }
    Ok(files)
}
