//! The files of sops' own repository, which are under the Mozilla Public License and therefore
//! not kept here: `ICHOR_SOPS_SOURCE` names the folder of the Go module
//! `github.com/getsops/sops/v3`, as `cargo xtask oracles` does it.

#![expect(
    clippy::disallowed_methods,
    reason = "the files are in Go's module cache"
)]

use std::path::Path;

use zeroize::Zeroizing;

use super::open::{File, open_with, parse};

/// The files with the data keys that their published PGP key unwraps to.
const FILES: [(&str, &str); 13] = [
    (
        "example.yaml",
        "8c68886c50b5b72965a3cb99c5172e1d74a8aca27b39ee880b535d6907e59f68",
    ),
    (
        "example.json",
        "faf6a891866fac550ef548b4e5f6fbc98fccc6827cd943cc8d7539747f1d87bd",
    ),
    (
        "example.ini",
        "110e4d601e66ac7039e9ef32e6e8bb93fb1dbf833fb42003c93877ece3003575",
    ),
    (
        "example.txt",
        "67788979caa78ea7c5ae7adae47eb9161bfd15c94a2f3d88c708bcfa19a85dd7",
    ),
    (
        "functional-tests/res/comments.enc.yaml",
        "61bec946f5783fd4cea3d1b1ce407fce2b6e81fc301cc539c422015e27f6d1be",
    ),
    (
        "functional-tests/res/comments_unencrypted_comments.yaml",
        "70f645aec88418dff72ac2a7a5503209cf00beda80706e6e157fd94ae53885a0",
    ),
    (
        "functional-tests/res/format.enc.yaml",
        "af5e68dd342b72c6a0475f81a50da4fde898f4b7742c92cbcf1668211411f4e4",
    ),
    (
        "functional-tests/res/format.enc.json",
        "9f6aeda6383502c38f7dae6fbbb8cb6890582adb0335effa8952fe590d7a9596",
    ),
    (
        "functional-tests/res/format.enc.env",
        "322d9a97997823fb2bf42f55a6c26100cbaf0520cf88bb7ebee1cf47dd6d318d",
    ),
    (
        "functional-tests/res/format.enc.ini",
        "ce46fd76883106d55913ff2207e160bbeac65a71d6e1cf84c510614bed6f8ccd",
    ),
    (
        "functional-tests/res/format-2.enc.ini",
        "200b251d35608cb3451d26d95d0f6c4580575d8f61d908b6d224fc488c65263f",
    ),
    (
        "functional-tests/res/multiple_keys.yaml",
        "1e1db61c6b93c001caa9ce34a9d68448eee8a3c69336697eab36bb92327ce786",
    ),
    (
        "functional-tests/res/no_mac.yaml",
        "87f9ee7ab041cfd1946fb50e6166b29858fcb4224ae3816186a129248558461f",
    ),
];

#[test]
fn the_files_of_sops_itself_decrypt() {
    let Some(folder) = std::env::var_os("ICHOR_SOPS_SOURCE") else {
        println!("skipped: ICHOR_SOPS_SOURCE does not name the source of sops");
        return;
    };
    for (name, key) in FILES {
        let content = std::fs::read(Path::new(&folder).join(name)).expect("a file of the module");
        let mut bytes = Zeroizing::new([0; 32]);
        for (position, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&key[2 * position..2 * position + 2], 16).expect("a digit");
        }
        let (document, metadata) = parse(&File::new(name, &content))
            .unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        let opened = open_with(document, metadata, bytes, false);
        let rule = opened
            .as_ref()
            .err()
            .and_then(|problems| problems.iter().next())
            .map(|problem| problem.rule.to_string());
        let expected = name
            .ends_with("no_mac.yaml")
            .then(|| "sops/no-mac".to_owned());
        assert_eq!(rule, expected, "{name}");
        if let Ok(opened) = opened {
            assert!(opened.notes.is_empty(), "{name}: {:?}", opened.notes);
            assert!(opened.plaintext().is_ok(), "{name}");
        }
    }
    println!("{} files of sops itself", FILES.len());
}
