//! Objects that commands of kubectl name: the cluster of the fixture `public` has them.

use config_model::Cluster;
use serde_json::Value;
use testkit::{Document, commands, documents};

use super::cluster;
use crate::fixture;

/// What charts and controllers make of objects that are rendered: kind, name and namespace of each,
/// and those of what it comes of.
const MADE: &[([&str; 3], [&str; 3])] = &[
    (
        ["Service", "hubble-ui", "kube-system"],
        ["HelmRelease", "cilium", "kube-system"],
    ),
    (
        ["Deployment", "proxmox-csi-controller", "csi-proxmox"],
        ["HelmRelease", "proxmox-csi", "csi-proxmox"],
    ),
    // Of no namespace.
    (
        ["StorageClass", "proxmox-csi", "default"],
        ["HelmRelease", "proxmox-csi", "csi-proxmox"],
    ),
];

/// Kinds of which controllers make objects, and the kind of those that they come of.
const MADE_KINDS: &[(&str, &str)] = &[("CiliumBGPNodeConfig", "CiliumBGPClusterConfig")];

/// Kinds that every cluster has, whoever makes the objects.
const EVERYWHERE: &[&str] = &[
    "ConfigMap",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Event",
    "Job",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "ReplicaSet",
    "Secret",
    "Service",
    "StatefulSet",
    "StorageClass",
    "CSIDriver",
    "CSINode",
    "CSIStorageCapacity",
    "CustomResourceDefinition",
];

/// Names of kinds that are not the kind in lower case, or its plural.
const SHORT: &[(&str, &str)] = &[
    ("cm", "ConfigMap"),
    ("crd", "CustomResourceDefinition"),
    ("deploy", "Deployment"),
    ("ds", "DaemonSet"),
    ("hr", "HelmRelease"),
    ("ks", "Kustomization"),
    ("no", "Node"),
    ("ns", "Namespace"),
    ("po", "Pod"),
    ("pv", "PersistentVolume"),
    ("pvc", "PersistentVolumeClaim"),
    ("sc", "StorageClass"),
    ("sts", "StatefulSet"),
    ("svc", "Service"),
];

/// Flags whose value is a word of its own.
const VALUED: &[&str] = &[
    "-L",
    "-c",
    "-f",
    "-l",
    "-n",
    "-o",
    "-p",
    "--container",
    "--context",
    "--field-selector",
    "--for",
    "--kubeconfig",
    "--namespace",
    "--output",
    "--patch",
    "--replicas",
    "--selector",
    "--since",
    "--sort-by",
    "--tail",
    "--timeout",
    "--type",
];

/// Verbs that name a kind, and then objects of it or `KIND/NAME`.
const KINDS: &[&str] = &[
    "annotate", "delete", "describe", "edit", "get", "label", "patch", "scale", "wait",
];

/// Verbs that name nodes.
const NODES: &[&str] = &["cordon", "drain", "uncordon"];

/// Verbs that name one pod, or `KIND/NAME` of what has pods.
const PODS: &[&str] = &["attach", "exec", "logs", "port-forward"];

/// Verbs that name no object of the cluster.
const NONE: &[&str] = &[
    "api-resources",
    "apply",
    "auth",
    "config",
    "create",
    "explain",
    "run",
    "version",
];

/// The labels by which a controller marks what it makes of an object: the label, and the kind.
const OWNERS: &[(&str, &str)] = &[
    ("gateway.envoyproxy.io/owning-gateway-name", "Gateway"),
    ("cnpg.io/cluster", "Cluster"),
    ("app.kubernetes.io/instance", "HelmRelease"),
    ("app.kubernetes.io/name", "HelmRelease"),
];

/// What one command names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Named {
    namespace: Option<String>,
    selector: Option<String>,
    /// Kinds as they are written, each with a name where it has one.
    objects: Vec<(String, Option<String>)>,
}

