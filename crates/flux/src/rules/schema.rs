//! Objects against the schemas of their kinds.

diagnostics::rules! {
    SCHEMA_NO_KIND: error "schema/no-kind",
        "Without `apiVersion`, `kind` and a name an object is nothing that an API server could take.";
    SCHEMA_UNKNOWN_KIND: error "schema/unknown-kind",
        "The API server takes no object of a kind that it does not have. Of the groups of Kubernetes and Flux all kinds are known here.";
    SCHEMA_UNKNOWN_FIELD: error "schema/unknown-field",
        "The kind has no such field. Flux applies objects so that the API server refuses them then; elsewhere the field would be dropped without a word.";
    SCHEMA_WRONG_TYPE: error "schema/wrong-type",
        "The field takes another type of value; the API server refuses the object.";
    SCHEMA_MISSING_FIELD: error "schema/missing-field",
        "The kind requires this field; the API server refuses an object without it.";
    SCHEMA_NOT_ALLOWED: error "schema/not-allowed",
        "The field takes one of a few values, and this is none of them.";
    SCHEMA_WRONG_PATTERN: error "schema/wrong-pattern",
        "The text does not match the regular expression that the kind's schema has for it.";
    SCHEMA_WRONG_FORMAT: error "schema/wrong-format",
        "The text does not have the form that the field requires, such as an address, a duration or a name.";
    SCHEMA_OUT_OF_RANGE: error "schema/out-of-range",
        "The number is smaller or larger than the field takes.";
    SCHEMA_WRONG_LENGTH: error "schema/wrong-length",
        "The text, list or map is shorter or longer than the field takes.";
    SCHEMA_DUPLICATE_ITEM: error "schema/duplicate-item",
        "Items of this list are told apart by their keys, or may stand in it only once; the API server refuses the second.";
    SCHEMA_NO_ALTERNATIVE: error "schema/no-alternative",
        "The schema offers alternatives, and the value fits none of them, or more than one where only one may.";
    SCHEMA_RULE_BROKEN: error "schema/rule-broken",
        "The kind's definition has a rule in CEL that the object breaks; the API server refuses it with this message.";
    SCHEMA_RULE_UNKNOWN: note "schema/rule-unknown",
        "The rule could not be evaluated here: it uses what this program does not know, or would take too long. The API server will.";
    SCHEMA_WRONG_NAME: error "schema/wrong-name",
        "Names, labels and annotations have a syntax that the API server checks.";
    SCHEMA_UNKNOWN_REFERENCE: error "schema/unknown-reference",
        "The object refers to a part of itself that it does not have, such as a volume that no entry declares.";
    SCHEMA_CONTRADICTION: error "schema/contradiction",
        "Two fields of the object exclude each other, or have to agree and do not; the API server refuses it.";
    SCHEMA_API_REMOVED: error "schema/api-removed",
        "The API of this version is not served by the Kubernetes or the Flux that the repository pins, so the object cannot be applied.";
    SCHEMA_API_DEPRECATED: warning "schema/api-deprecated",
        "The API of this version is served for now, but a later Kubernetes or Flux will not have it.";
    SCHEMA_TOO_DEEP: error "schema/too-deep",
        "The object is nested deeper than any that an API server takes.";
    SCHEMA_UNREADABLE: warning "schema/unreadable",
        "The definition of a kind cannot be read as a schema, so objects of the kind are not checked.";
}
