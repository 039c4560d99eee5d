//! Machines that become entries of `nodes.yaml`.

use diagnostics::Source;

use super::{Draft, Known, added, drafted, known};

fn draft(name: &str) -> Draft {
    Draft {
        name: name.to_owned(),
        address: "10.0.0.9".to_owned(),
        controller: false,
        disk: Some("12345".to_owned()),
        mac_addr: Some("aa:bb:cc:00:00:01".to_owned()),
        schematic_id: "37".to_owned(),
        secureboot: false,
        about: Vec::new(),
        remarks: Default::default(),
    }
}

/// What is added, with its dash in the first column.
const NEW: &str = "- name: new
  address: 10.0.0.9
  controller: false
  disk: '12345'
  mac_addr: aa:bb:cc:00:00:01
  schematic_id: '37'
";

fn indented(column: usize) -> String {
    let indent = " ".repeat(column);
    NEW.lines()
        .map(|line| format!("{indent}{line}\n"))
        .collect()
}

fn add(text: &str) -> Result<String, &'static str> {
    let source = Source::new("nodes.yaml", text);
    added(&source, &[draft("new")])
        .map_err(|problems| problems.iter().next().map_or("", |one| one.rule.id()))
}

#[test]
fn nodes_are_added_behind_the_others_and_nothing_else_changes() {
    let two = indented(2);
    let cases = [
        // What stood before, and what stands behind the new one.
        ("nodes:\n  - name: a # first\n    disk: x\n", "", &*two),
        ("nodes:\n  - name: a\n    disk: x", "", &*two),
        (
            "# All\nnodes:\n  - name: a\n    disk: x\n    # mtu: 1500\n\n    # more: of it\n",
            "\n  # another\nother: 1\n",
            &*two,
        ),
        ("nodes:\n- name: a\n  disk: x\n", "more: [1]\n", NEW),
        ("nodes:\n    -\n        name: a\n", "", &*indented(4)),
        ("other: 1\n", "", &*format!("nodes:\n{two}")),
        ("", "", &*format!("nodes:\n{two}")),
        ("# nothing yet", "", &*format!("nodes:\n{two}")),
        ("nodes: # none yet\n", "other: 1\n", &*two),
    ];
    for (before, behind, new) in cases {
        let end = if before.is_empty() || before.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        let expected = format!("{before}{end}{new}{behind}");
        assert_eq!(add(&format!("{before}{behind}")).as_deref(), Ok(&*expected));
    }
    for nothing in ["[]", "null", "~"] {
        let text = format!("nodes: {nothing} # yet\nother: 1\n");
        let expected = format!("nodes:  # yet\n{two}other: 1\n");
        assert_eq!(add(&text).as_deref(), Ok(&*expected));
    }
    // Line breaks are those of the file.
    let added = add("nodes:\r\n  - name: a\r\n").expect("a list");
    assert_eq!(added.matches('\n').count(), added.matches("\r\n").count());
    for text in [
        "nodes: [{name: a}]\n",
        "nodes: 7\n",
        "nodes: {}\n",
        "{}\n",
        "[1]\n",
        "{a: 1}\n",
    ] {
        assert_eq!(add(text), Err("nodes/no-list"), "{text}");
    }
    assert!(add("nodes: [\n").is_err());
}

#[test]
fn the_untouched_sample_gives_way() {
    let sample = config_model::sample::nodes("./schema.json");
    let source = Source::new("nodes.yaml", sample.as_str());
    assert_eq!(known(&source), []);
    let text = add(&sample).expect("a list");
    let (head, _) = sample.split_once("nodes:\n").expect("a list");
    assert_eq!(text, format!("{head}nodes:\n{}", indented(2)));
}

#[test]
fn names_are_free_and_control_planes_are_three_or_one() {
    let node = |name: &str, is_controller| Known {
        name: name.to_owned(),
        address: String::new(),
        mac_addr: String::new(),
        is_controller,
    };
    let text = "nodes:\n  - name: a\n    controller: True\n    mac_addr: AA:BB\n  - {name: b, address: 10.0.0.2}\n";
    let mut expected = [node("a", true), node("b", false)];
    expected[0].mac_addr = "aa:bb".to_owned();
    expected[1].address = "10.0.0.2".to_owned();
    assert_eq!(known(&Source::new("nodes.yaml", text)), expected);
    let cases: [(&[bool], usize, &[bool]); 5] = [
        (&[], 2, &[true, false]),
        (&[], 4, &[true, true, true, false]),
        (&[true], 1, &[false]),
        (&[true], 2, &[true, true]),
        (&[true, true, true, false], 1, &[false]),
    ];
    for (there, new, controllers) in cases {
        let there: Vec<Known> = there.iter().map(|one| node("x", *one)).collect();
        let drafts = drafted(&there, vec![draft("x"); new]);
        let found: Vec<bool> = drafts.iter().map(|draft| draft.controller).collect();
        assert_eq!(found, controllers);
        let mut names: Vec<_> = drafts.iter().map(|draft| draft.name.as_str()).collect();
        names.dedup();
        assert_eq!(names.len(), new);
        assert!(there.is_empty() || !names.contains(&"x"));
    }
}
