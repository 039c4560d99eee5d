//! Repositories of every layout, and what comes of them.

mod flux_of;
mod layouts;
mod metadata;
mod pushed;
mod put_away;

use super::{Decrypt, Options, assemble, entries};
use crate::assembled::{Assembled, Outcome};
use crate::files::Memory;
use crate::rules;
use crate::value::Value;

const FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n";

/// A Flux Kustomization; `more` is the rest of its `spec`, in the flow notation.
fn flux(name: &str, path: &str, more: &str) -> String {
    format!(
        "{FLUX}metadata: {{name: {name}, namespace: flux-system}}\n\
         spec: {{path: {path}, sourceRef: {{kind: GitRepository, name: flux-system, namespace: flux-system}}{more}}}\n"
    )
}

fn config_map(name: &str, data: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: a}}\ndata: {data}\n"
    )
}

fn of(files: &[(&str, &str)]) -> Assembled {
    let memory: Memory = files.iter().copied().collect();
    assemble(&memory, &Options::default())
}

/// A line for each Kustomization: its name, its parent's, its folder, how it ended, its objects.
fn shown(all: &Assembled) -> String {
    let lines = all.kustomizations.iter().map(|it| -> String {
        let parent = it.parent.and_then(|parent| all.kustomizations.get(parent));
        let objects: Vec<String> = it.objects.iter().map(|it| it.id().to_string()).collect();
        format!(
            "{} < {} @ {}: {:?}; {}",
            it.id.name,
            parent.map_or("-", |parent| parent.id.name.as_str()),
            it.path.as_deref().unwrap_or("-"),
            it.outcome,
            objects.join(", ")
        )
        .trim_end()
        .to_owned()
            + "\n"
    });
    let problems = all.problems.iter().map(|problem| format!("{problem}\n"));
    lines.chain(problems).collect()
}

