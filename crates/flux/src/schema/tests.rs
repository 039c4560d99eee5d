//! Objects and what is said of them. Verdicts are those of the API server of Kubernetes 1.36.3.

mod applied;
mod kinds;
mod optional;
mod unknown;
mod versions;

use std::sync::{Arc, OnceLock};

use diagnostics::{Rule, Severity, Source};
use yaml::Dialect;

use super::{Found, Schemas, check};
use crate::object::Object;
use crate::rules::*;
use crate::value::{Value, documents};

fn read(text: &str) -> Value {
    let source = Arc::new(Source::new("a.yaml", text));
    let (mut values, problems) = documents(&source, Dialect::Go);
    assert!(problems.is_empty(), "{problems:?}");
    values.pop().expect("there is a document")
}

fn found(text: &str) -> Found {
    static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
    let schemas = SCHEMAS.get_or_init(|| Schemas::bundled("v1.36.3"));
    check(&Object(read(text)), schemas)
}

fn told(text: &str) -> String {
    let found = found(text);
    let lines: Vec<String> = { found.problems.iter() }
        .map(|problem| {
            let hint = problem.hint.as_ref();
            let hint = hint.map_or_else(String::new, |hint| format!(" ({hint})"));
            format!("{problem}{hint}")
        })
        .collect();
    lines.join("\n")
}

/// The first problem breaks a rule, and a change to the text mends it.
fn mended(rule: &Rule, bad: &str, (from, to): (&str, &str)) {
    let found = found(bad);
    let first = found.problems.iter().next();
    assert!(first.is_some_and(|first| first.is(rule)), "{}", told(bad));
    assert!(bad.contains(from), "{from}");
    let good = bad.replacen(from, to, 1);
    assert_eq!(told(&good), "", "{good}");
}

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, labels: {app: a}}
spec:
  replicas: 1
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      containers:
        - name: a
          image: a:1
          ports: [{containerPort: 80, name: http}]
          volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, emptyDir: {}}]
";

const ROUTE: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: a}
spec:
  hostnames: [a.example.com]
  rules:
    - matches: [{path: {type: PathPrefix, value: /a}}]
      backendRefs: [{name: a, port: 80}]
";

