//! What the rendered tree must be for Helm, kustomize and git.

use insta::assert_snapshot;

use crate::secret_commands::git::git;
use crate::{empty, fixture, on_terminal};

const ECHO: &str = "kubernetes/apps/default/echo/app";

#[test]
fn charts_are_not_yaml_and_an_alias_may_be_a_key() {
    let chart = "apiVersion: v2\nname: c\nversion: 0.1.0\n";
    let template = "{{- if .Values.on -}}\na: {{ .Values.b }}\n{{- end }}\n";
    let object =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: &app demo}\ndata:\n  *app: works\n";

    let committed = empty();
    committed.write("kubernetes/charts/chart/Chart.yaml", chart);
    committed.write("kubernetes/charts/chart/templates/a/x.yaml", template);
    committed.write("kubernetes/apps/demo/x.yaml", object);
    drop(committed.run(["validate"]).success());
    // Without the chart's own file it is like any other.
    committed.write("kubernetes/apps/other/templates/x.yaml", template);
    let output = committed.run(["validate"]).exits(1);
    assert!(
        output.stderr.contains("apps/other/templates/x.yaml:1:3"),
        "{output}"
    );
    assert!(!output.stderr.contains("charts/chart"), "{output}");

    let sandbox = fixture("minimal");
    let folder = "templates/overrides/kubernetes/charts/chart";
    sandbox.write(&format!("{folder}/Chart.yaml"), chart);
    sandbox.write(&format!("{folder}/templates/x.yaml"), template);
    sandbox.write("templates/overrides/kubernetes/apps/demo/x.yaml", object);
    drop(sandbox.run(["configure"]).success());
    assert_eq!(
        sandbox.read("kubernetes/charts/chart/templates/x.yaml"),
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
fn in_own_templates_what_was_broken_before_is_a_warning() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "templates/config/kubernetes/apps/kustomization.yaml.j2",
        "resources:\n  - gone.yaml\n",
    );
    sandbox.write("makejinja.toml", "[makejinja]\ninputs = [\"templates/config\"]\noutput = \".\"\ndata = [\"cluster.yaml\", \"nodes.yaml\"]\njinja_suffix = \".j2\"\n");
    // As is what only the first start reads; helmfile's own templates are nothing at all.
    sandbox.write("templates/config/bootstrap/v.yaml.j2", "a: ['b'']\nc: d\n");
    sandbox.write(
        "templates/config/bootstrap/helmfile.d/a.yaml",
        "a: {{ .b }}: c\n",
    );
    let output = sandbox.run(["configure"]).success();
    for rule in ["output/missing-resource", "output/invalid-yaml"] {
        let found = output.stderr.matches(&format!("warning[{rule}]")).count();
        assert_eq!(found, 1, "{rule}: {output}");
    }
    sandbox.write("templates/config/kubernetes/v.yaml.j2", "a: ['b'']\nc: d\n");
    let output = sandbox.run(["configure"]).exits(1);
    assert!(
        output.stderr.contains("error[output/invalid-yaml]"),
        "{output}"
    );
}

/// Newer repositories of the family call the folder `template`.
#[test]
fn own_templates_lie_where_makejinja_toml_says() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "template/config/kubernetes/a.txt.j2",
        "{{ cluster_api_addr }}\n",
    );
    sandbox.write("makejinja.toml", "[makejinja]\ninputs = [\"./template/overrides\", \"./template/config\"]\noutput = \".\"\ndata = [\"cluster.yaml\", \"nodes.yaml\"]\njinja_suffix = \".j2\"\n");
    sandbox.write("template/overrides/b.txt", "b\n");
    drop(sandbox.run(["configure"]).success());
    assert_eq!(sandbox.read("kubernetes/a.txt"), "10.10.10.254\n");
    assert!(sandbox.exists("b.txt") && !sandbox.exists("talos"));
    drop(sandbox.run(["init"]).success());
    assert!(!sandbox.exists("versions.yaml"));
}

