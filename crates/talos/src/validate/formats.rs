//! The forms of texts that Talos reads more into: `text:FORMAT` in the table of fields.

use std::net::{IpAddr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::cel;
use super::url::Url;
use crate::fields::Schema;
use crate::fields::forms::bytes;

/// What a text should have been.
pub(super) struct Fault {
    /// Completes “… is not”.
    pub(super) wanted: String,
    /// What to do.
    pub(super) hint: String,
}

fn fault_of(wanted: &str, hint: &str) -> Fault {
    Fault {
        wanted: wanted.to_owned(),
        hint: hint.to_owned(),
    }
}

/// What is wrong with a text of a format, if anything is.
pub(super) fn fault(format: &str, text: &str) -> Option<Fault> {
    if let Some(values) = Schema::get().values(format) {
        return one_of(format, values, text);
    }
    let (fine, wanted, hint) = match format {
        "address" => (
            text.is_empty() || is_address(text),
            "an IP address",
            "write it like `10.0.0.1`",
        ),
        "prefix" => (
            text.is_empty() || is_prefix(text),
            "an address with a prefix length",
            "write it like `10.0.0.0/24`",
        ),
        "address-port" => (
            text.is_empty() || is_address_port(text),
            "an address with a port",
            "write it like `10.0.0.1:51820` or `[fd00::1]:51820`",
        ),
        "hardware-address" => (
            is_hexadecimal(&text.replace(':', "")),
            "a hardware address",
            "write it like `52:54:00:12:34:56`",
        ),
        "duration" => (
            duration(text).is_some(),
            "a duration",
            "write it like `30s` or `1h30m`",
        ),
        "byte-size" => (
            text.is_empty() || bytes(text.strip_prefix('-').unwrap_or(text)).is_some(),
            "a size",
            "write it like `100GiB`",
        ),
        "volume-size" => (
            text.is_empty()
                || if text.contains('%') {
                    is_percentage(text)
                } else {
                    bytes(text.strip_prefix('-').unwrap_or(text)).is_some()
                },
            "a size",
            "write it like `100GiB` or `50%`",
        ),
        "disk-size" => (bytes(text).is_some(), "a size", "write it like `100GB`"),
        "size-condition" => (
            is_size_condition(text),
            "a size with a comparison",
            "write it like `>= 100GB`",
        ),
        "ports" => (
            port_range(text).is_some(),
            "a port or a range of ports",
            "write it like `6443` or `30000-32767`",
        ),
        "routing-table" => (
            is_routing_table(text),
            "a routing table",
            "write `main`, `local`, `default` or a number from 1 to 252",
        ),
        "base64" => (
            base64(text).is_some(),
            "base64",
            "encode it: `base64 -w0 FILE`",
        ),
        "url" => (
            text.is_empty() || Url::read(text).is_some(),
            "a URL",
            "write it like `https://10.0.0.10:6443`",
        ),
        _ => {
            let why = cel::fault(format, text)?;
            return Some(Fault {
                wanted: format!("an expression that Talos can evaluate: {why}"),
                hint: String::new(),
            });
        }
    };
    (!fine).then(|| fault_of(wanted, hint))
}

fn one_of(format: &str, values: &[&str], text: &str) -> Option<Fault> {
    // Talos took numbers here once, and still does.
    let number = format == "fail-over-mac" && matches!(text, "0" | "1" | "2" | "+0" | "+1" | "+2");
    if number || values.iter().any(|value| value.eq_ignore_ascii_case(text)) {
        return None;
    }
    let list: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
    let hint = match diagnostics::closest(text, values.iter().copied()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => String::new(),
    };
    Some(Fault {
        wanted: format!("one of {}", list.join(", ")),
        hint,
    })
}

/// An address, with a zone if it is one of version 6.
pub(super) fn is_address(text: &str) -> bool {
    match text.split_once('%') {
        Some((address, zone)) => !zone.is_empty() && address.parse::<Ipv6Addr>().is_ok(),
        None => text.parse::<IpAddr>().is_ok(),
    }
}

/// `10.0.0.0/24`.
pub(super) fn is_prefix(text: &str) -> bool {
    prefix(text).is_some()
}

/// Address and length.
pub(super) fn prefix(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.rsplit_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let plain = length.bytes().all(|byte| byte.is_ascii_digit())
        && (length == "0" || !length.starts_with('0'));
    let length: u32 = length.parse().ok().filter(|_| plain)?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    (length <= most).then_some((address, length))
}

/// An address, with or without a prefix length.
pub(super) fn is_subnet_or_address(text: &str) -> bool {
    is_prefix(text) || is_address(text)
}

/// An address of a link in v1alpha1: like the above, without a zone.
pub(super) fn is_address_of_link(text: &str) -> bool {
    if text.contains('/') {
        is_prefix(text)
    } else {
        text.parse::<IpAddr>().is_ok()
    }
}

fn is_address_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let address = match host.strip_prefix('[') {
        Some(inner) => inner
            .strip_suffix(']')
            .is_some_and(|inner| inner.contains(':') && is_address(inner)),
        None => !host.contains(':') && is_address(host),
    };
    address && is_number(port) && port.parse::<u16>().is_ok()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_hexadecimal(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A duration in nanoseconds, as Go writes them.
pub(super) fn duration(text: &str) -> Option<i64> {
    documents::duration::nanoseconds(text)
}

fn is_percentage(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    text.strip_suffix('%')
        .and_then(|number| number.parse::<f64>().ok())
        .is_some_and(|number| (0.0..=100.0).contains(&number))
}

fn is_size_condition(text: &str) -> bool {
    let text = text.trim();
    let rest = [">=", "<=", ">", "<", "=="]
        .iter()
        .find_map(|operator| text.strip_prefix(operator))
        .unwrap_or(text);
    bytes(rest.trim()).is_some()
}

/// First and last port.
pub(super) fn port_range(text: &str) -> Option<(u16, u16)> {
    let port = |text: &str| text.parse::<u16>().ok().filter(|_| is_number(text));
    match text.split_once('-') {
        Some((low, high)) => Some((port(low)?, port(high)?)),
        None => port(text).map(|port| (port, port)),
    }
}

fn is_routing_table(text: &str) -> bool {
    let named = ["unspec", "default", "main", "local"];
    named.contains(&text.to_lowercase().as_str())
        || (is_number(text)
            && !text.starts_with('0')
            && text.parse().is_ok_and(|number: u32| number <= 252))
}

/// Base64 as Go reads it: line breaks are skipped, odd last bits too.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
    );
    // Most have no line break, and one that is a secret needs no copy.
    if memchr::memchr2(b'\r', b'\n', text.as_bytes()).is_none() {
        return ENGINE.decode(text).ok();
    }
    ENGINE.decode(text.replace(['\r', '\n'], "")).ok()
}

