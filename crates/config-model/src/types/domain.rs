//! DNS names.

use std::net::IpAddr;

use diagnostics::Rule;

use super::text::{InvalidValue, checked_text, is_label};
use crate::rules;

checked_text! {
    /// A domain of two or more labels, in lower case, such as `example.com`.
    DomainName, |text| {
        let labels = check_name(text, &rules::DOMAIN_INVALID)?;
        if labels < 2 {
            return Err(InvalidValue::new(&rules::DOMAIN_INVALID, "has no dot, so it is no domain"));
        }
        Ok(())
    }
}

impl DomainName {
    /// Whether this domain is `parent` or below it.
    ///
    /// ```
    /// # use config_model::types::DomainName;
    /// let domain: DomainName = "lab.example.com".parse()?;
    /// assert!(domain.is_within(&"example.com".parse()?));
    /// assert!(!domain.is_within(&"ample.com".parse()?));
    /// # Ok::<(), config_model::types::InvalidValue>(())
    /// ```
    pub fn is_within(&self, parent: &Self) -> bool {
        self.as_str()
            .strip_suffix(parent.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

checked_text! {
    /// A host name of one or more labels.
    HostName, |text| {
        check_name(&text.to_ascii_lowercase(), &rules::ADDRESS_OR_HOST_INVALID).map(|_| ())
    }
}

checked_text! {
    /// A name in a certificate: a DNS name or an IP address.
    AlternativeName, |text| {
        if text.parse::<IpAddr>().is_ok() {
            return Ok(());
        }
        check_name(&text.to_ascii_lowercase(), &rules::SAN_INVALID).map(|_| ())
    }
}

/// Checks a DNS name and returns how many labels it has. Labels may be punycode.
fn check_name(text: &str, rule: &'static Rule) -> Result<usize, InvalidValue> {
    let invalid = |reason: &str| InvalidValue::new(rule, reason);
    if text.len() > 253 {
        return Err(invalid("is longer than the 253 characters of a DNS name"));
    }
    let lower = text.to_ascii_lowercase();
    let labels: Vec<_> = lower.split('.').collect();
    let well_formed = labels.iter().all(|label| is_label(label));
    if well_formed && lower != text {
        return Err(invalid("has upper-case letters").hint_that(format!("write `{lower}`")));
    }
    if well_formed {
        let top = labels.last().copied().unwrap_or_default();
        if labels.len() > 1 && top.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid("ends with a number, as no DNS name does"));
        }
        return Ok(labels.len());
    }
    Err(without_decoration(&lower).map_or_else(
        || invalid("is not a DNS name"),
        |plain| invalid("is not a DNS name").hint_that(format!("write `{plain}`")),
    ))
}

/// The name inside a URL, a wildcard or a name with a final dot.
fn without_decoration(text: &str) -> Option<&str> {
    let text = text.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.split(['/', ':']).next()?;
    let text = text.strip_prefix("*.").unwrap_or(text);
    let text = text.strip_suffix('.').unwrap_or(text);
    text.split('.').all(is_label).then_some(text)
}
