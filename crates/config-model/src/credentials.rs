//! The files beside the configuration that hold credentials: their shape, never their cryptography.
//!
//! Texts come in. No problem repeats any of them, and no excerpt shows a line.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::rules;
use crate::types::Uuid;

/// The file that holds the age identity.
pub const AGE_KEY: &str = "age.key";
/// The file that holds the credentials of the Cloudflare tunnel.
pub const CLOUDFLARE_TUNNEL: &str = "cloudflare-tunnel.json";
/// The file that holds the key that Flux reads a private repository with.
pub const DEPLOY_KEY: &str = "github-deploy.key";
/// The file that holds the token of the webhook.
pub const PUSH_TOKEN: &str = "github-push-token.txt";

/// What every unencrypted OpenSSH private key begins with, in base64: its magic, and `none`
/// for cipher and key derivation.
const OPENSSH_MAGIC: &str = "b3BlbnNzaC1rZXktdjEA";
const OPENSSH_UNENCRYPTED: &str = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAA";
/// The same with the type `ssh-ed25519` behind it.
const OPENSSH_ED25519: &str =
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQ";

/// How many digits of base64 a tunnel's secret has at least: 32 bytes.
const SECRET_LENGTH: usize = 43;

/// Which kind of age identity a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgeKind {
    /// `AGE-SECRET-KEY-1…`
    X25519,
    /// `AGE-SECRET-KEY-PQ-1…`
    PostQuantum,
}

/// An age identity, of which only the shape is known to be right. Has no `Debug`.
#[derive(Clone)]
#[non_exhaustive]
pub struct AgeKey {
    /// Its kind.
    pub kind: AgeKind,
    /// The identity: the line that starts with `AGE-SECRET-KEY-`.
    pub identity: SecretString,
}

/// The credentials of a Cloudflare tunnel. Has no `Debug`.
#[derive(Clone)]
#[non_exhaustive]
pub struct TunnelCredentials {
    /// The account it belongs to.
    pub account_tag: SecretString,
    /// Its id.
    pub tunnel_id: String,
    /// What it signs in with.
    pub tunnel_secret: SecretString,
    /// Every key of the file that holds a text or a number, as text.
    pub keys: BTreeMap<String, SecretString>,
}

/// Checks a file by its name; a file of another name has no problems.
pub fn check(source: &Source) -> Diagnostics {
    match source.name() {
        AGE_KEY => age_key(source).err().unwrap_or_default(),
        CLOUDFLARE_TUNNEL => match tunnel(source) {
            Ok(tunnel) => tunnel_shape(source, &tunnel).into_iter().collect(),
            Err(problems) => problems,
        },
        DEPLOY_KEY => deploy_key(source).1,
        PUSH_TOKEN => push_token(source).err().unwrap_or_default(),
        _ => Diagnostics::new(),
    }
}

/// Reads `age.key`: the first identity in it.
pub fn age_key(source: &Source) -> Result<AgeKey, Diagnostics> {
    let whole = file(source);
    if source.text().trim().is_empty() {
        return Err(blank(source));
    }
    for (start, line) in lines(source.text()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let kind = if is_identity(line, "AGE-SECRET-KEY-PQ-1", None) {
            AgeKind::PostQuantum
        } else if is_identity(line, "AGE-SECRET-KEY-1", Some(58)) {
            AgeKind::X25519
        } else {
            let problem = rules::CREDENTIALS_AGE_KEY
                .report("the line is not an age identity")
                .at(hidden(source, start, line.len()));
            return Err(Diagnostics::from(if line.starts_with("age1") {
                problem.hint("this is a public key; the file takes the secret one")
            } else {
                problem.hint("make one with `ichor init`")
            }));
        };
        return Ok(AgeKey {
            kind,
            identity: SecretString::from(line),
        });
    }
    let problem = rules::CREDENTIALS_AGE_KEY
        .report("the file holds no age identity")
        .at(whole);
    Err(Diagnostics::from(problem))
}

/// Reads `cloudflare-tunnel.json`. All missing fields are reported.
pub fn tunnel(source: &Source) -> Result<TunnelCredentials, Diagnostics> {
    if source.text().trim().is_empty() {
        return Err(blank(source));
    }
    let value: Value = serde_json::from_str(source.text()).map_err(|error| {
        // The error's own text names what it met, which may be part of a secret.
        let place = Location {
            line: error.line(),
            column: error.column().max(1),
            ..file(source)
        };
        rules::CREDENTIALS_NOT_JSON
            .report("the file is not valid JSON")
            .at(place)
    })?;
    let Some(object) = value.as_object() else {
        return Err(Diagnostics::from(
            rules::CREDENTIALS_NOT_JSON
                .report("the file does not hold a JSON object")
                .at(file(source)),
        ));
    };
    let mut problems = Diagnostics::new();
    let mut field = |name: &str| {
        let text = object.get(name).and_then(Value::as_str).map(str::trim);
        let what = match (object.get(name), text) {
            (_, Some(text)) if !text.is_empty() => return text.to_owned(),
            (None | Some(Value::Null), _) => "is missing",
            (_, Some(_)) => "is blank",
            (Some(_), None) => "is not text",
        };
        problems.push(
            rules::CREDENTIALS_MISSING_FIELD
                .report(format!("the field `{name}` {what}"))
                .at(file(source))
                .hint("make the file anew with `cloudflared tunnel create`"),
        );
        String::new()
    };
    let account_tag = SecretString::from(field("AccountTag"));
    let tunnel_id = field("TunnelID");
    let tunnel_secret = SecretString::from(field("TunnelSecret"));
    if problems.is_empty() {
        Ok(TunnelCredentials {
            account_tag,
            tunnel_id,
            tunnel_secret,
            keys: object
                .iter()
                .filter_map(|(key, value)| {
                    let text = match value {
                        Value::String(text) => text.clone(),
                        Value::Number(number) => number.to_string(),
                        _ => return None,
                    };
                    Some((key.clone(), SecretString::from(text)))
                })
                .collect(),
        })
    } else {
        Err(problems)
    }
}

