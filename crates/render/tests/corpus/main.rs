//! What this crate makes of the corpus, against what the real makejinja made of it.
//!
//! README.md beside this file tells what lies where and how it was recorded.

mod case;
mod differences;

use std::collections::BTreeSet;

use case::Case;
use differences::Differences;

#[test]
fn every_case_gives_the_same_bytes() {
    let differences = Differences::read();
    let mut unexpected = Vec::new();
    let mut met = BTreeSet::new();
    for case in Case::all() {
        let result = case.compare();
        match (result, differences.get(&case.name)) {
            (Ok(()), None) => {}
            (Err(_), Some(_)) => {
                met.insert(case.name.clone());
            }
            (Err(difference), None) => unexpected.push(format!("{}: {difference}", case.name)),
            (Ok(()), Some(_)) => unexpected.push(format!(
                "{}: no difference any more; remove it from DIFFERENCES",
                case.name
            )),
        }
    }
    for name in differences.names() {
        if !met.contains(name) {
            unexpected.push(format!("{name}: in DIFFERENCES, but there is no such case"));
        }
    }
    unexpected.sort();
    unexpected.dedup();
    assert!(
        unexpected.is_empty(),
        "{} of {} differ:\n{}",
        unexpected.len(),
        Case::all().len(),
        unexpected.join("\n")
    );
}

#[test]
fn the_corpus_is_as_large_as_promised() {
    let mut templates = 0;
    for case in Case::all() {
        templates += case.templates();
    }
    assert!(templates >= 80, "{templates} templates");
}
