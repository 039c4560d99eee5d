//! What stops a node, starts it again, or makes another of it.

use std::time::Duration;

use crate::api::common::{ContainerDriver, ContainerdInstance, ContainerdNamespace, Empty};
use crate::api::lifecycle;
use crate::api::lifecycle::{InstallArtifactsSource, Progress, PullResponse};
use crate::api::machine::{
    ImagePullRequest, ImagePullResponse, RebootMode, RebootRequest, RebootResponse, ResetRequest,
    ResetResponse, RollbackResponse, ShutdownRequest, ShutdownResponse, UpgradeRequest,
    UpgradeResponse,
};
use crate::client::{Method, Node};
use crate::fault::{Fault, Kind};

const REBOOT: Method = Method("/machine.MachineService/Reboot");
const SHUTDOWN: Method = Method("/machine.MachineService/Shutdown");
const RESET: Method = Method("/machine.MachineService/Reset");
const ROLLBACK: Method = Method("/machine.MachineService/Rollback");
const UPGRADE: Method = Method("/machine.MachineService/Upgrade");
const IMAGE_PULL: Method = Method("/machine.MachineService/ImagePull");
const PULL: Method = Method("/machine.ImageService/Pull");
const LIFECYCLE_UPGRADE: Method = Method("/machine.LifecycleService/Upgrade");

/// A pull loads hundreds of megabytes, and an installer formats a disk.
const LONG: Duration = Duration::from_mins(10);

/// The same where it shows that it goes on.
const LONGEST: Duration = Duration::from_hours(1);

/// Which image, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Image {
    /// Of Talos: an installer, a kubelet.
    System,
    /// Of Kubernetes.
    Kubernetes,
}

/// A step of an installer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstallStep {
    /// It printed a line.
    Line(String),
    /// It ended, and well only with 0.
    Ended(i32),
}

impl Node<'_> {
    /// Starts the machine again, and gives what its events are marked with.
    pub fn reboot(&self, mode: RebootMode) -> Result<String, Fault> {
        let request = RebootRequest { mode: mode.into() };
        Ok(self.ask::<RebootResponse>(REBOOT, request)?.actor_id)
    }

    /// Switches the machine off; by force without cordon and drain.
    pub fn shutdown(&self, force: bool) -> Result<String, Fault> {
        let request = ShutdownRequest { force };
        Ok(self.ask::<ShutdownResponse>(SHUTDOWN, request)?.actor_id)
    }

    /// Makes the node forget its cluster.
    pub fn reset(&self, request: ResetRequest) -> Result<String, Fault> {
        Ok(self.ask::<ResetResponse>(RESET, request)?.actor_id)
    }

    /// Starts the version that ran before the last upgrade.
    pub fn rollback(&self) -> Result<(), Fault> {
        self.ask::<RollbackResponse>(ROLLBACK, Empty {}).map(drop)
    }

    /// Upgrades a node that runs something older than Talos 1.13: it reboots by itself.
    pub fn upgrade_at_once(&self, image: &str) -> Result<String, Fault> {
        let request = UpgradeRequest {
            image: image.to_owned(),
            preserve: true,
            ..UpgradeRequest::default()
        };
        let answer = self.ask_within::<UpgradeResponse>(UPGRADE, request, LONG)?;
        Ok(answer.actor_id)
    }

    /// Has the node pull an image, whatever its version, and gives the name that it has there.
    ///
    /// # Errors
    ///
    /// [`Kind::Missing`] and others where there is no such image.
    pub fn pull(&self, image: &str, kind: Image) -> Result<String, Fault> {
        let namespace = match kind {
            Image::System => ContainerdNamespace::System,
            Image::Kubernetes => ContainerdNamespace::Cri,
        };
        let request = lifecycle::PullRequest {
            containerd: Some(containerd(namespace)),
            image_ref: image.to_owned(),
        };
        let pulled = self
            .stream::<PullResponse>(PULL, request)
            .and_then(|steps| {
                let mut name = image.to_owned();
                for step in steps.within(LONG).over_in(LONGEST) {
                    name = step?.name.unwrap_or(name);
                }
                Ok(name)
            });
        match pulled {
            Err(fault) if fault.kind == Kind::Unsupported => {}
            other => return other,
        }
        let request = ImagePullRequest {
            namespace: namespace.into(),
            reference: image.to_owned(),
        };
        self.ask_within::<ImagePullResponse>(IMAGE_PULL, request, LONG)
            .map(|_| image.to_owned())
    }

    /// Installs an image that was pulled in the place of what is installed. Nothing changes
    /// before the next reboot.
    ///
    /// # Errors
    ///
    /// [`Kind::Unsupported`] before Talos 1.13; an installer that failed is no error here, but
    /// the last step.
    pub fn install(
        &self,
        image: &str,
    ) -> Result<impl Iterator<Item = Result<InstallStep, Fault>>, Fault> {
        let request = lifecycle::UpgradeRequest {
            containerd: Some(containerd(ContainerdNamespace::System)),
            source: Some(InstallArtifactsSource {
                image_name: image.to_owned(),
            }),
        };
        let steps = self.stream::<lifecycle::UpgradeResponse>(LIFECYCLE_UPGRADE, request)?;
        Ok(steps
            .within(LONG)
            .over_in(LONGEST)
            .filter_map(|step| match step {
                Ok(step) => match step.progress?.response? {
                    Progress::Message(line) => Some(Ok(InstallStep::Line(line))),
                    Progress::ExitCode(code) => Some(Ok(InstallStep::Ended(code))),
                },
                Err(fault) => Some(Err(fault)),
            }))
    }
}

fn containerd(namespace: ContainerdNamespace) -> ContainerdInstance {
    ContainerdInstance {
        driver: ContainerDriver::Cri.into(),
        namespace: namespace.into(),
    }
}
