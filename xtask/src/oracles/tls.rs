//! The real openssl: what it reads in our certificates, and handshakes with them.

use anyhow::{Context as _, Result};

use super::{Options, Outcome};
use crate::{files, process};

pub(super) fn run(_options: &Options) -> Result<Outcome> {
    if !process::exists("openssl", "version") {
        return Ok(Outcome::Skipped("there is no `openssl`".to_owned()));
    }
    let version = process::quiet(process::command("openssl").arg("version"))?;
    // Another line of it words some of what it shows differently.
    if !version.starts_with("OpenSSL 3.") {
        let version = version.trim_end();
        return Ok(Outcome::Skipped(format!(
            "openssl is {version}, not OpenSSL 3"
        )));
    }
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = process::command(cargo)
        .current_dir(files::root())
        .args(["test", "--quiet", "--package", "talos", "--test", "tls"])
        .args(["--", "--nocapture"])
        .env("ICHOR_OPENSSL", "openssl")
        .output()
        .context("cannot start cargo")?;
    let words = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let faults = String::from_utf8_lossy(&output.stderr);
        return Ok(Outcome::Differs(format!("{words}{faults}")));
    }
    let counts: Vec<&str> = words
        .lines()
        .filter(|line| line.contains(" refused") || line.contains(" chains"))
        .map(|line| line.trim_start_matches('.'))
        .collect();
    Ok(Outcome::Agreed(counts.join("; ")))
}
