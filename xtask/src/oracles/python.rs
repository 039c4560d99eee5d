//! Programs written in Python, or shipped as wheels, each in an environment of its own that the
//! `requirements.txt` of its folder below `oracles/` pins.

use anyhow::Result;
use camino::Utf8PathBuf;

use crate::{files, process};

/// The environment's folder, made where Python is there to make it, or why there is none.
pub(super) fn environment(name: &str) -> Result<Result<Utf8PathBuf, String>> {
    let requirements = files::root()
        .join("oracles")
        .join(name)
        .join("requirements.txt");
    let folder = process::cache(name, std::slice::from_ref(&requirements))?;
    let ready = folder.join("ready");
    if ready.exists() {
        return Ok(Ok(folder));
    }
    if !process::exists("python3", "--version") {
        return Ok(Err("there is no `python3`".to_owned()));
    }
    let made = process::quiet(
        process::command("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )
    .and_then(|_| {
        process::quiet(
            process::command(folder.join("bin/python"))
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "-r",
                ])
                .arg(&requirements),
        )
    });
    // Without a network or with another Python it cannot be had; that proves nothing.
    if let Err(error) = made {
        return Ok(Err(format!("{name} cannot be installed: {error}")));
    }
    files::write(&ready, "")?;
    Ok(Ok(folder))
}
