//! Rules about patches of machine configs.

diagnostics::rules! {
    PATCH_BAD_OPERATION: error "patch/bad-operation",
        "An operation of a JSON patch names a place that is not there, or is itself not written as RFC 6902 says. The whole patch fails.";
    PATCH_BESIDE_DELETE: warning "patch/beside-delete",
        "`$patch: delete` takes out the whole map or item, with whatever else the patch sets in it.";
    PATCH_DELETE_DOCUMENT: error "patch/delete-document",
        "`$patch: delete` at the top takes out a document, which `apiVersion` and `kind` name. Without them nothing says which.";
    PATCH_DELETE_IN_LIST: error "patch/delete-in-list",
        "`$patch: delete` in a list takes out the one item that the other keys name. Talos cannot find one in this list, or in a list within a list.";
    PATCH_DELETE_MISSING: error "patch/delete-missing",
        "What the patch takes out is not in the config. Talos refuses the whole patch.";
    PATCH_DELETE_MISSING_DOCUMENT: error "patch/delete-missing-document",
        "The document that the patch takes out is not in the config. From Talos 1.14 on there is nothing to do then, which is a warning; before, the patch fails.";
    PATCH_DELETE_WITHOUT_NAME: warning "patch/delete-without-name",
        "Documents of this kind are told apart by their names. `$patch: delete` without a `name` finds none of them: Talos deletes nothing, and does not say so.";
    PATCH_DUPLICATE_DOCUMENT: error "patch/duplicate-document",
        "Two documents of one kind and name stand in the patch. Talos refuses it.";
    PATCH_EMPTY: error "patch/empty",
        "The patch sets nothing. Talos refuses one of comments alone; one that is wholly empty does nothing, which is a warning.";
    PATCH_JSON_ON_DOCUMENTS: error "patch/json-on-documents",
        "A JSON patch names places in one document. Talos refuses it for a config of several, as all are from Talos 1.12 on. Where it can only mean the first one it is a note.";
    PATCH_MERGE_CONFLICT: error "patch/merge-conflict",
        "The patch has a value of another kind than the config at the same place, so the two cannot be merged.";
    PATCH_NO_API_VERSION: error "patch/no-api-version",
        "Every document but the first kind has an `apiVersion`, by which Talos finds out what it is.";
    PATCH_NO_EFFECT: warning "patch/no-effect",
        "The config already says everything that the patch sets. It may be left over, or aimed at something else.";
    PATCH_TEMPLATE: error "patch/template",
        "The text between `{{` and `}}` in a patch is a template of Go. This one cannot be read, or asks for what nothing gives.";
    PATCH_UNDONE: warning "patch/undone",
        "A later patch changes the same value again, so that this one's is never seen.";
    PATCH_UNKNOWN_DIRECTIVE: error "patch/unknown-directive",
        "`$patch` has one meaning in Talos, `delete`. With any other word the patch is refused.";
    PATCH_UNKNOWN_FIELD: error "patch/unknown-field",
        "Talos knows no such field here, and refuses the whole patch. It is often a misspelling.";
    PATCH_UNKNOWN_KIND: error "patch/unknown-kind",
        "Talos knows no document of this kind, and refuses the whole patch.";
    PATCH_WRONG_TYPE: error "patch/wrong-type",
        "A patch is a map to be merged or a list of operations, and its values are of the kinds that Talos reads.";
}
