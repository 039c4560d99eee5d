//! Rules by which images are verified.

use crate::rules;
use crate::validate::place::{Place, Report};

/// All rules.
pub(super) fn check(rules: &Place<'_>, report: &mut Report) {
    for rule in rules.items() {
        pattern(&rule.key("image"), report);
        let (skip, deny) = (rule.key("skip").is_true(), rule.key("deny").is_true());
        let (keyless, public) = (rule.key("keyless"), rule.key("publicKey"));
        if skip && deny {
            report.exclusive(&rule.key("deny"), "skip");
        }
        for verifier in [&keyless, &public] {
            if (skip || deny) && verifier.is_there() {
                report.exclusive(verifier, if skip { "skip" } else { "deny" });
            }
        }
        if keyless.is_there() && public.is_there() {
            report.exclusive(&public, "keyless");
        }
        if !(skip || deny || keyless.is_there() || public.is_there()) {
            report.add(
                &rule,
                &rules::MACHINE_CONFIG_MISSING,
                "nothing says how images are verified",
                "set one of `keyless`, `publicKey`, `skip`, `deny`",
            );
        }
        if keyless.is_there() {
            let issuer = keyless.key("issuer");
            if issuer.is_empty() {
                report.missing(&issuer, "write the URL of the issuer");
            }
            let subject = keyless.key("subject");
            if subject.is_empty() && keyless.key("subjectRegex").is_empty() {
                report.missing(&subject, "set `subject` or `subjectRegex`");
            }
        }
        let certificate = public.key("certificate");
        if public.is_there() && certificate.is_empty() {
            report.missing(&certificate, "write the key in PEM");
        }
    }
}

/// Tags and digests take no part in the match.
fn pattern(image: &Place<'_>, report: &mut Report) {
    let text = image.text();
    if text.is_empty() {
        report.missing(image, "write it like `registry.example.org/*`");
        return;
    }
    let has_tag = text
        .split_once('/')
        .is_some_and(|(_, repository)| repository.contains(':'));
    if text.contains('@') || has_tag {
        report.add(
            image,
            &rules::MACHINE_CONFIG_IMAGE_TAG,
            "a rule matches registry and repository, never a tag or a digest",
            "leave the tag and the digest out",
        );
    }
    if !text.contains('/') && text != "*" {
        report.add(
            image,
            &rules::MACHINE_CONFIG_SHORT_IMAGE,
            format!("`{text}` stands for an image of `docker.io`"),
            format!("write `docker.io/library/{text}`, or the registry that you mean"),
        );
    }
}
