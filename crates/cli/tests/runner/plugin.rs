//! A repository's own Python plugin, from the command line: whether it may run, and what is
//! said where it does not.

use insta::assert_snapshot;
use testkit::Sandbox;

use crate::{fixture, no_python, on_terminal};

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
fn with_python(test: &str) -> Option<Sandbox> {
    let sandbox = repository();
    (!no_python(&sandbox, test)).then_some(sandbox)
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
    let Some(sandbox) = with_python("a_plugin_runs_where_somebody_said_so") else {
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

    Next: `ichor configure`: checks and renders with them.
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
fn somebody_at_a_terminal_is_asked() {
    let Some(sandbox) = with_python("somebody_at_a_terminal_is_asked") else {
        return;
    };
    let answered = |answer: &str| {
        let path = format!("{}:/usr/bin:/bin", sandbox.programs());
        on_terminal(&sandbox, "configure", &path, answer)
    };
    let Some(refused) = answered("n") else {
        return;
    };
    assert!(
        refused.contains("Templates use `count`, `shout`, which only"),
        "{refused}"
    );
    assert!(refused.contains("plugin/not-allowed"), "{refused}");
    assert!(!sandbox.exists("kubernetes"));
    let done = answered("y").expect("a terminal");
    assert!(done.contains("Done:"), "{done}");
    assert!(sandbox.exists("kubernetes/a.yaml"));

    // `render` asks, too, and elsewhere says what it runs.
    let path = format!("{}:/usr/bin:/bin", sandbox.programs());
    let refused = on_terminal(&sandbox, "render", &path, "n").expect("a terminal");
    assert!(refused.contains("Run it with Python? [y/N]"), "{refused}");
    assert!(refused.contains("plugin/not-run"), "{refused}");
    let done = on_terminal(&sandbox, "render", &path, "y").expect("a terminal");
    assert!(done.contains("Wrote "), "{done}");
    let noted = sandbox.run(["render"]).success();
    assert!(
        noted.stderr.contains("note[plugin/runs]: Python runs `templates/scripts/plugin.py`, which gives `count`, `shout`"),
        "{noted}"
    );
}
