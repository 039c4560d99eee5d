//! Files of which something is in the clear that should not be: added by hand, under a rule
//! that was widened since, or under a selector that matches nothing.

use secrets::{
    Change, EncryptedFile, File, Rule, Selector, complete, decrypt, decrypt_ignoring_mac, exposed,
    lossy, only_references, replace, selects_nothing, set, status,
};

use crate::{everything, good, identity, lines, now, opened, rule};

fn completed(text: &str, rule: Option<&Rule>, broadly: bool) -> Result<(String, String), String> {
    let file = File::new("a.yaml", text.as_bytes());
    complete(&file, rule, broadly, &[identity()], now(5))
        .map(|made| {
            let text = String::from_utf8(made.content).expect("text");
            (text, lines(&made.notes))
        })
        .map_err(|problems| lines(&problems))
}

fn text(content: Vec<u8>) -> String {
    String::from_utf8(content).expect("text")
}

#[test]
fn values_that_were_added_in_the_clear_are_encrypted() {
    let made = text(good("a.yaml", "a: one\nb: two\n", None, &everything()).content);
    let added = format!("new: clear\nn: 5\n{made}");
    let file = File::new("a.yaml", added.as_bytes());
    assert!(decrypt(&file, &[identity()]).is_err());
    // To look at it is enough to say that the MAC does not matter.
    let seen = decrypt_ignoring_mac(&file, &[identity()]).expect("readable");
    assert_eq!(&**seen.content, b"new: clear\nn: 5\na: one\nb: two\n");
    assert_eq!(seen.notes.iter().count(), 2, "{}", lines(&seen.notes));

    let (whole, notes) = completed(&added, None, false).expect("completed");
    assert_eq!(notes, "");
    assert!(!whole.contains("clear"));
    assert_eq!(
        opened("a.yaml", whole.as_bytes()),
        "new: clear\nn: 5\na: one\nb: two\n"
    );
    // What was encrypted keeps its tokens.
    let line = |text: &str, start: &str| {
        let found = text.lines().find(|line| line.starts_with(start));
        found.expect("the line").to_owned()
    };
    assert_eq!(line(&whole, "a: "), line(&made, "a: "));
    assert_eq!(line(&whole, "b: "), line(&made, "b: "));
}

#[test]
fn values_that_were_replaced_or_taken_out_too_are_told() {
    let made = text(good("a.yaml", "a: one\nb: two\n", None, &everything()).content);
    let rest = made.split_once('\n').expect("lines").1;
    let replaced = format!("a: changed\n{rest}");
    let (whole, notes) = completed(&replaced, None, false).expect("completed");
    assert!(notes.contains("sops/mac-renewed"), "{notes}");
    assert_eq!(opened("a.yaml", whole.as_bytes()), "a: changed\nb: two\n");
    // Where nothing is in the clear, nobody asked for a new MAC.
    let refused = completed(rest, None, false).expect_err("a value is gone");
    assert!(refused.contains("sops/mac-mismatch"), "{refused}");
}

#[test]
fn a_damaged_token_beside_a_clear_value_is_still_damaged() {
    let made = text(good("a.yaml", "a: one\n", None, &everything()).content);
    let moved = format!("new: clear\n{}", made.replacen("a: ENC", "z: ENC", 1));
    let refused = completed(&moved, None, false).expect_err("it was moved");
    assert!(refused.contains("sops/damaged-value"), "{refused}");
    let file = File::new("a.yaml", moved.as_bytes());
    assert!(decrypt_ignoring_mac(&file, &[identity()]).is_err());
}

#[test]
fn a_text_that_is_taken_for_a_tag_is_not_passed_over() {
    let made = text(good("a.yaml", "a: one\n", None, &everything()).content);
    let refused = completed(&format!("new: !hunter2\n{made}"), None, false);
    let refused = refused.expect_err("it would stay in the clear");
    assert!(
        refused.contains("sops/unquoted") && !refused.contains("hunter2"),
        "{refused}"
    );
}

