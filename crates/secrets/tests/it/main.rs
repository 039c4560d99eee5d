//! What the crate promises, shown on documents written for it.

mod damage;
mod edits;
mod encrypting;
mod formats;
mod merging;
mod partly;
mod refusals;
mod rules;

use diagnostics::{Diagnostics, Source};
use secrets::{
    Encrypted, File, Identity, Recipient, Request, Rule, Selector, Timestamp, decrypt, encrypt,
    parse_identity_file,
};

/// A published test key, so that nothing here looks like a secret.
const KEY: &str = "AGE-SECRET-KEY-1G0Q5K9TV4REQ3ZSQRMTMG8NSWQGYT0T7TZ33RAZEE0GZYVZN0APSU24RK7";

fn identity() -> Identity {
    parse_identity_file(&Source::new("key", KEY))
        .expect("an identity")
        .remove(0)
}

fn recipient(identity: &Identity) -> Recipient {
    identity.recipient().parse().expect("its own")
}

fn rule(selector: &str, pattern: &str) -> Rule {
    let mut rule = Rule::for_recipients([recipient(&identity())]);
    rule.selector = Selector::new(selector, pattern).expect("a pattern");
    rule
}

fn everything() -> Rule {
    Rule::for_recipients([recipient(&identity())])
}

fn now(second: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_767_323_045 + second)
}

/// Encrypts, over a previous file if there is one.
fn sealed(
    name: &str,
    plain: &str,
    previous: Option<&[u8]>,
    rule: &Rule,
) -> Result<Encrypted, Diagnostics> {
    encrypt(&Request {
        plaintext: File::new(name, plain.as_bytes()),
        previous: previous.map(|content| File::new(name, content)),
        rule,
        identities: &[identity()],
        now: now(i64::from(previous.is_some())),
    })
}

fn good(name: &str, plain: &str, previous: Option<&[u8]>, rule: &Rule) -> Encrypted {
    sealed(name, plain, previous, rule).unwrap_or_else(|problems| panic!("{}", lines(&problems)))
}

fn opened(name: &str, content: &[u8]) -> String {
    let clear = decrypt(&File::new(name, content), &[identity()])
        .unwrap_or_else(|problems| panic!("{}", lines(&problems)));
    assert!(clear.notes.is_empty(), "{}", lines(&clear.notes));
    String::from_utf8(clear.content.to_vec()).expect("text")
}

/// Problems as one line each.
fn lines(problems: &Diagnostics) -> String {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// A file as people see it, with stable digits.
fn shown(name: &str, content: &[u8]) -> String {
    let text = secrets::redact(&File::new(name, content)).expect("readable");
    let text = String::from_utf8(text).expect("text");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("<encrypted ") {
        let end = rest[at..].find('>').expect("an end") + at;
        let kind = rest[at..end].split(' ').nth(1).expect("a type");
        out.push_str(&rest[..at]);
        out.push_str(&format!("<{kind}>"));
        rest = &rest[end + 1..];
    }
    out + rest
}

/// The lines of two texts that differ, as `-` and `+`.
fn difference(old: &[u8], new: &[u8]) -> String {
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let short = |line: &str| {
        line.split("ENC[")
            .next()
            .unwrap_or_default()
            .trim_end()
            .to_owned()
    };
    let mut out = String::new();
    for change in similar::TextDiff::from_lines(old.as_ref(), new.as_ref()).iter_all_changes() {
        if change.tag() != similar::ChangeTag::Equal {
            out.push_str(&format!("{}{}\n", change.tag(), short(change.value())));
        }
    }
    out
}
