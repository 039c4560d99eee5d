//! Configurations, the start of a cluster, and its kubeconfig.

use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use zeroize::Zeroizing;

use crate::api::common::Empty;
use crate::api::machine::{
    ApplyConfiguration, ApplyConfigurationRequest, ApplyConfigurationResponse, ApplyMode,
    BootstrapRequest, BootstrapResponse,
};
use crate::client::{Method, Node};
use crate::fault::{Fault, Kind};

const APPLY: Method = Method("/machine.MachineService/ApplyConfiguration");
const BOOTSTRAP: Method = Method("/machine.MachineService/Bootstrap");
const KUBECONFIG: Method = Method("/machine.MachineService/Kubeconfig");

/// A configuration may be installed to a disk before the call returns.
const APPLYING: Duration = Duration::from_mins(2);

/// The largest kubeconfig, packed and not.
const LARGEST_KUBECONFIG: usize = 1 << 20;

impl Node<'_> {
    /// Gives the node a configuration. `attempt` is after what time one that is only tried is
    /// taken back.
    ///
    /// # Errors
    ///
    /// [`Kind::Refused`] for one that Talos does not take; [`Kind::NotReady`] while it reboots.
    pub fn apply(
        &self,
        config: &str,
        mode: ApplyMode,
        dry_run: bool,
        attempt: Option<Duration>,
    ) -> Result<ApplyConfiguration, Fault> {
        let request = ApplyConfigurationRequest {
            data: config.as_bytes().to_vec(),
            mode: mode.into(),
            dry_run,
            try_mode_timeout: attempt.map(Into::into),
        };
        self.ask_within::<ApplyConfigurationResponse>(APPLY, request, APPLYING)
    }

    /// Starts etcd on this control plane: once in the life of a cluster, on one of them.
    ///
    /// # Errors
    ///
    /// [`Kind::Exists`] where etcd runs already; [`Kind::NotReady`] until the node is as far.
    pub fn bootstrap(&self) -> Result<(), Fault> {
        let request = BootstrapRequest::default();
        self.ask::<BootstrapResponse>(BOOTSTRAP, request).map(drop)
    }

    /// A kubeconfig for an administrator: each call makes a new certificate. Control planes only.
    ///
    /// # Errors
    ///
    /// [`Kind::Malformed`] where what comes is none.
    pub fn kubeconfig(&self) -> Result<Zeroizing<String>, Fault> {
        let packed = self.stream(KUBECONFIG, Empty {})?;
        let packed = packed.gathered().all(LARGEST_KUBECONFIG)?;
        let malformed = |words: &str| self.fault(KUBECONFIG, Kind::Malformed, words);
        let mut archive = Zeroizing::new(Vec::new());
        let most = u64::try_from(LARGEST_KUBECONFIG).unwrap_or(u64::MAX);
        GzDecoder::new(packed.as_slice())
            .take(most)
            .read_to_end(&mut archive)
            .map_err(|_| malformed("it is not packed as it should be"))?;
        let file = only_file(&archive).ok_or_else(|| malformed("there is no file in it"))?;
        let text = std::str::from_utf8(file).map_err(|_| malformed("it is no text"))?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

/// The content of the first file of a tar archive.
fn only_file(archive: &[u8]) -> Option<&[u8]> {
    /// Of a header, and what contents are padded to.
    const BLOCK: usize = 512;
    let header = archive.get(..BLOCK)?;
    let is_file = matches!(header[156], b'0' | 0);
    let digits = header[124..136].split(|byte| !(b'0'..=b'7').contains(byte));
    let size = digits
        .filter(|digits| !digits.is_empty())
        .find_map(|digits| usize::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok())?;
    archive
        .get(BLOCK..BLOCK.checked_add(size)?)
        .filter(|_| is_file)
}

#[cfg(test)]
mod tests {
    use super::only_file;

    #[test]
    fn archives_that_lie_hold_no_file() {
        let mut archive = vec![0; 1024];
        archive[124..136].copy_from_slice(b"00000000005\0");
        archive[156] = b'0';
        archive[512..517].copy_from_slice(b"hello");
        assert_eq!(only_file(&archive), Some(b"hello".as_slice()));
        assert_eq!(only_file(&archive[..514]), None);
        archive[156] = b'5';
        assert_eq!(only_file(&archive), None);
        archive[124..136].copy_from_slice(b"77777777777\0");
        archive[156] = b'0';
        assert_eq!(only_file(&archive), None);
        assert_eq!(only_file(&[0; 512]), None);
        assert_eq!(only_file(&[]), None);
    }
}
