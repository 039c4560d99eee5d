//! Archives as registries hold them.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

/// A gzipped tar of files by path.
pub fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        let added = builder.append_data(&mut header, path, text.as_bytes());
        added.expect("it is in memory");
    }
    let tar = builder.into_inner().expect("it is in memory");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&tar).expect("it is in memory");
    gzip.finish().expect("it is in memory")
}

/// The SHA-256 of some bytes, as registries write it: `sha256:…`.
pub fn digest(bytes: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").expect("a text takes anything");
    }
    text
}
