//! Places, problems and bounds; what is built is compared in `tests/kustomize.rs`.

use diagnostics::{Rule, Severity};

use crate::files::Memory;
use crate::rules;
use crate::value::Value;

use super::{Build, build, build_as, read, to_yaml};

fn repository(files: &[(&str, &str)]) -> Memory {
    files.iter().copied().collect()
}

fn built(files: &[(&str, &str)]) -> Build {
    build(&repository(files), "")
}

/// Where a value of the first object is written.
fn place(build: &Build, keys: &[&str]) -> String {
    let value = build.objects[0].0.at(keys).expect("the value is there");
    let location = value.place.location().expect("someone wrote it");
    location.to_string()
}

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: b\n";

#[test]
fn every_value_has_the_place_of_who_wrote_it() {
    let build = built(&[
        ("a.yaml", MAP),
        (
            "p.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  file: x\n",
        ),
        (
            "kustomization.yaml",
            "resources: [a.yaml]\nnamespace: ns\ncomponents: [c]\npatches:\n- path: p.yaml\n\
             - target: {kind: ConfigMap}\n  patch: |-\n    - op: add\n      path: /data/json\n      value: x\n\
             - patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: a}\n    data:\n      inline: x\n\
             commonLabels: {l: m}\n",
        ),
        (
            "c/kustomization.yaml",
            "kind: Component\ncommonAnnotations: {an: x}\n",
        ),
    ]);
    assert!(!build.problems.has_errors());
    let places = [
        (&["data", "a"] as &[&str], "a.yaml:6:6"),
        (&["metadata", "namespace"], "kustomization.yaml:2:12"),
        (&["data", "file"], "p.yaml:5:9"),
        (&["data", "json"], "kustomization.yaml:10:14"),
        (&["data", "inline"], "kustomization.yaml:16:15"),
        (&["metadata", "labels", "l"], "kustomization.yaml:17:19"),
        (
            &["metadata", "annotations", "an"],
            "c/kustomization.yaml:2:25",
        ),
    ];
    for (keys, expected) in places {
        assert_eq!(place(&build, keys), expected, "{keys:?}");
    }
    let files: Vec<&str> = build.files.iter().map(String::as_str).collect();
    let all = [
        "a.yaml",
        "c/kustomization.yaml",
        "kustomization.yaml",
        "p.yaml",
    ];
    assert_eq!(files, all);
}

#[test]
fn generated_values_have_the_place_of_their_file_or_literal() {
    let build = built(&[
        (
            "kustomization.yaml",
            "configMapGenerator:\n- name: a\n  files: [f.txt]\n  envs: [v.env]\n  literals:\n  - l=1\n",
        ),
        ("f.txt", "hello\n"),
        ("v.env", "A=1\nB=2\n"),
    ]);
    assert_eq!(place(&build, &["data", "f.txt"]), "f.txt:1:1");
    assert_eq!(place(&build, &["data", "B"]), "v.env:2:1");
    assert_eq!(place(&build, &["data", "l"]), "kustomization.yaml:6:5");
    assert_eq!(
        place(&build, &["metadata", "name"]),
        "kustomization.yaml:2:9"
    );
}

/// The rule and the place of the only problem.
fn only(build: &Build) -> (&'static Rule, String) {
    let problems: Vec<String> = build.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 1, "{problems:?}");
    let problem = build.problems.iter().next().expect("it was counted");
    let location = problem.location.as_ref().expect("it has a place");
    (problem.rule, location.to_string())
}