/// A problem for each rule, in an object that is right but for it.
#[test]
fn each_rule_finds_its_case_and_no_more() {
    let deployment = |from: &str, to: &str| DEPLOYMENT.replacen(from, to, 1);
    let route = |from: &str, to: &str| ROUTE.replacen(from, to, 1);
    for (rule, bad, mend) in [
        (
            &SCHEMA_NO_KIND,
            deployment("kind: Deployment\n", ""),
            (
                "metadata: {name: a,",
                "kind: Deployment\nmetadata: {name: a,",
            ),
        ),
        (
            &SCHEMA_UNKNOWN_FIELD,
            deployment("replicas:", "replica:"),
            ("replica:", "replicas:"),
        ),
        (
            &SCHEMA_UNKNOWN_FIELD,
            route("hostnames:", "hosts: null\n  hostnames:"),
            ("hosts: null\n  ", ""),
        ),
        (
            &SCHEMA_WRONG_TYPE,
            deployment("replicas: 1", "replicas: '1'"),
            ("'1'", "1"),
        ),
        (
            &SCHEMA_MISSING_FIELD,
            deployment("          image: a:1\n", ""),
            ("- name: a\n", "- name: a\n          image: b\n"),
        ),
        (
            &SCHEMA_NOT_ALLOWED,
            route("PathPrefix", "Prefix"),
            ("Prefix", "PathPrefix"),
        ),
        (
            &SCHEMA_WRONG_PATTERN,
            route("a.example.com", "A.example.com"),
            ("A.e", "a.e"),
        ),
        (
            &SCHEMA_WRONG_FORMAT,
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: YQ}\n".to_owned(),
            ("YQ", "YQ=="),
        ),
        (
            &SCHEMA_OUT_OF_RANGE,
            deployment("replicas: 1", "replicas: 2147483648"),
            ("2147483648", "2"),
        ),
        (
            &SCHEMA_WRONG_LENGTH,
            deployment("labels: {app: a}}\n    spec", "labels: {app: a}}\n    spec").replacen(
                "image: a:1",
                "image: ''",
                1,
            ),
            ("''", "a"),
        ),
        (
            &SCHEMA_DUPLICATE_ITEM,
            deployment(
                "{name: data, mountPath: /data}",
                "{name: data, mountPath: /a}, {name: data, mountPath: /a}",
            ),
            ("mountPath: /a}, ", "mountPath: /b}, "),
        ),
        (
            &SCHEMA_NO_ALTERNATIVE,
            deployment(
                "image: a:1",
                "image: a:1\n          livenessProbe: {periodSeconds: 1}",
            ),
            ("{periodSeconds: 1}", "{tcpSocket: {port: 1}}"),
        ),
        (
            &SCHEMA_RULE_BROKEN,
            route("value: /a", "value: a"),
            ("value: a", "value: /a"),
        ),
        (
            &SCHEMA_WRONG_NAME,
            deployment("name: a, labels: {app: a}", "name: a, labels: {app: 'a b'}"),
            ("'a b'", "ab"),
        ),
        (
            &SCHEMA_UNKNOWN_REFERENCE,
            deployment("{name: data, mountPath", "{name: date, mountPath"),
            ("date,", "data,"),
        ),
        (
            &SCHEMA_CONTRADICTION,
            deployment("matchLabels: {app: a}", "matchLabels: {app: b}"),
            ("{app: b}", "{app: a}"),
        ),
        (
            &SCHEMA_API_REMOVED,
            deployment("apps/v1", "apps/v1beta1"),
            ("apps/v1beta1", "apps/v1"),
        ),
        (
            &SCHEMA_API_DEPRECATED,
            "apiVersion: v1\nkind: Endpoints\nmetadata: {name: a}\n".to_owned(),
            ("Endpoints", "ConfigMap"),
        ),
    ] {
        mended(rule, &bad, mend);
    }
}

#[test]
fn messages_say_where_and_what_to_do() {
    let text = told(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringDate: {}\nstringData: {a: 1}\n",
    );
    insta::assert_snapshot!(text, @r"
    a.yaml:4:1: error[schema/unknown-field]: there is no field `stringDate` (did you mean `stringData`?)
    a.yaml:5:17: error[schema/wrong-type]: `stringData.a` takes text, not a whole number (put the value in quotes)
    ");
}

/// A value that looks like nothing else must not be told.
#[test]
fn no_message_holds_a_value() {
    let secret = "s3cr3t-s3cr3t";
    let text = told(&format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: a, labels: {{a: '{secret}!'}}}}\ntype: kubernetes.io/tls\ndata: {{a: '{secret}'}}\nimmutable: {secret}\n"
    ));
    assert!(!text.is_empty() && !text.contains(secret), "{text}");
}

#[test]
fn what_is_encrypted_may_be_anything() {
    let text = told(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: 'ENC[AES256_GCM,data:x]'}\nimmutable: 'ENC[AES256_GCM,data:x]'\nsops: {mac: x}\n",
    );
    assert_eq!(text, "");
}

