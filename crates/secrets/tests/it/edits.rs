//! Values set where they fit, and refused where something would be lost.

use secrets::{File, Path, decrypt, set};

use crate::{everything, good, identity, lines, now, opened};

/// Sets a value, and gives the file afterwards in the clear, or the problems.
fn after(name: &str, plain: &str, path: &str) -> Result<String, String> {
    let made = good(name, plain, None, &everything()).content;
    let path = Path::parse(path).expect("a path");
    let file = File::new(name, &made);
    set(&file, &path, &"new".into(), None, &[identity()], now(1))
        .map(|edited| opened(name, &edited.content))
        .map_err(|problems| lines(&problems))
}

#[test]
fn a_path_that_does_not_fit_destroys_nothing() {
    let yaml = "m: {a: 1}\nl:\n  - x\ns: text\n";
    let json = r#"{"m": {"a": 1}, "l": ["x"], "s": "text"}"#;
    let mut all = String::new();
    for path in [
        r#"["m"][0]"#,
        r#"["l"]["k"]"#,
        r#"["s"]["k"]"#,
        r#"["s"][0]"#,
        r#"["m"]["a"]["b"]["c"]"#,
        "[0]",
    ] {
        for (name, plain) in [("a.yaml", yaml), ("a.json", json)] {
            let refused = after(name, plain, path).expect_err("it does not fit");
            all.push_str(&format!("{refused}\n"));
        }
    }
    insta::assert_snapshot!(all, @r"
    a.yaml: error[sops/path-does-not-fit]: `m` is a map, and has no item `[0]`
    a.json: error[sops/path-does-not-fit]: `m` is a map, and has no item `[0]`
    a.yaml: error[sops/path-does-not-fit]: `l` is a list, and has no key `k`
    a.json: error[sops/path-does-not-fit]: `l` is a list, and has no key `k`
    a.yaml: error[sops/path-does-not-fit]: `s` is a value, and has nothing below it
    a.json: error[sops/path-does-not-fit]: `s` is a value, and has nothing below it
    a.yaml: error[sops/path-does-not-fit]: `s` is a value, and has nothing below it
    a.json: error[sops/path-does-not-fit]: `s` is a value, and has nothing below it
    a.yaml: error[sops/path-does-not-fit]: `m.a` is a value, and has nothing below it
    a.json: error[sops/path-does-not-fit]: `m.a` is a value, and has nothing below it
    a.yaml: error[sops/path-does-not-fit]: the document is a map, and has no item `[0]`
    a.json: error[sops/path-does-not-fit]: the document is a map, and has no item `[0]`
    ");
}

#[test]
fn what_is_empty_gives_way() {
    for (plain, path, expected) in [
        ("a: {}\n", r#"["a"][0]"#, "a: [new]\n"),
        ("a: []\n", r#"["a"]["k"]"#, "a: {k: new}\n"),
        ("a: null\n", r#"["a"]["k"]"#, "a: {k: new}\n"),
        ("a: ''\n", r#"["a"]["k"]"#, "a: {k: new}\n"),
    ] {
        assert_eq!(
            after("a.yaml", plain, path).as_deref(),
            Ok(expected),
            "{plain}"
        );
    }
    for plain in [
        r#"{"a": {}}"#,
        r#"{"a": [ ]}"#,
        r#"{"a": null}"#,
        r#"{"a": ""}"#,
    ] {
        let after = after("a.json", plain, r#"["a"]["k"]"#).map(|text| text.replace(": ", ":"));
        assert_eq!(after.as_deref(), Ok(r#"{"a":{"k":"new"}}"#), "{plain}");
    }
}

/// sops 3.13.3 counts the comments of a list as items: it replaces the comment here, and for a
/// value it must be told `["l"][1]`. It is in the table of differences.
#[test]
fn comments_of_a_list_are_no_items() {
    let plain = "l:\n  # why\n  - a\n  - b\n";
    let edited = after("a.yaml", plain, r#"["l"][0]"#);
    assert_eq!(edited.as_deref(), Ok("l:\n  # why\n  - new\n  - b\n"));
}

#[test]
fn a_refused_edit_says_nothing_of_what_stands_there() {
    let made = good("a.yaml", "s: hunter2\n", None, &everything()).content;
    let path = Path::parse(r#"["s"]["k"]"#).expect("a path");
    let file = File::new("a.yaml", &made);
    let refused = set(&file, &path, &"new".into(), None, &[identity()], now(1));
    let refused = format!("{:?}", refused.expect_err("it does not fit"));
    assert!(!refused.contains("hunter2"), "{refused}");
    assert!(decrypt(&file, &[identity()]).is_ok());
}
