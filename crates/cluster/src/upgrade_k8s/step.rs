//! One component on one node.

use diagnostics::{Diagnostic, Source};
use kubernetes_client::PodFilter;
use talos::{Component, patch, sensitive};
use talos_client::api::machine::ApplyMode;
use talos_client::{Fault, Image, Kind};

use super::look::{proxy_image, static_pod_image};
use super::servers::Servers;
use super::{Event, Plan, Tell, UpgradeK8s};
use crate::named::prefixed;
use crate::rules;
use crate::wait::until;

/// How Talos notes at a static pod which version of its configuration it was made of.
const CONFIG_VERSION: &str = "talos.dev/config-version";

/// A failure of a node that is known by its address.
pub(super) fn named(plan: &Plan, address: &str, fault: &Fault) -> Diagnostic {
    prefixed(plan.called(address), fault.diagnostic())
}

/// Which images a node keeps where.
pub(super) fn store(component: Component) -> Image {
    match component {
        Component::Kubelet => Image::System,
        _ => Image::Kubernetes,
    }
}

impl UpgradeK8s<'_> {
    /// Brings a static pod to its version. Whether anything was changed for that.
    pub(super) fn static_pod(
        &self,
        plan: &Plan,
        index: usize,
        component: Component,
        servers: &Servers,
        tell: &mut Tell<'_>,
    ) -> Result<bool, Diagnostic> {
        let Some([_, wanted]) = plan.machine(index).images.get(&component) else {
            return Ok(false);
        };
        let node = self.talos.node(plan.address(index));
        let mut runs = String::new();
        self.until(plan, index, component.name(), tell, || {
            (runs, _) = static_pod_image(&node, component)?;
            Ok(None)
        })?;
        let is_due = runs != *wanted;
        if is_due {
            servers.all_ready(self, Some(index), tell)?;
            self.change(plan, index, component, wanted, tell)?;
        }
        let mut made_of = String::new();
        self.until(plan, index, "what its pods are made of", tell, || {
            let (image, version) = static_pod_image(&node, component)?;
            made_of = version;
            Ok((image != *wanted).then(|| format!("it has `{image}` still")))
        })?;
        self.pod_ready(plan, index, component, &made_of, servers, tell)?;
        if component == Component::ApiServer {
            servers.ready(self, index, tell)?;
        }
        if is_due {
            let node = plan.name(index).to_owned();
            let component = component.name();
            tell(Event::Changed { node, component });
        }
        Ok(is_due)
    }

    /// Sets the image of kube-proxy, which the bootstrap manifests are made with.
    pub(super) fn proxy(
        &self,
        plan: &Plan,
        index: usize,
        servers: &Servers,
        tell: &mut Tell<'_>,
    ) -> Result<bool, Diagnostic> {
        let Some([_, wanted]) = plan.machine(index).images.get(&Component::Proxy) else {
            return Ok(false);
        };
        let node = self.talos.node(plan.address(index));
        let mut runs = None;
        self.until(plan, index, "its bootstrap manifests", tell, || {
            runs = proxy_image(&node)?;
            Ok(None)
        })?;
        if runs.as_ref().is_none_or(|runs| runs == wanted) {
            return Ok(false);
        }
        servers.all_ready(self, Some(index), tell)?;
        self.change(plan, index, Component::Proxy, wanted, tell)?;
        self.until(plan, index, "the image of kube-proxy", tell, || {
            let image = proxy_image(&node)?.unwrap_or_default();
            Ok((image != *wanted).then(|| format!("it has `{image}` still")))
        })?;
        Ok(true)
    }

    /// Gives a node its own configuration with one image changed.
    pub(super) fn change(
        &self,
        plan: &Plan,
        index: usize,
        component: Component,
        image: &str,
        tell: &mut Tell<'_>,
    ) -> Result<(), Diagnostic> {
        let name = plan.name(index);
        tell(Event::Changing {
            node: name.to_owned(),
            component: component.name(),
            image: image.to_owned(),
        });
        let node = self.talos.node(plan.address(index));
        let mut refused = None;
        self.until(plan, index, "its configuration", tell, || {
            let running = node.machine_config()?;
            let given = match component.with_image(&running, image) {
                Ok(given) => zeroize::Zeroizing::new(given),
                Err(why) => {
                    refused = Some(rules::CLUSTER_BAD_CONFIG.report(format!(
                        "`{name}`: its configuration, as the place for the image of {component}, {why}"
                    )));
                    return Ok(None);
                }
            };
            match node.apply(&given, ApplyMode::NoReboot, false, None) {
                Ok(_) => Ok(None),
                Err(fault) if fault.kind == Kind::NotReady => Ok(Some(fault.to_string())),
                Err(fault) if fault.is_passing() => Err(fault),
                Err(fault) => {
                    // Its words may quote what was sent.
                    let (documents, _) = patch::documents(&Source::new("", running.as_str()));
                    let mut problem = prefixed(name, fault.diagnostic());
                    sensitive::secrets_of(&documents).clean(&mut problem);
                    refused = Some(problem);
                    Ok(None)
                }
            }
        })?;
        refused.map_or(Ok(()), Err)
    }

    /// Waits until a static pod is ready that was made of this version of its configuration.
    fn pod_ready(
        &self,
        plan: &Plan,
        index: usize,
        component: Component,
        made_of: &str,
        servers: &Servers,
        tell: &mut Tell<'_>,
    ) -> Result<(), Diagnostic> {
        let member = &plan.machine(index).member;
        let label = format!("k8s-app={component}");
        let which = PodFilter {
            namespace: Some("kube-system"),
            labels: Some(&label),
            ..PodFilter::default()
        };
        self.until_known(plan, index, &format!("its {component}"), tell, || {
            let pods = servers.ask(|client| client.pods(which))?;
            let ours = pods.iter().find(|pod| {
                pod.node == member.name
                    || (pod.node.is_empty() && member.internal.contains(&pod.host))
            });
            let Some(pod) = ours else {
                return Ok(Some("its pod is not there".to_owned()));
            };
            let version = pod.annotations.get(CONFIG_VERSION);
            if version.is_none_or(|version| version != made_of) {
                return Ok(Some("the old pod is still there".to_owned()));
            }
            Ok((!pod.is_ready).then(|| match pod.reason.as_str() {
                "" => "the new pod is not ready".to_owned(),
                reason => format!("the new pod is not ready ({reason})"),
            }))
        })
    }

    /// Waits for something of a node, whose passing failures are waited for, too.
    pub(super) fn until(
        &self,
        plan: &Plan,
        index: usize,
        what: &str,
        tell: &mut Tell<'_>,
        mut look: impl FnMut() -> Result<Option<String>, Fault>,
    ) -> Result<(), Diagnostic> {
        self.waiting(plan, index, what, tell, || match look() {
            Ok(missing) => Ok(missing),
            Err(fault) if fault.is_passing() => Ok(Some(fault.to_string())),
            Err(fault) => Err(prefixed(plan.name(index), fault.diagnostic())),
        })
    }

    /// The same of what Kubernetes knows of a node.
    pub(super) fn until_known(
        &self,
        plan: &Plan,
        index: usize,
        what: &str,
        tell: &mut Tell<'_>,
        mut look: impl FnMut() -> Result<Option<String>, kubernetes_client::Fault>,
    ) -> Result<(), Diagnostic> {
        self.waiting(plan, index, what, tell, || match look() {
            Ok(missing) => Ok(missing),
            Err(fault) if fault.is_passing() => Ok(Some(fault.to_string())),
            Err(fault) => Err(prefixed(plan.name(index), fault.diagnostic())),
        })
    }

    fn waiting(
        &self,
        plan: &Plan,
        index: usize,
        what: &str,
        tell: &mut Tell<'_>,
        look: impl FnMut() -> Result<Option<String>, Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let name = plan.name(index);
        let mut remind = |missing: &str, seconds| {
            tell(Event::Waiting {
                node: name.to_owned(),
                until: missing.to_owned(),
                seconds,
            });
        };
        let done = until(self.clock, self.patience, &mut remind, look);
        done.map_err(|stopped| {
            stopped
                .of(name, what)
                .hint("what comes after it is left alone; the same command goes on from there")
        })
    }
}
