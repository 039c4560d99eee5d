//! The `talosconfig` of a cluster: kept as long as it serves, since each new certificate is a
//! change that nobody asked for.

use std::time::Duration;

use camino::Utf8Path;
use diagnostics::{Diagnostic, Diagnostics, Location};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use talos::bundle::{KeyPair, SecretText};
use talos::certificates::{self, ApiRole, Facts};
use talos::generate::Role;
use talos::talosconfig::{self as file, Talosconfig};
use zeroize::Zeroizing;

use super::{Machines, Made, clock};
use repository::View;

use crate::rules;

/// A certificate that ends sooner than this is replaced.
const RENEWAL: Duration = Duration::from_hours(30 * 24);

/// The text of the file at `path`, for `lifetime` if its certificate must be a new one. What is
/// there stays letter for letter if it is for this cluster and its nodes and does not end
/// within 30 days; contexts of other clusters stay in any case.
///
/// # Errors
///
/// A file that cannot be read; an authority that cannot sign.
pub fn talosconfig(
    machines: &Machines<'_>,
    view: &View<'_>,
    path: &Utf8Path,
    made: &[Made],
    lifetime: Duration,
) -> Result<Zeroizing<String>, Diagnostics> {
    let addresses = |wanted: &dyn Fn(&Made) -> bool| -> Vec<String> {
        let made = made.iter().filter(|made| wanted(made));
        made.flat_map(|made| made.addresses.clone()).collect()
    };
    let endpoints = addresses(&|made| made.role == Role::ControlPlane);
    let nodes = addresses(&|_| true);
    let cluster = machines.cluster_name();
    let now = machines.now;
    let existing = match view.text(path.as_str())? {
        Some(source) => {
            let hidden = yaml::mask::values(source.text());
            let source = source.with_secrets(hidden);
            let (config, problems) = file::read(&source);
            if problems.has_errors() {
                return Err(problems);
            }
            config.map(|config| (config, source))
        }
        None => None,
    };
    if let Some((config, source)) = &existing
        && let Some(context) = config.get(cluster)
    {
        let ours = context.authority.as_ref() == Some(&machines.bundle.os.certificate);
        let certificate = context.certificate.as_ref().map(SecretText::expose);
        let fresh = certificate
            .and_then(|text| Facts::read(text).ok())
            .is_some_and(|facts| facts.not_after > now + RENEWAL.min(lifetime / 2));
        let client = context.certificate.clone().zip(context.key.clone());
        let serves = client.is_some_and(|(certificate, key)| {
            let client = KeyPair { certificate, key };
            certificates::serves(&client, machines.bundle.os.certificate.expose())
        });
        if ours && fresh && serves && context.endpoints == endpoints && context.nodes == nodes {
            return Ok(Zeroizing::new(source.text().to_owned()));
        }
    }
    let random = &mut UnwrapErr(SysRng);
    let os = &machines.bundle.os;
    let begin = clock::plausible(now)?;
    let admin = certificates::admin(os, &[ApiRole::Admin], lifetime, random, begin)
        .map_err(|error| unsigned(path, &error.to_string()))?;
    let new = Talosconfig::new(cluster, endpoints, nodes, os, admin);
    let config = match existing {
        Some((mut config, _)) => {
            config.replace(new);
            config
        }
        None => new,
    };
    Ok(config.to_yaml())
}

fn unsigned(path: &Utf8Path, reason: &str) -> Diagnostic {
    rules::TALOS_NO_CLIENT_CERTIFICATE
        .report(format!("no certificate can be made for `{path}`: {reason}"))
        .at(Location::file(path.as_str()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use std::time::SystemTime;

    use super::*;
    use crate::{Places, Secrets};

    /// 2026-11-29T00:00:00Z.
    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_hours(498_864)
    }

    const TALCONFIG: &str = "clusterName: demo
talosVersion: v1.13.7
kubernetesVersion: v1.36.1
endpoint: https://10.0.0.5:6443
nodes:
  - hostname: n1
    ipAddress: 10.0.0.11
    controlPlane: true
    installDisk: /dev/sda
";

    #[test]
    fn an_authority_without_its_key_signs_nothing() {
        let view: View<'_> = [("talconfig.yaml", TALCONFIG)].into_iter().collect();
        let keys = vault::Keys::new(&view, Box::new(Default::default));
        let places = Places::find(&view);
        let opened = Machines::open(&view, &places, &keys, Secrets::Optional, now());
        let mut machines = opened.expect("nothing is wrong");
        let day = Duration::from_hours(24);
        let make = |machines: &Machines<'_>| {
            let made = talosconfig(machines, &view, "talosconfig".into(), &[], day);
            made.map(|text| text.to_string())
        };
        assert!(make(&machines).is_ok_and(|text| text.contains("context: demo")));
        machines.bundle.os.key = certificates::REDACTED.into();
        let problems = make(&machines).expect_err("there is no key");
        let rules: Vec<_> = problems.iter().map(|problem| problem.rule.id()).collect();
        assert_eq!(rules, ["talos/no-client-certificate"]);
    }
}
