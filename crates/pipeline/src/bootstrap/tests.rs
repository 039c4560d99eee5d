//! Repositories of `tests/bootstrap`, each with what a bootstrap is told by it.

#![expect(
    clippy::disallowed_methods,
    reason = "a test that writes down on demand what it finds"
)]

use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use repository::View;
use secrets::{File, Identity, Request, Rule, Selector, Timestamp, encrypt};

use super::{Plan, Wanted, plan};
use crate::manifests::Settings;

/// Whether what is found is written down, to be looked at.
const RECORD: &str = "ICHOR_RECORD_BOOTSTRAP";

fn cases() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bootstrap")
}

/// The files of a case: each begins with its path in a comment.
fn files(case: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(cases().join(format!("{case}.yaml"))).expect("it is there");
    let mut files = if text.starts_with("# base\n") {
        files("base")
    } else {
        Vec::new()
    };
    for part in text.split("# file: ").skip(1) {
        let (path, content) = part.split_once('\n').expect("a path in a line");
        files.push((path.to_owned(), content.trim_end().to_owned() + "\n"));
    }
    files
}

fn in_memory(files: &[(String, String)]) -> View<'static> {
    files.iter().cloned().collect()
}

fn told(view: &View<'_>, settings: &Settings<'_>) -> String {
    let (plan, problems) = plan(view, settings);
    let mut out = format!("nodes {}\n", plan.nodes.join(" "));
    for namespace in &plan.namespaces {
        let metadata = namespace.0.get("metadata").expect("metadata").to_json();
        let _ = writeln!(out, "namespace {metadata}");
    }
    if let Some(sync) = &plan.sync {
        let _ = writeln!(out, "sync {sync:?}");
    }
    for (what, list) in [("crds", &plan.crds), ("release", &plan.releases)] {
        for wanted in list {
            let _ = writeln!(out, "{what} {}", shown(wanted, &plan));
        }
    }
    for problem in &problems {
        let _ = writeln!(out, "{problem}");
        for related in &problem.related {
            let _ = writeln!(out, "  {}: {}", related.location, related.message);
        }
        if let Some(hint) = &problem.hint {
            let _ = writeln!(out, "  hint: {hint}");
        }
    }
    out
}

fn shown(wanted: &Wanted, plan: &Plan) -> String {
    let Wanted {
        name,
        namespace,
        chart,
        values,
        needs,
        timeout,
        wait,
        release,
        place: _,
    } = wanted;
    let needs: Vec<&str> = { needs.iter() }
        .map(|need| plan.releases[*need].name.as_str())
        .collect();
    format!(
        "{namespace}/{name}: {chart} {:?}, needs {needs:?}, {}s{}{}, {}",
        chart.pin,
        timeout.as_secs(),
        if *wait { ", waits" } else { "" },
        if release.is_some() { ", Flux's" } else { "" },
        values.to_json(),
    )
}

