//! Identities from where sops takes them. All sources count; none that is not asked for by
//! name is a fault if it cannot be used.

use std::process::{Command, Stdio};

use camino::Utf8PathBuf;
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use vault::identities::{Offered, hidden, parse};
use zeroize::Zeroizing;

use super::{offered, path, text};

/// What the environment offers, all of it. Runs the program that
/// `SOPS_AGE_KEY_CMD` names, if there is one. The problems are those of sources that cannot
/// be read; what they hold is judged by whoever uses it.
pub(crate) fn with_identities() -> (Offered, Diagnostics) {
    let mut offered = offered();
    let mut problems = Diagnostics::new();
    let mut add = |source: Result<Option<Source>, Diagnostic>| match source {
        Ok(source) => offered.identities.extend(source),
        Err(problem) => problems.push(problem),
    };
    add(Ok(text("SOPS_AGE_KEY").map(|key| {
        let key = Zeroizing::new(key);
        hidden("SOPS_AGE_KEY", &key)
    })));
    add(printed("SOPS_AGE_KEY_CMD"));
    add(key_file());
    add(named("SOPS_AGE_SSH_PRIVATE_KEY_FILE"));
    add(printed("SOPS_AGE_SSH_PRIVATE_KEY_CMD"));
    // A key in the home folder may have a passphrase, or be of a kind that age does not take.
    let usable = |source: &Source| parse(source).is_ok();
    offered.identities.extend(ssh_files().filter(usable));
    (offered, problems)
}

/// `keys.txt` in the user's configuration folder, where sops looks for it.
fn key_file() -> Result<Option<Source>, Diagnostic> {
    let folder = path("XDG_CONFIG_HOME").or_else(|| {
        let below = if cfg!(target_os = "macos") {
            "Library/Application Support"
        } else {
            ".config"
        };
        path("HOME").map(|home| home.join(below))
    });
    let Some(folder) = folder else {
        return Ok(None);
    };
    file(folder.join("sops/age/keys.txt"))
}

/// The user's SSH keys, where SSH keys are built in.
fn ssh_files() -> impl Iterator<Item = Source> {
    let names: &[&str] = if cfg!(feature = "ssh") {
        &["id_ed25519", "id_rsa"]
    } else {
        &[]
    };
    names
        .iter()
        .filter_map(|name| file(path("HOME")?.join(".ssh").join(name)).ok().flatten())
}

/// The file that a variable names; it must be there.
fn named(variable: &'static str) -> Result<Option<Source>, Diagnostic> {
    let Some(path) = path(variable) else {
        return Ok(None);
    };
    match file(path.clone())? {
        Some(source) => Ok(Some(source)),
        None => Err(fault(
            variable,
            &format!("it names `{path}`, which does not exist"),
        )),
    }
}

fn file(path: Utf8PathBuf) -> Result<Option<Source>, Diagnostic> {
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(hidden(path.as_str(), &Zeroizing::new(text)))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fault(path.as_str(), &format!("it cannot be read: {error}"))),
    }
}

/// What the program that a variable names prints. As in sops the text is split into words as
/// a shell does it, and no shell runs it.
fn printed(variable: &'static str) -> Result<Option<Source>, Diagnostic> {
    let Some(line) = text(variable) else {
        return Ok(None);
    };
    let words = shlex::split(&line)
        .filter(|words| !words.is_empty())
        .ok_or_else(|| fault(variable, "its quotes do not match"))?;
    let output = Command::new(&words[0])
        .args(&words[1..])
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| fault(variable, &format!("`{}` cannot be run: {error}", words[0])))?;
    let text = Zeroizing::new(output.stdout);
    if !output.status.success() {
        let reason = format!("`{}` failed: {}", words[0], output.status);
        return Err(fault(variable, &reason));
    }
    match std::str::from_utf8(&text) {
        Ok(text) => Ok(Some(hidden(variable, text))),
        Err(_) => Err(fault(variable, "what it prints is no text")),
    }
}

fn fault(name: &str, reason: &str) -> Diagnostic {
    vault::rules::KEYS_UNREADABLE
        .report(format!("no identity can be taken from `{name}`: {reason}"))
        .at(Location::file(name))
}