#[test]
fn problems_stand_where_they_are_caused() {
    let cases: &[(&str, &Rule, &str)] = &[
        (
            "resources: [../a.yaml]",
            &rules::KUSTOMIZE_OUTSIDE,
            "kustomization.yaml:1:13",
        ),
        (
            "resources: [/etc/passwd]",
            &rules::KUSTOMIZE_OUTSIDE,
            "kustomization.yaml:1:13",
        ),
        (
            "resources: [nope.yaml]",
            &rules::KUSTOMIZE_MISSING,
            "kustomization.yaml:1:13",
        ),
        (
            "resources: [.]",
            &rules::KUSTOMIZE_CYCLE,
            "kustomization.yaml:1:13",
        ),
        (
            "resources: [https://example.com/a.yaml]",
            &rules::KUSTOMIZE_REMOTE,
            "kustomization.yaml:1:13",
        ),
        (
            "resources: [github.com/a/b?ref=v1]",
            &rules::KUSTOMIZE_REMOTE,
            "kustomization.yaml:1:13",
        ),
        (
            "resourses: [a.yaml]",
            &rules::KUSTOMIZE_UNKNOWN_FIELD,
            "kustomization.yaml:1:1",
        ),
        (
            "namespace: 1",
            &rules::KUSTOMIZE_INVALID_FIELD,
            "kustomization.yaml:1:12",
        ),
        (
            "kind: Kustomization",
            &rules::KUSTOMIZE_EMPTY,
            "kustomization.yaml:1:1",
        ),
        (
            "vars: [{name: x}]",
            &rules::KUSTOMIZE_UNSUPPORTED,
            "kustomization.yaml:1:7",
        ),
        (
            "helmCharts: [{name: x}]",
            &rules::KUSTOMIZE_PLUGIN,
            "kustomization.yaml:1:13",
        ),
        (
            "resources: [a.yaml, ./a.yaml]",
            &rules::KUSTOMIZE_DUPLICATE_RESOURCE,
            "a.yaml:4:9",
        ),
        (
            "resources: [b.yaml]",
            &rules::KUSTOMIZE_NOT_A_RESOURCE,
            "b.yaml:1:1",
        ),
        (
            "configMapGenerator: [{literals: [a=b]}]",
            &rules::KUSTOMIZE_GENERATOR,
            "kustomization.yaml:1:22",
        ),
        (
            "patches: [{path: p.yaml}]",
            &rules::KUSTOMIZE_PATCH_WITHOUT_TARGET,
            "p.yaml:3:18",
        ),
        (
            "resources: [a.yaml]\npatches: [{target: {name: a}, patch: '[{op: remove, path: /x}]'}]",
            &rules::KUSTOMIZE_FAILED_PATCH,
            "kustomization.yaml:2:11",
        ),
        (
            "replacements: [{source: {name: x}, targets: []}]",
            &rules::KUSTOMIZE_FAILED_REPLACEMENT,
            "kustomization.yaml:1:16",
        ),
        (
            "replicas: [{name: x, count: 1}]",
            &rules::KUSTOMIZE_FAILED_TRANSFORMATION,
            "kustomization.yaml:1:12",
        ),
    ];
    for (kustomization, rule, place) in cases {
        let build = built(&[
            ("kustomization.yaml", &format!("{kustomization}\n")),
            ("a.yaml", MAP),
            ("b.yaml", "a: b\n"),
            (
                "p.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\n",
            ),
        ]);
        let (found, at) = only(&build);
        assert_eq!((found, at.as_str()), (*rule, *place), "{kustomization}");
    }
}

#[test]
fn what_is_remote_or_not_followed_is_no_error() {
    assert_eq!(rules::KUSTOMIZE_REMOTE.severity(), Severity::Warning);
    let build = built(&[
        (
            "kustomization.yaml",
            "resources: [a.yaml, https://example.com/b.yaml]\n",
        ),
        ("a.yaml", MAP),
    ]);
    assert!(!build.problems.has_errors());
    assert_eq!(build.objects.len(), 1);
    // A patch may be for what lies there, seen from here or from a kustomization around it.
    let patch = "patches: [{patch: \"{apiVersion: v1, kind: Service, metadata: {name: far}}\"}]\n";
    let remote = "resources: [a.yaml, https://example.com/b.yaml]\n";
    for files in [
        vec![("kustomization.yaml", format!("{remote}{patch}"))],
        vec![
            ("kustomization.yaml", format!("resources: [in]\n{patch}")),
            (
                "in/kustomization.yaml",
                "resources: [https://example.com/b.yaml]\n".to_owned(),
            ),
        ],
    ] {
        let mut files: Vec<_> = { files.iter() }
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        files.push(("a.yaml", MAP));
        let build = built(&files);
        assert!(
            !build.problems.has_errors(),
            "{files:?}: {:?}",
            build.problems
        );
    }
}

#[test]
fn kustomizations_that_multiply_come_to_an_end() {
    let mut files = Memory::default();
    for level in 0..30 {
        let next = level + 1;
        let text = format!("resources: [../a{next}, ../b{next}]\n");
        files.insert(format!("a{level}/kustomization.yaml"), text.clone());
        files.insert(format!("b{level}/kustomization.yaml"), text);
    }
    let build = build(&files, "a0");
    assert!(build.problems.has(&rules::KUSTOMIZE_TOO_MANY));
}

#[test]
fn kustomizations_one_in_another_come_to_an_end() {
    let mut files = Memory::default();
    for level in 0..1000 {
        let text = format!("resources: [../{}]\n", level + 1);
        files.insert(format!("{level}/kustomization.yaml"), text);
    }
    assert!(build(&files, "0").problems.has(&rules::KUSTOMIZE_TOO_MANY));
}

#[test]
fn a_kustomization_stands_in_for_the_one_of_the_folder() {
    let files = repository(&[
        ("x/kustomization.yaml", "resources: [a.yaml]\n"),
        ("x/a.yaml", MAP),
    ]);
    let (path, mut value) = read(&files, "x").expect("it is read").expect("it is there");
    assert_eq!(path, "x/kustomization.yaml");
    let map = value.as_map_mut().expect("it is a map");
    super::resource::put(map, "namespace", Value::text("own"));
    let build = build_as(&files, "x", "kustomization.yaml", &value);
    assert!(build.problems.is_empty());
    assert_eq!(build.objects[0].namespace(), "own");
    assert!(to_yaml(&build.objects).contains("namespace: own\n"));
    assert!(read(&files, "").expect("nothing to read").is_none());
}

