//! Texts as the YAML library of Talos writes them, byte for byte: the id of a schematic is a
//! hash over them, and configurations differ from those of other tools in nothing but values.

use std::cmp::Ordering;

use yaml::{Dialect, Resolved, Scalar, Style};

/// A text as a scalar. A literal block has its lines at the column.
pub fn go_text(text: &str, indent: usize, column: usize) -> String {
    if is_plain_word(text) {
        return text.to_owned();
    }
    let quoted = if means_something_else(text) {
        return double(text);
    } else {
        is_old_truth_value(text) || is_base_60(text) || text == "<<"
    };
    let facts = Facts::of(text);
    if !quoted && text.contains('\n') {
        if facts.block {
            return literal(text, indent, column);
        }
        return double(text);
    }
    if !quoted && facts.plain {
        return text.to_owned();
    }
    if facts.single {
        return format!("'{}'", text.replace('\'', "''"));
    }
    double(text)
}

/// A text as go-yaml 2 writes it, as `sigs.k8s.io/yaml` and with it kustomize do: in double
/// quotes what YAML 1.1 takes for something else, and in several lines what is long. Further
/// lines start at the column; the first where `start` says, which is none for a key: that stays
/// on its line.
pub fn old_go_text(text: &str, column: usize, start: Option<usize>) -> String {
    let fold = |mark: &str, body: &str, quoted: bool| {
        let start = start.map(|start| start + mark.len());
        format!("{mark}{}{mark}", folded(body, column, start, quoted))
    };
    if is_plain_word(text) {
        return text.to_owned();
    }
    let escaped = || {
        let whole = double(text);
        let body = whole
            .strip_prefix('"')
            .and_then(|body| body.strip_suffix('"'));
        fold("\"", body.unwrap_or_default(), true)
    };
    let scalar = Scalar::new(text, Style::Plain);
    // `<<` and `=` mean something else only to those who read them as keys.
    if text != "<<"
        && (!matches!(scalar.read(Dialect::Kubernetes), Resolved::Text(_))
            || is_base_60(text)
            || means_something_else(text))
    {
        return escaped();
    }
    let facts = Facts::of(text);
    if text == "\n" {
        return "|2+\n".to_owned();
    }
    if text.contains('\n') {
        return if facts.block {
            literal(text, 2, column)
        } else {
            escaped()
        };
    }
    if facts.plain {
        fold("", text, false)
    } else if facts.single {
        fold("'", &text.replace('\'', "''"), false)
    } else {
        escaped()
    }
}

/// A text with line breaks in the place of single blanks beyond the 80th column. In double
/// quotes a break may stand before more blanks.
fn folded(body: &str, column: usize, start: Option<usize>, double: bool) -> String {
    const WIDTH: usize = 80;
    let Some(mut at) = start.filter(|start| start + body.len() > WIDTH) else {
        return body.to_owned();
    };
    let mut out = String::with_capacity(body.len() + body.len() / 16);
    let mut characters = body.chars().peekable();
    let mut blank = false;
    while let Some(one) = characters.next() {
        let next = characters.peek().copied();
        let breaks = one == ' '
            && !blank
            && at > WIDTH
            && !out.is_empty()
            && next.is_some()
            && (double || next != Some(' '));
        if breaks {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', column));
            at = column;
            if next == Some(' ') {
                out.push('\\');
                at += 1;
            }
        } else {
            out.push(one);
            at += 1;
        }
        blank = one == ' ';
    }
    out
}

