//! What readers make of a text.

use std::sync::Arc;

use diagnostics::Source;
use yaml::Dialect;

use super::documents;

#[test]
fn a_key_that_is_no_text_is_refused_by_kustomize_only() {
    let source = Arc::new(Source::new("a.yaml", "data: {1: a}\n"));
    let (_, problems) = documents(&source, Dialect::Go);
    assert!(problems.has(&crate::rules::FLUX_UNREADABLE_VALUE));
    let (values, problems) = documents(&source, Dialect::Kubernetes);
    assert!(problems.is_empty());
    let value = values[0].at(&["data", "1"]).expect("the key is text");
    assert_eq!(value.place.range(), 10..11);
}
