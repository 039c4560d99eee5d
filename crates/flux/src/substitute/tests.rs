//! What becomes of texts and objects.

use std::sync::Arc;

use diagnostics::Source;
use proptest::prelude::*;
use yaml::Dialect;

use super::{Failure, Mode, Substitution, Variables, text};
use crate::object::Object;
use crate::rules;
use crate::value::{Data, Number, Value, documents};

fn variables(all: &[(&str, &str)]) -> Variables {
    all.iter().copied().collect()
}

fn object(text: &str) -> Object {
    let source = Arc::new(Source::new("a.yaml", text));
    let (values, problems) = documents(&source, Dialect::Go);
    assert!(problems.is_empty(), "{problems:?}");
    Object(values.into_iter().next().expect("there is one"))
}

fn with(all: &[(&str, &str)]) -> Substitution {
    Substitution {
        variables: variables(all),
        ..Substitution::default()
    }
}

/// The value of the key `v` of what becomes of `v: …`.
fn typed(written: &str, all: &[(&str, &str)]) -> Option<Value> {
    let object = object(&format!("kind: A\nv: {written}\n"));
    let filled = with(all).apply(&object).ok()?;
    filled.0.get("v").cloned()
}

#[test]
fn operators_are_those_of_the_library() {
    let of = |written: &str| {
        let all = [("N", "ab/cd.ef"), ("E", ""), ("W", "x")];
        text(written, &variables(&all), Mode::Strict).unwrap_or_else(|_| "FAILS".to_owned())
    };
    for (written, expected) in [
        ("$N $(N) ${N}", "$N $(N) ab/cd.ef"),
        ("$$ $$$$", "$ $$"),
        ("$${N}", "${N}"),
        ("$$${N}", "$ab/cd.ef"),
        ("${N: -2}", "ab/cd.ef"),
        ("${N:0:-1}", "ab/cd.e"),
        ("${N:1:2}", "b/"),
        ("${#N}", "8"),
        ("${N//.}", "FAILS"),
        ("${N//./}", "ab/cdef"),
        ("${N//*/x}", "ab/cd.ef"),
        ("${N/#ab/x}", "x/cd.ef"),
        ("${N/%ef/x}", "ab/cd.x"),
        ("${N#*/}", "cd.ef"),
        ("${N##*.}", "ef"),
        ("${N%.*}", "ab/cd"),
        ("${N%%[/.]*}", "ab/cd.ef"),
        ("${N^} ${N^^} ${N,}", "Ab/cd.ef AB/CD.EF ab/cd.ef"),
        ("${U:=$${W}}", "$x"),
        ("${U:=${W}}", "x"),
        ("${U:=${V}}", "FAILS"),
        ("${U:=} ${U:-a} ${U=b} ${U:+c} ${U:?d}", " a b c d"),
        ("${U=}", ""),
        ("${E:=a}", "a"),
        ("${N:+a}", "ab/cd.ef"),
        ("${U} ", "FAILS"),
        ("${#U}", "FAILS"),
        ("${U^^}", "FAILS"),
        ("${U/a/b}", "FAILS"),
        ("${N-x}", "FAILS"),
        ("${N+x}", "FAILS"),
        ("${a.b}", "FAILS"),
        ("${arr[@]}", "FAILS"),
        ("${}", "FAILS"),
        ("${ N }", "FAILS"),
        ("${N", "FAILS"),
    ] {
        assert_eq!(of(written), expected, "{written}");
    }
    let one = text("${1}", &variables(&[("1", "a")]), Mode::Strict);
    assert_eq!(one, Ok("a".to_owned()));
}

#[test]
fn a_character_cut_in_two_fails_and_one_put_together_again_does_not() {
    let of = |written| text(written, &variables(&[("N", "é")]), Mode::Strict);
    assert_eq!(of("a ${N:0:1}"), Err(vec![Failure::NotUtf8 { start: 2 }]));
    assert_eq!(of("${N:0:1}${N:1}"), Ok("é".to_owned()));
}

#[test]
fn every_unset_variable_is_named_and_without_strictness_none() {
    let written = "${A} ${B} ${C:=c}";
    let failures = text(written, &variables(&[]), Mode::Strict).expect_err("two are not set");
    let names: Vec<_> = failures.iter().map(ToString::to_string).collect();
    assert_eq!(
        names,
        ["the variable `A` is not set", "the variable `B` is not set"]
    );
    let lenient = text(written, &variables(&[]), Mode::Lenient);
    assert_eq!(lenient, Ok("  c".to_owned()));
}

