//! Objects as a Kustomization applies them. Verdicts are those of kustomize-controller 1.9.6 with
//! the API server of Kubernetes 1.36.3: `true` is one that became ready.

use super::read;
use crate::object::Object;
use crate::rules::*;
use crate::schema::{Schemas, check, check_applied};
use crate::version::Version;

const ROLE: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nrules: [{apiGroups: [''], resources: [pods], verbs: [get], foo: 1}]\n";

#[test]
fn fields_that_a_kind_of_kubernetes_does_not_have_never_reach_the_server() {
    let schemas = Schemas::bundled("1.36");
    for (text, ready) in [
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, foo: b}\nspec: {}\n",
            true,
        ),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80, foo: 1}], bar: 1}\nbaz: 1\n",
            true,
        ),
        (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a, namespace: b}\n",
            true,
        ),
        (ROLE, false),
        (&ROLE.replace("Role", "ClusterRole"), false),
        // What does not fit the type is sent as it is.
        (
            "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: a}\nprovisioner: a\nparameters: {a: 1}\nfoo: bar\n",
            false,
        ),
        (
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: a}\nspec: {url: 'https://a.example', foo: 1}\n",
            false,
        ),
    ] {
        let object = Object(read(text));
        let found = check_applied(&object, &schemas, Version::default());
        assert_eq!(!found.problems.has_errors(), ready, "{text}");
        assert!(found.problems.has(&SCHEMA_UNKNOWN_FIELD), "{text}");
        assert!(check(&object, &schemas).problems.has_errors(), "{text}");
    }
    let object = Object(read(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatas: {}\n",
    ));
    let found = check_applied(&object, &schemas, Version::default());
    let told: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @"a.yaml:4:1: warning[schema/unknown-field]: there is no field `datas`, and Flux drops it without a word");
}

#[test]
fn a_status_is_removed_and_a_name_made_text() {
    let schemas = Schemas::bundled("1.36");
    for (text, ready) in [
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 42}\n",
            true,
        ),
        (
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: true}\n",
            true,
        ),
        (
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\nstatus: {foo: 1, phase: [a]}\n",
            true,
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [a]}\n",
            false,
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a_b}\n",
            false,
        ),
    ] {
        let object = Object(read(text));
        let found = check_applied(&object, &schemas, Version::default());
        let told: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
        assert_eq!(!found.problems.has_errors(), ready, "{text}: {told:?}");
        assert!(!ready || told.is_empty(), "{text}: {told:?}");
    }
}
