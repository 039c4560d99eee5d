//! The syntax of names, as `k8s.io/apimachinery/pkg/util/validation` has it.

/// A kind of name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// Lower-case letters, digits, `-` and `.`, at most 253.
    Subdomain,
    /// Lower-case letters, digits and `-`, at most 63.
    Label,
    /// What may stand in a path: no `/`, no `%`.
    Segment,
    /// The name of a port: at most 15 characters, a letter among them.
    Port,
}

impl Name {
    /// What it takes, as a clause after "is not"; none where the text is one.
    pub(super) fn wrong(self, text: &str) -> Option<&'static str> {
        let fine = match self {
            Self::Subdomain => is_subdomain(text),
            Self::Label => is_label(text),
            Self::Segment => !matches!(text, "" | "." | "..") && !text.contains(['/', '%']),
            Self::Port => is_port_name(text),
        };
        (!fine).then_some(match self {
            Self::Subdomain => {
                "a name of lower-case letters, digits, `-` and `.` (at most 253 characters, a letter or digit first and last)"
            }
            Self::Label => {
                "a name of lower-case letters, digits and `-` (at most 63 characters, a letter or digit first and last)"
            }
            Self::Segment => "a name without `/` and `%`",
            Self::Port => {
                "the name of a port: at most 15 lower-case letters, digits and single `-`, a letter among them"
            }
        })
    }
}

fn is_word(text: &str, inner: impl Fn(u8) -> bool) -> bool {
    let outer = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().copied().is_some_and(outer)
        && bytes.last().copied().is_some_and(outer)
        && bytes.iter().all(|byte| outer(*byte) || inner(*byte))
}

/// RFC 1123: `a-1`.
pub(super) fn is_label(text: &str) -> bool {
    text.len() <= 63 && is_word(text, |byte| byte == b'-')
}

/// RFC 1123: `a-1.b`.
pub(super) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253
        && text
            .split('.')
            .all(|part| is_word(part, |byte| byte == b'-'))
}

/// RFC 6335.
fn is_port_name(text: &str) -> bool {
    text.len() <= 15
        && is_word(text, |byte| byte == b'-')
        && !text.contains("--")
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Letters, digits, `-`, `_` and `.`, a letter or digit first and last.
fn is_qualified_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    let outer = |byte: &u8| byte.is_ascii_alphanumeric();
    bytes.first().is_some_and(outer) && bytes.last().is_some_and(outer) && { bytes.iter() }
        .all(|byte| outer(byte) || matches!(byte, b'-' | b'_' | b'.'))
}

/// The key of a label or an annotation: `example.com/name`.
pub(super) fn is_qualified_name(text: &str) -> bool {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    prefix.is_none_or(is_subdomain) && name.len() <= 63 && is_qualified_part(name)
}

/// The value of a label.
pub(super) fn is_label_value(text: &str) -> bool {
    text.is_empty() || text.len() <= 63 && is_qualified_part(text)
}

/// A key of a `ConfigMap` or a Secret.
pub(super) fn is_config_key(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(plain)
        && text != "."
        && !text.starts_with("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_server() {
        assert!(is_subdomain("a.b-c.1") && is_label("a-1") && is_qualified_name("a.b/C_d.e"));
        for bad in ["", "A", "a_b", "-a", "a-", "a..b", "a.-b"] {
            assert!(!is_subdomain(bad), "{bad}");
        }
        for bad in ["", "/a", "a/", "A_b/c", "a/b/c", ".a"] {
            assert!(!is_qualified_name(bad), "{bad}");
        }
        assert!(Name::Port.wrong("http-1").is_none());
        for bad in ["a--b", "80", "averyveryverylong", "Http"] {
            assert!(Name::Port.wrong(bad).is_some(), "{bad}");
        }
        assert!(Name::Segment.wrong("system:a b").is_none());
        assert!(Name::Segment.wrong("a/b").is_some());
        assert!(is_config_key("a.b") && !is_config_key("a b") && !is_config_key(".."));
    }
}
