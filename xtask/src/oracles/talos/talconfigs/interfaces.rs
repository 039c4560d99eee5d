//! The network interfaces of a node.

use serde_json::{Map, Value, json};

use super::Making;

/// One to three interfaces, each of its own kind.
pub(super) fn interfaces(making: &mut Making<'_>, control_plane: bool, index: usize) -> Value {
    let last = 11 + index;
    let mut all = vec![first(making, control_plane, last)];
    if making.percent(30) {
        all.push(bond(making, last));
    }
    if making.percent(20) {
        all.push(bridge(making, last));
    }
    if making.percent(15) {
        all.push(wireguard(making, last));
    }
    if making.percent(10) {
        all.push(json!({ "interface": "dummy0", "dummy": true, "addresses": ["10.99.0.1/32"] }));
    }
    all.into()
}

/// A physical one, by name or by selector.
fn first(making: &mut Making<'_>, control_plane: bool, last: usize) -> Value {
    let mut device = Map::new();
    if making.percent(50) {
        device.insert("interface".into(), json!("eth0"));
    } else {
        device.insert("deviceSelector".into(), selector(making));
    }
    addressing(making, &mut device, last, "10.0.0");
    if making.percent(40) {
        device.insert("mtu".into(), json!(making.of(&[1500, 9000])));
    }
    if control_plane && making.percent(40) {
        device.insert("vip".into(), json!({ "ip": "10.0.0.10" }));
    }
    if making.percent(35) {
        let mut vlans = vec![vlan(making, control_plane, last, 100)];
        if making.percent(40) {
            vlans.push(vlan(making, control_plane, last, 200));
        }
        device.insert("vlans".into(), vlans.into());
    }
    device.into()
}

fn selector(making: &mut Making<'_>) -> Value {
    making.of(&[
        json!({ "hardwareAddr": "aa:bb:cc:*" }),
        json!({ "hardwareAddr": "02:00:00:00:00:01", "physical": true }),
        json!({ "permanentAddr": "02:00:00:00:00:02", "driver": "virtio*" }),
        json!({ "busPath": "0000:01*", "pciID": "8086:*" }),
        json!({ "physical": true }),
        json!({ "driver": "e1000", "physical": false }),
    ])
}

fn addressing(making: &mut Making<'_>, device: &mut Map<String, Value>, last: usize, net: &str) {
    match making.seed.below(4) {
        0 => {
            device.insert("dhcp".into(), json!(true));
            if making.percent(50) {
                let options = making.of(&[
                    json!({ "routeMetric": 1024 }),
                    json!({ "ipv4": true, "ipv6": true, "routeMetric": 100 }),
                    json!({ "ipv4": false, "ipv6": true }),
                ]);
                device.insert("dhcpOptions".into(), options);
            }
        }
        1 => {
            device.insert("dhcp".into(), json!(false));
            device.insert("addresses".into(), json!([format!("{net}.{last}/24")]));
        }
        _ => {
            let addresses = [format!("{net}.{last}/24"), format!("fd00::{last}/64")];
            let count = 1 + making.seed.below(2);
            device.insert("addresses".into(), json!(addresses[..count]));
            if making.percent(70) {
                let routes = making.of(&[
                    json!([{ "network": "0.0.0.0/0", "gateway": "${gateway}" }]),
                    json!([{ "gateway": "10.0.0.1" }, { "network": "::/0", "gateway": "fd00::1", "metric": 50 }]),
                    json!([{ "network": "10.8.0.0/16", "gateway": "10.0.0.2", "metric": 200, "mtu": 1400 }]),
                    json!([{ "network": "10.7.0.0/16" }]),
                    json!([{ "network": "10.6.0.0/16", "gateway": "10.0.0.3", "source": "10.0.0.4" }]),
                ]);
                device.insert("routes".into(), routes);
            }
        }
    }
}

fn vlan(making: &mut Making<'_>, control_plane: bool, last: usize, id: u32) -> Value {
    let mut vlan = Map::new();
    vlan.insert("vlanId".into(), json!(id));
    addressing(making, &mut vlan, last, &format!("10.{id}.0"));
    if making.percent(30) {
        vlan.insert("mtu".into(), json!(1400));
    }
    if control_plane && making.percent(20) {
        vlan.insert("vip".into(), json!({ "ip": format!("10.{id}.0.10") }));
    }
    vlan.into()
}

fn bond(making: &mut Making<'_>, last: usize) -> Value {
    let mut bond = making.of(&[
        json!({ "mode": "802.3ad", "lacpRate": "fast", "xmitHashPolicy": "layer3+4", "miimon": 100, "updelay": 200, "downdelay": 200, "adSelect": "bandwidth", "adActorSysPrio": 65535 }),
        json!({ "mode": "active-backup", "primary": "eth2", "primaryReselect": "better", "failOverMac": "active", "miimon": 100, "numPeerNotif": 1 }),
        json!({ "mode": "balance-xor", "miimon": 50, "minLinks": 1, "useCarrier": true, "resendIgmp": 1, "packetsPerSlave": 1 }),
        json!({ "mode": "active-backup", "arpInterval": 100, "arpValidate": "none", "arpAllTargets": "all" }),
    ]);
    if making.percent(60) {
        bond["interfaces"] = json!(["eth2", "eth3"]);
    } else {
        bond["deviceSelectors"] =
            json!([selector(making), { "hardwareAddr": "00:11:22:33:44:55" }]);
    }
    let mut device = Map::new();
    device.insert("interface".into(), json!("bond0"));
    addressing(making, &mut device, last, "10.20.0");
    device.insert("bond".into(), bond);
    if making.percent(40) {
        device.insert("vlans".into(), json!([vlan(making, false, last, 30)]));
    }
    if making.percent(30) {
        device.insert("mtu".into(), json!(9000));
    }
    device.into()
}

fn bridge(making: &mut Making<'_>, last: usize) -> Value {
    let mut device = Map::new();
    device.insert("interface".into(), json!("br0"));
    addressing(making, &mut device, last, "10.21.0");
    let bridge = making.of(&[
        json!({ "interfaces": ["eth4", "eth5"], "stp": { "enabled": true } }),
        json!({ "interfaces": ["eth4"] }),
        json!({ "interfaces": ["eth4"], "stp": { "enabled": false }, "vlan": { "vlanFiltering": true } }),
    ]);
    device.insert("bridge".into(), bridge);
    device.into()
}

fn wireguard(making: &mut Making<'_>, last: usize) -> Value {
    json!({
        "interface": "wg0",
        "addresses": [format!("10.50.0.{last}/24")],
        "mtu": 1420,
        "wireguard": {
            "privateKey": "QCPQjyyNpzYrTIEDVWYcxsCSmWPXOLQOWvJ6cmRyVGs=",
            "listenPort": making.of(&[51820, 51821]),
            "firewallMark": 1,
            "peers": [{
                "publicKey": "wC1KDRJPT2Qn4aHJrlKcSAc5kRtAFJYqZ1y9aPGd4jQ=",
                "endpoint": "10.0.0.200:51820",
                "persistentKeepaliveInterval": making.of(&["10s", "1m0s"]),
                "allowedIPs": ["10.50.0.0/24"],
            }],
        },
    })
}
