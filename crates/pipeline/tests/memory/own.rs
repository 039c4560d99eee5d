//! Templates of a repository's own, and what is said of them.

use repository::View;

use super::{build, built, errors, minimal, text, warnings};

const SETTINGS: &str = "[makejinja]\ninputs = [\"templates/config\"]\noutput = \".\"\n\
    data = [\"cluster.yaml\", \"nodes.yaml\"]\nforce = true\njinja_suffix = \".j2\"\nundefined = \"chainable\"\n\
    [makejinja.delimiter]\nblock_start = \"#%\"\nblock_end = \"%#\"\ncomment_start = \"#|\"\n\
    comment_end = \"#|\"\nvariable_start = \"#{\"\nvariable_end = \"}#\"\n";

const RULES: &str = "creation_rules:\n  - path_regex: .*\\.sops\\.yaml\n    \
    encrypted_regex: ^(data|stringData)$\n    age: \"#{ age_key('public') }#\"\n";

const SECRET: &str = "kind: Secret\nstringData:\n  a: \"#{ cloudflare_token }#\"\n";

/// The rules, with a recipient beside the cluster's own.
fn with_another_recipient() -> String {
    RULES.replace(
        "}#\"",
        "}#,age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun\"",
    )
}

/// The fixture with templates of its own, and these files.
fn own(files: &[(&str, &str)]) -> View<'static> {
    let mut all = vec![
        ("makejinja.toml", SETTINGS),
        ("templates/config/.sops.yaml.j2", RULES),
    ];
    all.retain(|(path, _)| files.iter().all(|(other, _)| other != path));
    all.extend(files);
    minimal(&all)
}

#[test]
fn they_stand_in_place_of_the_built_in_ones() {
    let built = built(&own(&[(
        "templates/config/a.txt.j2",
        "#{ repository_name }#",
    )]));
    assert_eq!(built.tree.len(), 2);
    assert_eq!(text(&built, "a.txt"), "octocat/home-cluster");
}

#[test]
fn what_has_no_suffix_is_copied() {
    let built = built(&own(&[("templates/config/a.txt", "#{ repository_name }#")]));
    assert_eq!(text(&built, "a.txt"), "#{ repository_name }#");
}

#[test]
fn their_secrets_are_encrypted_by_their_rules() {
    let built = built(&own(&[("templates/config/a.sops.yaml.j2", SECRET)]));
    let text = text(&built, "a.sops.yaml");
    assert!(text.contains("kind: Secret\n") && text.contains("a: ENC[AES256_GCM,"));
    assert!(!text.contains("fixture-token"));
}

#[test]
fn a_secret_without_rules_is_an_error() {
    let found = errors(&own(&[
        ("templates/config/.sops.yaml.j2", ""),
        ("templates/config/a.sops.yaml.j2", SECRET),
    ]));
    assert_eq!(found, ["sops/no-rules"]);
}

#[test]
fn a_secret_that_no_rule_is_for_is_an_error() {
    let found = errors(&own(&[(
        "templates/config/a.sops.json.j2",
        "{\"a\": \"b\"}",
    )]));
    assert_eq!(found, ["sops/no-rule"]);
}

#[test]
fn rules_that_leave_the_cluster_out_are_an_error() {
    let other = "creation_rules:\n  - age: age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun\n";
    let found = errors(&own(&[
        ("templates/config/.sops.yaml.j2", other),
        ("templates/config/a.sops.yaml.j2", SECRET),
    ]));
    assert_eq!(found, ["sops/own-key-missing"]);
}

