//! Every problem is at its place, in the file as it is written.

use render::Options;

use crate::support::{cluster, one, outcome};

#[test]
fn an_undeclared_name_is_an_error_in_every_branch() {
    insta::assert_snapshot!(one(
        "#% if false %#\n  #{ primary_domian }#\n#% endif %#\n#{ node_vlan_tag }#|#{ node_vlan_tag.x.y }#\n"
    ), @r#"
    t.yaml.j2:2:6: error[template/undeclared]: nothing declares `primary_domian`
      hint: did you mean `primary_domain`?
    "#);
}

#[test]
fn a_declared_name_without_a_value_is_chainable() {
    insta::assert_snapshot!(one(
        "[#{ node_vlan_tag }#] [#{ node_vlan_tag.a['b'] }#] #{ node_vlan_tag is defined }# #{ node_vlan_tag | default('none') }#\n#% for node in nodes %#\n#{ node.name }#: [#{ node.mtu }#] #{ node.mtu is defined }# #{ node.disk.x | default('/dev/sda') }#\n#% endfor %#\n"
    ), @r#"
    == t.yaml 644
    [] [] False none
    k8s-0: [] False /dev/sda
    k8s-1: [9000] True /dev/sda
    "#);
}

#[test]
fn a_key_that_no_node_can_have_is_an_error() {
    insta::assert_snapshot!(one(
        "#% for node in nodes | selectattr('contoller') | list %#\n#% if node.mut %##{ node.disk }##% endif %#\n#% endfor %#\n#{ nodes[0].nmae }# #{ (nodes | first).mtuu }# #{ nodes | map(attribute='adress') | list }#"
    ), @r#"
    t.yaml.j2:1:35: error[template/undeclared]: nothing declares the key `contoller` of `nodes`
      hint: did you mean `controller`?
    t.yaml.j2:2:12: error[template/undeclared]: nothing declares the key `mut` of `nodes`
      hint: did you mean `mtu`?
    t.yaml.j2:4:13: error[template/undeclared]: nothing declares the key `nmae` of `nodes`
      hint: did you mean `name`?
    t.yaml.j2:4:40: error[template/undeclared]: nothing declares the key `mtuu` of `nodes`
      hint: did you mean `mtu`?
    t.yaml.j2:4:73: error[template/undeclared]: nothing declares the key `adress` of `nodes`
    "#);
}

#[test]
fn problems_at_run_time_stand_where_they_happen() {
    for (text, expected) in [
        ("a\n  b: #{ 1 + 'x' }#\n", "t.yaml.j2:2:9"),
        ("é: #{ 'ü' ~ (primary_domain % 2) }#", "t.yaml.j2:1:13"),
        ("#{ 'a' | indent(5) | int + nodes }#", "t.yaml.j2:1:4"),
        (
            "#% for a, b in nodes | map('list') %#\n#% endfor %#\n#{ 1 / 0 }#",
            "t.yaml.j2:1:16",
        ),
        (
            "#| comment\n over lines #|\n\n  #{ [1][0].x.y() }#",
            "t.yaml.j2:4:6",
        ),
        ("\r\n\r\n  #{ 1 / 0 }#", "t.yaml.j2:3:6"),
        (
            "#% set x = 5 %#\n#% for i in x %##% endfor %#",
            "t.yaml.j2:2:13",
        ),
        (
            "#% macro m(a) %##{ a / 0 }##% endmacro %#\n#{ m(1) }#",
            "t.yaml.j2:1:20",
        ),
        ("#% if primary_domain.nope() %##% endif %#", "t.yaml.j2:1:7"),
        ("#% filter round %#a#% endfilter %#", "t.yaml.j2:1:11"),
        ("#% set ns = 5 %##% set ns.x = 1 %#", "t.yaml.j2:1:24"),
    ] {
        let result = one(text);
        assert!(
            result.starts_with(&format!("{expected}: error")),
            "{text}\n{result}"
        );
    }
}

#[test]
fn syntax_errors_name_what_is_wrong() {
    insta::assert_snapshot!(
        [
            "#{ 1 + }#",
            "#{ (1 }#",
            "#{ 'x }#",
            "#% if true %#\nx",
            "#% fro x in y %##% endfor %#",
            "#% for x in [] %##% endif %#",
            "#% endif %#",
            "#| never closed",
            "#% raw %#",
            "#{ a b }#",
            "#{ $ }#",
            "#% do x %#",
            "#{ x | }#",
            "#% set none = 1 %#",
            "#% for in x %##% endfor %#",
            "#{ nodes | selectatr('x') | list }##{ 1 is od }#",
            "#% include 'nope.j2' %#",
            "#{ undefined_function(1) }#",
        ]
        .map(one)
        .concat(),
        @r#"
        t.yaml.j2:1:8: error[template/syntax]: expected an expression, found the end of the printed expression
        t.yaml.j2:1:7: error[template/syntax]: found `}` where `)` was expected
        t.yaml.j2:1:4: error[template/syntax]: this string is not closed
        t.yaml.j2:1:4: error[template/syntax]: this `if` is not closed
          hint: close it with `elif` or `else` or `endif`
        t.yaml.j2:1:4: error[template/syntax]: there is no statement `fro`
          hint: did you mean `for`?
        t.yaml.j2:1:21: error[template/syntax]: `endif` does not close the innermost open block, `for`
          hint: it is closed by `endfor` or `else`
        t.yaml.j2:1:4: error[template/syntax]: `endif` closes nothing
        t.yaml.j2:1:1: error[template/syntax]: this comment is not closed
          hint: close it with `#|`
        t.yaml.j2:1:1: error[template/syntax]: this `raw` block is not closed
          hint: close it with an `endraw` tag
        t.yaml.j2:1:6: error[template/syntax]: expected the end of the printed expression, found `b`
        t.yaml.j2:1:4: error[template/syntax]: the character `$` does not belong here
        t.yaml.j2:1:4: error[template/syntax]: there is no statement `do`
          hint: add `jinja2.ext.do` to `extensions`, or use `set _ = …`
        t.yaml.j2:1:8: error[template/syntax]: expected the name of a filter, found the end of the printed expression
        t.yaml.j2:1:8: error[template/syntax]: `none` cannot be assigned to
        t.yaml.j2:1:8: error[template/syntax]: expected a name to assign to, found `in`
        t.yaml.j2:1:12: error[template/unknown]: there is no filter `selectatr`
          hint: did you mean `selectattr`?
        t.yaml.j2:1:44: error[template/unknown]: there is no test `od`
          hint: did you mean `odd`?
        t.yaml.j2:1:4: error[template/missing]: there is no template `nope.j2`
          hint: name it by its whole path below the template folder, suffix included
        t.yaml.j2:1:4: error[template/undeclared]: there is no function `undefined_function`
          hint: put what it gives into `cluster.yaml`, or define it in the plugin that `makejinja.toml` names
        "#
    );
}

#[test]
fn problems_of_included_templates_stand_in_them() {
    let templates = [
        ("t.yaml.j2", "x\n#% include 'partial/a.j2' %#\n#{ 1 / 0 }#"),
        (
            "u.yaml.j2",
            "#% from 'partial/m.j2' import m %#\n#{ m('x') }#",
        ),
        ("partial/a.j2", "\n\n  #{ [] + 1 }#"),
        (
            "partial/m.j2",
            "#% macro m(x) %#\n#{ x - 1 }#\n#% endmacro %#",
        ),
    ];
    insta::assert_snapshot!(outcome(&templates, &cluster().build(), &Options::default()), @r#"
    partial/a.j2:3:6: error[template/type]: `+` does not work between a list and an int
      t.yaml.j2:2:4: needed here
    partial/m.j2:2:4: error[template/type]: `-` does not work between a str and an int
    "#);
}

#[test]
fn names_that_an_including_template_binds_are_declared() {
    let templates = [
        (
            "t.yaml.j2",
            "#% for item in nodes %##% include 'partial/a.j2' %##% endfor %#",
        ),
        ("partial/a.j2", "#{ item.name }# #{ other }#\n"),
        (
            "c.yaml.j2",
            "#% extends 'partial/base.j2' %##% set x = 1 %##% block b %##{ x }##{ y }##% endblock %#",
        ),
        (
            "partial/base.j2",
            "#% set y = 2 %##% block b %##% endblock %#\n",
        ),
    ];
    insta::assert_snapshot!(outcome(&templates, &cluster().build(), &Options::default()), @r#"
    partial/a.j2:1:20: error[template/undeclared]: nothing declares `other`
      hint: declare `other` in `templates/variables.yaml`, or bind it with `set`
    "#);
}
