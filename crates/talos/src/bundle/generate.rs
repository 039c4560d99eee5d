//! A bundle of a new cluster.

use std::time::SystemTime;

use randomness::CryptoRng;

use super::{Bundle, random};
use crate::certificates::{Algorithm, IssueError, authority, service_account_key};

impl Bundle {
    /// The secrets of a new cluster, as `talosctl gen secrets` makes them for any Talos since
    /// 1.7. Authorities begin `now` and last ten years.
    ///
    /// The search for the RSA key takes about a second of two processors in a release build.
    pub fn generate(random: &mut impl CryptoRng, now: SystemTime) -> Result<Self, IssueError> {
        let etcd = authority(Some("etcd"), Algorithm::P256, random, now)?;
        let kubernetes = authority(Some("kubernetes"), Algorithm::P256, random, now)?;
        // Without a name, in the certificates of every cluster there is.
        let aggregator = authority(None, Algorithm::P256, random, now)?;
        Ok(Self {
            cluster_id: random::identifier(random),
            cluster_secret: random::secret(random),
            bootstrap_token: random::token(random),
            aescbc_secret: None,
            secretbox_secret: Some(random::secret(random)),
            trustd_token: random::token(random),
            etcd,
            kubernetes,
            aggregator,
            service_account_key: service_account_key(random)?,
            os: authority(Some("talos"), Algorithm::Ed25519, random, now)?,
        })
    }
}
