//! Rules about writing outputs.

diagnostics::rules! {
    COMMIT_CHANGED_MEANWHILE: error "commit/changed-meanwhile",
        "Something changed the folder between comparing and writing. What was decided no longer fits what is there.";
    COMMIT_INCOMPLETE: error "commit/incomplete",
        "Some files were put in place and others could not be. Every one is whole, old or new, and the next run completes.";
    COMMIT_LOCKED: error "commit/locked",
        "Another run writes to this folder. Two at once would mix their outputs.";
    COMMIT_WRITE_FAILED: error "commit/write-failed",
        "The system refused to write the file: no space, no permission, or a failing disk.";
}
