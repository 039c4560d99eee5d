//! Host names of a route, and how templates write them so that no output has a domain in the clear.

use diagnostics::Diagnostic;

use super::name::is_label;
use super::pen::Pen;
use crate::rules;

/// How the cluster's domains reach a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Domains {
    /// Flux fills in `SECRET_DOMAIN`, `SECRET_DOMAIN_2` and so on.
    Numbered,
    /// Flux fills in `SECRET_DOMAIN`, the primary one.
    Primary,
    /// The template itself does.
    Rendered,
}

/// The host names of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hosts {
    /// Labels before each of the domains.
    everywhere: Vec<String>,
    /// Names in one of them, with its number: the label before it, or none for the domain itself.
    single: Vec<(Option<String>, usize)>,
    domains: Domains,
}

impl Hosts {
    /// Reads host names; `known` are the cluster's domains, the primary one first.
    pub(super) fn read(
        texts: &[String],
        known: &[String],
        domains: Domains,
    ) -> Result<Self, Diagnostic> {
        let mut hosts = Self {
            everywhere: Vec::new(),
            single: Vec::new(),
            domains,
        };
        for text in texts {
            if !text.contains('.') && is_label(text) {
                hosts.everywhere.push(text.clone());
                continue;
            }
            let found = known.iter().enumerate().find_map(|(index, domain)| {
                let before = text.strip_suffix(domain.as_str())?;
                if before.is_empty() {
                    return Some((None, index));
                }
                let label = before.strip_suffix('.').filter(|label| is_label(label))?;
                Some((Some(label.to_owned()), index))
            });
            let Some(found) = found else {
                let shown: Vec<_> = known.iter().map(|domain| format!("`{domain}`")).collect();
                return Err(rules::APP_INVALID_HOST
                    .report(format!(
                        "`{text}` is no domain of the cluster, nor directly below one"
                    ))
                    .hint(match shown.len() {
                        0 => "set `cloudflare_domain` first, or write a name without a dot"
                            .to_owned(),
                        _ => format!(
                            "write a name without a dot, which is then below {}, or one with it",
                            shown.join(" and ")
                        ),
                    }));
            };
            hosts.single.push(found);
        }
        hosts.everywhere.dedup();
        hosts.single.dedup();
        Ok(hosts)
    }

    /// As items of a list.
    pub(super) fn items(&self, indent: &str, pen: &Pen) -> String {
        let mut lines = String::new();
        let mut add = |host: String| lines.push_str(&format!("{indent}- \"{host}\"\n"));
        for (label, index) in &self.single {
            let domain = self.domain(*index, pen);
            add(match label {
                Some(label) => format!("{label}.{domain}"),
                None => domain,
            });
        }
        if self.everywhere.is_empty() {
            return lines;
        }
        let mut inner = String::new();
        let domain = match self.domains {
            Domains::Primary => {
                for label in &self.everywhere {
                    add(format!("{label}.{}", self.domain(0, pen)));
                }
                return lines;
            }
            Domains::Numbered => {
                let number = pen.value("'' if loop.first else '_' ~ loop.index");
                format!("${{SECRET_DOMAIN{number}}}")
            }
            Domains::Rendered => pen.value("domain"),
        };
        for label in &self.everywhere {
            inner.push_str(&format!("{indent}- \"{label}.{domain}\"\n"));
        }
        let begin = pen.statement("for domain in cloudflare_domains");
        let end = pen.statement("endfor");
        format!("{lines}{indent}{begin}\n{inner}{indent}{end}\n")
    }

    fn domain(&self, index: usize, pen: &Pen) -> String {
        match (self.domains, index) {
            (Domains::Numbered | Domains::Primary, 0) => "${SECRET_DOMAIN}".to_owned(),
            (Domains::Numbered, index) => format!("${{SECRET_DOMAIN_{}}}", index + 1),
            _ => pen.value(&format!("cloudflare_domains[{index}]")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(hosts: &[&str], domains: Domains) -> Result<String, Diagnostic> {
        let owned = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        let known = owned(&["example.com", "example.org"]);
        let hosts = Hosts::read(&owned(hosts), &known, domains)?;
        Ok(hosts.items("", &Pen(render::Delimiters::family())))
    }

    #[test]
    fn a_host_is_below_every_domain_or_in_one() {
        assert_eq!(
            items(&["wiki", "a.example.org", "example.com"], Domains::Numbered).expect("hosts"),
            "- \"a.${SECRET_DOMAIN_2}\"\n\
             - \"${SECRET_DOMAIN}\"\n\
             #% for domain in cloudflare_domains %#\n\
             - \"wiki.${SECRET_DOMAIN#{ '' if loop.first else '_' ~ loop.index }#}\"\n\
             #% endfor %#\n"
        );
        assert_eq!(
            items(&["wiki", "a.example.org"], Domains::Primary).expect("hosts"),
            "- \"a.#{ cloudflare_domains[1] }#\"\n- \"wiki.${SECRET_DOMAIN}\"\n"
        );
        assert_eq!(
            items(&["wiki"], Domains::Rendered).expect("hosts"),
            "#% for domain in cloudflare_domains %#\n- \"wiki.#{ domain }#\"\n#% endfor %#\n"
        );
    }

    #[test]
    fn the_gateway_has_no_certificate_for_others() {
        for host in [
            "a.b.example.com",
            "other.net",
            "Wiki",
            "*",
            "*.example.com",
            "",
            ".",
            "wiki.",
            "badexample.com",
            "a b",
            "https://a.example.com",
            "a.example.com:8443",
            "-a",
        ] {
            let problem = items(&[host], Domains::Numbered).expect_err(host);
            assert_eq!(problem.rule.id(), "app/invalid-host", "{host}");
        }
    }
}
