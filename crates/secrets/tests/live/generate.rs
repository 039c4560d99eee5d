//! Documents of every format, made from a number: the same number, the same document.

use std::fmt::Write as _;

use secrets::Format;

/// A small generator of numbers; its quality does not matter here.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.below(from.len() as u64)).expect("small")]
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// Keys that selectors below distinguish.
const KEYS: [&str; 10] = [
    "data",
    "stringData",
    "name",
    "secret_enc",
    "plain_unencrypted",
    "meta",
    "x:y",
    "on",
    "key with blank",
    "ü",
];

/// A document of a format.
pub(crate) fn document(format: Format, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    match format {
        Format::Yaml => yaml(&mut random).into_bytes(),
        Format::Json => json(&mut random).into_bytes(),
        Format::Dotenv => dotenv(&mut random).into_bytes(),
        Format::Ini => ini(&mut random).into_bytes(),
        Format::Binary => (0..random.below(300))
            .map(|_| (random.next() & 0xff) as u8)
            .collect(),
    }
}

fn yaml(random: &mut Random) -> String {
    let mut out = String::new();
    for number in 0..=random.below(2) {
        if number > 0 || random.one_in(4) {
            out.push_str("---\n");
        }
        mapping(random, &mut out, 0, 0, false);
        if random.one_in(6) {
            out.push_str("# the end\n");
        }
    }
    out
}

fn indent(out: &mut String, column: usize) {
    out.extend(std::iter::repeat_n(' ', column));
}

fn comment(random: &mut Random, out: &mut String, column: usize) {
    if random.one_in(6) {
        indent(out, column);
        out.push_str(random.pick(&["# a note", "#tight", "# sops:enc", "#  wide  "]));
        out.push('\n');
    }
}

fn mapping(random: &mut Random, out: &mut String, column: usize, depth: usize, inline: bool) {
    let count = 1 + random.below(4);
    let mut inline = inline;
    for number in 0..count {
        if !inline {
            if random.one_in(9) {
                out.push('\n');
            }
            comment(random, out, column);
            indent(out, column);
        }
        inline = false;
        let key = random.pick(&KEYS);
        let quoted = key.contains([':', ' ']) || random.one_in(8);
        // Different in one map.
        if quoted {
            write!(out, "\"{key} {number}\":").expect("to a string");
        } else {
            write!(out, "{key}{number}:").expect("to a string");
        }
        value(random, out, column, depth);
    }
}

fn value(random: &mut Random, out: &mut String, column: usize, depth: usize) {
    match random.below(if depth > 2 { 12 } else { 16 }) {
        12 | 13 => {
            out.push('\n');
            let step = 2 + 2 * usize::from(random.one_in(3));
            mapping(random, out, column + step, depth + 1, false);
        }
        14 | 15 => {
            out.push('\n');
            let inner = column + 2 * usize::from(!random.one_in(3));
            for _ in 0..=random.below(3) {
                indent(out, inner);
                out.push('-');
                if random.one_in(4) {
                    out.push(' ');
                    mapping(random, out, inner + 2, depth + 1, true);
                } else {
                    scalar(random, out, inner);
                }
            }
        }
        11 => out.push_str(" {a: 1, secret_enc: [x, 'y z', 0x1F]}\n"),
        _ => scalar(random, out, column),
    }
}

/// A scalar behind its key or dash, to the end of its line.
fn scalar(random: &mut Random, out: &mut String, column: usize) {
    let inner = column + 2;
    match random.below(9) {
        0 => {
            out.push_str(if random.one_in(3) { " |-\n" } else { " |\n" });
            for line in ["first line", "", "  deeper", "last: #x"] {
                if !line.is_empty() {
                    indent(out, inner);
                    out.push_str(line);
                }
                out.push('\n');
            }
            return;
        }
        1 => {
            out.push_str(" >-\n");
            indent(out, inner);
            out.push_str("folded\n");
            indent(out, inner);
            out.push_str("text\n");
            return;
        }
        2 => out.push_str(" \"esc\\taped \\u00e9 \\\"q\\\"\""),
        3 => out.push_str(" 'single '' quoted'"),
        4 => {
            let number = random.below(100_000);
            write!(out, " {number}").expect("to a string");
        }
        5 => out.push_str(random.pick(&[
            " 1.5", " true", " false", " ~", " null", "", " \"\"", " 0644", " 1_000", " 0x2A",
            " 1e3.5x",
        ])),
        6 => out.push_str(random.pick(&[
            " 2024-01-01",
            " 2024-01-02T03:04:05.5Z",
            " yes",
            " 12:30",
            " .inf",
            " -7",
            " !!str 123",
            " 6.25",
        ])),
        _ => out.push_str(random.pick(&[
            " hunter2",
            " plain text here",
            " a:b",
            " ünïcode",
            " ENC",
            " [1, \"two\"]",
        ])),
    }
    if random.one_in(8) {
        out.push_str(" # behind");
    }
    out.push('\n');
}

fn json(random: &mut Random) -> String {
    let value = object(random, 0);
    if random.one_in(3) {
        value.to_string()
    } else {
        serde_json::to_string_pretty(&value).expect("a value") + "\n"
    }
}

fn object(random: &mut Random, depth: usize) -> serde_json::Value {
    (0..=random.below(4))
        .map(|number| {
            let key = format!("{}{number}", random.pick(&KEYS));
            let value = match random.below(if depth > 2 { 7 } else { 9 }) {
                0 => serde_json::json!("te\"xt\n<b>"),
                1 => serde_json::json!(random.below(1 << 40)),
                2 => serde_json::json!(-2.5),
                3 => serde_json::json!(true),
                4 => serde_json::Value::Null,
                5 => serde_json::json!(["a", 9_007_199_254_740_993_i64, [], {}]),
                6 => serde_json::json!(""),
                _ => object(random, depth + 1),
            };
            (key, value)
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn dotenv(random: &mut Random) -> String {
    let mut out = String::new();
    for number in 0..=random.below(6) {
        if random.one_in(5) {
            out.push_str("# a comment\n");
        }
        let key = random.pick(&["KEY", "secret_enc", "A_unencrypted", "data"]);
        let value = random.pick(&[
            "value",
            "",
            " spaced ",
            "a=b",
            "two\\nlines",
            "\"quoted\"",
            "ü",
        ]);
        writeln!(out, "{number}{key}={value}").expect("to a string");
        if random.one_in(6) {
            out.push('\n');
        }
    }
    out
}

fn ini(random: &mut Random) -> String {
    let mut out = String::new();
    for section in 0..=random.below(3) {
        if random.one_in(4) {
            out.push_str("; about the section\n");
        }
        writeln!(
            out,
            "[{}{section}]",
            random.pick(&["data", "owner", "x_unencrypted"])
        )
        .expect("to a string");
        for number in 0..=random.below(4) {
            if random.one_in(5) {
                out.push_str("; about the key\n");
            }
            let key = random.pick(&["name", "secret_enc", "y_unencrypted"]);
            let value = random.pick(&[
                "value",
                "",
                "two words",
                "`semi;colon`",
                "\" blank \"",
                "ü",
                "5",
            ]);
            writeln!(out, "{key}{number} = {value}").expect("to a string");
        }
        out.push('\n');
    }
    out
}