fn compare(case: &str, told: &str) {
    let path = cases().join(format!("{case}.txt"));
    if std::env::var_os(RECORD).is_some() {
        std::fs::write(&path, told).expect("it is written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(told, written, "{case}: {RECORD}=1 writes it down");
}

#[test]
fn each_repository_says_what_is_bootstrapped() {
    let mut count = 0;
    for entry in cases().read_dir_utf8().expect("a folder").flatten() {
        let Some(case) = entry.file_name().strip_suffix(".yaml") else {
            continue;
        };
        if case != "base" {
            count += 1;
            let view = in_memory(&files(case));
            compare(case, &told(&view, &Settings::default()));
        }
    }
    assert!(count >= 8, "cases are missing");
}

#[cfg(unix)]
#[test]
fn a_helmfile_that_is_a_link_is_told() {
    let root = tempfile::tempdir().expect("a folder");
    let root = Utf8Path::from_path(root.path()).expect("UTF-8");
    let folder = root.join("bootstrap/helmfile.d");
    std::fs::create_dir_all(&folder).expect("made");
    std::fs::write(folder.join("01-apps.yaml"), "releases: []\n").expect("written");
    std::os::unix::fs::symlink("01-apps.yaml", folder.join("02-apps.yaml")).expect("linked");
    let told = told(&View::on_disk(root), &Settings::default());
    let expected = "bootstrap/helmfile.d/02-apps.yaml: error[bootstrap/not-followed]: `bootstrap/helmfile.d/02-apps.yaml` is a link, which is not followed\n";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn the_repositories_that_are_rendered_say_it() {
    let fixtures = testkit::fixtures();
    for (case, tree) in [
        ("fixture-minimal", "minimal"),
        ("fixture-private", "private"),
        ("fixture-early-2025", "forks/early-2025"),
        ("fixture-late-2025", "forks/late-2025"),
    ] {
        let view = View::on_disk(fixtures.join(tree).join("expected"));
        // The trees of tests are not encrypted.
        let told = told(&view, &Settings::default());
        let lines = told
            .lines()
            .filter(|line| !line.contains("sops/not-encrypted") && !line.contains("hint: encrypt"));
        // Values of whole charts are long.
        let short = lines.map(|line| line.split(", {").next().unwrap_or(line));
        compare(
            case,
            &short.map(|line| format!("{line}\n")).collect::<String>(),
        );
    }
}

fn encrypted(identity: &Identity, path: &str, plain: &str) -> String {
    let mut rule = Rule::for_recipients([identity.recipient().parse().expect("its own")]);
    rule.selector = Selector::new("encrypted_regex", "^(data|stringData)$").expect("a pattern");
    let encrypted = encrypt(&Request {
        plaintext: File::new(path, plain.as_bytes()),
        previous: None,
        rule: &rule,
        identities: std::slice::from_ref(identity),
        now: Timestamp::from_unix_seconds(1_767_323_045),
    });
    String::from_utf8(encrypted.expect("it is encrypted").content).expect("text")
}

/// A path, what it holds in the clear, and the objects that are applied.
const SECRETS: &[(&str, &str, &[&str])] = &[
    (
        "bootstrap/sops-age.sops.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: sops-age, namespace: flux-system}\nstringData: {age.agekey: AGE-SECRET-KEY-1}\n",
        &[
            r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"sops-age","namespace":"flux-system"},"data":{"age.agekey":"QUdFLVNFQ1JFVC1LRVktMQ=="}}"#,
        ],
    ),
    (
        "bootstrap/github-deploy-key.sops.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: key, namespace: other}\ndata: {a: YQ==, b: Yg==}\nstringData: {b: c}\n",
        &[
            r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"key","namespace":"other"},"data":{"a":"YQ==","b":"Yw=="}}"#,
        ],
    ),
    (
        "kubernetes/components/common/sops/cluster-secrets.sops.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: cluster-secrets}\nstringData: {SECRET_DOMAIN: home.example}\n",
        &[
            r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"cluster-secrets","namespace":"flux-system"},"data":{"SECRET_DOMAIN":"aG9tZS5leGFtcGxl"}}"#,
        ],
    ),
    ("bootstrap/talsecret.sops.yaml", "data: {a: b}\n", &[]),
    (
        "bootstrap/again.sops.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: sops-age, namespace: flux-system}\nstringData: {age.agekey: AGE-SECRET-KEY-1}\n",
        &[],
    ),
    (
        "kubernetes/apps/other.sops.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: other}\nstringData: {a: b}\n",
        &[],
    ),
];

#[test]
fn secrets_are_whole_and_in_the_clear() {
    let identity = Identity::generate();
    let mut all = files("built-in");
    for (path, plain, _) in SECRETS {
        all.push(((*path).to_owned(), encrypted(&identity, path, plain)));
    }
    let view = in_memory(&all);
    let settings = Settings {
        identities: std::slice::from_ref(&identity),
        ..Settings::default()
    };
    let (with_key, problems) = plan(&view, &settings);
    assert!(problems.is_empty(), "{problems:?}");
    let mut found: Vec<String> = { with_key.secrets.iter() }
        .map(|secret| secret.object().0.to_json().to_string())
        .collect();
    found.sort();
    let mut wanted: Vec<&str> = SECRETS
        .iter()
        .flat_map(|(.., it)| it.iter().copied())
        .collect();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
    let names: Vec<&str> = with_key
        .namespaces
        .iter()
        .map(flux::object::Object::name)
        .collect();
    assert!(names.contains(&"other"), "{names:?}");

    let (without, problems) = plan(&view, &Settings::default());
    assert!(without.secrets.is_empty());
    let refused: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(refused.len(), SECRETS.len() - 1, "{refused:#?}");
    assert!(
        refused.iter().all(|line| line.contains("sops/")),
        "{refused:#?}"
    );
}

