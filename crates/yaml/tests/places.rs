//! Where things stand: every range of a text, byte by byte.

mod common;

use common::outline;

#[test]
fn characters_beyond_ascii_and_crlf() {
    let text = "é: 'ü x' # ß\r\nb: | # head\r\n  aé\r\n  b\r\n\r\nc: >-\r\n  f\r\n  g\r\nd: \"\\u263A\"\r\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "é: 'ü x' # ß\r\nb: | # head\r\n  aé\r\n  b\r\n\r\nc: >-\r\n  f\r\n  g\r\nd: \"\\u263A\""
    0.key0: text "é"
    0.0: text "'ü x'"
    0.key1: text "b"
    0.1: text "| # head\r\n  aé\r\n  b"
    0.key2: text "c"
    0.2: text ">-\r\n  f\r\n  g"
    0.key3: text "d"
    0.3: text "\"\\u263A\""
    comment "# ß" behind something
    comment "# head" behind something
    "##);
}

#[test]
fn a_byte_order_mark_is_read_over_and_counted() {
    let text = "\u{feff}a: 1\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a: 1"
    0.key0: text "a"
    0.0: a whole number "1"
    "##);
}

#[test]
fn tabs_between_tokens() {
    let text = "a:\t b\t# c\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a:\t b"
    0.key0: text "a"
    0.0: text "b"
    comment "# c" behind something
    "##);
}

