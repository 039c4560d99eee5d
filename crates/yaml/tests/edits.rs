//! Changes by byte range: what they write, and that the rest keeps its bytes.

mod common;

use std::ops::Range;

use common::root;
use yaml::edit::{EditError, Edits, New};
use yaml::{Node, quote};

type Change = fn(&mut Edits<'_>, &Node) -> Result<(), EditError>;

fn edited(text: &str, change: Change) -> String {
    let node = root(text);
    let mut edits = Edits::new(text);
    match change(&mut edits, &node).and_then(|()| edits.apply()) {
        Ok(text) => text,
        Err(error) => format!("refused: {error}"),
    }
}

/// Replaces the value of `k`.
fn replaced(text: &str, new: &str) -> String {
    let node = root(text);
    let mut edits = Edits::new(text);
    let value = node.get("k").expect("the key is there");
    edits
        .replace_scalar(value, New::Text(new))
        .expect("a scalar");
    let out = edits.apply().expect("one edit");
    let again = root(&out);
    assert_eq!(again.get("k").and_then(Node::text), Some(new), "{out}");
    out
}

#[test]
fn a_scalar_keeps_its_notation_where_that_can_hold_the_text() {
    assert_eq!(replaced("k: a # c\n", "b"), "k: b # c\n");
    assert_eq!(replaced("k: a # c\n", "yes"), "k: \"yes\" # c\n");
    assert_eq!(replaced("k: a\r\nl: b\r\n", "é"), "k: é\r\nl: b\r\n");
    assert_eq!(replaced("k: 'a'\n", "it's"), "k: 'it''s'\n");
    assert_eq!(replaced("k: 'a'\n", "two\nlines"), "k: \"two\\nlines\"\n");
    assert_eq!(replaced("k: \"a\"\n", "b"), "k: \"b\"\n");
    assert_eq!(replaced("{k: a, l: b}\n", "x, y"), "{k: \"x, y\", l: b}\n");
}

#[test]
fn block_scalars_keep_their_indentation() {
    assert_eq!(
        replaced("k: |\n    a\nl: b\n", "x\ny\n"),
        "k: |\n    x\n    y\nl: b\n"
    );
    assert_eq!(replaced("k: |\n  a\n\nl: b\n", "x"), "k: |-\n  x\n\nl: b\n");
    assert_eq!(
        replaced("k: |\n  a\nl: b\n", "x\n\n\n"),
        "k: |+\n  x\n\n\nl: b\n"
    );
    assert_eq!(
        replaced("k: |\r\n  a\r\n", "x\ny\n"),
        "k: |\r\n  x\r\n  y\r\n"
    );
    assert_eq!(replaced("k: >-\n  a\n  b\n", "x\ny"), "k: >-\n  x\n\n  y\n");
    assert_eq!(replaced("k: |-\n  a", "x\n"), "k: |\n  x\n");
    assert_eq!(replaced("k: |\n  a\n", "\tx\u{7}"), "k: \"\\tx\\x07\"\n");
    assert_eq!(replaced("k: |\n  a\n", ""), "k: \"\"\n");
    assert_eq!(replaced("k: >\n  a\n", " x\n"), "k: \" x\\n\"\n");
}

#[test]
fn values_left_out_and_aliases_are_filled_in() {
    assert_eq!(replaced("k:\nl: b\n", "x"), "k: x\nl: b\n");
    assert_eq!(replaced("k: # c\nl: b\n", "x"), "k: x # c\nl: b\n");
    assert_eq!(replaced("{k: , l: b}\n", "x"), "{k: x , l: b}\n");
    assert_eq!(replaced("l: &a b\nk: *a\n", "x"), "l: &a b\nk: x\n");
    assert_eq!(replaced("k: !!str\n", "x"), "k: !!str x\n");
    for text in ["{k, l: b}\n", "? k\n"] {
        assert_eq!(
            edited(text, |edits, root| {
                edits.replace_scalar(root.get("k").expect("k"), New::Text("x"))
            }),
            "refused: nothing is written there, not even a `:`"
        );
    }
}

#[test]
fn numbers_and_lists() {
    assert_eq!(
        edited("k: 1 # c\n", |edits, root| {
            edits.replace_scalar(root.get("k").expect("k"), New::Verbatim("2"))
        }),
        "k: 2 # c\n"
    );
    assert_eq!(
        edited("k: [1]\n", |edits, root| {
            edits.replace_scalar(root.get("k").expect("k"), New::Text("x"))
        }),
        "refused: a list cannot be replaced as a scalar"
    );
}

#[test]
fn entries_are_added_to_block_maps() {
    let append: Change = |edits, root| edits.append_entry(root, "n", &quote("yes"));
    assert_eq!(
        edited("a: 1 # c\n# d\n", append),
        "a: 1 # c\nn: 'yes'\n# d\n"
    );
    assert_eq!(edited("a: 1", append), "a: 1\nn: 'yes'");
    assert_eq!(
        edited("a: 1\r\nb:\r\n", append),
        "a: 1\r\nb:\r\nn: 'yes'\r\n"
    );
    assert_eq!(edited("a: |\n  x\n", append), "a: |\n  x\nn: 'yes'\n");
    assert_eq!(edited("a: |\n  x", append), "a: |-\n  x\nn: 'yes'");
    assert_eq!(edited("a: |+\n  x\n\n", append), "a: |+\n  x\n\nn: 'yes'\n");
    assert_eq!(
        edited("a:\n  - b: {c: d}\n", append),
        "a:\n  - b: {c: d}\nn: 'yes'\n"
    );
    let nested: Change =
        |edits, root| edits.append_entry(root.get("a").expect("a"), "n", "\n  m: 1\n  o:\n    - 2");
    assert_eq!(
        edited("a:\n    b: 1\nc: 2\n", nested),
        "a:\n    b: 1\n    n:\n      m: 1\n      o:\n        - 2\nc: 2\n"
    );
    let first: Change = |edits, root| edits.insert_entry(root, 0, "n", "1");
    assert_eq!(edited("# c\n&x a: 1\n", first), "# c\nn: 1\n&x a: 1\n");
    let in_list: Change = |edits, root| {
        let item = &root.as_sequence().expect("a list")[0];
        edits.insert_entry(item, 0, "n", "1")?;
        edits.append_entry(item, "o", "2")
    };
    assert_eq!(
        edited("- a: 1\n- b\n", in_list),
        "- n: 1\n  a: 1\n  o: 2\n- b\n"
    );
}

#[test]
fn entries_are_added_to_flow_maps() {
    let append: Change = |edits, root| edits.append_entry(root, "n", "1");
    assert_eq!(edited("{}\n", append), "{n: 1}\n");
    assert_eq!(edited("{a: 1, b}\n", append), "{a: 1, b, n: 1}\n");
    assert_eq!(edited("{a: 1, }\n", append), "{a: 1, n: 1, }\n");
    assert_eq!(
        edited("{\n  a: 1 # c\n}\n", append),
        "{\n  a: 1, n: 1 # c\n}\n"
    );
    let first: Change = |edits, root| edits.insert_entry(root, 0, "n", "1");
    assert_eq!(edited("{a: 1}\n", first), "{n: 1, a: 1}\n");
    assert_eq!(
        edited("{a: 1}\n", |edits, root| edits
            .append_entry(root, "n", "\n  m: 1")),
        "refused: the new value has several lines, which do not fit there"
    );
    assert_eq!(
        edited("[a: 1]\n", |edits, root| {
            edits.append_entry(&root.as_sequence().expect("a list")[0], "n", "1")
        }),
        "refused: entries can be changed in a block map or in `{…}` only"
    );
}

#[test]
fn entries_are_removed() {
    let remove: Change = |edits, root| edits.remove_key(root, "k");
    assert_eq!(
        edited("a: 1\nk: 2 # c\n# d\nb: 3\n", remove),
        "a: 1\n# d\nb: 3\n"
    );
    assert_eq!(edited("k: 1\nb: 2\n", remove), "b: 2\n");
    assert_eq!(edited("a: 1\nk: 2", remove), "a: 1\n");
    assert_eq!(
        edited("a: 1\r\nk:\r\n  - 2\r\n  - 3\r\n", remove),
        "a: 1\r\n"
    );
    assert_eq!(edited("k: 1 # c\n", remove), "{} # c\n");
    assert_eq!(
        edited("a: |+\n  x\nk: |\n  y\n\nb: 1\n", remove),
        "a: |+\n  x\nb: 1\n"
    );
    assert_eq!(
        edited("? a\n: 1\n? k\n: 2\n? b\n: 3\n", remove),
        "? a\n: 1\n? b\n: 3\n"
    );
    assert_eq!(edited("{a: 1, k: 2, b: 3}\n", remove), "{a: 1, b: 3}\n");
    assert_eq!(edited("{a: 1, k: 2}\n", remove), "{a: 1}\n");
    assert_eq!(edited("{k: 2}\n", remove), "{}\n");
    assert_eq!(
        edited("a: 1\n", remove),
        "refused: the map has no entry of that number or key"
    );
    assert_eq!(
        edited("- k: 1\n  b: 2\n", |edits, root| {
            edits.remove_key(&root.as_sequence().expect("a list")[0], "k")
        }),
        "- b: 2\n"
    );
}

#[test]
fn ranges_are_checked() {
    let mut edits = Edits::new("äbc");
    edits.insert(1, "x");
    assert_eq!(edits.apply(), Err(EditError::NoSuchRange(1..1)));
    let mut edits = Edits::new("abc");
    edits.remove(2..9);
    assert_eq!(edits.apply(), Err(EditError::NoSuchRange(2..9)));
    let mut edits = Edits::new("abcdef");
    edits.replace(3..5, "x");
    edits.replace(0..4, "y");
    assert_eq!(edits.apply(), Err(EditError::Overlap(0..4, 3..5)));
    let mut edits = Edits::new("abcdef");
    edits.insert(3, "1");
    edits.insert(3, "2");
    edits.replace(3..4, "D");
    edits.remove(0..3);
    assert_eq!(edits.apply().as_deref(), Ok("12Def"));
}

fn replace(edits: &mut Edits<'_>, root: &Node, numbers: Range<usize>) -> Result<(), EditError> {
    let list = root.get("a").expect("it is there");
    edits.replace_items(list, numbers, "- n\n")
}

fn insert(edits: &mut Edits<'_>, root: &Node, number: usize) -> Result<(), EditError> {
    let list = root.get("a").expect("it is there");
    edits.insert_items(list, number, "- n: 1\n  m: 2\n")
}

#[test]
fn items_are_put_in_by_their_numbers() {
    let insert = |text, number| match number {
        0 => edited(text, |edits, root| insert(edits, root, 0)),
        1 => edited(text, |edits, root| insert(edits, root, 1)),
        _ => edited(text, |edits, root| insert(edits, root, 2)),
    };
    for (text, number, expected) in [
        (
            "a:\n  - x\nb: 1\n",
            0,
            "a:\n  - n: 1\n    m: 2\n  - x\nb: 1\n",
        ),
        (
            "a:\n- x # y\n  # of x\n# of z\n- z",
            1,
            "a:\n- x # y\n  # of x\n- n: 1\n  m: 2\n# of z\n- z",
        ),
        (
            "a:\n  - |\n    x",
            1,
            "a:\n  - |\n    x\n  - n: 1\n    m: 2\n",
        ),
    ] {
        assert_eq!(insert(text, number), expected);
    }
    assert_eq!(
        insert("a:\n- x\n", 2),
        "refused: the map has no entry of that number or key"
    );
    assert_eq!(
        insert("a: [x]\n", 1),
        "refused: items can be changed in a list with dashes only"
    );
}

#[test]
fn items_are_added_behind_the_last_and_put_in_the_place_of_others() {
    let append = |text| {
        edited(text, |edits, root| {
            edits.append_items(root, "a", "- n: 1\n  m: 2\n")
        })
    };
    for (text, expected) in [
        ("a:\n- x\nb: 1\n", "a:\n- x\n- n: 1\n  m: 2\nb: 1\n"),
        ("a:\n  - x # y", "a:\n  - x # y\n  - n: 1\n    m: 2\n"),
        (
            "a:\n  - x: 1\n    # of x\n\n  # next\nb: 1\n",
            "a:\n  - x: 1\n    # of x\n  - n: 1\n    m: 2\n\n  # next\nb: 1\n",
        ),
        (
            "a: [] # none\nb: 1\n",
            "a:  # none\n  - n: 1\n    m: 2\nb: 1\n",
        ),
        ("a:\nb: 1\n", "a:\n  - n: 1\n    m: 2\nb: 1\n"),
        ("b: 1\n", "b: 1\na:\n  - n: 1\n    m: 2\n"),
        ("a:\r\n- x\r\n", "a:\r\n- x\r\n- n: 1\r\n  m: 2\r\n"),
        ("a:\n- |\n  text\n", "a:\n- |\n  text\n- n: 1\n  m: 2\n"),
    ] {
        assert_eq!(append(text), expected);
        assert!(root(expected).get("a").is_some());
    }
    let no_list = "refused: items can be changed in a list with dashes only";
    for text in ["a: [x]\n", "a: {}\n", "a: 1\n"] {
        assert_eq!(append(text), no_list, "{text}");
    }
    for text in ["{a: []}\n", "- a\n"] {
        assert!(append(text).starts_with("refused: entries can be changed in"));
    }

    let text = "a:\n  - x: 1 # one\n    # of x\n  # of y\n  - y\n  - z";
    let cases: [(Change, &str); 5] = [
        (
            |edits, root| replace(edits, root, 0..1),
            "a:\n  - n\n  # of y\n  - y\n  - z",
        ),
        (
            |edits, root| replace(edits, root, 2..3),
            "a:\n  - x: 1 # one\n    # of x\n  # of y\n  - y\n  - n",
        ),
        (|edits, root| replace(edits, root, 0..3), "a:\n  - n"),
        (
            |edits, root| replace(edits, root, 3..4),
            "refused: the map has no entry of that number or key",
        ),
        (
            |edits, root| replace(edits, root, 1..1),
            "refused: the map has no entry of that number or key",
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(edited(text, change), expected);
    }
    assert_eq!(
        edited("a: [x]\n", |edits, root| replace(edits, root, 0..1)),
        no_list
    );
}
