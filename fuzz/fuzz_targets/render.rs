//! One template, with a few values to name, under small limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use render::{Context, Data, Limits, Options, Template, TemplateSet, UndefinedMode};

fuzz_target!(|template: &[u8]| {
    let context = Context::builder()
        .set("text", "a text")
        .set("list", Data::List(vec!["a".into(), "b".into()]))
        .build();
    let limits = Limits {
        fuel: 100_000,
        output_bytes: 1 << 20,
        template_bytes: 1 << 16,
    };
    for undefined in [UndefinedMode::Declared, UndefinedMode::Chainable] {
        let options = Options {
            undefined,
            limits,
            ..Options::default()
        };
        let set = TemplateSet::new([Template::new("a.j2", template, "a.j2", ".j2")]);
        let first = render::render(&set, &context, &options).map(content);
        let second = render::render(&set, &context, &options).map(content);
        assert_eq!(first.ok(), second.ok(), "the same bytes each time");
    }
});

fn content(output: render::Output) -> Vec<Vec<u8>> {
    output
        .tree
        .iter()
        .map(|(_, entry)| entry.content.as_bytes().to_vec())
        .collect()
}
