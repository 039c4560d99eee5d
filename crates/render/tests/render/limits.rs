//! Nothing runs for ever, grows without end or overflows the stack.

use diagnostics::Severity;
use proptest::prelude::*;
use render::{Context, Delimiters, Extensions, Options, Template, TemplateSet, UndefinedMode};

use crate::support::{cluster, one, outcome};

#[test]
fn endless_templates_end() {
    let nested = |open: &str, close: &str, count: usize| {
        format!("#{{ {}1{} }}#", open.repeat(count), close.repeat(count))
    };
    let blocks = format!(
        "{}x{}",
        "#% if true %#".repeat(500),
        "#% endif %#".repeat(500)
    );
    let elifs = format!("#% if 0 %#{}#% endif %#", "#% elif 0 %#".repeat(3000));
    let cases = [
        "#% for a in range(100000) %##% for b in range(100000) %#x#% endfor %##% endfor %#".to_owned(),
        "#% macro m() %##{ m() }##% endmacro %##{ m() }#".to_owned(),
        "#% include 't.yaml.j2' %#".to_owned(),
        "#% import 't.yaml.j2' as t %#".to_owned(),
        "#% extends 't.yaml.j2' %#".to_owned(),
        "#{ 'x' * 1000000000000 }#".to_owned(),
        "#{ range(1000000000000) | list }#".to_owned(),
        "#{ 'x' | center(1000000000000) }#".to_owned(),
        "#{ '%1000000000000d' % 1 }##{ '{:>1000000000000}'.format(1) }#".to_owned(),
        "#% set ns = namespace(x='xxxxxxxxxxxxxxxx') %##% for i in range(100) %##% set ns.x = ns.x ~ ns.x %##% endfor %#".to_owned(),
        "#% set l = [1] %##% for i in range(100) %##% set _ = l.extend(l) %##% endfor %#".to_owned(),
        "#% set l = [] %##% set _ = l.append(l) %##{ l }#".to_owned(),
        "#% set d = {} %##% set _ = d.update({'d': d}) %##{ d | tojson }##{ d | pprint }#".to_owned(),
        "#{ 10 ** 1000 }#".to_owned(),
        "#{ loop.cycle() }##% for i in [1] %##{ loop.cycle() }##% endfor %#".to_owned(),
        nested("(", ")", 5000),
        nested("[", "]", 5000),
        nested("not ", "", 5000),
        nested("-", "", 5000),
        nested("1 + ", "", 5000),
        nested("1 if 1 else ", "", 5000),
        nested("{1:", "}", 5000),
        nested("x.y(", ")", 5000),
        format!("#{{ nodes{} }}#", ".a".repeat(5000)),
        format!("#{{ nodes{} }}#", "|list".repeat(5000)),
        format!("#{{ nodes{} }}#", "(1)".repeat(5000)),
        blocks,
        elifs,
    ];
    for text in cases {
        let result = one(&text);
        let head: String = text.chars().take(60).collect();
        assert!(result.contains("error["), "{head}\n{result}");
    }
}

#[test]
fn the_analysis_of_deep_templates_ends_too() {
    let nested =
        |open: &str, close: &str| format!("#{{ {}1{} }}#", open.repeat(5000), close.repeat(5000));
    let texts = [
        nested("(", ")"),
        nested("[", "]"),
        nested("{1:", "}"),
        nested("x.y(", ")"),
    ];
    for text in texts {
        let set = TemplateSet::new([Template::new("t.j2", text.into_bytes(), "t.j2", ".j2")]);
        let analysis = render::analyze(&set, &Options::default());
        assert_eq!(analysis.problems().count(Severity::Error), 1);
    }
}

#[test]
fn long_templates_of_allowed_depth_render() {
    let deep = |count: usize| format!("#{{ {}1{} }}#", "(".repeat(count), ")".repeat(count));
    assert_eq!(one(&deep(60)), "== t.yaml 644\n1\n");
    let chain = format!("#{{ 1{} }}#", " + 1".repeat(60));
    assert_eq!(one(&chain), "== t.yaml 644\n61\n");
    let blocks = format!(
        "{}x{}",
        "#% if true %#".repeat(50),
        "#% endif %#".repeat(50)
    );
    assert_eq!(one(&blocks), "== t.yaml 644\nx\n");
    let elifs = format!(
        "#% if 0 %#{}#% else %#x#% endif %#",
        "#% elif 0 %#".repeat(40)
    );
    assert_eq!(one(&elifs), "== t.yaml 644\nx\n");
    assert_eq!(
        one(
            "#{ () * 99999999999999999999 }##{ [] * 99999999999999999999 }##{ '' * 99999999999999999999 }#"
        ),
        "== t.yaml 644\n()[]\n"
    );
    let concatenated = format!("#{{ 'a'{} }}#", " ~ 'a'".repeat(2000));
    assert_eq!(one(&concatenated).len(), "== t.yaml 644\n".len() + 2001 + 1);
    let recursion =
        "#% macro m(n) %##% if n %##{ m(n - 1) }##% else %#end#% endif %##% endmacro %##{ m(80) }#";
    assert_eq!(one(recursion), "== t.yaml 644\nend\n");
}

