//! A plugin that answers anything: what comes in over the pipe is not trusted.

use std::sync::Arc;

use proptest::prelude::*;
use render::plugin::{Answers, Exception, Names, Plugin};
use render::{Context, Options};
use serde_json::{Value, json};

use crate::support::outcome;

/// Answers every question with the same.
struct Answering {
    names: Names,
    answer: Value,
}

impl Plugin for Answering {
    fn names(&self) -> &Names {
        &self.names
    }

    fn ask(&self, _: &Value) -> Result<Value, Exception> {
        Ok(self.answer.clone())
    }
}

fn answering(answer: Value) -> Arc<dyn Plugin> {
    let one = |name: &str| [name.to_owned()].into();
    Arc::new(Answering {
        names: Names {
            functions: one("ask"),
            filters: one("asked"),
            tests: one("answered"),
            before_built_in: false,
        },
        answer,
    })
}

/// JSON with the tags of the wire in it, well-formed and not.
fn answers() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    let tag = prop_oneof![
        Just("\0int"),
        Just("\0float"),
        Just("\0tuple"),
        Just("\0dict"),
        Just("\0bytes"),
        Just("\0safe"),
        Just("\0moment"),
        Just("\0undefined"),
        Just("\0object"),
        Just("\0"),
        Just("id"),
        Just("kind"),
        Just("values"),
    ];
    leaf.prop_recursive(4, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((tag.clone(), inner.clone()), 0..3).prop_map(|pairs| {
                let entries = pairs
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value));
                Value::Object(entries.collect())
            }),
            inner.prop_map(|value| {
                let object =
                    json!({"id": 1, "kind": "k", "true": true, "callable": true, "text": value});
                json!({"\0object": object})
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_answer_panics(answer in answers()) {
        let plugin = answering(answer.clone());
        // Whether it is one or not.
        let _read = Answers::read(&answer, &plugin);
        let loaded = json!({"values": {"given": answer}, "functions": [], "filters": [], "tests": [], "unsupported": [], "absent": []});
        let loaded = Answers::read(&loaded, &plugin).expect("has its shape");
        let context = Context::builder().build().with_values(loaded.values, []).with_plugin(plugin, []);
        for expression in [
            "given", "ask()", "ask().a", "ask()[0]", "ask()()", "ask() + 1", "1 - ask()", "-ask()",
            "ask() == given", "ask() < 1", "1 in ask()", "ask() | length", "ask() | list", "given | sort",
            "1 | asked", "1 is answered", "'%s' % ask()", "ask() ~ given", "ask() | tojson", "{ask(): 1}",
        ] {
            let _text = outcome(&[("a.j2", &format!("#{{ {expression} }}#"))], &context, &Options::default());
        }
    }
}
