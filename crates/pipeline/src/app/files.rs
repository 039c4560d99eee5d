//! The templates of one application, in the pattern of the built-in ones.

use std::fmt::Write as _;

use super::host::Hosts;
use super::name::Name;
use super::pen::Pen;
use super::request::Origin;
use super::surroundings::{Source, Surroundings};

/// What the templates of an application are written from.
pub(super) struct Application<'a> {
    pub(super) name: &'a Name,
    pub(super) origin: &'a Origin,
    pub(super) around: &'a Surroundings,
    pub(super) pen: &'a Pen,
    /// How the version of the chart is written in a template.
    pub(super) version: String,
    /// The route, with the service behind it and its port.
    pub(super) route: Option<Route>,
    /// The entries of its secret.
    pub(super) secrets: &'a [Secret],
    /// Keys that are declared for its values.
    pub(super) keys: &'a [String],
    /// The key that switches it on.
    pub(super) switch: Option<&'a str>,
    /// Whether Flux fills in variables.
    pub(super) substitutes: bool,
}

/// An entry of the secret.
pub(super) struct Secret {
    pub(super) entry: String,
    /// The key whose value it has.
    pub(super) key: String,
    /// Whether that is set wherever the application is deployed.
    pub(super) is_there: bool,
}

/// A route.
pub(super) struct Route {
    pub(super) hosts: Hosts,
    pub(super) gateway: super::surroundings::Gateway,
    pub(super) service: String,
    pub(super) port: u16,
}

const NAMESPACE: &str = "\
---
apiVersion: v1
kind: Namespace
metadata:
  name: NAME
  annotations:
    kustomize.toolkit.fluxcd.io/prune: disabled
";

/// `namespace.yaml` of a new namespace.
pub(super) fn namespace(name: &str) -> String {
    NAMESPACE.replace("NAME", name)
}

/// `kustomization.yaml` of a new namespace, in which no application has an entry yet.
pub(super) fn parent(namespace: &str, around: &Surroundings, pen: &Pen) -> String {
    let mut text = format!(
        "---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: {namespace}\n"
    );
    if !around.components.is_empty() {
        text.push_str("components:\n");
        for component in &around.components {
            let _ = writeln!(text, "  - {component}");
        }
    }
    text.push_str("resources:\n  - ./namespace.yaml\n");
    if around.lists_itself {
        let begin = pen.statement(&format!("for app in apps('{namespace}')"));
        let (app, end) = (pen.value("app"), pen.statement("endfor"));
        let _ = write!(text, "{begin}\n  - ./{app}/ks.yaml\n{end}\n");
    }
    text
}