/// Reads a command of kubectl.
fn read(words: &[String]) -> Result<Named, String> {
    let mut named = Named::default();
    let mut plain: Vec<&str> = Vec::new();
    let mut words = words[1..]
        .iter()
        .map(String::as_str)
        .take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        // The log is followed; elsewhere a file is named.
        let follows = word == "-f" && plain.first() == Some(&"logs");
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) if flag.starts_with('-') => (flag, Some(value)),
            _ if VALUED.contains(&word) && !follows => (word, words.next()),
            _ if word.starts_with('-') => (word, None),
            _ => {
                plain.push(word);
                continue;
            }
        };
        let value = value.map(str::to_owned);
        match flag {
            "-n" | "--namespace" => named.namespace = value,
            "-l" | "--selector" => named.selector = value,
            _ => {}
        }
    }
    let (verb, rest) = plain.split_first().ok_or("there is no verb")?;
    let rest = match *verb {
        "rollout" => rest.get(1..).unwrap_or_default(),
        _ => rest,
    };
    let object = |word: &str| match word.split_once('/') {
        Some((kind, name)) => (kind.to_owned(), Some(name.to_owned())),
        None => (word.to_owned(), None),
    };
    match *verb {
        verb if KINDS.contains(&verb) || verb == "rollout" => {
            let Some((first, names)) = rest.split_first() else {
                return Ok(named);
            };
            let names = match verb {
                "annotate" | "label" => &names[..names.len().min(1)],
                _ => names,
            };
            named.objects = if first.contains('/') {
                rest.iter()
                    .filter(|word| word.contains('/'))
                    .map(|word| object(word))
                    .collect()
            } else if names.is_empty() {
                first.split(',').map(object).collect()
            } else {
                let named = names
                    .iter()
                    .map(|name| ((*first).to_owned(), Some((*name).to_owned())));
                named.collect()
            };
        }
        verb if PODS.contains(&verb) => {
            named.objects = { rest.iter().take(1) }
                .map(|word| match object(word) {
                    (name, None) => ("pod".to_owned(), Some(name)),
                    object => object,
                })
                .collect();
        }
        verb if NODES.contains(&verb) => {
            let node = |name: &&str| ("node".to_owned(), Some((*name).to_owned()));
            named.objects = rest.iter().map(node).collect();
        }
        verb if NONE.contains(&verb) => {}
        verb => {
            return Err(format!(
                "this test does not know what `kubectl {verb}` names"
            ));
        }
    }
    Ok(named)
}

/// The objects of the fixture.
struct Objects(Vec<Value>);

impl Objects {
    /// With everything on, and what only a cluster with BGP has.
    fn rendered() -> Self {
        let rendered = |case: &str| {
            let sandbox = fixture(case);
            drop(sandbox.run(["configure", "--quiet"]).success());
            let built = sandbox.run(["flux", "build", "--output", "json"]).success();
            let mut built: Value = serde_json::from_str(&built.stdout).expect("it is JSON");
            match built["objects"].take() {
                Value::Array(objects) => objects,
                _ => panic!("{case}: there are no objects"),
            }
        };
        let mut objects = rendered("public");
        objects.extend(rendered("bgp").into_iter().filter(|object| {
            object["kind"]
                .as_str()
                .is_some_and(|kind| kind.contains("BGP"))
        }));
        assert!(objects.len() > 60, "{}", objects.len());
        Self(objects)
    }

