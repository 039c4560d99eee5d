//! Rules about the optional stacks.

diagnostics::rules! {
    PROXMOX_INVALID_URL: error "proxmox/invalid-url",
        "The address of Proxmox's API starts with `http://` or `https://` and ends with `/api2/json`. The storage driver uses it as it stands.";
    PROXMOX_INVALID_TOKEN: error "proxmox/invalid-token-id",
        "A Proxmox API token is named `user@realm!token`. The user's name alone is not a token.";
    PROXMOX_PARTIAL_TOKEN: error "proxmox/partial-token",
        "A token consists of its id and its secret. With only one of them the stack stays off although it seems to be configured.";
    PROXMOX_MISSING_URL: error "proxmox/missing-url",
        "A token is set, but not the address of the Proxmox API that it is for.";
    AI_MISSING_KEY: error "ai-gateway/missing-key",
        "The AI gateway is enabled but has no address of its own, so no client could reach it.";
    AI_NO_REGION: error "ai-gateway/no-region",
        "The AI gateway is enabled, but no region has both a resource name and a way to sign in: an API key, or an Entra application. There is nothing to route to.";
    AI_PARTIAL_REGION: warning "ai-gateway/partial-region",
        "One of the region's two keys is set without the other, so the region stays off.";
    AI_PARTIAL_IDENTITY: error "ai-gateway/partial-identity",
        "Signing in as an Entra application takes the tenant, the application's id and its secret. With only some of them no token can be asked for.";
    OIDC_MISSING_KEY: error "oidc/missing-key",
        "Single sign-on runs on the Keycloak of the MCP gateway, behind a gateway of its own, with a client secret. Without one of them nobody could log in, and protected applications would be out of reach.";
    OIDC_INCOMPLETE_PROVIDER: error "oidc/incomplete-provider",
        "An identity provider is enabled without the credentials of the application registered there. Keycloak would offer it, and every login would fail.";
    OIDC_TEAM_WITHOUT_ORGANISATION: error "oidc/team-without-organisation",
        "GitHub teams belong to an organisation; without its name the teams cannot be looked up.";
    OIDC_COOKIE_DOMAIN: error "oidc/cookie-domain",
        "Browsers drop a cookie for a domain that the page does not belong to. If the primary domain is neither the cookie domain nor below it, every login ends where it began.";
    OIDC_COOKIE_DOMAIN_FURTHER: warning "oidc/cookie-domain-further",
        "Browsers drop the login's cookie on a domain that is not below the cookie domain, so single sign-on does not extend to it.";
    MCP_MISSING_KEY: error "mcp/missing-key",
        "The MCP gateway runs Keycloak, PostgreSQL and Redis behind an address of its own. Without the address it is out of reach; with an empty password anybody gets in, or nobody.";
    MCP_ADMIN_REALM: error "mcp/admin-realm",
        "The realm `master` is that of Keycloak's administrators. As the realm of users it would let in whomever a provider lets in, and be published with its console.";
    MCP_STORAGE_CLASS: warning "mcp/storage-class",
        "The storage class is that of the Proxmox CSI driver, which is not enabled. Unless the class is made some other way, the volumes of PostgreSQL and Redis stay pending.";
}
