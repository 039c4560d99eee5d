//! Certificates as they are written: RFC 5280, section 4.1.

use der::Sequence;
use der::asn1::{AnyRef, BitStringRef};
use x509_cert::Version;
use x509_cert::ext::Extensions;
use x509_cert::name::RdnSequence;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{
    AlgorithmIdentifierOwned, AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned,
};
use x509_cert::time::Validity;

/// What is signed, `TBSCertificate`, in the third version of it.
#[derive(Sequence)]
pub(super) struct Body {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) version: Version,
    pub(super) serial_number: SerialNumber,
    /// How it is signed.
    pub(super) signature: AlgorithmIdentifierOwned,
    pub(super) issuer: RdnSequence,
    pub(super) validity: Validity,
    pub(super) subject: RdnSequence,
    pub(super) public_key: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    pub(super) extensions: Extensions,
}

/// A certificate whose body keeps its bytes.
#[derive(Sequence)]
pub(super) struct Signed<'a> {
    pub(super) body: AnyRef<'a>,
    pub(super) algorithm: AlgorithmIdentifierRef<'a>,
    pub(super) signature: BitStringRef<'a>,
}
