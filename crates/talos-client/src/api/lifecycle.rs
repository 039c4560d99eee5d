//! Images and upgrades, as they are since Talos 1.13 (package `machine`).

use super::common::ContainerdInstance;

/// Asks for an image to be pulled.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PullRequest {
    /// Into which containerd.
    #[prost(message, optional, tag = "1")]
    pub containerd: Option<ContainerdInstance>,
    /// The image.
    #[prost(string, tag = "3")]
    pub image_ref: String,
}

/// How far a pull is: nothing of it is read but the name, which comes last.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PullResponse {
    /// What the image is called now.
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
}

/// Asks for an installation in the place of the present one.
#[derive(Clone, PartialEq, prost::Message)]
pub struct UpgradeRequest {
    /// Where the image is.
    #[prost(message, optional, tag = "1")]
    pub containerd: Option<ContainerdInstance>,
    /// What it is called.
    #[prost(message, optional, tag = "2")]
    pub source: Option<InstallArtifactsSource>,
}

/// What is installed.
#[derive(Clone, PartialEq, prost::Message)]
pub struct InstallArtifactsSource {
    /// The image of an installer.
    #[prost(string, tag = "1")]
    pub image_name: String,
}

/// How far an upgrade is.
#[derive(Clone, PartialEq, prost::Message)]
pub struct UpgradeResponse {
    /// The installer's word.
    #[prost(message, optional, tag = "1")]
    pub progress: Option<InstallProgress>,
}

/// A line of the installer, or its end.
#[derive(Clone, PartialEq, prost::Message)]
pub struct InstallProgress {
    /// One or the other.
    #[prost(oneof = "Progress", tags = "1, 2")]
    pub response: Option<Progress>,
}

/// What an installer does.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Progress {
    /// It prints a line.
    #[prost(string, tag = "1")]
    Message(String),
    /// It ends; the call itself succeeds whatever this is.
    #[prost(int32, tag = "2")]
    ExitCode(i32),
}
