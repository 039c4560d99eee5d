//! What somebody asks for, held against what can work.

use diagnostics::Diagnostic;

use super::manifests::{self, Manifest, only_service};
use super::name::{Name, is_label};
use crate::rules;

/// An application to add.
#[derive(Clone)]
pub struct Request {
    /// What it is called.
    pub name: Name,
    /// What is deployed.
    pub origin: Origin,
    /// Host names of its route; no route without any. One without a dot is below each of the
    /// cluster's domains.
    pub hosts: Vec<String>,
    /// The gateway of the route.
    pub gateway: Gateway,
    /// The service behind the route; that of the manifests if there is one only, else one that is
    /// called as the application.
    pub service: Option<String>,
    /// Its port; that of the manifests if there is one only, else 80.
    pub port: Option<u16>,
    /// `KEY[:ENTRY]`: keys of `cluster.yaml` whose values its secret holds, each below an entry of
    /// this name, or of the key's.
    pub secrets: Vec<String>,
    /// `NAME:TYPE[:DEFAULT]`: further keys of `cluster.yaml`.
    pub keys: Vec<String>,
    /// The key that switches it on; without one it always is.
    pub switch: Option<String>,
}

/// What is deployed.
#[derive(Clone)]
pub enum Origin {
    /// A chart in a registry.
    Oci {
        /// `oci://HOST/PATH`.
        url: String,
        /// The version of the chart.
        version: String,
    },
    /// A chart of a repository of charts.
    Repository {
        /// `https://…`.
        url: String,
        /// The name of the chart.
        chart: String,
        /// Its version.
        version: String,
    },
    /// Objects as they are.
    Manifests(Vec<Manifest>),
}

/// Which gateway a route belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateway {
    /// The one in the network of the cluster.
    Internal,
    /// The one that the world reaches.
    External,
}

impl Gateway {
    /// As templates call it, without what stands before.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::External => "external",
        }
    }
}

impl Request {
    /// What of it cannot work, whatever the repository has.
    pub(super) fn problems(&self) -> Vec<Diagnostic> {
        let mut found = match &self.origin {
            Origin::Oci { url, version } => {
                let problems = registry(url).err().into_iter();
                problems.chain(version_problem(version)).collect()
            }
            Origin::Repository {
                url,
                chart,
                version,
            } => {
                let problems = repository(url).err().into_iter();
                let problems = problems.chain(chart_name(chart));
                problems.chain(version_problem(version)).collect()
            }
            Origin::Manifests(files) => manifests::problems(files),
        };
        if let Some(service) = self.service.as_deref().filter(|service| !is_label(service)) {
            found.push(
                rules::APP_INVALID_HOST.report(format!("`{service}` is not the name of a service")),
            );
        }
        if self.port == Some(0) {
            found.push(rules::APP_INVALID_HOST.report("no service has the port 0"));
        }
        found
    }

    /// The service behind its route, and the port.
    pub(super) fn backend(&self) -> (String, u16) {
        let (mut service, mut port) = (self.name.name.clone(), 80);
        if let Origin::Manifests(files) = &self.origin
            && let Some((name, first)) = only_service(files)
        {
            service = name;
            port = first;
        }
        (
            self.service.clone().unwrap_or(service),
            self.port.unwrap_or(port),
        )
    }
}

fn invalid_chart(message: String, hint: &str) -> Diagnostic {
    rules::APP_INVALID_CHART.report(message).hint(hint)
}

/// How messages name a chart. What has an `@` in it may have a password before it.
fn shown(chart: &str) -> String {
    if chart.contains('@') {
        "what `--chart` names".to_owned()
    } else {
        format!("`{chart}`")
    }
}

/// Checks `oci://HOST/PATH`, in the grammar of references of the distribution specification.
fn registry(url: &str) -> Result<(), Diagnostic> {
    let example =
        "write `oci://` with host and path, such as `oci://ghcr.io/stefanprodan/charts/podinfo`";
    let invalid = |why: &str, hint: &str| Err(invalid_chart(format!("{} {why}", shown(url)), hint));
    let Some(rest) = url.strip_prefix("oci://") else {
        if url.starts_with("https://") || url.starts_with("http://") {
            return invalid(
                "is no chart in a registry",
                "a repository of charts is `--repository URL --chart NAME`",
            );
        }
        return invalid("is no chart in a registry", example);
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.contains('@') {
        return invalid("has a user in it", "who may fetch a chart is not said here");
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.contains([':', '@']) {
        return invalid("has a version in it", "give that by `--version`");
    }
    let of_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
    let of_path =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    let is_part = |part: &str| {
        part.bytes().all(of_path)
            && part.starts_with(|first: char| first.is_ascii_alphanumeric())
            && part.ends_with(|last: char| last.is_ascii_alphanumeric())
    };
    let well_formed = host.starts_with(|first: char| first.is_ascii_alphanumeric())
        && host.bytes().all(of_host)
        && path.split('/').all(is_part);
    if well_formed {
        Ok(())
    } else {
        invalid("is no chart in a registry", example)
    }
}

fn repository(url: &str) -> Result<(), Diagnostic> {
    if url.starts_with("oci://") {
        return Err(invalid_chart(
            "`--repository` names a registry, and no repository of charts".to_owned(),
            "leave `--repository` out, and name the chart by `--chart oci://…/NAME`",
        ));
    }
    let rest = url.strip_prefix("https://").or(url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split('/').next());
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~/:%".contains(&byte);
    let starts = |host: &str| host.starts_with(|first: char| first.is_ascii_alphanumeric());
    if host.is_some_and(starts) && url.bytes().all(is_plain) {
        return Ok(());
    }
    // It may have a password in it.
    Err(invalid_chart(
        "`--repository` takes `https://` with host and path, without user, password or query"
            .to_owned(),
        "such as `https://grafana.github.io/helm-charts`",
    ))
}

fn chart_name(chart: &str) -> Option<Diagnostic> {
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let fits = chart.starts_with(|first: char| first.is_ascii_alphanumeric())
        && chart.bytes().all(of_name);
    (!fits).then(|| {
        invalid_chart(
            format!("{} is not the name of a chart", shown(chart)),
            "name it as the repository's index does, such as `grafana`",
        )
    })
}

/// One version, since what is deployed changes only by a commit.
fn version_problem(version: &str) -> Option<Diagnostic> {
    let plain = version.strip_prefix('v').unwrap_or(version);
    semver::Version::parse(plain).err().map(|_| {
        invalid_chart(
            format!("`{version}` is not one version of a chart"),
            "write all of it, such as `1.2.3`",
        )
    })
}
