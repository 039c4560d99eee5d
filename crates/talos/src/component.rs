//! The parts of Kubernetes whose images stand in a machine configuration.

use std::fmt;

use diagnostics::Source;
use yaml::edit::{EditError, Edits, New};
use yaml::{Limits, Node, Notation};

/// A part of Kubernetes that Talos runs, in the order in which they go to another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// `kube-apiserver`.
    ApiServer,
    /// `kube-controller-manager`.
    ControllerManager,
    /// `kube-scheduler`.
    Scheduler,
    /// `kube-proxy`.
    Proxy,
    /// `kubelet`.
    Kubelet,
}

/// Why an image has no place in a configuration. Says nothing of what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlace {
    /// It cannot be read.
    Unreadable,
    /// What is there is no map, or stands somewhere else by an alias.
    Occupied,
}

impl fmt::Display for NoPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unreadable => "cannot be read",
            Self::Occupied => "has something else in its place",
        })
    }
}

impl Component {
    /// All, in their order.
    pub const ALL: [Self; 5] = [
        Self::ApiServer,
        Self::ControllerManager,
        Self::Scheduler,
        Self::Proxy,
        Self::Kubelet,
    ];

    /// What the field calls it, such as `kube-apiserver`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Proxy => "kube-proxy",
            Self::Kubelet => "kubelet",
        }
    }

    /// Where its image stands in the document without a kind.
    fn path(self) -> &'static [&'static str] {
        match self {
            Self::ApiServer => &["cluster", "apiServer", "image"],
            Self::ControllerManager => &["cluster", "controllerManager", "image"],
            Self::Scheduler => &["cluster", "scheduler", "image"],
            Self::Proxy => &["cluster", "proxy", "image"],
            Self::Kubelet => &["machine", "kubelet", "image"],
        }
    }

    /// The kind of the document that has it since Talos 1.14, in `image`.
    fn document(self) -> &'static str {
        match self {
            Self::ApiServer => "KubeAPIServerConfig",
            Self::ControllerManager => "KubeControllerManagerConfig",
            Self::Scheduler => "KubeSchedulerConfig",
            Self::Proxy => "KubeProxyConfig",
            Self::Kubelet => "KubeletConfig",
        }
    }

    /// A configuration, of one document or several, with another image of this component. All
    /// else keeps its bytes, comments included.
    ///
    /// ```
    /// use talos::Component;
    ///
    /// let text = "machine: {type: controlplane}\ncluster:\n  apiServer: # ours\n    image: a:v1.36.2\n";
    /// let other = Component::ApiServer.with_image(text, "a:v1.36.3")?;
    /// assert_eq!(other, text.replace("v1.36.2", "v1.36.3"));
    /// # Ok::<(), talos::NoPlace>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A text that is no configuration, or has no place for it.
    pub fn with_image(self, text: &str, image: &str) -> Result<String, NoPlace> {
        let parsed = yaml::parse(&Source::new("", text), &Limits::default());
        if parsed.diagnostics.has_errors() {
            return Err(NoPlace::Unreadable);
        }
        let (root, path) = self.place(&parsed.documents).ok_or(NoPlace::Unreadable)?;
        let mut edits = Edits::new(text);
        put(&mut edits, root, path, image)?;
        edits.apply().map_err(|_| NoPlace::Occupied)
    }

    /// The document that has its image, and the way to it.
    fn place(self, documents: &[Node]) -> Option<(&Node, &'static [&'static str])> {
        let kind = |node: &&Node| node.get("kind").and_then(Node::text) == Some(self.document());
        if let Some(document) = documents.iter().find(kind) {
            return Some((document, &["image"]));
        }
        let is_whole = |node: &&Node| node.get("kind").is_none() && node.get("machine").is_some();
        documents
            .iter()
            .find(is_whole)
            .map(|node| (node, self.path()))
    }
}

