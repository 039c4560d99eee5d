//! Authorities and keys of Kubernetes, which documents hold in PEM without base64 around it.

use std::fmt::Display;

use crate::certificates::{Certificate, ReadKey, pem_labels};
use crate::rules;
use crate::validate::place::{Place, Report};

/// How base64 of PEM begins: what documents must not hold, and `v1alpha1` does.
const ENCODED: &str = "LS0tLS1CRUdJTi";

/// `KubeAPIServerCAConfig`.
pub(super) fn of_kubernetes(document: &Place<'_>, report: &mut Report) {
    let issuing = document.key("issuingCA");
    if issuing.is_there() {
        pair(&issuing, report);
    }
    accepted(document, report);
}

/// `KubeAggregatorCAConfig`, which signs always.
pub(super) fn of_the_aggregator(document: &Place<'_>, report: &mut Report) {
    let issuing = document.key("issuingCA");
    if issuing.is_there() {
        pair(&issuing, report);
    } else {
        report.missing(&issuing, "take it from the secrets of the cluster");
    }
    accepted(document, report);
}

/// `KubeServiceAccountConfig`.
pub(super) fn service_account(document: &Place<'_>, report: &mut Report) {
    let issuer = document.key("issuer");
    key(&issuer.key("privateKey"), report);
    let url = issuer.key("issuerURL");
    if url.is_empty() {
        report.missing(&url, "write the endpoint of the cluster, letter for letter");
    }
}

/// A certificate with its key. That they belong together Talos does not look at.
fn pair(pair: &Place<'_>, report: &mut Report) {
    let certificate = pair.key("cert");
    if certificate.is_empty() {
        report.missing(&certificate, "take it from the secrets of the cluster");
    } else if let Err(fault) = Certificate::read_plain(certificate.text()) {
        broken(&certificate, &fault, report);
    }
    key(&pair.key("key"), report);
}

fn key(key: &Place<'_>, report: &mut Report) {
    if key.is_empty() {
        report.missing(key, "take it from the secrets of the cluster");
    } else if let Err(fault) = ReadKey::read_plain(key.text()) {
        broken(key, &fault, report);
    }
}

/// Certificates of authorities that are trusted and sign nothing: what is in them is not read.
fn accepted(document: &Place<'_>, report: &mut Report) {
    for place in document.key("acceptedCAs").items() {
        match pem_labels(place.text()) {
            Ok(labels) if labels.iter().all(|label| *label == Some("CERTIFICATE")) => {}
            Ok(_) => broken(
                &place,
                &"is PEM of something else than a certificate",
                report,
            ),
            Err(fault) => broken(&place, &fault, report),
        }
    }
}

fn broken(place: &Place<'_>, fault: &dyn Display, report: &mut Report) {
    if place.text().starts_with(ENCODED) {
        report.add(
            place,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            "the value is base64 of PEM, as `v1alpha1` has it; documents have PEM itself",
            "decode it: `base64 -d`",
        );
        return;
    }
    report.add(
        place,
        &rules::MACHINE_CONFIG_BAD_VALUE,
        format!("the value {fault}"),
        "take it from the secrets of the cluster, from `-----BEGIN` to `-----END`",
    );
}
