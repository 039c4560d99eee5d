//! What patches of public repositories say in ways of their own, moved.

use diagnostics::Source;
use talos::migrate::{Audience, Dollar, Rewritten, Subsystem};

fn rewritten(text: &str) -> Rewritten {
    let source = Source::new("patch.yaml", text);
    Rewritten::of(&source, &Subsystem::ALL, Dollar::Single)
        .unwrap_or_else(|why| panic!("{text}\n{}", why.why))
}

fn text(patch: &Rewritten) -> String {
    let why: Vec<_> = patch.stays.iter().map(|(stay, _)| &stay.why).collect();
    assert!(why.is_empty(), "{why:?}");
    patch.text(Audience::All).unwrap_or_default()
}

/// Operations of JSON, each list with what it becomes.
const OPERATIONS: [(&str, &str); 5] = [
    (
        "# Nothing is refused.\n- op: remove\n  path: /cluster/apiServer/admissionControl # all of it\n",
        "# Nothing is refused.\n# all of it\napiVersion: v1alpha1\nkind: KubeAdmissionControlConfig\nname: PodSecurity\n$patch: delete\n",
    ),
    (
        "- op: replace\n  path: /cluster/apiServer/admissionControl\n  value: []\n",
        "apiVersion: v1alpha1\nkind: KubeAdmissionControlConfig\nname: PodSecurity\n$patch: delete\n",
    ),
    (
        "- op: add\n  path: /machine/sysctls\n  value:\n    vm.nr_hugepages: 1024 # two gigabytes\n- op: add\n  path: /machine/nodeLabels/example.com~1zone\n  value: a\n",
        "apiVersion: v1alpha1\nkind: SysctlConfig\nparams:\n  vm.nr_hugepages: 1024 # two gigabytes\n---\napiVersion: v1alpha1\nkind: KubeNodeConfig\nlabels:\n  example.com/zone: a\n",
    ),
    (
        "- op: add\n  path: /machine/udev/rules/-\n  value: SUBSYSTEM==\"gpu\"\n",
        "apiVersion: v1alpha1\nkind: UdevRulesConfig\nrules:\n  - SUBSYSTEM==\"gpu\"\n",
    ),
    // What stays where it was is a merge, too: operations know one document only.
    (
        "- op: add\n  path: /cluster/etcd/extraArgs\n  value:\n    metrics: extensive\n",
        "cluster:\n  etcd:\n    extraArgs:\n      metrics: extensive\n",
    ),
];

#[test]
fn operations_of_json_become_merges() {
    for (old, new) in OPERATIONS {
        assert_eq!(text(&rewritten(old)), new, "{old}");
    }
}

#[test]
fn operations_that_no_merge_stands_for_are_left_to_a_person() {
    for (verb, path) in [
        ("test", "/machine/type"),
        ("move", "/machine/sysctls"),
        ("remove", "/machine/udev/rules/0"),
        ("remove", "machine"),
        ("add", "/machine/sysctls"),
    ] {
        let patch = format!("- op: {verb}\n  path: {path}\n  value: {{}}\n");
        let refused = Rewritten::of(
            &Source::new("patch.yaml", &*patch),
            &Subsystem::ALL,
            Dollar::Single,
        );
        let why = refused.err().map(|problem| problem.why).unwrap_or_default();
        assert!(why.starts_with("operations of JSON"), "{patch}{why}");
    }
    let twice = "- op: add\n  path: /machine/sysctls\n  value: {a: '1'}\n- op: add\n  path: /machine/sysctls\n  value: {b: '2'}\n";
    assert!(
        Rewritten::of(
            &Source::new("patch.yaml", twice),
            &Subsystem::ALL,
            Dollar::Single
        )
        .is_err()
    );
}

#[test]
fn what_changes_nothing_goes() {
    for (patch, path) in [
        (
            "cluster:\n  apiServer:\n    admissionControl: null\n",
            "cluster.apiServer.admissionControl",
        ),
        ("machine:\n  sysctls:\n", "machine.sysctls"),
        ("machine:\n  install:\n    wipe: false\n", "machine.install"),
        (
            "machine:\n  install:\n    extraKernelArgs: []\n",
            "machine.install",
        ),
    ] {
        let patch = rewritten(patch);
        assert_eq!(text(&patch), "");
        let dropped: Vec<_> = patch
            .dropped
            .iter()
            .map(|(path, _)| path.as_str())
            .collect();
        assert_eq!(dropped, [path]);
    }
    let wipes = rewritten("machine:\n  install:\n    wipe: true\n");
    assert_eq!(wipes.stays.len(), 1, "whose disk, it does not say");
}

#[test]
fn an_issuer_may_sign_with_whatever_it_likes() {
    let patch = rewritten(
        "cluster:\n  apiServer:\n    extraArgs:\n      oidc-issuer-url: https://sso.example.com\n      oidc-client-id: kubernetes\n      oidc-signing-algs: RS256\n",
    );
    assert!(text(&patch).contains("url: https://sso.example.com"));
    let cautions: Vec<_> = patch
        .parts()
        .into_iter()
        .flat_map(|part| part.cautions)
        .collect();
    assert!(cautions[0].contains("`oidc-signing-algs`"), "{cautions:?}");
}
