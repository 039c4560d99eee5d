//! Texts as Go has them: bytes that need not be UTF-8, since a substring may cut a character.

/// The first character and its length in bytes; what is no UTF-8 is one byte of U+FFFD.
pub(super) fn first(text: &[u8]) -> (char, usize) {
    let longest = text.get(..text.len().min(4)).unwrap_or(text);
    let valid = match std::str::from_utf8(longest) {
        Ok(valid) => valid,
        Err(error) => longest
            .get(..error.valid_up_to())
            .and_then(|valid| std::str::from_utf8(valid).ok())
            .unwrap_or_default(),
    };
    match valid.chars().next() {
        Some(letter) => (letter, letter.len_utf8()),
        None => (char::REPLACEMENT_CHARACTER, usize::from(!text.is_empty())),
    }
}

/// A text backwards, character by character.
pub(super) fn reversed(text: &[u8]) -> Vec<u8> {
    let mut letters = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (letter, length) = first(rest);
        letters.push(letter);
        rest = rest.get(length..).unwrap_or_default();
    }
    letters.iter().rev().collect::<String>().into_bytes()
}

/// A text with another in the place of every occurrence of a third, or of the first only. The
/// empty text occurs before every character and at the end. None: it would be longer than a
/// limit.
pub(super) fn replaced(
    text: &[u8],
    old: &[u8],
    new: &[u8],
    all: bool,
    limit: usize,
) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    let finder = memchr::memmem::Finder::new(old);
    let mut first_time = true;
    while first_time || all {
        let at = if old.is_empty() {
            // Before the first character; then behind each.
            let length = if first_time { 0 } else { first(rest).1 };
            (first_time || !rest.is_empty()).then_some(length)
        } else {
            finder.find(rest)
        };
        let Some(at) = at else { break };
        first_time = false;
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        out.extend_from_slice(new);
        if out.len() > limit {
            return None;
        }
        rest = rest.get(at + old.len()..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Some(out)
}

/// A text in upper case, one character for one as Go has it.
pub(super) fn upper(letter: char) -> char {
    let mut all = letter.to_uppercase();
    match (all.next(), all.next()) {
        (Some(upper), None) => upper,
        // Of those that become several letters only these have a single one as well.
        _ => match u32::from(letter) {
            code @ (0x1F80..=0x1F87 | 0x1F90..=0x1F97 | 0x1FA0..=0x1FA7) => {
                char::from_u32(code + 8).unwrap_or(letter)
            }
            code @ (0x1FB3 | 0x1FC3 | 0x1FF3) => char::from_u32(code + 9).unwrap_or(letter),
            _ => letter,
        },
    }
}

/// As [`upper`], in lower case.
pub(super) fn lower(letter: char) -> char {
    // The only one that becomes several, and has a single one as well, is the dotted I.
    letter.to_lowercase().next().unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::{first, replaced, reversed};

    #[test]
    fn what_is_no_text_is_taken_byte_by_byte() {
        assert_eq!(first("é".as_bytes()), ('é', 2));
        assert_eq!(first(b"\xC3"), ('\u{FFFD}', 1));
        assert_eq!(first(b""), ('\u{FFFD}', 0));
        assert_eq!(reversed(b"a\xC3b"), "b\u{FFFD}a".as_bytes());
    }

    #[test]
    fn the_empty_text_is_everywhere() {
        let all = |all| replaced("aé".as_bytes(), b"", b"-", all, 99);
        assert_eq!(all(true), Some("-a-é-".into()));
        assert_eq!(all(false), Some("-aé".into()));
        assert_eq!(replaced(b"", b"", b"-", true, 99), Some(b"-".to_vec()));
        assert_eq!(replaced(b"aaa", b"a", b"bb", true, 3), None);
    }
}
