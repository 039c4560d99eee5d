//! URLs as far as Talos looks at them.

/// A URL in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url<'a> {
    pub(super) scheme: String,
    /// The host without brackets.
    pub(super) host: &'a str,
    pub(super) port: &'a str,
    pub(super) path: &'a str,
}

impl<'a> Url<'a> {
    /// Reads a URL as leniently as Go does: most texts are relative ones.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return None;
        }
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        if !escapes_are_whole(fragment) {
            return None;
        }
        let (scheme, rest) = scheme(text)?;
        let rest = rest.split('?').next().unwrap_or_default();
        let mut url = Self {
            scheme: scheme.to_ascii_lowercase(),
            host: "",
            port: "",
            path: rest,
        };
        if !rest.starts_with('/') {
            // What has a scheme but no slash is opaque: it has no path.
            if !url.scheme.is_empty() {
                url.path = "";
            } else if rest.split('/').next().is_some_and(|one| one.contains(':')) {
                return None;
            }
            return Some(url);
        }
        if let Some(rest) = rest.strip_prefix("//")
            && !(url.scheme.is_empty() && rest.starts_with('/'))
        {
            let end = rest.find('/').unwrap_or(rest.len());
            let (authority, path) = rest.split_at(end);
            url.path = path;
            (url.host, url.port) = host(authority)?;
        }
        escapes_are_whole(url.path).then_some(url)
    }

    /// Whether it names a server.
    pub(super) fn has_host(&self) -> bool {
        !(self.host.is_empty() && self.port.is_empty())
    }

    /// Why Talos does not take it for a server's, if it does not: what would be right.
    pub(super) fn endpoint_fault(&self) -> Option<&'static str> {
        if self.host.is_empty() {
            return Some("write it with a host: `https://10.0.0.10:6443`");
        }
        let port = self.port.parse::<u32>().unwrap_or(0);
        let fine = self.port.is_empty() || (1..=65535).contains(&port);
        (!fine).then_some("use a port between 1 and 65535")
    }
}

/// The scheme, if any, and what follows it. `None` if it is wrong.
fn scheme(text: &str) -> Option<(&str, &str)> {
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => return None,
            b':' => return Some((text.get(..index)?, text.get(index + 1..)?)),
            _ => return Some(("", text)),
        }
    }
    Some(("", text))
}

/// Host and port of what stands between the slashes.
fn host(authority: &str) -> Option<(&str, &str)> {
    let host = match authority.rsplit_once('@') {
        Some((_, host)) => host,
        None => authority,
    };
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = host.strip_prefix('[') {
        let (inner, port) = rest.rsplit_once(']')?;
        let port = match port {
            "" => "",
            _ => port.strip_prefix(':').filter(|port| digits(port))?,
        };
        return Some((inner, port));
    }
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let odd = |one: char| " \"<>\\^`{|}%[]".contains(one);
    (digits(port) && !name.contains(odd)).then_some((name, port))
}

fn escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let digits = rest.bytes().take(2).filter(u8::is_ascii_hexdigit);
        digits.count() == 2
    })
}

/// Whether it is `host:port`, as Go splits it, with a host that may be an address in brackets.
pub(super) fn splits_into_host_and_port(text: &str) -> bool {
    match text.rsplit_once(':') {
        None => false,
        Some((host, _)) => match host.strip_prefix('[') {
            Some(inner) => inner
                .strip_suffix(']')
                .is_some_and(|inner| !inner.contains(['[', ']'])),
            None => !host.contains([':', '[', ']']),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Url, splits_into_host_and_port};

    #[test]
    fn parts() {
        let parts = |text| Url::read(text).map(|url| (url.scheme, url.host, url.port, url.path));
        assert_eq!(
            parts("https://[fd00::1]:6443/x?y"),
            Some(("https".to_owned(), "fd00::1", "6443", "/x"))
        );
        assert_eq!(parts("10.0.0.1"), Some((String::new(), "", "", "10.0.0.1")));
        assert_eq!(parts("tcp:10.0.0.1"), Some(("tcp".to_owned(), "", "", "")));
        for wrong in [
            "://x",
            "10.0.0.1:6443",
            "https://a:b",
            "https://[::1",
            "http://a b",
            "a\nb",
        ] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn hosts_with_ports() {
        for fine in ["a:1", "[::1]:1", ":1", "a:"] {
            assert!(splits_into_host_and_port(fine), "{fine}");
        }
        for wrong in ["a", "::1:1", "[::1]", "[a]b:1"] {
            assert!(!splits_into_host_and_port(wrong), "{wrong}");
        }
    }
}