impl fmt::Display for Component {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Sets what is at the end of a way of keys through maps, which are made where they are missing.
fn put(edits: &mut Edits<'_>, map: &Node, path: &[&str], image: &str) -> Result<(), NoPlace> {
    let occupied = |_: EditError| NoPlace::Occupied;
    let Some((key, rest)) = path.split_first() else {
        return Err(NoPlace::Occupied);
    };
    match map.get(key) {
        None if map.notation() == Notation::Flow => {
            let value = flow(rest, image);
            edits.append_entry(map, key, &value).map_err(occupied)
        }
        None => {
            let value = block(rest, image, 1);
            edits.append_entry(map, key, &value).map_err(occupied)
        }
        // It would change wherever else it stands, too.
        Some(node) if node.is_alias() => Err(NoPlace::Occupied),
        Some(node) if rest.is_empty() => edits
            .replace_scalar(node, New::Text(image))
            .map_err(occupied),
        Some(node) if node.as_mapping().is_some() => put(edits, node, rest, image),
        Some(node) if node.is_null() => {
            let value = flow(rest, image);
            let value = New::Verbatim(&value);
            edits.replace_scalar(node, value).map_err(occupied)
        }
        Some(_) => Err(NoPlace::Occupied),
    }
}

fn flow(path: &[&str], image: &str) -> String {
    match path.split_first() {
        None => yaml::quote(image),
        Some((key, rest)) => format!("{{{key}: {}}}", flow(rest, image)),
    }
}

fn block(path: &[&str], image: &str, depth: usize) -> String {
    match path.split_first() {
        None => yaml::quote(image),
        Some((key, [])) => format!("\n{}{key}: {}", "  ".repeat(depth), yaml::quote(image)),
        Some((key, rest)) => format!(
            "\n{}{key}:{}",
            "  ".repeat(depth),
            block(rest, image, depth + 1)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{Component, NoPlace};

    const IMAGE: &str = "registry.k8s.io/x:v1.36.3";

    #[test]
    fn an_image_is_put_where_it_stands_and_nothing_else_changes() {
        let whole = "# top\nmachine:\n  kubelet:\n    image: \"k:v1\" # pinned\n    extraArgs: {a: b}\n  type: worker\n\
            cluster:\n  apiServer:\n    certSANs:\n      - a\n  controllerManager: {}\n  scheduler:\n  proxy: {disabled: true}\n---\n\
            apiVersion: v1alpha1\nkind: HostnameConfig\nauto: stable\n";
        let with = |from: &str, to: &str| {
            assert!(whole.contains(from), "{from}");
            whole.replacen(from, to, 1)
        };
        let cases = [
            (
                Component::Kubelet,
                with("\"k:v1\"", &format!("\"{IMAGE}\"")),
            ),
            (
                Component::ApiServer,
                with("      - a\n", &format!("      - a\n    image: {IMAGE}\n")),
            ),
            (
                Component::ControllerManager,
                with("{}", &format!("{{image: {IMAGE}}}")),
            ),
            (
                Component::Scheduler,
                with("scheduler:", &format!("scheduler: {{image: {IMAGE}}}")),
            ),
            (
                Component::Proxy,
                with("disabled: true", &format!("disabled: true, image: {IMAGE}")),
            ),
        ];
        for (component, expected) in cases {
            assert_eq!(
                component.with_image(whole, IMAGE),
                Ok(expected),
                "{component}"
            );
        }
        assert_eq!(
            Component::Scheduler.with_image("machine:\n  type: controlplane\n", IMAGE),
            Ok(format!(
                "machine:\n  type: controlplane\ncluster:\n  scheduler:\n    image: {IMAGE}\n"
            ))
        );
    }

    #[test]
    fn a_document_of_its_own_has_the_image() {
        let kinds = [
            "KubeAPIServerConfig",
            "KubeControllerManagerConfig",
            "KubeSchedulerConfig",
            "KubeProxyConfig",
            "KubeletConfig",
        ];
        for (component, kind) in Component::ALL.into_iter().zip(kinds) {
            let text = |image: &str| {
                format!(
                    "machine: {{type: controlplane}}\n---\napiVersion: v1alpha1\nkind: {kind}\nimage: {image}\n"
                )
            };
            assert_eq!(component.with_image(&text("a:v1"), IMAGE), Ok(text(IMAGE)));
        }
    }

    #[test]
    fn what_has_no_place_for_an_image_is_told() {
        for (text, why) in [
            ("", NoPlace::Unreadable),
            ("a: [", NoPlace::Unreadable),
            ("kind: HostnameConfig\n", NoPlace::Unreadable),
            ("machine: {}\ncluster: 5\n", NoPlace::Occupied),
            ("machine: {}\ncluster: {apiServer: []}\n", NoPlace::Occupied),
            (
                "machine: {}\ncluster: {apiServer: {image: [a]}}\n",
                NoPlace::Occupied,
            ),
            (
                "machine: {a: &a {image: b}}\ncluster: {apiServer: *a}\n",
                NoPlace::Occupied,
            ),
        ] {
            assert_eq!(
                Component::ApiServer.with_image(text, IMAGE),
                Err(why),
                "{text}"
            );
        }
    }
}
