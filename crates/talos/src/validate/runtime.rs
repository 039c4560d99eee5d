//! Documents about registries, extensions and the system itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::common::{TEN_SECONDS, not_negative, scrub};
use super::formats;
use super::place::{Place, Report};
use super::url::{Url, splits_into_host_and_port};
use diagnostics::Severity;
use zeroize::Zeroizing;

use crate::rules;

mod images;

/// One document.
pub(super) fn check(document: &Place<'_>, report: &mut Report) {
    match document.key("kind").text() {
        "ExtensionServiceConfig" => extension(document, report),
        "OOMConfig" => not_negative(&document.key("sampleInterval"), report),
        "KmsgLogConfig" => kernel_log(document, report),
        "WatchdogTimerConfig" => watchdog(document, report),
        "EventSinkConfig" => {
            let endpoint = document.key("endpoint");
            if !splits_into_host_and_port(endpoint.text()) {
                report.bad(
                    &endpoint,
                    "a host with a port",
                    "write it like `10.0.0.5:8080`",
                );
            }
        }
        "EnvironmentConfig" => environment(document, report),
        "SideroLinkConfig" => siderolink(document, report),
        "RegistryMirrorConfig" => mirror(document, report),
        "RegistryAuthConfig" => login(document, report),
        "RegistryTLSConfig" => certificates(document, report),
        "DiscoveryIdentityConfig" => identity(document, report),
        "DiscoveryServiceConfig" => discovery(document, report),
        "UnattendedInstallConfig" => install(document, report),
        "FilesystemTrimConfig" => not_negative(&document.key("interval"), report),
        "FilesystemScrubConfig" => scrub(&document.key("interval"), report),
        "ContainerConfig" => container(document, report),
        "ImageVerificationConfig" => images::check(&document.key("rules"), report),
        _ => {}
    }
}

fn required(document: &Place<'_>, key: &'static str, hint: &str, report: &mut Report) {
    let place = document.key(key);
    if place.is_empty() {
        report.missing(&place, hint);
    }
}

/// Who the cluster is for the discovery service.
fn identity(document: &Place<'_>, report: &mut Report) {
    let hint = "take it from the secrets of the cluster";
    required(document, "clusterID", hint, report);
    required(document, "clusterSecret", hint, report);
    let secret = document.key("clusterSecret");
    let bytes = formats::base64(secret.text()).map(Zeroizing::new);
    if !secret.is_empty() && bytes.is_none_or(|bytes| bytes.len() != 32) {
        report.add(
            &secret,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            "the value is not 32 bytes in base64",
            hint,
        );
    }
}

fn discovery(document: &Place<'_>, report: &mut Report) {
    required(document, "name", "name it `default`, as Talos does", report);
    let place = document.key("endpoint");
    let hint = "write it like `https://discovery.talos.dev/`";
    if place.is_empty() {
        report.missing(&place, hint);
        return;
    }
    let fine = Url::read(place.text()).is_some_and(|url| {
        matches!(url.scheme.as_str(), "http" | "https" | "grpc") && !url.host.is_empty()
    });
    if !fine {
        report.bad(&place, "the URL of a discovery service", hint);
    }
}

/// How a machine installs Talos by itself.
fn install(document: &Place<'_>, report: &mut Report) {
    let image = document.keys(&["installer", "image"]);
    if image.is_empty() {
        report.add_as(
            Severity::Warning,
            &image,
            &rules::MACHINE_CONFIG_MISSING,
            "without an image only what Image Factory made can install itself",
            "write it like `factory.talos.dev/metal-installer/SCHEMATIC:v1.14.1`",
        );
    }
    let selector = document.keys(&["provisioning", "diskSelector", "match"]);
    if selector.is_empty() {
        report.missing(
            &selector,
            "say which disk: a patch of this document that leaves it out takes it away, even one of \
             the image alone",
        );
    }
}

/// What Talos runs without Kubernetes. How containers depend on each other is told of the whole.
fn container(document: &Place<'_>, report: &mut Report) {
    let name = document.key("name");
    let odd = |byte: u8| !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if name.is_empty() {
        report.missing(&name, "give the container a name");
    } else if name.text().len() > 63 || name.text().bytes().any(odd) {
        report.bad(
            &name,
            "a name of a container",
            "use up to 63 lower-case letters, digits and hyphens",
        );
    }
    let image = document.key("image");
    if image.is_empty() {
        report.missing(&image, "name the image of the container");
    } else if !image.text().contains("@sha256:") {
        report.add_as(
            Severity::Warning,
            &image,
            &rules::MACHINE_CONFIG_NOT_ADVISED,
            "the image has no digest, so that another may be run after each start",
            "write `@sha256:` and the digest behind it",
        );
    }
    for variable in document.key("environment").items() {
        if !variable.text().contains('=') {
            report.add(
                &variable,
                &rules::MACHINE_CONFIG_BAD_VALUE,
                "a variable is written as `KEY=value`",
                "add `=` and its value",
            );
        }
    }
}