/// Numbers, nulls and texts as Kubernetes reads them from YAML.
#[test]
fn values_are_read_as_the_server_reads_them() {
    let with = |field: &str| DEPLOYMENT.replacen("replicas: 1", field, 1);
    for good in [
        "replicas: 3.0",
        "replicas: 3e0",
        "replicas: null",
        "replicas: 0o3",
        "replicas: 0",
    ] {
        assert_eq!(told(&with(good)), "", "{good}");
    }
    for bad in [
        "replicas: 1.5",
        "replicas: true",
        "replicas: -1",
        "unheard: null",
    ] {
        assert!(found(&with(bad)).problems.has_errors(), "{bad}");
    }
    let limits = |amount: &str| {
        let limits = format!("image: a\n          resources: {{limits: {{cpu: {amount}}}}}");
        DEPLOYMENT.replacen("image: a:1", &limits, 1)
    };
    for good in ["1", "0.5", "1e-1", "500m", "' 1Gi'"] {
        assert_eq!(told(&limits(good)), "", "{good}");
    }
    for bad in ["1x", "true", "[]"] {
        assert!(found(&limits(bad)).problems.has_errors(), "{bad}");
    }
}

/// What the server takes in one place and refuses in another.
#[test]
fn lists_with_keys_have_each_key_once() {
    for (field, good) in [
        ("env: [{name: A, value: a}, {name: A, value: b}]", false),
        (
            "ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP}]",
            true,
        ),
        (
            "ports: [{containerPort: 80}, {containerPort: 80, protocol: TCP}]",
            false,
        ),
        ("args: [null, a, a]", true),
        ("env: [null]", false),
    ] {
        let text = DEPLOYMENT.replacen("ports: [{containerPort: 80, name: http}]", field, 1);
        assert_eq!(!found(&text).problems.has_errors(), good, "{field}");
    }
    for (field, good) in [
        (
            "tolerations: [{operator: Exists}, {operator: Exists}]",
            true,
        ),
        ("imagePullSecrets: [{name: a}, {name: a}]", false),
        ("hostAliases: [{ip: 10.0.0.1}, {ip: 10.0.0.1}]", false),
    ] {
        let text = DEPLOYMENT.replacen(
            "      containers:",
            &format!("      {field}\n      containers:"),
            1,
        );
        assert_eq!(!found(&text).problems.has_errors(), good, "{field}");
    }
}

fn with_crd(schema: &str, object: &str) -> Found {
    let mut schemas = Schemas::bundled("1.36");
    let definition = format!(
        "spec:\n  group: a.b\n  scope: Namespaced\n  names: {{kind: Thing}}\n  versions:\n    - name: v1\n      served: true\n      schema:\n        openAPIV3Schema: {{type: object, properties: {{spec: {schema}}}}}\n"
    );
    if let Err(problem) = schemas.add_crd(&read(&definition)) {
        assert!(problem.is(&SCHEMA_UNREADABLE), "{problem}");
        return Found {
            problems: (*problem).into(),
            missing: true,
        };
    }
    let object =
        format!("apiVersion: a.b/v1\nkind: Thing\nmetadata: {{name: a}}\nspec: {object}\n");
    check(&Object(read(&object)), &schemas)
}

#[test]
fn defined_kinds_are_checked_as_the_server_checks_them() {
    for (schema, object, good) in [
        // Null is the default where there is one and null is no value of the field.
        (
            "{type: object, properties: {a: {type: string, default: x}}}",
            "{a: null}",
            true,
        ),
        (
            "{type: object, properties: {a: {type: string}}}",
            "{a: null}",
            false,
        ),
        (
            "{type: object, properties: {a: {type: string, nullable: true}}}",
            "{a: null}",
            true,
        ),
        (
            "{type: object, required: [a], properties: {a: {type: string, default: x}}}",
            "{}",
            true,
        ),
        (
            "{type: object, required: [a], properties: {a: {type: string}}}",
            "{}",
            false,
        ),
        (
            "{type: object, properties: {a: {type: integer, format: int32}}}",
            "{a: 2147483648}",
            false,
        ),
        (
            "{type: object, properties: {a: {x-kubernetes-int-or-string: true}}}",
            "{a: 80%}",
            true,
        ),
        (
            "{type: object, properties: {a: {x-kubernetes-int-or-string: true}}}",
            "{a: 1.5}",
            false,
        ),
        (
            "{type: object, x-kubernetes-preserve-unknown-fields: true}",
            "{a: {b: 1}}",
            true,
        ),
        (
            "{type: array, items: {type: string}, x-kubernetes-list-type: set}",
            "[a, b, a]",
            false,
        ),
        (
            "{type: object, additionalProperties: {type: integer}}",
            "{a: b}",
            false,
        ),
        (
            "{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}",
            "{a: 1}",
            false,
        ),
        (
            "{type: string, oneOf: [{pattern: ^a}, {pattern: b$}]}",
            "ab",
            false,
        ),
        ("{type: string, not: {pattern: ^a}}", "ab", false),
        ("{type: string, maxLength: 2}", "äöü", false),
        (
            "{type: integer, minimum: 3, exclusiveMinimum: true}",
            "3",
            false,
        ),
        ("{type: integer, multipleOf: 2}", "3", false),
    ] {
        let found = with_crd(schema, object);
        assert_eq!(
            !found.problems.has_errors(),
            good,
            "{schema} {object} {:?}",
            found.problems
        );
        assert!(!found.missing);
    }
}

