//! What must hold of anything that this project encrypted itself.

use std::collections::BTreeSet;

use secrets::{
    Change, File, Format, Request, Rule, Step, Value, decrypt, encrypt, exposed, redact, rotate,
    set, status, unset, values,
};
use serde_json::json;

use crate::{identities, name, now, read, rules, said};

/// Encrypts a file, over a previous one if there is one; `None` if it was refused.
pub fn good(
    format: Format,
    plaintext: &[u8],
    previous: Option<&[u8]>,
    rule: &Rule,
) -> Option<(Vec<u8>, Change)> {
    let outcome = encrypt(&Request {
        plaintext: File::new(name(format), plaintext),
        previous: previous.map(|content| File::new(name(format), content)),
        rule,
        identities: identities(),
        now: now(i64::from(previous.is_some())),
    });
    match outcome {
        Ok(made) => Some((made.content, made.change)),
        Err(problems) => {
            said(&problems);
            None
        }
    }
}

/// Takes the input for a plaintext. What can be encrypted can be decrypted again, and both the
/// plaintext and what came back are, for the encrypted file, nothing new.
pub fn there_and_back(format: Format, plaintext: &[u8], seed: u64) {
    let rule = pick(rules(), seed);
    let Some((made, _)) = good(format, plaintext, None, rule) else {
        return;
    };
    let file = File::new(name(format), &made);
    read(format, &made);
    assert!(status(&file).expect("readable").is_some());
    assert!(exposed(&file, rule).expect("readable").is_empty());
    redact(&file).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let clear = decrypt(&file, identities()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    // A comment that looks like a token stays as it is, with a word about it.
    let tokens = plaintext.windows(4).any(|part| part == b"ENC[");
    assert!(tokens || clear.notes.is_empty(), "{:#?}", clear.notes);
    if format == Format::Binary {
        assert_eq!(*clear.content, plaintext);
    }
    for again in [plaintext, &clear.content] {
        let (content, change) = good(format, again, Some(&made), rule).expect("as before");
        assert_eq!(change, Change::Unchanged);
        assert_eq!(content, made);
    }
    match seed >> 8 & 3 {
        0 => rotated(format, &made),
        1 => edited(format, &made, seed >> 16),
        2 => {
            let other = pick(rules(), seed >> 16);
            if let Some((content, _)) = good(format, plaintext, Some(&made), other) {
                same_values(format, &made, &content);
            }
        }
        _ => {}
    }
}

fn rotated(format: Format, made: &[u8]) {
    match rotate(&File::new(name(format), made), identities(), now(2)) {
        Ok(new) => same_values(format, made, &new.content),
        Err(problems) => said(&problems),
    }
}

fn same_values(format: Format, old: &[u8], new: &[u8]) {
    let of = |content| {
        values(&File::new(name(format), content), identities())
            .unwrap_or_else(|problems| panic!("{problems:#?}"))
    };
    let (old, new) = (of(old), of(new));
    assert_eq!(old.len(), new.len());
    for ((old_path, old), (new_path, new)) in old.iter().zip(&new) {
        assert_eq!(old_path, new_path);
        assert!(old == new, "{old_path}");
    }
}

/// Sets one value, or takes one out: every other one stays.
fn edited(format: Format, made: &[u8], seed: u64) {
    let file = File::new(name(format), made);
    let old = values(&file, identities()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let paths: BTreeSet<_> = old.iter().map(|(path, _)| path).collect();
    // JSON and ini may have a key twice.
    if old.is_empty() || paths.len() < old.len() {
        return;
    }
    let (path, _) = pick(&old, seed >> 1);
    let taking_out = seed & 1 == 1;
    let outcome = if taking_out {
        unset(&file, path, identities(), now(3))
    } else {
        set(&file, path, &json!("set"), None, identities(), now(3))
    };
    let content = match outcome {
        Ok(new) => new.content,
        Err(problems) => return said(&problems),
    };
    let new = values(&File::new(name(format), &content), identities())
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    if !taking_out {
        let found = new.iter().find(|(at, _)| at == path);
        let (_, value) = found.expect("what was set");
        assert!(*value == Value::text("set"), "{path}");
        assert_eq!(old.len(), new.len(), "{path}");
    }
    // Items of the same list move up when one is taken out, and aliases follow their anchor.
    let lists = |steps: &[Step]| steps.iter().any(|step| matches!(step, Step::Index(_)));
    for (at, value) in old.iter().filter(|(at, _)| at != path && !lists(&at.steps)) {
        if let Some((_, now)) = new.iter().find(|(path, _)| path == at) {
            assert!(now == value, "{at} changed with {path}");
        } else {
            assert!(taking_out, "{at} went with {path}");
        }
    }
}

fn pick<T>(items: &[T], seed: u64) -> &T {
    &items[usize::try_from(seed % items.len() as u64).unwrap_or(0)]
}
