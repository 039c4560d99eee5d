//! age identities as key files hold them.

use std::fmt;

use age::secrecy::ExposeSecret;
use diagnostics::{Diagnostic, Diagnostics, Source};
use zeroize::Zeroizing;

/// The prefix of a classic identity, before its first `1`.
const CLASSIC: &str = "AGE-SECRET-KEY-1";

/// The prefix of a post-quantum identity (age 1.3: ML-KEM-768 with X25519).
const POST_QUANTUM: &str = "AGE-SECRET-KEY-PQ-1";

/// A private key that decrypts what was encrypted to its recipient.
#[derive(Clone)]
pub struct Identity(age::x25519::Identity);

impl Identity {
    /// A new X25519 identity from the system's random numbers.
    pub fn generate() -> Self {
        Self(age::x25519::Identity::generate())
    }

    /// The public key, `age1…`, that others encrypt to.
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }

    /// The private key as one line of text, `AGE-SECRET-KEY-1…`.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_string().expose_secret().to_owned())
    }

    /// The text of a key file as `age-keygen` writes it: creation time and public key as
    /// comments, then the private key. `created` is an RFC 3339 time.
    pub fn to_file(&self, created: &str) -> Zeroizing<String> {
        Zeroizing::new(format!(
            "# created: {created}\n# public key: {}\n{}\n",
            self.recipient(),
            self.expose().as_str(),
        ))
    }
}

/// Shows the public key only.
impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Identity")
            .field(&self.recipient())
            .finish()
    }
}

/// Reads every identity of a key file: one a line, blank lines and `#` comments between.
///
/// # Errors
///
/// All problems of the file: a line that is no identity, a kind that cannot be used, or no
/// identity at all (`keys/…` rules). No message repeats a line of the file.
pub fn parse_identity_file(source: &Source) -> Result<Vec<Identity>, Diagnostics> {
    // Nothing of a key file may ever be shown.
    let source = source.clone().with_secrets([0..source.text().len()]);
    let mut identities = Vec::new();
    let mut problems = Diagnostics::new();
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let range = start..start + line.trim_end().len();
        start += line.len();
        let key = line.trim();
        if key.is_empty() || key.starts_with('#') {
            continue;
        }
        if let Ok(identity) = key.parse::<age::x25519::Identity>() {
            identities.push(Identity(identity));
            continue;
        }
        let problem = if key.to_ascii_uppercase().starts_with(POST_QUANTUM) {
            Diagnostic::error(
                "keys/post-quantum-unsupported",
                "this is a post-quantum age identity, which this version cannot use yet",
            )
            .hint("use an X25519 identity (`AGE-SECRET-KEY-1…`)")
        } else if key.to_ascii_uppercase().starts_with(CLASSIC) {
            Diagnostic::error(
                "keys/damaged-age-identity",
                "this age identity is damaged: its checksum does not match",
            )
            .hint("copy the whole line again from where the key is kept")
        } else {
            Diagnostic::error("keys/no-age-identity", "this line is not an age identity")
                .hint("an identity starts with `AGE-SECRET-KEY-1`; comments start with `#`")
        };
        problems.push(problem.at(source.location(range)));
    }
    if identities.is_empty() && problems.is_empty() {
        problems.push(
            Diagnostic::error("keys/no-age-identity", "the file holds no age identity")
                .at(source.whole())
                .hint("an identity starts with `AGE-SECRET-KEY-1`"),
        );
    }
    if problems.is_empty() {
        Ok(identities)
    } else {
        Err(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> String {
        let source = Source::new("age.key", text);
        let problems = parse_identity_file(&source).expect_err("the file is wrong on purpose");
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    }

    #[test]
    fn every_bad_line_is_named_and_none_is_shown() {
        let identity = Identity::generate();
        let mut damaged = identity.expose().to_string();
        damaged.pop();
        let text = format!("# a comment\n\nhello\n{damaged}\nAGE-SECRET-KEY-PQ-1QQ\n");
        insta::assert_snapshot!(problems(&text), @r"
        age.key:3:1: error[keys/no-age-identity]: this line is not an age identity
        age.key:4:1: error[keys/damaged-age-identity]: this age identity is damaged: its checksum does not match
        age.key:5:1: error[keys/post-quantum-unsupported]: this is a post-quantum age identity, which this version cannot use yet
        ");
        let source = Source::new("age.key", text.as_str());
        let shown = format!(
            "{:?}",
            parse_identity_file(&source).expect_err("it is wrong")
        );
        assert!(!shown.contains(&damaged) && !shown.contains("hello"));
    }

    #[test]
    fn an_empty_file_is_a_problem() {
        insta::assert_snapshot!(problems("# nothing\n"), @"age.key: error[keys/no-age-identity]: the file holds no age identity");
    }

    #[test]
    fn debug_shows_the_public_key_only() {
        let identity = Identity::generate();
        let shown = format!("{identity:?}");
        assert!(shown.contains(&identity.recipient()));
        assert!(!shown.contains("SECRET"));
    }
}
