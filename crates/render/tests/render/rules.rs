//! A template for each rule of templates, right but for the one thing.

use render::Options;

use crate::support::{cluster, outcome};

#[test]
fn each_fault_of_a_template_is_told_by_its_rule() {
    for (rule, text) in [
        ("template/arguments", "#{ [1] | join(1, 2, 3, 4) }#"),
        ("template/block", "#% extends 'partial.j2' %#"),
        ("template/endless", "#% include 't.yaml.j2' %#"),
        (
            "template/extends",
            "#% extends 'partial2.j2' %##% extends 'partial2.j2' %#",
        ),
        (
            "template/loop",
            "#% for a in [1] %##{ loop([1]) }##% endfor %#",
        ),
        ("template/super", "#% block a %##{ super() }##% endblock %#"),
        ("template/type", "#{ 1 + 'a' }#"),
        (
            "template/value",
            "#{ 'x' | int(base=99) }##{ [].index(1) }#",
        ),
        ("template/undefined", "#{ {}['a'] + 1 }#"),
        ("template/unknown", "#{ 1 | no_such_filter }#"),
        ("template/missing", "#% include 'nowhere.j2' %#"),
        ("template/limit", "#{ 'x' * 1000000000000 }#"),
    ] {
        let templates = [
            ("t.yaml.j2", text),
            ("partial.j2", "#% block a required %##% endblock %#"),
            ("partial2.j2", "x"),
        ];
        let told = outcome(&templates, &cluster().build(), &Options::default());
        assert!(told.contains(&format!("[{rule}]")), "{rule}: {told}");
    }
}
