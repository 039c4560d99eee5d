//! Rules about what `doctor` looks at.

diagnostics::rules! {
    DOCTOR_BAD_CERTIFICATE: error "doctor/bad-certificate",
        "The certificate that says who calls is damaged, so that no node and no API server lets anybody in with it.";
    DOCTOR_CERTIFICATE_ENDED: error "doctor/certificate-ended",
        "Nobody is let in with a certificate whose time is over. Talos' own goes on renewing those of the cluster itself.";
    DOCTOR_CERTIFICATE_ENDS: warning "doctor/certificate-ends",
        "The certificate has less than 30 days left. A new one is easier had while the old one still works.";
    DOCTOR_CLEAR_SECRETS: error "doctor/clear-secrets",
        "What is named as an encrypted file, or has to be one by its rule, is in the clear. Whoever has the repository can read it.";
    DOCTOR_INTERRUPTED: warning "doctor/interrupted",
        "Outputs are written together. A run that was killed in the middle has written some of them, and its journal says which.";
    DOCTOR_LEFTOVERS: warning "doctor/leftovers",
        "A run that was killed could not remove what it worked with. Some of that may be secrets in the clear.";
    DOCTOR_LOCKED_SECRETS: error "doctor/locked-secrets",
        "`configure` and Flux decrypt what is in git. What is encrypted for a key that is not here can be read by nobody who works here.";
    DOCTOR_NO_AGE_KEY: error "doctor/no-age-key",
        "Without the identity nothing can be decrypted here, and nothing encrypted anew, so that `configure` stops.";
    DOCTOR_NO_CONTEXT: error "doctor/no-context",
        "The current context of a kubeconfig says which cluster is meant, and as whom it is called.";
    DOCTOR_NO_HOOKS: warning "doctor/no-hooks",
        "git has no settings in a clone but those that were made there. Without these, a secret in the clear is committed like anything else.";
    DOCTOR_NO_PROGRAM: warning "doctor/no-program",
        "Almost everything is built in. What is not needs the program that does it.";
    DOCTOR_OTHER_CLUSTER: error "doctor/other-cluster",
        "The authority in the file is not the one in the cluster's secrets: what is done with it is done to another cluster.";
    DOCTOR_STALE_SECRETS: warning "doctor/stale-secrets",
        "Files keep the recipients and the selector that they were encrypted with until they are encrypted again. Whoever was taken from the rules can read them until then.";
}