/// Rules see defaults, and not what null hides.
#[test]
fn rules_are_evaluated() {
    let rule = |fields: &str, rule: &str| {
        format!("{{type: object, properties: {{{fields}}}, x-kubernetes-validations: [{rule}]}}")
    };
    let text = "a: {type: string, default: x}";
    let free = "a: {type: string, nullable: true, default: x}";
    for (fields, one, object, good) in [
        (text, "{rule: \"self.a == 'x'\"}", "{}", true),
        (text, "{rule: \"self.a == 'x'\"}", "{a: null}", true),
        (free, "{rule: \"has(self.a)\"}", "{a: x}", true),
        (text, "{rule: \"self.a == 'y'\"}", "{}", false),
        (text, "{rule: \"self.a == oldSelf.a\"}", "{a: y}", true),
        (
            "namespace: {type: string}",
            "{rule: \"self.__namespace__ == 'a'\"}",
            "{namespace: b}",
            false,
        ),
        (
            "t: {type: string, format: duration}",
            "{rule: \"self.t < duration('1m')\"}",
            "{t: 2m}",
            false,
        ),
        (
            "t: {type: number}",
            "{rule: \"self.t > 1.5\"}",
            "{t: 2}",
            true,
        ),
    ] {
        let found = with_crd(&rule(fields, one), object);
        assert_eq!(
            !found.problems.has(&SCHEMA_RULE_BROKEN),
            good,
            "{one} {object}"
        );
        assert!(
            !found.problems.has(&SCHEMA_RULE_UNKNOWN),
            "{one} {:?}",
            found.problems
        );
    }
}

#[test]
fn a_message_that_is_empty_or_of_several_lines_gives_way() {
    for (made, shown) in [
        ("'made: ' + self.a", "made: y"),
        ("''", "said"),
        ("'a\\\\nb'", "said"),
    ] {
        let schema = format!(
            "{{type: object, properties: {{a: {{type: string}}}}, x-kubernetes-validations: [{{rule: \"self.a == 'x'\", message: said, messageExpression: \"{made}\"}}]}}"
        );
        let found = with_crd(&schema, "{a: y}");
        let problem = found.problems.iter().next().expect("the rule is broken");
        assert_eq!(problem.message, format!("`spec` breaks a rule: {shown}"));
    }
}

/// A rule that would not end within any patience is not begun.
#[test]
fn a_rule_is_bounded_before_it_runs() {
    let all = "self.all(a, self.all(b, self.all(c, self.all(d, a != b + c + d + 'x'))))";
    let items: Vec<String> = (0..200).map(|index| format!("i{index}")).collect();
    let object = format!("[{}]", items.join(", "));
    let deep = format!("{}true{}", "(".repeat(4000), ")".repeat(4000));
    let grown = format!(
        "self[0]{} != ''",
        ".replace('i', self[0] + self[1])".repeat(30)
    );
    for rule in [
        all.to_owned(),
        deep,
        grown,
        "lists.range(999999999).size() > 0".to_owned(),
        "self.(".to_owned(),
    ] {
        let schema = format!(
            "{{type: array, items: {{type: string}}, x-kubernetes-validations: [{{rule: \"{rule}\"}}]}}"
        );
        let found = with_crd(&schema, &object);
        assert!(
            found.problems.has(&SCHEMA_RULE_UNKNOWN),
            "{:?}",
            found.problems
        );
    }
}

