//! Names that other services give.

use super::text::{InvalidValue, checked_text};
use crate::rules;

checked_text! {
    /// A URL with a scheme and a host.
    Url, |text| {
        let fits = text.split_once("://").is_some_and(|(scheme, rest)| {
            !scheme.is_empty()
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
                && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && !host_of(rest).is_empty()
        });
        if fits && is_printable(text) {
            Ok(())
        } else {
            Err(InvalidValue::new(&rules::VALUE_INVALID_URL, "is not a URL with a scheme and a host"))
        }
    }
}

checked_text! {
    /// The address of the Proxmox API, `http(s)://…/api2/json`.
    ProxmoxUrl, |text| {
        let invalid = |reason: &str| InvalidValue::new(&rules::PROXMOX_INVALID_URL, reason);
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let Some(rest) = rest.filter(|rest| !host_of(rest).is_empty() && is_printable(rest)) else {
            return Err(invalid("is not a URL that starts with `https://` or `http://`"));
        };
        if rest.ends_with("/api2/json") {
            return Ok(());
        }
        let invalid = invalid("does not end with `/api2/json`");
        let base = text.trim_end_matches('/');
        let base = base.strip_suffix("/api2").unwrap_or(base);
        let base = base.strip_suffix("/api2/json").unwrap_or(base);
        Err(invalid.hint_that(format!("write `{base}/api2/json`")))
    }
}

checked_text! {
    /// The name of a Proxmox API token, `user@realm!token`.
    TokenId, |text| {
        let fits = text.split_once('@').is_some_and(|(user, rest)| {
            rest.split_once('!').is_some_and(|(realm, token)| {
                [user, realm, token].iter().all(|part| !part.is_empty() && is_printable(part))
                    && !token.contains(['!', '@', '='])
            })
        });
        if fits {
            return Ok(());
        }
        // The text is not repeated in a hint: often a whole `id=secret` is put in here.
        Err(InvalidValue::new(&rules::PROXMOX_INVALID_TOKEN, "is not of the form `user@realm!token`"))
    }
}

checked_text! {
    /// A UUID, such as `12345678-1234-1234-1234-123456789abc`.
    Uuid, |text| {
        let groups: Vec<_> = text.split('-').collect();
        let fits = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
            && groups
                .iter()
                .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if fits {
            Ok(())
        } else {
            Err(InvalidValue::new(&rules::VALUE_INVALID_UUID, "is not a UUID"))
        }
    }
}

fn host_of(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

fn is_printable(text: &str) -> bool {
    !text.contains(|character: char| character.is_whitespace() || character.is_control())
}
