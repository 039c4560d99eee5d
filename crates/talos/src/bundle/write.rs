//! A bundle as the text of `talsecret.yaml`.

use zeroize::Zeroizing;

use super::{Bundle, KeyPair, SecretText};

impl Bundle {
    /// The text that talhelper and talosctl read, byte for byte as talhelper writes it.
    pub fn to_yaml(&self) -> Zeroizing<String> {
        let mut out = Zeroizing::new(String::with_capacity(16 * 1024));
        out.push_str("cluster:\n");
        line(&mut out, 2, "id", &self.cluster_id);
        line(&mut out, 2, "secret", &self.cluster_secret);
        out.push_str("secrets:\n");
        line(&mut out, 2, "bootstraptoken", &self.bootstrap_token);
        if let Some(secret) = &self.aescbc_secret {
            line(&mut out, 2, "aescbcencryptionsecret", secret);
        }
        if let Some(secret) = &self.secretbox_secret {
            line(&mut out, 2, "secretboxencryptionsecret", secret);
        }
        out.push_str("trustdinfo:\n");
        line(&mut out, 2, "token", &self.trustd_token);
        out.push_str("certs:\n");
        pair(&mut out, "etcd", &self.etcd);
        pair(&mut out, "k8s", &self.kubernetes);
        pair(&mut out, "k8saggregator", &self.aggregator);
        out.push_str("  k8sserviceaccount:\n");
        line(&mut out, 4, "key", &self.service_account_key);
        pair(&mut out, "os", &self.os);
        out
    }
}

/// A certificate with its key.
fn pair(out: &mut String, name: &str, pair: &KeyPair) {
    out.push_str("  ");
    out.push_str(name);
    out.push_str(":\n");
    line(out, 4, "crt", &pair.certificate);
    line(out, 4, "key", &pair.key);
}

/// One value; in double quotes if a reader could take it for anything but text.
fn line(out: &mut String, column: usize, key: &str, value: &SecretText) {
    out.extend(std::iter::repeat_n(' ', column));
    out.push_str(key);
    out.push_str(": ");
    let text = value.expose();
    if is_plain(text) {
        out.push_str(text);
    } else {
        out.push_str(&Zeroizing::new(yaml::double_quoted(text)));
    }
    out.push('\n');
}

/// Base64 and tokens, except those that look like numbers: only these have no letter but `e`.
fn is_plain(text: &str) -> bool {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-.".contains(&byte);
    let lettered = |byte: u8| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E');
    let starts = text
        .bytes()
        .next()
        .is_some_and(|first| first.is_ascii_alphanumeric() || b"+/_-".contains(&first));
    starts && text.len() > 8 && text.bytes().all(safe) && text.bytes().any(lettered)
}
