//! Objects against schemas, rules in CEL among them: neither may panic, hang or take all memory.
#![no_main]

use std::sync::{Arc, OnceLock};

use diagnostics::Source;
use flux::object::Object;
use flux::schema::{Schemas, check};
use libfuzzer_sys::fuzz_target;
use yaml::Dialect;

// Documents that define kinds are added, all others checked: against those and the bundled.
fuzz_target!(|text: &str| {
    static BUNDLED: OnceLock<Schemas> = OnceLock::new();
    let source = Arc::new(Source::new("a.yaml", text));
    let (documents, _) = flux::value::documents(&source, Dialect::Go);
    let bundled = BUNDLED.get_or_init(|| Schemas::bundled("v1.36.0"));
    let mut own = Schemas::bundled("v1.36.0");
    for document in documents {
        if document.get("kind").and_then(flux::value::Value::as_text) == Some("CustomResourceDefinition") {
            drop(own.add_crd(&document));
        }
        let object = Object(document);
        drop(check(&object, bundled));
        drop(check(&object, &own));
    }
});
