//! Bytes to text.

use diagnostics::{Diagnostic, Location, Source};

use crate::limits::{Limits, too_large};
use crate::rules;

/// The text of a file, or why it is none.
///
/// Strips nothing: a byte order mark stays, and [`parse`](crate::parse) reads over it.
///
/// # Errors
///
/// `file/too-large` beyond the limit of bytes, `file/not-utf8` with the place of the first
/// wrong byte, or with the name of the encoding where it is UTF-16 or UTF-32.
///
/// ```
/// let limits = yaml::Limits::default();
/// let problem = yaml::decode("a.yaml", b"a: 1\nb: \xff", &limits).err().expect("not UTF-8");
/// assert_eq!(
///     problem.to_string(),
///     "a.yaml:2:4: error[file/not-utf8]: the byte at offset 8 is not UTF-8",
/// );
/// ```
pub fn decode(name: &str, bytes: &[u8], limits: &Limits) -> Result<Source, Box<Diagnostic>> {
    if bytes.len() > limits.bytes {
        return Err(Box::new(too_large(name, bytes.len(), limits.bytes)));
    }
    if let Some(encoding) = wide_encoding(bytes) {
        let problem = rules::FILE_NOT_UTF8
            .report(format!("the file is {encoding}"))
            .at(Location::file(name))
            .hint("save it as UTF-8");
        return Err(Box::new(problem));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => Err(Box::new(not_utf8(name, bytes, error.valid_up_to()))),
    }
}

fn not_utf8(name: &str, bytes: &[u8], offset: usize) -> Diagnostic {
    let before = String::from_utf8_lossy(&bytes[..offset]);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default();
    rules::FILE_NOT_UTF8
        .report(format!("the byte at offset {offset} is not UTF-8"))
        .at(Location {
            file: name.to_owned(),
            line,
            column: column.chars().count() + 1,
            // Nobody knows yet which values of the file are secret.
            excerpt: None,
            range: Some(offset..offset + 1),
        })
        .hint("save the file as UTF-8")
}

/// Told by the byte order mark, or by a zero byte in a place where UTF-8 text has none.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [0, 0, 0, letter, ..] | [letter, 0, 0, 0, ..] if *letter != 0 => Some("UTF-32"),
        [0, letter, ..] | [letter, 0, ..] if *letter != 0 => Some("UTF-16"),
        _ => None,
    }
}
