//! Keycloak as the templates configure it: the realm is brought to it, logins open at what Envoy sends
//! the browser to, each provider is offered and called back, the token of a client passes the policy
//! of the MCP gateway in a real Envoy, and what changes in git reaches a realm that is there.

mod container;
mod envoy;
mod http;
mod server;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use self::envoy::Rig;
use self::http::form;
use self::server::Server;
use super::super::flux::processes::Sandbox;
use super::super::{Options, Outcome};
use super::envoy::Envoy;
use super::gateway::Translator;
use crate::stacks::realms::PROVIDERS;
use crate::stacks::{self, Cluster, items, name, text};
use crate::{files, process};

/// The fixture that has everything on.
const FIXTURE: &str = "public";

/// The client of programs that ask MCP servers.
const CLIENT: &str = "mcp-gateway";

/// Somebody who is in the realm, whatever git says of it.
const USER: &str = "somebody";
const PASSWORD: &str = "of-somebody";

/// What is changed while it runs.
const SECRET: [&str; 2] = ["fixture-oidc-client-secret", "another-oidc-client-secret"];
const GOOGLE: [&str; 2] = ["123456789-fixture", "987654321-another"];

pub(super) fn run(clusters: &[Cluster], _options: &Options) -> Result<Outcome> {
    let cluster = clusters.iter().find(|one| one.fixture == FIXTURE);
    let cluster = cluster.with_context(|| format!("there is no fixture `{FIXTURE}`"))?;
    if !process::exists("curl", "--version") {
        return Ok(Outcome::Skipped("there is no `curl`".to_owned()));
    }
    let (program, envoy, translator) =
        match (server::program()?, Envoy::open()?, Translator::open()?) {
            (Ok(program), Ok(envoy), Ok(translator)) => (program, envoy, translator),
            (Err(reason), _, _) | (_, Err(reason), _) | (_, _, Err(reason)) => {
                return Ok(Outcome::Skipped(reason));
            }
        };
    let sandbox = Sandbox::new()?;
    let mut rig = Rig {
        sandbox: &sandbox,
        envoy,
        translator,
    };
    let server = Server::start(&sandbox, &program, cluster)?;
    server.reconcile(cluster)?;
    let mut faults = Vec::new();
    let logins = policies(cluster, "/spec/oidc");
    if let Some(policy) = logins.first() {
        let [_, realm] = parts(text(policy, "/spec/oidc/provider/issuer"))?;
        let user = json!({
            "username": USER,
            "email": "somebody@example.com",
            "emailVerified": true,
            "firstName": "Some",
            "lastName": "Body",
            "enabled": true,
            "credentials": [{ "type": "password", "value": PASSWORD, "temporary": false }],
        });
        server.admin("POST", &format!("{realm}/users"), &user.to_string())?;
    }
    for policy in &logins {
        logs_in(&server, &mut rig, cluster, policy, &mut faults)?;
    }
    let tokens = policies(cluster, "/spec/jwt");
    for policy in &tokens {
        lets_in(&server, &mut rig, cluster, policy, &mut faults)?;
    }
    if logins.is_empty() || tokens.is_empty() {
        faults.push("there is no policy with a login, or none with tokens".to_owned());
    }
    if let Some(policy) = logins.first() {
        changes(&server, cluster, policy, &mut faults)?;
    }
    if !faults.is_empty() {
        return Ok(Outcome::Differs(faults.join("\n")));
    }
    Ok(Outcome::Agreed(format!(
        "{} policies let in who logs in and offer {} providers, {} take the client's token and no other, \
         and a changed secret and provider arrive in the realm",
        logins.len(),
        PROVIDERS.len(),
        tokens.len(),
    )))
}

fn policies<'c>(cluster: &'c Cluster, field: &str) -> Vec<&'c Value> {
    let policies = cluster.of_kind("SecurityPolicy");
    policies
        .filter(|one| one.pointer(field).is_some())
        .collect()
}

/// The realm's address of an issuer, its name, and the domain that its host lies in.
fn parts(issuer: &str) -> Result<[&str; 2]> {
    let host = issuer
        .split('/')
        .nth(2)
        .and_then(|host| host.split_once('.'));
    let (_, domain) = host.with_context(|| format!("`{issuer}` has no domain"))?;
    let realm = issuer.rsplit('/').next().unwrap_or_default();
    Ok([domain, realm])
}

/// What Keycloak says of a realm to everybody.
fn discovered(server: &Server<'_>, issuer: &str) -> Result<Value> {
    let answer = server.ask(&format!("{issuer}/.well-known/openid-configuration"), &[])?;
    serde_json::from_str(&answer.body).with_context(|| format!("{issuer}: {}", answer.body))
}

