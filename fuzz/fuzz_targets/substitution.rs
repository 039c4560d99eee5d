//! A text, and an object with it, filled in with variables; the first line holds the value of
//! one of them.
#![no_main]

use std::sync::Arc;

use diagnostics::Source;
use flux::object::Object;
use flux::substitute::{Mode, Substitution, Variables, text};
use flux::value::documents;
use libfuzzer_sys::fuzz_target;
use yaml::Dialect;

fuzz_target!(|input: &str| {
    let (value, written) = input.split_once('\n').unwrap_or(("", input));
    let variables: Variables = [("A", value), ("B", "é*b"), ("C", "")].into_iter().collect();
    let strict = text(written, &variables, Mode::Strict);
    let lenient = text(written, &variables, Mode::Lenient);
    if let Ok(strict) = &strict {
        // Strictness only refuses.
        assert_eq!(Ok(strict), lenient.as_ref());
    }
    if !written.contains(['$', '\0']) {
        assert_eq!(strict.as_deref(), Ok(written));
    }
    let substitution = Substitution {
        variables,
        ..Substitution::default()
    };
    let source = Arc::new(Source::new("a.yaml", written));
    let (values, problems) = documents(&source, Dialect::Go);
    ichor_fuzz::shown(&problems);
    for value in values {
        if let Err(problems) = substitution.apply(&Object(value)) {
            assert!(problems.has_errors());
            ichor_fuzz::shown(&problems);
        }
    }
});