#[test]
fn who_else_can_decrypt_is_said() {
    let rules = with_another_recipient();
    let found = warnings(&own(&[
        ("templates/config/.sops.yaml.j2", &rules),
        ("templates/config/a.sops.yaml.j2", SECRET),
    ]));
    assert!(
        found.contains(&"sops/other-recipients".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_secret_that_is_rendered_in_the_clear_is_told() {
    let view = own(&[(
        "templates/config/a.yaml.j2",
        "a: \"#{ cloudflare_token }#\"\n",
    )]);
    let found = warnings(&view);
    assert!(
        found.contains(&"secret/rendered-in-clear".to_owned()),
        "{found:?}"
    );
}

#[test]
fn an_output_that_is_no_text_is_refused_where_a_text_belongs() {
    let mut files = super::fixture();
    files.push(("makejinja.toml".to_owned(), SETTINGS.as_bytes().to_vec()));
    files.push(("templates/config/a.yaml".to_owned(), b"a: \xff\n".to_vec()));
    assert_eq!(errors(&files.into_iter().collect()), ["output/not-utf8"]);
}

#[test]
fn names_that_nobody_declared_are_told_until_somebody_does() {
    let template = ("templates/config/a.txt.j2", "#{ mine }#");
    let more = ("cluster.yaml", super::cluster("mine: 1\nunused: 2\n"));
    let view = own(&[template, (more.0, &more.1)]);
    let found = warnings(&view);
    assert!(
        found.contains(&"template/not-declared".to_owned()),
        "{found:?}"
    );
    let declared = "variables:\n  cluster:\n    mine: {type: integer}\n";
    let view = own(&[
        template,
        (more.0, &more.1),
        ("templates/variables.yaml", declared),
    ]);
    let found = build(&view).map(|_| ()).err();
    let found = found.map(|problems| super::shown(&problems));
    assert!(found.is_some_and(|found| found.contains("key/unknown") && found.contains("unused")));
}

#[test]
fn templates_from_outside_are_refused() {
    let settings = SETTINGS.replace("[\"templates/config\"]", "[\"../elsewhere\"]");
    assert_eq!(
        errors(&own(&[("makejinja.toml", &settings)])),
        ["makejinja/input-outside"]
    );
}

#[test]
fn a_plugin_that_is_named_and_absent_is_told() {
    let settings = SETTINGS.replace(
        "force = true",
        "force = true\nimport_paths = [\"templates/scripts\"]\nloaders = [\"plugin:Plugin\"]",
    );
    let found = warnings(&own(&[
        ("makejinja.toml", &settings),
        ("templates/config/a.txt.j2", "a"),
    ]));
    assert!(found.contains(&"plugin/not-found".to_owned()), "{found:?}");
}

#[test]
fn a_plugin_that_is_needed_is_not_run_unasked() {
    let settings = SETTINGS.replace(
        "force = true",
        "force = true\nimport_paths = [\"templates/scripts\"]\nloaders = [\"plugin:Plugin\"]",
    );
    let found = errors(&own(&[
        ("makejinja.toml", &settings),
        (
            "templates/scripts/plugin.py",
            "import makejinja\n\nclass Plugin(makejinja.plugin.Plugin):\n    def data(self):\n        return {'mine': 1}\n",
        ),
        ("templates/config/a.txt.j2", "#{ mine }#"),
    ]));
    assert!(
        found.contains(&"plugin/not-allowed".to_owned()),
        "{found:?}"
    );
}

#[test]
fn findings_have_one_order_whatever_thread_was_first() {
    let files: Vec<(String, &str)> = (0..40)
        .map(|number| {
            (
                format!("templates/config/{number:02}.yaml.j2"),
                "a: [\nb: #{ gone() }#\n",
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    let told = || {
        let Err(problems) = build(&own(&files)) else {
            panic!("every template is wrong")
        };
        super::shown(&problems)
    };
    let first = told();
    let lines: Vec<_> = first
        .lines()
        .filter(|line| line.contains("templates/config/"))
        .collect();
    assert!(lines.len() >= 40, "{first}");
    for _ in 0..5 {
        assert_eq!(told(), first);
    }
}

#[test]
fn what_is_silenced_is_not_told() {
    let rules = with_another_recipient();
    let found = warnings(&own(&[
        ("templates/config/.sops.yaml.j2", &rules),
        ("templates/config/a.sops.yaml.j2", SECRET),
        (
            "templates/variables.yaml",
            "silence: [sops/other-recipients, key/unused]\n",
        ),
    ]));
    assert_eq!(found, [""; 0]);
}
