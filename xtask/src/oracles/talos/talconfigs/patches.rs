//! The patches of a talconfig: inline and in files, colliding on purpose.

use serde_json::{Value, json};

use super::Making;

/// One to three patches of an owner: a role, a node or everything.
pub(super) fn several(making: &mut Making<'_>, owner: &str) -> Value {
    let count = 1 + making.seed.below(3);
    (0..count).map(|_| one(making, owner)).collect()
}

fn one(making: &mut Making<'_>, owner: &str) -> Value {
    let in_file = making.percent(50);
    let json_patch = making.minor < 12 && making.percent(15);
    if json_patch {
        let text = making.of(&[
            "- op: add\n  path: /machine/env\n  value:\n    A: b\n",
            "[{\"op\": \"replace\", \"path\": \"/cluster/discovery/enabled\", \"value\": false}]\n",
            "- op: test\n  path: /machine/persist\n- op: add\n  path: /machine/time\n  value: {disabled: false}\n",
        ]);
        // The last one tests what is not there.
        let text = if text.contains("persist") {
            "- op: add\n  path: /machine/certSANs/-\n  value: json.example.com\n"
        } else {
            text
        };
        return if in_file {
            making.file(&format!("patches/{owner}-json.yaml"), text)
        } else {
            json!(text)
        };
    }
    let text = strategic(making, owner);
    if !in_file {
        return json!(text);
    }
    let name = format!("patches/{owner}.yaml");
    let head = making.of(&["", "# For ${somebody}.\n", "---\n"]);
    if making.percent(25) {
        let template = "machine:\n  env:\n    TYPE: {{ .MachineConfig.MachineType }}\n    IMAGE: {{ .MachineConfig.MachineInstall.InstallImage }}\n";
        return making.file(&name, format!("{head}{template}"));
    }
    making.file(&name, format!("{head}{text}"))
}

fn strategic(making: &mut Making<'_>, owner: &str) -> String {
    let minor = making.minor;
    let mut choices = vec![
        // Everybody sets this one.
        format!("machine:\n  sysctls:\n    net.core.rmem_max: \"{}\"\n    {owner}: \"1\"\n", owner.len()),
        "machine:\n  sysctls:\n    net.core.rmem_max: \"${rmem}\"\n".to_owned(),
        "machine:\n  kubelet:\n    extraArgs:\n      rotate-server-certificates: true\n    nodeIP:\n      validSubnets:\n        - 10.0.0.0/24\n    extraConfig:\n      maxPods: 200\n".to_owned(),
        format!("machine:\n  kubelet:\n    extraMounts:\n      - destination: /var/{owner}\n        type: bind\n        source: /var/{owner}\n        options: [bind, rshared, rw]\n"),
        "machine:\n  certSANs:\n    - patched.example.com\n".to_owned(),
        "machine:\n  time:\n    disabled: false\n    servers: [time.example.com]\n".to_owned(),
        "machine:\n  files:\n    - op: create\n      path: /etc/cri/conf.d/20-customization.part\n      permissions: 0o644\n      content: |\n        [plugins]\n          x = 1\n".to_owned(),
        "machine:\n  features:\n    hostDNS:\n      forwardKubeDNSToHost: false\n".to_owned(),
        "machine:\n  udev:\n    rules:\n      - SUBSYSTEM==\"drm\", GROUP=\"44\", MODE=\"0660\"\n".to_owned(),
        "machine:\n  install:\n    extraKernelArgs: []\n    wipe: true\n".to_owned(),
        "machine:\n  nodeLabels:\n    $$patch: delete\n".to_owned(),
        "machine:\n  kubelet:\n    defaultRuntimeSeccompProfileEnabled:\n      $$patch: delete\n".to_owned(),
        "cluster:\n  discovery:\n    $$patch: delete\n".to_owned(),
        "cluster:\n  network:\n    podSubnets: [10.244.0.0/16]\n".to_owned(),
        "cluster:\n  discovery:\n    registries:\n      kubernetes: {disabled: false}\n      service: {disabled: true}\n".to_owned(),
        "apiVersion: v1alpha1\nkind: WatchdogTimerConfig\ndevice: /dev/watchdog0\ntimeout: 5m\n".to_owned(),
        "{\"machine\": {\"env\": {\"A\": \"${zone}\"}}}".to_owned(),
    ];
    if owner == "cp" {
        choices.extend([
            "cluster:\n  apiServer:\n    admissionControl:\n      $$patch: delete\n    extraArgs:\n      enable-aggregator-routing: true\n".to_owned(),
            "cluster:\n  proxy:\n    disabled: true\n  controllerManager:\n    extraArgs:\n      bind-address: 0.0.0.0\n  scheduler:\n    extraArgs:\n      bind-address: 0.0.0.0\n".to_owned(),
            "cluster:\n  etcd:\n    extraArgs:\n      listen-metrics-urls: http://0.0.0.0:2381\n    advertisedSubnets:\n      - 10.0.0.0/24\n".to_owned(),
            "machine:\n  features:\n    kubernetesTalosAPIAccess:\n      enabled: true\n      allowedRoles: [os:admin]\n      allowedKubernetesNamespaces: [system-upgrade]\n".to_owned(),
            "cluster:\n  allowSchedulingOnControlPlanes: true\n  coreDNS:\n    disabled: true\n".to_owned(),
            "cluster:\n  apiServer:\n    admissionControl:\n      - name: PodSecurity\n        configuration:\n          exemptions:\n            namespaces: [rook-ceph]\n".to_owned(),
        ]);
    }
    if minor >= 10 {
        choices.push("apiVersion: v1alpha1\nkind: UserVolumeConfig\nname: data\nprovisioning:\n  diskSelector:\n    match: disk.transport == \"sata\"\n  minSize: 1GB\n".to_owned());
    }
    if minor >= 12 {
        choices.extend([
            "apiVersion: v1alpha1\nkind: ResolverConfig\nnameservers:\n  - address: 8.8.8.8\n".to_owned(),
            "apiVersion: v1alpha1\nkind: LinkConfig\nname: eth9\nmtu: 1300\naddresses:\n  - address: 10.9.9.9/24\n".to_owned(),
        ]);
    } else {
        choices.push("machine:\n  network:\n    extraHostEntries:\n      - ip: 10.0.0.5\n        aliases: [five]\n    kubespan:\n      enabled: false\n".to_owned());
    }
    making.of(&choices)
}
