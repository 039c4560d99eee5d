//! Rules about moving to the documents of Talos 1.14.

diagnostics::rules! {
    MIGRATE_BY_HAND: error "migrate/by-hand",
        "Nothing in the documents of Talos 1.14 takes this over, or only a person can say what is meant. The contract cannot change before it is rewritten.";
    MIGRATE_CAUTION: note "migrate/caution",
        "The new form of the patch says the same, with something about it that the old one had not.";
    MIGRATE_IDENTITY: error "migrate/identity",
        "The node would no longer be one of its cluster, or could not read what it has stored. A move must not change that.";
    MIGRATE_STAYS: note "migrate/stays",
        "No document takes this over, and Talos 1.14 reads it in its old form beside the documents.";
    MIGRATE_TALOS_TOO_OLD: error "migrate/talos-too-old",
        "An older Talos refuses the documents of 1.14. It has to be installed on every node before configurations move.";
}
