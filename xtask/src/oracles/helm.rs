//! The real helm, built once for each pin.

use anyhow::Result;
use camino::Utf8PathBuf;

use crate::{files, process};

/// The program, or why there is none.
pub(super) fn program() -> Result<Result<Utf8PathBuf, String>> {
    let module = files::root().join("oracles/helm");
    let program = process::cache("helm", &module.join("go.sum"))?.join("helm");
    if program.exists() {
        return Ok(Ok(program));
    }
    if !process::exists("go", "version") {
        return Ok(Err("there is no `go` to build helm with".to_owned()));
    }
    let mut build = process::command("go");
    build
        .current_dir(&module)
        .args(["build", "-o", program.as_str(), "helm.sh/helm/v4/cmd/helm"]);
    Ok(process::quiet(&mut build)
        .map(|_| program)
        .map_err(|error| format!("helm cannot be built: {error}")))
}
