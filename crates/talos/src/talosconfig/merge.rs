//! Contexts of one file into another.

use super::{Context, Talosconfig};

/// A context that had to take another name, because its own was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// What it was called.
    pub from: String,
    /// What it is called now.
    pub to: String,
}

impl Talosconfig {
    /// Adds all contexts of another file, as `talosctl config merge` does: none is replaced, a
    /// name that is taken gets `-1`, `-2` … behind it, and the other's current context becomes
    /// the current one.
    pub fn merge(&mut self, other: Self) -> Vec<Renamed> {
        let mut renamed = Vec::new();
        for (name, context) in other.contexts {
            let free = self.free(&name);
            if name == other.context {
                self.context.clone_from(&free);
            }
            self.contexts.push((free.clone(), context));
            if name != free {
                renamed.push(Renamed {
                    from: name,
                    to: free,
                });
            }
        }
        renamed
    }

    /// Adds the contexts of another file in the place of those that have their names, and keeps
    /// the current context, if there is one: for a cluster whose credentials were made anew.
    /// What a context has and the new one has not (a proxy, `auth`) stays.
    pub fn replace(&mut self, other: Self) {
        for (name, context) in other.contexts {
            let mut contexts = self.contexts.iter_mut();
            match contexts.find(|(ours, _)| *ours == name) {
                Some((_, ours)) => {
                    let old = std::mem::take(ours);
                    *ours = Context {
                        target: context.target.or(old.target),
                        cluster: context.cluster.or(old.cluster),
                        proxy_url: context.proxy_url.or(old.proxy_url),
                        other: if context.other.is_empty() {
                            old.other
                        } else {
                            context.other
                        },
                        ..context
                    };
                }
                None => self.contexts.push((name, context)),
            }
        }
        if self.current().is_none() {
            self.context = other.context;
        }
    }

    /// The name, or the first numbered one that is free.
    fn free(&self, name: &str) -> String {
        let numbered = (1_usize..).map(|number| format!("{name}-{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        names
            .find(|name| self.get(name).is_none())
            .unwrap_or_else(|| name.to_owned())
    }
}
