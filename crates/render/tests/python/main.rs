//! Every template of `templates.txt` gives what the real Jinja2 gave (`record.py`).

use std::path::Path;

use indexmap::IndexMap;
use render::{Context, Data, Extensions, Options, Role, Template, TemplateSet, render};
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    data: IndexMap<String, serde_json::Value>,
    recorded: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    template: String,
    output: Option<String>,
    error: Option<String>,
}

/// What Python prints differently at every run, or what is refused on purpose.
const NOT_COMPARED: [&str; 2] = ["{{ text.upper }}", "{{ 10 ** 40 }}"];

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its recording")]
fn templates_give_what_jinja2_gave() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/recorded.json");
    let text = std::fs::read_to_string(path).unwrap();
    let recorded: Recorded = serde_json::from_str(&text).unwrap();
    assert!(
        recorded.recorded.len() >= 200,
        "the recording is incomplete"
    );
    let mut builder = Context::builder();
    for (name, value) in &recorded.data {
        builder = builder.set(name, Data::from(value));
    }
    let context = builder.build();
    let mut different = Vec::new();
    for case in &recorded.recorded {
        if NOT_COMPARED.contains(&case.template.as_str()) {
            continue;
        }
        let result = run(&case.template, &context);
        let same = match (&result, &case.output) {
            (Ok(output), Some(expected)) => output == expected,
            (Err(_), None) => true,
            _ => false,
        };
        if !same {
            let expected = case.output.as_ref().or(case.error.as_ref());
            different.push(format!(
                "{}\n  jinja2 {expected:?}\n  here   {result:?}",
                case.template
            ));
        }
    }
    assert!(
        different.is_empty(),
        "{} of {} differ:\n{}",
        different.len(),
        recorded.recorded.len(),
        different.join("\n")
    );
}

fn run(template: &str, context: &Context) -> Result<String, String> {
    let template = Template::new("t.j2", template.as_bytes().to_vec(), "t.j2", ".j2");
    let set = TemplateSet::new([template.role(Role::Render)]);
    let options = Options {
        keep_empty: true,
        extensions: Extensions {
            expression_statement: true,
            loop_controls: true,
        },
        ..Options::makejinja()
    };
    match render(&set, context, &options) {
        Ok(output) => {
            let entry = output.tree.get("t").expect("the template has an output");
            Ok(entry.content.as_text().unwrap_or_default().to_owned())
        }
        Err(problems) => {
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            Err(problems.join("\n"))
        }
    }
}
