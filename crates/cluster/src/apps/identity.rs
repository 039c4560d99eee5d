//! Whether it is the cluster of the repository.

use diagnostics::{Diagnostic, closest};
use kubernetes_client::Node;
use serde_json::Value;

use super::{Apps, Tell, text};
use crate::rules;

const HINT: &str = "is it the kubeconfig of this cluster? `ichor talos kubeconfig --force` fetches the one that is";

impl Apps<'_> {
    /// Whether the API server has its certificate from the cluster's authority.
    pub(super) fn has_our_authority(&self) -> Result<(), Diagnostic> {
        match &self.wanted.authority {
            Some(authority) if !self.client.trusts(authority) => Err(other(&format!(
                "the kubeconfig trusts another authority than that of the repository's cluster: `{}` is another one",
                self.client.server()
            ))),
            _ => Ok(()),
        }
    }

    /// Whether its nodes are ours, as far as there are any.
    pub(super) fn has_our_nodes(&self, nodes: &[Node]) -> Result<(), Diagnostic> {
        let wanted = &self.wanted.nodes;
        let is_ours = |node: &Node| wanted.contains(&node.name);
        if wanted.is_empty() || nodes.is_empty() || nodes.iter().any(is_ours) {
            return Ok(());
        }
        let mut names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
        names.truncate(5);
        let close = { names.iter() }
            .find_map(|name| closest(name, wanted.iter().map(String::as_str)))
            .map(|close| format!(" (the repository has `{close}`)"));
        Err(other(&format!(
            "`{}` has other nodes than the repository: `{}`{}",
            self.client.server(),
            names.join("`, `"),
            close.unwrap_or_default()
        )))
    }

    /// Whether a Flux that is there follows our repository.
    pub(super) fn has_our_flux(
        &self,
        instance: Option<&Value>,
        tell: &Tell<'_>,
    ) -> Result<(), Diagnostic> {
        let Some(wanted) = &self.wanted.origin else {
            return Ok(());
        };
        let found = match instance {
            Some(instance) => text(instance, "/spec/sync/url").to_owned(),
            None => self.root_source(tell)?,
        };
        if found.is_empty() || same_repository(&found, wanted) {
            return Ok(());
        }
        let (found, wanted) = (shown(&found), shown(wanted));
        Err(other(&format!(
            "Flux of `{}` follows `{found}`, and this repository is `{wanted}`",
            self.client.server()
        )))
    }
}

fn other(message: &str) -> Diagnostic {
    rules::CLUSTER_OTHER_CLUSTER.report(message).hint(HINT)
}

/// A repository's address by host and path: how it is reached is another matter.
fn place(address: &str) -> String {
    let (rest, is_url) = match address.split_once("://") {
        Some((_, rest)) => (rest, true),
        None => (address, false),
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or(host);
    let (host, path) = match host.split_once(':') {
        // `git@host:owner/repository`
        Some((host, first)) if !is_url => (host, format!("{first}/{path}")),
        Some((host, _port)) => (host, path.to_owned()),
        None => (host, path.to_owned()),
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    format!("{host}/{path}").to_ascii_lowercase()
}

/// Whether two addresses are those of one repository.
fn same_repository(one: &str, other: &str) -> bool {
    place(one) == place(other)
}

/// An address without a user and a password.
fn shown(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, rest)) => match rest.rsplit_once('@') {
            Some((_, rest)) => format!("{scheme}://{rest}"),
            None => address.to_owned(),
        },
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::same_repository;

    #[test]
    fn a_repository_is_the_same_however_it_is_reached() {
        let same = [
            "https://github.com/owner/repo.git",
            "https://github.com/Owner/repo",
            "ssh://git@github.com/owner/repo.git",
            "ssh://git@github.com:22/owner/repo",
            "git@github.com:owner/repo.git",
            "https://user:password@github.com/owner/repo/",
        ];
        for one in same {
            assert!(same_repository(one, same[0]), "{one}");
        }
        for other in [
            "https://github.com/owner/other.git",
            "https://gitlab.com/owner/repo",
            "git@github.com:other/repo.git",
            "",
        ] {
            assert!(!same_repository(other, same[0]), "{other}");
        }
    }
}
