//! What this crate costs beside the cryptography that it cannot do without:
//! `cargo run --release -p secrets --example cost -- WHAT FILE…`, where WHAT is
//!
//! - `wrap`, `unwrap`: the bound: one age file a document, AES-256-GCM over its values, SHA-512;
//! - `encrypt`, `decrypt`: this crate on the same documents;
//! - `quiet`: `encrypt` over what is encrypted already and has not changed.
//!
//! Every FILE is a YAML document in the clear. All cores work; the seconds are printed.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "it measures"
)]

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::time::Instant;

use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::{AesGcm, aes::Aes256};
use secrets::{File, GoRegex, Identity, Request, Rule, Selector, Timestamp, decrypt, encrypt};
use sha2::Digest as _;
use typenum::U32;

const NAME: &str = "secret.sops.yaml";

struct Document {
    clear: Vec<u8>,
    /// The values that are encrypted.
    values: Vec<Vec<u8>>,
    sealed: Vec<u8>,
    wrapped: Vec<u8>,
    tokens: Vec<Vec<u8>>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().ok_or("say what to measure")?;
    let identity = Identity::generate();
    let key = age::x25519::Identity::generate();
    let rule = rule(&identity)?;
    let mut documents = Vec::new();
    for path in arguments {
        documents.push(prepare(std::fs::read(path)?, &identity, &key, &rule)?);
    }
    let work = |document: &Document| match what.as_str() {
        "wrap" => drop(black_box(bound_wrap(document, &key))),
        "unwrap" => drop(black_box(bound_unwrap(document, &key))),
        "encrypt" => drop(black_box(sealed(&document.clear, None, &rule, &identity))),
        "quiet" => {
            let previous = Some(document.sealed.as_slice());
            let again = sealed(&document.clear, previous, &rule, &identity);
            assert!(
                again.is_ok_and(|again| again == document.sealed),
                "it changed"
            );
        }
        _ => {
            let file = File::new(NAME, &document.sealed);
            drop(black_box(decrypt(&file, std::slice::from_ref(&identity))));
        }
    };
    let cores = std::thread::available_parallelism()?.get();
    let share = documents.len().div_ceil(cores).max(1);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for part in documents.chunks(share) {
            scope.spawn(|| part.iter().for_each(&work));
        }
    });
    println!("{}", start.elapsed().as_secs_f64());
    Ok(())
}

fn rule(identity: &Identity) -> Result<Rule, Box<dyn std::error::Error>> {
    let mut rule = Rule::for_recipients([identity.recipient().parse().map_err(|_| "its own")?]);
    let regex = GoRegex::new("^(data|stringData)$").map_err(|error| error.0)?;
    rule.selector = Some(Selector::EncryptedRegex(regex));
    rule.mac_only_encrypted = true;
    Ok(rule)
}

fn sealed(
    clear: &[u8],
    previous: Option<&[u8]>,
    rule: &Rule,
    identity: &Identity,
) -> Result<Vec<u8>, diagnostics::Diagnostics> {
    encrypt(&Request {
        plaintext: File::new(NAME, clear),
        previous: previous.map(|content| File::new(NAME, content)),
        rule,
        identities: std::slice::from_ref(identity),
        now: Timestamp::from_unix_seconds(1_767_323_045),
    })
    .map(|sealed| sealed.content)
}

fn prepare(
    clear: Vec<u8>,
    identity: &Identity,
    key: &age::x25519::Identity,
    rule: &Rule,
) -> Result<Document, Box<dyn std::error::Error>> {
    let sealed = sealed(&clear, None, rule, identity).map_err(|_| "not a document")?;
    let values = secrets::values(&File::new(NAME, &sealed), std::slice::from_ref(identity))
        .map_err(|_| "its own")?;
    let values = values
        .into_iter()
        .filter(|(path, _)| path.keys().any(|key| key == "data" || key == "stringData"))
        .map(|(_, value)| value.as_bytes().to_vec())
        .collect();
    let mut document = Document {
        clear,
        values,
        sealed,
        wrapped: Vec::new(),
        tokens: Vec::new(),
    };
    (document.wrapped, document.tokens) = bound_wrap(&document, key)?;
    Ok(document)
}

type Wrapped = (Vec<u8>, Vec<Vec<u8>>);

/// One armored age file of 32 bytes, and every value under another nonce.
fn bound_wrap(document: &Document, key: &age::x25519::Identity) -> Result<Wrapped, &'static str> {
    let data_key = [7; 32];
    let recipient = key.to_public();
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as _))
        .map_err(|_| "a recipient")?;
    let armored =
        age::armor::ArmoredWriter::wrap_output(Vec::new(), age::armor::Format::AsciiArmor);
    let mut writer = armored
        .and_then(|armored| encryptor.wrap_output(armored))
        .map_err(|_| "memory")?;
    writer.write_all(&data_key).map_err(|_| "memory")?;
    let wrapped = writer.finish().and_then(age::armor::ArmoredWriter::finish);
    let cipher = AesGcm::<Aes256, U32>::new(&data_key.into());
    let mut hash = sha2::Sha512::new();
    let mut tokens = Vec::with_capacity(document.values.len());
    for value in &document.values {
        let mut nonce = [0; 32];
        getrandom::fill(&mut nonce).map_err(|_| "no random numbers")?;
        hash.update(value);
        let mut token = nonce.to_vec();
        token.extend(
            cipher
                .encrypt(&nonce.into(), value.as_slice())
                .map_err(|_| "too long")?,
        );
        tokens.push(token);
    }
    // The MAC is one more value.
    let mac = hash.finalize();
    black_box(
        cipher
            .encrypt(&[1; 32].into(), mac.as_slice())
            .map_err(|_| "too long")?,
    );
    Ok((wrapped.map_err(|_| "memory")?, tokens))
}

fn bound_unwrap(document: &Document, key: &age::x25519::Identity) -> Result<(), &'static str> {
    let armored = age::armor::ArmoredReader::new(document.wrapped.as_slice());
    let decryptor = age::Decryptor::new_buffered(armored).map_err(|_| "its own")?;
    let mut reader = decryptor
        .decrypt(std::iter::once(key as &dyn age::Identity))
        .map_err(|_| "its own")?;
    let mut data_key = Vec::new();
    reader.read_to_end(&mut data_key).map_err(|_| "its own")?;
    let data_key: [u8; 32] = data_key.try_into().map_err(|_| "32 bytes")?;
    let cipher = AesGcm::<Aes256, U32>::new(&data_key.into());
    let mut hash = sha2::Sha512::new();
    for token in &document.tokens {
        let (nonce, sealed) = token.split_at(32);
        let nonce: [u8; 32] = nonce.try_into().map_err(|_| "32 bytes")?;
        hash.update(
            cipher
                .decrypt(&nonce.into(), sealed)
                .map_err(|_| "its own")?,
        );
    }
    black_box(hash.finalize());
    Ok(())
}