fn extension(document: &Place<'_>, report: &mut Report) {
    required(
        document,
        "name",
        "name the service of the extension",
        report,
    );
    let files = document.key("configFiles");
    if files.is_empty() && document.key("environment").is_empty() {
        report.add(
            &files,
            &rules::MACHINE_CONFIG_MISSING,
            "neither `configFiles` nor `environment` configures the service",
            "set one of them, or take the document out",
        );
    }
    for file in files.items() {
        required(&file, "content", "write the file's text", report);
        required(&file, "mountPath", "say where the service finds it", report);
    }
}

fn kernel_log(document: &Place<'_>, report: &mut Report) {
    required(document, "name", "give the document a name", report);
    let place = document.key("url");
    let hint = "write it like `tcp://10.0.0.5:5044`";
    if place.is_empty() {
        report.missing(&place, hint);
        return;
    }
    let fine = Url::read(place.text()).is_some_and(|url| {
        matches!(url.scheme.as_str(), "tcp" | "udp")
            && matches!(url.path, "" | "/")
            && !url.port.is_empty()
    });
    if !fine {
        report.bad(&place, "a place for logs", hint);
    }
}

fn watchdog(document: &Place<'_>, report: &mut Report) {
    required(document, "device", "write it like `/dev/watchdog0`", report);
    let timeout = document.key("timeout");
    let time = formats::duration(timeout.text()).unwrap_or_default();
    if time != 0 && time < TEN_SECONDS {
        report.bad(&timeout, "long enough for a watchdog", "use at least `10s`");
    }
}

fn environment(document: &Place<'_>, report: &mut Report) {
    for (key, place) in document.key("variables").entries() {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let digit = key.starts_with(|one: char| one.is_ascii_digit());
        if key.is_empty() || digit || !key.bytes().all(plain) {
            report.add(
                &place,
                &rules::MACHINE_CONFIG_BAD_NAME,
                format!("`{key}` is not a name of a variable"),
                "use letters, digits and `_`, but no digit first",
            );
        }
    }
}

fn siderolink(document: &Place<'_>, report: &mut Report) {
    let place = document.key("apiUrl");
    if place.is_empty() {
        report.missing(&place, "write it like `grpc://10.0.0.5:8080`");
        return;
    }
    let fine = Url::read(place.text()).is_some_and(|url| {
        matches!(url.scheme.as_str(), "https" | "grpc") && matches!(url.path, "" | "/")
    });
    if !fine {
        // It may hold a token.
        report.add(
            &place,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            "the value is not the URL of SideroLink",
            "write it with `https://` or `grpc://`, and without a path",
        );
    }
}

fn mirror(document: &Place<'_>, report: &mut Report) {
    required(
        document,
        "name",
        "name the registry that is mirrored",
        report,
    );
    for endpoint in document.key("endpoints").items() {
        let place = endpoint.key("url");
        let scheme = Url::read(place.text()).map(|url| url.scheme);
        if place.is_empty() {
            report.missing(&place, "write it like `https://registry.example.org`");
        } else if !matches!(scheme.as_deref(), Some("http" | "https")) {
            report.bad(
                &place,
                "the URL of a registry",
                "write it like `https://registry.example.org`",
            );
        }
    }
}

fn login(document: &Place<'_>, report: &mut Report) {
    required(document, "name", "name the registry", report);
    let set = |key: &'static str| !document.key(key).is_empty();
    if set("username") && set("identityToken") {
        report.exclusive(&document.key("identityToken"), "username");
    }
    if set("auth") && (set("username") || set("identityToken")) {
        let other = if set("username") {
            "username"
        } else {
            "identityToken"
        };
        report.exclusive(&document.key("auth"), other);
    }
}

fn certificates(document: &Place<'_>, report: &mut Report) {
    required(document, "name", "name the registry", report);
    let authority = document.key("ca");
    if !authority.is_empty() && !is_pem(authority.text()) {
        not_pem(&authority, report);
    }
    let identity = document.key("clientIdentity");
    if !identity.is_there() {
        return;
    }
    for key in ["cert", "key"] {
        let place = identity.key(key);
        if !is_pem(place.text()) {
            not_pem(&place, report);
        }
    }
}

fn not_pem(place: &Place<'_>, report: &mut Report) {
    report.add(
        place,
        &rules::MACHINE_CONFIG_BAD_VALUE,
        "the value is not in PEM",
        "write it from `-----BEGIN` to `-----END`",
    );
}

/// Whether it holds a block of PEM. What is in the block, the node finds out.
fn is_pem(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("-----BEGIN ") else {
        return false;
    };
    let Some((label, rest)) = rest.split_once("-----") else {
        return false;
    };
    let Some((body, _)) = rest.split_once(&format!("-----END {label}-----")) else {
        return false;
    };
    let body: String = body.split_whitespace().collect();
    !body.is_empty() && STANDARD.decode(body).is_ok()
}