#[test]
fn no_message_and_no_excerpt_shows_a_secret() {
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hunter2, a: hunter2}\n";
    let kustomization = "resources: [s.yaml]\nsecretGenerator:\n- {name: g, literals: [hunter2]}\n\
        patches:\n- {target: {kind: Secret}, patch: '[{op: test, path: /stringData/a, value: hunter2}, {op: remove, path: /x}]'}\n";
    let build = built(&[("kustomization.yaml", kustomization), ("s.yaml", secret)]);
    assert!(build.problems.len() >= 3);
    for problem in &build.problems {
        let excerpt = problem.location.as_ref().and_then(|at| at.excerpt.as_ref());
        let excerpt = excerpt.map_or("", |excerpt| excerpt.text.as_str());
        assert!(!problem.to_string().contains("hunter2"), "{problem}");
        // Duplicate keys are told by the reader, which masks nothing.
        if !problem.is(&yaml::rules::YAML_DUPLICATE_KEY) {
            assert!(!excerpt.contains("hunter2"), "{problem}: {excerpt}");
        }
    }
}

#[test]
fn what_cannot_be_read_as_yaml_may_be_a_secret_all_the_same() {
    for secret in [
        "kind: Secret\nstringData:\n  b: hunter2: x\n",
        "kind: 'Secret'\nstringData:\n  c: [hunter2\n",
    ] {
        let build = built(&[
            ("kustomization.yaml", "resources: [s.yaml]"),
            ("s.yaml", secret),
        ]);
        assert!(build.problems.has_errors());
        for problem in &build.problems {
            let excerpt = problem.location.as_ref().and_then(|at| at.excerpt.as_ref());
            let excerpt = excerpt.map_or("", |excerpt| excerpt.text.as_str());
            assert!(!excerpt.contains("hunter2"), "{problem}: {excerpt}");
        }
    }
}

#[test]
fn many_objects_take_time_in_proportion() {
    let mut text = String::new();
    for index in 0..5000 {
        text.push_str(&MAP.replace("name: a", &format!("name: a{index}")));
        text.push_str("---\n");
    }
    let build = built(&[
        (
            "kustomization.yaml",
            "resources: [a.yaml]\nnamespace: n1\nnamePrefix: p-\ncommonLabels: {a: b}\n",
        ),
        ("a.yaml", &text),
    ]);
    assert!(build.problems.is_empty());
    assert_eq!(build.objects.len(), 5000);
}

#[test]
fn what_lies_outside_the_repository_is_not_read() {
    let files = [("app/kustomization.yaml", "resources: [../../other.yaml]\n")];
    let build = build(&repository(&files), "app");
    let mut ids = build.problems.iter().map(|problem| problem.rule.id());
    assert!(ids.any(|id| id == "kustomize/outside-repository"));
}

/// Flux writes the file anew before kustomize reads it: what it does not know is gone by then, and
/// what it takes for a text is one.
#[test]
fn flux_reads_the_outermost_file_less_strictly() {
    let files = repository(&[
        (
            "x/kustomization.yaml",
            "resources: [a.yaml]\nnamespace: 1\nresource: [b.yaml]\n",
        ),
        ("x/a.yaml", MAP),
    ]);
    let strict = build(&files, "x").problems;
    assert!(strict.has(&rules::KUSTOMIZE_INVALID_FIELD));
    assert!(strict.has(&rules::KUSTOMIZE_UNKNOWN_FIELD));
    let (path, own) = read(&files, "x").expect("it is read").expect("it is there");
    let built = build_as(&files, "x", &path, &own);
    assert!(!built.problems.has_errors(), "{:?}", built.problems);
    assert!(built.problems.has(&rules::KUSTOMIZE_UNKNOWN_FIELD));
    assert_eq!(built.objects[0].namespace(), "1");
}

#[test]
fn names_with_a_hash_are_no_names_of_others() {
    let rename = "patches:\n- target: {kind: ConfigMap}\n  patch: '[{op: replace, path: /metadata/name, value: b}]'\n";
    let made = "resources: [a.yaml]\nconfigMapGenerator: [{name: m, literals: [a=b]}]\n";
    let build = built(&[
        ("a.yaml", MAP),
        ("kustomization.yaml", &format!("{made}{rename}")),
    ]);
    assert!(build.problems.is_empty(), "{:?}", build.problems);
    let plain = format!("{made}generatorOptions: {{disableNameSuffixHash: true}}\n{rename}");
    let build = built(&[("a.yaml", MAP), ("kustomization.yaml", &plain)]);
    assert!(build.problems.has(&rules::KUSTOMIZE_DUPLICATE_RESOURCE));
}
