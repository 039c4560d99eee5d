//! Questions about repositories: what a Flux Kustomization builds of a folder, and which files a
//! source artifact has.

use serde_json::{Map, Value, json};

use super::super::seed::Seed;

/// Objects, as files of the folder hold them.
const OBJECTS: &[&str] = &[
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  a: b\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: two\n  namespace: own\n",
    "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: space\n",
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\nstringData:\n  x: y\n",
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels: {app: web}\nspec:\n  selector: {app: web}\n  ports:\n  - port: 80\n",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels: {app: web}\nspec:\n  selector:\n    matchLabels: {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: example.com/web:1.0\n        envFrom:\n        - configMapRef: {name: one}\n      - name: side\n        image: side\n",
    "apiVersion: example.org/v1\nkind: Thing\nmetadata:\n  name: thing\nspec:\n  list: [1, 2]\n  image: example.com/web:1.0\n",
    "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: first\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: second\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: three\n---\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: web\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}\nsubjects:\n- {kind: ServiceAccount, name: web}\n- {kind: ServiceAccount, name: default, namespace: default}\n",
];

/// What else YAML files hold.
const OTHERS: &[&str] = &[
    "",
    "# nothing\n",
    "---\n",
    "replicas: 1\n",
    "- a\n",
    "text\n",
    "a: b: c\n",
    "apiVersion: v1\nkind: ConfigMap\n",
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
    "kind: Thing\nmetadata:\n  name: thing\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ name }}'}\ndata: {x: {y: z}}\n",
    "{{ name }}: x\n",
];

/// Where files of the folder lie.
const PATHS: &[&str] = &[
    "a.yaml",
    "b.yml",
    "B.yaml",
    "c.YAML",
    "d.json",
    ".e.yaml",
    "README.md",
    "sub/a.yaml",
    "sub/b.yaml",
    "sub/deep/a.yaml",
    "sub.yaml",
    "sub-1/a.yaml",
    ".sub/a.yaml",
    "own/a.yaml",
    "own/b.yaml",
    "other/a.yaml",
    "z/values.yaml",
];

/// Kustomizations of folders below.
const BELOW: &[&str] = &[
    "resources: [a.yaml]\n",
    "resources: [a.yaml]\nnamespace: below\nnamePrefix: b-\n",
    "resources: [gone.yaml]\n",
    "namespace: below\n",
    "",
];

/// Components, as kustomize takes them and not.
const COMPONENTS: &[&str] = &[
    "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [c.yaml]\n",
    "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: {kind: ConfigMap}\n  patch: |\n    - op: add\n      path: /data\n      value: {c: c}\n",
    "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamespace: comp\n",
    "resources: [c.yaml]\n",
];

/// Patches of the Flux Kustomization.
fn patch(seed: &mut Seed) -> Value {
    let patch = *seed.of(&[
        "- op: add\n  path: /metadata/labels\n  value: {x: \"1\"}\n",
        "- op: replace\n  path: /metadata/name\n  value: renamed\n",
        "- op: remove\n  path: /data\n",
        "[{\"op\": \"test\", \"path\": \"/kind\", \"value\": \"Thing\"}]",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  a: null\n  p: q\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n      - name: side\n        $patch: delete\n",
        "apiVersion: example.org/v1\nkind: Thing\nmetadata:\n  name: thing\nspec:\n  list: [3]\n",
        "$patch: delete\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: space\n",
        "kind: Any\nmetadata:\n  name: any\n  annotations: {p: q}\n",
    ]);
    let mut value = json!({ "patch": patch });
    if seed.percent(75) {
        value["target"] = seed
            .of(&[
                json!({ "kind": "ConfigMap" }),
                json!({ "kind": "ConfigMap", "name": "one|two" }),
                json!({ "kind": "ConfigMap", "name": "t.*" }),
                json!({ "kind": "Deployment", "group": "apps", "version": "v1" }),
                json!({ "kind": "Thing", "group": "example.org" }),
                json!({ "labelSelector": "app=web" }),
                json!({ "annotationSelector": "x" }),
                json!({ "namespace": "own" }),
                json!({ "kind": "Gone" }),
                json!({}),
            ])
            .clone();
    }
    value
}

fn image(seed: &mut Seed) -> Value {
    let mut image = json!({ "name": seed.of(&["example.com/web", "side", "gone", "web"]) });
    for (key, value) in [
        ("newName", "example.com/new"),
        ("newTag", "2.0"),
        (
            "digest",
            "sha256:0000000000000000000000000000000000000000000000000000000000000000",
        ),
    ] {
        if seed.percent(40) {
            image[key] = value.into();
        }
    }
    image
}

