//! What others write, without what nobody may see.

use diagnostics::{MASK, Secrets};

/// A text of a controller or a container without the secrets that are known, and without what
/// stands before the host of an address.
pub(crate) fn clean(text: &str, secrets: &Secrets) -> String {
    let text = secrets.mask(text);
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once("://") {
        cleaned.push_str(before);
        cleaned.push_str("://");
        let ends = |one: char| one == '/' || one.is_whitespace() || "\"'`<>".contains(one);
        let end = behind.find(ends).unwrap_or(behind.len());
        let (authority, behind) = behind.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                cleaned.push_str(MASK);
                cleaned.push('@');
                cleaned.push_str(host);
            }
            None => cleaned.push_str(authority),
        }
        rest = behind;
    }
    cleaned.push_str(rest);
    cleaned
}

#[cfg(test)]
mod tests {
    use diagnostics::Secrets;

    use super::clean;

    #[test]
    fn neither_secrets_nor_passwords_of_addresses_are_shown() {
        let secrets = Secrets::new(["hunter2!"]);
        for (text, cleaned) in [
            ("it says hunter2!", "it says <redacted>"),
            (
                "cannot clone 'https://user:pass@git.example/a@b': no",
                "cannot clone 'https://<redacted>@git.example/a@b': no",
            ),
            (
                "ssh://git@host and http://a:b@c",
                "ssh://<redacted>@host and http://<redacted>@c",
            ),
            (
                "oci://registry.example/x@sha256:0",
                "oci://registry.example/x@sha256:0",
            ),
            ("://", "://"),
        ] {
            assert_eq!(clean(text, &secrets), cleaned);
        }
    }
}
