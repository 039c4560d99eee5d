//! Input that was made to break a reader: each is answered with a problem, soon, and without
//! exhausting stack or memory.

mod common;

use std::fmt::Write as _;

use common::read;
use diagnostics::Source;
use yaml::{Dialect, Limits, parse};

/// The rules that a text breaks, in order of place.
fn rules(text: &str) -> Vec<String> {
    read(text)
        .diagnostics
        .iter()
        .map(|problem| problem.rule.to_string())
        .collect()
}

#[test]
fn brackets_beyond_every_depth() {
    for open in ["[", "{", "- ", "? ", "[{", "- - - ", "a: [", "{a: "] {
        assert_eq!(rules(&open.repeat(100_000)), ["yaml/too-deep"], "{open}");
    }
}

#[test]
fn block_maps_beyond_every_depth() {
    let mut text = String::new();
    for level in 0..400 {
        writeln!(text, "{}a:", " ".repeat(level)).expect("a string");
    }
    assert_eq!(rules(&text), ["yaml/too-deep"]);
}

#[test]
fn the_deepest_tree_that_a_setting_can_ask_for_is_walked_and_dropped() {
    let limits = Limits {
        depth: usize::MAX,
        ..Limits::default()
    };
    let text = format!(
        "{}{}",
        "[".repeat(Limits::MAX_DEPTH),
        "]".repeat(Limits::MAX_DEPTH)
    );
    let parsed = parse(&Source::new("deep", text.as_str()), &limits);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    let deeper = format!("[{text}]");
    let parsed = parse(&Source::new("deeper", deeper), &limits);
    assert!(parsed.diagnostics.has_errors());
}

#[test]
fn a_depth_that_only_aliases_reach() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..5000 {
        writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).expect("a string");
    }
    assert_eq!(rules(&text), ["yaml/too-deep"]);
}

#[test]
fn aliases_that_multiply() {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{aliases}]").expect("a string");
    }
    assert_eq!(rules(&text), ["yaml/alias-bomb"]);
}

#[test]
fn merge_keys_that_multiply() {
    let mut text = "- &a0 {k: v}\n".to_owned();
    for level in 1..40 {
        let before = level - 1;
        writeln!(
            text,
            "- &a{level} {{<<: [*a{before}, *a{before}, *a{before}]}}"
        )
        .expect("a string");
    }
    assert_eq!(rules(&text), ["yaml/alias-bomb"]);
}

#[test]
fn files_beyond_the_size() {
    let text = "a".repeat(100 << 20);
    let problem = yaml::decode("big.yaml", text.as_bytes(), &Limits::default())
        .err()
        .expect("too large");
    assert_eq!(
        problem.to_string(),
        "big.yaml: error[file/too-large]: the file has 104857600 bytes, more than the \
         16777216 that are read",
    );
    assert_eq!(rules(&text), ["file/too-large"]);
}

#[test]
fn one_value_of_many_megabytes() {
    let parsed = read(&"a".repeat(10 << 20));
    assert!(parsed.diagnostics.is_empty());
    // Numbers too long to convert are refused, not converted for minutes.
    for text in [
        "9".repeat(1 << 18),
        format!("0x{}", "f".repeat(1 << 18)),
        format!("0b{}", "1".repeat(1 << 18)),
        format!("1{}", ":1".repeat(1 << 18)),
        format!("1{}.5", ":1".repeat(1 << 18)),
        format!("1.{}", "5".repeat(1 << 18)),
        "_".repeat(1 << 18),
        format!("1{}", "_".repeat(1 << 18)),
    ] {
        let parsed = read(&text);
        let scalar = parsed
            .root()
            .and_then(|root| root.as_scalar())
            .expect("a scalar");
        for dialect in Dialect::ALL {
            assert!(!scalar.read(dialect).kind_name().is_empty());
        }
    }
}

#[test]
fn too_many_values() {
    let limits = Limits {
        nodes: 1000,
        ..Limits::default()
    };
    let text = format!("[{}]", "1,".repeat(2000));
    let parsed = parse(&Source::new("many", text), &limits);
    insta::assert_snapshot!(
        parsed.diagnostics.iter().next().expect("one"),
        @"many:1:2000: error[yaml/too-large]: the file has more than 1000 values"
    );
}

#[test]
fn more_problems_than_anybody_reads() {
    let keys = format!("{{{}}}", "a: 1, ".repeat(50_000));
    assert_eq!(read(&keys).diagnostics.len(), 201);
    let broken = "--- [\n".repeat(50_000);
    assert_eq!(read(&broken).diagnostics.len(), 200);
    let mut aliases = String::new();
    for number in 0..5000 {
        writeln!(aliases, "- &a{number} x\n- *b{number}").expect("a string");
    }
    assert_eq!(read(&aliases).diagnostics.len(), 201);
}

#[test]
fn odds_and_ends() {
    for (text, expected) in [
        ("\0", &["yaml/syntax"][..]),
        ("a: \0", &["yaml/syntax"]),
        ("\u{1}", &["yaml/syntax"]),
        ("\"", &["yaml/syntax"]),
        ("'", &["yaml/syntax"]),
        ("a: \"\\", &["yaml/syntax"]),
        ("a: |9999999999999999999\n  x", &["yaml/syntax"]),
        ("a: |0\n  x", &["yaml/syntax"]),
        ("a: !<", &["yaml/syntax"]),
        ("&", &["yaml/syntax"]),
        ("*", &["yaml/syntax"]),
        ("*a", &["yaml/undefined-alias"]),
        ("&a *a", &["yaml/syntax"]),
        ("&a [*a]", &["yaml/recursive-alias"]),
        ("&a {*a : b}", &["yaml/recursive-alias"]),
        ("%", &["yaml/syntax"]),
        ("%YAML 1.1\n---\n%TAG ! x\n---\n", &["yaml/syntax"]),
        ("]", &["yaml/syntax"]),
        ("}{", &["yaml/syntax"]),
        (": : :", &[]),
        ("- a\nb: c", &["yaml/syntax"]),
        ("a: b\n- c", &["yaml/syntax"]),
        ("?", &[]),
        ("-", &[]),
        (":", &[]),
        ("---", &[]),
        ("...", &[]),
        ("\u{feff}", &[]),
        ("\r", &[]),
        ("\r\r\r", &[]),
        ("\t", &[]),
        ("#", &[]),
        ("a: \u{2028}b\u{85}", &[]),
        ("\u{10ffff}", &[]),
    ] {
        assert_eq!(rules(text), expected, "{text:?}");
    }
}

#[test]
fn debug_output_has_no_values() {
    let text = "token: hunter2\nlist: [hunter2]\nkey: &a hunter2\n? hunter2\n: *a\n";
    let parsed = read(text);
    let root = parsed.root().expect("one document");
    let mut shown = format!("{parsed:?} {root:?} {:?}", root.value());
    for dialect in Dialect::ALL {
        let scalar = root
            .get("token")
            .and_then(yaml::Node::as_scalar)
            .expect("text");
        write!(shown, "{scalar:?} {:?}", scalar.read(dialect)).expect("a string");
    }
    let mut edits = yaml::edit::Edits::new(text);
    edits.replace(0..1, "hunter2");
    write!(shown, "{edits:?} {:?}", yaml::edit::New::Text("hunter2")).expect("a string");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn more_problems_than_anybody_reads_are_counted() {
    let text = "a: 1\n".repeat(5000);
    assert!(rules(&text).contains(&"yaml/too-many-problems".to_owned()));
}
