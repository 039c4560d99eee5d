//! Configurations in, what they say or what is wrong with them out.

use std::collections::BTreeMap;

use diagnostics::Source;

use super::*;
use crate::{Role, UndefinedMode};

fn read(text: &str) -> Read {
    Config::read(&Source::new("makejinja.toml", text), &BTreeMap::new())
}

fn problems(text: &str) -> String {
    let mut lines = Vec::new();
    for problem in &read(text).diagnostics {
        lines.push(problem.to_string());
        lines.extend(problem.hint.iter().map(|hint| format!("  hint: {hint}")));
    }
    lines.join("\n")
}

fn config(text: &str) -> Config {
    let read = read(text);
    read.config
        .unwrap_or_else(|| panic!("{:?}", read.diagnostics))
}

#[test]
fn the_configuration_of_the_family_is_read() {
    let config = config(
        r##"
        [makejinja]
        inputs = ["./templates/overrides", "./templates/config"]
        output = "./"
        exclude_patterns = ["*.partial.yaml.j2"]
        data = ["./cluster.yaml", "./nodes.yaml"]
        import_paths = ["./templates/scripts"]
        loaders = ["plugin:Plugin"]
        jinja_suffix = ".j2"
        copy_metadata = true
        force = true
        undefined = "chainable"

        [makejinja.delimiter]
        block_start = "#%"
        block_end = "%#"
        comment_start = "#|"
        comment_end = "#|"
        variable_start = "#{"
        variable_end = "}#"
        "##,
    );
    let expected = crate::Options {
        undefined: UndefinedMode::Chainable,
        ..crate::Options::default()
    };
    assert_eq!(*config.options(), expected);
    let paths: Vec<_> = config.paths().collect();
    assert_eq!(
        paths,
        [
            "templates/overrides",
            "templates/config",
            "cluster.yaml",
            "nodes.yaml"
        ]
    );
    assert_eq!(config.output.value, "");
    assert!(config.copy_metadata && config.force && !config.quiet);
    assert_eq!(config.plugins.len(), 1);
}

#[test]
fn every_problem_is_reported_at_its_place() {
    insta::assert_snapshot!(
        problems(concat!(
            "[makejinja]\n",
            "inputs = 1\n",
            "outptu = \"x\"\n",
            "trim_blocks = true\n",
            "undefined = \"Strict\"\n",
            "keep_empty = \"maybe\"\n",
            "clean = true\n",
            "exec_post = [\"rm -rf /\"]\n",
            "extensions = [\"jinja2.ext.do\", \"jinja2.ext.loop_controls\", \"mine.Own\"]\n",
            "data-vars = { a = [1] }\n",
            "[makejinja.whitespace]\n",
            "newline_sequence = \"x\"\n",
            "[makejinja.delimiter]\n",
            "block_start = \"{{\"\n",
            "comment_end = \"\"\n",
            "[makejinja.whitspace]\n",
        )),
        @r#"
        makejinja.toml:3:1: error[makejinja/unknown-key]: makejinja 2.8.1 has no option `outptu`
          hint: did you mean `output`?
        makejinja.toml:4:1: error[makejinja/unknown-key]: makejinja 2.8.1 has no option `trim_blocks`
          hint: did you mean `whitespace.trim_blocks`?
        makejinja.toml:16:12: error[makejinja/unknown-key]: makejinja 2.8.1 has no option `whitspace`
          hint: did you mean `whitespace`?
        makejinja.toml:7:9: error[makejinja/refused-key]: `clean` would remove the whole output folder before rendering
          hint: remove `clean`; what is to go can be removed by hand
        makejinja.toml:8:13: error[makejinja/refused-key]: `exec_post` would run shell commands
          hint: remove it, and run the commands yourself before or after
        makejinja.toml:2:10: error[makejinja/wrong-type]: `inputs` is not a list of texts
        makejinja.toml:10:19: error[makejinja/wrong-type]: `data_vars.a` is not text
        makejinja.toml:15:15: error[makejinja/unknown-value]: `delimiter.comment_end` is empty
          hint: remove the line to have the default
        makejinja.toml:14:15: error[makejinja/unknown-value]: `delimiter.variable_start` and `delimiter.block_start` are both `{{`
        makejinja.toml:12:20: error[makejinja/unknown-value]: `whitespace.newline_sequence` is none of `"\n"`, `"\r\n"` and `"\r"`
        makejinja.toml:5:13: error[makejinja/unknown-value]: `undefined` cannot be `Strict`
          hint: did you mean `strict`?
        makejinja.toml:9:32: error[makejinja/unknown-extension]: the extension `jinja2.ext.loop_controls` does not exist here
          hint: did you mean `jinja2.ext.loopcontrols`?
        makejinja.toml:9:60: error[makejinja/unknown-extension]: the extension `mine.Own` does not exist here
          hint: only `jinja2.ext.do` and `jinja2.ext.loopcontrols` are built in
        makejinja.toml:6:14: error[makejinja/wrong-type]: `keep_empty` is neither true nor false
        makejinja.toml: error[makejinja/missing-key]: `output` is not set
          hint: set `output` below `[makejinja]` to the folder that the files go to
        "#
    );
}

