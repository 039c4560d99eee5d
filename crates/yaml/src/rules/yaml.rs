//! Rules about YAML.

diagnostics::rules! {
    YAML_ALIAS_BOMB: error "yaml/alias-bomb",
        "An alias repeats what its anchor holds. Aliases of aliases multiply: a few lines would become more values than fit into memory.";
    YAML_DUPLICATE_KEY: error "yaml/duplicate-key",
        "The key stands twice in one map. YAML forbids it, and of the programs that read the file some take the first value, some the last, and some refuse.";
    YAML_MERGE_CONFLICT: error "yaml/merge-conflict",
        "git left the lines of both sides in the file, and its own marks between them. Nobody has decided yet which of the two counts.";
    YAML_RECURSIVE_ALIAS: error "yaml/recursive-alias",
        "The alias stands inside of what it refers to, so that its value would contain itself without end.";
    YAML_SYNTAX: error "yaml/syntax",
        "The text is not YAML, so nothing behind this place can be told for certain.";
    YAML_TOO_DEEP: error "yaml/too-deep",
        "Lists and maps are nested deeper than any configuration needs. Programs that read them call themselves for each level, and would run out of stack.";
    YAML_TOO_LARGE: error "yaml/too-large",
        "The file holds more values than any that is meant here. It is not read, lest it fill the memory.";
    YAML_TOO_MANY_PROBLEMS: error "yaml/too-many-problems",
        "The file has more problems than anybody reads. Those that are listed come first in it, and often cause the others.";
    YAML_UNDEFINED_ALIAS: error "yaml/undefined-alias",
        "The alias names an anchor that does not stand before it, so it has no value.";
}