/// A warning where a field is not what Cloudflare gives, as in configurations for tests.
pub fn tunnel_shape(source: &Source, tunnel: &TunnelCredentials) -> Option<Diagnostic> {
    let account = tunnel.account_tag.expose_secret();
    let secret = tunnel.tunnel_secret.expose_secret();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
    let fields = [
        (
            "AccountTag",
            account.len() == 32 && account.bytes().all(|byte| byte.is_ascii_hexdigit()),
        ),
        ("TunnelID", tunnel.tunnel_id.parse::<Uuid>().is_ok()),
        (
            "TunnelSecret",
            secret.trim_end_matches('=').len() >= SECRET_LENGTH && secret.bytes().all(is_base64),
        ),
    ];
    let wrong: Vec<_> = fields
        .into_iter()
        .filter(|(_, is_right)| !is_right)
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    (!wrong.is_empty()).then(|| {
        rules::CREDENTIALS_TUNNEL
            .report(format!(
                "{} {} not have the form that Cloudflare gives",
                wrong.join(" and "),
                if wrong.len() == 1 { "does" } else { "do" }
            ))
            .at(file(source))
            .hint("make the file anew with `cloudflared tunnel create`")
    })
}

/// Reads `github-deploy.key`: its text, trimmed, if Flux can use it, and what is wrong with it.
pub fn deploy_key(source: &Source) -> (Option<SecretString>, Diagnostics) {
    const BEGIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";
    const END: &str = "-----END OPENSSH PRIVATE KEY-----";
    let text = source.text().trim();
    if text.is_empty() {
        return (None, blank(source));
    }
    let refuse = |reason: &str, hint: &str| {
        let problem = rules::CREDENTIALS_DEPLOY_KEY
            .report(reason)
            .at(file(source))
            .hint(hint);
        (None, Diagnostics::from(problem))
    };
    let body = text
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.strip_suffix(END));
    let Some(body) = body else {
        if text.starts_with("ssh-") || text.starts_with("ecdsa-") {
            return refuse(
                "the file holds a public key",
                "put the private one of the pair into it",
            );
        }
        return refuse(
            "the file is not an OpenSSH private key",
            "make one with `ssh-keygen -t ed25519 -N \"\" -f github-deploy.key`",
        );
    };
    let body: String = body.split_whitespace().collect();
    let is_base64 = body
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    if !is_base64 || !body.starts_with(OPENSSH_MAGIC) {
        return refuse(
            "the file is not an OpenSSH private key",
            "copy the whole file, every line of it",
        );
    }
    if !body.starts_with(OPENSSH_UNENCRYPTED) {
        return refuse(
            "the key has a passphrase",
            "remove it with `ssh-keygen -p -N \"\" -f github-deploy.key`",
        );
    }
    let mut problems = Diagnostics::new();
    if !body.starts_with(OPENSSH_ED25519) {
        problems.push(
            rules::CREDENTIALS_DEPLOY_KEY_TYPE
                .report("the key is not an ed25519 key")
                .at(file(source)),
        );
    }
    (Some(SecretString::from(text)), problems)
}

/// Reads `github-push-token.txt`: its text, trimmed.
pub fn push_token(source: &Source) -> Result<SecretString, Diagnostics> {
    let text = source.text().trim();
    if text.is_empty() {
        return Err(blank(source));
    }
    if text.contains(char::is_control) {
        return Err(Diagnostics::from(
            rules::CREDENTIALS_PUSH_TOKEN
                .report("the token has more than one line")
                .at(file(source)),
        ));
    }
    Ok(SecretString::from(text))
}

fn blank(source: &Source) -> Diagnostics {
    let problem = rules::CREDENTIALS_BLANK
        .report("the file is empty")
        .at(file(source));
    Diagnostics::from(problem)
}

/// The file as a whole: without an excerpt.
fn file(source: &Source) -> Location {
    source.whole()
}

/// A line, without an excerpt.
fn hidden(source: &Source, start: usize, length: usize) -> Location {
    source.location(start..start + length).without_excerpt()
}

/// Each line with the offset it starts at.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |offset, line| {
        let start = *offset;
        *offset += line.len();
        Some((start, line))
    })
}

/// Whether a line is this prefix and Bech32 data behind it, of a fixed length if there is one.
fn is_identity(line: &str, prefix: &str, length: Option<usize>) -> bool {
    line.strip_prefix(prefix).is_some_and(|data| {
        data.len() >= 58
            && length.is_none_or(|length| data.len() == length)
            && data
                .bytes()
                .all(|byte| b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".contains(&byte))
    })
}