#[test]
fn a_secret_without_a_name_is_told() {
    let identity = Identity::generate();
    let path = "bootstrap/nameless.sops.yaml";
    let plain = "apiVersion: v1\nkind: Secret\nstringData: {a: b}\n";
    let mut all = files("built-in");
    all.push((path.to_owned(), encrypted(&identity, path, plain)));
    let settings = Settings {
        identities: std::slice::from_ref(&identity),
        ..Settings::default()
    };
    let (_, problems) = plan(&in_memory(&all), &settings);
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "bootstrap/nameless.sops.yaml:1:1: error[bootstrap/secret-nameless]: a Secret has no name"
        ]
    );
}

#[test]
fn a_repository_of_several_clusters_is_asked_which() {
    let mut all = files("unknown");
    let other = all[0].1.replace("./kubernetes/apps", "./other");
    all.push(("clusters/other/flux-system/ks.yaml".to_owned(), other));
    all.push((
        "other/a.yaml".to_owned(),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n".to_owned(),
    ));
    let (_, problems) = plan(&in_memory(&all), &Settings::default());
    assert!(
        problems.has(&crate::rules::BOOTSTRAP_SEVERAL_CLUSTERS),
        "{problems:?}"
    );
    let settings = Settings {
        path: Some("kubernetes/flux/cluster".to_owned()),
        ..Settings::default()
    };
    let (_, problems) = plan(&in_memory(&all), &settings);
    assert!(
        !problems.has(&crate::rules::BOOTSTRAP_SEVERAL_CLUSTERS),
        "{problems:?}"
    );
}

#[test]
fn hostile_helmfiles_come_to_an_end() {
    let release = |name: usize, need: usize| {
        format!(
            "  - {{name: r{name}, chart: oci://a.example/c, version: 1.0.0, needs: [r{need}]}}\n"
        )
    };
    let many: String = (0..3000).map(|at| release(at, (at + 1) % 3000)).collect();
    let all_need: String = (0..3000).map(|at| release(at, 0)).collect();
    let more: Vec<String> = (0..200).map(|at| format!("../h/{at}.yaml")).collect();
    for (what, text, rule) in [
        (
            "itself",
            "helmfiles: [01-a.yaml]\n".to_owned(),
            &crate::rules::BOOTSTRAP_HELMFILE_LIMIT,
        ),
        (
            "bases",
            "bases: [01-a.yaml]\n".to_owned(),
            &crate::rules::BOOTSTRAP_HELMFILE_LIMIT,
        ),
        (
            "twice itself",
            "helmfiles: [01-a.yaml, 01-a.yaml, 01-a.yaml]\nbases: [01-a.yaml, 01-a.yaml]\n"
                .to_owned(),
            &crate::rules::BOOTSTRAP_HELMFILE_LIMIT,
        ),
        (
            "files",
            format!("helmfiles: {more:?}\n"),
            &crate::rules::BOOTSTRAP_HELMFILE_MISSING,
        ),
        (
            "releases",
            format!("releases:\n{many}"),
            &crate::rules::BOOTSTRAP_HELMFILE_LIMIT,
        ),
        (
            "a circle",
            format!(
                "releases:\n{}",
                many.replace("r1001]", "r0]")
                    .lines()
                    .take(1000)
                    .map(|line| format!("{line}\n"))
                    .collect::<String>()
            ),
            &crate::rules::BOOTSTRAP_NEED_UNKNOWN,
        ),
        (
            "needs",
            format!("releases:\n{all_need}"),
            &crate::rules::BOOTSTRAP_NEED_CIRCLE,
        ),
    ] {
        let mut all = files("built-in");
        all.push(("bootstrap/helmfile.d/01-a.yaml".to_owned(), text));
        let (_, problems) = plan(&in_memory(&all), &Settings::default());
        assert!(problems.has(rule), "{what}: {problems:?}");
        assert!(problems.len() < 2000, "{what}");
    }
}

#[test]
fn nothing_of_a_secret_is_in_a_problem() {
    let identity = Identity::generate();
    let mut all = files("wrong");
    let path = "kubernetes/components/sops/cluster-secrets.sops.yaml";
    let plain = "apiVersion: v1\nkind: Secret\nmetadata: {name: cluster-secrets}\nstringData: {A: sehr-geheim}\n";
    all.push((path.to_owned(), encrypted(&identity, path, plain)));
    all.push(("bootstrap/plain.sops.yaml".to_owned(), plain.to_owned()));
    let settings = Settings {
        identities: std::slice::from_ref(&identity),
        ..Settings::default()
    };
    let (_, problems) = plan(&in_memory(&all), &settings);
    assert!(problems.has_errors());
    for problem in &problems {
        assert!(!format!("{problem:?}").contains("sehr-geheim"), "{problem}");
    }
}
