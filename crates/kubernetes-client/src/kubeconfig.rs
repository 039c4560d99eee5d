//! As whom a cluster is called, and which it must be.

use diagnostics::Diagnostic;
use kube::Config;
use kube::config::{AuthInfo, Cluster, KubeConfigOptions, Kubeconfig};

use crate::rules;

fn lacks(what: &str) -> Diagnostic {
    rules::KUBERNETES_API_NO_CREDENTIALS
        .report(format!("the kubeconfig {what}"))
        .hint("fetch one with `ichor talos kubeconfig`")
}

/// The current context of a kubeconfig, if all that it needs is in it.
pub(crate) async fn read(text: &str) -> Result<Config, Diagnostic> {
    // What the parser says quotes the text, which holds a key.
    let config = Kubeconfig::from_yaml(text).map_err(|_| lacks("cannot be read"))?;
    let context = config.current_context.as_deref().unwrap_or_default();
    let named = config.contexts.iter().find(|named| named.name == context);
    let Some(context) = named.and_then(|named| named.context.as_ref()) else {
        return Err(lacks("has no current context"));
    };
    let cluster = { config.clusters.iter() }
        .find(|named| named.name == context.cluster)
        .and_then(|named| named.cluster.as_ref())
        .ok_or_else(|| lacks("has no cluster for its current context"))?;
    let user = context.user.as_deref().unwrap_or_default();
    let user = { config.auth_infos.iter() }
        .find(|named| named.name == user)
        .and_then(|named| named.auth_info.as_ref())
        .ok_or_else(|| lacks("has no user for its current context"))?;
    check_cluster(cluster)?;
    check_user(user)?;
    let unread = || lacks("has a server or certificates that cannot be read");
    let config = Config::from_custom_kubeconfig(config, &KubeConfigOptions::default()).await;
    let mut config = config.map_err(|_| unread())?;
    // It would be that of `HTTPS_PROXY`, which is for the world outside, whatever `NO_PROXY` says:
    // kube 5.0.0 holds that against the proxy, see `findings/kube-no-proxy.sh`.
    config.proxy_url = None;
    // Without any, whom the system trusts would do.
    match &config.root_cert {
        Some(authorities) if !authorities.is_empty() => Ok(config),
        _ => Err(unread()),
    }
}

fn check_cluster(cluster: &Cluster) -> Result<(), Diagnostic> {
    let server = cluster.server.as_deref().unwrap_or_default();
    if !server.starts_with("https://") {
        return Err(lacks("names no server that begins with `https://`"));
    }
    if cluster.insecure_skip_tls_verify == Some(true) {
        return Err(lacks(
            "says `insecure-skip-tls-verify`, and whoever answered would get what is sent",
        ));
    }
    if cluster.proxy_url.is_some() {
        return Err(lacks(
            "has a `proxy-url`, and proxies are not gone through here",
        ));
    }
    if cluster.certificate_authority.is_some() || cluster.certificate_authority_data.is_none() {
        return Err(lacks("has no `certificate-authority-data`"));
    }
    Ok(())
}

fn check_user(user: &AuthInfo) -> Result<(), Diagnostic> {
    if user.exec.is_some() || user.auth_provider.is_some() {
        return Err(lacks("has a user whom a program is to be started for"));
    }
    let others = [
        user.client_certificate.is_some(),
        user.client_key.is_some(),
        user.token_file.is_some(),
        user.username.is_some(),
        user.impersonate.is_some(),
    ];
    let pair = [
        user.client_certificate_data.is_some(),
        user.client_key_data.is_some(),
    ];
    let is_known = pair == [true; 2] || (pair == [false; 2] && user.token.is_some());
    if !is_known || others.contains(&true) {
        return Err(lacks(
            "has a user without `client-certificate-data` and `client-key-data`, or a `token`; or with something else",
        ));
    }
    Ok(())
}