/// Pieces that templates are made of.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "#{",
        "}#",
        "#%",
        "%#",
        "#|",
        "#|-",
        "-%#",
        "+%#",
        "{{",
        "}}",
        "{%",
        "%}",
        "\n",
        "\r\n",
        " ",
        "if",
        "else",
        "endif",
        "for",
        "in",
        "endfor",
        "set",
        "endset",
        "macro",
        "endmacro",
        "raw",
        "endraw",
        "block",
        "x",
        "y",
        "nodes",
        "loop",
        ".",
        ",",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        "|",
        "~",
        "+",
        "-",
        "*",
        "/",
        "//",
        "**",
        "%",
        "=",
        "==",
        "<",
        "not",
        "and",
        "is",
        "1",
        "0x",
        "1.5",
        "1e5",
        "'a'",
        "\"",
        "\\",
        "upper",
        "join",
        "é",
        "\u{0}",
        "\u{1}",
        "call",
        "filter",
        "include",
        "import",
        "recursive",
        "namespace",
        "range",
        "self",
        "super",
        "caller",
    ])
    .prop_map(str::to_owned);
    prop_oneof![9 => known, 1 => ".{0,4}"]
}

/// Expressions that can be read, whatever they mean.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "1",
        "-2",
        "0",
        "1.5",
        "'a'",
        "'%s'",
        "''",
        "none",
        "true",
        "[]",
        "{}",
        "()",
        "nodes",
        "unset",
        "nodes[0]",
        "range(3)",
        "'a b'.split()",
        "{'a': 1}",
        "[3, 1, 2]",
        "'é\\n'",
        "loop",
        "99999999999999999999",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operator = prop::sample::select(vec![
            "+", "-", "*", "/", "//", "%", "**", "~", "==", "<", ">=", "in", "not in", "and", "or",
        ]);
        let filter = prop::sample::select(
            "abs attr batch(2) capitalize center default dictsort escape filesizeformat first float \
             forceescape format(1) groupby(0) indent int items join last length list lower map('int') \
             max min pprint reject replace('a','b') reverse round safe select slice(2) sort string \
             striptags sum title tojson trim truncate(5) unique upper urlencode urlize wordcount \
             wordwrap(3) xmlattr basename nthhost(1)"
                .split_whitespace()
                .collect::<Vec<_>>(),
        );
        let test = prop::sample::select(vec![
            "odd", "even", "divisibleby(3)", "defined", "none", "sequence", "iterable", "in [1]",
            "lower", "sameas none", "gt 1",
        ]);
        let method = prop::sample::select(vec![
            "upper()", "split()", "format(1, a=2)", "zfill(4)", "get('a')", "append(1)", "items()",
            "pop()", "sort()", "count(1)", "center(9)", "join(['a'])", "update(a=1)", "x",
        ]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("({a} {o} {b})")),
            (inner.clone(), filter).prop_map(|(a, f)| format!("({a} | {f})")),
            (inner.clone(), test).prop_map(|(a, t)| format!("({a} is {t})")),
            (inner.clone(), method).prop_map(|(a, m)| format!("({a}).{m}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}:]")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} if {b} else {c})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("[{a}, {b}]")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(pieces in prop::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        let context = cluster().build();
        outcome(&[("t.j2", &text)], &context, &Options::default());
        let options = Options {
            delimiters: Delimiters {
                line_statement_prefix: Some("%".to_owned()),
                line_comment_prefix: Some("##".to_owned()),
                ..Delimiters::default()
            },
            extensions: Extensions { expression_statement: true, loop_controls: true },
            undefined: UndefinedMode::Strict,
            trim_blocks: false,
            ..Options::makejinja()
        };
        outcome(&[("t.j2", &text)], &Context::default(), &options);
    }

    #[test]
    fn no_expression_panics(expression in expression()) {
        let text = format!("#{{ {expression} }}##% for x in {expression} %##{{ x }}##% endfor %#");
        for undefined in [UndefinedMode::Chainable, UndefinedMode::Strict, UndefinedMode::Debug] {
            let options = Options { undefined, ..Options::default() };
            outcome(&[("t.j2", &text)], &cluster().build(), &options);
        }
    }
}
