//! Formats of texts, as `k8s.io/kube-openapi/pkg/validation/strfmt` reads them; formats that it
//! does not know are not checked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use documents::regex::GoRegex;

use super::names::{self, Name};
use super::quantity::is_quantity;

/// Whether a text has to be of its format for an object to be read at all.
pub(super) fn is_read(format: &str) -> bool {
    matches!(format, "quantity" | "byte" | "date-time" | "datetime")
}

/// What a text of a format is, as a clause after "is not"; none where it is one.
pub(super) fn wrong(format: &str, text: &str) -> Option<&'static str> {
    let (fine, what) = match format {
        "" | "int-or-string" | "password" | "int32" | "int64" => return None,
        "quantity" => (is_quantity(text), "a quantity, such as `500m` or `1Gi`"),
        "byte" => (is_base64(text), "base64, with padding and without blanks"),
        "ipv4" => (text.parse::<Ipv4Addr>().is_ok(), "an IPv4 address"),
        "ipv6" => (
            text.contains(':') && text.parse::<Ipv6Addr>().is_ok(),
            "an IPv6 address",
        ),
        "ip" => (text.parse::<IpAddr>().is_ok(), "an IP address"),
        "cidr" => (is_cidr(text), "a network in CIDR notation"),
        "date-time" | "datetime" => (is_time(text), "a time of RFC 3339"),
        "date" => (is_date(text), "a date, such as `2026-01-31`"),
        "duration" => (is_duration(text), "a duration, such as `1h30m`"),
        "go-duration" => (is_go_duration(text), "a duration, such as `1h30m`"),
        "uuid" => (is_uuid(text), "a UUID"),
        "hostname" => (is_hostname(text), "a host name"),
        "email" => (is_email(text), "an address for mail"),
        "uri" => (
            is_uri(text),
            "an address with a scheme, or a path from the root",
        ),
        "mac" => (is_mac(text), "a MAC address"),
        "k8s-short-name" => (names::is_label(text), "a short name of Kubernetes"),
        "k8s-long-name" => (names::is_subdomain(text), "a long name of Kubernetes"),
        "dns-subdomain" => return Name::Subdomain.wrong(text),
        "dns-label" => return Name::Label.wrong(text),
        "dns-subdomain-or-nothing" if !text.is_empty() => return Name::Subdomain.wrong(text),
        "dns-label-or-nothing" if !text.is_empty() => return Name::Label.wrong(text),
        "port-name-or-nothing" if !text.is_empty() => return Name::Port.wrong(text),
        "dns-1035-label" => (
            names::is_label(text) && text.starts_with(|first: char| first.is_ascii_lowercase()),
            "a name of lower-case letters, digits and `-`, a letter first",
        ),
        "dns-subdomain-of-three" => (
            names::is_subdomain(text) && text.matches('.').count() >= 2,
            "a name of at least three parts with dots between them",
        ),
        "host-or-wildcard" => (
            text.is_empty() || names::is_subdomain(text.strip_prefix("*.").unwrap_or(text)),
            "a host name, or `*.` and one",
        ),
        "cron" => (
            is_cron(text),
            "a schedule of cron: five fields, or such as `@daily`",
        ),
        "label-key-any-case" => (
            names::is_qualified_name(&text.to_lowercase()),
            "a name such as `example.com/name`",
        ),
        "port-name" => return Name::Port.wrong(text),
        "path-segment" => return Name::Segment.wrong(text),
        "label-key-or-nothing" if text.is_empty() => return None,
        "label-key" | "label-key-or-nothing" => {
            (names::is_qualified_name(text), "the key of a label")
        }
        "label-value" => (names::is_label_value(text), "the value of a label"),
        "config-key" => (
            names::is_config_key(text),
            "a key of letters, digits, `-`, `_` and `.`",
        ),
        "env-name" => (
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| matches!(byte, b' '..=b'~') && byte != b'='),
            "the name of an environment variable: printable ASCII without `=`",
        ),
        _ => return None,
    };
    (!fine).then_some(what)
}