#[test]
fn own_templates_that_are_fed_from_one_file_need_no_other() {
    let sandbox = empty();
    sandbox.write("cluster.yaml", "node_cidr: 10.0.0.0/24\n");
    sandbox.write("makejinja.toml", "[makejinja]\ninputs = [\"templates/config\"]\noutput = \".\"\ndata = [\"./cluster.yaml\"]\njinja_suffix = \".j2\"\n");
    sandbox.write("templates/config/kubernetes/a.txt.j2", "{{ node_cidr }}\n");
    drop(sandbox.run(["configure"]).success());
    assert_eq!(sandbox.read("kubernetes/a.txt"), "10.0.0.0/24\n");
    // Who names nodes needs some.
    sandbox.write(
        "templates/config/kubernetes/a.txt.j2",
        "{{ nodes | length }}\n",
    );
    let output = sandbox.run(["configure"]).exits(1);
    assert!(output.stderr.contains("file/empty"), "{output}");
}

#[test]
fn outputs_that_git_ignores_are_named() {
    let sandbox = fixture("minimal");
    let Some(git) = git(&sandbox) else { return };
    git.init();
    sandbox.write("deep/.gitignore", "");
    sandbox.write(
        ".gitignore",
        "/cluster.yaml\n/cloudflare-*\n/github-*\n*.key\ntalos/\nks.yaml\n.ichor/\n!kubernetes/apps/default/echo/ks.yaml\n",
    );
    let output = sandbox.run(["configure"]).success();
    let start = output.stderr.find("warning").expect("a warning");
    let end = output.stderr.find("\n  create").expect("changes");
    assert_snapshot!(&output.stderr[start..end], @r#"
    warning[git/ignored-output]: git ignores `kubernetes/apps/cert-manager/cert-manager/ks.yaml`, `kubernetes/apps/flux-system/flux-instance/ks.yaml`, `kubernetes/apps/flux-system/flux-operator/ks.yaml` and 21 more, so that no commit holds them
    --> .gitignore
     |
    hint: `git check-ignore --verbose kubernetes/apps/cert-manager/cert-manager/ks.yaml` names the rule; take it out
    "#);
    // A folder that is ignored as a whole is not meant to be committed.
    sandbox.write(".gitignore", "example-cluster\n");
    let output = sandbox.run(["configure", "--example"]).success();
    assert!(!output.stderr.contains("git/ignored-output"), "{output}");
    sandbox.write(
        ".gitignore",
        "/cluster.yaml\n/cloudflare-*\n/github-*\n*.key\ntalos/\n",
    );
    // What git tracks all the same is in commits.
    git.run(&["add", "--force", "talos", "kubernetes", ".ichor"]);
    let output = sandbox.run(["configure"]).success();
    assert!(!output.stderr.contains("git/ignored-output"), "{output}");
}

#[test]
fn a_device_or_a_pipe_is_read_by_nobody() {
    let sandbox = fixture("minimal");
    let path = sandbox.root().join("versions.yaml");
    std::os::unix::fs::symlink("/dev/zero", &path).expect("a link");
    let output = sandbox.run(["configure"]).exits(1);
    assert!(
        output
            .stderr
            .contains("error[file/special]: `versions.yaml`"),
        "{output}"
    );
    std::fs::remove_file(&path).expect("it is there");

    let mut sandbox = sandbox;
    std::fs::remove_file(sandbox.root().join("age.key")).expect("it is there");
    sandbox.set_variable("SOPS_AGE_KEY_FILE", "/dev/zero");
    let output = sandbox.run(["configure"]).exits(1);
    assert!(
        output.stderr.contains("error[file/too-large]: `/dev/zero`"),
        "{output}"
    );
}

/// `script` of util-linux puts a terminal around the program; without it there is none to ask at.
#[cfg(target_os = "linux")]
#[test]
fn force_without_paths_asks_at_a_terminal() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    let path = format!("{ECHO}/helmrelease.yaml");
    let rendered = sandbox.read(&path);
    let edited = format!("{rendered}# mine\n");
    let answered = |answer: &str| {
        sandbox.write(&path, &edited);
        let path = std::env::var("PATH").unwrap_or_default();
        on_terminal(&sandbox, "configure --force", &path, answer)
    };
    let Some(asked) = answered("n") else {
        return;
    };
    assert!(
        asked.contains("Overwrite 1 file?") && asked.contains("-# mine"),
        "{asked}"
    );
    assert_eq!(sandbox.read(&path), edited);
    assert!(answered("y").is_some());
    assert_eq!(sandbox.read(&path), rendered);
    // Nobody to ask: the flag is the answer.
    sandbox.write(&path, &edited);
    drop(sandbox.run(["configure", "--force"]).success());
    assert_eq!(sandbox.read(&path), rendered);
}
