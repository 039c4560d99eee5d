//! Texts that hold identities: key files, the value of `SOPS_AGE_KEY`, SSH private keys.

use diagnostics::{Diagnostic, Diagnostics, Source};

use super::identity::Identity;

use crate::rules;

/// The prefix of a classic identity, before its first `1`.
const CLASSIC: &str = "AGE-SECRET-KEY-1";
/// The prefix of a post-quantum identity (age 1.3: ML-KEM-768 with X25519).
const POST_QUANTUM: &str = "AGE-SECRET-KEY-PQ-1";
/// The prefix of an identity that a plugin holds.
const PLUGIN: &str = "AGE-PLUGIN-";
/// How a key file starts that is itself encrypted, with a passphrase for instance.
const ENCRYPTED: [&str; 2] = ["age-encryption.org/", "-----BEGIN AGE ENCRYPTED FILE-----"];

/// Reads every identity of a key file: one a line, blank lines and `#` comments between.
///
/// # Errors
///
/// All problems of the file: a line that is no identity, a kind that cannot be used, or no
/// identity at all (`keys/…` rules). No message repeats a line of the file.
pub fn parse_identity_file(source: &Source) -> Result<Vec<Identity>, Diagnostics> {
    parse(source, &|line| vec![line])
}

/// Reads the identities of `SOPS_AGE_KEY`: as a key file, and several on a line with blanks
/// between, which sops takes since 3.13.
///
/// # Errors
///
/// As [`parse_identity_file`].
pub fn parse_identity_list(source: &Source) -> Result<Vec<Identity>, Diagnostics> {
    parse(source, &|line| line.split_whitespace().collect())
}

/// Reads an SSH private key (`ssh-ed25519` or `ssh-rsa`, without a passphrase).
///
/// # Errors
///
/// If it is not one, or has a passphrase; no message repeats anything of the file.
#[cfg(feature = "ssh")]
pub fn parse_ssh_identity(source: &Source) -> Result<Identity, Diagnostics> {
    let problem = |rule: &'static diagnostics::Rule, message: &'static str, hint: &'static str| {
        Diagnostics::from(rule.report(message).at(source.whole()).hint(hint))
    };
    match age::ssh::Identity::from_buffer(without_mark(source.text()).as_bytes(), None) {
        Ok(identity @ age::ssh::Identity::Unencrypted(_)) => Ok(Identity::ssh(identity)),
        Ok(age::ssh::Identity::Encrypted(_)) => Err(problem(
            &rules::KEYS_PASSPHRASE_PROTECTED,
            "this SSH key is protected by a passphrase",
            "use a copy without one (`ssh-keygen -p`), or an age identity",
        )),
        _ => Err(problem(
            &rules::KEYS_NO_SSH_KEY,
            "the file is not an SSH private key that age can use",
            "use an `ssh-ed25519` or `ssh-rsa` key",
        )),
    }
}

fn parse(
    source: &Source,
    words: &dyn for<'a> Fn(&'a str) -> Vec<&'a str>,
) -> Result<Vec<Identity>, Diagnostics> {
    // Nothing of a key file may ever be shown.
    let source = source.clone().with_secrets([0..source.text().len()]);
    let mut identities = Vec::new();
    let mut problems = Diagnostics::new();
    // Editors on Windows put a byte order mark before the first line.
    let mark = source.text().len() - without_mark(source.text()).len();
    let text = &source.text()[mark..];
    if ENCRYPTED
        .iter()
        .any(|start| text.trim_start().starts_with(start))
    {
        problems.push(
            rules::KEYS_PASSPHRASE_PROTECTED
                .report("the key file is itself encrypted")
                .at(source.whole())
                .hint("decrypt it first (`age --decrypt`) and name the result"),
        );
        return Err(problems);
    }
    let mut start = mark;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.trim_end().len();
        start += line.len();
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        for word in words(line) {
            match identity(word) {
                Ok(identity) => identities.push(identity),
                Err(problem) => problems.push(problem.at(source.location(range.clone()))),
            }
        }
    }
    if identities.is_empty() && problems.is_empty() {
        problems.push(
            rules::KEYS_NO_AGE_IDENTITY
                .report("the file holds no age identity")
                .at(source.whole())
                .hint("an identity starts with `AGE-SECRET-KEY-1` or `AGE-SECRET-KEY-PQ-1`"),
        );
    }
    if problems.is_empty() {
        Ok(identities)
    } else {
        Err(problems)
    }
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn identity(text: &str) -> Result<Identity, Diagnostic> {
    let upper = text.to_ascii_uppercase();
    if upper.starts_with(POST_QUANTUM) {
        return text.parse().map(Identity::hybrid).map_err(|_| damaged());
    }
    if upper.starts_with(PLUGIN) {
        return plugin(text);
    }
    if let Ok(identity) = text.parse() {
        return Ok(Identity::classic(identity));
    }
    Err(if upper.starts_with(CLASSIC) {
        damaged()
    } else {
        rules::KEYS_NO_AGE_IDENTITY.report("this line is not an age identity").hint(
            "an identity starts with `AGE-SECRET-KEY-1` or `AGE-SECRET-KEY-PQ-1`; comments start with `#`",
        )
    })
}

fn damaged() -> Diagnostic {
    rules::KEYS_DAMAGED_AGE_IDENTITY
        .report("this age identity is damaged: its checksum does not match")
        .hint("copy the whole line again from where the key is kept")
}

#[cfg(feature = "plugin")]
fn plugin(text: &str) -> Result<Identity, Diagnostic> {
    text.parse().map(Identity::plugin).map_err(|_| damaged())
}

#[cfg(not(feature = "plugin"))]
fn plugin(_: &str) -> Result<Identity, Diagnostic> {
    Err(rules::KEYS_PLUGIN_NOT_BUILT_IN
        .report("this is the identity of an age plugin, which this build leaves out")
        .hint("use an `AGE-SECRET-KEY-1…` identity, or a build with the feature `plugin`"))
}
