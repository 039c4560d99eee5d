//! `talos logs`.

use camino::Utf8Path;
use talos_client::api::common::ContainerDriver;
use talos_client::api::machine::LogsRequest;

use super::lines;
use super::session::Reach;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Show the log of a service, or of a container of Kubernetes
///
/// Examples:
///   ichor talos logs kubelet -n k8s-0
///   ichor talos logs etcd --follow --tail 20
///   ichor talos logs --kubernetes kube-system/kube-apiserver-k8s-0:kube-apiserver:1f2e
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Logs {
    /// The service, as `ichor talos services` names it, or the container
    service: String,

    #[command(flatten)]
    reach: Reach,

    /// A container of Kubernetes, not a service
    #[arg(short, long)]
    kubernetes: bool,

    /// Go on with what comes
    #[arg(short, long)]
    follow: bool,

    /// Only so many lines of the end; all by default
    #[arg(long, value_name = "LINES", default_value_t = -1, allow_negative_numbers = true, hide_default_value = true)]
    tail: i32,
}

impl Logs {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let session = self.reach.open(root)?;
        let (namespace, driver) = if self.kubernetes {
            ("k8s.io", ContainerDriver::Cri)
        } else {
            ("system", ContainerDriver::Containerd)
        };
        lines::follow(&session, ui, |node| {
            node.logs(LogsRequest {
                namespace: namespace.to_owned(),
                id: self.service.clone(),
                driver: driver.into(),
                follow: self.follow,
                tail_lines: self.tail,
            })
        })
    }
}
