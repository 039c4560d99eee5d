//! A small chart and a small rendered tree, on the disk of the test.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};
use insta::assert_snapshot;
use serde_json::json;
use tempfile::TempDir;

use super::chart::Chart;
use super::{Row, Template, keys, summary, table};

/// A folder with these files, which goes away with the value.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            super::text::write(path.as_std_path(), text).unwrap();
        }
        folder
    }

    fn path(&self) -> &Utf8Path {
        Utf8Path::from_path(self.0.path()).unwrap()
    }

    fn join(&self, path: &str) -> Utf8PathBuf {
        self.path().join(path)
    }
}

const CHART: &str =
    "name: tiny\nversion: 1.2.3\ndependencies:\n  - name: store\n    alias: db\n  - name: absent\n";

const VALUES: &str = "
replicas: 1
annotations: {}
args: []
resources:
  limits: {}
service:
  type: ClusterIP
  # port: 80
";

const TEMPLATE: &str = "
port: {{ .Values.service.port }}
resources: {{ toYaml .Values.resources }}
{{- with .Values.service }}
type: {{ .type }}
{{- end }}
{{- with .Values.extra.pod }}{{ toYaml . }}{{ end }}
";

fn findings(chart: &Folder, values: &serde_json::Value) -> String {
    let findings = keys::check(values, &Chart::load(chart.path()).unwrap());
    let (unknown, unlisted) = (findings.unknown.join(" "), findings.unlisted.join(" "));
    format!("unknown: {unknown}\nunlisted: {unlisted}")
}

