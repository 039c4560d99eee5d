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
            Err(invalid) => writeln!(
                table,
                "{text}: {invalid} [{}] {}",
                invalid.rule().id(),
                invalid.hint().unwrap_or_default()
            ),
        };
    }
    table
}

#[test]
fn addresses() {
    insta::assert_snapshot!(table::<Address>(&[
        "192.168.1.1", "10.0.0.1/24", "010.0.0.1", "10.0.0.1:80", " 10.0.0.1", "256.1.1.1", "::1",
        "0.0.0.0", "127.0.0.1", "239.1.1.1", "255.255.255.255", "10.0.0", "",
    ]), @"");
    insta::assert_snapshot!(table::<AddressOrHost>(&[
        "1.1.1.1", "time.example.com", "pool", "1.1.1", "-x.example", "fd00::1", "Time.example.com",
    ]), @"");
}

#[test]
fn networks() {
    insta::assert_snapshot!(table::<Cidr>(&[
        "10.0.0.0/8", "10.0.0.1/24", "10.0.0.0", "10.0.0.0/33", "fd00::/64", "10.0.0.0/255.0.0.0",
    ]), @"");
}

#[test]
fn domains() {
    insta::assert_snapshot!(table::<DomainName>(&[
        "example.com", "xn--mnchen-3ya.xn--p1ai", "Example.com", "*.example.com", "example.com.",
        "https://example.com/", "local", "a..b", "1.2.3.4", "a_b.example.com", "-a.example.com",
    ]), @"");
    insta::assert_snapshot!(table::<AlternativeName>(&["k8s", "k8s.example.com", "10.0.0.1", "fd00::1", "*.a.b"]), @"");
}

#[test]
fn nodes() {
    insta::assert_snapshot!(table::<NodeName>(&[
        "k8s-0", "0", "K8S_0", "worker", "all", "-a", "a.b", "my node",
    ]), @"");
    insta::assert_snapshot!(table::<MacAddress>(&[
        "52:54:00:AB:cd:00", "52-54-00-ab-cd-00", "5254.00ab.cd00", "52:54:00:ab:cd", "ff:ff:ff:ff:ff:ff",
        "33:33:00:00:00:01", "52:54:00:ab:cd:0g", "+2:54:00:ab:cd:00",
    ]), @"");
    insta::assert_snapshot!(table::<Disk>(&[
        "/dev/sda", "/dev/disk/by-id/ata-X_1", "S5GX 1", "sda", "dev/sda", "/sda", "/dev/", "/dev/../etc", "",
    ]), @"");
    insta::assert_snapshot!(table::<KernelModule>(&["nvme_tcp", "nvme_tcp.ko", "a b", ""]), @"");
}

#[test]
fn repositories() {
    insta::assert_snapshot!(table::<RepositoryName>(&[
        "octocat/home-cluster", "octocat/a.b_c", "octocat", "https://github.com/octocat/home.git",
        "git@github.com:octocat/home.git", "https://user:pass@github.com/o/r", "a/b/c", "octocat/home ", "o/.git",
    ]), @"");
    insta::assert_snapshot!(table::<BranchName>(&[
        "main", "feature/x-1", "my branch", "a..b", "/a", "a/", "a.lock", "-a", "a@{b", "@", "a~1", "é",
    ]), @"");
}

#[test]
fn kubernetes_values() {
    insta::assert_snapshot!(table::<Quantity>(&[
        "10Gi", "1.5Ti", "100M", "1e3", ".5Gi", "10GB", "10 Gi", "0", "0Gi", "-1Gi", "Gi", "", "10gi", "1.2.3Gi",
    ]), @"");
    insta::assert_snapshot!(table::<Duration>(&[
        "120s", "1h30m", "500ms", "120", "1.5s", "100000s", "1h1m1s1ms1h", "", "5d",
    ]), @"");
    insta::assert_snapshot!(table::<LabelKey>(&["zone", "topology.kubernetes.io/zone", "a/b/c", "/a", "-a", "A.b"]), @"");
    insta::assert_snapshot!(table::<LabelValue>(&["", "rack-1", "a_b.C", "-a", "a b"]), @"");
}

#[test]
fn names_that_services_give() {
    insta::assert_snapshot!(table::<ProxmoxUrl>(&[
        "https://10.0.0.5:8006/api2/json", "http://pve.lan/api2/json", "https://pve:8006", "https://pve/api2/json/",
        "https://pve/api2", "pve:8006/api2/json", "https:///api2/json",
    ]), @"");
    insta::assert_snapshot!(table::<TokenId>(&["root@pam!csi", "root@pam", "root!csi", "root@pam!csi=1234"]), @"");
    insta::assert_snapshot!(table::<Asn>(&["64512", "4294967295", "4294967296", "0", "AS64512", "064512", "1.5"]), @"");
    insta::assert_snapshot!(table::<VlanTag>(&["1", "4094", "4095", "0", "01", "-1"]), @"");
    insta::assert_snapshot!(table::<DnsLabel>(&["myopenai", "MyOpenAI", "https://a.openai.azure.com", "a b"]), @"");
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
