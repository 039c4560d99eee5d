//! Rules about the repository and its domains.

diagnostics::rules! {
    REPOSITORY_INVALID: error "repository/invalid-name",
        "The repository is named `owner/repo`, as in its address on GitHub. Flux clones from the address made of it, so a URL, a trailing blank or a missing owner leads nowhere.";
    REPOSITORY_INVALID_BRANCH: error "repository/invalid-branch",
        "Git has no branch of such a name: no white space, no `~^:?*[\\`, no `..`, no `//`, no component that starts with `.` or ends with `.lock`. Flux would wait for it in vain.";
    DOMAIN_INVALID: error "domain/invalid",
        "A domain consists of two or more labels of lower-case letters, digits and `-`, separated by dots. Kubernetes refuses a route or certificate for any other.";
    DOMAIN_MISSING: error "domain/missing",
        "Neither `cloudflare_domains` nor `cloudflare_domain` is set. Every host name of the cluster is made from the first domain.";
    DOMAIN_DUPLICATE: relaxed "domain/duplicate",
        "A domain listed twice makes every route and certificate for it twice, under one name.";
    DOMAIN_BOTH: warning "domain/both-keys",
        "Both `cloudflare_domain` and `cloudflare_domains` are set and differ. The second is used.";
    SAN_INVALID: error "domain/invalid-alternative-name",
        "The names in the API's certificate are DNS names or IP addresses. A wildcard or a URL never matches.";
}
