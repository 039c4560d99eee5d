//! Bytes that are no text.

use yaml::{Limits, decode};

fn shown(bytes: &[u8]) -> String {
    match decode("a.yaml", bytes, &Limits::default()) {
        Ok(source) => format!("text {:?}", source.text()),
        Err(problem) => format!(
            "{problem} ({})",
            problem.hint.as_deref().unwrap_or("no hint")
        ),
    }
}

#[test]
fn bytes_are_text_or_named() {
    insta::assert_snapshot!(shown(b"a: 1\r\n"), @r#"text "a: 1\r\n""#);
    insta::assert_snapshot!(shown(b"\xef\xbb\xbfa"), @r#"text "\u{feff}a""#);
    insta::assert_snapshot!(shown(b""), @r#"text """#);
    insta::assert_snapshot!(
        shown("a: ü\nb: x".as_bytes().split_last().expect("not empty").1),
        @r#"text "a: ü\nb: ""#
    );
    insta::assert_snapshot!(
        shown(b"name: x\ncity: M\xfcnchen\n"),
        @"a.yaml:2:8: error[file/not-utf8]: the byte at offset 15 is not UTF-8 (save the file as UTF-8)"
    );
    insta::assert_snapshot!(
        shown(b"\xc3\xbc\xc3"),
        @"a.yaml:1:2: error[file/not-utf8]: the byte at offset 2 is not UTF-8 (save the file as UTF-8)"
    );
    for bytes in [&b"\xff\xfea\0"[..], b"\xfe\xff\0a", b"a\0:\0", b"\0a\0:"] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(
                shown(bytes),
                @"a.yaml: error[file/not-utf8]: the file is UTF-16 (save it as UTF-8)"
            );
        }
    }
    for bytes in [
        &b"\xff\xfe\0\0a\0\0\0"[..],
        b"\0\0\xfe\xff",
        b"a\0\0\0",
        b"\0\0\0a",
    ] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(
                shown(bytes),
                @"a.yaml: error[file/not-utf8]: the file is UTF-32 (save it as UTF-8)"
            );
        }
    }
}