/// The kustomization file of the folder itself.
fn own(seed: &mut Seed, files: &Map<String, Value>) -> String {
    let mut text = String::new();
    if seed.percent(60) {
        text += "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
    }
    if seed.percent(90) {
        text += "resources:\n";
        for path in files.keys().filter_map(|path| path.strip_prefix("app/")) {
            let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
            if is_yaml && !path.contains("kustomization.") && seed.percent(60) {
                text += &format!("- {path}\n");
            }
        }
        text += *seed.of(&[
            "",
            "",
            "",
            "",
            "- own\n",
            "- ../comp/c.yaml\n",
            "- gone.yaml\n",
        ]);
    }
    for part in [
        "namespace: mine\n",
        "namePrefix: mine-\n",
        "nameSuffix: -mine\n",
        "components: [../comp]\n",
        "commonLabels: {common: label}\n",
        "commonAnnotations: {common: \"yes\"}\n",
        "labels:\n- pairs: {some: label}\n",
        "images:\n- name: example.com/web\n  newTag: \"1.5\"\n- name: side\n  newName: other\n  digest: sha256:1111111111111111111111111111111111111111111111111111111111111111\n",
        "configMapGenerator:\n- name: made\n  literals: [a=b]\n",
        "secretGenerator:\n- name: made\n  files: [README.md]\ngeneratorOptions: {disableNameSuffixHash: true}\n",
        "patches:\n- target: {kind: ConfigMap}\n  patch: |\n    - op: add\n      path: /metadata/annotations\n      value: {own: patch}\n",
        "replicas:\n- name: web\n  count: 3\n",
        "buildMetadata: [managedByLabel]\n",
        "crds: []\n",
        "sortOptions: {order: legacy}\n",
        "openapi: {}\n",
    ] {
        if seed.percent(9) {
            text += part;
        }
    }
    // What the reader of Flux takes and that of kustomize does not.
    if seed.percent(8) {
        text += *seed.of(&[
            "unknown: field\n",
            "Namespace: upper\n",
            "namespace: 1\n",
            "resources: x\n",
            "metadata: {name: x}\n",
            "components: null\n",
            "namePrefix: ~\n",
        ]);
    }
    text
}

/// What a Flux Kustomization adds.
fn spec(seed: &mut Seed) -> Value {
    let mut spec = json!({ "path": "./app", "prune": true });
    for (key, value) in [
        ("targetNamespace", "target"),
        ("namePrefix", "flux-"),
        ("nameSuffix", "-flux"),
    ] {
        if seed.percent(25) {
            spec[key] = value.into();
        }
    }
    if seed.percent(30) {
        let count = 1 + seed.below(2);
        spec["patches"] = (0..count).map(|_| patch(seed)).collect();
    }
    if seed.percent(25) {
        let count = 1 + seed.below(2);
        spec["images"] = (0..count).map(|_| image(seed)).collect();
    }
    if seed.percent(30) {
        let all = [
            "../comp",
            "./own",
            "../gone",
            "/comp",
            "https://example.org/x",
            "file:///x",
        ];
        let usual = *seed.of(&["../comp", "../comp", "../comp2"]);
        spec["components"] = if seed.percent(70) {
            json!([usual])
        } else {
            json!([usual, seed.of(&all)])
        };
        if seed.percent(40) {
            spec["ignoreMissingComponents"] = true.into();
        }
    }
    if seed.percent(6) {
        spec["buildMetadata"] = json!([seed.of(&["originAnnotations", "managedByLabel"])]);
    }
    spec
}

