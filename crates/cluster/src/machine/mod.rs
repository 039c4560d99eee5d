//! A machine that is to be a node, and how far it is.

mod look;

use std::fmt;

use serde::Serialize;
use talos::generate::Role;
use talos_client::{Fault, Kind, Node};
use zeroize::Zeroizing;

pub(crate) use look::{etcd, stage};

/// A node that the cluster is to have. Has no `Debug`: its configuration holds secrets.
pub struct Member {
    /// Its name.
    pub name: String,
    /// Where it is reached.
    pub address: String,
    /// What it is.
    pub role: Role,
    /// Its configuration.
    pub config: Zeroizing<String>,
}

/// How far a machine is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "stage")]
pub enum Stage {
    /// It does not answer, or not as it should.
    Away {
        /// What happens instead.
        why: String,
    },
    /// It waits for its configuration.
    Maintenance,
    /// It is none of this cluster, or cannot be told to be.
    Foreign,
    /// It is a member of this cluster.
    Member {
        /// The stage that Talos is in, such as `booting` or `running`.
        talos: String,
        /// etcd, where the node is a control plane.
        etcd: Option<Etcd>,
    },
}

/// How far etcd is on a control plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Etcd {
    /// Nothing is known yet.
    Unknown,
    /// It waits to be started, or to join others, and has no data.
    Empty,
    /// It has data, and does not run.
    Stopped,
    /// It runs.
    Running,
}

impl Stage {
    /// The stage of a machine whose answer to a member was this.
    pub fn of(fault: &Fault) -> Self {
        match fault.kind {
            Kind::InMaintenance => Self::Maintenance,
            Kind::Untrusted
            | Kind::ClientRefused
            | Kind::WrongName
            | Kind::NotValidNow
            | Kind::NotTalos
            | Kind::Denied => Self::Foreign,
            _ => Self::Away {
                why: fault.words.clone(),
            },
        }
    }

    /// It as one word.
    pub fn word(&self) -> &str {
        match self {
            Self::Away { .. } => "away",
            Self::Maintenance => "maintenance",
            Self::Foreign => "foreign",
            Self::Member { talos, .. } => talos,
        }
    }

    /// Whether nothing is left to do about it.
    pub fn is_finished(&self) -> bool {
        matches!(
            self,
            Self::Member { talos, etcd: None | Some(Etcd::Running) } if talos == "running"
        )
    }

    pub(crate) fn etcd(&self) -> Option<Etcd> {
        match self {
            Self::Member { etcd, .. } => *etcd,
            _ => None,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away { why } => write!(formatter, "does not answer ({why})"),
            Self::Maintenance => formatter.write_str("in maintenance"),
            Self::Foreign => formatter.write_str("not of this cluster"),
            Self::Member { talos, etcd } => {
                formatter.write_str(talos)?;
                match etcd {
                    None | Some(Etcd::Unknown) => Ok(()),
                    Some(Etcd::Empty) => formatter.write_str(", etcd waits to be started"),
                    Some(Etcd::Stopped) => formatter.write_str(", etcd has data and does not run"),
                    Some(Etcd::Running) => formatter.write_str(", etcd runs"),
                }
            }
        }
    }
}

/// How far a machine is, whatever it is; where there are no secrets of a cluster yet, it is in
/// maintenance or none of it. With it the failure that says why it is not asked more.
pub(crate) fn stage_of(
    cluster: Option<&Node<'_>>,
    maintenance: &Node<'_>,
) -> (Stage, Option<Fault>) {
    match cluster {
        Some(node) => stage(node, maintenance, false),
        None => look::without_secrets(maintenance),
    }
}
