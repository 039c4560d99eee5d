//! Rules about texts.

diagnostics::rules! {
    FILE_NOT_UTF8: error "file/not-utf8",
        "Configuration, templates and keys are text in UTF-8. Bytes in another encoding would be read as other letters than were meant, or as none.";
    FILE_TOO_LARGE: error "file/too-large",
        "The file is larger than any that is meant here, so that it is probably another one. It is not read, lest it fill the memory.";
}
