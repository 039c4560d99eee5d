//! Values that were checked when they were made: each has `FromStr` as its only constructor.

mod address;
mod cidr;
mod cloud;
mod disk;
mod domain;
mod git;
mod kubernetes;
mod mac;
mod name;
mod numbers;
mod text;

pub use address::{Address, AddressOrHost};
pub use cidr::Cidr;
pub use cloud::{ProxmoxUrl, TokenId, Url, Uuid};
pub use disk::Disk;
pub use domain::{AlternativeName, DomainName, HostName};
pub use git::{BranchName, RepositoryName};
pub use kubernetes::{Duration, KernelModule, LabelKey, LabelValue, Quantity};
pub use mac::MacAddress;
pub use name::{DnsLabel, NodeName, SchematicId};
pub use numbers::{Asn, VlanTag};
pub use text::InvalidValue;

#[cfg(test)]
mod tests;