#[cfg(test)]
mod tests {
    use super::{bytes, duration, fault};

    #[test]
    fn forms() {
        for (format, fine, wrong) in [
            ("address", "fe80::1%eth0", "10.0.0.256"),
            ("prefix", "10.0.0.1/24", "10.0.0.1/33"),
            ("prefix", "fd00::/8", "10.0.0.0/024"),
            ("address-port", "[fd00::1]:1", "fd00::1:1x"),
            ("hardware-address", "52:54:00:12:34:56", "52:54:0"),
            ("duration", "1h30m", "30"),
            ("byte-size", "-10 GiB", "10 GX"),
            ("volume-size", "50%", "101%"),
            ("disk-size", "1,000.5mb", ""),
            ("size-condition", ">= 100GB", "!= 100GB"),
            ("ports", "1-2", "65536"),
            ("routing-table", "252", "253"),
            ("base64", "YQ==", "YQ"),
            ("url", "https://a:1", "https://a:b"),
            ("bond-mode", "802.3AD", "802.3"),
            ("fail-over-mac", "2", "3"),
        ] {
            assert!(fault(format, fine).is_none(), "{format} {fine}");
            assert!(fault(format, wrong).is_some(), "{format} {wrong}");
        }
    }

    #[test]
    fn amounts() {
        assert_eq!(duration("-1.5s"), Some(-1_500_000_000));
        assert_eq!(bytes("1KiB"), Some(1024.0));
        assert_eq!(bytes("1k"), Some(1000.0));
        assert_eq!(bytes("1ib"), None);
    }
}
