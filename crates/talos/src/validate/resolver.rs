//! Servers of names, and the node's own resolver.

use super::place::{Place, Report};
use diagnostics::Severity;

use crate::rules;

/// `ResolverConfig`. Releases before 1.14 check nothing of it.
pub(super) fn check(document: &Place<'_>, report: &mut Report) {
    if !report.has_documents() {
        return;
    }
    let own = document.key("hostDNS");
    if !own.key("enabled").is_true() {
        for key in ["forwardKubeDNSToHost", "resolveMemberNames"] {
            let place = own.key(key);
            if place.is_true() {
                report.add(
                    &place,
                    &rules::MACHINE_CONFIG_NEEDS,
                    format!("`{key}` needs the node's own resolver, which is off"),
                    format!("write `{key}: false` in the same place, or `enabled: true`"),
                );
            }
        }
    }
    let servers = document.key("nameservers");
    let all = servers.items();
    for server in &all {
        let address = server.key("address");
        if address.is_empty() {
            report.missing(&address, "write it like `10.0.0.53`");
        }
        let (protocol, name) = (server.key("protocol"), server.key("tlsServerName"));
        match (is_encrypted(server), name.is_empty()) {
            (true, true) => report.missing(
                &name,
                format!(
                    "`{}` needs the name in the server's certificate",
                    protocol.text()
                ),
            ),
            (false, false) => report.add(
                &name,
                &rules::MACHINE_CONFIG_NEEDS,
                "`tlsServerName` has no use without encryption",
                "write `protocol: DoT` or `protocol: DoH` beside it, or take it out",
            ),
            _ => {}
        }
    }
    if !all.is_empty() && all.iter().all(is_encrypted) {
        report.add_as(
            Severity::Warning,
            &servers,
            &rules::MACHINE_CONFIG_NOT_ADVISED,
            "all servers of names are asked with encryption, for which the clock must be right; and \
             servers of time are found by their names",
            "add one without `protocol`, or name the servers of time by their addresses",
        );
    }
}

/// Whether a server is asked through TLS.
pub(super) fn is_encrypted(server: &Place<'_>) -> bool {
    let protocol = server.key("protocol").text();
    ["DoT", "DoH"]
        .iter()
        .any(|one| protocol.eq_ignore_ascii_case(one))
}