/// A folder and a Flux Kustomization that builds it.
pub(super) fn build(case: usize) -> Value {
    let mut seed = Seed::new("build", case);
    let mut files = Map::new();
    let mut left: Vec<&str> = OBJECTS.to_vec();
    for path in PATHS {
        if !seed.percent(28) || left.is_empty() {
            continue;
        }
        // Mostly each object once: two of one name fail.
        let text = if seed.percent(97) {
            let index = seed.below(left.len());
            left.remove(index)
        } else {
            seed.of(OBJECTS)
        };
        files.insert(format!("app/{path}"), text.into());
    }
    if seed.percent(25) {
        let path = format!("app/{}", seed.of(PATHS));
        files.insert(path, (*seed.of(OTHERS)).into());
    }
    if files.is_empty() {
        files.insert("app/README.md".to_owned(), "x".into());
    }
    if seed.percent(15) {
        let name = *seed.of(&["kustomization.yaml", "kustomization.yml", "Kustomization"]);
        files.insert(format!("app/own/{name}"), (*seed.of(BELOW)).into());
    }
    files.insert(
        "comp/kustomization.yaml".to_owned(),
        (*seed.of(COMPONENTS)).into(),
    );
    files.insert(
        "comp/c.yaml".to_owned(),
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: component\n".into(),
    );
    if seed.percent(60) {
        let name = *seed.of(&[
            "kustomization.yaml",
            "kustomization.yaml",
            "kustomization.yml",
            "Kustomization",
        ]);
        let text = own(&mut seed, &files);
        files.insert(format!("app/{name}"), text.into());
    }
    let flux = json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": { "name": "app", "namespace": "flux-system" }, "spec": spec(&mut seed),
    });
    json!({ "ask": "build", "files": files, "path": "app", "text": flux.to_string() })
}

/// Files of a repository.
const FILES: &[&str] = &[
    "README.md",
    "a.yaml",
    "a.jpg",
    "a.JPG",
    "a.tar.gz",
    ".gitignore",
    ".gitmodules",
    ".sops.yaml",
    ".sops.yml",
    ".travis.yml",
    ".goreleaser.yml",
    "cloudbuild.yaml",
    ".github/a.yaml",
    ".circleci/a",
    "a/b.yaml",
    "a/a.yaml",
    "a/b/c.yaml",
    "a/b/a/a.yaml",
    "a/.sops.yaml",
    "a/.github/x",
    "a/.travis.yml",
    "a/.gitignore",
    "b/a/c.png",
    "b/[x].yaml",
    "b/c d.yaml",
    "b/!x",
    "b/#x",
    "docs/a.md",
    "docs/a/b.md",
    "docs/zip/a.zip",
    "é/ü.yaml",
    "b/a*b.yaml",
    "deploy/x/y/z.yaml",
    "deploy/z.yaml",
    "deploy/.flux.yaml",
    "a\\b.yaml",
];

fn line(seed: &mut Seed) -> String {
    let mut line = String::new();
    if seed.percent(25) {
        line += "!";
    }
    if seed.percent(35) {
        line += "/";
    }
    let count = 1 + seed.below(3);
    for index in 0..count {
        if index > 0 {
            line += "/";
        }
        line += *seed.of(&[
            "a",
            "a",
            "b",
            "docs",
            "deploy",
            "*",
            "*",
            "**",
            "**",
            "*.yaml",
            "*.md",
            "a*",
            "?",
            "[ab]",
            "[!a]",
            "[^a]",
            "c d.yaml",
            "z.yaml",
            ".github",
            ".*",
            "a.jpg",
            "\\!x",
            "\\#x",
            "[x].yaml",
            "\\[x\\].yaml",
            "é",
            "a\\*b.yaml",
            "**.yaml",
            "a**",
            "",
            "[",
            "x",
        ]);
    }
    line += *seed.of(&[
        "", "", "", "", "", "/", "/", "/*", "/**", " ", "\\ ", "  ", "\r", "\t",
    ]);
    line
}

fn lines(seed: &mut Seed) -> String {
    let mut text = String::new();
    for _ in 0..=seed.below(4) {
        text += &match seed.below(12) {
            0 => "# note".to_owned(),
            1 => (*seed.of(&["", "   ", " # note", "/*", "!", "/", "!/"])).to_owned(),
            2 => (*seed.of(&[
                "/*\n!/a",
                "**/\n!a/b.yaml",
                "*\n!*/\n!*.yaml",
                "a/\n!a/b.yaml",
            ]))
            .to_owned(),
            _ => line(seed),
        };
        text += "\n";
    }
    text
}

/// Files of a repository, and rules that leave some of them out.
pub(super) fn ignore(case: usize) -> Value {
    let mut seed = Seed::new("ignore", case);
    let mut files = Map::new();
    for path in FILES {
        if seed.percent(85) {
            files.insert((*path).to_owned(), "".into());
        }
    }
    for folder in ["", "a/", "a/b/", "docs/", "deploy/x/", ".github/"] {
        if seed.percent(if folder.is_empty() { 45 } else { 10 }) {
            files.insert(format!("{folder}.sourceignore"), lines(&mut seed).into());
        }
    }
    let mut question = json!({ "ask": "ignore", "files": files });
    if seed.percent(45) {
        question["ignore"] = lines(&mut seed).into();
    }
    question
}