    fn find<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter(move |object| object["kind"] == kind)
    }

    fn has(&self, kind: &str, name: &str, namespace: &str) -> bool {
        let is_it = |object: &Value| {
            let meta = &object["metadata"];
            meta["name"] == name && (meta["namespace"] == namespace || meta["namespace"].is_null())
        };
        self.find(kind).any(is_it)
    }

    /// The kind that kubectl would take a word for.
    fn kind(&self, word: &str) -> Option<String> {
        let word = word.split('.').next().unwrap_or_default().to_lowercase();
        if let Some((_, kind)) = SHORT.iter().find(|(short, _)| *short == word) {
            return Some((*kind).to_owned());
        }
        let rendered = self.0.iter().filter_map(|object| object["kind"].as_str());
        let made = MADE_KINDS
            .iter()
            .filter(|(_, of)| self.find(of).next().is_some());
        let made = made.map(|(kind, _)| *kind);
        let mut kinds = rendered.chain(EVERYWHERE.iter().copied()).chain(made);
        let plurals = |kind: &str| {
            let kind = kind.to_lowercase();
            let y = kind.strip_suffix('y').map(|stem| format!("{stem}ies"));
            [
                format!("{kind}s"),
                format!("{kind}es"),
                y.unwrap_or_default(),
                kind,
            ]
        };
        kinds
            .find(|kind| plurals(kind).contains(&word))
            .map(str::to_owned)
    }

    /// What is wrong with what a command names.
    fn faults(&self, named: &Named) -> Vec<String> {
        let mut faults = Vec::new();
        let namespace = named.namespace.as_deref();
        let namespace = namespace.filter(|name| !name.starts_with(['$', '<']));
        let in_namespace =
            |object: &&Value| namespace.is_none_or(|name| object["metadata"]["namespace"] == name);
        if let Some(name) = namespace.filter(|name| !self.has("Namespace", name, "")) {
            // Talos and Kubernetes make the first ones.
            if !["default", "kube-system"].contains(&name) {
                faults.push(format!("there is no namespace `{name}`"));
            }
        }
        for (word, name) in &named.objects {
            let Some(kind) = self.kind(word) else {
                faults.push(format!("there is no kind `{word}`"));
                continue;
            };
            match name {
                None if EVERYWHERE.contains(&kind.as_str()) => {}
                None if MADE_KINDS.iter().any(|(made, _)| *made == kind) => {}
                None if self.find(&kind).any(|object| in_namespace(&object)) => {}
                None => faults.push(format!(
                    "there is no {kind} in `{}`",
                    namespace.unwrap_or("any")
                )),
                // Whoever reads it has to say which.
                Some(name) if name.starts_with(['$', '<']) => {}
                Some(name) => {
                    let namespace = namespace.unwrap_or("default");
                    if !self.has(&kind, name, namespace) && !self.makes(&kind, name, namespace) {
                        faults.push(format!("there is no {kind} `{name}` in `{namespace}`"));
                    }
                }
            }
        }
        for label in named
            .selector
            .iter()
            .flat_map(|selector| selector.split(','))
        {
            let (key, value) = label.split_once('=').unwrap_or((label, ""));
            let owner = OWNERS.iter().find(|(known, _)| *known == key);
            let made = owner.is_some_and(|(_, kind)| {
                let mut owners = self.find(kind).filter(|object| in_namespace(object));
                owners.any(|object| object["metadata"]["name"] == value)
            });
            let mut objects = self.0.iter().filter(in_namespace);
            if !made && !objects.any(|object| has_label(object, key, value)) {
                faults.push(format!("nothing has the label `{label}`"));
            }
        }
        faults
    }

    /// Whether something that is rendered makes it.
    fn makes(&self, kind: &str, name: &str, namespace: &str) -> bool {
        // The first workload of a release, and its service, have its name.
        let of_release = ["DaemonSet", "Deployment", "Service", "StatefulSet"].contains(&kind);
        // Pods that keep their names have numbers.
        let set = name
            .trim_end_matches(|one: char| one.is_ascii_digit())
            .strip_suffix('-');
        let of_set = set.filter(|_| kind == "Pod").is_some_and(|set| {
            ["StatefulSet", "Cluster"]
                .iter()
                .any(|kind| self.has(kind, set, namespace))
        });
        of_set
            || (of_release && self.has("HelmRelease", name, namespace))
            || MADE.iter().any(|(made, [owner, by, within])| {
                *made == [kind, name, namespace] && self.has(owner, by, within)
            })
    }
}

/// Whether an object, or what it makes of a template, has a label.
fn has_label(value: &Value, key: &str, label: &str) -> bool {
    match value {
        Value::Object(members) => {
            let own = members.get("labels").and_then(|labels| labels.get(key));
            own.is_some_and(|own| own == label)
                || members.values().any(|value| has_label(value, key, label))
        }
        Value::Array(items) => items.iter().any(|value| has_label(value, key, label)),
        _ => false,
    }
}

