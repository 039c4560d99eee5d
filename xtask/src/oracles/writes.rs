//! Every write that a whole `configure` makes, as the kernel saw it: no value of a secret is in
//! any of them. `strace` is the witness.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use camino::Utf8Path;

use super::{Options, Outcome};
use crate::{files, golden, process};

/// Calls that carry what is written with them.
const WRITES: &str = "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg";

/// Calls that bring bytes into a file without showing them: where one is made, the witness is
/// blind. `mmap` counts only where it shares a writable file.
const HIDDEN: &[&str] = &[
    "sendfile",
    "copy_file_range",
    "splice",
    "vmsplice",
    "io_uring_setup",
];

/// Encrypted where it stands among secrets, and public everywhere else: the domain, the name of a
/// user of the database, the region of Proxmox.
const PUBLIC: &[&str] = &["example.com", "keycloak", "talos-k8s"];

/// What the token of the webhook is changed to.
const NEW_TOKEN: &str = "another-token-of-the-webhook-0123456789";

/// Shorter ones occur by chance.
const SHORTEST: usize = 8;

pub(super) fn run(_options: &Options) -> Result<Outcome> {
    if !process::exists("strace", "--version") {
        return Ok(Outcome::Skipped("there is no `strace`".to_owned()));
    }
    if !traceable() {
        return Ok(Outcome::Skipped(
            "`strace` may not trace here; containers need CAP_SYS_PTRACE".to_owned(),
        ));
    }
    let mut words = Vec::new();
    for name in ["public", "private"] {
        match case(&files::root().join("fixtures").join(name))? {
            Ok(agreed) => words.push(format!("{name}: {agreed}")),
            Err(differs) => return Ok(Outcome::Differs(format!("{name}: {differs}"))),
        }
    }
    Ok(Outcome::Agreed(words.join("; ")))
}

/// One fixture: configured, configured again, and after a secret changed. In words what was
/// looked at, or what was seen that must not be.
fn case(fixture: &Utf8Path) -> Result<Result<String, String>> {
    let encrypted = encrypted_values(fixture)?;
    let mut values = encrypted.clone();
    values.extend(private_keys(fixture)?);
    values.insert(NEW_TOKEN.to_owned());
    values.retain(|value| !PUBLIC.contains(&value.as_str()));

    let folder = tempfile::tempdir()?;
    let root = files::utf8(folder.path())?;
    golden::assemble(fixture, root)?;
    let ichor = process::ichor("dev")?;
    let trace = |words: &[&str]| trace(&ichor, root, words);
    let cold = trace(&["configure"])?;
    let again = trace(&["configure"])?;
    files::write(&root.join("github-push-token.txt"), NEW_TOKEN)?;
    let changed = trace(&["configure"])?;
    for (written, proof) in [
        (&cold, "kind: HelmRelease"),
        (&cold, "ENC[AES256_GCM"),
        (&changed, "ENC[AES256_GCM"),
    ] {
        if !written.contains(proof) {
            bail!("the witness did not see `{proof}` being written");
        }
    }
    // The same eyes must see the secrets where they are written, all but the replaced token.
    let clear = trace(&["secrets", "decrypt", "--in-place", "."])?;
    let seen = encrypted
        .iter()
        .filter(|value| holds(&clear, value))
        .count();
    if encrypted.len() < 3 || seen + 1 < encrypted.len() || !holds(&clear, NEW_TOKEN) {
        let all = encrypted.len();
        bail!("the witness saw {seen} of {all} secrets that were written");
    }
    let runs = [
        ("a first `configure`", &cold),
        ("a second one", &again),
        ("one after a secret changed", &changed),
    ];
    let mut problems = Vec::new();
    for (what, written) in runs {
        let leaked = values.iter().filter(|value| holds(written, value)).count();
        if leaked > 0 {
            problems.push(format!("{what} wrote {leaked} secrets in the clear"));
        }
    }
    if !problems.is_empty() {
        return Ok(Err(problems.join(", ")));
    }
    let writes: usize = runs
        .iter()
        .map(|(_, written)| written.lines().count())
        .sum();
    Ok(Ok(format!(
        "{} secrets in none of {writes} calls of {} runs",
        values.len(),
        runs.len()
    )))
}

/// Whether this process may trace another at all.
fn traceable() -> bool {
    let mut command = process::command("strace");
    command.args(["-f", "-o", "/dev/null", "true"]);
    process::quiet(&mut command).is_ok()
}