impl Application<'_> {
    /// Every file, by its path below the folder of the application. Those that are no templates
    /// have no suffix yet, and are told by the second part.
    pub(super) fn all(&self) -> Vec<(String, bool, String)> {
        let mut files = vec![("ks.yaml".to_owned(), true, self.ks())];
        let mut add = |name: &str, text: String| {
            files.push((format!("app/{name}"), true, text));
        };
        add("kustomization.yaml", self.kustomization());
        match self.origin {
            Origin::Oci { url, .. } => {
                add("helmrelease.yaml", self.release(&self.chart_ref()));
                add("ocirepository.yaml", self.registry(url));
            }
            Origin::Repository { url, chart, .. } => {
                add("helmrelease.yaml", self.release(&self.chart(chart)));
                add("helmrepository.yaml", self.repository(url));
            }
            Origin::Manifests(_) => {}
        }
        if let Some(route) = &self.route {
            add("httproute.yaml", self.http_route(route));
        }
        if !self.secrets.is_empty() {
            add("secret.sops.yaml", self.secret());
        }
        let condition = self.switch;
        for (_, _, text) in &mut files {
            if let Some(condition) = condition {
                *text = self.pen.only_if("", condition, text);
            }
        }
        if let Origin::Manifests(manifests) = self.origin {
            files.extend(manifests.iter().map(|file| {
                let text = file.source.text();
                let path = format!("app/{}", file.name);
                match condition {
                    // Copied as it is.
                    None => (path, false, text.to_owned()),
                    Some(condition) => (path, true, self.raw(condition, text)),
                }
            }));
        }
        files
    }

    /// Objects as they are, in a template.
    fn raw(&self, condition: &str, text: &str) -> String {
        let (begin, end) = (self.pen.statement("raw"), self.pen.statement("endraw"));
        // A line break behind the first would be one of the text.
        let lines = format!("{begin}{text}{end}\n");
        self.pen.only_if("", condition, &lines)
    }

    fn ks(&self) -> String {
        let Name { namespace, name } = self.name;
        let mut text = format!(
            "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}\n"
        );
        let Source {
            kind,
            name: source,
            namespace: of_source,
        } = &self.around.source;
        if !self.around.sets_namespace {
            let _ = writeln!(text, "  namespace: {of_source}");
        }
        text.push_str("spec:\n");
        if let Some((app, of_app)) = self.route.as_ref().map(|route| &route.gateway.made_by) {
            let _ = writeln!(
                text,
                "  dependsOn:\n    - name: {app}\n      namespace: {of_app}"
            );
        }
        let _ = writeln!(text, "  interval: 1h\n  path: ./{}/app", self.name.folder());
        if self.substitutes {
            text.push_str(
                "  postBuild:\n    substituteFrom:\n      - kind: Secret\n        name: cluster-secrets\n",
            );
        }
        let _ = writeln!(
            text,
            "  prune: true\n  retryInterval: 2m\n  sourceRef:\n    kind: {kind}\n    name: {source}\n    namespace: {of_source}\n  targetNamespace: {namespace}\n  timeout: 5m\n  wait: false"
        );
        text
    }

    fn kustomization(&self) -> String {
        let mut files: Vec<String> = match self.origin {
            Origin::Oci { .. } => vec!["helmrelease.yaml".into(), "ocirepository.yaml".into()],
            Origin::Repository { .. } => {
                vec!["helmrelease.yaml".into(), "helmrepository.yaml".into()]
            }
            Origin::Manifests(files) => files.iter().map(|file| file.name.clone()).collect(),
        };
        if self.route.is_some() {
            files.push("httproute.yaml".into());
        }
        files.sort();
        let mut text =
            "---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n"
                .to_owned();
        for file in files {
            let _ = writeln!(text, "  - ./{file}");
        }
        if !self.secrets.is_empty() {
            let line = "  - ./secret.sops.yaml\n";
            match self.condition_of_secret() {
                Some(condition) => text.push_str(&self.pen.only_if("  ", &condition, line)),
                None => text.push_str(line),
            }
        }
        text
    }

    /// A secret is there where one of its values is.
    fn condition_of_secret(&self) -> Option<String> {
        let keys: Vec<_> = self
            .secrets
            .iter()
            .map(|secret| secret.key.as_str())
            .collect();
        let always = self.secrets.iter().any(|secret| secret.is_there);
        (!always).then(|| keys.join(" or "))
    }

    fn release(&self, chart: &str) -> String {
        let name = &self.name.name;
        let mut text = format!(
            "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: {name}\nspec:\n{chart}  interval: 1h\n"
        );
        if !self.keys.is_empty() {
            let keys: Vec<_> = self.keys.iter().map(|key| format!("`{key}`")).collect();
            let comment = format!(
                "Keys of this repository for these values: {}.",
                keys.join(", ")
            );
            let _ = writeln!(text, "  {}", self.pen.comment(&comment));
        }
        text.push_str("  values: {}\n");
        text
    }

    fn chart_ref(&self) -> String {
        let name = &self.name.name;
        format!("  chartRef:\n    kind: OCIRepository\n    name: {name}\n")
    }

    fn chart(&self, chart: &str) -> String {
        let name = &self.name.name;
        let chart = yaml::quote(chart);
        format!(
            "  chart:\n    spec:\n      chart: {chart}\n      version: {}\n      sourceRef:\n        kind: HelmRepository\n        name: {name}\n",
            self.version
        )
    }

    fn registry(&self, url: &str) -> String {
        let name = &self.name.name;
        format!(
            "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n  name: {name}\nspec:\n  interval: 15m\n  layerSelector:\n    mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip\n    operation: copy\n  ref:\n    tag: {}\n  url: {url}\n",
            self.version
        )
    }

    fn repository(&self, url: &str) -> String {
        let name = &self.name.name;
        let url = yaml::quote(url);
        format!(
            "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n  name: {name}\nspec:\n  interval: 1h\n  url: {url}\n"
        )
    }

    fn http_route(&self, route: &Route) -> String {
        let Route {
            hosts,
            gateway,
            service,
            port,
        } = route;
        let (name, hosts) = (&self.name.name, hosts.items("    ", self.pen));
        format!(
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: {name}\nspec:\n  hostnames:\n{hosts}  parentRefs:\n    - name: {}\n      namespace: {}\n      sectionName: https\n  rules:\n    - backendRefs:\n        - name: {service}\n          port: {port}\n",
            gateway.name, gateway.made_by.1
        )
    }

    fn secret(&self) -> String {
        let name = &self.name.name;
        let mut text = format!(
            "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}-secret\n  annotations:\n    kustomize.toolkit.fluxcd.io/substitute: disabled\nstringData:\n"
        );
        for secret in self.secrets {
            let value = self.pen.value(&format!("{} | string | tojson", secret.key));
            let line = format!("  {}: {value}\n", yaml::quote(&secret.entry));
            if secret.is_there || self.secrets.len() == 1 {
                text.push_str(&line);
            } else {
                text.push_str(&self.pen.only_if("  ", &secret.key, &line));
            }
        }
        match self.condition_of_secret() {
            Some(condition) => self.pen.only_if("", &condition, &text),
            None => text,
        }
    }
}
