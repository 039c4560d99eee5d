//! Certificates made and signed.

use std::time::{Duration, SystemTime};

use der::asn1::{AnyRef, BitStringRef, OctetString, Utf8StringRef};
use der::oid::AssociatedOid;
use der::referenced::OwnedToRef as _;
use der::{Any, DateTime, Encode as _};
use randomness::CryptoRng;
use x509_cert::Version;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
use x509_cert::name::{RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::error::IssueError;
use super::pem;
use super::private_key::PrivateKey;
use super::signed::{Body, Signed};
use crate::secret_text::SecretText;

/// `O`.
const ORGANIZATION: der::asn1::ObjectIdentifier =
    der::asn1::ObjectIdentifier::new_unwrap("2.5.4.10");

/// What a certificate says beside who signed it.
pub(super) struct Request<'a> {
    /// The subject: an `O` each.
    pub(super) organizations: &'a [&'a str],
    /// From when.
    pub(super) from: SystemTime,
    /// For how long.
    pub(super) lifetime: Duration,
    /// In their order.
    pub(super) extensions: Vec<Extension>,
}

/// Who signs.
pub(super) struct Issuer<'a> {
    /// The subject of the authority; none if it signs itself.
    pub(super) name: Option<RdnSequence>,
    /// Its key.
    pub(super) key: &'a PrivateKey,
}

/// A signed certificate for a key, in base64 of PEM.
pub(super) fn issue(
    request: Request<'_>,
    issuer: &Issuer<'_>,
    key: &PrivateKey,
    random: &mut impl CryptoRng,
) -> Result<SecretText, IssueError> {
    let until = request.from.checked_add(request.lifetime);
    let subject = name(request.organizations)?;
    let body = Body {
        version: Version::V3,
        serial_number: serial_number(random)?,
        signature: issuer.key.signature_algorithm(),
        issuer: issuer.name.clone().unwrap_or_else(|| subject.clone()),
        validity: Validity::new(time(request.from)?, time(until.ok_or(IssueError::Time)?)?),
        subject,
        public_key: key.public()?,
        extensions: request.extensions,
    };
    let message = body.to_der()?;
    let signature = issuer.key.sign(&message)?;
    let certificate = Signed {
        body: AnyRef::try_from(message.as_slice())?,
        algorithm: body.signature.owned_to_ref(),
        signature: BitStringRef::from_bytes(&signature)?,
    };
    Ok(pem::encode(pem::CERTIFICATE, &certificate.to_der()?)?)
}

/// One extension.
pub(super) fn extension<T: AssociatedOid + der::Encode>(
    critical: bool,
    value: &T,
) -> Result<Extension, IssueError> {
    Ok(Extension {
        extn_id: T::OID,
        critical,
        extn_value: OctetString::new(value.to_der()?)?,
    })
}

/// `keyUsage` and `extKeyUsage`, and for an authority `basicConstraints`: as Go orders them.
pub(super) fn usage(
    usage: KeyUsage,
    extended: ExtendedKeyUsage,
    constraints: Option<&BasicConstraints>,
) -> Result<Vec<Extension>, IssueError> {
    let mut out = vec![extension(true, &usage)?, extension(false, &extended)?];
    if let Some(constraints) = constraints {
        out.push(extension(true, constraints)?);
    }
    Ok(out)
}

/// A random number of 128 bits.
fn serial_number(random: &mut impl CryptoRng) -> Result<SerialNumber, IssueError> {
    let mut bytes = [0_u8; 16];
    random.fill_bytes(&mut bytes);
    let start = bytes.iter().position(|byte| *byte != 0);
    let shortest = start.and_then(|start| bytes.get(start..));
    // Zero is not allowed, and as likely as a guess of the whole key.
    Ok(SerialNumber::new(shortest.unwrap_or(&[1]))?)
}

/// A subject, in one set for all of its organizations, as Go writes several.
fn name(organizations: &[&str]) -> Result<RdnSequence, IssueError> {
    if organizations.is_empty() {
        return Ok(RdnSequence::default());
    }
    let mut set = Vec::new();
    for organization in organizations {
        set.push(AttributeTypeAndValue {
            oid: ORGANIZATION,
            value: text(organization)?,
        });
    }
    Ok(vec![RelativeDistinguishedName::try_from(set)?].into())
}

/// A `PrintableString` if the characters allow, as Go chooses.
fn text(text: &str) -> Result<Any, IssueError> {
    if let Ok(printable) = der::asn1::PrintableStringRef::new(text) {
        return Ok(Any::encode_from(&printable)?);
    }
    Ok(Any::encode_from(&Utf8StringRef::new(text)?)?)
}

/// In whole seconds; with two digits for the year as long as these suffice.
fn time(time: SystemTime) -> Result<Time, IssueError> {
    let seconds = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_err(|_| IssueError::Time)?
        .as_secs();
    let date =
        DateTime::from_unix_duration(Duration::from_secs(seconds)).map_err(|_| IssueError::Time)?;
    Ok(Time::from(date))
}
