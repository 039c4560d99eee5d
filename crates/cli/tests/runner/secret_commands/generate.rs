//! `secrets generate`: passwords that nobody has to think of, made once.

use insta::assert_snapshot;
use testkit::Sandbox;

use crate::fixture;

const MADE: [&str; 4] = [
    "keycloak_admin_password",
    "keycloak_oidc_client_secret",
    "keycloak_postgres_password",
    "redis_password",
];

/// Everything is on, but the passwords are missing, each in another way.
fn without_passwords() -> Sandbox {
    let sandbox = fixture("public");
    let text = sandbox
        .read("cluster.yaml")
        .replace(
            "keycloak_admin_password: \"fixture-keycloak-password\"",
            "keycloak_admin_password: # to be made",
        )
        .replace(
            "keycloak_oidc_client_secret: \"fixture-oidc-client-secret\"",
            "# keycloak_oidc_client_secret: \"replace-with-a-keycloak-oidc-client-secret\"",
        )
        .replace(
            "keycloak_postgres_password: \"fixture-postgres-password\"",
            "keycloak_postgres_password: replace-with-a-postgres-password",
        )
        .replace("redis_password: \"fixture-redis-password\"\n", "");
    sandbox.write("cluster.yaml", text);
    sandbox
}

/// The value of a key that stands on one line.
fn value(text: &str, key: &str) -> Option<String> {
    let start = format!("{key}: ");
    let line = text.lines().find_map(|line| line.strip_prefix(&start))?;
    let value = line.split('"').nth(1)?;
    Some(value.to_owned())
}