/// Go's reader of base64 skips line breaks and nothing else.
fn is_base64(text: &str) -> bool {
    let text: String = text
        .chars()
        .filter(|character| !matches!(character, '\n' | '\r'))
        .collect();
    // Go takes the unused bits of the last character for whatever they are.
    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    GeneralPurpose::new(&base64::alphabet::STANDARD, lenient)
        .decode(text)
        .is_ok()
}

/// An address and how many of its bits count.
pub(super) fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else {
        return false;
    };
    let plain = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = bits == "0" || !bits.starts_with('0');
    match (address.parse::<IpAddr>(), bits.parse::<u8>()) {
        (Ok(IpAddr::V4(_)), Ok(bits)) => plain && canonical && bits <= 32,
        (Ok(IpAddr::V6(_)), Ok(bits)) => plain && canonical && bits <= 128,
        _ => false,
    }
}

fn is_time(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok() && text.contains('T')
}

fn is_date(text: &str) -> bool {
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() && text.len() == 10
}

/// As Go's `time.ParseDuration`.
pub(super) fn is_go_duration(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text == "0" {
        return true;
    }
    let mut rest = text;
    while !rest.is_empty() {
        let digits = |character: char| character.is_ascii_digit();
        let number = rest.trim_start_matches(digits);
        let whole = rest.len() - number.len();
        let (after, part) = match number.strip_prefix('.') {
            Some(part) => {
                let after = part.trim_start_matches(digits);
                (after, part.len() - after.len())
            }
            None => (number, 0),
        };
        if whole + part == 0 {
            return false;
        }
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        // The longest unit first: `ms` begins as `m` does.
        let unit =
            { units.iter().filter(|unit| after.starts_with(**unit)) }.max_by_key(|unit| unit.len());
        let Some(unit) = unit else { return false };
        rest = after.get(unit.len()..).unwrap_or_default();
    }
    !text.is_empty()
}

/// Go's, and whatever holds a number with a unit: `1d`, `P1D`, `2 weeks`.
fn is_duration(text: &str) -> bool {
    is_go_duration(text)
        || {
            static LOOSE: OnceLock<Option<GoRegex>> = OnceLock::new();
            matches(
                &LOOSE,
                r"(?i)[0-9]\s*(ns|nano|us|µs|micro|ms|milli|s$|s[^a-z]|sec|m$|m[^a-z]|min|h$|h[^a-z]|hr$|hr[^a-z]|hour|d$|d[^a-z]|day|w$|w[^a-z]|wk|week)",
                text,
            )
        }
}

fn matches(cell: &OnceLock<Option<GoRegex>>, pattern: &str, text: &str) -> bool {
    let regex = cell.get_or_init(|| GoRegex::new(pattern).ok());
    regex
        .as_ref()
        .is_none_or(|regex| regex.is_match(text.as_bytes()))
}

/// Dashes may be left out.
fn is_uuid(text: &str) -> bool {
    static UUID: OnceLock<Option<GoRegex>> = OnceLock::new();
    matches(
        &UUID,
        "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$",
        text,
    )
}

/// One label, or several whose last has at least two letters and nothing else.
fn is_hostname(text: &str) -> bool {
    let symbol = |character: char| character.is_alphabetic() || character.is_ascii_digit();
    let labels: Vec<&str> = text.split('.').collect();
    let label = |label: &&str| {
        label.len() <= 63 && label.starts_with(symbol) && label.ends_with(symbol) && {
            label.chars()
        }
        .all(|character| symbol(character) || character == '-')
    };
    let last = labels.last().copied().unwrap_or_default();
    text.len() <= 255
        && labels.iter().all(label)
        && (labels.len() == 1 || last.chars().count() >= 2 && last.chars().all(char::is_alphabetic))
}

/// `a@b`, or `Name <a@b>`.
fn is_email(text: &str) -> bool {
    let text = text.trim();
    let address = match text.strip_suffix('>') {
        Some(named) => named.rsplit_once('<').map_or("", |(_, address)| address),
        None => text,
    };
    let blank = |character: char| character.is_whitespace() || matches!(character, '<' | '>' | ',');
    address.rsplit_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !user.contains(blank) && !host.contains(blank)
    })
}

