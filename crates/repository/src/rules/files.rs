//! Rules about files of a repository.

diagnostics::rules! {
    FILE_EXISTS: error "file/exists",
        "The file was made by somebody else while it was being written here. It may be their work, so it stays.";
    FILE_LINK_OUTSIDE: error "file/link-outside",
        "The link leads out of the repository, so that what is rendered would depend on this machine.";
    FILE_MISSING: error "file/missing",
        "Something needs this file, and it does not exist.";
    FILE_SPECIAL: error "file/special",
        "A folder, a link, a pipe or the like stands where a file belongs. It is not read, since that could wait for ever or lead elsewhere.";
    FILE_TOO_DEEP: error "file/too-deep",
        "Folders are nested deeper than any repository needs: probably they contain each other.";
    FILE_UNREADABLE: error "file/unreadable",
        "The system refuses to read the file or folder, so that nothing can be told about it.";
    FILE_UNWRITABLE: error "file/unwritable",
        "The system refuses to write the file: no space, no permission, or a failing disk.";
}
