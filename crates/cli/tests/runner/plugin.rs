//! A repository's own Python plugin, from the command line: whether it may run, and what is
//! said where it does not.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use insta::assert_snapshot;
use testkit::Sandbox;

use crate::fixture;

const SETTINGS: &str = "[makejinja]
inputs = [\"templates/config\"]
output = \".\"
data = [\"cluster.yaml\", \"nodes.yaml\"]
import_paths = [\"templates/scripts\"]
loaders = [\"plugin:Plugin\"]
undefined = \"chainable\"
jinja_suffix = \".j2\"
force = true
";

const PLUGIN: &str = "import makejinja


def shout(text):
    print('shouting')
    return text.upper()


class Plugin(makejinja.plugin.Plugin):
    def __init__(self, data):
        self._data = data

    def data(self):
        self._data['count'] = len(self._data['nodes'])
        return self._data

    def functions(self):
        return [shout]
";

/// A repository whose one template needs the plugin.
fn repository() -> Sandbox {
    let sandbox = fixture("minimal");
    sandbox.write("makejinja.toml", SETTINGS);
    sandbox.write("templates/scripts/plugin.py", PLUGIN);
    sandbox.write(
        "templates/config/kubernetes/a.yaml.j2",
        "a: {{ shout('x') }}\nb: {{ count }}\nc: {{ repository_name }}\n",
    );
    sandbox
}

/// The same with Python in reach; none where this machine has no Python, which is said.
fn with_python() -> Option<Sandbox> {
    let asked = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output();
    let Ok(asked) = asked else {
        eprintln!("skipped: there is no python3");
        return None;
    };
    let sandbox = repository();
    let python = String::from_utf8(asked.stdout).expect("a path");
    let wrapper = sandbox.programs().join("python3");
    std::fs::write(
        &wrapper,
        format!("#!/bin/sh\nexec '{}' \"$@\"\n", python.trim()),
    )
    .expect("can be written");
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755))
        .expect("can be made a program");
    Some(sandbox)
}

#[test]
fn without_python_what_only_the_plugin_knows_is_an_error() {
    let sandbox = repository();
    assert_snapshot!(sandbox.run(["configure", "--yes"]).exits(1), @r"
    ------- stderr -------
    error[plugin/no-python]: `shout`: only `templates/scripts/plugin.py` gives this, and there is no `python3` to run it
     --> templates/config/kubernetes/a.yaml.j2:1:7
      |
    1 | a: {{ shout('x') }}
      |       ^^^^^
      |
    hint: install Python, or put what it gives into the configuration or the templates

    error[plugin/no-python]: `count`: only `templates/scripts/plugin.py` gives this, and there is no `python3` to run it
     --> templates/config/kubernetes/a.yaml.j2:2:7
      |
    2 | b: {{ count }}
      |       ^^^^^
      |
    hint: install Python, or put what it gives into the configuration or the templates

    2 errors
    [exit code: 1]
    ");
    assert!(!sandbox.exists("kubernetes"));
    let rendered = sandbox.run(["render"]).exits(1);
    assert_eq!(
        rendered.stderr.matches("error[plugin/no-python]").count(),
        2,
        "{rendered}"
    );
}

#[test]
fn a_plugin_runs_where_somebody_said_so() {
    let Some(sandbox) = with_python() else {
        return;
    };
    for command in ["configure", "diff", "validate"] {
        let refused = sandbox.run([command]).exits(1);
        assert!(
            refused.stderr.contains("error[plugin/not-allowed]"),
            "{refused}"
        );
    }
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @r"
    ------- stderr -------
    error[plugin/not-allowed]: templates use `count`, `shout`, which only `templates/scripts/plugin.py` gives, and nothing says that it may run
     --> templates/config/kubernetes/a.yaml.j2:1:7
      |
    1 | a: {{ shout('x') }}
      |       ^^^^^
      |
    hint: `ichor template declare --plugin missing` writes down that Python runs it, `--plugin none` that it never does; `--yes` allows this one run

    1 error
    [exit code: 1]
    ");
    let output = sandbox.run(["configure", "--yes"]).success();
    assert!(output.stderr.contains("shouting\n"), "{output}");
    assert_eq!(
        sandbox.read("kubernetes/a.yaml"),
        "a: X\nb: 3\nc: octocat/home-cluster\n"
    );
    // What makejinja.toml names is what `render` is asked for.
    drop(sandbox.run(["render"]).success());

    assert_snapshot!(sandbox.run(["template", "declare"]).success(), @r"
    ------- stderr -------
    warning: templates use `count`, `shout`, which only `templates/scripts/plugin.py` gives, and nothing says whether it runs
    hint: `ichor template declare --plugin missing` has Python run it, `--plugin none` never
    Nothing has to be declared.
    ");
    assert_snapshot!(sandbox.run(["template", "declare", "--yes"]).success(), @r"
    ------- stderr -------
    Wrote `templates/variables.yaml`: what it says of the plugin.

    Next: `ichor configure --dry-run`: what it would write.
    ");
    assert!(
        sandbox
            .read("templates/variables.yaml")
            .contains("\nplugin: missing\n")
    );
    drop(sandbox.run(["configure", "--check"]).success());
    // Once it is said, it is not asked again.
    let again = sandbox.run(["template", "declare"]).success();
    assert_eq!(again.stderr, "Nothing has to be declared.\n");
    drop(
        sandbox
            .run(["template", "declare", "--plugin", "none"])
            .success(),
    );
    let refused = sandbox.run(["configure", "--yes"]).exits(1);
    assert!(
        refused.stderr.contains("error[plugin/not-run]: `shout`"),
        "{refused}"
    );
    sandbox.write("templates/variables.yaml", "plugin: maybe\n");
    let refused = sandbox.run(["configure", "--yes"]).exits(1);
    assert!(refused.stderr.contains("variables.yaml:1:9"), "{refused}");
}

#[test]
fn where_a_file_differs_since_the_plugin_computes_otherwise_it_is_said() {
    let Some(sandbox) = with_python() else {
        return;
    };
    let own = PLUGIN.replace(
        "        return self._data",
        "        self._data['node_default_gateway'] = '10.9.9.9'\n        return self._data",
    );
    sandbox.write("templates/scripts/plugin.py", own);
    sandbox.write(
        "templates/config/kubernetes/b.yaml.j2",
        "count: {{ count }}\ngateway: {{ node_default_gateway }}\n",
    );
    // As makejinja left it.
    sandbox.write("kubernetes/b.yaml", "count: 3\ngateway: 10.9.9.9\n");
    let output = sandbox.run(["configure", "--yes"]).exits(4);
    assert!(
        output
            .stderr
            .contains("error[plan/foreign-output]: `kubernetes/b.yaml`"),
        "{output}"
    );
    assert!(
        output.stderr.contains("note[plugin/differs]: `templates/scripts/plugin.py` computes `node_default_gateway` otherwise")
            && output.stderr.contains("templates/config/kubernetes/b.yaml.j2:2:13"),
        "{output}"
    );
    sandbox.write("templates/variables.yaml", "plugin: all\n");
    drop(sandbox.run(["configure"]).success());
}

#[test]
fn many_warnings_of_a_kind_are_one_and_can_be_silenced() {
    let sandbox = fixture("minimal");
    sandbox.write("makejinja.toml", SETTINGS);
    let values: String = (0..20).map(|number| format!("  k{number}: ''\n")).collect();
    sandbox.write(
        "templates/config/kubernetes/a.sops.yaml.j2",
        format!("kind: Secret\nstringData:\n  set: x\n{values}"),
    );
    let rules = format!(
        "creation_rules:\n  - path_regex: .*\n    encrypted_regex: ^stringData$\n    age: {}\n",
        "{{ age_key('public') }}"
    );
    sandbox.write("templates/config/.sops.yaml.j2", rules);
    let output = sandbox.run(["configure", "--dry-run"]).success();
    assert_eq!(output.stderr.matches("secret/blank").count(), 2, "{output}");
    assert!(output.stderr.contains("the first of 20"), "{output}");
    sandbox.write("templates/variables.yaml", "quiet: [secret/blank]\n");
    let output = sandbox.run(["configure", "--dry-run"]).success();
    assert!(!output.stderr.contains("secret/blank"), "{output}");
    sandbox.write("templates/variables.yaml", "quiet: [Blank]\n");
    drop(sandbox.run(["configure"]).exits(1));
}

#[test]
fn somebody_at_a_terminal_is_asked() {
    let Some(sandbox) = with_python() else {
        return;
    };
    if Command::new("script").arg("--version").output().is_err() {
        eprintln!("skipped: there is no `script` to make a terminal");
        return;
    }
    let answered = |answer: &str| {
        let program = env!("CARGO_BIN_EXE_ichor");
        let line = format!("printf '{answer}\\n' | script -qec '{program} configure' /dev/null");
        let output = Command::new("/bin/sh")
            .args(["-c", &line])
            .current_dir(sandbox.root())
            .env("PATH", format!("{}:/usr/bin:/bin", sandbox.programs()))
            .env("HOME", sandbox.home())
            .output()
            .expect("a shell");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let refused = answered("n");
    assert!(
        refused.contains("Templates use `count`, `shout`, which only"),
        "{refused}"
    );
    assert!(refused.contains("plugin/not-allowed"), "{refused}");
    assert!(!sandbox.exists("kubernetes"));
    let done = answered("y");
    assert!(done.contains("Done:"), "{done}");
    assert!(sandbox.exists("kubernetes/a.yaml"));
}
