//! Rules about the files that are rendered.

diagnostics::rules! {
    TREE_CASE_CLASH: warning "tree/case-clash",
        "Two outputs differ only in the case of their letters. Where the file system does not tell them apart, as on macOS and Windows, the second one overwrites the first.";
    TREE_DUPLICATE_OUTPUT: error "tree/duplicate-output",
        "Two templates render to one path, and only one of them could be written.";
    TREE_FILE_AND_FOLDER: error "tree/file-and-folder",
        "One template renders to a file where another one needs a folder of the same name.";
    TREE_NOT_ENCRYPTED: error "tree/not-encrypted",
        "The output is marked as secret, and no encryption was made for it. It is not written, since it would stand in the clear.";
    TREE_RESERVED_PATH: error "tree/reserved-path",
        "`.git` belongs to git, `.ichor` to the record of outputs, and temporary names to writes in progress. An output there would destroy what others rely on.";
}
