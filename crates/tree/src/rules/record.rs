//! Rules about the record of outputs.

diagnostics::rules! {
    RECORD_MALFORMED_LINE: warning "record/malformed-line",
        "The line is not a digest and a path, so the file that it is about counts as edited.";
    RECORD_MERGE_CONFLICT: warning "record/merge-conflict",
        "git merged two versions of the record and left both sides in it. Both are read, but what they say of a file that both list is uncertain.";
    RECORD_MISSING_HEADER: warning "record/missing-header",
        "The record begins with the number of its format. Without it, it was cut or written by something else.";
    RECORD_NEWER_FORMAT: error "record/newer-format",
        "The record is in a format that this version does not know. Reading it otherwise could take edited files for untouched ones.";
}
