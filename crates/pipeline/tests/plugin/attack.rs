//! Plugins that do what none should. Each ends in an answer or a problem, in bounded time.

use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::{Repository, no_python, plugin};

/// A plugin with one function, `trouble`, and a template that calls it.
fn trouble(body: &str) -> Repository {
    let source = plugin(
        &format!("import os, sys, time\n\n\ndef trouble():\n    {body}\n"),
        "    def functions(self):\n        return [trouble]\n",
    );
    Repository::new(&source, "{{ trouble() }}")
}

#[test]
fn what_it_prints_goes_elsewhere_and_holds_no_secret() {
    if no_python("what_it_prints_goes_elsewhere_and_holds_no_secret") {
        return;
    }
    let repository = trouble(
        "print('{\"ok\": 1}'); os.write(1, b'raw\\n'); os.system('echo child'); \
         print('sesame-opens', file=sys.stderr); sys.stdout.write('no end'); return 'fine'",
    );
    assert_eq!(repository.text(), "fine");
    assert_snapshot!(repository.printed(), @r#"
    {"ok": 1}
    raw
    child
    <redacted>
    no end
    "#);
}

#[test]
fn what_it_raises_stands_at_its_line_and_holds_no_secret() {
    if no_python("what_it_raises_stands_at_its_line_and_holds_no_secret") {
        return;
    }
    let repository = trouble("raise ValueError('not sesame-opens\\nsecond line')");
    assert_snapshot!(repository.problems(), @r"
    templates/scripts/plugin.py:6:5: error[plugin/exception]: the plugin raised `ValueError`: not <redacted>
      templates/config/out.txt.j2:1:4: asked for here
    ");
    let broken = Repository::new(
        "class Plugin:\n    def oh no\n",
        "{{ trouble() }}{{ oh() }}",
    );
    let problems = broken.problems();
    assert!(
        problems.starts_with("templates/scripts/plugin.py:2:5: error[plugin/exception]: the plugin raised `SyntaxError`"),
        "{problems}"
    );
}

#[test]
fn leaving_is_no_answer() {
    if no_python("leaving_is_no_answer") {
        return;
    }
    assert_snapshot!(trouble("sys.exit(3)").problems(), @r"
    templates/scripts/plugin.py:6:5: error[plugin/exception]: the plugin ends the program instead of giving a value
      templates/config/out.txt.j2:1:4: asked for here
    ");
    assert_snapshot!(trouble("os._exit(3)").problems(), @r"
    templates/config/out.txt.j2:1:4: error[plugin/ended]: `templates/scripts/plugin.py` ended its process with exit code 3
      hint: a plugin gives values and functions, and raises an exception where it cannot
    ");
    let closed = trouble("os.closerange(3, 64); return 1").problems();
    assert!(closed.contains("error[plugin/ended]"), "{closed}");
}

#[test]
fn hanging_ends_with_its_time() {
    if no_python("hanging_ends_with_its_time") {
        return;
    }
    for body in [
        "time.sleep(600)",
        "while True: pass",
        // A child of its own that holds everything open.
        "os.fork() or time.sleep(600); time.sleep(600)",
        // Nobody reads what is asked next, and the first question is never answered.
        "import signal; signal.pause()",
    ] {
        let mut repository = trouble(body);
        repository.time_limit = Some(Duration::from_millis(700));
        let start = Instant::now();
        let problems = repository.problems();
        assert!(
            problems.contains(
                "error[plugin/slow]: `templates/scripts/plugin.py` took longer than 0.7 s"
            ),
            "{body}: {problems}"
        );
        assert!(start.elapsed() < Duration::from_mins(1), "{body}");
    }
}

#[test]
fn children_neither_answer_nor_stay() {
    if no_python("children_neither_answer_nor_stay") {
        return;
    }
    let repository = trouble(
        "child = os.fork(); open('child' if child == 0 else 'parent', 'w').write(str(os.getpid())); return 'once'",
    );
    assert_eq!(repository.text(), "once");
    // One that sleeps is ended with the run.
    let repository =
        trouble("child = os.fork()\n    if child == 0:\n        time.sleep(600)\n    return child");
    let child = repository.text();
    let alive = || std::path::Path::new("/proc").join(&child).join("cmdline");
    let deadline = Instant::now() + Duration::from_secs(20);
    while Instant::now() < deadline
        && std::fs::read(alive()).is_ok_and(|command| !command.is_empty())
    {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(
        !std::fs::read(alive()).is_ok_and(|command| !command.is_empty()),
        "the child still runs"
    );
}

#[test]
fn values_of_any_size_and_shape_are_a_value_or_a_problem() {
    if no_python("values_of_any_size_and_shape_are_a_value_or_a_problem") {
        return;
    }
    for (body, expected) in [
        (
            "return (n for n in [1])",
            "error[template/type]: a generator prints the address",
        ),
        (
            "return object()",
            "error[template/type]: a object prints the address",
        ),
        ("return 2**2000", "error[template/limit]"),
        ("a = []; a.append(a); return a", "nested too deeply"),
        (
            "return '\\ud800'",
            "error[plugin/exception]: the plugin raised `UnicodeEncodeError`",
        ),
        (
            "return trouble",
            "error[template/type]: a function prints the address",
        ),
        (
            "return trouble()",
            "error[plugin/exception]: the plugin raised `RecursionError`",
        ),
        ("return b'\\xff'", "b'\\xff'"),
        ("return float('nan')", "nan"),
        (
            "return {'\\0object': {'id': 1}}",
            "{'\\x00object': {'id': 1}}",
        ),
        ("return '\\0'", "\0"),
        ("return 'x' * 5_000_000", "xxx"),
    ] {
        let result = match trouble(body).run() {
            Ok(text) => text,
            Err(problems) => crate::shown(&problems),
        };
        assert!(
            result.contains(expected),
            "{body}: {}",
            result.chars().take(400).collect::<String>()
        );
    }
    let endless = Repository::new(
        &plugin(
            "import itertools\n\n\ndef trouble():\n    return itertools.count()\n",
            "    def functions(self):\n        return [trouble]\n",
        ),
        "{% for n in trouble() %}{% endfor %}",
    );
    let problems = endless.problems();
    assert!(problems.contains("error[template/limit]"), "{problems}");
}

#[test]
fn what_is_handed_out_wrongly_is_a_problem() {
    if no_python("what_is_handed_out_wrongly_is_a_problem") {
        return;
    }
    for (methods, expected) in [
        ("    def data(self):\n        return 1\n", "`TypeError`"),
        (
            "    def functions(self):\n        return [1]\n",
            "`AttributeError`",
        ),
        ("    def functions(self):\n        yield trouble\n", "7"),
        ("    def globals(self):\n        return [trouble]\n", "7"),
        (
            "    def data(self):\n        self._data['more'] = trouble\n\n    def functions(self):\n        return [trouble]\n",
            "`TypeError`",
        ),
        (
            "    def path_filters(self):\n        return [trouble]\n",
            "error[plugin/unsupported]: `path_filters()`",
        ),
        (
            "    def __getattr__(self, name):\n        raise RuntimeError(name)\n",
            "`RuntimeError`",
        ),
    ] {
        let source = plugin("def trouble():\n    return 7\n", methods);
        let repository = Repository::new(&source, "{{ trouble() }}");
        let result = match repository.run() {
            Ok(text) => text,
            Err(problems) => crate::shown(&problems),
        };
        assert!(result.contains(expected), "{methods}: {result}");
    }
}

#[test]
fn many_templates_that_meet_one_fault_tell_it_once() {
    if no_python("many_templates_that_meet_one_fault_tell_it_once") {
        return;
    }
    for body in ["raise ValueError('x')", "os._exit(1)"] {
        let repository = trouble(body);
        for number in 0..5 {
            repository.write(
                &format!("templates/config/{number}.txt.j2"),
                "{{ trouble() }}",
            );
        }
        let problems = repository.problems();
        assert_eq!(problems.matches("error[plugin/").count(), 1, "{problems}");
    }
}
