//! Programs that the tools start.

use std::io::{Read as _, Seek as _};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;

/// A command that cannot ask anything: its standard input is empty.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}

/// Runs a command to its end and fails where it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command
        .status()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed: {status}");
    }
    Ok(())
}

/// Runs a command quietly; its words come back where it fails.
pub fn quiet(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command
        .output()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` failed: {}\n{}", output.status, words.trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command quietly; what it printed and said comes back, whichever it did where.
pub fn said(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command
        .output()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let words = [&output.stdout, &output.stderr].map(|words| String::from_utf8_lossy(words));
    let words = words.concat();
    if !output.status.success() {
        bail!("`{shown}` failed: {}\n{}", output.status, words.trim_end());
    }
    Ok(words)
}

/// What a command printed and said, if it ends within a time; else it is killed, and there is nothing.
pub fn bounded(command: &mut Command, limit: Duration) -> Result<Option<Output>> {
    let shown = shown(command);
    // Files take whatever it says, and nobody has to read meanwhile.
    let mut kept = [tempfile::tempfile()?, tempfile::tempfile()?];
    let mut child = command
        .stdout(kept[0].try_clone()?)
        .stderr(kept[1].try_clone()?)
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if begun.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let mut said = [Vec::new(), Vec::new()];
    for (file, bytes) in kept.iter_mut().zip(&mut said) {
        file.rewind()?;
        file.read_to_end(bytes)?;
    }
    let [stdout, stderr] = said;
    Ok(Some(Output {
        status,
        stdout,
        stderr,
    }))
}

/// Whether a program can be started at all.
pub fn exists(program: &str, argument: &str) -> bool {
    let mut command = command(program);
    command
        .arg(argument)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Builds the `ichor` program in a profile, and says where it is.
pub fn ichor(profile: &str) -> Result<Utf8PathBuf> {
    build(&["--package", "cli", "--bin", "ichor", "--profile", profile])
}

/// Builds an example of a crate in a profile, and says where it is.
pub fn example(package: &str, name: &str, profile: &str) -> Result<Utf8PathBuf> {
    let what = [
        "--package",
        package,
        "--example",
        name,
        "--profile",
        profile,
    ];
    build(&what)
}

fn build(what: &[&str]) -> Result<Utf8PathBuf> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut build = command(cargo);
    build
        .current_dir(crate::files::root())
        .args(["build", "--quiet"])
        .args(what)
        .args(["--message-format", "json-render-diagnostics"]);
    build.stderr(Stdio::inherit());
    let messages = quiet(&mut build)?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| {
            let executable = message.get("executable")?.as_str()?;
            Some(Utf8PathBuf::from(executable))
        })
        .context("cargo did not say where the program is")
}

/// A folder for what is built once for each pin, outside the repository:
/// `$XDG_CACHE_HOME` or `~/.cache`, then `ichor-oracles/<name>-<hash of the lock files>`.
pub fn cache(name: &str, locks: &[Utf8PathBuf]) -> Result<Utf8PathBuf> {
    use sha2::Digest as _;

    let base = match (std::env::var("XDG_CACHE_HOME"), std::env::var("HOME")) {
        (Ok(base), _) if !base.is_empty() => Utf8PathBuf::from(base),
        (_, Ok(home)) => Utf8PathBuf::from(home).join(".cache"),
        _ => bail!("neither XDG_CACHE_HOME nor HOME is set"),
    };
    let mut digest = sha2::Sha256::new();
    for lock in locks {
        digest.update(crate::files::text(lock)?);
    }
    let hash: String = digest
        .finalize()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(base.join("ichor-oracles").join(format!("{name}-{hash}")))
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(std::ffi::OsStr::to_string_lossy));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{bounded, command};

    #[test]
    fn what_does_not_end_is_killed_and_gives_nothing() {
        let mut endless = command("sleep");
        let ended = bounded(endless.arg("3600"), Duration::from_millis(50));
        assert!(ended.expect("it starts").is_none());
        let mut short = command("sh");
        let ended = bounded(
            short.args(["-c", "echo a; echo b >&2; exit 3"]),
            Duration::from_mins(5),
        );
        let output = ended.expect("it starts").expect("it ends");
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(
            (output.stdout, output.stderr),
            (b"a\n".to_vec(), b"b\n".to_vec())
        );
    }
}
