//! Documents about names, times, firewalls and routes.

use super::common::{KUBESPAN_MTU, least, not_negative, subnet};
use super::formats;
use super::place::{Place, Report};
use super::url::Url;

use crate::rules;

/// Priorities of rules that the system has itself, and `KubeSpan`'s.
const RESERVED: [u32; 4] = [0, 32500, 32766, 32767];

/// The releases from which on a node may be left without any name of its own.
const OFF_ALONE: [(u32, u32); 2] = [(12, 9), (13, 3)];

/// One document.
pub(super) fn check(document: &Place<'_>, report: &mut Report) {
    match document.key("kind").text() {
        "HostnameConfig" => hostname(document, report),
        "StaticHostConfig" => static_host(document, report),
        "TimeSyncConfig" => time(document, report),
        "KubeSpanConfig" => kubespan(document, report),
        "NetworkRuleConfig" => firewall(document, report),
        "TCPProbeConfig" => probe(document, "endpoint", report),
        "HTTPProbeConfig" => http_probe(document, report),
        "BlackholeRouteConfig" => {
            let name = document.key("name");
            if name.is_empty() {
                report.missing(&name, "name the document by its network");
            } else if !formats::is_prefix(name.text()) {
                report.bad(&name, "a network", "name the document by its network");
            }
        }
        _ => routing_rule(document, report),
    }
}

fn hostname(document: &Place<'_>, report: &mut Report) {
    let (auto, hostname) = (document.key("auto"), document.key("hostname"));
    // A name alone means `off`.
    let mode = match auto.text() {
        "" => "off".to_owned(),
        mode => mode.to_lowercase(),
    };
    if !auto.is_there() && hostname.is_empty() {
        report.missing(
            &hostname,
            "set `hostname` and `auto: off`, or `auto: stable`",
        );
        return;
    }
    if mode == "off" && hostname.is_empty() && report.release.is_before(&OFF_ALONE) {
        let release = report.release;
        report.add(
            &auto,
            &rules::MACHINE_CONFIG_NEEDS,
            format!("Talos {release} takes `auto: off` with a `hostname` only"),
            "set `hostname`, or use Talos 1.12.9, 1.13.3 or newer",
        );
    }
    if mode == "talos-addr" {
        report.bad(&auto, "a way to name a node", "write `stable` or `off`");
    }
    if mode != "off" && !hostname.is_empty() {
        report.add(
            &auto,
            &rules::MACHINE_CONFIG_NEEDS,
            "a name of your own needs `auto: off`",
            "write `auto: off`",
        );
    }
    if hostname.is_empty() {
        return;
    }
    let label = hostname.text().split('.').next().unwrap_or_default();
    if hostname.text().len() > 253 || label.is_empty() || label.len() > 63 {
        report.bad(
            &hostname,
            "a hostname",
            "use up to 63 characters before the first dot, and up to 253 in all",
        );
    }
}

fn static_host(document: &Place<'_>, report: &mut Report) {
    let name = document.key("name");
    if name.is_empty() {
        report.missing(&name, "name the document by its address");
    } else if !formats::is_address(name.text()) {
        report.bad(&name, "an IP address", "name the document by its address");
    }
    let hostnames = document.key("hostnames");
    if hostnames.is_empty() {
        report.missing(&hostnames, "list the names of the address");
    }
}

fn time(document: &Place<'_>, report: &mut Report) {
    not_negative(&document.key("bootTimeout"), report);
    if document.key("ntp").is_there() && document.key("ptp").is_there() {
        report.exclusive(&document.key("ptp"), "ntp");
    }
    // Certificates are of names.
    let ntp = document.key("ntp");
    for server in ntp.key("servers").items() {
        if ntp.key("useNTS").is_true() && server.text().parse::<std::net::IpAddr>().is_ok() {
            report.bad(
                &server,
                "the name of a server",
                "name the server, since NTS looks at its certificate; or leave `useNTS` out",
            );
        }
    }
}

