//! Scalars as `PyYAML` and Go's readers take them, recorded from those programs.

use diagnostics::Source;
use yaml::{Dialect, Limits, Resolved, parse};

const TABLE: &str = include_str!("fixtures/scalars.tsv");

fn shown(resolved: &Resolved) -> String {
    match resolved {
        Resolved::Null => "null".into(),
        Resolved::Bool(truth) => format!("bool {truth}"),
        Resolved::Integer(number) => format!("integer {number}"),
        Resolved::BigInteger(digits) => format!("integer {digits}"),
        Resolved::Float(number) if number.is_nan() => "float nan".into(),
        Resolved::Float(number) => format!("float {:016x}", number.to_bits()),
        Resolved::Text(text) => format!("text {text}"),
        Resolved::Timestamp(_) => "timestamp".into(),
        Resolved::Binary(_) => "binary".into(),
        Resolved::Refused(_) => "refused".into(),
    }
}

#[test]
fn scalars_mean_what_the_recorded_readers_make_of_them() {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in TABLE.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [text, python, go, kubernetes] = columns[..] else {
            panic!("not four columns: {line}");
        };
        rows += 1;
        let source = Source::new("row", format!("- {text}\n"));
        let parsed = parse(&source, &Limits::default());
        let Some([node]) = parsed.root().and_then(|root| root.as_sequence()) else {
            panic!("not one item: {text}: {:?}", parsed.diagnostics);
        };
        let scalar = node
            .as_scalar()
            .unwrap_or_else(|| panic!("not a scalar: {text}"));
        for (dialect, expected) in [
            (Dialect::Python, python),
            (Dialect::Go, go),
            (Dialect::Kubernetes, kubernetes),
        ] {
            let found = shown(&scalar.read(dialect));
            if found != expected {
                wrong.push(format!(
                    "{text} to {dialect}: expected {expected}, found {found}"
                ));
            }
        }
    }
    assert!(rows >= 400, "only {rows} rows");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
