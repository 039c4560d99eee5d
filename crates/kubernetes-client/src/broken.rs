//! What the errors of HTTP, TLS and the system mean.

use std::error::Error;
use std::io::ErrorKind;

use http_body_util::LengthLimitError;
use rustls::AlertDescription as Alert;

use crate::fault::Kind;

/// What ended a call that got no answer, and the words for it.
pub(crate) fn meaning(error: &(dyn Error + 'static)) -> (Kind, String) {
    let mut found = Found::default();
    found.look(error);
    match found.known {
        Some(known) => known,
        None if found.is_connecting => (Kind::Unreachable, found.last),
        None => (Kind::Interrupted, found.last),
    }
}

#[derive(Default)]
struct Found {
    /// What is certain.
    known: Option<(Kind, String)>,
    /// Whether it was before there was a connection.
    is_connecting: bool,
    /// The innermost words.
    last: String,
}

impl Found {
    /// Goes inward through what an error came of.
    fn look(&mut self, error: &(dyn Error + 'static)) {
        self.last = error.to_string();
        if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
            self.is_connecting |= error.is_connect();
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>()
            && error.is_parse()
        {
            self.known = Some((Kind::NotKubernetes, error.to_string()));
        }
        if error.is::<LengthLimitError>() {
            self.known = Some((Kind::TooLarge, String::new()));
        }
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            self.known = Some(of_tls(error));
        }
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            if error.kind() == ErrorKind::ConnectionRefused {
                self.is_connecting = true;
            }
            // It hands on the source of what it wraps, and not that itself.
            if let Some(inner) = error.get_ref() {
                return self.look(inner);
            }
        }
        if let Some(source) = error.source() {
            self.look(source);
        }
    }
}

fn of_tls(error: &rustls::Error) -> (Kind, String) {
    let kind = match error {
        rustls::Error::InvalidCertificate(_) => Kind::Untrusted,
        rustls::Error::AlertReceived(
            Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::CertificateRequired
            | Alert::DecryptError,
        ) => Kind::ClientRefused,
        _ => Kind::NotKubernetes,
    };
    (kind, error.to_string())
}
