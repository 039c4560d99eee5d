//! What Go's reader takes beyond YAML 1.2: read as it reads it, every place as it is written.

mod common;

use common::outline;

#[test]
fn an_alias_as_a_key_ends_before_the_colon() {
    let text = "name: &app demo\n*app: works\nflow: {*app: é, k: *app}\n*app : again\nq: \"*app: no\" # *app: no\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "name: &app demo\n*app: works\nflow: {*app: é, k: *app}\n*app : again\nq: \"*app: no\""
    0.key0: text "name"
    0.0: text "demo"
    0.0: with "&app demo"
    0.key1: an alias of text "*app"
    0.1: text "works"
    0.key2: text "flow"
    0.2: a map "{*app: é, k: *app}"
    0.2.key0: an alias of text "*app"
    0.2.0: text "é"
    0.2.key1: text "k"
    0.2.1: an alias of text "*app"
    0.key3: an alias of text "*app"
    0.3: text "again"
    0.key4: text "q"
    0.4: text "\"*app: no\""
    comment "# *app: no" behind something
    test.yaml:4:1: error[yaml/duplicate-key]: the key `demo` is set twice
      remove one of the two
    "##);
}

#[test]
fn an_alias_of_no_anchor_is_still_a_problem() {
    insta::assert_snapshot!(outline("a: &x 1\n*y: 1\n"), @r#"
    0: a map "a: &x 1\n*y: 1"
    0.key0: text "a"
    0.0: a whole number "1"
    0.0: with "&x 1"
    0.key1: an alias of nothing "*y"
    0.1: a whole number "1"
    test.yaml:2:1: error[yaml/undefined-alias]: no anchor of this name precedes the alias
      put the value in quotes if the `*` belongs to it
    "#);
    // As YAML 1.2 has it; Go's reader knows no such anchor.
    insta::assert_snapshot!(outline("a: &x: 1\nb: *x:\n"), @r#"
    0: a map "a: &x: 1\nb: *x:"
    0.key0: text "a"
    0.0: a whole number "1"
    0.0: with "&x: 1"
    0.key1: text "b"
    0.1: an alias of a whole number "*x:"
    "#);
}

#[test]
fn comments_right_behind_quotes_and_brackets() {
    let text = "a: \"x\"#1\nb: [1]#2\nc: |#3\n  x#4\nd: x#5\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a: \"x\"#1\nb: [1]#2\nc: |#3\n  x#4\nd: x#5"
    0.key0: text "a"
    0.0: text "\"x\""
    0.key1: text "b"
    0.1: a list "[1]"
    0.1[0]: a whole number "1"
    0.key2: text "c"
    0.2: text "|#3\n  x#4"
    0.key3: text "d"
    0.3: text "x#5"
    comment "#1" behind something
    comment "#2" behind something
    comment "#3" behind something
    "##);
}

#[test]
fn tabs_in_brackets_and_nowhere_else() {
    insta::assert_snapshot!(outline("a: {\n\t\tb: 1,\n \tc: [\n\t2]}\nd: 3\n"), @r#"
    0: a map "a: {\n\t\tb: 1,\n \tc: [\n\t2]}\nd: 3"
    0.key0: text "a"
    0.0: a map "{\n\t\tb: 1,\n \tc: [\n\t2]}"
    0.0.key0: text "b"
    0.0.0: a whole number "1"
    0.0.key1: text "c"
    0.0.1: a list "[\n\t2]"
    0.0.1[0]: a whole number "2"
    0.key1: text "d"
    0.1: a whole number "3"
    "#);
    insta::assert_snapshot!(outline("a:\n\tb: 1\n"), @r#"
    test.yaml:2:2: error[yaml/syntax]: a tab cannot indent
      indent with spaces: YAML takes no tabs there
    "#);
}

#[test]
fn an_escaped_single_quote() {
    insta::assert_snapshot!(outline("a: \"é\\'s \\\\\\' x\"\nb: \"\\d\"\n"), @r#"
    test.yaml:2:4: error[yaml/syntax]: the text has a backslash before a character that takes none
      write `\\` for a backslash, or use single quotes
    "#);
    let source = diagnostics::Source::new("x.yaml", "a: \"it\\'s\"\n");
    let parsed = yaml::parse(&source, &yaml::Limits::default());
    let value = parsed.documents[0]
        .as_mapping()
        .and_then(|map| map.get("a"));
    assert_eq!(value.and_then(|value| value.text()), Some("it's"));
}

#[test]
fn with_too_many_such_places_the_rest_are_problems() {
    let text = format!("a: &x 1\n{}", "*x: 1\n".repeat(20_000));
    let source = diagnostics::Source::new("x.yaml", text);
    let parsed = yaml::parse(&source, &yaml::Limits::default());
    assert!(parsed.diagnostics.has_errors());
}

/// kustomize 5.8.2 takes the first four, and none of the others.
#[test]
fn a_block_may_begin_where_its_key_does() {
    for good in [
        "a:\n  b:\n  |\n    one\n    two\n",
        "a:\n  b:\n  >-\n    one\n    two\n",
        "a:\n  b: !!str\n  |\n    one\n    two\n",
        "a:\n  b:\n  # why\n  |2\n    one\n    two\n",
    ] {
        let outline = outline(good);
        assert!(outline.contains("0.0.0: text \""), "{outline}");
        assert!(!outline.contains("error["), "{outline}");
    }
    for bad in [
        "a:\n  b:\n  |\n  one\n",
        "a:\n  b:\n|\n    one\n",
        "a:\n  b:\n  \"x\"\n  c: d\n",
        "a:\n  b:\n  x\n  c: d\n",
    ] {
        assert!(outline(bad).contains("error["), "{bad}");
    }
}