#[test]
fn tabs_separate_but_do_not_indent() {
    let text = "a:\tb\t\nc:\n\td: 1\n";
    insta::assert_snapshot!(outline(text), @r##"
    test.yaml:3:2: error[yaml/syntax]: a tab cannot indent
      indent with spaces: YAML takes no tabs there
    "##);
}

#[test]
fn values_left_out() {
    let text = "a:\nb: # comment\nc:\n  -\n  - # comment\n  - x\nd: {e: , f, g:}\n? h\n? i\n: j\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a:\nb: # comment\nc:\n  -\n  - # comment\n  - x\nd: {e: , f, g:}\n? h\n? i\n: j"
    0.key0: text "a"
    0.0: nothing ""
    0.key1: text "b"
    0.1: nothing ""
    0.key2: text "c"
    0.2: a list "-\n  - # comment\n  - x"
    0.2[0]: nothing ""
    0.2[1]: nothing ""
    0.2[2]: text "x"
    0.key3: text "d"
    0.3: a map "{e: , f, g:}"
    0.3.key0: text "e"
    0.3.0: nothing ""
    0.3.key1: text "f"
    0.3.1: nothing ""
    0.3.key2: text "g"
    0.3.2: nothing ""
    0.key4: text "h"
    0.4: nothing ""
    0.key5: text "i"
    0.5: text "j"
    comment "# comment" behind something
    comment "# comment" behind something
    "##);
}

#[test]
fn anchors_tags_and_aliases() {
    let text = "a: &x !!str 5\nb: &y\n  - 1\n&z c: *x\nd: *y\ne: !local\n  k: v\nf: &w\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a: &x !!str 5\nb: &y\n  - 1\n&z c: *x\nd: *y\ne: !local\n  k: v\nf: &w"
    0.key0: text "a"
    0.0: text "5"
    0.0: with "&x !!str 5"
    0.key1: text "b"
    0.1: a list "- 1"
    0.1: with "&y\n  - 1"
    0.1[0]: a whole number "1"
    0.key2: text "c"
    0.key2: with "&z c"
    0.2: an alias of text "*x"
    0.key3: text "d"
    0.3: an alias of a list "*y"
    0.key4: text "e"
    0.4: a map "k: v"
    0.4: with "!local\n  k: v"
    0.4.key0: text "k"
    0.4.0: text "v"
    0.key5: text "f"
    0.5: nothing ""
    0.5: with "&w"
    "##);
}

#[test]
fn block_scalars() {
    let text = "a: |\nb: |+\n\n\nc: >\n\n  x\n   \n     \n    \nd: |2\n   x\n\n\ne: # comment\n  |-\n  y\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a: |\nb: |+\n\n\nc: >\n\n  x\n   \n     \n    \nd: |2\n   x\n\n\ne: # comment\n  |-\n  y"
    0.key0: text "a"
    0.0: text "|"
    0.key1: text "b"
    0.1: text "|+\n\n"
    0.key2: text "c"
    0.2: text ">\n\n  x\n   \n     \n    "
    0.key3: text "d"
    0.3: text "|2\n   x"
    0.key4: text "e"
    0.4: text "|-\n  y"
    comment "# comment" behind something
    "##);
}

#[test]
fn block_scalars_in_lists() {
    let text = "- |\n  a\n- >-\n  b\n  c\n\n- - |\n    d\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a list "- |\n  a\n- >-\n  b\n  c\n\n- - |\n    d"
    0[0]: text "|\n  a"
    0[1]: text ">-\n  b\n  c"
    0[2]: a list "- |\n    d"
    0[2][0]: text "|\n    d"
    "##);
}

#[test]
fn a_block_scalar_that_ends_without_line_break() {
    let text = "a: |\n  x";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a: |\n  x"
    0.key0: text "a"
    0.0: text "|\n  x"
    "##);
}

#[test]
fn plain_text_over_several_lines() {
    let text = "a: one\n  two\n\n  three   # c\nb: 'four\n  five'\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a: one\n  two\n\n  three   # c\nb: 'four\n  five'"
    0.key0: text "a"
    0.0: text "one\n  two\n\n  three"
    0.key1: text "b"
    0.1: text "'four\n  five'"
    comment "# c" behind something
    "##);
}

#[test]
fn a_block_scalar_of_a_sign_alone() {
    insta::assert_snapshot!(outline("a |: # c\n |1"), @r##"
    0: a map "a |: # c\n |1"
    0.key0: text "a |"
    0.0: text "|1"
    comment "# c" behind something
    "##);
}

#[test]
fn flow_lists_and_maps() {
    let text = "a: [1, [2], {b: 3}, c: 4, 'd': 5, ]\ne: {\n  f: 1, # c\n  \"g\":2,\n}\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a: [1, [2], {b: 3}, c: 4, 'd': 5, ]\ne: {\n  f: 1, # c\n  \"g\":2,\n}"
    0.key0: text "a"
    0.0: a list "[1, [2], {b: 3}, c: 4, 'd': 5, ]"
    0.0[0]: a whole number "1"
    0.0[1]: a list "[2]"
    0.0[1][0]: a whole number "2"
    0.0[2]: a map "{b: 3}"
    0.0[2].key0: text "b"
    0.0[2].0: a whole number "3"
    0.0[3]: a map "c: 4"
    0.0[3].key0: text "c"
    0.0[3].0: a whole number "4"
    0.0[4]: a map "'d': 5"
    0.0[4].key0: text "'d'"
    0.0[4].0: a whole number "5"
    0.key1: text "e"
    0.1: a map "{\n  f: 1, # c\n  \"g\":2,\n}"
    0.1.key0: text "f"
    0.1.0: a whole number "1"
    0.1.key1: text "\"g\""
    0.1.1: a whole number "2"
    comment "# c" behind something
    "##);
}

#[test]
fn complex_keys() {
    let text = "? [a, b]\n: {c: d}\n? {e: f}\n? |\n  g\n: - h\n{i: j}: k\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "? [a, b]\n: {c: d}\n? {e: f}\n? |\n  g\n: - h\n{i: j}: k"
    0.key0: a list "[a, b]"
    0.key0[0]: text "a"
    0.key0[1]: text "b"
    0.0: a map "{c: d}"
    0.0.key0: text "c"
    0.0.0: text "d"
    0.key1: a map "{e: f}"
    0.key1.key0: text "e"
    0.key1.0: text "f"
    0.1: nothing ""
    0.key2: text "|\n  g"
    0.2: a list "- h"
    0.2[0]: text "h"
    0.key3: a map "{i: j}"
    0.key3.key0: text "i"
    0.key3.0: text "j"
    0.3: text "k"
    "##);
}

#[test]
fn several_documents() {
    let text = "%YAML 1.2\n---\na\n...\n---\n---\nb: 1\n--- |\n c\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: text "a"
    1: nothing ""
    2: a map "b: 1"
    2.key0: text "b"
    2.0: a whole number "1"
    3: text "|\n c"
    "##);
}

#[test]
fn comments_only() {
    let text = "# a\n\n# b\n";
    insta::assert_snapshot!(outline(text), @r##"
    comment "# a"
    comment "# b"
    "##);
}

#[test]
fn nothing() {
    let text = "";
    insta::assert_snapshot!(outline(text), @"");
}

#[test]
fn a_broken_document_does_not_lose_the_others() {
    let text = "a: 1\n---\nb: [1\nc: 2\n---\nd: {\n---\ne: 1\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a: 1"
    0.key0: text "a"
    0.0: a whole number "1"
    1: a map "e: 1"
    1.key0: text "e"
    1.0: a whole number "1"
    test.yaml:4:2: error[yaml/syntax]: a `:` cannot stand here
      put the value in quotes if the `:` belongs to it, or check the indentation
    test.yaml:6:4: error[yaml/syntax]: the bracket `{` is never closed
      add the closing bracket
    "##);
}

#[test]
fn duplicate_keys_of_any_notation() {
    let text = "a: 1\nb: {c: 1, c: 2}\n\"a\": 2\n'a': 3\n? [x]\n: 1\n? [x]\n: 2\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a: 1\nb: {c: 1, c: 2}\n\"a\": 2\n'a': 3\n? [x]\n: 1\n? [x]\n: 2"
    0.key0: text "a"
    0.0: a whole number "1"
    0.key1: text "b"
    0.1: a map "{c: 1, c: 2}"
    0.1.key0: text "c"
    0.1.0: a whole number "1"
    0.1.key1: text "c"
    0.1.1: a whole number "2"
    0.key2: text "\"a\""
    0.2: a whole number "2"
    0.key3: text "'a'"
    0.3: a whole number "3"
    0.key4: a list "[x]"
    0.key4[0]: text "x"
    0.4: a whole number "1"
    0.key5: a list "[x]"
    0.key5[0]: text "x"
    0.5: a whole number "2"
    test.yaml:2:11: error[yaml/duplicate-key]: the key `c` is set twice
      remove one of the two
    test.yaml:3:1: error[yaml/duplicate-key]: the key `a` is set twice
      remove one of the two
    test.yaml:4:1: error[yaml/duplicate-key]: the key `a` is set twice
      remove one of the two
    "##);
}

#[test]
fn aliases_that_lead_nowhere() {
    let text = "base: &base {a: 1}\nb: *bsae\nc: &c [*c]\nd: *zzz\n---\ne: *base\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "base: &base {a: 1}\nb: *bsae\nc: &c [*c]\nd: *zzz"
    0.key0: text "base"
    0.0: a map "{a: 1}"
    0.0: with "&base {a: 1}"
    0.0.key0: text "a"
    0.0.0: a whole number "1"
    0.key1: text "b"
    0.1: an alias of nothing "*bsae"
    0.key2: text "c"
    0.2: a list "[*c]"
    0.2: with "&c [*c]"
    0.2[0]: an alias of nothing "*c"
    0.key3: text "d"
    0.3: an alias of nothing "*zzz"
    1: a map "e: *base"
    1.key0: text "e"
    1.0: an alias of nothing "*base"
    test.yaml:2:4: error[yaml/undefined-alias]: no anchor of this name precedes the alias
      did you mean `*base`?
    test.yaml:3:8: error[yaml/recursive-alias]: the alias stands inside of what it refers to
    test.yaml:4:4: error[yaml/undefined-alias]: no anchor of this name precedes the alias
      put the value in quotes if the `*` belongs to it
    test.yaml:6:4: error[yaml/undefined-alias]: no anchor of this name precedes the alias
      put the value in quotes if the `*` belongs to it
    "##);
}

#[test]
fn wrong_indentation() {
    let text = "a:\n  b: 1\n c: 2\n";
    insta::assert_snapshot!(outline(text), @r##"
    test.yaml:3:2: error[yaml/syntax]: no key of the map can start here
      check the indentation of this line
    "##);
}

#[test]
fn a_colon_too_many() {
    let text = "a: b: c\n";
    insta::assert_snapshot!(outline(text), @r##"
    test.yaml:1:5: error[yaml/syntax]: a `:` cannot stand here
      put the value in quotes if the `:` belongs to it, or check the indentation
    "##);
}

#[test]
fn an_unknown_escape() {
    let text = "a: \"\\d\"\n";
    insta::assert_snapshot!(outline(text), @r##"
    test.yaml:1:4: error[yaml/syntax]: the text has a backslash before a character that takes none
      write `\\` for a backslash, or use single quotes
    "##);
}

#[test]
fn an_indicator_in_front() {
    let text = "a: @b\n";
    insta::assert_snapshot!(outline(text), @r##"
    test.yaml:1:4: error[yaml/syntax]: `@` cannot stand here
      put the value in quotes
    "##);
}

#[test]
fn an_unclosed_quote() {
    let text = "a: 'b\nc: d\n";
    insta::assert_snapshot!(outline(text), @r##"
    test.yaml:1:4: error[yaml/syntax]: the quote is never closed
      add the closing quote
    "##);
}

#[test]
fn a_zero_byte() {
    let text = "a: b\0c\n";
    insta::assert_snapshot!(outline(text), @r##"
    test.yaml:1:5: error[yaml/syntax]: the character U+0000 cannot stand here
    "##);
}

#[test]
fn a_tag_without_handle() {
    let text = "a: !x!y z\n";
    insta::assert_snapshot!(outline(text), @r##"
    test.yaml:1:4: error[yaml/syntax]: no `%TAG` line declares the handle
    "##);
}

#[test]
fn a_future_version() {
    let text = "%YAML 3.0\n---\na: 1\n";
    insta::assert_snapshot!(outline(text), @r##"
    test.yaml:1:1: error[yaml/syntax]: the `%YAML` line asks for an unknown version
      remove the `%YAML` line
    "##);
}

#[test]
fn lists_in_the_column_of_their_key() {
    let text = "a:\n- b\n- c:\n  - d\ne: f\n";
    insta::assert_snapshot!(outline(text), @r##"
    0: a map "a:\n- b\n- c:\n  - d\ne: f"
    0.key0: text "a"
    0.0: a list "- b\n- c:\n  - d"
    0.0[0]: text "b"
    0.0[1]: a map "c:\n  - d"
    0.0[1].key0: text "c"
    0.0[1].0: a list "- d"
    0.0[1].0[0]: text "d"
    0.key1: text "e"
    0.1: text "f"
    "##);
}

#[test]
fn a_merge_that_is_not_finished() {
    let text = "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n";
    insta::assert_snapshot!(outline(text), @r"
    test.yaml:2:1: error[yaml/merge-conflict]: a merge of this file is not finished
      keep what is right of both sides, and remove the lines of git
    ");
    // Within a text they are nothing special.
    assert!(!outline("a: |\n  <<<<<<< HEAD\n  >>>>>>> other\n").contains("conflict"));
}