/// All that the program wrote, to files, pipes and sockets, in the escapes of `strace`.
fn trace(ichor: &Utf8Path, root: &Utf8Path, words: &[&str]) -> Result<String> {
    let output = root.with_file_name(format!("{}-trace", root.file_name().unwrap_or_default()));
    let calls = format!("trace={WRITES},mmap,{}", HIDDEN.join(","));
    let mut command = process::command("strace");
    command
        .args([
            "-f",
            "-y",
            "-s",
            "16777216",
            "-e",
            &calls,
            "-o",
            output.as_str(),
        ])
        .arg(ichor)
        .args(words)
        .current_dir(root)
        .env("HOME", root.join("home").as_str())
        .env_remove("SOPS_AGE_KEY")
        .env("SOPS_AGE_KEY_FILE", root.join("age.key").as_str());
    let ran = process::quiet(&mut command);
    let text = files::text(&output);
    std::fs::remove_file(&output).ok();
    ran?;
    let text = text?;
    for line in text.lines() {
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        let hidden = HIDDEN
            .iter()
            .any(|name| call.starts_with(&format!("{name}(")));
        let shared = call.starts_with("mmap(")
            && line.contains("MAP_SHARED")
            && line.contains("PROT_WRITE")
            && !line.contains("MAP_ANONYMOUS");
        if hidden || shared {
            bail!("the program writes by a call that shows no bytes: {call}");
        }
    }
    Ok(text)
}

/// Whether a value is in a trace, as it is or in base64, wherever in a longer text it begins.
fn holds(trace: &str, value: &str) -> bool {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    if trace.contains(&escaped) {
        return true;
    }
    (0..3).any(|offset| {
        let mut bytes = vec![0_u8; offset];
        bytes.extend(value.as_bytes());
        let encoded = BASE64_STANDARD_NO_PAD.encode(bytes);
        // The characters that hold bits of a neighbour are left out.
        let end = encoded.len() - usize::from(!(offset + value.len()).is_multiple_of(3));
        let start = offset + usize::from(offset > 0);
        encoded
            .get(start..end)
            .is_some_and(|inner| inner.len() >= SHORTEST && trace.contains(inner))
    })
}

/// The values that stand in the clear in the rendered tree and not in the encrypted one, line
/// by line.
fn encrypted_values(fixture: &Utf8Path) -> Result<BTreeSet<String>> {
    let rendered = golden::rendered(fixture)?;
    let encrypted = golden::built(fixture)?;
    let mut values = BTreeSet::new();
    for (path, clear) in &rendered {
        let Some(encrypted) = encrypted.get(path) else {
            continue;
        };
        let clear = String::from_utf8_lossy(clear);
        let encrypted = String::from_utf8_lossy(encrypted);
        let kept: BTreeSet<&str> = encrypted.lines().map(str::trim).collect();
        let lines = clear.lines().map(str::trim);
        for line in lines.filter(|line| !kept.contains(line)) {
            let value = line.split_once(": ").map_or(line, |(_, value)| value);
            let value = value.trim_matches(['"', '\'']);
            if !encrypted.contains(value) {
                // A value of several lines may be written in another style, in which quotes stand as
                // they are: look for its lines.
                let lines = value.split("\\n");
                values.extend(lines.map(|line| line.replace("\\\"", "\"")));
            }
        }
    }
    values.retain(|value| value.len() >= SHORTEST && value.is_ascii());
    Ok(values)
}

/// The lines of the private keys beside the configuration.
fn private_keys(fixture: &Utf8Path) -> Result<BTreeSet<String>> {
    let mut values = BTreeSet::new();
    for path in ["keys/age.key", "keys/github-deploy.key"] {
        let text = files::text(&fixture.join(path))?;
        let private = text.lines().filter(|line| !line.starts_with(['#', '-']));
        values.extend(private.map(str::to_owned));
    }
    values.retain(|value| value.len() >= SHORTEST);
    Ok(values)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::holds;

    #[test]
    fn a_value_is_seen_in_every_form() {
        let value = "correct horse \"battery\"";
        assert!(holds(
            r#"write(3</x>, "a: correct horse \"battery\"\n")"#,
            value
        ));
        for before in ["", "x", "xy", "xyz"] {
            let text = format!("{before}{value}, and more");
            let encoded = BASE64_STANDARD.encode(text);
            assert!(holds(&encoded, value), "{before}");
        }
        assert!(!holds("write(3</x>, \"nothing\")", value));
    }
}
