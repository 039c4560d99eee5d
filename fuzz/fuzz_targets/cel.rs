//! A rule in CEL in the first line, and what it judges: it is evaluated or given up, and ends.
#![no_main]

use std::sync::Arc;

use diagnostics::Source;
use flux::object::Object;
use flux::schema::{Schemas, check};
use flux::value::{Value, documents};
use libfuzzer_sys::fuzz_target;
use yaml::Dialect;

fn read(text: &str) -> Option<Value> {
    let source = Arc::new(Source::new("a.yaml", text));
    documents(&source, Dialect::Go).0.into_iter().next()
}

fuzz_target!(|input: &str| {
    let (rule, judged) = input.split_once('\n').unwrap_or((input, ""));
    let rule = serde_json::Value::from(rule);
    let field = "{type: string}, list: {type: array, items: {type: string}}, map: {type: object, additionalProperties: {type: integer}}";
    let definition = format!(
        "{{spec: {{group: a.b, scope: Namespaced, names: {{kind: Thing}}, versions: [{{name: v1, served: true, schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{text: {field}}}, x-kubernetes-validations: [{{rule: {rule}, messageExpression: {rule}}}]}}}}}}}}}}]}}}}"
    );
    let Some(definition) = read(&definition) else {
        return;
    };
    let mut schemas = Schemas::bundled("v1.36.0");
    if schemas.add_crd(&definition).is_err() {
        return;
    }
    let object = "apiVersion: a.b/v1\nkind: Thing\nmetadata: {name: a}\nspec:\n";
    let judged = judged.lines().map(|line| format!("  {line}\n"));
    if let Some(object) = read(&(object.to_owned() + &judged.collect::<String>())) {
        ichor_fuzz::shown(&check(&Object(object), &schemas).problems);
    }
});