#[test]
fn a_flux_instance_says_where_a_cluster_begins() {
    let all = of(&[
        (
            "kubernetes/apps/flux-system/flux-instance/app/helmrelease.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n\
             metadata: {name: flux-instance, namespace: flux-system}\n\
             spec: {values: {instance: {sync: {path: kubernetes/flux/cluster}}}}\n",
        ),
        (
            "kubernetes/flux/cluster/ks.yaml",
            &flux("cluster-apps", "./kubernetes/apps", ""),
        ),
        (
            "kubernetes/apps/a/kustomization.yaml",
            "resources: [ks.yaml]\nnamespace: a\n",
        ),
        (
            "kubernetes/apps/a/ks.yaml",
            &flux("app", "./kubernetes/apps/a/app", ", targetNamespace: b"),
        ),
        (
            "kubernetes/apps/a/app/kustomization.yaml",
            "resources: [map.yaml]\n",
        ),
        ("kubernetes/apps/a/app/map.yaml", &config_map("m", "{}")),
        ("kubernetes/apps/a/app/left.yaml", "x: 1\n"),
        (
            "kubernetes/apps/flux-system/kustomization.yaml",
            "resources: [flux-instance/app/helmrelease.yaml]\n",
        ),
    ]);
    insta::assert_snapshot!(shown(&all), @r#"
    flux-system < - @ kubernetes/flux/cluster: Built; Kustomization flux-system/cluster-apps
    cluster-apps < flux-system @ kubernetes/apps: Built; HelmRelease flux-system/flux-instance, Kustomization a/app
    app < cluster-apps @ kubernetes/apps/a/app: Built; ConfigMap b/m
    "#);
    assert_eq!(all.releases.len(), 1);
}

#[test]
fn every_cluster_of_a_repository_is_an_entry() {
    let sync = |cluster: &str| flux("flux-system", &format!("./clusters/{cluster}"), "");
    let (one, two) = (sync("one"), sync("two"));
    let files = [
        ("clusters/one/flux-system/gotk-sync.yaml", one.as_str()),
        ("clusters/one/apps.yaml", &flux("apps", "./apps/one", "")),
        ("clusters/two/flux-system/gotk-sync.yaml", two.as_str()),
        ("clusters/two/apps.yaml", &flux("apps", "./apps/gone", "")),
        ("apps/base/kustomization.yaml", "resources: [map.yaml]\n"),
        ("apps/base/map.yaml", &config_map("m", "{}")),
        (
            "apps/one/kustomization.yaml",
            "resources: [../base]\nnamePrefix: one-\n",
        ),
    ];
    let memory: Memory = files.iter().copied().collect();
    let found: Vec<String> = { entries(&memory).into_iter() }
        .map(|entry| entry.path)
        .collect();
    assert_eq!(found, ["clusters/one", "clusters/two"]);
    insta::assert_snapshot!(shown(&of(&files)), @r#"
    flux-system < - @ clusters/one: Built; Kustomization flux-system/apps, Kustomization flux-system/flux-system
    apps < flux-system @ apps/one: Built; ConfigMap a/one-m
    flux-system < - @ clusters/two: Built; Kustomization flux-system/apps, Kustomization flux-system/flux-system
    apps < flux-system @ -: Failed;
    clusters/two/apps.yaml:4:14: error[flux/path-missing]: Kustomization flux-system/apps builds the folder `./apps/gone`, which the repository does not have
    "#);
    let options = Options {
        path: Some("./clusters/one/".to_owned()),
        ..Options::default()
    };
    assert_eq!(assemble(&memory, &options).kustomizations.len(), 2);
}

#[test]
fn a_file_of_bootstrap_that_is_still_empty_says_where_a_cluster_begins() {
    let all = of(&[
        (
            "clusters/one/flux-system/gotk-sync.yaml",
            "# to be written\n",
        ),
        ("clusters/one/map.yaml", &config_map("m", "{}")),
    ]);
    let paths: Vec<_> = { all.kustomizations.iter() }
        .map(|it| (it.path.as_deref(), it.objects.len()))
        .collect();
    assert_eq!(paths, [(Some("clusters/one"), 1)]);
}

#[test]
fn without_an_entry_those_begin_that_nobody_applies() {
    let all = of(&[
        ("flux/infra.yaml", &flux("infra", "./infra", "")),
        ("flux/apps.yaml", &flux("apps", "./apps", ", suspend: true")),
        ("infra/more.yaml", &flux("more", "./more", "")),
        (
            "more/other.yaml",
            &flux("other", "./x", "").replace(
                "name: flux-system, namespace: flux-system}}",
                "name: strange}}",
            ),
        ),
        ("more/off.yaml", &flux("off", "./x", ", suspend: true")),
    ]);
    insta::assert_snapshot!(shown(&all), @r#"
    apps < - @ -: Elsewhere;
    infra < - @ infra: Built; Kustomization flux-system/more
    more < infra @ more: Built; Kustomization flux-system/off, Kustomization flux-system/other
    off < more @ -: Elsewhere;
    other < more @ -: Elsewhere;
    "#);
}

#[test]
fn a_source_that_is_written_is_another_repository_where_something_else_is_known() {
    let source = |name: &str| {
        format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {{name: {name}, namespace: flux-system}}\nspec: {{url: 'https://git.example/{name}'}}\n"
        )
    };
    let of_base = |name: &str, path: &str| {
        let text = flux(name, path, "");
        text.replace(
            "name: flux-system, namespace: flux-system}}",
            "name: base}}",
        )
    };
    let map = config_map("m", "{}");
    let files = [
        ("flux/base.yaml", &source("base")),
        ("flux/x.yaml", &of_base("x", "./not/here")),
        ("flux/y.yaml", &of_base("y", "./apps")),
        ("flux/z.yaml", &of_base("z", "./nor/here")),
        ("flux/apps.yaml", &flux("apps", "./apps", "")),
        ("apps/map.yaml", &map),
    ];
    let files = files.map(|(path, text)| (path, text.as_str()));
    insta::assert_snapshot!(shown(&of(&files)), @r#"
    apps < - @ apps: Built; ConfigMap a/m
    y < - @ -: Elsewhere;
    z < - @ -: Elsewhere;
    x < - @ -: Elsewhere;
    "#);
    // Without it, by how many folders are there.
    let alone: Vec<_> = { files.iter().copied() }
        .filter(|(path, _)| *path != "flux/apps.yaml")
        .collect();
    let all = of(&alone);
    assert!(all.problems.is_empty(), "{}", shown(&all));
    let own: Vec<_> = { alone.into_iter() }
        .filter(|(path, _)| *path != "flux/z.yaml" && *path != "flux/x.yaml")
        .collect();
    insta::assert_snapshot!(shown(&of(&own)), @r#"
    y < - @ apps: Built; ConfigMap a/m
    "#);
}

#[test]
fn clusters_below_a_folder_are_found_from_it() {
    let root = flux("flux-system", "./k/flux/cluster", "");
    let child = flux("app", "./k/apps", "");
    let map = config_map("m", "{}");
    let files = [
        ("k/flux/cluster/gotk-sync.yaml", root.as_str()),
        ("k/flux/cluster/app.yaml", child.as_str()),
        ("k/apps/map.yaml", map.as_str()),
        ("kk/map.yaml", map.as_str()),
    ];
    let memory: Memory = files.into_iter().collect();
    let from = |path: &str| {
        let options = Options {
            path: Some(path.to_owned()),
            ..Options::default()
        };
        shown(&assemble(&memory, &options))
    };
    assert_eq!(from("k"), from("./k/flux/cluster"));
    assert_eq!(from("k/flux/"), from("k/flux/cluster"));
    insta::assert_snapshot!(from("k"), @r#"
    flux-system < - @ k/flux/cluster: Built; Kustomization flux-system/app, Kustomization flux-system/flux-system
    app < flux-system @ k/apps: Built; ConfigMap a/m
    "#);
    // Of a folder that a Kustomization builds, it is that one.
    insta::assert_snapshot!(from("k/apps"), @r#"
    app < - @ k/apps: Built; ConfigMap a/m
    "#);
}

#[test]
fn a_folder_alone_is_built_and_nothing_at_all_is_a_problem() {
    let map = config_map("m", "{}");
    let files = [
        ("a/b/map.yaml", map.as_str()),
        ("a/.hidden/map.yml", &config_map("h", "{}")),
        ("a/x.json", "{}"),
    ];
    assert!(of(&files).problems.has(&rules::FLUX_NO_CLUSTER));
    let memory: Memory = files.iter().copied().collect();
    let options = Options {
        path: Some("a".to_owned()),
        ..Options::default()
    };
    insta::assert_snapshot!(shown(&assemble(&memory, &options)), @r#"
    flux-system < - @ a: Built; ConfigMap a/h, ConfigMap a/m
    "#);
}

/// A repository with one Kustomization below the root, whose folder is `app`.
fn app(more: &str, files: &[(&str, &str)]) -> Assembled {
    let root = flux("flux-system", "./c", "");
    let child = flux("app", "./app", more);
    let mut all = vec![
        ("c/gotk-sync.yaml", root.as_str()),
        ("c/app.yaml", child.as_str()),
    ];
    all.extend_from_slice(files);
    of(&all)
}

fn objects(all: &Assembled) -> String {
    let objects = all.kustomizations.get(1).map_or(&[][..], |it| &it.objects);
    let objects = crate::kustomize::to_yaml(objects);
    let problems = all.problems.iter().map(|problem| format!("{problem}\n"));
    objects + &problems.collect::<String>()
}

#[test]
fn a_kustomization_edits_what_it_builds() {
    let all = app(
        ", targetNamespace: t, namePrefix: p-, nameSuffix: -s, components: [../part, ../gone], \
         ignoreMissingComponents: true, commonMetadata: {labels: {l: '1'}}, \
         images: [{name: nginx, newTag: '2'}], \
         patches: [{patch: '[{op: add, path: /data/b, value: x}]', target: {kind: ConfigMap}}]",
        &[
            (
                "app/kustomization.yaml",
                "resources: [map.yaml, pod.yaml]\nimages: [{name: nginx, newName: other, digest: 'sha256:0'}]\nnamespace: old\n",
            ),
            ("app/map.yaml", &config_map("m", "{a: '1'}")),
            (
                "app/pod.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: d}\nspec: {containers: [{name: c, image: nginx}]}\n",
            ),
            (
                "part/kustomization.yaml",
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {c: '1'}\n",
            ),
        ],
    );
    insta::assert_snapshot!(objects(&all), @r#"
    apiVersion: v1
    data:
      a: "1"
      b: x
    kind: ConfigMap
    metadata:
      annotations:
        c: "1"
      labels:
        l: "1"
      name: p-m-s
      namespace: t
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      annotations:
        c: "1"
      labels:
        l: "1"
      name: p-d-s
      namespace: t
    spec:
      containers:
      - image: other:2
        name: c
    "#);
    let remote = app(
        ", components: ['https://example.org/x']",
        &[("app/map.yaml", &config_map("m", "{}"))],
    );
    assert!(remote.problems.has(&rules::FLUX_COMPONENT_PATH));
}

#[test]
fn a_generated_kustomization_has_the_quirks_of_flux() {
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";
    let map = config_map("m", "{}");
    let of = |path: &str, text: &str| {
        let all = app("", &[("app/map.yaml", &map), (path, text)]);
        let failed = all.kustomizations.get(1).map(|it| it.outcome);
        (
            all.kustomizations.get(1).map_or(0, |it| it.objects.len()),
            failed,
        )
    };
    assert_eq!(
        of("app/x/.y/h.yml", &config_map("h", "{}")),
        (2, Some(Outcome::Built))
    );
    assert_eq!(of("app/x.json", "{}"), (1, Some(Outcome::Built)));
    assert_eq!(
        of("app/c/kustomization.yaml", component).1,
        Some(Outcome::Failed)
    );
    assert_eq!(of("app/values.yaml", "a: 1\n").1, Some(Outcome::Failed));
    let other = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n";
    assert_eq!(of("app/other.yaml", other).1, Some(Outcome::Failed));
}

#[test]
fn variables_come_from_objects_of_other_kustomizations() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: flux-system}\n\
                  data: {B: Yg==}\nstringData: {C: 'ENC[AES256_GCM,data:x,type:str]', A: over}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v, namespace: flux-system}\n\
               data: {A: a, D: '${E}'}\n";
    let all = app(
        ", postBuild: {substitute: {I: '1'}, substituteFrom: [{kind: ConfigMap, name: v}, \
         {kind: Secret, name: s}, {kind: Secret, name: none, optional: true}]}",
        &[
            (
                "app/map.yaml",
                &config_map("m", "{x: '${A} ${B} ${C} ${D} ${I}', y: '${NONE} ${F:=f}'}"),
            ),
            (
                "c/vars.yaml",
                &flux("vars", "./vars", ", postBuild: {substitute: {E: e}}"),
            ),
            ("vars/map.yaml", map),
            ("vars/secret.yaml", secret),
        ],
    );
    insta::assert_snapshot!(objects(&all), @r#"
    apiVersion: v1
    data:
      x: over b ⟨C⟩ e 1
      "y": ⟨NONE⟩ f
    kind: ConfigMap
    metadata:
      name: m
      namespace: a
    "#);
}

#[test]
fn an_unset_variable_is_reported_once_and_marked() {
    let all = app(
        ", postBuild: {substitute: {A: a}}",
        &[("app/map.yaml", &config_map("m", "{x: '${A} ${B}'}"))],
    );
    insta::assert_snapshot!(objects(&all), @r#"
    apiVersion: v1
    data:
      x: a ⟨B⟩
    kind: ConfigMap
    metadata:
      name: m
      namespace: a
    app/map.yaml:4:17: error[flux/unset-variable]: the variable `B` is not set
    "#);
    assert_eq!(
        all.kustomizations.get(1).map(|it| it.outcome),
        Some(Outcome::Failed)
    );
    let names = app(
        ", postBuild: {substitute: {a-b: a}}",
        &[("app/map.yaml", &config_map("m", "{}"))],
    );
    assert!(names.problems.has(&rules::FLUX_VARIABLE_NAME));
}

#[test]
fn patches_reach_releases_through_two_levels() {
    let patch = "apiVersion: kustomize.toolkit.fluxcd.io/v1\\nkind: Kustomization\\nmetadata: {name: x}\\n\
                 spec: {patches: [{target: {kind: HelmRelease}, patch: \\\"[{op: add, path: /spec/interval, value: 1h}]\\\"}]}";
    let more = format!(", patches: [{{target: {{kind: Kustomization}}, patch: \"{patch}\"}}]");
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: a}\n\
                   spec: {chartRef: {kind: OCIRepository, name: o}, values: {a: 1}, valuesFrom: [{kind: ConfigMap, name: m}]}\n";
    let source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: o, namespace: a}\n\
                  spec: {url: 'oci://h/c', ref: {tag: '1'}}\n";
    let all = app(
        &more,
        &[
            ("app/ks.yaml", &flux("leaf", "./leaf", "")),
            ("leaf/release.yaml", release),
            ("leaf/source.yaml", source),
            ("leaf/map.yaml", &config_map("m", "{values.yaml: 'b: 2'}")),
        ],
    );
    assert!(all.problems.is_empty(), "{:?}", all.problems);
    let release = all.releases.first().expect("there is one");
    assert_eq!(release.object.text(&["spec", "interval"]), "1h");
    let values = release.values.as_ref().map(Value::to_json);
    assert_eq!(values, Some(serde_json::json!({"b": 2, "a": 1})));
    let chart = release.chart.as_ref().map(|chart| chart.address.as_str());
    assert_eq!(chart, Some("oci://h/c"));
}

struct Keys;

impl Decrypt for Keys {
    fn decrypt(&self, document: &str) -> Result<Option<String>, String> {
        let mut value: serde_json::Value =
            serde_json::from_str(document).map_err(|_| "no JSON".to_owned())?;
        match value["sops"]["mac"].as_str() {
            Some("mine") => {
                value["stringData"]["a"] = "clear".into();
                if let Some(map) = value.as_object_mut() {
                    map.remove("sops");
                }
                Ok(Some(value.to_string()))
            }
            Some("broken") => Err("its MAC is wrong".to_owned()),
            _ => Ok(None),
        }
    }
}

#[test]
fn what_is_encrypted_is_decrypted_where_there_is_a_key() {
    let of = |mac: &str, decrypt: Option<&dyn Decrypt>| {
        let secret = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n\
             stringData: {{a: 'ENC[AES256_GCM,data:x,type:str]'}}\nsops: {{mac: {mac}}}\n"
        );
        let memory: Memory = [
            (
                "c/gotk-sync.yaml",
                flux("flux-system", "./c", ", decryption: {provider: sops}"),
            ),
            ("c/secret.yaml", secret),
        ]
        .into_iter()
        .collect();
        let options = Options {
            decrypt,
            ..Options::default()
        };
        let all = assemble(&memory, &options);
        let objects = { all.kustomizations.iter() }.flat_map(|it| &it.objects);
        let secret = objects.into_iter().find(|it| it.kind() == "Secret");
        let secret = secret.expect("it is built");
        assert!(secret.0.get("sops").is_none());
        (secret.text(&["stringData", "a"]).to_owned(), shown(&all))
    };
    assert_eq!(of("mine", Some(&Keys)).0, "clear");
    assert!(crate::unknown::is(&of("other", Some(&Keys)).0));
    assert!(crate::unknown::is(&of("mine", None).0));
    assert!(
        of("broken", Some(&Keys))
            .1
            .contains(rules::FLUX_DECRYPTION.id())
    );
}

#[test]
fn what_the_artifact_leaves_out_is_not_built() {
    let map = config_map("m", "{}");
    let left = config_map("left", "{}");
    let files = [
        ("app/map.yaml", map.as_str()),
        ("app/left.yaml", left.as_str()),
        (".sourceignore", "left.yaml\n"),
    ];
    let count = |all: &Assembled| all.kustomizations.get(1).map(|it| it.objects.len());
    assert_eq!(count(&app("", &files)), Some(1));
    let source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n\
                  metadata: {name: flux-system, namespace: flux-system}\nspec: {url: 'https://h/r', ignore: '/app/left.yaml'}\n";
    let files = [files[0], files[1], ("c/source.yaml", source)];
    assert_eq!(count(&app("", &files)), Some(1));
}

#[test]
fn an_artifact_copied_together_out_of_the_repository_is_followed() {
    let generator = |from: &str| {
        format!(
            "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\n\
             metadata: {{name: g, namespace: flux-system}}\nspec:\n  \
             sources: [{{alias: r, kind: GitRepository, name: flux-system}}]\n  \
             artifacts: [{{name: apps, copy: [{{from: '@r/apps/base/**', to: '@artifact/base/'}}, \
             {{from: '{from}', to: '@artifact/here/'}}]}}]\n"
        )
    };
    let external = flux("apps", "./here", "").replace(
        "kind: GitRepository, name: flux-system",
        "kind: ExternalArtifact, name: apps",
    );
    let of = |from: &str| {
        of(&[
            ("c/gotk-sync.yaml", &flux("flux-system", "./c", "")),
            ("c/apps.yaml", &external),
            ("c/generator.yaml", &generator(from)),
            ("apps/base/map.yaml", &config_map("m", "{}")),
            ("apps/base/kustomization.yaml", "resources: [map.yaml]\n"),
            ("apps/one/kustomization.yaml", "resources: [../base]\n"),
        ])
    };
    let all = of("@r/apps/one/**");
    let app = all.kustomizations.get(1).expect("it is applied");
    assert_eq!(app.path.as_deref(), Some("apps/one"));
    assert_eq!(
        app.files,
        [
            "apps/base/kustomization.yaml",
            "apps/base/map.yaml",
            "apps/one/kustomization.yaml"
        ]
    );
    assert_eq!(app.objects.len(), 1);
    let other = of("@else/apps/one/**");
    assert_eq!(
        other.kustomizations.get(1).map(|it| it.outcome),
        Some(Outcome::Elsewhere)
    );
}

#[test]
fn a_folder_that_is_missing_is_a_problem_at_its_place() {
    let all = app("", &[]);
    insta::assert_snapshot!(shown(&all), @r#"
    flux-system < - @ c: Built; Kustomization flux-system/app, Kustomization flux-system/flux-system
    app < flux-system @ -: Failed;
    c/app.yaml:4:14: error[flux/path-missing]: Kustomization flux-system/app builds the folder `./app`, which the repository does not have
    "#);
}

#[test]
fn kustomizations_that_apply_each_other_end() {
    let all = of(&[
        ("c/gotk-sync.yaml", &flux("flux-system", "./c", "")),
        ("c/a.yaml", &flux("a", "./a", "")),
        ("a/b.yaml", &flux("b", "./b", "")),
        ("b/a.yaml", &flux("a", "./a", "")),
        ("b/c.yaml", &flux("flux-system", "./c", "")),
    ]);
    assert_eq!(all.kustomizations.len(), 3);
}

/// Each build of the folder has another name.
#[test]
fn kustomizations_that_make_others_without_an_end_are_told_of() {
    let more = flux("'k${n}'", "./c", ", postBuild: {substitute: {n: '${n}1'}}");
    let root = flux("flux-system", "./c", ", postBuild: {substitute: {n: x}}");
    let all = of(&[("c/gotk-sync.yaml", &root), ("c/more.yaml", &more)]);
    assert!(all.kustomizations.len() < 40);
    let told = { all.problems.iter() }.find(|problem| problem.rule.id() == "flux/endless");
    assert!(told.is_some_and(diagnostics::Diagnostic::is_error));
}

#[test]
fn a_cluster_whose_bootstrap_lies_elsewhere_is_one() {
    let all = of(&[
        (
            "clusters/main/flux-system/gotk-sync.yaml",
            &flux("flux-system", "./apps", ""),
        ),
        (
            "apps/cm.yaml",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
        ),
    ]);
    assert_eq!(all.kustomizations.len(), 1);
    assert_eq!(all.kustomizations[0].objects.len(), 1);
}