fn kubespan(document: &Place<'_>, report: &mut Report) {
    let mtu = document.key("mtu");
    if mtu.is_there() && mtu.number() < KUBESPAN_MTU {
        least(&mtu, KUBESPAN_MTU, report);
    }
    for endpoint in document.keys(&["filters", "endpoints"]).items() {
        subnet(&endpoint, report);
    }
}

/// A rule of the firewall.
pub(super) fn firewall(document: &Place<'_>, report: &mut Report) {
    let name = document.key("name");
    if name.is_empty() {
        report.missing(&name, "give the rule a name");
    }
    let ports = document.keys(&["portSelector", "ports"]);
    if ports.is_empty() {
        report.missing(&ports, "list the ports of the rule");
    }
    let mut seen: Vec<(u16, u16)> = Vec::new();
    for place in ports.items() {
        let Some((low, high)) = formats::port_range(place.text()) else {
            continue;
        };
        if low > high {
            report.bad(
                &place,
                "a range of ports",
                format!("turn it around: `{high}-{low}`"),
            );
        } else if let Some((first, last)) = seen
            .iter()
            .find(|(first, last)| low <= *last && *first <= high)
        {
            let other = if first == last {
                first.to_string()
            } else {
                format!("{first}-{last}")
            };
            report.add(
                &place,
                &rules::MACHINE_CONFIG_DUPLICATE,
                format!("`{}` overlaps with `{other}`", place.text()),
                "write one range",
            );
        }
        seen.push((low, high));
    }
    for rule in document.key("ingress").items() {
        let network = rule.key("subnet");
        if network.is_empty() {
            report.missing(&network, "write it like `10.0.0.0/24`");
        }
    }
}

fn http_probe(document: &Place<'_>, report: &mut Report) {
    probe(document, "url", report);
    let url = document.key("url");
    let fine = Url::read(url.text())
        .is_some_and(|url| matches!(url.scheme.as_str(), "http" | "https") && !url.host.is_empty());
    if !url.is_empty() && !fine {
        report.bad(&url, "a URL", "write it like `https://10.0.0.1/healthz`");
    }
}

/// A probe, whose target stands under a key.
fn probe(document: &Place<'_>, target: &'static str, report: &mut Report) {
    let example = match target {
        "url" => "write it like `https://10.0.0.1/healthz`",
        _ => "write it like `10.0.0.1:443`",
    };
    for (key, hint) in [("name", "give the probe a name"), (target, example)] {
        let place = document.key(key);
        if place.is_empty() {
            report.missing(&place, hint);
        }
    }
    not_negative(&document.key("timeout"), report);
    not_negative(&document.key("interval"), report);
    let threshold = document.key("failureThreshold");
    if threshold.number() < 0 {
        least(&threshold, 0, report);
    }
}

fn routing_rule(document: &Place<'_>, report: &mut Report) {
    let name = document.key("name");
    let digits = name.text().bytes().all(|byte| byte.is_ascii_digit());
    let priority = name.text().parse::<u32>().ok().filter(|_| digits);
    if name.is_empty() {
        report.missing(&name, "name the document by its priority, such as `1000`");
    } else if priority.is_none_or(|priority| RESERVED.contains(&priority)) {
        report.bad(
            &name,
            "a priority of a rule",
            "name the document by a number from 1 to 32765, but not 32500",
        );
    }
    let table = document.key("table");
    let action = document.key("action");
    let no_table = matches!(table.text().to_lowercase().as_str(), "" | "unspec");
    let plain = matches!(
        action.text().to_lowercase().as_str(),
        "" | "unspec" | "unicast"
    );
    if no_table && plain {
        report.missing(
            &table,
            "name a routing table, or an action such as `blackhole`",
        );
    }
    let mask = document.key("fwMask");
    if mask.number() != 0 && document.key("fwMark").number() == 0 {
        report.add(
            &mask,
            &rules::MACHINE_CONFIG_NEEDS,
            "`fwMask` has no effect without `fwMark`",
            "set `fwMark`",
        );
    }
}