/// A login, from a request without one to the page with the providers, and back from each.
fn logs_in(
    server: &Server<'_>,
    rig: &mut Rig<'_>,
    cluster: &Cluster,
    policy: &Value,
    faults: &mut Vec<String>,
) -> Result<()> {
    let mut told = |words: String| faults.push(format!("{}: {words}", name(policy)));
    let issuer = text(policy, "/spec/oidc/provider/issuer");
    let [domain, realm] = parts(issuer)?;
    let known = discovered(server, issuer)?;
    for (ours, theirs) in [
        ("issuer", "issuer"),
        ("authorizationEndpoint", "authorization_endpoint"),
        ("endSessionEndpoint", "end_session_endpoint"),
    ] {
        let ours = text(policy, &format!("/spec/oidc/provider/{ours}"));
        let theirs = text(&known, &format!("/{theirs}"));
        if ours != theirs {
            told(format!("asks `{ours}`, and Keycloak is at `{theirs}`"));
        }
    }
    // Envoy asks for tokens within the cluster, where the host is another.
    let path = |address: &str| address.splitn(4, '/').nth(3).unwrap_or_default().to_owned();
    let (ours, theirs) = (
        text(policy, "/spec/oidc/provider/tokenEndpoint"),
        text(&known, "/token_endpoint"),
    );
    if path(ours) != path(theirs) {
        told(format!(
            "gets tokens at `{ours}`, and Keycloak is at `{theirs}`"
        ));
    }
    let proxy = rig.start(cluster, policy, domain, server.port)?;
    // A browser of its own: whoever has logged in at one gateway is known at the other.
    let jar = rig
        .sandbox
        .path(text(policy, "/metadata/name"))?
        .into_string();
    let browser = [
        "--cookie",
        &jar,
        "--cookie-jar",
        &jar,
        "--header",
        "Accept: text/html",
    ];
    let wanted = format!("https://{}/", proxy.host);
    let sent = proxy.ask(&wanted, &browser)?;
    let Some(to) = sent.header("location").filter(|_| sent.status == 302) else {
        told(format!(
            "a request without a login is answered with {}",
            sent.status
        ));
        return Ok(());
    };
    for scope in items(policy, "/spec/oidc/scopes")
        .iter()
        .filter_map(Value::as_str)
    {
        let query = to.split_once("scope=").map_or("", |(_, rest)| rest);
        let query = query.split('&').next().unwrap_or_default();
        if !query
            .split(['+', ' '])
            .flat_map(|part| part.split("%20"))
            .any(|one| one == scope)
        {
            told(format!("the login asks for `{query}`, without `{scope}`"));
        }
    }
    let page = server.ask(to, &browser)?;
    if page.status != 200 {
        let where_to = page.header("location").unwrap_or_default();
        told(format!(
            "no login opens at `{to}`: {} {where_to} {}",
            page.status, page.body
        ));
        return Ok(());
    }
    for alias in PROVIDERS {
        if !page.body.contains(&format!("/broker/{alias}/login")) {
            told(format!("the login does not offer `{alias}`"));
        }
    }
    for (alias, is_known) in PROVIDERS
        .map(|alias| (alias, true))
        .into_iter()
        .chain([("nobody", false)])
    {
        let back = server.ask(&format!("{issuer}/broker/{alias}/endpoint"), &[])?;
        if (back.status != 404) != is_known {
            told(format!(
                "`{realm}` answers the provider `{alias}` with {}",
                back.status
            ));
        }
    }
    // Somebody of the realm's own, since nobody can log in at a provider here.
    let action = page
        .body
        .split_once("action=\"")
        .map_or("", |(_, rest)| rest);
    let action = action
        .split('"')
        .next()
        .unwrap_or_default()
        .replace("&amp;", "&");
    let name = format!("username={USER}");
    let password = format!("password={PASSWORD}");
    let fields = form(&[&name, &password]);
    let back = server.ask(&action, &[&browser[..], &fields].concat())?;
    let Some(back) = back.header("location") else {
        told(format!("nobody can log in: {} {}", back.status, back.body));
        return Ok(());
    };
    let to = proxy.ask(back, &browser)?;
    let through = proxy.ask(&wanted, &browser)?;
    if to
        .header("location")
        .is_none_or(|to| !to.starts_with(&wanted))
        || through.status != 200
    {
        let (back, status) = (to.header("location").unwrap_or_default(), to.status);
        told(format!(
            "after the login: {status} to `{back}`, then {}",
            through.status
        ));
    }
    Ok(())
}