/// As Go's `url.ParseRequestURI`, roughly: a scheme, or a path from the root.
fn is_uri(text: &str) -> bool {
    if text.starts_with('/') {
        return true;
    }
    let Some((scheme, rest)) = text.split_once(':') else {
        return text == "*";
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    scheme
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic())
        && scheme.bytes().all(plain)
        && !rest.bytes().any(|byte| byte < b' ' || byte == 0x7f)
        && !(rest.starts_with("//")
            && rest
                .split('/')
                .nth(2)
                .is_some_and(|host| host.contains(' ')))
}

/// The months as cron names them.
const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// The days as cron names them.
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Five fields of numbers, names, `*`, ranges and steps.
fn is_cron(text: &str) -> bool {
    // A zone before the schedule is refused in favour of a field of its own.
    if let Some(name) = text.strip_prefix('@') {
        return match name.strip_prefix("every ") {
            Some(period) => is_go_duration(period),
            None => matches!(
                name,
                "yearly" | "annually" | "monthly" | "weekly" | "daily" | "midnight" | "hourly"
            ),
        };
    }
    let limits: [(u32, u32, &[&str]); 5] = [
        (0, 59, &[]),
        (0, 23, &[]),
        (1, 31, &[]),
        (1, 12, MONTHS),
        (0, 6, DAYS),
    ];
    let fields: Vec<&str> = text.split_whitespace().collect();
    let point = |text: &str, (least, most, names): (u32, u32, &[&str])| {
        let name = text.to_lowercase();
        let named = names.iter().position(|known| *known == name);
        let named = named.and_then(|index| u32::try_from(index).ok());
        let number = named
            .map(|index| index + least)
            .or_else(|| text.parse().ok());
        number.filter(|number| (least..=most).contains(number))
    };
    let part = |text: &str, limits: (u32, u32, &[&str])| {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (text, None),
        };
        let step = step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0));
        step && match range.split_once('-') {
            Some((first, last)) => match (point(first, limits), point(last, limits)) {
                (Some(first), Some(last)) => first <= last,
                _ => false,
            },
            None => matches!(range, "*" | "?") || point(range, limits).is_some(),
        }
    };
    fields.len() == 5 && { fields.iter().zip(limits) }
        .all(|(field, limits)| field.split(',').all(|text| part(text, limits)))
}

fn is_mac(text: &str) -> bool {
    let separator = if text.contains('-') { '-' } else { ':' };
    let parts: Vec<&str> = text.split(separator).collect();
    matches!(parts.len(), 6 | 8 | 20) && { parts.iter() }
        .all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::wrong;

    /// What the API server of Kubernetes 1.36.3 takes and refuses.
    #[test]
    fn formats_are_those_of_the_server() {
        for (format, good, bad) in [
            ("cidr", "10.0.0.0/8", "10.0.0.0/33"),
            ("byte", "YQ==", "YQ"),
            ("byte", "YQ==\n", "_w=="),
            ("hostname", "a.example", "a.b"),
            ("uuid", "0123456789abcdef0123456789abcdef", "0123"),
            ("email", "A <a@b.c>", "a"),
            ("duration", "1d", "soon"),
            ("duration", "P1D", "1"),
            ("duration", "-5s", ""),
            ("date-time", "2026-01-31T00:00:00Z", "2026-01-31"),
            ("date", "2026-01-31", "2026-02-30"),
            ("ipv4", "10.0.0.1", "10.0.0.256"),
            ("ipv6", "fe80::1", "10.0.0.1"),
            ("uri", "https://a.b/c", "a b"),
            ("mac", "00:11:22:33:44:55", "00:11"),
            ("quantity", " 1Gi", "1GB"),
            ("unheard-of", "anything", "-"),
        ] {
            assert_eq!(wrong(format, good), None, "{format}: {good}");
            assert_eq!(wrong(format, bad).is_some(), bad != "-", "{format}: {bad}");
        }
    }
}
