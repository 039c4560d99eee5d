//! Values for variables of which only the owner of a repository has the values.

/// What a name has in it, in small letters, and a value that does where such a one is asked for.
const VALUES: [(&[&str], &str); 6] = [
    (&["mac", "hwaddr"], "52:54:00:00:00:01"),
    (&["subnet", "cidr", "network", "range"], "10.0.0.0/24"),
    (&["port"], "6443"),
    (&["domain", "host", "fqdn", "url"], "home.example.com"),
    (
        &["ip", "addr", "gateway", "endpoint", "dns", "ntp"],
        "10.0.0.1",
    ),
    (&["vlan", "mtu", "asn"], "1000"),
];

/// A value for a variable, by its name.
pub(super) fn value(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let known = VALUES
        .iter()
        .find(|(words, _)| words.iter().any(|word| name.contains(word)));
    known.map_or("made-up", |(_, value)| value)
}
