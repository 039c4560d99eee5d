//! What openssl said, kept.

use std::path::PathBuf;

use talos::certificates::KeyPair;

use crate::openssl::pem;

fn path(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    folder.join("tests/vectors/openssl").join(name)
}

/// The certificate that openssl looked at, with what it said about it below.
fn content(pair: &KeyPair, words: &str) -> String {
    format!("{}\n{words}", pem(pair.certificate.expose()))
}

/// What openssl says now is what it said then.
pub(crate) fn compare_or_record(name: &str, pair: &KeyPair, words: &str) {
    let path = path(&format!("{name}.txt"));
    let content = content(pair, words);
    if std::env::var_os("ICHOR_OPENSSL_RECORD").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, &content).expect("written");
    }
    let frozen = std::fs::read_to_string(&path).expect("recorded");
    assert_eq!(frozen, content, "{name}");
}

/// The same certificate is made today as the one that openssl looked at.
pub(crate) fn is_the_same(name: &str, pair: &KeyPair) {
    let frozen = std::fs::read_to_string(path(&format!("{name}.txt"))).expect("recorded");
    let (certificate, words) = frozen.split_once("\n\n").expect("both");
    assert_eq!(
        certificate,
        pem(pair.certificate.expose()).trim_end(),
        "{name}"
    );
    let organization = match name {
        "aggregator" => "",
        "os" => " O = talos",
        "admin" => " O = os:admin",
        other => &format!(" O = {other}"),
    };
    let subject = format!("        Subject:{organization}");
    assert!(
        words.lines().any(|line| line.trim_end() == subject),
        "{words}"
    );
}