fn is_strong(value: &str) -> bool {
    value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[test]
fn what_is_missing_is_made_once_and_nothing_else_changes() {
    let sandbox = without_passwords();
    let before = sandbox.read("cluster.yaml");
    let refused = sandbox.run(["validate"]).exits(1);
    assert!(
        refused.stderr.contains("`redis_password` is not set"),
        "{refused}"
    );
    let output = sandbox.run(["secrets", "generate"]).success();
    assert_snapshot!(output.stderr, @r"
      keycloak_admin_password      MCP gateway
      keycloak_postgres_password   MCP gateway
      redis_password               MCP gateway
      keycloak_oidc_client_secret  Single sign-on
    Wrote 4 secrets into `cluster.yaml`.

    Next: `ichor configure`: renders with them.
    ");
    let after = sandbox.read("cluster.yaml");
    let values: Vec<_> = MADE
        .iter()
        .map(|key| value(&after, key).expect(key))
        .collect();
    for (index, value) in values.iter().enumerate() {
        assert!(is_strong(value), "{value}");
        assert!(!values[..index].contains(value), "each has its own");
        assert!(!output.stderr.contains(value) && !output.stdout.contains(value));
    }
    let rest = |text: &str| {
        let lines = text.lines();
        let others = lines.filter(|line| !MADE.iter().any(|key| line.contains(key)));
        others.map(|line| format!("{line}\n")).collect::<String>()
    };
    assert_eq!(rest(&after), rest(&before));
    assert!(after.contains("\" # to be made\n"), "{after}");
    assert!(!after.contains("replace-with"), "{after}");
    drop(sandbox.run(["validate"]).success());
    let again = sandbox.run(["secrets", "generate"]).success();
    assert!(again.stderr.contains("Nothing to do"), "{again}");
    assert_eq!(sandbox.read("cluster.yaml"), after);
}

#[test]
fn a_stack_that_is_off_needs_nothing_and_gets_what_is_named() {
    let sandbox = fixture("minimal");
    let before = sandbox.read("cluster.yaml");
    let output = sandbox.run(["secrets", "generate"]).success();
    assert!(output.stderr.contains("Nothing to do"), "{output}");
    assert_eq!(sandbox.read("cluster.yaml"), before);
    drop(
        sandbox
            .run(["secrets", "generate", "redis_password"])
            .success(),
    );
    let after = sandbox.read("cluster.yaml");
    let made = after.strip_prefix(&before).expect("it is added to the end");
    assert!(made.starts_with("redis_password: \""), "{made}");
    let set = sandbox
        .run(["secrets", "generate", "redis_password"])
        .success();
    assert!(set.stderr.contains("stays as it is"), "{set}");
    assert_eq!(sandbox.read("cluster.yaml"), after);
}

#[test]
fn dry_runs_and_prints_write_nothing() {
    let sandbox = without_passwords();
    let before = sandbox.read("cluster.yaml");
    let output = sandbox.run(["secrets", "generate", "--dry-run"]).success();
    assert_snapshot!(output.stderr, @r"
      keycloak_admin_password      MCP gateway
      keycloak_postgres_password   MCP gateway
      redis_password               MCP gateway
      keycloak_oidc_client_secret  Single sign-on
    Would write 4 secrets into `cluster.yaml`.
    ");
    let output = sandbox.run(["secrets", "generate", "--print"]).success();
    for key in MADE {
        assert!(is_strong(&value(&output.stdout, key).expect(key)));
    }
    assert_eq!(output.stdout.lines().count(), MADE.len());
    let json = ["secrets", "generate", "--dry-run", "--output", "json"];
    let output = sandbox.run(json).success();
    let answer: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_snapshot!(answer["keys"], @r#"[{"key":"keycloak_admin_password","stack":"MCP gateway","state":"lacking"},{"key":"keycloak_postgres_password","stack":"MCP gateway","state":"lacking"},{"key":"redis_password","stack":"MCP gateway","state":"lacking"},{"key":"keycloak_oidc_client_secret","stack":"Single sign-on","state":"lacking"}]"#);
    assert_eq!(sandbox.read("cluster.yaml"), before);
}

#[test]
fn what_cannot_be_made_or_written_is_said() {
    let sandbox = without_passwords();
    for (words, code) in [
        (["secrets", "generate", "redis_pasword"].as_slice(), 2),
        (&["secrets", "generate", "cloudflare_token"], 2),
        (&["secrets", "generate", "--print", "--dry-run"], 2),
    ] {
        drop(sandbox.run(words.iter().copied()).exits(code));
    }
    let output = sandbox
        .run(["secrets", "generate", "redis_pasword"])
        .exits(2);
    assert!(
        output.stderr.contains("did you mean `redis_password`?"),
        "{output}"
    );
    // In braces and without a colon there is nowhere to put a value.
    let sandbox = fixture("minimal");
    let text = sandbox.read("cluster.yaml");
    let lines = text.lines().filter(|line| line.contains(": "));
    let entries: Vec<_> = lines.filter(|line| !line.starts_with('#')).collect();
    let text = format!("{{{}, redis_password}}\n", entries.join(", "));
    sandbox.write("cluster.yaml", &text);
    let output = sandbox
        .run(["secrets", "generate", "redis_password"])
        .exits(1);
    let place = "error[generate/no-place]: there is no place to write `redis_password` to";
    assert!(output.stderr.contains(place), "{output}");
    assert!(!output.stderr.contains("fixture-token"), "{output}");
    assert_eq!(sandbox.read("cluster.yaml"), text);
}

#[test]
fn a_repository_says_for_which_of_its_own_keys_values_are_made() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "templates/variables.yaml",
        "cluster:\n  \
         wiki_enabled: { type: bool, default: false }\n  \
         wiki_password: { type: string, secret: true, generate: true, required_with: wiki_enabled }\n  \
         wiki_key: { type: string, secret: true, generate: true }\n  \
         mail_enabled: { type: bool, default: true }\n  \
         mail_secret: { type: string, secret: true, generate: true }\n\
         rules:\n  \
         - { when: mail_enabled, requires: [mail_secret] }\n",
    );
    let names = |sandbox: &Sandbox| {
        let json = ["secrets", "generate", "--dry-run", "--output", "json"];
        let output = sandbox.run(json).success();
        let answer: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
        let keys = answer["keys"].as_array().expect("a list").iter();
        let names = keys.map(|key| key["key"].as_str().expect("a name").to_owned());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&sandbox), "wiki_key mail_secret");
    let text = sandbox.read("cluster.yaml");
    sandbox.write(
        "cluster.yaml",
        text + "wiki_enabled: true\nmail_enabled: false\n",
    );
    assert_eq!(names(&sandbox), "wiki_password wiki_key");
}

#[test]
fn an_encrypted_configuration_is_left_alone() {
    let sandbox = without_passwords();
    sandbox.write(
        ".sops.yaml",
        "creation_rules:\n  - path_regex: cluster\\.sops\\.yaml\n    age: AGE\n".replace(
            "AGE",
            sandbox
                .read("age.key")
                .lines()
                .find_map(|line| line.strip_prefix("# public key: "))
                .expect("the fixture's key names its recipient"),
        ),
    );
    let words = [
        "secrets",
        "encrypt",
        "--output",
        "cluster.sops.yaml",
        "cluster.yaml",
    ];
    drop(sandbox.run(words).success());
    std::fs::remove_file(sandbox.root().join("cluster.yaml")).expect("it was there");
    let output = sandbox.run(["secrets", "generate"]).exits(4);
    assert!(
        output.stderr.contains("secrets generate --print"),
        "{output}"
    );
    let output = sandbox.run(["secrets", "generate", "--print"]).success();
    assert_eq!(output.stdout.lines().count(), MADE.len());
}
