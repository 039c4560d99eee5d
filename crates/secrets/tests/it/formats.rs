//! Each format, there and back.

use secrets::{Kind, values};

use super::*;

/// Encrypted and decrypted again it reads the same, and a second encryption changes nothing.
fn survives(name: &str, plain: &str, rule: &Rule) -> String {
    let made = good(name, plain, None, rule);
    let clear = opened(name, &made.content);
    let again = good(name, plain, Some(&made.content), rule);
    assert_eq!(again.content, made.content, "{plain}");
    let back = good(name, &clear, Some(&made.content), rule);
    assert_eq!(back.content, made.content, "{clear}");
    clear
}

#[test]
fn yaml_keeps_everything_that_is_no_value() {
    let plain = "\
# top

a:   'single'   # behind
b: |  # header
  first

   second
c: [1, 'x, y', {d: \"e\"}]   # flow
d: &anchor !!str 123
e: !custom text
f: >-
  folded
  text

\"g h\": \"\\u00e9\\n\"
# before the list
list:
# in the list
- one
-   two # last
- - deep
  # below deep
- k: v
  l:
---
on: yes
empty: {}
none: []
tilde: ~
blank:
...
";
    let made = good("a.yaml", plain, None, &everything());
    insta::assert_snapshot!(shown("a.yaml", &made.content), @r#"
    #<comment>

    a:   <str>   #<comment>
    b: <str> #<comment>
    c: ["<int>", "<str>", {d: "<str>"}]   #<comment>
    d: &anchor <str>
    e: <str>
    f: <str>

    "g h": <str>
    #<comment>
    list:
    #<comment>
    - <str>
    -   <str> #<comment>
    - - <str>
      #<comment>
    - k: <str>
      l:
    sops:
      age:
        - age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun
      unencrypted_suffix: _unencrypted
    ---
    on: <str>
    empty: {}
    none: []
    tilde: ~
    blank:
    sops:
      age:
        - age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun
      unencrypted_suffix: _unencrypted
    ...
    "#);
    insta::assert_snapshot!(survives("a.yaml", plain, &everything()), @r#"
    # top

    a:   single   # behind
    b: "first\n\n second\n" # header
    c: [1, 'x, y', {d: e}]   # flow
    d: &anchor '123'
    e: text
    f: folded text

    "g h": |
      é
    # before the list
    list:
    # in the list
    - one
    -   two # last
    - - deep
      # below deep
    - k: v
      l:
    ---
    on: 'yes'
    empty: {}
    none: []
    tilde: ~
    blank:
    ...
    "#);
}

#[test]
fn yaml_scalars_have_the_types_of_go() {
    let plain = "\
octal: 0644
eight: 08
grouped: 1_000
hex: 0x2A
word: yes
clock: 12:30
float: 1.0
infinite: -.inf
date: 2024-1-1
time: 2001-12-14t21:59:43.10-05:00
tagged: !!str 5
binary: !!binary aGk=
quoted: '5'
";
    let made = good("a.yaml", plain, None, &everything());
    let all = values(&File::new("a.yaml", &made.content), &[identity()]).expect("values");
    let table: Vec<_> = all
        .iter()
        .map(|(path, value)| {
            format!(
                "{path}: {:?} {}",
                value.kind(),
                value.as_text().expect("text")
            )
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    octal: Integer 420
    eight: Float 8
    grouped: Integer 1000
    hex: Integer 42
    word: Text yes
    clock: Text 12:30
    float: Float 1
    infinite: Float -Inf
    date: Time 2024-01-01T00:00:00Z
    time: Time 2001-12-14T21:59:43.1-05:00
    tagged: Text 5
    binary: Text hi
    quoted: Text 5
    ");
    let clear = survives("a.yaml", plain, &everything());
    insta::assert_snapshot!(clear, @r"
    octal: 420
    eight: 8.0
    grouped: 1000
    hex: 42
    word: 'yes'
    clock: '12:30'
    float: 1.0
    infinite: -.inf
    date: 2024-01-01T00:00:00Z
    time: 2001-12-14T21:59:43.1-05:00
    tagged: '5'
    binary: hi
    quoted: '5'
    ");
}

#[test]
fn aliases_of_encrypted_values_are_written_out() {
    let plain = "\
base: &base
  user: x
  tags: [a, b]
merged:
  <<: *base
  own: y
same: *base
one: &one secret
two: *one
";
    let made = good("a.yaml", plain, None, &everything());
    insta::assert_snapshot!(shown("a.yaml", &made.content), @r#"
    base: &base
      user: <str>
      tags: ["<str>", "<str>"]
    merged:
      <<: {user: "<str>", tags: ["<str>", "<str>"]}
      own: <str>
    same: {user: "<str>", tags: ["<str>", "<str>"]}
    one: &one <str>
    two: <str>
    sops:
      age:
        - age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun
      unencrypted_suffix: _unencrypted
    "#);
    insta::assert_snapshot!(opened("a.yaml", &made.content), @r"
    base: &base
      user: x
      tags: [a, b]
    merged:
      <<: {user: x, tags: [a, b]}
      own: 'y'
    same: {user: x, tags: [a, b]}
    one: &one secret
    two: secret
    ");
    let clear = good(
        "a.yaml",
        "a: &a [x]\nb: *a\nsecret: s\n",
        None,
        &rule("encrypted_regex", "secret"),
    );
    assert!(String::from_utf8_lossy(&clear.content).starts_with("a: &a [x]\nb: *a\nsecret: ENC"));
}

#[test]
fn comments_can_be_selected_by_comments() {
    let plain = "# clear\na: 1\n# sops:enc\n# also\nb:\n  c: 2\n  d: 3\ne: 4 # sops:enc\nf: 5\n";
    let made = good(
        "a.yaml",
        plain,
        None,
        &rule("encrypted_comment_regex", "sops:enc"),
    );
    insta::assert_snapshot!(shown("a.yaml", &made.content), @r"
    # clear
    a: 1
    # sops:enc
    #<comment>
    b:
      c: <int>
      d: <int>
    e: <int> # sops:enc
    f: 5
    sops:
      age:
        - age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun
      encrypted_comment_regex: sops:enc
    ");
    survives(
        "a.yaml",
        plain,
        &rule("encrypted_comment_regex", "sops:enc"),
    );
    survives(
        "a.yaml",
        plain,
        &rule("unencrypted_comment_regex", "sops:enc"),
    );
}

#[test]
fn comments_of_empty_documents_are_their_own() {
    let rule = rule("encrypted_comment_regex", "enc");
    for last in [
        "# x",
        "# x\n",
        "# x\n{}\n",
        "{}\n# x\n",
        "# enc\n",
        "~ # x",
        "~ # enc\n",
    ] {
        survives("a.yaml", &format!("a: b\n# enc\n---\n{last}"), &rule);
        survives("a.yaml", &format!("a:\n  b: c\n---\n{last}"), &everything());
    }
    survives("a.yaml", "a:\n  b: c\n--- # d\ne:\n  f: g\n", &everything());
}

#[test]
fn other_line_ends_and_flow_documents_are_kept() {
    let windows = "a: b\r\nc: |\r\n  d\r\n  e\r\n";
    assert_eq!(survives("a.yaml", windows, &everything()), windows);
    let flow = "{\"a\": \"b\", c: [1, 2]}\n";
    survives("a.yaml", flow, &everything());
    survives("a.yaml", "a: b", &everything());
    survives(
        "a.yaml",
        "---\n# only a comment\n---\na: b\n",
        &everything(),
    );
}

#[test]
fn what_is_added_fits_to_what_is_there() {
    // All of it is set in.
    for plain in ["  a: b\n  c: d\n", "---\n  a: b\n---\nc: d\n"] {
        assert_eq!(survives("a.yaml", plain, &everything()), plain);
    }
    survives("a.yaml", "a: b\n---\n~ # c\n---\n&d null\n", &everything());
    survives("a.yaml", "{\n # a\n}\n", &everything());
    // The first comment is in the header of a block, the second belongs to the next item.
    let clear = survives("a.yaml", "a:\n- > # b\n c\n- # d\n e\n", &everything());
    assert!(clear.contains("# b") && clear.contains("# d"), "{clear}");
    // The blanks at the end are not the block's, though they would be if it was set in less.
    survives("a.yaml", "a: |\n        b\n   ", &everything());
    survives("a.yaml", "a: |\n        b\n   \n\nc: d\n", &everything());
    // A block that ends with the file ends without a line break, and must not get one.
    let rule = rule("encrypted_regex", "^a$");
    for block in ["|\n  text", ">\n\n  text", "|2+\n   text", "|-\n  text"] {
        survives("a.yaml", &format!("a: b\nc: {block}"), &rule);
        survives("a.yaml", &format!("a: {block}"), &rule);
    }
}

#[test]
fn json_keeps_its_layout() {
    let plain = "{\n  \"a\": \"x<y\\u00e9\", \"n\": 9007199254740993,\n  \"f\": 1.50, \"l\": [true, null, {}, []],\n  \"o\": {\"e\": \"\"}\n}\n";
    let made = good("a.json", plain, None, &everything());
    insta::assert_snapshot!(shown("a.json", &made.content), @r#"
    {
      "a": "<str>", "n": "<int>",
      "f": "<float>", "l": ["<bool>", null, {}, []],
      "o": {"e": ""},
      "sops": {
        "age": [
          "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun"
        ],
        "unencrypted_suffix": "_unencrypted"
      }
    }
    "#);
    assert!(
        String::from_utf8_lossy(&made.content).contains("\"mac\": \"ENC["),
        "Flux looks for these very bytes"
    );
    insta::assert_snapshot!(survives("a.json", plain, &everything()), @r#"
    {
      "a": "x<yé", "n": 9007199254740993,
      "f": 1.5, "l": [true, null, {}, []],
      "o": {"e": ""}
    }
    "#);
    survives("a.json", "{}", &everything());
    survives("a.json", "{\"a\":\"b\"}", &everything());
}

#[test]
fn dotenv_keeps_its_lines() {
    let plain = "# note\nA=one\n\nB= two \\n lines \nC=\nD=x=y";
    let made = good("a.env", plain, None, &everything());
    insta::assert_snapshot!(shown("a.env", &made.content).lines().filter(|line| !line.contains("age1")).collect::<Vec<_>>().join("\n"), @r"
    #<comment>
    A=<str>

    B=<str>
    C=
    D=<str>
    sops_unencrypted_suffix=_unencrypted
    ");
    assert!(String::from_utf8_lossy(&made.content).contains("\nsops_mac=ENC["));
    survives("a.env", plain, &everything());
}

#[test]
fn ini_keeps_its_lines() {
    let plain = "; top\nglobal = 1\n\n[section]\n# note\n# more\nkey = value ; behind\nquoted = `a;b`\n\"odd:name\" : x\nempty =\n\n[section]\nkey = again\n";
    let made = good("a.ini", plain, None, &everything());
    let shown = shown("a.ini", &made.content);
    insta::assert_snapshot!(shown.split("[sops]").next().expect("a start"), @r#"
    ; <comment>
    global = <str>

    [section]
    ; <comment>
    key = <str> ; <comment>
    quoted = <str>
    "odd:name" : <str>
    empty =

    [section]
    key = <str>
    "#);
    insta::assert_snapshot!(survives("a.ini", plain, &everything()), @r#"
    ; top
    global = 1

    [section]
    ; note
    # more
    key = value ; behind
    quoted = `a;b`
    "odd:name" : x
    empty =

    [section]
    key = again
    "#);
}

#[test]
fn ini_comments_and_quotes_survive() {
    let plain = "a = `b` rest\nc = `d` ; e\n  # f\n    # g\n  ; h\ni = \"\"\"j;\"\"\" # k\nl = `m\nn` rest ; o\n";
    let clear = survives("a.ini", plain, &everything());
    assert_eq!(
        clear.trim_end(),
        "a = b\nc = d ; e\n  ; f\n    # g\n  ; h\ni = `j;` ; k\nl = `m\nn` ; o"
    );
}

#[test]
fn ini_values_and_comments_do_not_run_into_each_other() {
    survives(
        "a.ini",
        "#; a\n\n; # b\nc = \"\"\"d\ne\"\"\" ; `f`\n",
        &everything(),
    );
    let rule = rule("encrypted_regex", "^g$");
    for last in ["i = \"\"\"", "; j\ni = \"\"\""] {
        survives("a.ini", &format!("g = h\n{last}"), &rule);
    }
    // This line only looks like that of a section.
    survives("a.ini", "g = `h\n[i]` ; j\n", &everything());
    survives("a.ini", "g = h\ni = j\\", &rule);
}

#[test]
fn the_last_comment_of_an_ini_file_is_one_of_its_section() {
    for plain in [
        "[a]\n; alone\n",
        "k = v\n\n; last\n",
        "[a]\nk = v\n; one\n\n; two",
        "; nothing else\n",
    ] {
        let clear = survives("a.ini", plain, &everything());
        assert_eq!(clear.trim_end(), plain.trim_end());
    }
    // Of what is in the block nothing is left, wherever it stands.
    let made = good("a.ini", "[a]\nk = v\n", None, &everything());
    let moved = String::from_utf8_lossy(&made.content)
        .replace("\nmac =", "\n; inside\nmac =")
        .replace("\n[sops]", "; before\n[sops] ; behind");
    let clear = opened("a.ini", format!("{moved}; below\n").as_bytes());
    assert_eq!(clear, "[a]\nk = v\n; before\n");
    let clear = opened("a.ini", format!("{moved}; below\n[b]\n").as_bytes());
    assert_eq!(clear, "[a]\nk = v\n; before\n; below\n[b]\n");
}

#[test]
fn binary_files_may_hold_anything() {
    let rule = rule("encrypted_regex", "^never$");
    for content in [&b""[..], b"text", &[0xff, 0, 1, b'\n']] {
        let request = Request {
            plaintext: File::new("a.bin", content),
            previous: None,
            rule: &rule,
            identities: &[],
            now: now(0),
        };
        let made = encrypt(&request).expect("encrypted");
        let clear = decrypt(&File::new("a.bin", &made.content), &[identity()]).expect("decrypted");
        assert_eq!(clear.content.as_slice(), content);
        assert!(!made.content.windows(4).any(|part| part == b"text"));
        let all = values(&File::new("a.bin", &made.content), &[identity()]).expect("values");
        assert_eq!(all[0].1.kind(), Kind::Text);
    }
}
