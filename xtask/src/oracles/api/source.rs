//! What `crates/talos-client` says of its messages: prost has no reflection, so its source is read.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use syn::visit::Visit;

use super::Field;
use crate::files;

/// What is ours, by module and name.
#[derive(Default)]
pub(super) struct Ours {
    pub(super) messages: BTreeMap<String, Vec<Field>>,
    pub(super) enums: BTreeMap<String, BTreeMap<String, i32>>,
    /// Variants of fields of which there is one at a time.
    variants: BTreeMap<String, Vec<Field>>,
    pub(super) methods: BTreeSet<String>,
    module: String,
}

impl Ours {
    /// Reads every file of the crate.
    pub(super) fn read(source: &Utf8Path) -> Result<Self> {
        let mut ours = Self::default();
        for place in files::paths(source)? {
            if !place.ends_with(".rs") {
                continue;
            }
            let path = source.join(&place);
            ours.module = match place.strip_prefix("api/") {
                Some(rest) => rest.split(['/', '.']).next().unwrap_or_default().to_owned(),
                None => String::new(),
            };
            let file = syn::parse_file(&files::text(&path)?)
                .with_context(|| format!("cannot parse `{path}`"))?;
            ours.visit_file(&file);
        }
        if ours.messages.is_empty() || ours.methods.is_empty() {
            bail!("no messages are found in `{source}`");
        }
        ours.unfold();
        Ok(ours)
    }

    /// Puts the variants into the messages that they are fields of, and full names to types.
    fn unfold(&mut self) {
        let known: BTreeSet<String> = self
            .messages
            .keys()
            .chain(self.enums.keys())
            .cloned()
            .collect();
        let variants = std::mem::take(&mut self.variants);
        for (name, fields) in &mut self.messages {
            let module = name.split("::").next().unwrap_or_default().to_owned();
            let mut flat = Vec::new();
            for field in std::mem::take(fields) {
                match variants.get(&format!("{module}::{}", field.of)) {
                    Some(inner) if field.kind == "oneof" => flat.extend(inner.iter().cloned()),
                    _ => flat.push(field),
                }
            }
            for field in &mut flat {
                let places = [module.as_str(), "common", "machine"];
                let full = places.map(|place| format!("{place}::{}", field.of));
                if let Some(found) = full.into_iter().find(|name| known.contains(name)) {
                    field.of = found;
                }
            }
            *fields = flat;
        }
    }
}

impl<'a> Visit<'a> for Ours {
    fn visit_item_struct(&mut self, item: &'a syn::ItemStruct) {
        if !derives(&item.attrs, "Message") {
            return;
        }
        let fields = item.fields.iter();
        let fields = fields.filter_map(|one| {
            let name = one.ident.as_ref()?.to_string();
            field(&name, &one.attrs, &one.ty)
        });
        self.messages
            .insert(format!("{}::{}", self.module, item.ident), fields.collect());
    }

    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        let name = format!("{}::{}", self.module, item.ident);
        if derives(&item.attrs, "Oneof") {
            let fields = item.variants.iter().filter_map(|variant| {
                let of = &variant.fields.iter().next()?.ty;
                field(&variant.ident.to_string(), &variant.attrs, of)
            });
            self.variants.insert(name, fields.collect());
        } else if derives(&item.attrs, "Enumeration") {
            let values = item.variants.iter().filter_map(|variant| {
                let (_, number) = variant.discriminant.as_ref()?;
                let syn::Expr::Lit(literal) = number else {
                    return None;
                };
                let syn::Lit::Int(number) = &literal.lit else {
                    return None;
                };
                Some((variant.ident.to_string(), number.base10_parse().ok()?))
            });
            self.enums.insert(name, values.collect());
        }
    }

    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func
            && path.path.is_ident("Method")
            && let Some(syn::Expr::Lit(literal)) = call.args.first()
            && let syn::Lit::Str(text) = &literal.lit
        {
            self.methods.insert(text.value());
        }
        syn::visit::visit_expr_call(self, call);
    }
}

fn derives(attributes: &[syn::Attribute], trait_name: &str) -> bool {
    attributes.iter().any(|attribute| {
        let mut found = false;
        if attribute.path().is_ident("derive") {
            // What cannot be read derives nothing of this.
            let _read = attribute.parse_nested_meta(|meta| {
                let mut parts = meta.path.segments.iter().map(|part| part.ident.to_string());
                found |= parts.next().as_deref() == Some("prost")
                    && parts.next().as_deref() == Some(trait_name);
                Ok(())
            });
        }
        found
    })
}

/// A field as its attribute and its type say it.
fn field(name: &str, attributes: &[syn::Attribute], of: &syn::Type) -> Option<Field> {
    let attribute = attributes.iter().find(|one| one.path().is_ident("prost"))?;
    let mut field = Field {
        name: name.to_owned(),
        number: 0,
        kind: String::new(),
        of: String::new(),
        repeated: false,
    };
    let read = attribute.parse_nested_meta(|meta| {
        let word = meta.path.require_ident()?.to_string();
        let value = match meta.value() {
            Ok(value) => Some(value.parse::<syn::LitStr>()?.value()),
            Err(_) => None,
        };
        match (word.as_str(), value) {
            ("tag", Some(number)) => field.number = number.parse().unwrap_or_default(),
            ("repeated", _) => field.repeated = true,
            ("enumeration", Some(of)) => (field.kind, field.of) = ("enum".to_owned(), of),
            ("oneof", Some(of)) => (field.kind, field.of) = ("oneof".to_owned(), of),
            ("btree_map", Some(of)) => (field.kind, field.of) = ("map".to_owned(), of),
            ("optional" | "tags", _) => {}
            _ => field.kind = word,
        }
        Ok(())
    });
    if field.kind == "message" {
        field.of = innermost(of)?;
    }
    read.is_ok().then_some(field)
}

/// The last name of a type, within `Option`, `Vec` and the like.
fn innermost(of: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = of else {
        return None;
    };
    let last = path.path.segments.last()?;
    if let syn::PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(syn::GenericArgument::Type(inner)) = arguments.args.first()
    {
        return innermost(inner);
    }
    Some(last.ident.to_string())
}
