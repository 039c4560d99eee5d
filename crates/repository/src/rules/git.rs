//! Rules about git.

diagnostics::rules! {
    GIT_BAD_SETTINGS: error "git/bad-settings",
        "The hooks and the merge of encrypted files are settings of git's. They cannot be read or written, so that nothing was set up.";
    GIT_IGNORED_OUTPUT: warning "git/ignored-output",
        "`.gitignore` keeps outputs out of commits, so that the cluster, which reads them from git, never sees them.";
    GIT_KEY_EXPOSED: warning "git/key-exposed",
        "No `.gitignore` covers a file that holds keys in the clear, so that the next `git add --all` publishes it. It is an error where ichor is about to write such a file.";
    GIT_KEY_TRACKED: error "git/key-tracked",
        "git has a file that holds a key, so that everybody who has the repository has the key, too.";
    GIT_NO_REPOSITORY: error "git/no-repository",
        "There is no git repository here, which has what is staged, and where hooks belong.";
    GIT_PARTIAL_CLONE: warning "git/partial-clone",
        "The clone leaves out the content of some files until it is needed, and no check fetches anything. What they hold is unknown.";
    GIT_SECRETS_TRACKED: error "git/secrets-tracked",
        "`cluster.yaml` holds tokens in the clear, and git has it. It is a warning where the repository is said to be private.";
    GIT_UNKNOWN_REVISION: error "git/unknown-revision",
        "What is compared is what commits hold, and git has no such commit here.";
    GIT_UNREADABLE: error "git/unreadable",
        "git's index says which files a commit holds. It cannot be read, so that nobody can tell.";
}
