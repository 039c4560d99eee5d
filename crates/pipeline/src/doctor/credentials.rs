//! What nodes and the API server are reached with: of which cluster, and for how long.

use std::time::{Duration, SystemTime};

use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use machines::kubeconfig::Access;
use repository::names;
use talos::bundle::SecretText;
use talos::certificates::{Facts, certificates_der};
use talos::talosconfig;

use super::Check;
use crate::rules;

/// A certificate that ends sooner than this is told of.
const SOON: Duration = Duration::from_hours(30 * 24);

const DAY: u64 = 24 * 60 * 60;

/// The certificate of a client, and whom it is for.
struct Client<'a> {
    /// What the check is called, and what is to be run for a new one.
    words: [&'static str; 2],
    file: &'a str,
    /// In base64 of PEM.
    certificate: Option<&'a str>,
    /// The authority that the file names, in base64 of PEM.
    authority: Option<&'a str>,
    /// The authority of the cluster, where that is known here.
    ours: Option<&'a str>,
}

/// Looks at a talosconfig. `authority` is that of the cluster's Talos, in base64 of PEM; none where
/// the cluster's secrets are not at hand.
pub fn talosconfig(source: &Source, authority: Option<&str>, now: SystemTime) -> Check {
    let words = [names::TALOSCONFIG, "ichor talos generate-config"];
    let source = source
        .clone()
        .with_secrets(yaml::mask::values(source.text()));
    let (config, problems) = talosconfig::read(&source);
    let Some(config) = config else {
        return Check::of(words[0], "cannot be read", problems);
    };
    let Some(context) = config.current() else {
        let problem = talos::rules::TALOSCONFIG_NO_SUCH_CONTEXT
            .report(format!("`{}` has no current context", source.name()))
            .at(Location::file(source.name()))
            .hint(format!("`{}` makes one", words[1]));
        return Check::of(words[0], "has no current context", problem.into());
    };
    let client = Client {
        words,
        file: source.name(),
        certificate: context.certificate.as_ref().map(SecretText::expose),
        authority: context.authority.as_ref().map(SecretText::expose),
        ours: authority,
    };
    client.check(problems, now)
}

/// Looks at a kubeconfig. `authority` is that of the cluster's Kubernetes, in base64 of PEM; none
/// where the cluster's secrets are not at hand.
pub fn kubeconfig(source: &Source, authority: Option<&str>, now: SystemTime) -> Check {
    let words = [names::KUBECONFIG, "ichor talos kubeconfig --force"];
    let Some(access) = Access::read(source) else {
        let problem = kubeconfig_broken(source);
        return Check::of(words[0], "has no current context", problem.into());
    };
    let client = Client {
        words,
        file: source.name(),
        certificate: access.certificate.as_deref(),
        authority: access.authority.as_deref(),
        ours: authority,
    };
    client.check(Diagnostics::new(), now)
}

fn kubeconfig_broken(source: &Source) -> Diagnostic {
    rules::DOCTOR_NO_CONTEXT
        .report(format!("`{}` has no current context", source.name()))
        .at(Location::file(source.name()))
        .hint("`ichor talos kubeconfig --force` fetches another")
}

impl Client<'_> {
    fn check(&self, mut problems: Diagnostics, now: SystemTime) -> Check {
        let [name, renewal] = self.words;
        let at = Location::file(self.file);
        let whose = match self.is_ours() {
            Some(false) => {
                problems.push(
                    rules::DOCTOR_OTHER_CLUSTER
                        .report(format!("`{}` is of another cluster", self.file))
                        .at(at.clone())
                        .hint(format!("`{renewal}` makes one for this")),
                );
                "of another cluster"
            }
            Some(true) => "of this cluster",
            None => "",
        };
        let whose = |rest: &str| match whose {
            "" => format!("{rest}; of which cluster is not known here"),
            whose => format!("{whose}, {rest}"),
        };
        let Some(certificate) = self.certificate else {
            return Check::of(name, whose("without a certificate"), problems);
        };
        let Ok(facts) = Facts::read(certificate) else {
            problems.push(
                rules::DOCTOR_BAD_CERTIFICATE
                    .report(format!("the certificate in `{}` cannot be read", self.file))
                    .at(at)
                    .hint(format!("`{renewal}` makes a new one")),
            );
            return Check::of(name, "cannot be used", problems);
        };
        let left = facts.not_after.duration_since(now);
        let days = left.as_ref().map_or(0, |left| left.as_secs() / DAY);
        let days = match days {
            1 => "1 day left".to_owned(),
            _ => format!("{days} days left"),
        };
        let what = match left {
            Err(_) => {
                problems.push(
                    rules::DOCTOR_CERTIFICATE_ENDED
                        .report(format!("the certificate in `{}` has ended", self.file))
                        .at(at)
                        .hint(format!("`{renewal}` makes a new one")),
                );
                whose("ended")
            }
            Ok(left) if left < SOON => {
                problems.push(
                    rules::DOCTOR_CERTIFICATE_ENDS
                        .report(format!("the certificate in `{}` has {days}", self.file))
                        .at(at)
                        .hint(format!("`{renewal}` makes a new one")),
                );
                whose(&days)
            }
            Ok(_) => whose(&days),
        };
        Check::of(name, what, problems)
    }

    /// Whether the authority is the cluster's; none where one of both is not known.
    fn is_ours(&self) -> Option<bool> {
        let [named, ours] = [self.authority?, self.ours?].map(|text| certificates_der(text).ok());
        let (named, ours) = (named?, ours?);
        Some(ours.iter().any(|one| named.contains(one)))
    }
}