#[test]
fn what_was_filled_in_is_read_as_yaml_1_1() {
    let of = |value: &str| typed("${V}", &[("V", value)]).map(|value| value.to_json().to_string());
    for (value, read) in [
        ("yes", "true"),
        ("y", "true"),
        ("off", "false"),
        ("0777", "511"),
        ("0o17", "15"),
        ("0x1F", "31"),
        ("1e3", "1000"),
        ("08", "8"),
        ("[x, y]", r#"["x",true]"#),
        ("{x: 1}", r#"{"x":1}"#),
        ("~", "null"),
        ("# c", "null"),
        ("", "null"),
        ("'8080'", r#""8080""#),
        ("!!str 1", r#""1""#),
        ("a\nb", r#""ab""#),
    ] {
        assert_eq!(of(value).as_deref(), Some(read), "{value}");
    }
    for value in [".inf", "a: b", "*x", "- x"] {
        assert_eq!(of(value), None, "{value}");
    }
    let many = typed("${V}", &[("V", "12345678901234567890")]).expect("it is a number");
    assert!(many.data == Data::Number(Number::Integer(12_345_678_901_234_567_168)));
}

#[test]
fn of_quoted_numbers_only_those_of_variables_change_their_type() {
    let of = |written| typed(written, &[("PORT", "8080")]).map(|value| value.to_json().to_string());
    assert_eq!(of("\"${PORT}\"").as_deref(), Some("8080"));
    assert_eq!(of("'8080'").as_deref(), Some("\"8080\""));
    assert_eq!(of("'a: ${PORT}'").as_deref(), Some("\"a: 8080\""));
}

#[test]
fn places_stay_and_problems_stand_where_the_expression_does() {
    let written = "kind: A\nb: {c: '${X}', '${X}': 1}\na: [\"x ${Y} ${X}\", ${Z:a}]\n";
    let problems = with(&[("X", "1")]).apply(&object(&written.replace(", ${Z:a}", "")));
    let problems = problems.expect_err("`Y` is not set");
    let shown: Vec<_> = { problems.iter() }.map(ToString::to_string).collect();
    assert_eq!(
        shown,
        ["a.yaml:3:8: error[flux/unset-variable]: the variable `Y` is not set"]
    );
    let filled = with(&[("X", "1"), ("Y", "2")]).apply(&object(
        "kind: A\nb: {c: '${X}', '${X}k': 1}\na: [\"x ${Y} ${X}\"]\n",
    ));
    let filled = filled.expect("all are set");
    let at = |value: Option<&Value>| format!("{:?}", value.expect("it is there").place);
    assert_eq!(at(filled.0.at(&["b", "c"])), "a.yaml:15..21");
    assert_eq!(at(filled.0.at(&["b", "1k"])), "a.yaml:32..33");
    assert_eq!(
        at(filled.0.get("a").and_then(|a| a.items().first())),
        "a.yaml:39..52"
    );
}

#[test]
fn an_expression_that_is_none_and_a_text_that_becomes_none_are_told_apart() {
    let of = |written: &str, rule| {
        let problems = with(&[("X", "a: b")]).apply(&object(&format!("kind: A\nv: {written}\n")));
        let problems = problems.expect_err("it fails");
        assert!(problems.has(rule), "{problems:?}");
        let first = problems.iter().next().and_then(|it| it.location.clone());
        first.expect("it has a place").to_string()
    };
    assert_eq!(
        of("x ${a.b}", &rules::FLUX_SUBSTITUTION_SYNTAX),
        "a.yaml:2:6"
    );
    assert_eq!(of("${X}", &rules::FLUX_SUBSTITUTION_RESULT), "a.yaml:2:4");
}

#[test]
fn a_secret_shows_nothing_but_the_place() {
    let secret = object("kind: Secret\nstringData: {a: 'hunter2 ${NO}'}\n");
    let problems = with(&[("X", "1")]).apply(&secret).expect_err("not set");
    let problem = problems.iter().next().expect("there is one");
    let location = problem.location.as_ref().expect("it has a place");
    assert!(location.excerpt.is_none());
}

#[test]
fn objects_may_opt_out_and_nothing_happens_without_variables() {
    let plain = object("kind: A\nv: ${U:=x}\n");
    let kept = Substitution::default()
        .apply(&plain)
        .expect("nothing is done");
    assert_eq!(kept.text(&["v"]), "${U:=x}");
    let always = Substitution {
        always: true,
        ..Substitution::default()
    };
    let filled = always.apply(&plain).expect("there is a default");
    assert_eq!(filled.text(&["v"]), "x");
    for part in ["labels", "annotations"] {
        let out = format!(
            "metadata: {{{part}: {{kustomize.toolkit.fluxcd.io/substitute: disabled}}}}\nv: ${{U}}\n"
        );
        let kept = with(&[("X", "1")])
            .apply(&object(&out))
            .expect("it is left alone");
        assert_eq!(kept.text(&["v"]), "${U}");
    }
}

#[test]
fn a_key_that_is_no_name_of_a_variable_is_a_problem() {
    let problems = with(&[("a-b", "1"), ("_ok1", "2"), ("1", "3")]).problems();
    assert_eq!(problems.len(), 2);
    assert!(problems.has(&rules::FLUX_VARIABLE_NAME));
}

#[test]
fn what_nobody_knows_leaves_a_marker() {
    let mut all = variables(&[("A", "a")]);
    all.set_unknown("B", crate::value::Place::default());
    let of = |all: &Variables, written| text(written, all, Mode::Strict);
    assert_eq!(of(&all, "${A} ${B^^}"), Ok("a ⟨B⟩".to_owned()));
    assert!(of(&all, "${C}").is_err());
    all.open();
    assert_eq!(of(&all, "${C} ${C:=x} ${B:=x}"), Ok("⟨C⟩ x ⟨B⟩".to_owned()));
}

proptest! {
    #[test]
    fn no_text_panics(written in r"([${}:#%/^,=\\*\[\]A-C\-0-9é]|\$\{|\$\{A|.){0,40}", a in ".{0,8}") {
        let all = variables(&[("A", &a), ("B", "é*b"), ("C", "")]);
        for mode in [Mode::Strict, Mode::Lenient] {
            let _done = text(&written, &all, mode);
        }
        let value = Object(Value::text(written.clone()));
        let _done = with(&[("A", &a)]).apply(&value);
    }

    #[test]
    fn what_has_no_dollar_stays(written in "[^$\0]{0,40}") {
        prop_assert_eq!(text(&written, &variables(&[("A", "a")]), Mode::Strict), Ok(written));
    }
}
