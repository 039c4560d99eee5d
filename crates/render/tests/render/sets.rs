//! Sets of templates: outputs, modes, copies, overlaps.

use render::{Options, Role, Template, TemplateSet, render};

use crate::support::{cluster, outcome};

#[test]
fn files_are_rendered_copied_or_left_out() {
    let context = cluster().build();
    let set = TemplateSet::new([
        Template::new("a.sh.j2", b"#{ 1 }#\n".to_vec(), "a.sh.j2", ".j2").mode(0o755),
        Template::new("b.txt", b"#{ 1 }#".to_vec(), "b.txt", ".j2"),
        Template::new("c.bin", vec![0xff, 0, 0xfe], "c.bin", ".j2").mode(0o600),
        Template::new("d.yaml.j2", b" \n\t\x1c".to_vec(), "d.yaml.j2", ".j2"),
        Template::new(
            "e.j2",
            b"#% macro x() %##% endmacro %#".to_vec(),
            "e.j2",
            ".j2",
        ),
    ]);
    let output = render(&set, &context, &Options::default()).unwrap();
    let shown: Vec<_> = output
        .tree
        .iter()
        .map(|(path, entry)| {
            format!(
                "{path} {:o} {:?}",
                entry.mode.bits(),
                entry.content.as_bytes()
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "a.sh 755 [49, 10]",
            "b.txt 644 [35, 123, 32, 49, 32, 125, 35]",
            "c.bin 600 [255, 0, 254]"
        ]
    );
    let empty: Vec<_> = output.empty.iter().map(ToString::to_string).collect();
    assert_eq!(empty, ["d.yaml", "e"]);
}

#[test]
fn outputs_that_cannot_be_are_errors() {
    let templates = [
        ("../a.j2", "x"),
        ("/b.j2", "x"),
        ("c/../../d.j2", "x"),
        ("e.yaml.j2", "x"),
        ("e.yaml", "y"),
        ("f.j2", "x"),
        ("f/g.j2", "x"),
    ];
    insta::assert_snapshot!(outcome(&templates, &cluster().build(), &Options::default()), @r#"
    ../a.j2: error[template/output-path]: `../a` cannot be an output: has a `..` component
    /b.j2: error[template/output-path]: `/b` cannot be an output: is absolute
    c/../../d.j2: error[template/output-path]: `c/../../d` cannot be an output: has a `..` component
    e.yaml: error[tree/duplicate-output]: `e.yaml.j2` and `e.yaml` both render to `e.yaml`
      hint: rename or remove one of the two templates
      e.yaml.j2: the first template
    f/g.j2: error[tree/file-and-folder]: `f` is rendered as a file, but `f/g` needs a folder
      hint: rename one of the two templates
      f.j2: the file's template
    "#);
}

#[test]
fn other_templates_cannot_be_reached_outside_of_the_set() {
    let templates = [
        ("a.j2", "#% include '../a.j2' %#"),
        (
            "b.j2",
            "#% include './partial/x.j2' %##% include '/partial//x.j2' %#",
        ),
        ("partial/x.j2", "x\n"),
    ];
    insta::assert_snapshot!(outcome(&templates, &cluster().build(), &Options::default()), @r#"
    a.j2:1:4: error[template/missing]: there is no template `../a.j2`
      hint: name it by its path below the template folder, without `..`
    "#);
}

#[test]
fn the_order_of_threads_changes_nothing() {
    let texts: Vec<_> = (0..200)
        .map(|index| {
            (
                format!("f{index}.j2"),
                format!("#% set _ = nodes.append({index}) %##{{ nodes | length }}##{{ {index} }}#"),
            )
        })
        .collect();
    let templates: Vec<_> = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let context = cluster().build();
    let first = outcome(&templates, &context, &Options::default());
    for _ in 0..5 {
        assert_eq!(outcome(&templates, &context, &Options::default()), first);
    }
    assert!(
        first.contains("== f7 644\n37\n"),
        "each template has its own values:\n{first}"
    );
}

#[test]
fn a_template_that_is_no_text_is_an_error_with_its_name() {
    let set = TemplateSet::new([Template::new(
        "a.j2",
        vec![0xff],
        "templates/config/a.j2",
        ".j2",
    )]);
    let problems = render(&set, &cluster().build(), &Options::default()).unwrap_err();
    insta::assert_snapshot!(problems.iter().next().unwrap(), @r#"
    templates/config/a.j2: error[template/unreadable]: the template is no UTF-8 text
    "#);
}

#[test]
fn what_templates_use_is_known_without_rendering() {
    let set = TemplateSet::new([
        Template::new(
            "a.j2",
            b"#% for node in nodes %##{ node.mtu }##% endfor %##% if never %##{ deep.er | default(other) }##% endif %#"
                .to_vec(),
            "a.j2",
            ".j2",
        ),
        Template::new("p.j2", b"#{ loose }#".to_vec(), "p.j2", ".j2").role(Role::Partial),
    ]);
    let analysis = render::analyze(&set, &Options::default());
    let used: Vec<_> = analysis
        .mentions()
        .iter()
        .map(|mention| match &mention.of {
            Some(list) => format!("{list}[].{}", mention.name),
            None => mention.name.clone(),
        })
        .collect();
    insta::assert_debug_snapshot!(used, @r#"
    [
        "nodes",
        "nodes[].mtu",
        "never",
        "deep",
        "deep[].er",
        "other",
        "loose",
    ]
    "#);
    assert!(
        analysis.uses("deep") && !analysis.uses("disk") && analysis.uses_item_key("nodes", "mtu")
    );
}

#[test]
fn patches_are_listed_unless_they_render_to_nothing() {
    let templates = [
        (
            "talos/talconfig.yaml.j2",
            "#% for file in talos_patches('global') %#\n- #{ file }# #{ file | basename }#\n#% endfor %#\n[#{ talos_patches('none') | join }#]\n",
        ),
        (
            "talos/patches/global/b.yaml.j2",
            "b: #{ talos_patches('global') | length }#\n",
        ),
        ("talos/patches/global/a.yaml.j2", "a: 1\n"),
        (
            "talos/patches/global/gone.yaml.j2",
            "#% if false %#x#% endif %#\n\n",
        ),
        ("talos/patches/global/deeper/c.yaml.j2", "c: 1\n"),
        ("talos/patches/global/note.txt", "no patch\n"),
    ];
    let shown = outcome(&templates, &cluster().build(), &Options::default());
    let config = shown
        .split("== talos/talconfig.yaml")
        .nth(1)
        .unwrap_or_default();
    insta::assert_snapshot!(config, @r#"
     644
    - templates/config/talos/patches/global/a.yaml.j2 a.yaml
    - templates/config/talos/patches/global/b.yaml.j2 b.yaml
    []
    == talos/patches/global/gone.yaml is empty
    "#);
}

#[test]
fn applications_are_listed_unless_their_kustomization_renders_to_nothing() {
    let templates = [
        (
            "kubernetes/apps/network/kustomization.yaml.j2",
            "#% for app in apps('network') %#\n- ./#{ app }#/ks.yaml\n#% endfor %#\n#{ apps('none') }#\n",
        ),
        ("kubernetes/apps/network/zone/ks.yaml.j2", "zone: 1\n"),
        ("kubernetes/apps/network/tunnel/ks.yaml", "#% if never %#\n"),
        (
            "kubernetes/apps/network/dns/ks.yaml.j2",
            "dns: #{ apps(namespace='network') | length }#\n",
        ),
        (
            "kubernetes/apps/network/off/ks.yaml.j2",
            "#% if false %#x#% endif %#\n\n",
        ),
        ("kubernetes/apps/network/off/app/ks.yaml.j2", "deeper: 1\n"),
        ("kubernetes/apps/network/namespace.yaml.j2", "none: 1\n"),
        ("kubernetes/apps/networks/other/ks.yaml.j2", "other: 1\n"),
    ];
    let shown = outcome(&templates, &cluster().build(), &Options::default());
    let start = shown
        .find("== kubernetes/apps/network/kustomization.yaml")
        .expect("it is there");
    let list = shown[start..].split("\n== ").next().unwrap_or_default();
    insta::assert_snapshot!(list, @r"
    == kubernetes/apps/network/kustomization.yaml 644
    - ./dns/ks.yaml
    - ./tunnel/ks.yaml
    - ./zone/ks.yaml
    []
    ");
}

/// It is no function of the templates that clusters were made from before.
#[test]
fn what_a_repository_calls_apps_counts_before_the_function() {
    let shown =
        |context, text: &'static str| outcome(&[("a.j2", text)], &context, &Options::default());
    let own = cluster().set("apps", "mine").build();
    insta::assert_snapshot!(shown(own, "#{ apps }#\n"), @r"
    == a 644
    mine
    ");
    let declared = cluster().declare("apps").build();
    insta::assert_snapshot!(shown(declared, "[#{ apps }#]\n"), @r"
    == a 644
    []
    ");
    insta::assert_snapshot!(shown(cluster().build(), "#{ apps }#\n"), @r"
    a.j2:1:4: error[template/undeclared]: nothing declares `apps`
      hint: declare `apps` in `templates/variables.yaml`, or bind it with `set`
    ");
    insta::assert_snapshot!(shown(cluster().build(), "#{ apps(1) }#\n"), @r"
    a.j2:1:4: error[template/type]: `apps` needs the name of a namespace
    ");
}
