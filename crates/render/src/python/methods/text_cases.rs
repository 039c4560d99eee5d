//! Letters' case, and questions about characters.

/// `upper`, `lower` and the like.
pub(super) fn convert(text: &str, name: &str) -> Option<String> {
    Some(match name {
        "upper" => text.to_uppercase(),
        "lower" => text.to_lowercase(),
        "casefold" => casefold(text),
        "capitalize" => capitalize(text),
        "title" => title(text),
        "swapcase" => text
            .chars()
            .flat_map(|character| -> Box<dyn Iterator<Item = char>> {
                if character.is_uppercase() {
                    Box::new(character.to_lowercase())
                } else {
                    Box::new(character.to_uppercase())
                }
            })
            .collect(),
        _ => return None,
    })
}

/// The first letter upper, the rest lower case.
pub(crate) fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return String::new();
    };
    let mut out = String::with_capacity(text.len());
    push_title(&mut out, first);
    out.push_str(&characters.as_str().to_lowercase());
    out
}

/// The title case of a character: of what becomes several letters, only the first is large.
fn push_title(out: &mut String, character: char) {
    match character {
        '\u{1c4}'..='\u{1c6}' => out.push('\u{1c5}'),
        '\u{1c7}'..='\u{1c9}' => out.push('\u{1c8}'),
        '\u{1ca}'..='\u{1cc}' => out.push('\u{1cb}'),
        '\u{1f1}'..='\u{1f3}' => out.push('\u{1f2}'),
        _ => {
            let mut upper = character.to_uppercase();
            out.extend(upper.next());
            for more in upper {
                out.extend(more.to_lowercase());
            }
        }
    }
}

/// For comparing without case.
pub(crate) fn casefold(text: &str) -> String {
    text.to_lowercase().replace('ß', "ss").replace('ς', "σ")
}

/// `isdigit` and the like.
pub(super) fn ask(text: &str, name: &str) -> Option<bool> {
    let all = |test: fn(char) -> bool| !text.is_empty() && text.chars().all(test);
    Some(match name {
        "isalnum" => all(char::is_alphanumeric),
        "isalpha" => all(char::is_alphabetic),
        "isascii" => text.is_ascii(),
        "isdecimal" | "isdigit" => all(|c| c.is_ascii_digit() || is_other_digit(c)),
        "isnumeric" => all(char::is_numeric),
        "isspace" => all(crate::syntax::is_space),
        "isprintable" => text.chars().all(crate::python::quote::is_printable),
        "islower" => has_case(text, char::is_lowercase, char::is_uppercase),
        "isupper" => has_case(text, char::is_uppercase, char::is_lowercase),
        "istitle" => is_title(text),
        "isidentifier" => {
            text.chars()
                .next()
                .is_some_and(|c| c == '_' || c.is_alphabetic())
                && text.chars().all(|c| c == '_' || c.is_alphanumeric())
        }
        _ => return None,
    })
}

fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for character in text.chars() {
        if inside {
            out.extend(character.to_lowercase());
        } else {
            push_title(&mut out, character);
        }
        inside = character.is_alphabetic();
    }
    out
}

fn has_case(text: &str, wanted: fn(char) -> bool, unwanted: fn(char) -> bool) -> bool {
    text.chars().any(wanted) && !text.chars().any(unwanted)
}

fn is_title(text: &str) -> bool {
    let (mut inside, mut found) = (false, false);
    for character in text.chars() {
        if character.is_uppercase() {
            if inside {
                return false;
            }
            (inside, found) = (true, true);
        } else if character.is_lowercase() {
            if !inside {
                return false;
            }
        } else {
            inside = false;
        }
    }
    found
}

/// Decimal digits of other scripts come in runs of ten, whose zeros these are.
fn is_other_digit(character: char) -> bool {
    const ZEROS: [u32; 8] = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xe50, 0xed0, 0xff10];
    let code = u32::from(character);
    ZEROS.iter().any(|&zero| (zero..zero + 10).contains(&code))
}
