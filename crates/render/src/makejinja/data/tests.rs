//! Data files in, values or problems out.

use super::*;

fn load_one(name: &str, text: &str) -> (Values, String) {
    let mut files = Files::default();
    files.file(name, text.as_bytes(), 0o644);
    let mut values = Values::new();
    let mut problems = Diagnostics::new();
    read_into(&mut values, name, &files, &mut problems);
    assert!(problems.iter().all(|problem| {
        problem
            .location
            .as_ref()
            .is_none_or(|location| location.excerpt.is_none())
    }));
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    (values, problems.join("\n"))
}

#[test]
fn documents_that_are_no_maps_are_named() {
    insta::assert_snapshot!(load_one("a.yaml", "a: 1\n--- [b]\n---\n").1, @r"
    a.yaml:2:5: error[makejinja/data-not-a-map]: the data is a list, not a map
    a.yaml:3:4: error[makejinja/data-not-a-map]: the data is nothing, not a map
    ");
    insta::assert_snapshot!(load_one("a.json", "[1]").1, @"a.json:1:1: error[makejinja/data-not-a-map]: the data is a list, not a map");
}

#[test]
fn files_that_cannot_be_read_are_named_without_their_text() {
    insta::assert_snapshot!(load_one("a.json", "{\"token\": hunter2}").1, @"a.json:1:11: error[makejinja/data-syntax]: this is no JSON");
    insta::assert_snapshot!(load_one("a.toml", "token = hunter2\n").1, @"a.toml:1:9: error[makejinja/data-syntax]: this is no TOML");
    insta::assert_snapshot!(load_one("a.yaml", "a: !custom 1\nb: !!set {x}\n? [c]\n: d\n").1, @r"
    a.yaml:1:12: error[makejinja/data-value]: a tag that Python's safe_load does not know
    a.yaml:2:10: error[makejinja/data-value]: the tag `tag:yaml.org,2002:set` is not read
    a.yaml:3:3: error[makejinja/data-key]: a list cannot be a key
    ");
}

#[test]
fn a_dotted_variable_needs_maps_on_its_way() {
    let mut values = Values::new();
    values.insert("text".to_owned(), Data::from("x"));
    assert_eq!(set_dotted(&mut values, "text.below", "y"), Err("text"));
    assert_eq!(set_dotted(&mut values, "new.a.b", "y"), Ok(()));
    assert_eq!(set_dotted(&mut values, "new.a.b.c", "y"), Err("b"));
    assert_eq!(set_dotted(&mut values, "new.c", "z"), Ok(()));
    let a = Data::Map(vec![(Data::from("b"), Data::from("y"))]);
    let expected = Data::Map(vec![
        (Data::from("a"), a),
        (Data::from("c"), Data::from("z")),
    ]);
    assert!(values.get("new") == Some(&expected));
}

#[test]
fn files_of_other_kinds_are_passed_over() {
    let (values, problems) = load_one("a.txt", "a: 1");
    assert!(values.is_empty());
    assert_eq!(problems, "");
}