/// What stands in plain words. A table, since most of a configuration is base64 of thousands of
/// characters.
const IN_WORDS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'.' | b'_' | b'-');
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// Whether a text is plain at first sight, as most are: a word that starts with a letter, such
/// as a key, a name or base64.
pub(crate) fn is_plain_word(text: &str) -> bool {
    text.starts_with(|one: char| one.is_ascii_alphabetic())
        && text.bytes().all(|byte| IN_WORDS[usize::from(byte)])
        && (text.len() > 5
            || !["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
                .iter()
                .any(|word| text.eq_ignore_ascii_case(word)))
}

/// Whether a plain text would be read as a number, a date, nothing, or true or false.
fn means_something_else(text: &str) -> bool {
    let scalar = Scalar::new(text, Style::Plain);
    !matches!(scalar.read(Dialect::Go), Resolved::Text(_))
}

/// What YAML 1.1 took for true or false and 1.2 does not.
fn is_old_truth_value(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let usual = text == lower
        || text == lower.to_ascii_uppercase()
        || text.get(1..) == lower.get(1..)
            && text.starts_with(|one: char| one.is_ascii_uppercase());
    usual && matches!(lower.as_str(), "y" | "yes" | "n" | "no" | "on" | "off")
}

/// What YAML 1.1 took for a number in base 60.
fn is_base_60(text: &str) -> bool {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
    let mut groups = whole.split(':');
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    let number = |part: &str| {
        !part.is_empty() && part.bytes().all(|one| one.is_ascii_digit() || one == b'_')
    };
    first.starts_with(|one: char| one.is_ascii_digit())
        && number(first)
        && rest.peek().is_some()
        && rest.all(|group| {
            group.len() <= 2
                && !group.is_empty()
                && group.bytes().all(|one| one.is_ascii_digit())
                && (group.len() == 1 || group.as_bytes() < b"60")
        })
        && fraction
            .bytes()
            .all(|one| one.is_ascii_digit() || one == b'_')
}

/// Which styles keep a text.
struct Facts {
    plain: bool,
    single: bool,
    block: bool,
}

impl Facts {
    fn of(text: &str) -> Self {
        let is_break = |one: char| matches!(one, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let mut characters = text.chars();
        let mut before = None;
        let mut facts = Self {
            plain: !text.starts_with("---") && !text.starts_with("..."),
            single: true,
            block: true,
        };
        while let Some(one) = characters.next() {
            let blank_after = || {
                let mut rest = characters.clone();
                let next = rest.next();
                next.is_none_or(|one| one == ' ' || one == '\t' || is_break(one))
            };
            if !is_printable(one) {
                (facts.plain, facts.single, facts.block) = (false, false, false);
            }
            facts.plain &= !is_break(one);
            if is_break(one) && before == Some(' ') {
                (facts.single, facts.block) = (false, false);
            }
            if one == ' ' && before.is_some_and(is_break) {
                facts.single = false;
            }
            let marks = match one {
                ':' => blank_after(),
                '#' => before.is_none_or(|one| one == ' ' || one == '\t' || is_break(one)),
                '-' | '?' => before.is_none() && blank_after(),
                ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
                | '@' | '`' => before.is_none(),
                _ => false,
            };
            facts.plain &= !marks;
            before = Some(one);
        }
        if text.starts_with(' ') || text.ends_with(' ') {
            facts.plain = false;
        }
        facts.block &= !text.ends_with(' ') && text != "\n";
        facts
    }
}

/// What the library prints as it is: a line feed, but no tab and nothing beyond 16 bits. It
/// prints two more breaks of lines, which then are lost in reading.
fn is_printable(one: char) -> bool {
    matches!(one, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && !matches!(one, '\u{feff}' | '\u{2028}' | '\u{2029}')
}

fn literal(text: &str, indent: usize, column: usize) -> String {
    let mut out = String::from("|");
    if text.starts_with([' ', '\n']) {
        out.push_str(&indent.to_string());
    }
    let body = match text.strip_suffix('\n') {
        None => {
            out.push('-');
            text
        }
        Some(body) => {
            if body.ends_with('\n') {
                out.push('+');
            }
            body
        }
    };
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', column));
            out.push_str(line);
        }
    }
    out
}

fn double(text: &str) -> String {
    let mut out = String::from("\"");
    for one in text.chars() {
        match one {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            one if is_printable(one) => out.push(one),
            one => match u32::from(one) {
                code @ ..=0xff => out.push_str(&format!("\\x{code:02X}")),
                code @ ..=0xffff => out.push_str(&format!("\\u{code:04X}")),
                code => out.push_str(&format!("\\U{code:08X}")),
            },
        }
    }
    out.push('"');
    out
}

/// A number in its shortest notation: with an exponent below -4 and from 6 on.
pub fn go_float(number: f64) -> String {
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(-4..=5) | Err(_) => format!("{number}"),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
    }
}

