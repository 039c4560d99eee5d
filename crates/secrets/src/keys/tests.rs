//! Key files, and age's own test vectors.

use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

use age::armor::ArmoredReader;
use diagnostics::Source;
use sha2::{Digest, Sha256};

use super::{Identity, Recipient, parse_identity_file, parse_identity_list, shown, unwrap, wrap};

fn problems(text: &str) -> String {
    let source = Source::new("age.key", text);
    let problems = parse_identity_file(&source).expect_err("the file is wrong on purpose");
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn every_bad_line_is_named_and_none_is_shown() {
    let mut damaged = Identity::generate().expose().to_string();
    damaged.pop();
    let text = format!("# a comment\n\nhello\n{damaged}\nAGE-SECRET-KEY-PQ-1QQ\n");
    insta::assert_snapshot!(problems(&text), @r"
    age.key:3:1: error[keys/no-age-identity]: this line is not an age identity
    age.key:4:1: error[keys/damaged-age-identity]: this age identity is damaged: its checksum does not match
    age.key:5:1: error[keys/damaged-age-identity]: this age identity is damaged: its checksum does not match
    ");
    let source = Source::new("age.key", text.as_str());
    let shown = format!(
        "{:?}",
        parse_identity_file(&source).expect_err("it is wrong")
    );
    assert!(!shown.contains(&damaged) && !shown.contains("hello"));
}

#[test]
fn plugins_are_a_matter_of_the_build() {
    let found = problems("AGE-PLUGIN-YUBIKEY-1QQ\n");
    let expected = if cfg!(feature = "plugin") {
        "keys/damaged-age-identity"
    } else {
        "keys/plugin-not-built-in"
    };
    assert!(found.contains(expected), "{found}");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_key() {
    let key = Identity::generate();
    let text = format!("\u{feff}{}", key.to_file("2026-01-02T03:04:05Z").as_str());
    let bare = format!("\u{feff}{}\r\n", key.expose().as_str());
    for text in [text, bare] {
        let read = parse_identity_file(&Source::new("age.key", text)).expect("an identity");
        assert_eq!(read[0].recipient(), key.recipient());
    }
    insta::assert_snapshot!(problems("\u{feff}-----BEGIN AGE ENCRYPTED FILE-----\n"), @"age.key: error[keys/passphrase-protected]: the key file is itself encrypted");
    insta::assert_snapshot!(problems("\u{feff}hello\n"), @"age.key:1:2: error[keys/no-age-identity]: this line is not an age identity");
}

#[test]
fn an_empty_or_encrypted_file_is_a_problem() {
    insta::assert_snapshot!(problems("# nothing\n"), @"age.key: error[keys/no-age-identity]: the file holds no age identity");
    insta::assert_snapshot!(problems("-----BEGIN AGE ENCRYPTED FILE-----\n"), @"age.key: error[keys/passphrase-protected]: the key file is itself encrypted");
}

#[test]
fn identities_are_printed_as_they_are_read_and_debug_shows_the_public_key_only() {
    for identity in [Identity::generate(), Identity::generate_post_quantum()] {
        let file = identity.to_file("2026-01-02T03:04:05Z");
        let read =
            parse_identity_file(&Source::new("age.key", file.as_str())).expect("just written");
        assert_eq!(read[0].recipient(), identity.recipient());
        assert_eq!(read[0].expose(), identity.expose());
        let shown = format!("{identity:?}");
        assert!(shown.contains(&identity.recipient()));
        assert!(!shown.contains("SECRET"));
        let recipient: Recipient = identity.recipient().parse().expect("its own");
        let armored = wrap(&recipient, b"data key").expect("wrapped");
        assert!(armored.ends_with("-----END AGE ENCRYPTED FILE-----\n"));
        let opened = unwrap([&Identity::generate(), &identity], &armored).expect("its own");
        assert_eq!(opened.as_slice(), b"data key");
    }
}

#[test]
fn several_identities_may_stand_on_a_line_of_the_variable() {
    let text = format!(
        "{} {}",
        Identity::generate().expose().as_str(),
        Identity::generate_post_quantum().expose().as_str()
    );
    let source = Source::new("SOPS_AGE_KEY", text.as_str());
    assert_eq!(parse_identity_list(&source).expect("two").len(), 2);
}

#[cfg(not(any(feature = "ssh", feature = "plugin")))]
#[test]
fn recipients_that_cannot_be_used_say_why() {
    use super::RecipientError;

    let read = |text: &str| text.parse::<Recipient>().map(|_| ());
    let classic = Identity::generate().recipient();
    let hybrid = Identity::generate_post_quantum().recipient();
    assert_eq!(read(&format!(" {classic} ")), Ok(()));
    assert_eq!(read(&hybrid), Ok(()));
    assert_eq!(
        read(&classic[..classic.len() - 1]),
        Err(RecipientError::Damaged)
    );
    assert_eq!(
        read(&hybrid[..hybrid.len() - 1]),
        Err(RecipientError::Damaged)
    );
    assert_eq!(
        read(Identity::generate().expose().as_str()),
        Err(RecipientError::IsPrivate)
    );
    assert_eq!(read("hello"), Err(RecipientError::Unknown));
    assert_eq!(read("ssh-ed25519 A-A"), Err(RecipientError::Damaged));
    assert_eq!(read("ssh-ed25519"), Err(RecipientError::Damaged));
}

#[cfg(not(any(feature = "ssh", feature = "plugin")))]
#[test]
fn recipients_of_other_kinds_are_known_and_nothing_is_encrypted_to_them() {
    for (text, lacks) in [
        ("age1yubikey1qqq", "age plugins"),
        ("ssh-ed25519 AAAA somebody@example", "SSH keys"),
    ] {
        let recipient: Recipient = text.parse().expect("a recipient");
        assert_eq!(recipient.lacks(), Some(lacks));
        assert_eq!(recipient.as_str(), text);
        assert!(wrap(&recipient, b"data key").is_none());
    }
}

#[test]
fn long_recipients_are_shown_by_their_ends() {
    let classic = Identity::generate().recipient();
    assert_eq!(shown(&classic), classic);
    let hybrid = Identity::generate_post_quantum().recipient();
    let short = shown(&hybrid);
    assert!(hybrid.len() > 1900 && short.len() < 60, "{short}");
    let (start, end) = short.split_once('…').expect("an ellipsis");
    assert!(hybrid.starts_with(start) && hybrid.ends_with(end));
}

/// What a vector of C2SP's CCTV asks for, and what came out.
fn run_vector(bytes: &[u8]) -> Option<(String, String)> {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n")?;
    let header = std::str::from_utf8(&bytes[..end]).expect("the header is text");
    let body = &bytes[end + 2..];
    let (mut expected, mut payload, mut identities, mut skip) =
        (String::new(), None, Vec::new(), false);
    for line in header.lines() {
        match line.split_once(": ").expect("key: value") {
            ("expect", value) => value.clone_into(&mut expected),
            ("payload", value) => payload = Some(value.to_owned()),
            ("identity", value) => identities.push(value.to_owned()),
            // Passphrases and compression are not what this crate is for.
            ("passphrase" | "compressed", _) => skip = true,
            _ => {}
        }
    }
    if skip {
        return None;
    }
    let source = Source::new("vector", identities.join("\n"));
    let identities = if identities.is_empty() {
        Vec::new()
    } else {
        parse_identity_file(&source).expect("the vector's identities")
    };
    let outcome = decrypt(&identities, body);
    let outcome = match outcome {
        Ok(hash) if Some(&hash) == payload.as_ref() => "success".to_owned(),
        Ok(_) => "wrong payload".to_owned(),
        Err(error) => error,
    };
    Some((expected, outcome))
}

/// All identities at once, as `age` borrows them: a decryptor can be used only once.
fn nested<'a>(
    rest: &'a [Identity],
    got: &mut Vec<&'a dyn age::Identity>,
    work: &mut dyn FnMut(&[&dyn age::Identity]),
) {
    match rest.split_first() {
        None => work(got),
        Some((first, rest)) => {
            first.with_age(|identity| {
                let mut all: Vec<&dyn age::Identity> = got.clone();
                all.push(identity);
                nested(rest, &mut all, work);
            });
        }
    }
}

fn decrypt(identities: &[Identity], body: &[u8]) -> Result<String, String> {
    let decryptor = age::Decryptor::new(ArmoredReader::new(body)).map_err(|_| "failure")?;
    let mut decryptor = Some(decryptor);
    let mut outcome = Err("no match".to_owned());
    nested(identities, &mut Vec::new(), &mut |all| {
        let Some(decryptor) = decryptor.take() else {
            return;
        };
        outcome = match decryptor.decrypt(all.iter().copied()) {
            Err(age::DecryptError::NoMatchingKeys) => Err("no match".to_owned()),
            Err(_) => Err("failure".to_owned()),
            Ok(mut reader) => {
                let mut out = Vec::new();
                reader
                    .read_to_end(&mut out)
                    .map_err(|_| "failure".to_owned())
                    .map(|_| {
                        Sha256::digest(&out)
                            .iter()
                            .fold(String::new(), |mut text, byte| {
                                write!(text, "{byte:02x}").expect("to a string");
                                text
                            })
                    })
            }
        };
    });
    outcome
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the vectors are files")]
fn the_vectors_of_cctv_behave_as_specified() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/age");
    let mut report = String::new();
    let (mut run, mut hybrid) = (0, 0);
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("the vectors")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_none())
        .collect();
    names.sort();
    for path in names {
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let Some((expected, got)) = run_vector(&std::fs::read(&path).expect("readable")) else {
            continue;
        };
        run += 1;
        hybrid += usize::from(name.contains("hybrid"));
        // The age crate does not tell its kinds of failure apart.
        let same = expected == got || (expected.ends_with("failure") && got == "failure");
        if !same {
            writeln!(report, "{name}: expected {expected}, got {got}").expect("to a string");
        }
    }
    writeln!(report, "{run} vectors, {hybrid} of them hybrid").expect("to a string");
    insta::assert_snapshot!(report);
}
