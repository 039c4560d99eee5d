//! Go templates in patches: what talhelper makes of them, what is refused, and limits.

#![expect(
    clippy::disallowed_types,
    reason = "it is measured that a limit ends it soon"
)]

use std::time::{Duration, Instant};

use diagnostics::Source;
use proptest::prelude::*;
use serde_json::Value;
use talos::patch::{documents, fill};

/// A control plane of contract 1.11, as talhelper generates it, without its secrets.
const CONFIG: &str = include_str!("vectors/templates/config.yaml");

/// Templates with what talhelper 3.1.16 printed for that configuration.
const FILLED: &str = include_str!("vectors/templates/filled.json");

fn config() -> Vec<Value> {
    let (documents, problems) = documents(&Source::new("config.yaml", CONFIG));
    assert!(problems.is_empty(), "{problems:?}");
    documents
}

/// What is wrong with a template, a line each.
fn wrong(template: &str) -> String {
    let (_, problems) = fill(&Source::new("t", template), &config());
    let lines: Vec<_> = problems
        .iter()
        .map(|problem| match &problem.hint {
            Some(hint) => format!("{problem} ({hint})"),
            None => problem.to_string(),
        })
        .collect();
    lines.join("\n")
}

#[test]
fn what_talhelper_printed_is_printed() {
    let cases: Vec<Value> = serde_json::from_str(FILLED).expect("a list");
    assert!(cases.len() > 40);
    let mut failed = Vec::new();
    for case in &cases {
        let template = case["template"].as_str().expect("a template");
        let (filled, problems) = fill(&Source::new("t", template), &config());
        if filled.text() != case["text"] || !problems.is_empty() {
            failed.push(format!(
                "{template}\n  {:?}\n  {}\n  {problems:?}",
                filled.text(),
                case["text"]
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn mistakes_are_told_where_they_are() {
    let said: Vec<_> = [
        "{{ .Nope }}",
        "a: b\nc: {{ .MachineConfig.MachinType }}",
        "{{ nope .X }}",
        "{{ uper \"a\" }}",
        "{{ env \"HOME\" }}{{ now }}",
        "{{ .MachineConfig }}",
        "{{ define \"x\" }}a{{ end }}",
        "{{ template \"x\" }}",
        "{{ if true }}",
        "{{ end }} {{ else }}",
        "{{ if 1 }}a{{ else }}b{{ else }}c{{ end }}",
        "{{ range list 1 }}{{ else with 1 }}{{ end }}",
        "{{ open",
        "{{ \"open }}",
        "{{/* open }}",
        "{{ }}",
        "{{ $x }}{{ $ind := 1 }}{{ $idn }}",
        "{{ range $index, $x = list 1 }}{{ end }}",
        "{{ $a, $b := 1 }}",
        "{{ .ClusterConfig.ClusterName \"x\" }}",
        "{{ 1 | 2 }}",
        "{{ (1 }} {{ 1) }}",
        "{{ 'ab' }} {{ a! }} {{ 1x }}",
        "{{ break }}",
        "{{ if }}{{ end }}",
        "{{ eq 1 \"a\" }}",
        "{{ eq .MachineConfig.MachineFeatures.RBAC true }}",
        "{{ print .MachineConfig.MachineFeatures.RBAC }}",
        "{{ .MachineConfig.MachineTime }} {{ .MachineConfig.MachineTime.TimeServers }}",
        "{{ .MachineConfig.MachineNodeLabels.none }}",
        "{{ index (list 1) 5 }}",
        "{{ range \"abc\" }}x{{ end }}",
        "{{ range $i, $x := 2 }}{{ end }}",
        "{{ printf \"%d\" \"a\" }} {{ printf \"%s\" }} {{ printf \"a\" 1 }} {{ printf \"%\" }}",
        "{{ len 5 }} {{ lower 5 }} {{ add \"a\" 1 }} {{ div 1 0 }} {{ not }} {{ and }}",
        "{{ .ClusterConfig.ClusterName.X }} {{ (1).X }}",
        "{{ .ClusterConfig.ControlPlane.Endpoint.Nope }}",
        "{{ .MachineConfig.MachineKubelet.KubeletExtraConfig.a }}",
        "{{ fail \"this cluster is too old\" }}",
        "{{ nil }} {{ true.X }} {{ .X .Y }} {{ . }}",
        "{{ list (list 1) }}",
        "{{ range list 1 2 3 }}{{ $.Nope }}{{ end }}",
        "{{ if .Nope }}a{{ else }}b{{ end }}",
    ]
    .into_iter()
    .map(|template| {
        format!(
            "{}\n  {}",
            template.replace('\n', "\\n"),
            wrong(template).replace('\n', "\n  ")
        )
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    {{ .Nope }}
      t:1:4: error[patch/template]: there is no field `.Nope` here (the fields are `.ConfigVersion`, `.ConfigDebug`, `.ConfigPersist`, `.MachineConfig`, `.ClusterConfig`, as Go names them)
    a: b\nc: {{ .MachineConfig.MachinType }}
      t:2:21: error[patch/template]: there is no field `.MachinType` here (did you mean `.MachineType`?)
    {{ nope .X }}
      t:1:4: error[patch/template]: there is no function `nope` for templates here (write the value itself, or a variable of `talenv.yaml`)
    {{ uper "a" }}
      t:1:4: error[patch/template]: there is no function `uper` for templates here (did you mean `upper`?)
    {{ env "HOME" }}{{ now }}
      t:1:4: error[patch/template]: `env` is not supported: what is made depends on files alone
      t:1:20: error[patch/template]: `now` is not supported: what is made depends on files alone
    {{ .MachineConfig }}
      t:1:4: error[patch/template]: `.MachineConfig`: a section cannot be printed
    {{ define "x" }}a{{ end }}
      t:1:1: error[patch/template]: `define` is not supported: a patch is one template
    {{ template "x" }}
      t:1:1: error[patch/template]: `template` is not supported: a patch is one template
    {{ if true }}
      t:1:1: error[patch/template]: the block is not ended with `{{ end }}`
    {{ end }} {{ else }}
      t:1:1: error[patch/template]: `end` stands without `if`, `with` or `range`
      t:1:11: error[patch/template]: `else` stands without `if`, `with` or `range`
    {{ if 1 }}a{{ else }}b{{ else }}c{{ end }}
      t:1:23: error[patch/template]: there is an `else` already
    {{ range list 1 }}{{ else with 1 }}{{ end }}
      t:1:19: error[patch/template]: `else` is followed by what does not fit
    {{ open
      t:1:1: error[patch/template]: `{{` is not closed
    {{ "open }}
      t:1:1: error[patch/template]: `{{` is not closed
    {{/* open }}
      t:1:1: error[patch/template]: the comment is not closed: it ends with `*/}}`
    {{ }}
      t:1:1: error[patch/template]: there is nothing between `{{` and `}}`
    {{ $x }}{{ $ind := 1 }}{{ $idn }}
      t:1:4: error[patch/template]: there is no variable `$x` here
      t:1:27: error[patch/template]: there is no variable `$idn` here (did you mean `$ind`?)
    {{ range $index, $x = list 1 }}{{ end }}
      t:1:10: error[patch/template]: there is no variable `$index` here
    {{ $a, $b := 1 }}
      t:1:4: error[patch/template]: only `range` sets two variables
    {{ .ClusterConfig.ClusterName "x" }}
      t:1:4: error[patch/template]: this is no function, so nothing can follow it
    {{ 1 | 2 }}
      t:1:8: error[patch/template]: behind `|` stands a function
    {{ (1 }} {{ 1) }}
      t:1:4: error[patch/template]: `(` is not closed
      t:1:14: error[patch/template]: `)` stands without `(`
    {{ 'ab' }} {{ a! }} {{ 1x }}
      t:1:4: error[patch/template]: single quotes hold one letter and stand for its number (write text in double quotes)
      t:1:16: error[patch/template]: `!` cannot stand here
      t:1:24: error[patch/template]: `1x` is no number
    {{ break }}
      t:1:1: error[patch/template]: `break` stands outside of `range`
    {{ if }}{{ end }}
      t:1:1: error[patch/template]: the value is missing
    {{ eq 1 "a" }}
      t:1:4: error[patch/template]: a number and text cannot be compared
    {{ eq .MachineConfig.MachineFeatures.RBAC true }}
      t:1:4: error[patch/template]: a value that may be absent cannot be compared, only asked whether it is there
    {{ print .MachineConfig.MachineFeatures.RBAC }}
      t:1:4: error[patch/template]: a value that may be absent cannot be given to a function that prints it
    {{ .MachineConfig.MachineTime }} {{ .MachineConfig.MachineTime.TimeServers }}
      t:1:4: error[patch/template]: `.MachineConfig.MachineTime` is not there on this node
      t:1:63: error[patch/template]: `.MachineConfig.MachineTime` is not there, so it has no field `.TimeServers`
    {{ .MachineConfig.MachineNodeLabels.none }}
      t:1:4: error[patch/template]: `.MachineConfig.MachineNodeLabels.none` is not there on this node
    {{ index (list 1) 5 }}
      t:1:4: error[patch/template]: there is no item 5: the list has 1
    {{ range "abc" }}x{{ end }}
      t:1:10: error[patch/template]: text is nothing to go through
    {{ range $i, $x := 2 }}{{ end }}
      t:1:10: error[patch/template]: a number is gone through with one variable
    {{ printf "%d" "a" }} {{ printf "%s" }} {{ printf "a" 1 }} {{ printf "%" }}
      t:1:4: error[patch/template]: `%d` does not fit text
      t:1:26: error[patch/template]: there is no value for `%s`
      t:1:44: error[patch/template]: there are more values than the format has places
      t:1:63: error[patch/template]: the format ends within `%`
    {{ len 5 }} {{ lower 5 }} {{ add "a" 1 }} {{ div 1 0 }} {{ not }} {{ and }}
      t:1:4: error[patch/template]: a number has no length
      t:1:16: error[patch/template]: `lower` takes text here, not a number
      t:1:30: error[patch/template]: text is no whole number
      t:1:46: error[patch/template]: a division by zero
      t:1:60: error[patch/template]: `not` has too few or too many values
      t:1:70: error[patch/template]: `and` needs a value
    {{ .ClusterConfig.ClusterName.X }} {{ (1).X }}
      t:1:30: error[patch/template]: `.ClusterConfig.ClusterName` is text and has no fields
      t:1:42: error[patch/template]: `(1)` is a number and has no fields
    {{ .ClusterConfig.ControlPlane.Endpoint.Nope }}
      t:1:40: error[patch/template]: there is no field `.Nope` here (the fields are `.Scheme`, `.Host`, `.Hostname`, `.Port`, `.Path`, `.String`, as Go names them)
    {{ .MachineConfig.MachineKubelet.KubeletExtraConfig.a }}
      t:1:52: error[patch/template]: there is no field `.a` here (the fields are `.Object`, as Go names them)
    {{ fail "this cluster is too old" }}
      t:1:4: error[patch/template]: this cluster is too old
    {{ nil }} {{ true.X }} {{ .X .Y }} {{ . }}
      t:1:4: error[patch/template]: `nil` is no command
      t:1:18: error[patch/template]: no field can stand here
      t:1:27: error[patch/template]: this is no function, so nothing can follow it
    {{ list (list 1) }}
      t:1:4: error[patch/template]: `list` puts no lists and no maps into lists
    {{ range list 1 2 3 }}{{ $.Nope }}{{ end }}
      t:1:27: error[patch/template]: there is no field `.Nope` here (the fields are `.ConfigVersion`, `.ConfigDebug`, `.ConfigPersist`, `.MachineConfig`, `.ClusterConfig`, as Go names them)
    {{ if .Nope }}a{{ else }}b{{ end }}
      t:1:7: error[patch/template]: there is no field `.Nope` here (the fields are `.ConfigVersion`, `.ConfigDebug`, `.ConfigPersist`, `.MachineConfig`, `.ClusterConfig`, as Go names them)
    "#);
}

#[test]
fn what_is_not_there_may_stand_in_a_comment() {
    let template = "a: b # {{ .MachineConfig.MachineTime }}\n#  c: \"{{ .MachineConfig }}\"\n";
    let (filled, problems) = fill(&Source::new("t", template), &config());
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(filled.text(), "a: b # <nil>\n#  c: \"<nil>\"\n");
    assert_ne!(wrong("a: b\nc: {{ .MachineConfig.MachineTime }}\n"), "");
}

#[test]
fn what_comes_of_a_secret_is_shown_nowhere() {
    let mut config = config();
    config[0]["cluster"]["token"] = "hunter2".into();
    let template =
        "a: {{ .ClusterConfig.ClusterName }} {{ .ClusterConfig.BootstrapToken | upper }}\nb: c\n";
    let (filled, problems) = fill(&Source::new("t", template), &config);
    assert!(problems.is_empty());
    assert_eq!(filled.text(), "a: demo HUNTER2\nb: c\n");
    let secret: Vec<_> = filled
        .secrets()
        .iter()
        .map(|range| &filled.text()[range.clone()])
        .collect();
    assert_eq!(secret, ["HUNTER2"]);
    for template in [
        "{{ fail .ClusterConfig.BootstrapToken }}",
        "{{ $x := .ClusterConfig.BootstrapToken }}{{ fail $x }}",
        "{{ index .ClusterConfig.BootstrapToken \"a\" }}{{ add .ClusterConfig.BootstrapToken 1 }}",
    ] {
        let (_, problems) = fill(&Source::new("t", template), &config);
        assert!(problems.has_errors());
        assert!(!format!("{problems:?}").contains("hunter2"), "{problems:?}");
    }
    // Secrets of the template itself stay hidden, too.
    let source = Source::new("t", "a: hunter2 {{ 1 }} b").with_secrets([3..10]);
    let (filled, _) = fill(&source, &config);
    assert_eq!(filled.secrets(), [3..10]);
}

#[test]
fn nothing_runs_or_grows_without_end() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(5000), close.repeat(5000));
    let doubled =
        "{{ $x := \"ab\" }}{{ range until 100 }}{{ $x = printf \"%s%s\" $x $x }}{{ end }}{{ $x }}";
    let nested = "{{ range until 10000 }}".repeat(3) + "x" + &"{{ end }}".repeat(3);
    for template in [
        "{{ range until 1000000000 }}x{{ end }}",
        "{{ range 1000000000000 }}x{{ end }}",
        "{{ range 900000 }}{{ range 900000 }}{{ end }}{{ end }}",
        "{{ repeat 1000000000000 \"x\" }}",
        "{{ repeat 1000000000000 \"\" }}",
        "{{ indent 1000000000000 \"x\" }}",
        "{{ printf \"%99999999999999d\" 1 }}",
        "{{ range 1000000 }}{{ repeat 100000 \"x\" }}{{ end }}",
        "{{ range 1000000 }}{{ contains \"y\" (repeat 1000000 \"x\") }}{{ end }}",
        "{{ range 1000000 }}{{ $x := uniq (until 1000000) }}{{ end }}",
        "{{ $l := list 1 }}{{ range 1000 }}{{ $l = concat $l $l }}{{ end }}",
        "{{ replace \"\" (repeat 100000 \"x\") (repeat 100000 \"y\") }}",
        "{{ until -9223372036854775808 }}",
        "{{ mul 9223372036854775807 2 }} {{ div -9223372036854775808 -1 }} {{ add1 9223372036854775807 }}",
        doubled,
        &nested,
        &deep("{{ if true }}", "{{ end }}"),
        &format!("{{{{ {} }}}}", deep("(", ")")),
        &format!("{{{{ {}1 }}}}", "not (".repeat(5000)),
    ] {
        let begin = Instant::now();
        let said = wrong(template);
        let short: String = template.chars().take(60).collect();
        assert!(said.contains("error[patch/template]"), "{short}: {said}");
        assert!(said.len() < 10_000, "{short}");
        assert!(begin.elapsed() < Duration::from_secs(20), "{short}");
    }
    // What is large but ends is fine.
    let many = "{{ range until 1000 }}a{{ . }}\n{{ end }}".repeat(10);
    assert_eq!(wrong(&many), "");
}

fn templates() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{{",
        "}}",
        "{{-",
        "-}}",
        "{{ ",
        " }}",
        "{{- ",
        " -}}",
        "/*",
        "*/",
        "if ",
        "else ",
        "end",
        "range ",
        "with ",
        "$",
        "$x",
        "$i, $x ",
        ":= ",
        "= ",
        "|",
        "(",
        ")",
        ".",
        ".MachineConfig",
        ".MachineType",
        ".ClusterConfig.APIServerConfig.ExtraCertSANs",
        "eq ",
        "printf ",
        "\"%s\" ",
        "\"",
        "'",
        "`",
        "\\",
        "1 ",
        "-1",
        "0x",
        "1e",
        "é",
        "\n",
        " ",
        "index ",
        "list ",
        "until 3 ",
        "nil ",
        "true ",
        "break",
        "continue",
        "slice ",
        "trunc 1 ",
        "substr 1 2 ",
        "%",
        ",",
    ]);
    prop::collection::vec(words, 0..30).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn no_template_panics_and_what_is_made_has_places(text in templates()) {
        let first = text.chars().next().map_or(0, char::len_utf8);
        let source = Source::new("t", &*text).with_secrets([0..first]);
        let (filled, problems) = fill(&source, &config());
        for at in 0..=filled.text().len() {
            drop(filled.location(at..at + 2));
        }
        let gone = !text.contains("{{") || problems.has_errors() || !filled.text().contains("{{")
            || text.contains(['"', '\'', '`']);
        prop_assert!(gone, "{text} gives {}", filled.text());
    }
}