#[test]
fn hostile_schemas_and_objects_are_bounded() {
    assert!(
        with_crd("{type: [], properties: 1}", "{}")
            .problems
            .has(&SCHEMA_UNREADABLE)
    );
    let mut schemas = Schemas::bundled("v1.36.3");
    let refers = "{\"properties\": {\"spec\": {\"$ref\": \"meta.v1.ObjectMeta\"}}}";
    assert!(
        schemas
            .add_json_schema("a.b", "v1", "Thing", refers)
            .is_ok()
    );
    let mut value = Value::text("x");
    for _ in 0..300 {
        let mut map = crate::value::Map::default();
        map.insert(
            "not".to_owned(),
            crate::value::Field {
                value,
                ..Default::default()
            },
        );
        value = Value::new(crate::value::Data::Map(map), crate::value::Place::default());
    }
    let mut root = read(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\nspec: {versions: [{schema: {openAPIV3Schema: {}}}]}\n",
    );
    let version = root
        .get_mut("spec")
        .and_then(|spec| spec.get_mut("versions"));
    if let Some(crate::value::Data::List(items)) = version.map(|version| &mut version.data) {
        *items[0]
            .get_mut("schema")
            .and_then(|schema| schema.get_mut("openAPIV3Schema"))
            .expect("it is there") = value;
    }
    let found = check(&Object(root), &schemas);
    assert!(found.problems.has(&SCHEMA_TOO_DEEP));
}

#[test]
fn apis_go_with_the_release() {
    let text = "apiVersion: resource.k8s.io/v1alpha3\nkind: DeviceTaintRule\nmetadata: {name: a}\n";
    let object = Object(read(text));
    let old = check(&object, &Schemas::bundled("v1.33.0"));
    let all: Vec<bool> = ["1.33", "1.34", "1.35", "1.36", "1.37"]
        .iter()
        .map(|release| Schemas::bundled(release).knows(&object))
        .collect();
    assert_eq!(old.problems.has(&SCHEMA_API_REMOVED), !all[0]);
    assert!(all.contains(&true));
    assert_eq!(Schemas::bundled("v1.36.9").kubernetes(), "v1.36.3");
    assert_eq!(Schemas::bundled("v1.99.0").kubernetes(), "v1.37.2");
    let schemas = Schemas::bundled("1.36");
    assert_eq!(schemas.namespaced("", "Namespace"), Some(false));
    assert_eq!(
        schemas.namespaced("cilium.io", "CiliumLoadBalancerIPPool"),
        Some(false)
    );
    assert_eq!(schemas.namespaced("apps", "Deployment"), Some(true));
    assert_eq!(schemas.namespaced("a.b", "Thing"), None);
    assert!(Schemas::origins().len() > 10);
    let found = check(
        &Object(read(
            "apiVersion: a.b/v1\nkind: Thing\nmetadata: {name: a}\n",
        )),
        &schemas,
    );
    assert!(found.missing && found.problems.is_empty());
}

/// Where a map has no fields of its own, the server drops what it does not know; that is told.
#[test]
fn what_is_dropped_without_a_word_is_a_warning() {
    let found = with_crd(
        "{type: object, properties: {a: {type: object}}}",
        "{a: {b: 1}}",
    );
    let problem = found.problems.iter().next().expect("it is told");
    assert_eq!(problem.severity, Severity::Warning);
}