#[test]
fn a_file_that_is_no_toml_is_reported_as_such() {
    insta::assert_snapshot!(problems("[makejinja\ninputs = 1 2\n"), @r#"
    makejinja.toml:1:11: error[makejinja/syntax]: unclosed table, expected `]`
    "#);
}

#[test]
fn who_takes_the_templates_only_gets_warnings_for_the_rest() {
    let source = Source::new(
        "makejinja.toml",
        "[makejinja]\nexec_pre = \"true\"\nclean = 1\n",
    );
    let read = Config::read_templates(&source);
    assert!(read.config.is_some());
    assert_eq!(read.diagnostics.len(), 2);
}

#[test]
fn variables_override_the_file() {
    let source = Source::new(
        "makejinja.toml",
        "[makejinja]\noutput = \"a\"\nforce = true\n",
    );
    let environment = [
        ("MAKEJINJA_OUTPUT", "b/./c"),
        ("MAKEJINJA_INPUTS", "one:two"),
        ("MAKEJINJA_FORCE", "off"),
        ("MAKEJINJA_WHITESPACE_TRIM_BLOCKS", "N"),
        ("MAKEJINJA_NOT_AN_OPTION", "x"),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let read = Config::read(&source, &environment.into());
    let config = read.config.expect("nothing is wrong");
    assert_eq!(config.output.value, "b/c");
    assert_eq!(config.inputs.len(), 2);
    assert!(!config.force && !config.options().trim_blocks);
}

#[test]
fn the_first_match_wins_and_templates_are_found_by_name() {
    let config = config(
        "[makejinja]\ninputs = [\"a\", \"b\"]\noutput = \"out\"\njinja_suffix = \".j2\"\n\
         exclude_patterns = [\"a/hidden.j2\"]\ncopy_metadata = true\n",
    );
    let mut files = Files::default();
    for (path, text, mode) in [
        ("a/same.j2", "first", 0o755),
        ("b/same.j2", "second", 0o644),
        ("b/same", "also taken", 0o644),
        ("a/hidden.j2", "excluded", 0o644),
        ("b/hidden.j2", "found", 0o600),
        ("b/x.sh", "copied", 0o755),
    ] {
        files.file(path, text.as_bytes(), mode);
    }
    let selection = config
        .select("/repository", &files, &Existing::default())
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    let chosen: Vec<_> = selection
        .templates
        .iter()
        .filter(|template| template.role != Role::Partial)
        .map(|template| {
            let text = String::from_utf8_lossy(&template.content);
            format!("{} {:o} {text}", template.output, template.mode)
        })
        .collect();
    // The text is that of the first of this name, the permissions those of the file found.
    assert_eq!(
        chosen,
        ["hidden 600 excluded", "same 755 first", "x.sh 755 copied"]
    );
}

/// Recorded of makejinja 2.8.1: it stops at the first file of the folder.
#[test]
fn a_pattern_for_a_folder_excludes_no_file_in_it() {
    let config = config(
        "[makejinja]\ninputs = [\"in\"]\noutput = \"out\"\n\
         exclude_patterns = [\"ex\", \"in/deep/**\", \"all\", \"all/*\", \"x.txt\"]\n",
    );
    let mut files = Files::default();
    for path in [
        "in/ex/a.txt",
        "in/deep/sub/b.txt",
        "in/all/c.txt",
        "in/ok/x.txt",
    ] {
        files.file(path, *b"", 0o644);
    }
    let selection = config
        .select("/repository", &files, &Existing::default())
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    let lines: Vec<_> = selection.warnings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    makejinja.toml:4:21: warning[makejinja/excluded-folder]: `ex` matches the folder `in/ex`, but files in it are not excluded; makejinja stops there
    makejinja.toml:4:27: warning[makejinja/excluded-folder]: `in/deep/**` matches the folder `in/deep/sub`, but files in it are not excluded; makejinja stops there
    "#);
}

#[test]
fn inputs_and_patterns_that_cannot_work_are_named() {
    let config = config(
        "[makejinja]\ninputs = [\"none\"]\noutput = \"out\"\nexclude_patterns = [\"\"]\n\
         include_patterns = [\"/etc/*\"]\n",
    );
    let problems = config
        .select("/repository", &Files::default(), &Existing::default())
        .err()
        .expect("all of it is wrong");
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    makejinja.toml:2:11: error[makejinja/missing-path]: the input `none` does not exist
    makejinja.toml:4:21: error[makejinja/pattern]: `exclude_patterns` holds an empty pattern
    makejinja.toml:5:21: error[makejinja/pattern]: the pattern `/etc/*` is not relative
    "#);
}

#[test]
fn a_function_of_a_plugin_that_is_not_run_is_named() {
    let config = config(
        "[makejinja]\ninputs = [\"t\"]\noutput = \"out\"\nplugins = [\"plugin:Plugin\"]\n\
         data = [\"cluster.yaml\"]\nundefined = \"chainable\"\n",
    );
    let mut files = Files::default();
    files.file("cluster.yaml", *b"cloudflare_token: hunter2\n", 0o644);
    files.file(
        "t/a.jinja",
        *b"{{ vault_secret('x') }}\n{{ 1 | shout }}\n{{ cloudflare_token + 1 }}\n",
        0o644,
    );
    let problems = run(
        &config,
        "/repository",
        &files,
        &Existing::default(),
        &BTreeMap::new(),
        Some(Plugin {
            secrets: vec!["hunter2".to_owned().into()],
            ..Plugin::default()
        }),
    )
    .err()
    .expect("nobody knows the function");
    let mut lines = Vec::new();
    for problem in &problems {
        lines.push(problem.to_string());
        lines.extend(problem.hint.iter().map(|hint| format!("  hint: {hint}")));
    }
    let text = lines.join("\n");
    assert!(!text.contains("hunter2"));
    insta::assert_snapshot!(text, @r#"
    t/a.jinja:1:4: error[template/unknown]: there is no function `vault_secret`
      hint: put what it gives into `cluster.yaml`, or define it in the plugin that `makejinja.toml` names
    "#);
}