#[test]
fn defaults_and_templates_say_what_is_known() {
    let chart = Folder::new(&[
        ("Chart.yaml", CHART),
        ("values.yaml", VALUES),
        ("templates/all.yaml", TEMPLATE),
        ("charts/store/Chart.yaml", "name: store\nversion: 0.1.0\n"),
        ("charts/store/values.yaml", "size: 1Gi\n"),
    ]);
    let values = json!({
        "replicas": 2,
        "replica": 2,
        "annotations": { "any/key": "is free" },
        "args": ["--flag"],
        "resources": { "limits": { "memory": "1Gi" }, "requests": { "cpu": "1" } },
        "service": { "type": "LoadBalancer", "port": 53, "prot": 53 },
        "extra": { "pod": { "labels": {} }, "job": {} },
        "global": { "imageRegistry": "example.com" },
        "db": { "size": "2Gi", "sise": "2Gi" },
        "absent": { "anything": true },
    });
    assert_snapshot!(findings(&chart, &values), @r"
    unknown: db.sise replica service.prot
    unlisted: resources.requests service.port extra
    ");
}

#[test]
fn a_schema_lists_keys_through_references() {
    let schema = json!({
        "$defs": { "pod": {
            "properties": { "labels": { "type": "object" }, "init": { "$ref": "#/$defs/pod" } },
            "additionalProperties": false,
        } },
        "properties": {
            "pods": { "additionalProperties": { "$ref": "#/$defs/pod" } },
            "ports": { "patternProperties": { "^p[0-9]$": { "$ref": "parts/port.json" } } },
            "either": { "oneOf": [{ "type": "string" }, { "properties": { "name": {} } }] },
            "open": { "additionalProperties": true },
            "remote": { "$ref": "https://charts.example.com/tiny/1.2.3/parts/port.json" },
        },
        "additionalProperties": false,
    });
    let port = json!({ "properties": { "number": { "type": "integer" } } });
    let chart = Folder::new(&[
        ("Chart.yaml", "name: tiny\nversion: 1.2.3\n"),
        ("values.schema.json", &schema.to_string()),
        ("parts/port.json", &port.to_string()),
    ]);
    let values = json!({
        "pods": { "web": { "labels": { "a": "b" }, "init": { "labels": {}, "lables": {} } } },
        "ports": { "p1": { "number": 1, "nummer": 1 }, "q": {} },
        "either": { "name": "n", "nome": "n" },
        "open": { "to": { "all": 1 } },
        "remote": { "number": 1, "name": 1 },
        "shut": 1,
    });
    assert_snapshot!(findings(&chart, &values), @r"
    unknown: pods.web.init.lables ports.p1.nummer ports.q either.nome remote.name shut
    unlisted: 
    ");
}

/// All releases, none of them seen before.
fn run(rendered: &Utf8Path, charts: &Utf8Path, helm: &Utf8Path) -> Result<Vec<Row>> {
    super::run(rendered, charts, helm, &mut BTreeSet::new())
}

/// A release `web`, its source, its Flux Kustomization and what that one substitutes.
fn rendered() -> Folder {
    Folder::new(&[
        (
            "kubernetes/apps/front/web/ks.yaml",
            "kind: Kustomization\nspec:\n  path: ./kubernetes/apps/front/web/app\n  targetNamespace: front\n",
        ),
        (
            "kubernetes/apps/front/web/app/helmrelease.yaml",
            "kind: HelmRelease\nmetadata:\n  name: web\nspec:\n  chartRef:\n    kind: OCIRepository\n    name: web\n  values:\n    host: web.${SECRET_DOMAIN}\n    hots: 1\n",
        ),
        (
            "kubernetes/apps/front/web/app/ocirepository.yaml",
            "kind: OCIRepository\nmetadata:\n  name: web\nspec:\n  ref:\n    tag: v1.2.4\n  url: oci://registry.example.com/charts/tiny\n",
        ),
        (
            "kubernetes/components/sops/cluster-secrets.sops.yaml",
            "kind: Secret\nmetadata:\n  name: cluster-secrets\nstringData:\n  SECRET_DOMAIN: example.com\n",
        ),
    ])
}

#[test]
fn a_release_meets_its_chart() {
    let (rendered, charts) = (
        rendered(),
        Folder::new(&[
            ("some/where/Chart.yaml", "name: tiny\nversion: 1.2.3\n"),
            ("some/where/values.yaml", "host: ''\n"),
            (
                "some/where/charts/tiny/Chart.yaml",
                "name: tiny\nversion: 9.9.9\n",
            ),
        ]),
    );
    let rows = run(rendered.path(), charts.path(), "true".into()).unwrap();
    assert_snapshot!(table(&rows), @r"
    RELEASE    CHART  PINNED  FOUND  TEMPLATE  UNKNOWN KEYS
    front/web  tiny   v1.2.4  1.2.3  ok        1
      unknown: hots
    ");
    assert!(rows.iter().all(Row::is_wrong));
}

#[test]
fn the_pinned_version_is_preferred() {
    let (rendered, charts) = (
        rendered(),
        Folder::new(&[
            ("a/Chart.yaml", "name: tiny\nversion: 1.2.3\n"),
            ("b/Chart.yaml", "name: tiny\nversion: 1.2.4\n"),
        ]),
    );
    let rows = run(rendered.path(), charts.path(), "true".into()).unwrap();
    assert_eq!(rows[0].found.as_deref(), Some("1.2.4"));
    assert!(
        rows[0].unknown.is_empty(),
        "a chart that says nothing of its values refuses none"
    );
}

#[test]
fn a_release_is_checked_once() {
    let (rendered, charts) = (rendered(), Folder::new(&[]));
    let mut seen = BTreeSet::new();
    let mut count = || {
        super::run(rendered.path(), charts.path(), "true".into(), &mut seen).map(|rows| rows.len())
    };
    assert_eq!(count().unwrap(), 1);
    assert_eq!(count().unwrap(), 0);
}

#[test]
fn the_summary_tells_what_was_proven() {
    let charts = Folder::new(&[("tiny/Chart.yaml", "name: tiny\nversion: 1.2.4\n")]);
    let mut rows = run(rendered().path(), charts.path(), "true".into()).unwrap();
    rows.extend(run(rendered().path(), Folder::new(&[]).path(), "true".into()).unwrap());
    assert_snapshot!(
        summary(&rows),
        @"2 releases: 1 by the pinned version of their chart, 0 by another, 1 by none"
    );
}

#[test]
fn helm_has_the_last_word() {
    let charts = Folder::new(&[("tiny/Chart.yaml", "name: tiny\nversion: 1.2.4\n")]);
    let rows = run(rendered().path(), charts.path(), "false".into()).unwrap();
    assert_eq!(rows[0].template, Template::Failed(String::new()));
    assert!(rows[0].is_wrong());
}

#[test]
fn a_missing_chart_is_unproven() {
    let charts = Folder::new(&[]);
    let rows = run(rendered().path(), charts.path(), "true".into()).unwrap();
    assert_snapshot!(table(&rows), @r"
    RELEASE    CHART  PINNED  FOUND  TEMPLATE  UNKNOWN KEYS
    front/web  tiny   v1.2.4  -      no chart  -
    ");
    assert!(!rows[0].is_wrong());
}

#[test]
fn bad_yaml_is_named_by_its_file() {
    let rendered = Folder::new(&[("kubernetes/x.yaml", "a: [")]);
    let error = run(rendered.path(), rendered.path(), "true".into()).unwrap_err();
    assert!(
        format!("{error:#}").contains("kubernetes/x.yaml"),
        "{error:#}"
    );
    assert!(run(&rendered.join("none"), rendered.path(), "true".into()).is_err());
}