/// A token that a policy takes, and others that it does not.
fn lets_in(
    server: &Server<'_>,
    rig: &mut Rig<'_>,
    cluster: &Cluster,
    policy: &Value,
    faults: &mut Vec<String>,
) -> Result<()> {
    let issuer = text(policy, "/spec/jwt/providers/0/issuer");
    let [domain, realm] = parts(issuer)?;
    let client = server.admin("GET", &format!("{realm}/clients?clientId={CLIENT}"), "")?;
    let token = token(server, issuer, CLIENT, text(&client, "/0/secret"))?;
    let stranger =
        r#"{"clientId": "stranger", "secret": "of-a-stranger", "serviceAccountsEnabled": true}"#;
    server.admin("POST", &format!("{realm}/clients"), stranger)?;
    let others = self::token(server, issuer, "stranger", "of-a-stranger")?;
    let mut forged = token.clone();
    let last = forged.pop();
    let before = forged.pop();
    forged.push(if before == Some('A') { 'B' } else { 'A' });
    forged.extend(last);
    let proxy = rig.start(cluster, policy, domain, server.port)?;
    let wanted = format!("https://{}/", proxy.host);
    for (whose, token, lets_in) in [
        ("no token", "", false),
        ("the token of the client", token.as_str(), true),
        ("a token for somebody else", &others, false),
        ("a token that was changed", &forged, false),
    ] {
        let header = format!("Authorization: Bearer {token}");
        let asks = ["--header", header.as_str()];
        let asks = if token.is_empty() { &[][..] } else { &asks };
        let answer = proxy.ask(&wanted, asks)?;
        if (answer.status == 200) != lets_in {
            let (policy, status, body) = (name(policy), answer.status, answer.body);
            faults.push(format!(
                "{policy}: {whose} is answered with {status} {body}"
            ));
        }
    }
    Ok(())
}

/// Where a realm gives tokens.
fn token_address(issuer: &str) -> String {
    format!("{issuer}/protocol/openid-connect/token")
}

/// The token that a client gets for itself.
fn token(server: &Server<'_>, issuer: &str, client: &str, secret: &str) -> Result<String> {
    let (client, secret) = (
        format!("client_id={client}"),
        format!("client_secret={secret}"),
    );
    let fields = ["grant_type=client_credentials", &client, &secret];
    let answer = server.ask(&token_address(issuer), &form(&fields))?;
    let said: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    let token = said.get("access_token").and_then(Value::as_str);
    let token = token.with_context(|| format!("no token for {client}: {}", answer.body))?;
    Ok(token.to_owned())
}

/// Another secret and another provider in git, for a realm that is there and has a user.
fn changes(
    server: &Server<'_>,
    cluster: &Cluster,
    policy: &Value,
    faults: &mut Vec<String>,
) -> Result<()> {
    let issuer = text(policy, "/spec/oidc/provider/issuer");
    let [_, realm] = parts(issuer)?;
    // A code that was never given out shows what Keycloak thinks of the client.
    let is_known = |secret: &str| -> Result<bool> {
        let client = format!("client_id={}", text(policy, "/spec/oidc/clientID"));
        let redirect = format!("redirect_uri={}", text(policy, "/spec/oidc/redirectURL"));
        let secret = format!("client_secret={secret}");
        let fields = [
            "grant_type=authorization_code",
            "code=none",
            &client,
            &redirect,
            &secret,
        ];
        let answer = server.ask(&token_address(issuer), &form(&fields))?;
        Ok(answer.body.contains("invalid_grant"))
    };
    let mut check = |now: usize, when: &str| -> Result<()> {
        for (at, secret) in SECRET.iter().enumerate() {
            if is_known(secret)? != (at == now) {
                faults.push(format!("{when}: the secret `{secret}` counts, or does not"));
            }
        }
        let google = server.admin(
            "GET",
            &format!("{realm}/identity-provider/instances/google"),
            "",
        )?;
        if !text(&google, "/config/clientId").contains(GOOGLE[now]) {
            faults.push(format!(
                "{when}: the client of Google's is not `{}`",
                GOOGLE[now]
            ));
        }
        Ok(())
    };
    check(0, "at first")?;
    server.reconcile(cluster)?;
    check(0, "after a second run that changes nothing")?;
    server.reconcile(&changed(cluster)?)?;
    check(1, "after a change")?;
    let users = server.admin("GET", &format!("{realm}/users?username={USER}"), "")?;
    if items(&users, "").len() != 1 {
        faults.push("a user is gone after a change".to_owned());
    }
    Ok(())
}

/// The same cluster with other values.
fn changed(cluster: &Cluster) -> Result<Cluster> {
    let folder = tempfile::tempdir()?;
    let root = files::utf8(folder.path())?;
    files::copy(
        &files::root()
            .join("fixtures")
            .join(&cluster.fixture)
            .join("keys"),
        &root.join("keys"),
    )?;
    for file in ["cluster.yaml", "nodes.yaml"] {
        let mut content = files::text(
            &files::root()
                .join("fixtures")
                .join(&cluster.fixture)
                .join(file),
        )?;
        for [before, after] in [SECRET, GOOGLE] {
            content = content.replace(before, after);
        }
        files::write(&root.join(file), content)?;
    }
    stacks::cluster_of(&cluster.fixture, root)
}
