//! What a configuration wants of its machine.

use diagnostics::Source;
use serde::Deserialize;
use talos::patch;

use super::disk::{Choice, Selector};

/// What a configuration wants of its machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// The disk that Talos is installed to.
    pub disk: Option<Choice>,
    /// MACs of links; they may hold `*`.
    pub macs: Vec<String>,
    /// The image of the installer.
    pub image: Option<String>,
    /// Addresses that control planes share.
    pub virtual_addresses: Vec<String>,
    /// What its certificates count for, beside its own names and addresses.
    pub alternative_names: Vec<String>,
    /// Where the cluster is reached.
    pub endpoint: Option<String>,
}

/// The parts of documents that are read here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    kind: String,
    /// Of a `Layer2VIPConfig` the address.
    name: String,
    machine: Machine,
    cluster: Cluster,
    /// Of a `LinkAliasConfig`.
    selector: Match,
    /// Of an `UnattendedInstallConfig`.
    installer: Installer,
    provisioning: Provisioning,
    /// Of a `KubeClusterConfig`.
    endpoint: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Installer {
    image: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Provisioning {
    disk_selector: Match,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Machine {
    install: Install,
    network: Network,
    #[serde(rename = "certSANs")]
    alternative_names: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Cluster {
    control_plane: ControlPlane,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ControlPlane {
    endpoint: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Install {
    disk: String,
    disk_selector: Option<Selector>,
    image: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Network {
    interfaces: Vec<Interface>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Interface {
    device_selector: Device,
    bond: Bond,
    vip: Vip,
    vlans: Vec<Vlan>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Device {
    hardware_addr: String,
    permanent_addr: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Bond {
    device_selectors: Vec<Device>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vlan {
    vip: Vip,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vip {
    ip: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Match {
    r#match: String,
}

impl Wanted {
    /// What a configuration wants, all of its documents. A text that is none wants nothing.
    ///
    /// ```
    /// use cluster::preflight::{Choice, Wanted};
    ///
    /// let wanted = Wanted::of("machine: {install: {disk: /dev/sda, image: 'factory/x:v1'}}\n");
    /// assert_eq!(wanted.disk, Some(Choice::Path("/dev/sda".to_owned())));
    /// assert_eq!(wanted.image.as_deref(), Some("factory/x:v1"));
    /// ```
    pub fn of(config: &str) -> Self {
        let mut wanted = Self::default();
        let (documents, _) = patch::documents(&Source::new("", config));
        for document in &documents {
            // One of another kind may have other things in these places.
            if let Ok(document) = Document::deserialize(document) {
                wanted.add(document);
            }
        }
        wanted.macs.dedup();
        wanted
    }

    fn add(&mut self, document: Document) {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        match document.kind.as_str() {
            "" => {
                let install = document.machine.install;
                let selected = install
                    .disk_selector
                    .map(|one| Choice::Selector(Box::new(one)));
                self.disk = selected.or(some(install.disk).map(Choice::Path));
                self.image = some(install.image);
                self.alternative_names = document.machine.alternative_names;
                self.endpoint = some(document.cluster.control_plane.endpoint);
                for interface in document.machine.network.interfaces {
                    let devices = interface.bond.device_selectors;
                    for device in devices.into_iter().chain([interface.device_selector]) {
                        self.macs.extend(some(device.hardware_addr));
                        self.macs.extend(some(device.permanent_addr));
                    }
                    let vips = interface.vlans.into_iter().map(|vlan| vlan.vip);
                    let vips = vips.chain([interface.vip]);
                    self.virtual_addresses
                        .extend(vips.filter_map(|vip| some(vip.ip)));
                }
            }
            "LinkAliasConfig" => self.macs.extend(macs(&document.selector.r#match)),
            "Layer2VIPConfig" => self.virtual_addresses.extend(some(document.name)),
            "UnattendedInstallConfig" => {
                self.disk =
                    some(document.provisioning.disk_selector.r#match).map(Choice::Expression);
                self.image = some(document.installer.image);
            }
            "KubeClusterConfig" => self.endpoint = some(document.endpoint),
            _ => {}
        }
    }
}

/// The MACs that an expression wants: `glob("MAC", mac(link.hardware_addr))`. One that leaves a
/// choice wants none.
fn macs(expression: &str) -> Vec<String> {
    if expression.contains("||") || expression.contains('!') {
        return Vec::new();
    }
    let calls = expression.split("glob(\"").skip(1);
    let patterns = calls.filter_map(|call| {
        let (pattern, rest) = call.split_once('"')?;
        let field = rest.trim_start_matches([',', ' ']);
        let is_mac = ["mac(link.hardware_addr)", "mac(link.permanent_addr)"]
            .iter()
            .any(|one| field.starts_with(one));
        is_mac.then(|| pattern.to_owned())
    });
    patterns.collect()
}

#[cfg(test)]
mod tests {
    use super::super::disk::{Choice, Selector};
    use super::Wanted;

    #[test]
    fn every_form_of_a_configuration_tells_what_it_wants() {
        let old = "machine:
  install:
    diskSelector: {serial: S1, size: '>= 100GB'}
    image: factory/installer:v1.11.5
  certSANs: [10.0.0.6]
  network:
    interfaces:
      - deviceSelector: {hardwareAddr: 'aa:*', permanentAddr: 'bb:00'}
        vip: {ip: 10.0.0.5}
        vlans: [{vlanId: 7, vip: {ip: 10.0.7.5}}]
      - interface: bond0
        bond: {deviceSelectors: [{hardwareAddr: 'cc:00'}]}
      - interface: eth3
cluster: {controlPlane: {endpoint: 'https://10.0.0.6:6443'}}
";
        let wanted = Wanted::of(old);
        let selector = Selector {
            serial: "S1".to_owned(),
            size: ">= 100GB".to_owned(),
            ..Selector::default()
        };
        assert_eq!(wanted.disk, Some(Choice::Selector(Box::new(selector))));
        assert_eq!(wanted.macs, ["aa:*", "bb:00", "cc:00"]);
        assert_eq!(wanted.virtual_addresses, ["10.0.7.5", "10.0.0.5"]);
        assert_eq!(wanted.image.as_deref(), Some("factory/installer:v1.11.5"));
        assert_eq!(wanted.alternative_names, ["10.0.0.6"]);
        assert_eq!(wanted.endpoint.as_deref(), Some("https://10.0.0.6:6443"));

        let new = r#"machine: {install: {disk: /dev/sda}}
---
apiVersion: v1alpha1
kind: LinkAliasConfig
name: ethSel0
selector:
  match: glob("aa:00", mac(link.hardware_addr)) && glob("x", link.driver) && link.type == 1
---
apiVersion: v1alpha1
kind: LinkAliasConfig
name: ethSel1
selector:
  match: glob("aa:01", mac(link.hardware_addr)) || glob("aa:02", mac(link.hardware_addr))
---
apiVersion: v1alpha1
kind: Layer2VIPConfig
name: 10.0.0.5
link: ethSel0
"#;
        let wanted = Wanted::of(new);
        assert_eq!(wanted.disk, Some(Choice::Path("/dev/sda".to_owned())));
        assert_eq!(wanted.macs, ["aa:00"]);
        assert_eq!(wanted.virtual_addresses, ["10.0.0.5"]);

        let documents = r#"machine: {certSANs: [10.0.0.6]}
---
apiVersion: v1alpha1
kind: UnattendedInstallConfig
installer: {image: 'factory/installer:v1.14.1'}
provisioning: {diskSelector: {match: disk.dev_path == "/dev/sda"}, wipe: false}
---
apiVersion: v1alpha1
kind: KubeClusterConfig
clusterName: home
endpoint: https://10.0.0.6:6443
---
apiVersion: v1alpha1
kind: WireguardConfig
name: wg0
endpoint: 192.0.2.1:51820
"#;
        let wanted = Wanted::of(documents);
        let expression = r#"disk.dev_path == "/dev/sda""#.to_owned();
        assert_eq!(wanted.disk, Some(Choice::Expression(expression)));
        assert_eq!(wanted.image.as_deref(), Some("factory/installer:v1.14.1"));
        assert_eq!(wanted.alternative_names, ["10.0.0.6"]);
        assert_eq!(wanted.endpoint.as_deref(), Some("https://10.0.0.6:6443"));
        for text in ["", "[", "machine: 1", "- a"] {
            assert_eq!(Wanted::of(text), Wanted::default(), "{text}");
        }
    }
}