/// The order in which Go's YAML library writes the keys of a map: numbers in them by value.
pub fn natural(left: &str, right: &str) -> Ordering {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let common = left
        .iter()
        .zip(&right)
        .take_while(|(left, right)| left == right)
        .count();
    let (Some(&one), Some(&other)) = (left.get(common), right.get(common)) else {
        return left.len().cmp(&right.len());
    };
    let in_number = common > 0 && left.get(common - 1).is_some_and(char::is_ascii_digit);
    match (one.is_alphabetic(), other.is_alphabetic()) {
        (true, true) => return one.cmp(&other),
        // Letters come after signs, but before digits that go on a number.
        (true, false) | (false, true) => {
            let letter_first = if one.is_alphabetic() {
                Ordering::Less
            } else {
                Ordering::Greater
            };
            return if in_number {
                letter_first
            } else {
                letter_first.reverse()
            };
        }
        (false, false) => {}
    }
    // Digits before the difference count as long as they are not all zeros.
    let led = left
        .iter()
        .take(common)
        .rev()
        .take_while(|one| one.is_ascii_digit())
        .any(|one| *one != '0');
    let number = |characters: &[char]| {
        let lead = i64::from(led && (one == '0' || other == '0'));
        let digits = characters
            .iter()
            .skip(common)
            .map_while(|one| one.to_digit(10));
        digits.fold((lead, 0), |(value, count), digit| {
            (
                value.wrapping_mul(10).wrapping_add(i64::from(digit)),
                count + 1,
            )
        })
    };
    number(&left).cmp(&number(&right)).then(one.cmp(&other))
}

#[cfg(test)]
mod tests {
    use super::{go_text, natural};

    #[test]
    fn texts_as_go_s_library_was_seen_to_write_them() {
        let texts = [
            "-console",
            "console=ttyS0,115200",
            "off",
            "On",
            "y",
            "null",
            "~",
            "",
            "1",
            "1.5",
            "0o17",
            "017",
            "08",
            "1e3",
            "1e",
            "0x",
            "0o8",
            "1:30",
            ".inf",
            "nan",
            "True",
            "a: b",
            "a:",
            "a #b",
            "a#b",
            "it's",
            "'a'",
            "@x",
            "%x",
            "?x",
            "? x",
            ":x",
            "--",
            "--- a",
            "-",
            ",",
            "x]y",
            "\ta",
            " a",
            "a ",
            "é",
            "😀",
            "\u{1}",
            "=",
            "<<",
            "2020-01-01",
            "2020-01-01T00:00:00Z",
            "1_000",
            "a\\b",
            "\n",
            "a \nb",
            "a\n b",
            "a\n\nb\n",
            "  a\nb",
            "a\r\nb",
            "\u{a0}b",
        ];
        let shown: Vec<_> = texts.iter().map(|text| go_text(text, 4, 12)).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        -console
        console=ttyS0,115200
        'off'
        'On'
        'y'
        "null"
        "~"
        ""
        "1"
        "1.5"
        "0o17"
        "017"
        "08"
        "1e3"
        1e
        0x
        0o8
        '1:30'
        ".inf"
        nan
        "True"
        'a: b'
        'a:'
        'a #b'
        a#b
        it's
        '''a'''
        '@x'
        '%x'
        ?x
        '? x'
        :x
        --
        '--- a'
        '-'
        ','
        x]y
        "\ta"
        ' a'
        'a '
        é
        "\U0001F600"
        "\x01"
        =
        '<<'
        "2020-01-01"
        "2020-01-01T00:00:00Z"
        "1_000"
        a\b
        "\n"
        "a \nb"
        |-
                    a
                     b
        |
                    a

                    b
        |4-
                      a
                    b
        "a\r\nb"
         b
        "#);
    }

    #[test]
    fn keys_as_go_s_library_was_seen_to_order_them() {
        let mut keys = ["b", "a", "10", "9", "a10", "a9", "B"];
        keys.sort_by(|left, right| natural(left, right));
        assert_eq!(keys, ["9", "10", "B", "a", "a9", "a10", "b"]);
    }
}
