//! An object and a patch of it, parted by a form feed: as a file for the object that it names, and
//! for whatever is there. Always objects or an error, and what is written reads back as the same.
#![no_main]

use std::sync::Arc;

use diagnostics::Source;
use flux::files::Memory;
use flux::object::Object;
use flux::value::documents;
use libfuzzer_sys::fuzz_target;
use yaml::Dialect;

const PATCHED: [&str; 3] = [
    "resources: [a.yaml]\npatches: [{path: p.yaml}]\n",
    "resources: [a.yaml]\npatches: [{path: p.yaml, target: {}}]\n",
    "resources: [a.yaml]\npatches: [{path: p.yaml, target: {kind: .*}, options: {allowNameChange: true, allowKindChange: true}}]\n",
];

fuzz_target!(|input: &str| {
    let (object, patch) = input.split_once('\x0c').unwrap_or((input, ""));
    for kustomization in PATCHED {
        let files: Memory = [
            ("kustomization.yaml", kustomization),
            ("a.yaml", object),
            ("p.yaml", patch),
        ]
        .into_iter()
        .collect();
        let built = flux::kustomize::build(&files, "");
        ichor_fuzz::shown(&built.problems);
        for object in &built.objects {
            let written = object.0.to_yaml();
            let source = Arc::new(Source::new("a.yaml", written.as_str()));
            let (values, problems) = documents(&source, Dialect::Go);
            assert!(!problems.has_errors(), "{written}");
            let again = Object(values.into_iter().next().expect("it was written"));
            assert_eq!(written, again.0.to_yaml());
        }
    }
});
