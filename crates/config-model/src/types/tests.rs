//! Data tests: a text in, `ok` or the reason and hint out.

use std::fmt::{Display, Write as _};
use std::str::FromStr;

use proptest::prelude::*;

use super::*;

fn table<T: FromStr<Err = InvalidValue> + Display>(texts: &[&str]) -> String {
    let mut table = String::new();
    for text in texts {
        let _ = match text.parse::<T>() {
            Ok(value) if value.to_string() == **text => writeln!(table, "{text}: ok"),
            Ok(value) => writeln!(table, "{text}: ok as {value}"),
            Err(invalid) => {
                let rule = invalid.rule().id();
                let hint = invalid.hint().map(|hint| format!(" {hint}"));
                writeln!(
                    table,
                    "{text}: {invalid} [{rule}]{}",
                    hint.unwrap_or_default()
                )
            }
        };
    }
    table
}

#[test]
fn addresses() {
    insta::assert_snapshot!(table::<Address>(&[
        "192.168.1.1", "10.0.0.1/24", "010.0.0.1", "10.0.0.1:80", " 10.0.0.1", "256.1.1.1", "::1",
        "0.0.0.0", "127.0.0.1", "239.1.1.1", "255.255.255.255", "10.0.0", "",
    ]), @r"
    192.168.1.1: ok
    10.0.0.1/24: is not an IPv4 address [address/invalid] leave the prefix length out: `10.0.0.1`
    010.0.0.1: is not an IPv4 address [address/invalid] write it without leading zeros: `10.0.0.1`
    10.0.0.1:80: is not an IPv4 address [address/invalid] leave the port out: `10.0.0.1`
     10.0.0.1: is not an IPv4 address [address/invalid] remove the white space: `10.0.0.1`
    256.1.1.1: is not an IPv4 address [address/invalid]
    ::1: is an IPv6 address, and only IPv4 is supported [address/invalid]
    0.0.0.0: is the unspecified address, which no machine can have [address/unusable]
    127.0.0.1: is a loopback address, which no machine can have [address/unusable]
    239.1.1.1: is a multicast address, which no machine can have [address/unusable]
    255.255.255.255: is the broadcast address, which no machine can have [address/unusable]
    10.0.0: is not an IPv4 address [address/invalid]
    : is not an IPv4 address [address/invalid]
    ");
    insta::assert_snapshot!(table::<AddressOrHost>(&[
        "1.1.1.1", "time.example.com", "pool", "1.1.1", "-x.example", "fd00::1", "Time.example.com",
    ]), @r"
    1.1.1.1: ok
    time.example.com: ok
    pool: ok
    1.1.1: is not an IPv4 address [address/invalid]
    -x.example: is not a DNS name [address/invalid-host]
    fd00::1: is an IPv6 address, and only IPv4 is supported [address/invalid]
    Time.example.com: ok
    ");
}

#[test]
fn networks() {
    insta::assert_snapshot!(table::<Cidr>(&[
        "10.0.0.0/8", "10.0.0.1/24", "10.0.0.0", "10.0.0.0/33", "fd00::/64", "10.0.0.0/255.0.0.0",
        "010.000.0.0/8", "10.0.0.0/08",
    ]), @r"
    10.0.0.0/8: ok
    10.0.0.1/24: ok
    10.0.0.0: has no prefix length [network/invalid-cidr] add the length of its prefix, such as `10.0.0.0/24`
    10.0.0.0/33: is not an IPv4 network such as `192.168.1.0/24` [network/invalid-cidr]
    fd00::/64: is an IPv6 network, and only IPv4 is supported [network/invalid-cidr]
    10.0.0.0/255.0.0.0: is not an IPv4 network such as `192.168.1.0/24` [network/invalid-cidr]
    010.000.0.0/8: is not written as a network is [network/invalid-cidr] write it without leading zeros: `10.0.0.0/8`
    10.0.0.0/08: is not written as a network is [network/invalid-cidr] write it without leading zeros: `10.0.0.0/8`
    ");
}

#[test]
fn domains() {
    insta::assert_snapshot!(table::<DomainName>(&[
        "example.com", "xn--mnchen-3ya.xn--p1ai", "Example.com", "*.example.com", "example.com.",
        "https://example.com/", "local", "a..b", "1.2.3.4", "a_b.example.com", "-a.example.com",
    ]), @r"
    example.com: ok
    xn--mnchen-3ya.xn--p1ai: ok
    Example.com: has upper-case letters [domain/invalid] write `example.com`
    *.example.com: is not a DNS name [domain/invalid] write `example.com`
    example.com.: is not a DNS name [domain/invalid] write `example.com`
    https://example.com/: is not a DNS name [domain/invalid] write `example.com`
    local: has no dot, so it is no domain [domain/invalid]
    a..b: is not a DNS name [domain/invalid]
    1.2.3.4: ends with a number, as no DNS name does [domain/invalid]
    a_b.example.com: is not a DNS name [domain/invalid]
    -a.example.com: is not a DNS name [domain/invalid]
    ");
    insta::assert_snapshot!(table::<AlternativeName>(&["k8s", "k8s.example.com", "10.0.0.1", "fd00::1", "*.a.b"]), @r"
    k8s: ok
    k8s.example.com: ok
    10.0.0.1: ok
    fd00::1: ok
    *.a.b: is not a DNS name [domain/invalid-alternative-name] write `a.b`
    ");
}

#[test]
fn nodes() {
    insta::assert_snapshot!(table::<NodeName>(&[
        "k8s-0", "0", "K8S_0", "worker", "all", "-a", "a.b", "my node",
    ]), @r"
    k8s-0: ok
    0: ok
    K8S_0: is not a node name of 1 to 63 lower-case letters, digits and `-` [node/invalid-name] use `k8s-0`
    worker: is reserved: it stands for more than one node [node/reserved-name] use another name, such as `worker-0`
    all: is reserved: it stands for more than one node [node/reserved-name] use another name, such as `all-0`
    -a: is not a node name of 1 to 63 lower-case letters, digits and `-` [node/invalid-name]
    a.b: is not a node name of 1 to 63 lower-case letters, digits and `-` [node/invalid-name] use `a-b`
    my node: is not a node name of 1 to 63 lower-case letters, digits and `-` [node/invalid-name] use `my-node`
    ");
    insta::assert_snapshot!(table::<MacAddress>(&[
        "52:54:00:AB:cd:00", "52-54-00-ab-cd-00", "5254.00ab.cd00", "52:54:00:ab:cd", "ff:ff:ff:ff:ff:ff",
        "33:33:00:00:00:01", "52:54:00:ab:cd:0g", "+2:54:00:ab:cd:00",
    ]), @r"
    52:54:00:AB:cd:00: ok as 52:54:00:ab:cd:00
    52-54-00-ab-cd-00: is not a MAC address of six pairs of hexadecimal digits with colons [node/invalid-mac] write `52:54:00:ab:cd:00`
    5254.00ab.cd00: is not a MAC address of six pairs of hexadecimal digits with colons [node/invalid-mac]
    52:54:00:ab:cd: is not a MAC address of six pairs of hexadecimal digits with colons [node/invalid-mac]
    ff:ff:ff:ff:ff:ff: is the broadcast address, which no network interface has [node/group-mac]
    33:33:00:00:00:01: is a multicast address, which no network interface has [node/group-mac]
    52:54:00:ab:cd:0g: is not a MAC address of six pairs of hexadecimal digits with colons [node/invalid-mac]
    +2:54:00:ab:cd:00: is not a MAC address of six pairs of hexadecimal digits with colons [node/invalid-mac]
    ");
    insta::assert_snapshot!(table::<Disk>(&[
        "/dev/sda", "/dev/disk/by-id/ata-X_1", "S5GX 1", "sda", "dev/sda", "/sda", "/dev/", "/dev/../etc", "",
    ]), @r"
    /dev/sda: ok
    /dev/disk/by-id/ata-X_1: ok
    S5GX 1: ok
    sda: ok
    dev/sda: is a path that is not below `/dev/` [node/invalid-disk] write `/dev/sda`
    /sda: is a path that is not below `/dev/` [node/invalid-disk]
    /dev/: is not the path of a device [node/invalid-disk]
    /dev/../etc: is not the path of a device [node/invalid-disk]
    : names no disk [node/invalid-disk]
    ");
    insta::assert_snapshot!(table::<KernelModule>(&["nvme_tcp", "nvme_tcp.ko", "a b", ""]), @r"
    nvme_tcp: ok
    nvme_tcp.ko: is not the name of a kernel module [node/invalid-kernel-module] leave the file's extension out: `nvme_tcp`
    a b: is not the name of a kernel module [node/invalid-kernel-module]
    : is not the name of a kernel module [node/invalid-kernel-module]
    ");
}

#[test]
fn repositories() {
    insta::assert_snapshot!(table::<RepositoryName>(&[
        "octocat/home-cluster", "octocat/a.b_c", "octocat", "https://github.com/octocat/home.git",
        "git@github.com:octocat/home.git", "https://user:pass@github.com/o/r", "a/b/c", "octocat/home ", "o/.git",
    ]), @r"
    octocat/home-cluster: ok
    octocat/a.b_c: ok
    octocat: is not of the form `owner/repo` [repository/invalid-name]
    https://github.com/octocat/home.git: is not of the form `owner/repo` [repository/invalid-name] write `octocat/home`
    git@github.com:octocat/home.git: is not of the form `owner/repo` [repository/invalid-name] write `octocat/home`
    https://user:pass@github.com/o/r: is not of the form `owner/repo` [repository/invalid-name] write `o/r`
    a/b/c: is not of the form `owner/repo` [repository/invalid-name]
    octocat/home : is not of the form `owner/repo` [repository/invalid-name] write `octocat/home`
    o/.git: is not of the form `owner/repo` [repository/invalid-name]
    ");
    insta::assert_snapshot!(table::<BranchName>(&[
        "main", "feature/x-1", "my branch", "a..b", "/a", "a/", "a.lock", "-a", "a@{b", "@", "a~1", "é",
    ]), @r"
    main: ok
    feature/x-1: ok
    my branch: is not a branch name: it has white space [repository/invalid-branch]
    a..b: is not a branch name that git accepts [repository/invalid-branch]
    /a: is not a branch name that git accepts [repository/invalid-branch]
    a/: is not a branch name that git accepts [repository/invalid-branch]
    a.lock: is not a branch name that git accepts [repository/invalid-branch]
    -a: is not a branch name that git accepts [repository/invalid-branch]
    a@{b: is not a branch name that git accepts [repository/invalid-branch]
    @: is not a branch name that git accepts [repository/invalid-branch]
    a~1: is not a branch name that git accepts [repository/invalid-branch]
    é: ok
    ");
}

#[test]
fn kubernetes_values() {
    insta::assert_snapshot!(table::<Quantity>(&[
        "10Gi", "1.5Ti", "100M", "1e3", ".5Gi", "10GB", "10 Gi", "0", "0Gi", "-1Gi", "Gi", "", "10gi", "1.2.3Gi", "+5Gi", "++5Gi",
    ]), @r"
    10Gi: ok
    1.5Ti: ok
    100M: ok
    1e3: ok
    .5Gi: ok
    10GB: is not an amount of storage such as `10Gi` [value/invalid-quantity] write `10Gi`
    10 Gi: is not an amount of storage such as `10Gi` [value/invalid-quantity] write `10Gi`
    0: is no storage at all [value/invalid-quantity]
    0Gi: is no storage at all [value/invalid-quantity]
    -1Gi: is not an amount of storage such as `10Gi` [value/invalid-quantity]
    Gi: is not an amount of storage such as `10Gi` [value/invalid-quantity]
    : is not an amount of storage such as `10Gi` [value/invalid-quantity]
    10gi: is not an amount of storage such as `10Gi` [value/invalid-quantity] write `10Gi`
    1.2.3Gi: is not an amount of storage such as `10Gi` [value/invalid-quantity]
    +5Gi: ok
    ++5Gi: is not an amount of storage such as `10Gi` [value/invalid-quantity]
    ");
    insta::assert_snapshot!(table::<Duration>(&[
        "120s", "1h30m", "500ms", "120", "1.5s", "100000s", "1h1m1s1ms1h", "", "5d",
    ]), @r"
    120s: ok
    1h30m: ok
    500ms: ok
    120: is not a duration such as `120s` or `1m30s` [value/invalid-duration] add the unit, such as `120s`
    1.5s: is not a duration such as `120s` or `1m30s` [value/invalid-duration]
    100000s: is not a duration such as `120s` or `1m30s` [value/invalid-duration]
    1h1m1s1ms1h: is not a duration such as `120s` or `1m30s` [value/invalid-duration]
    : is not a duration such as `120s` or `1m30s` [value/invalid-duration]
    5d: is not a duration such as `120s` or `1m30s` [value/invalid-duration]
    ");
    insta::assert_snapshot!(table::<LabelKey>(&["zone", "topology.kubernetes.io/zone", "a/b/c", "/a", "-a", "A.b"]), @r"
    zone: ok
    topology.kubernetes.io/zone: ok
    a/b/c: is not the key of a label [node/invalid-label-key]
    /a: is not the key of a label [node/invalid-label-key]
    -a: is not the key of a label [node/invalid-label-key]
    A.b: ok
    ");
    insta::assert_snapshot!(table::<LabelValue>(&["", "rack-1", "a_b.C", "-a", "a b"]), @r"
    : ok
    rack-1: ok
    a_b.C: ok
    -a: is not the value of a label [node/invalid-label-value]
    a b: is not the value of a label [node/invalid-label-value]
    ");
}

#[test]
fn names_that_services_give() {
    insta::assert_snapshot!(table::<ProxmoxUrl>(&[
        "https://10.0.0.5:8006/api2/json", "http://pve.lan/api2/json", "https://pve:8006", "https://pve/api2/json/",
        "https://pve/api2", "pve:8006/api2/json", "https:///api2/json",
    ]), @r"
    https://10.0.0.5:8006/api2/json: ok
    http://pve.lan/api2/json: ok
    https://pve:8006: does not end with `/api2/json` [proxmox/invalid-url] write `https://pve:8006/api2/json`
    https://pve/api2/json/: does not end with `/api2/json` [proxmox/invalid-url] write `https://pve/api2/json`
    https://pve/api2: does not end with `/api2/json` [proxmox/invalid-url] write `https://pve/api2/json`
    pve:8006/api2/json: is not a URL that starts with `https://` or `http://` [proxmox/invalid-url]
    https:///api2/json: is not a URL that starts with `https://` or `http://` [proxmox/invalid-url]
    ");
    insta::assert_snapshot!(table::<TokenId>(&["root@pam!csi", "root@pam", "root!csi", "root@pam!csi=1234"]), @r"
    root@pam!csi: ok
    root@pam: is not of the form `user@realm!token` [proxmox/invalid-token-id]
    root!csi: is not of the form `user@realm!token` [proxmox/invalid-token-id]
    root@pam!csi=1234: is not of the form `user@realm!token` [proxmox/invalid-token-id]
    ");
    insta::assert_snapshot!(table::<Asn>(&["64512", "4294967295", "4294967296", "0", "AS64512", "064512", "1.5"]), @r"
    64512: ok
    4294967295: ok
    4294967296: is not an autonomous system number from 1 to 4294967295 [bgp/invalid-asn]
    0: is not an autonomous system number from 1 to 4294967295 [bgp/invalid-asn]
    AS64512: is not an autonomous system number from 1 to 4294967295 [bgp/invalid-asn] write the number only: `64512`
    064512: is not an autonomous system number from 1 to 4294967295 [bgp/invalid-asn]
    1.5: is not an autonomous system number from 1 to 4294967295 [bgp/invalid-asn]
    ");
    insta::assert_snapshot!(table::<VlanTag>(&["1", "4094", "4095", "0", "01", "-1"]), @r"
    1: ok
    4094: ok
    4095: is not a VLAN tag from 1 to 4094 [network/invalid-vlan-tag]
    0: is not a VLAN tag from 1 to 4094 [network/invalid-vlan-tag]
    01: is not a VLAN tag from 1 to 4094 [network/invalid-vlan-tag]
    -1: is not a VLAN tag from 1 to 4094 [network/invalid-vlan-tag]
    ");
    insta::assert_snapshot!(table::<DnsLabel>(&["myopenai", "MyOpenAI", "https://a.openai.azure.com", "a b"]), @r"
    myopenai: ok
    MyOpenAI: ok
    https://a.openai.azure.com: is not a DNS label of 1 to 63 letters, digits and `-` [value/invalid-dns-label] give the first label only: `a`
    a b: is not a DNS label of 1 to 63 letters, digits and `-` [value/invalid-dns-label]
    ");
}

#[test]
fn networks_overlap_when_one_holds_the_other() {
    let network = |text: &str| text.parse::<Cidr>().expect("a network");
    assert!(network("10.0.0.0/8").overlaps(network("10.1.0.0/16")));
    assert!(network("10.1.0.0/16").overlaps(network("10.0.0.0/8")));
    assert!(!network("10.0.0.0/24").overlaps(network("10.0.1.0/24")));
    assert_eq!(network("255.255.255.0/24").host(256), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_reads_the_same_again(text in "\\PC{0,40}|[a-zA-Z0-9./:@!_-]{0,40}") {
        macro_rules! stable {
            ($($kind:ty),*) => {$(
                if let Ok(value) = text.parse::<$kind>() {
                    prop_assert_eq!(value.to_string().parse::<$kind>().ok().map(|value| value.to_string()), Some(value.to_string()));
                }
            )*};
        }
        stable!(
            Address, AddressOrHost, AlternativeName, Asn, BranchName, Cidr, Disk, DnsLabel, DomainName, Duration,
            HostName, KernelModule, LabelKey, LabelValue, MacAddress, NodeName, ProxmoxUrl, Quantity,
            RepositoryName, SchematicId, TokenId, Url, Uuid, VlanTag
        );
    }
}