#[test]
fn a_widened_rule_reaches_what_is_added() {
    let old = rule("encrypted_regex", "^old$");
    let wide = rule("encrypted_regex", "^(old|new)$");
    let made = good("a.yaml", "x: 1\nold: a\n", None, &old).content;
    let file = File::new("a.yaml", &made);
    let path = secrets::Path::parse(r#"["new"]"#).expect("a path");
    let ids = [identity()];
    let edited = set(&file, &path, &"hush".into(), Some(&wide), &ids, now(1)).expect("set");
    insta::assert_snapshot!(lines(&edited.notes), @"a.yaml: warning[sops/selector-widened]: the file's own `encrypted_regex: ^old$` does not select `new`, so that the file follows `encrypted_regex: ^(old|new)$` of its rule from now on");
    assert!(!text(edited.content.clone()).contains("hush"));
    assert_eq!(
        opened("a.yaml", &edited.content),
        "x: 1\nold: a\nnew: hush\n"
    );
    let by_editor = replace(
        &file,
        b"x: 1\nold: a\nnew: hush\n",
        Some(&wide),
        &ids,
        now(1),
    );
    assert!(!text(by_editor.expect("replaced").content).contains("hush"));
    // What was there before, and an edit of something else, is no reason.
    let path = secrets::Path::parse(r#"["x"]"#).expect("a path");
    let edited = set(&file, &path, &2.into(), Some(&wide), &ids, now(1)).expect("set");
    assert!(edited.notes.is_empty());
}

#[test]
fn a_selector_is_not_taken_over_where_that_would_reveal_something() {
    let old = rule("encrypted_regex", "^old$");
    let other = rule("encrypted_regex", "^new$");
    let made = good("a.yaml", "old: a\n", None, &old).content;
    let file = File::new("a.yaml", &made);
    let path = secrets::Path::parse(r#"["new"]"#).expect("a path");
    let edited = set(
        &file,
        &path,
        &"hush".into(),
        Some(&other),
        &[identity()],
        now(1),
    );
    let edited = edited.expect("set");
    assert!(lines(&edited.notes).contains("warning[sops/narrow-selector]"));
    let after = text(edited.content);
    assert!(after.contains("old: ENC[") && after.contains("new: hush"));
    let (same, _) = completed(&after, Some(&other), true).expect("nothing to do");
    assert_eq!(same, after);
}

#[test]
fn what_a_widened_rule_selects_is_told_and_encrypted() {
    let old = rule("encrypted_regex", "^old$");
    let made = text(good("a.yaml", "old: a\nnew: hush\nx: 1\n", None, &old).content);
    let file = File::new("a.yaml", made.as_bytes());
    let read = EncryptedFile::read(&file)
        .expect("readable")
        .expect("encrypted");
    let told = |rule: &Rule| lines(&read.narrower(rule));
    let wide = rule("encrypted_regex", "^(old|new)$");
    insta::assert_snapshot!(told(&wide), @"a.yaml:2:6: error[sops/narrow-selector]: `new` is in the clear: the file was encrypted under `encrypted_regex: ^old$`, and its rule says `encrypted_regex: ^(old|new)$` now");
    // A rule that names what is no secret may be meant for other files.
    insta::assert_snapshot!(told(&everything()), @"a.yaml:2:6: warning[sops/narrow-selector]: `new` and one other value are in the clear: the file was encrypted under `encrypted_regex: ^old$`, and its rule says `unencrypted_suffix: _unencrypted` now");
    assert_eq!(told(&old), "");
    let (whole, _) = completed(&made, Some(&wide), false).expect("completed");
    assert!(!whole.contains("hush") && whole.contains("x: 1"));
    assert_eq!(
        opened("a.yaml", whole.as_bytes()),
        "old: a\nnew: hush\nx: 1\n"
    );
    let (same, _) = completed(&made, Some(&everything()), false).expect("nothing to do");
    assert_eq!(same, made);
    let (all, _) = completed(&made, Some(&everything()), true).expect("completed");
    assert!(!all.contains("hush") && !all.contains("x: 1"));
}

#[test]
fn a_selector_that_matches_nothing_is_seen() {
    let nothing = rule("encrypted_regex", "^(data | stringData)$");
    let plain = "stringData:\n  a: hush\n";
    let selects = |name: &str, plain: &str, rule: &Rule| {
        selects_nothing(&File::new(name, plain.as_bytes()), rule).expect("readable")
    };
    assert!(selects("a.yaml", plain, &nothing));
    assert!(selects(
        "a.env",
        "A=hush\n",
        &rule("encrypted_regex", "^data$")
    ));
    assert!(selects(
        "a.yaml",
        "a_clear: x\n",
        &rule("unencrypted_suffix", "_clear")
    ));
    // Nothing to encrypt is another thing than nothing selected.
    assert!(!selects(
        "a.yaml",
        "stringData: {}\n",
        &rule("encrypted_regex", "^stringData$")
    ));
    assert!(!selects("a.yaml", "{}\n", &nothing));
    assert!(!selects("a.txt", "hush", &nothing));
    // As sops writes it.
    let made = good("a.yaml", plain, None, &nothing).content;
    let file = File::new("a.yaml", &made);
    let status = status(&file).expect("readable").expect("metadata");
    assert!(status.selects_nothing && status.encrypted_values == 0);
    let (whole, _) = completed(
        &text(made),
        Some(&rule("encrypted_regex", "^(data|stringData)$")),
        false,
    )
    .expect("completed");
    assert!(!whole.contains("hush"));
}

#[test]
fn references_that_flux_fills_in_are_no_secrets() {
    let data = rule("encrypted_regex", "^(data|stringData)$");
    for (value, expected) in [
        ("'${SECRET_PASSWORD}'", true),
        ("'${USER}:${PASSWORD}'", true),
        ("'${A:=}'", true),
        ("'${A:=hunter2}'", false),
        ("'hunter2${A}'", false),
        ("'${A}hunter2'", false),
        ("'${}'", false),
        ("'${A'", false),
        ("'$A'", false),
        ("''", false),
    ] {
        let plain = format!("apiVersion: v1\nkind: Secret\nstringData:\n  a: {value}\n");
        let file = File::new("a.yaml", plain.as_bytes());
        for rule in [&data, &everything()] {
            assert_eq!(only_references(&file, rule), Ok(expected), "{value}");
        }
    }
    let mixed = "stringData:\n  a: '${A}'\n  b: hunter2\n";
    assert_eq!(
        only_references(&File::new("a.yaml", mixed.as_bytes()), &data),
        Ok(false)
    );
}

#[test]
fn numbers_that_do_not_fit_are_told() {
    let told = |name: &str, plain: &str| {
        let notes = good(name, plain, None, &everything()).notes;
        assert!(!format!("{notes:?}").contains("12345678901"), "{notes:?}");
        lines(&notes)
    };
    let big = "12345678901234567890123";
    insta::assert_snapshot!(told("a.yaml", &format!("a: {big}\nb: 1.10\nc: '{big}'\nd: 0.5\n")), @"a.yaml:1:4: warning[sops/digits-lost]: the number of `a` has more digits than SOPS keeps, as with sops: the last ones become others");
    insta::assert_snapshot!(told("a.json", &format!("{{\"a\": {big}, \"b\": 9007199254740993}}")), @"a.json:1:7: warning[sops/digits-lost]: the number of `a` has more digits than SOPS keeps, as with sops: the last ones become others");
    // In the clear it stays as it is written.
    assert_eq!(told("a.yaml", &format!("a_unencrypted: {big}\n")), "");
    // Once told is enough.
    let plain = format!("a: {big}\nb: x\n");
    let made = good("a.yaml", &plain, None, &everything()).content;
    let again = good(
        "a.yaml",
        &plain.replace('x', "y"),
        Some(&made),
        &everything(),
    );
    assert!(matches!(again.change, Change::Updated(_)));
    assert_eq!(lines(&again.notes), "");
}

#[test]
fn values_that_ini_files_cut_are_told() {
    let plain = "[s]\na = x;y\nb = x#y\nc = `x;y`\nd = x ; y\ne = x\\\nf = y\n";
    let notes = lossy(&File::new("a.ini", plain.as_bytes())).expect("readable");
    insta::assert_snapshot!(lines(&notes), @r"
    a.ini:2:6: warning[sops/ini-value-changes]: the last value of `s` ends here, as with sops: what follows is taken for a comment
    a.ini:3:6: warning[sops/ini-value-changes]: the last value of `s` ends here, as with sops: what follows is taken for a comment
    a.ini:6:5: warning[sops/ini-value-changes]: the value of `s.e` ends in a `\` and takes in the next line, as with sops
    ");
}

#[test]
fn a_merge_that_is_not_finished_names_a_way_that_works() {
    let made = text(good("a.yaml", "a: one\n", None, &everything()).content);
    let line = made.lines().next().expect("a line");
    let marked = made.replacen(
        line,
        &format!("<<<<<<< HEAD\n{line}\n=======\n{line}\n>>>>>>> other"),
        1,
    );
    let file = File::new("a.yaml", marked.as_bytes());
    let problems = decrypt(&file, &[identity()])
        .map(|_| ())
        .expect_err("it has two sides");
    insta::assert_snapshot!(lines(&problems), @"a.yaml:1:1: error[sops/merge-conflict]: a merge of this file is not finished");
    let problem = problems.iter().next().expect("one");
    let hint = problem.hint.as_deref().expect("a hint");
    assert!(hint.contains("git checkout --merge a.yaml"), "{hint}");
    assert!(exposed(&file, &everything()).is_err());
    // Formats without a syntax of their own would take the lines of git for values.
    let env = text(good("a.env", "A=one\n", None, &everything()).content);
    let marked = format!("<<<<<<< HEAD\n{env}=======\n{env}>>>>>>> other\n");
    let problems = decrypt(&File::new("a.env", marked.as_bytes()), &[identity()]);
    let problems = problems.map(|_| ()).expect_err("it has two sides");
    assert!(lines(&problems).contains("sops/merge-conflict"));
}

/// Which values stay in the clear, asked of sops 3.13.3: a comment between a dash and a map or a
/// list is about its first entry, and about all of an item that is none.
#[test]
fn comments_behind_a_dash_select_what_sops_selects() {
    let mut rule = everything();
    rule.selector = Selector::new("encrypted_comment_regex", "enc$").expect("a pattern");
    for (plain, clear) in [
        (
            "l:\n  -\n    # enc\n    a: v1\n    b: v2\n  - v3\n",
            "v2 v3",
        ),
        ("l:\n  -\n  # enc\n    a: v1\n    b: v2\n  - v3\n", "v2 v3"),
        ("l:\n  - # enc\n    a: v1\n    b: v2\n  - v3\n", "v2 v3"),
        ("l:\n- # enc\n  a: v1\n  b: v2\n- v3\n", "v2 v3"),
        ("l:\n  - # enc\n    - v1\n    - v2\n  - v3\n", "v2 v3"),
        (
            "l:\n  - - # enc\n      a: v1\n      b: v2\n  - v3\n",
            "v2 v3",
        ),
        ("l:\n  - # enc\n    a:\n      b: v1\n    c: v2\n", "v2"),
        ("l:\n  - v1\n  - # enc\n    v2\n  - v3\n", "v1 v3"),
        ("l:\n  - v1\n  - # enc\n    [v2, v3]\n  - v4\n", "v1 v4"),
        ("l:\n  # enc\n  -\n    a: v1\n    b: v2\n  - v3\n", "v3"),
    ] {
        let made = crate::sealed("a.yaml", plain, None, &rule).expect("encrypted");
        let written = text(made.content);
        let body = written.split("\nsops:").next().unwrap_or_default();
        // Without the tokens, in which anything may stand.
        let rest = body
            .split("ENC[")
            .enumerate()
            .map(|(number, part)| match number {
                0 => part,
                _ => part.split_once(']').map_or("", |(_, rest)| rest),
            });
        let rest: String = rest.collect();
        let words: Vec<_> = rest
            .split(|character: char| !character.is_ascii_alphanumeric())
            .filter(|word| word.starts_with('v'))
            .collect();
        assert_eq!(words.join(" "), clear, "{plain}{body}");
    }
}

#[test]
fn comments_that_sops_does_not_see_select_nothing() {
    let mut rule = everything();
    rule.selector = Selector::new("encrypted_comment_regex", "enc$").expect("a pattern");
    for plain in [
        "k: [ # enc\n  a, b]\n",
        "k: { # enc\n  a: b}\n",
        "k: [a, { # enc\n  b: c}]\n",
    ] {
        let refused = crate::sealed("a.yaml", plain, None, &rule).expect_err("it is unseen");
        assert!(lines(&refused).contains("sops/unseen-comment"), "{plain}");
    }
    // An alias is written out, and the comment behind it would then be about the first item.
    let refused = crate::sealed("a.yaml", "k: &x [a, b]\nl: *x # enc\n", None, &rule);
    let refused = refused.expect_err("the comment moves");
    assert!(lines(&refused).contains("sops/comment-moves"));
}
