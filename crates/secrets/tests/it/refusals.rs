//! What cannot be encrypted or decrypted says where and why.

use secrets::{Format, Path, exposed, rules, set, status};

use super::*;

/// The problems of encrypting a text.
fn refused(name: &str, plain: &str) -> String {
    match sealed(name, plain, None, &everything()) {
        Ok(_) => "accepted".to_owned(),
        Err(problems) => lines(&problems),
    }
}

#[test]
fn what_sops_would_refuse_is_refused() {
    let mut all = String::new();
    for (name, text) in [
        ("a.yaml", ""),
        ("a.yaml", "# only a comment\n"),
        ("a.yaml", "- a\n"),
        ("a.yaml", "text\n"),
        ("a.yaml", "1: a\ntrue: b\n~: c\n2024-01-01: d\n? [x]\n: e\n"),
        ("a.yaml", "a: 1\nb: 2\na: 3\n"),
        ("a.yaml", "a: 1\nsops:\n  mac: x\n"),
        ("a.yaml", "%YAML 1.2\n---\na: b\n"),
        ("a.yaml", "a: \"x\\/y\"\n"),
        ("a.yaml", "\r\ra: x\r\n"),
        ("a.yaml", "a: \u{2028}x\n"),
        ("a.yaml", "a: 9223372036854775808\n"),
        ("a.yaml", "a: *nowhere\n"),
        ("a.yaml", "a: [\n"),
        ("a.yaml", "a: !!int x\n"),
        ("a.json", "[1]"),
        ("a.json", "{\"a\": }"),
        ("a.json", "{\"a\": 1} x"),
        ("a.json", "{\"sops\": {}}"),
        ("a.env", "no value\nA=1\n"),
        ("a.env", "sops_mac=x\n"),
        ("a.ini", "[a\nx\n= y\nk = `open\n"),
        ("a.ini", "k = 1\nk = 2\n"),
        ("a.ini", "[a] ; note\nk = 1\n"),
    ] {
        all.push_str(&format!(
            "{text:?}\n  {}\n",
            refused(name, text).replace('\n', "\n  ")
        ));
    }
    insta::assert_snapshot!(all, @r##"
    ""
      a.yaml: error[sops/empty]: the file holds no document
    "# only a comment\n"
      a.yaml: error[sops/empty]: the file holds no document
    "- a\n"
      a.yaml:1:1: error[sops/not-a-map]: the document is a list, where SOPS needs a map
    "text\n"
      a.yaml:1:1: error[sops/not-a-map]: the document is text, where SOPS needs a map
    "1: a\ntrue: b\n~: c\n2024-01-01: d\n? [x]\n: e\n"
      a.yaml:1:1: error[sops/key-not-text]: this key is a whole number, where SOPS needs text
      a.yaml:2:1: error[sops/key-not-text]: this key is true or false, where SOPS needs text
      a.yaml:3:1: error[sops/key-not-text]: this key is nothing, where SOPS needs text
      a.yaml:4:1: error[sops/key-not-text]: this key is a date, where SOPS needs text
      a.yaml:5:3: error[sops/key-not-text]: this key is a list, where SOPS needs text
    "a: 1\nb: 2\na: 3\n"
      a.yaml:3:1: error[yaml/duplicate-key]: the key `a` is set twice
    "a: 1\nsops:\n  mac: x\n"
      a.yaml:2:1: error[sops/already-encrypted]: the file has a `sops` block, which SOPS keeps for itself
    "%YAML 1.2\n---\na: b\n"
      a.yaml:1:1: error[sops/go-yaml]: Go's YAML reader, and so sops and Flux, take `%YAML 1.1` only
    "a: \"x\\/y\"\n"
      a.yaml:1:4: error[sops/go-yaml]: Go's YAML reader refuses the escape `\/`, and so sops and Flux do
    "\r\ra: x\r\n"
      a.yaml:1:1: error[sops/go-yaml]: Go's YAML reader, and so sops and Flux, start a new line at this character, U+000D
    "a: \u{2028}x\n"
      a.yaml:1:4: error[sops/go-yaml]: Go's YAML reader, and so sops and Flux, start a new line at this character, U+2028
    "a: 9223372036854775808\n"
      a.yaml:1:4: error[sops/integer-too-large]: this whole number has more than 64 bits, which sops cannot keep
    "a: *nowhere\n"
      a.yaml:1:4: error[yaml/undefined-alias]: no anchor of this name precedes the alias
    "a: [\n"
      a.yaml:1:4: error[yaml/syntax]: the bracket `[` is never closed
    "a: !!int x\n"
      a.yaml:1:10: error[sops/go-yaml]: Go's YAML reader, and so sops and Flux, refuse this value: not a whole number of 64 bits
    "[1]"
      a.json:1:1: error[sops/not-a-map]: the file is not a JSON object, and SOPS encrypts only such
    "{\"a\": }"
      a.json:1:7: error[json/syntax]: expected value
    "{\"a\": 1} x"
      a.json:1:10: error[json/syntax]: trailing characters
    "{\"sops\": {}}"
      a.json:1:2: error[sops/already-encrypted]: the file has a `sops` block, which SOPS keeps for itself
    "no value\nA=1\n"
      a.env:1:1: error[dotenv/syntax]: this line is no `KEY=value`
    "sops_mac=x\n"
      a.env:1:1: error[sops/already-encrypted]: the file has a `sops` block, which SOPS keeps for itself
    "[a\nx\n= y\nk = `open\n"
      a.ini:1:1: error[ini/syntax]: this section has no name, or no `]`
      a.ini:2:1: error[ini/syntax]: this line is no `key = value`, no comment and no `[section]`
      a.ini:3:1: error[ini/syntax]: this line is no `key = value`, no comment and no `[section]`
      a.ini:4:1: error[ini/syntax]: the quote of this value never ends
    "k = 1\nk = 2\n"
      a.ini:2:1: error[ini/syntax]: this key stands twice in its section, and sops keeps only one
    "[a] ; note\nk = 1\n"
      a.ini:1:5: error[sops/unwritable]: this comment cannot be written: behind the name of a section nothing can be encrypted
    "##);
    assert!(refused("a.yaml", &"x".repeat(17 << 20)).contains("file/too-large"));
    assert!(
        sealed("a.yaml", "a: b\n", None, &Rule::default())
            .is_err_and(|problems| lines(&problems).contains("sops/no-recipient"))
    );
}

#[test]
fn no_value_of_a_refused_file_is_shown() {
    for (name, text) in [
        ("a.yaml", "a: 27182818284590452353\n"),
        ("a.yaml", "a: |\n  27182818284590452353\n b\n"),
        ("a.yaml", "a: \"27182818284590452353\\/\"\n"),
        ("a.yaml", "a: [27182818284590452353\n"),
        ("a.json", "{\"a\": 27182818284590452353x}"),
        ("a.json", "[27182818284590452353]"),
        ("a.env", "27182818284590452353\n"),
        ("a.ini", "27182818284590452353\n"),
    ] {
        for problems in [
            sealed(name, text, None, &everything()).err(),
            status(&File::new(name, text.as_bytes())).err(),
            exposed(&File::new(name, text.as_bytes()), &everything()).err(),
        ] {
            let shown = format!("{problems:?}");
            assert!(!shown.contains("2718"), "{text}: {shown}");
        }
    }
}

#[test]
fn a_text_that_yaml_takes_for_a_tag_or_an_anchor_never_stays_in_the_clear() {
    for text in [
        "!hunter2",
        "&hunter2",
        "!!hunter2",
        "&hunter2 !x",
        "[!hunter2 ]",
    ] {
        let plain = format!("b: x\npassword: {text}\n");
        let problems = sealed("a.yaml", &plain, None, &everything()).expect_err(text);
        assert!(lines(&problems).contains("sops/unquoted"), "{text}");
        assert!(!format!("{problems:?}").contains("hunter2"), "{text}");

        // Nor does a guard let it pass that somebody wrote by hand.
        let made = good("a.yaml", "b: x\npassword: ''\n", None, &everything());
        let edited = String::from_utf8_lossy(&made.content)
            .replace("password: ''", &format!("password: {text}"));
        let found = exposed(&File::new("a.yaml", edited.as_bytes()), &everything());
        let found = found.expect("it can be read");
        assert!(lines(&found).contains("sops/clear-text"), "{text}");
        assert!(!format!("{found:?}").contains("hunter2"), "{text}");
    }
    // YAML's own are no text, and a value that follows is what is meant.
    good(
        "a.yaml",
        "a: !!str\nb: !x y\nc: &c z\nd: *c\n",
        None,
        &everything(),
    );
    // Neither is what no rule selects.
    let rule = rule("encrypted_regex", "^password$");
    good("a.yaml", "a: !x\npassword: y\n", None, &rule);
}

#[test]
fn files_that_cannot_be_decrypted_say_why() {
    let made = good(
        "a.yaml",
        "a: secret\nb_unencrypted: x\n",
        None,
        &everything(),
    );
    let text = String::from_utf8(made.content).expect("text");
    let mut all = String::new();
    // age adds a stanza of random length, so lines behind it have no fixed number.
    let line = text
        .lines()
        .position(|line| line.trim_start().starts_with("mac:"));
    let mac = format!("a.yaml:{}:", line.expect("a MAC") + 1);
    let mut attempt = |what: &str, text: &str, identities: &[Identity]| {
        let outcome = match decrypt(&File::new("a.yaml", text.as_bytes()), identities) {
            Ok(_) => "accepted".to_owned(),
            Err(problems) => lines(&problems)
                .replace(&identity().recipient(), "age1…")
                .replace(&mac, "a.yaml:MAC:"),
        };
        all.push_str(&format!("{what}\n  {}\n", outcome.replace('\n', "\n  ")));
    };
    let own = [identity()];
    attempt("no identity", &text, &[]);
    attempt("the wrong identity", &text, &[Identity::generate()]);
    attempt("not encrypted", "a: b\n", &own);
    attempt(
        "changed in the clear",
        &text.replace("unencrypted: x", "unencrypted: y"),
        &own,
    );
    attempt(
        "clear text",
        &(text.replacen("a: ENC", "c: plain\na: ENC", 1)),
        &own,
    );
    attempt(
        "a number",
        &(text.replacen("a: ENC", "c: 5\na: ENC", 1)),
        &own,
    );
    attempt("moved", &text.replacen("a: ENC", "z: ENC", 1), &own);
    attempt(
        "another time",
        &text.replace("2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z"),
        &own,
    );
    attempt("no time", &text.replace("lastmodified", "last"), &own);
    attempt("no MAC", &text.replace("  mac: ENC", "  make: ENC"), &own);
    attempt(
        "two selectors",
        &text.replace(
            "unencrypted_suffix:",
            "encrypted_regex: x\n    unencrypted_suffix:",
        ),
        &own,
    );
    attempt(
        "invalid regex",
        &text.replace("unencrypted_suffix: _unencrypted", "encrypted_regex: (("),
        &own,
    );
    attempt(
        "other keys only",
        &text.replace("    age:", "    pgp:"),
        &own,
    );
    attempt("no keys", &text.replace("    age:", "    old:"), &own);
    attempt(
        "damaged armor",
        &text.replacen("BEGIN AGE", "BEGIN EGA", 1),
        &own,
    );
    attempt("sops is text", "a: b\nsops: x\n", &own);
    insta::assert_snapshot!(all, @r"
    no identity
      a.yaml: error[sops/no-identity]: no identity is at hand; the file is encrypted to `age1…`
    the wrong identity
      a.yaml: error[sops/no-identity]: none of the identities at hand can decrypt the file; it is encrypted to `age1…`
    not encrypted
      a.yaml: error[sops/not-encrypted]: the file has no SOPS metadata: it is not encrypted
    changed in the clear
      a.yaml:MAC:10: error[sops/mac-mismatch]: the file was changed after it was encrypted: its MAC does not match its values
    clear text
      a.yaml:1:4: error[sops/clear-text]: the value of `c` is in the clear, where the file's rule says encrypted
    a number
      a.yaml:1:4: error[sops/clear-text]: the value of `c` is in the clear, where the file's rule says encrypted
    moved
      a.yaml:1:4: error[sops/damaged-value]: the encrypted value of `z` was changed, or moved here from another key or file
    another time
      a.yaml:MAC:10: error[sops/damaged-mac]: the MAC, or the time that belongs to it, was changed
    no time
      a.yaml:3:1: error[sops/damaged-metadata]: `sops.lastmodified` is missing
    no MAC
      a.yaml: error[sops/no-mac]: the file has no MAC, so nobody can tell whether it was changed
    two selectors
      a.yaml:3:1: error[sops/several-selectors]: the `sops` block has `unencrypted_suffix` and `encrypted_regex`, of which only one may stand
    invalid regex
      a.yaml:3:1: error[sops/bad-regex]: `sops.encrypted_regex` is not a regular expression of Go: unclosed group
    other keys only
      a.yaml: error[sops/no-age-key]: the file is encrypted to `pgp` keys only, not to any age recipient
    no keys
      a.yaml:3:1: error[sops/no-keys]: the `sops` block names no key that the file was encrypted to
    damaged armor
      a.yaml: error[sops/damaged-key]: the data key of the file is damaged
    sops is text
      a.yaml:2:7: error[sops/damaged-metadata]: `sops` is text, where SOPS keeps a map
    ");
}

#[test]
fn lenient_where_old_versions_wrote_otherwise() {
    let made = good("a.yaml", "a: secret\nb: 5\n", None, &everything());
    let text = String::from_utf8(made.content).expect("text");
    for (what, changed) in [
        (
            "unquoted time",
            text.replace("\"2026-01-02T03:04:05Z\"", "2026-01-02T03:04:05Z"),
        ),
        ("time with an offset", text.replace("05Z\"", "05+00:00\"")),
        ("time with a fraction", text.replace("05Z\"", "05.25Z\"")),
        (
            "no selector",
            text.replace("    unencrypted_suffix: _unencrypted\n", ""),
        ),
        (
            "legacy empty lists",
            text.replace("sops:\n", "sops:\n    kms: []\n    pgp: null\n"),
        ),
        ("no version", text.replace("    version: 3.13.3\n", "")),
        (
            "quoted token",
            text.replacen("a: ENC[", "a: 'ENC[", 1)
                .replacen(",type:str]\nb", ",type:str]'\nb", 1),
        ),
        (
            "trailing text",
            text.replacen(",type:str]\n", ",type:str] and more\n", 1),
        ),
        ("clear comment", format!("# note\n{text}")),
        ("block first", {
            let (values, block) = text.split_once("sops:").expect("a block");
            format!("sops:{block}{values}")
        }),
    ] {
        let clear = decrypt(&File::new("a.yaml", changed.as_bytes()), &[identity()]);
        let clear = clear.unwrap_or_else(|problems| panic!("{what}: {}", lines(&problems)));
        assert!(
            String::from_utf8_lossy(&clear.content).contains("a: secret\nb: 5\n"),
            "{what}"
        );
    }
}

#[test]
fn clear_text_is_found_without_any_key() {
    let rule = rule("encrypted_regex", "^(data|stringData)$");
    let found = |name: &str, text: &str| {
        lines(&exposed(&File::new(name, text.as_bytes()), &rule).expect("readable"))
    };
    assert_eq!(
        found("a.yaml", "kind: Secret\nstringData:\n  a: ''\n  b:\n"),
        ""
    );
    insta::assert_snapshot!(found("a.yaml", "kind: Secret\nstringData:\n  a: x\n  b: y\n"), @"a.yaml:3:6: error[sops/not-encrypted]: `stringData.a` and one other value should be encrypted by the rule for this file, and the file is in the clear");
    insta::assert_snapshot!(found("a.bin", "x"), @"a.bin: error[sops/not-encrypted]: `data` should be encrypted by the rule for this file, and the file is in the clear");
    let made = good("a.yaml", "data: x\n", None, &rule);
    let text = String::from_utf8(made.content).expect("text");
    assert_eq!(found("a.yaml", &text), "");
    insta::assert_snapshot!(found("a.yaml", &format!("stringData: {{a: leaked, b: 5}}\n{text}")), @r"
    a.yaml:1:17: error[sops/clear-text]: the value of `stringData.a` is in the clear in an encrypted file
    a.yaml:1:28: error[sops/clear-text]: the value of `stringData.b` is in the clear in an encrypted file
    ");
}

#[test]
fn status_needs_no_key() {
    let made = good("a.yaml", "a: x\nb: [y, z]\n", None, &everything());
    let told = status(&File::new("a.yaml", &made.content))
        .expect("readable")
        .expect("encrypted");
    assert_eq!(told.groups, [vec![identity().recipient()]]);
    assert_eq!(
        (told.encrypted_values, told.version.as_deref()),
        (3, Some("3.13.3"))
    );
    assert_eq!(
        told.selector.to_string(),
        "unencrypted_suffix: _unencrypted"
    );
    assert!(
        status(&File::new("a.yaml", b"a: b\n"))
            .expect("readable")
            .is_none()
    );
    assert!(
        status(&File::new("a.bin", b"anything"))
            .expect("readable")
            .is_none()
    );
    assert_eq!(Format::of("x/y.sops.yml"), Format::Yaml);
}

#[test]
fn rules_and_keys_that_cannot_work_are_told_by_their_rules() {
    let told = |rule: &Rule, plain: &str| match sealed("a.yaml", plain, None, rule) {
        Ok(_) => panic!("accepted"),
        Err(problems) => problems,
    };
    let mut shared = everything();
    shared.groups = vec![shared.groups[0].clone(); 2];
    shared.threshold = Some(3);
    assert!(told(&shared, "a: b\n").has(&rules::SOPS_BAD_THRESHOLD));
    let tokens = rule("unencrypted_comment_regex", "ENC");
    let commented = "a: 1\n# note\nb: 2\n";
    assert!(told(&tokens, commented).has(&rules::SOPS_REGEX_MATCHES_TOKENS));
}

#[test]
fn a_format_without_a_place_takes_no_value() {
    let set = |name: &str, plain: &str, path: &str| {
        let made = good(name, plain, None, &everything()).content;
        let path = Path::parse(path).expect("a path");
        let file = File::new(name, &made);
        match set(&file, &path, &"new".into(), None, &[identity()], now(1)) {
            Ok(_) => panic!("accepted"),
            Err(problems) => problems,
        }
    };
    assert!(set("a.bin", "text", r#"["a"]"#).has(&rules::SOPS_NO_PLACE));
    let made = good("a.bin", "text", None, &everything()).content;
    let made = String::from_utf8(made).expect("text");
    let made = made.replacen("\"data\"", "\"date\"", 1);
    let file = File::new("a.bin", made.as_bytes());
    let Err(problems) = decrypt(&file, &[identity()]) else {
        panic!("accepted");
    };
    assert!(problems.has(&rules::SOPS_DAMAGED));
}

#[test]
fn a_comment_that_cannot_be_decrypted_stays_and_is_told() {
    let made = good("a.yaml", "# note\na: b\n", None, &everything()).content;
    let text = String::from_utf8(made).expect("text");
    let at = text.find("data:").expect("a token") + "data:".len();
    let other = if text[at..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    let damaged = format!("{}{other}{}", &text[..at], &text[at + 1..]);
    let file = File::new("a.yaml", damaged.as_bytes());
    let clear = decrypt(&file, &[identity()]).expect("the values are whole");
    assert!(clear.notes.has(&rules::SOPS_UNREADABLE_COMMENT));
}
