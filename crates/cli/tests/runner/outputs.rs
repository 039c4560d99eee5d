//! What the rendered tree must be for Helm, kustomize and git.

use insta::assert_snapshot;

use crate::{empty, fixture};

const ECHO: &str = "kubernetes/apps/default/echo/app";

#[test]
fn charts_are_not_yaml_and_an_alias_may_be_a_key() {
    let chart = "apiVersion: v2\nname: c\nversion: 0.1.0\n";
    let template = "{{- if .Values.on -}}\na: {{ .Values.b }}\n{{- end }}\n";
    let object = "kind: ConfigMap\nmetadata: {name: &app demo}\ndata:\n  *app: works\n";

    let committed = empty();
    committed.write("kubernetes/apps/chart/Chart.yaml", chart);
    committed.write("kubernetes/apps/chart/templates/a/x.yaml", template);
    committed.write("kubernetes/apps/demo/x.yaml", object);
    drop(committed.run(["validate"]).success());
    // Without the chart's own file it is like any other.
    committed.write("kubernetes/apps/other/templates/x.yaml", template);
    let output = committed.run(["validate"]).exits(1);
    assert!(
        output.stderr.contains("apps/other/templates/x.yaml:1:3"),
        "{output}"
    );
    assert!(!output.stderr.contains("apps/chart"), "{output}");

    let sandbox = fixture("minimal");
    let folder = "templates/overrides/kubernetes/apps/chart";
    sandbox.write(&format!("{folder}/Chart.yaml"), chart);
    sandbox.write(&format!("{folder}/templates/x.yaml"), template);
    sandbox.write("templates/overrides/kubernetes/apps/demo/x.yaml", object);
    drop(sandbox.run(["configure"]).success());
    assert_eq!(
        sandbox.read("kubernetes/apps/chart/templates/x.yaml"),
        template
    );
}

#[test]
fn what_a_kustomization_lists_must_be_there() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    // An empty override removes the output, which is on disk from the run before.
    sandbox.write(
        &format!("templates/overrides/{ECHO}/ocirepository.yaml.j2"),
        "",
    );
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @r#"
    ------- stderr -------
    error[output/missing-resource]: `kubernetes/apps/default/echo/app/kustomization.yaml` lists `./ocirepository.yaml`, which does not exist
     --> built-in:kubernetes/apps/default/echo/app/kustomization.yaml.j2:6:5
      |
    6 |   - ./ocirepository.yaml
      |     ^^^^^^^^^^^^^^^^^^^^
      |
    hint: kustomize refuses the whole folder: `ichor template eject kubernetes/apps/default/echo/app/kustomization.yaml` makes a copy to take it out of

    1 error
    [exit code: 1]
    "#);
    assert!(sandbox.exists(&format!("{ECHO}/ocirepository.yaml")));
    // What lies there and is nobody's output stays there.
    std::fs::remove_dir_all(sandbox.root().join("templates")).expect("it was there");
    sandbox.write(
        "kubernetes/apps/mine/a/kustomization.yaml",
        "resources: []\n",
    );
    sandbox.write("kubernetes/apps/mine/b/x.txt", "");
    sandbox.write(
        "templates/overrides/kubernetes/apps/mine/kustomization.yaml.j2",
        "components: [../../components/sops]\nresources:\n  - ./a/\n  - b\n  - c\n  - https://example.com/x.yaml\n  - github.com/a/b/c?ref=v1\n  - namespace.yaml\n\
         patches:\n  - path: p.yaml\n  - patch: |-\n      - op: remove\nconfigMapGenerator:\n  - name: x\n    files: [values.yaml=v.yaml, b/x.txt]\n\
         configurations: [./name.yaml]\n",
    );
    sandbox.write(
        "templates/overrides/kubernetes/apps/mine/namespace.yaml.j2",
        "a: 1\n",
    );
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @r#"
    ------- stderr -------
    error[output/missing-resource]: `kubernetes/apps/mine/kustomization.yaml` lists the folder `b`, which holds no `kustomization.yaml`
     --> templates/overrides/kubernetes/apps/mine/kustomization.yaml.j2:4:5
      |
    4 |   - b
      |     ^
      |
    hint: kustomize refuses the whole folder: take it out of the list, or render it

    error[output/missing-resource]: `kubernetes/apps/mine/kustomization.yaml` lists `c`, which does not exist
     --> templates/overrides/kubernetes/apps/mine/kustomization.yaml.j2:5:5
      |
    5 |   - c
      |     ^
      |
    hint: kustomize refuses the whole folder: take it out of the list, or render it

    error[output/missing-resource]: `kubernetes/apps/mine/kustomization.yaml` lists `p.yaml`, which does not exist
      --> templates/overrides/kubernetes/apps/mine/kustomization.yaml.j2:10:11
       |
    10 |   - path: p.yaml
       |           ^^^^^^
       |
    hint: kustomize refuses the whole folder: take it out of the list, or render it

    error[output/missing-resource]: `kubernetes/apps/mine/kustomization.yaml` lists `v.yaml`, which does not exist
      --> templates/overrides/kubernetes/apps/mine/kustomization.yaml.j2:15:13
       |
    15 |     files: [values.yaml=v.yaml, b/x.txt]
       |             ^^^^^^^^^^^^^^^^^^
       |
    hint: kustomize refuses the whole folder: take it out of the list, or render it

    error[output/missing-resource]: `kubernetes/apps/mine/kustomization.yaml` lists `./name.yaml`, which does not exist
      --> templates/overrides/kubernetes/apps/mine/kustomization.yaml.j2:16:18
       |
    16 | configurations: [./name.yaml]
       |                  ^^^^^^^^^^^
       |
    hint: kustomize refuses the whole folder: take it out of the list, or render it

    5 errors
    [exit code: 1]
    "#);
}

#[test]
fn in_own_templates_a_missing_resource_is_a_warning() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "templates/config/kubernetes/apps/kustomization.yaml.j2",
        "resources:\n  - gone.yaml\n",
    );
    sandbox.write("makejinja.toml", "[makejinja]\ninputs = [\"templates/config\"]\noutput = \".\"\ndata = [\"cluster.yaml\", \"nodes.yaml\"]\njinja_suffix = \".j2\"\n");
    let output = sandbox.run(["configure"]).success();
    assert!(
        output.stderr.contains("warning[output/missing-resource]"),
        "{output}"
    );
}