/// Every command of kubectl in a document, in blocks and in the text, with its line.
fn of_document(document: &Document, cluster: &Cluster) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let within = document.code().into_iter();
    let within = within.filter(|code| code.text.starts_with("kubectl "));
    for part in { document.blocks(&["sh", "bash"]).into_iter() }.chain(within) {
        let (text, _) = pipeline::pages::filled(&part.text, cluster);
        let kubectl = commands(&text)
            .into_iter()
            .filter(|words| words[0] == "kubectl");
        // What the block itself applies is looked at, and taken away again.
        let is_applied = |words: &[String]| {
            let names = text
                .lines()
                .filter_map(|line| line.trim().strip_prefix("name: "));
            let mut names = names.filter(|_| text.contains("kubectl apply -f -"));
            names.any(|name| {
                words
                    .iter()
                    .any(|word| word.split('/').next_back() == Some(name))
            })
        };
        let others = kubectl.filter(|words| !is_applied(words));
        found.extend(others.map(|words| (part.line, words)));
    }
    found
}

#[test]
fn every_object_that_a_command_names_is_in_the_cluster() {
    let cluster = cluster();
    let objects = Objects::rendered();
    let mut faults = Vec::new();
    for document in documents() {
        for (line, words) in of_document(&document, &cluster) {
            let found = match read(&words) {
                Ok(named) => objects.faults(&named),
                Err(fault) => vec![fault],
            };
            let place = format!("{}:{line}: `{}`", document.path, words.join(" "));
            faults.extend(found.into_iter().map(|fault| format!("{place}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_the_cluster_does_not_have_is_told() {
    let objects = Objects::rendered();
    for (line, fault) in [
        ("kubectl get pods -A", ""),
        (
            "kubectl -n kube-system port-forward svc/hubble-relay 4245:80",
            "there is no Service `hubble-relay`",
        ),
        ("kubectl get gateway envoy-internal -n network -o yaml", ""),
        (
            "kubectl get gateways.gateway.networking.k8s.io -n network",
            "",
        ),
        (
            "kubectl get gateway envoy-internal",
            "there is no Gateway `envoy-internal` in `default`",
        ),
        ("kubectl get httproute,gateway --namespace=network", ""),
        (
            "kubectl get httproute -n cert-manager",
            "there is no HTTPRoute in `cert-manager`",
        ),
        (
            "kubectl describe thing a -n network",
            "there is no kind `thing`",
        ),
        (
            "kubectl get pods -n nowhere",
            "there is no namespace `nowhere`",
        ),
        (
            "kubectl rollout restart deployment/envoy-gateway -n network",
            "",
        ),
        ("kubectl logs -f deploy/envoy-gateway -n network -c a", ""),
        (
            "kubectl logs some-pod -n network",
            "there is no Pod `some-pod` in `network`",
        ),
        (
            "kubectl delete pods -n network -l gateway.envoyproxy.io/owning-gateway-name=envoy-internal",
            "",
        ),
        (
            "kubectl get pods -n network -l a=b",
            "nothing has the label `a=b`",
        ),
        (
            "kubectl exec -n network deploy/envoy-gateway -- cat nothing",
            "",
        ),
        (
            "kubectl frob a",
            "this test does not know what `kubectl frob` names",
        ),
    ] {
        let words = commands(line).remove(0);
        let faults = match read(&words) {
            Ok(named) => objects.faults(&named),
            Err(fault) => vec![fault],
        };
        let told = faults.join(", ");
        assert!(
            told.starts_with(fault) && told.is_empty() == fault.is_empty(),
            "{line}: {told}"
        );
    }
    for (made, owner) in MADE {
        let [kind, name, namespace] = made;
        assert!(
            objects.makes(kind, name, namespace),
            "{made:?}: there is no {owner:?}"
        );
    }
}
