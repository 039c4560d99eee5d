//! The calls, by what they are about.

mod config;
mod etcd;
mod power;
mod state;
mod time;

pub use power::{Image, InstallStep};

use crate::api::common::Metadata;
use crate::api::machine as api;
use crate::client::{Answer, Reply};

/// Replies that hold a list of answers, each with metadata.
macro_rules! replies {
    ($($reply:ident: $answer:ident),* $(,)?) => {
        $(
            impl Answer for api::$answer {
                fn metadata(&self) -> Option<&Metadata> {
                    self.metadata.as_ref()
                }
            }

            impl Reply for api::$reply {
                type Answer = api::$answer;

                fn answers(self) -> Vec<Self::Answer> {
                    self.messages
                }
            }
        )*
    };
}

replies! {
    ApplyConfigurationResponse: ApplyConfiguration,
    BootstrapResponse: Bootstrap,
    EtcdDefragmentResponse: EtcdDefragment,
    EtcdMemberListResponse: EtcdMembers,
    EtcdRemoveMemberByIdResponse: EtcdRemoveMemberById,
    EtcdStatusResponse: EtcdStatus,
    ImagePullResponse: ImagePull,
    MemoryResponse: Memory,
    RebootResponse: Reboot,
    ResetResponse: Reset,
    RollbackResponse: Rollback,
    ServiceListResponse: ServiceList,
    ShutdownResponse: Shutdown,
    UpgradeResponse: Upgrade,
    VersionResponse: Version,
}
