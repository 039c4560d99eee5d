//! Lists: all objects of a kind, read page by page into what is needed of each.

use std::collections::BTreeMap;

use http::header::ACCEPT;
use http::{HeaderValue, Request};
use kube::core::params::{GetParams, ListParams};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::client::Client;
use crate::fault::{Fault, Kind};
use crate::pages::Pages;

/// So many objects come with one answer, and so many are taken in all.
const PAGE: u32 = 250;
const MOST: usize = 200_000;

/// So many pages may have nothing on them.
const EMPTY: usize = 10;

/// How often a list is begun anew that took so long that its server forgot where it was.
const AGAIN: usize = 3;

/// Asks for what `kubectl get` prints.
const TABLE: HeaderValue =
    HeaderValue::from_static("application/json;as=Table;g=meta.k8s.io;v=v1,application/json");

/// Asks for the metadata of objects only.
const METADATA: HeaderValue =
    HeaderValue::from_static("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");

/// Which objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing<'a> {
    /// Group and version, such as `apps/v1` or `v1`.
    pub api_version: &'a str,
    /// As it stands in paths, such as `deployments`.
    pub plural: &'a str,
    /// Of one namespace; else of all.
    pub namespace: Option<&'a str>,
    /// With these labels, as `kubectl -l` takes them.
    pub labels: Option<&'a str>,
    /// With these fields, as `kubectl --field-selector` takes them.
    pub fields: Option<&'a str>,
}

impl<'a> Listing<'a> {
    /// All of a kind.
    pub fn all(api_version: &'a str, plural: &'a str) -> Self {
        Self {
            api_version,
            plural,
            namespace: None,
            labels: None,
            fields: None,
        }
    }

    /// The same of one namespace.
    #[must_use]
    pub fn within(self, namespace: &'a str) -> Self {
        Self {
            namespace: Some(namespace),
            ..self
        }
    }

    pub(crate) fn path(&self) -> String {
        let base = if self.api_version.contains('/') {
            "apis"
        } else {
            "api"
        };
        let Self {
            api_version,
            plural,
            ..
        } = self;
        match self.namespace {
            Some(namespace) => format!("/{base}/{api_version}/namespaces/{namespace}/{plural}"),
            None => format!("/{base}/{api_version}/{plural}"),
        }
    }

    /// What is asked, in messages.
    fn asked(&self) -> String {
        match self.namespace {
            Some(namespace) => format!("for the {} of `{namespace}`", self.plural),
            None => format!("for the {}", self.plural),
        }
    }

    fn params(&self) -> ListParams {
        let mut params = ListParams::default().limit(PAGE);
        params.label_selector = self.labels.map(str::to_owned);
        params.field_selector = self.fields.map(str::to_owned);
        params
    }
}

/// The objects of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// Those that could be read, in the order of the server.
    pub items: Vec<T>,
    /// How many could not.
    pub unreadable: usize,
}

/// The groups of a server, each with its versions, the preferred one first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups(BTreeMap<String, Vec<String>>);

impl Groups {
    /// The versions of a group, such as `apps/v1`; none where the server has no such group. The
    /// group without a name has `v1`.
    pub fn versions(&self, group: &str) -> Vec<&str> {
        if group.is_empty() {
            return vec!["v1"];
        }
        let found = self.0.get(group).into_iter().flatten();
        found.map(String::as_str).collect()
    }
}

#[derive(Deserialize)]
struct AllGroups {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    name: String,
    #[serde(default)]
    versions: Vec<Version>,
    preferred_version: Option<Version>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    group_version: String,
}

/// What is on a page. Objects are looked at one by one, so that one that is none leaves the
/// others readable.
#[derive(Deserialize)]
struct Page<'p> {
    #[serde(default)]
    metadata: PageMetadata,
    #[serde(borrow)]
    items: Option<Vec<&'p RawValue>>,
}

#[derive(Deserialize, Default)]
struct PageMetadata {
    /// How to ask for the next ones.
    #[serde(rename = "continue")]
    next: Option<String>,
}

/// A table, as `kubectl get` prints one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// A row an object, the namespace first where it has one.
    pub rows: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawTable {
    #[serde(default)]
    metadata: PageMetadata,
    column_definitions: Vec<Column>,
    rows: Option<Vec<Row>>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    /// Above 0 for what only `-o wide` shows.
    #[serde(default)]
    priority: i64,
}

#[derive(Deserialize)]
struct Row {
    cells: Vec<serde_json::Value>,
    object: Option<RowObject>,
}

#[derive(Deserialize)]
struct RowObject {
    metadata: Option<RowMetadata>,
}

#[derive(Deserialize)]
struct RowMetadata {
    namespace: Option<String>,
}

impl Client {
    /// The groups of kinds that the server has.
    pub fn groups(&self) -> Result<Groups, Fault> {
        let request = Request::get("/apis").body(Vec::new());
        let request = request.map_err(kube::core::request::Error::BuildRequest);
        let all: AllGroups = self.object("for the kinds that it has", request)?;
        let versions = |group: Group| {
            let first = group.preferred_version.map(|version| version.group_version);
            let others = group.versions.into_iter().map(|one| one.group_version);
            let others = others.filter(|other| Some(other) != first.as_ref());
            let all = first.iter().cloned().chain(others).collect();
            (group.name, all)
        };
        Ok(Groups(all.groups.into_iter().map(versions).collect()))
    }

    /// All objects of a list, read into what is needed of them.
    ///
    /// # Errors
    ///
    /// [`Kind::Missing`] where the server has no such kind.
    pub fn list<T: DeserializeOwned>(&self, listing: &Listing<'_>) -> Result<Listed<T>, Fault> {
        self.listed(listing, None)
    }

    /// The same of their metadata only.
    ///
    /// # Errors
    ///
    /// [`Kind::Missing`] where the server has no such kind.
    pub fn metadata<T: DeserializeOwned>(&self, listing: &Listing<'_>) -> Result<Listed<T>, Fault> {
        self.listed(listing, Some(&METADATA))
    }

    /// The same where none may be missing: one that cannot be read is a [`Kind::Malformed`].
    pub(crate) fn whole<T: DeserializeOwned>(
        &self,
        listing: &Listing<'_>,
    ) -> Result<Vec<T>, Fault> {
        let Listed { items, unreadable } = self.list(listing)?;
        if unreadable == 0 {
            return Ok(items);
        }
        let asked = listing.asked();
        let words = format!("{unreadable} of them cannot be read");
        Err(self.fault(&asked, Kind::Malformed, &words))
    }

    fn listed<T: DeserializeOwned>(
        &self,
        listing: &Listing<'_>,
        accept: Option<&HeaderValue>,
    ) -> Result<Listed<T>, Fault> {
        let mut listed = Listed {
            items: Vec::new(),
            unreadable: 0,
        };
        self.each_page(listing, accept, |client, asked, page, is_first| {
            if is_first {
                listed.items.clear();
                listed.unreadable = 0;
            }
            let page: Page<'_> = read(client, asked, page)?;
            for item in page.items.into_iter().flatten() {
                match serde_json::from_str(item.get()) {
                    Ok(item) => listed.items.push(item),
                    Err(_) => listed.unreadable += 1,
                }
            }
            Ok((page.metadata.next, listed.items.len()))
        })?;
        Ok(listed)
    }

    /// A list as `kubectl get` prints it: the server chooses the columns.
    ///
    /// # Errors
    ///
    /// [`Kind::Missing`] where the server has no such kind.
    pub fn table(&self, listing: &Listing<'_>) -> Result<Table, Fault> {
        let mut table = Table::default();
        self.each_page(listing, Some(&TABLE), |client, asked, page, is_first| {
            if is_first {
                table.rows.clear();
            }
            let page: RawTable = read(client, asked, page)?;
            let shown: Vec<bool> = { page.column_definitions.iter() }
                .map(|column| column.priority == 0)
                .collect();
            let names = page.column_definitions.into_iter().zip(&shown);
            let names = names.filter(|(_, shown)| **shown);
            table.columns = names.map(|(column, _)| column.name).collect();
            for row in page.rows.into_iter().flatten() {
                let namespace = row.object.and_then(|object| object.metadata?.namespace);
                let cells = row.cells.into_iter().zip(&shown);
                let cells = cells.filter(|(_, shown)| **shown).map(|(cell, _)| cell);
                let cells = namespace.into_iter().chain(cells.map(text));
                table.rows.push(cells.collect());
            }
            Ok((page.metadata.next, table.rows.len()))
        })?;
        Ok(table)
    }

    /// Whether an object is there. Nothing of it but its metadata is asked for, so that this can
    /// be asked of Secrets.
    pub fn is_there(&self, listing: &Listing<'_>, name: &str) -> Result<bool, Fault> {
        let asked = format!("whether there is `{name}` among {}", listing.plural);
        let request = kube::core::Request::new(listing.path());
        match self.send(&asked, request.get_metadata(name, &GetParams::default())) {
            Ok(_) => Ok(true),
            Err(fault) if fault.kind == Kind::Missing => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// One object, read into what is needed of it; none where there is none.
    pub fn one<T: DeserializeOwned>(
        &self,
        listing: &Listing<'_>,
        name: &str,
    ) -> Result<Option<T>, Fault> {
        let asked = format!("for `{name}` of {}", listing.plural);
        let request = kube::core::Request::new(listing.path()).get(name, &GetParams::default());
        match self.object(&asked, request) {
            Ok(object) => Ok(Some(object)),
            Err(fault) if fault.kind == Kind::Missing => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Takes the pages of a list one after the other. `take` says what comes next and how many
    /// objects there are by now, and is told whether a page is the first one.
    fn each_page(
        &self,
        listing: &Listing<'_>,
        accept: Option<&HeaderValue>,
        mut take: impl FnMut(&Self, &str, &[u8], bool) -> Result<(Option<String>, usize), Fault>,
    ) -> Result<(), Fault> {
        let asked = listing.asked();
        let path = listing.path();
        let mut params = listing.params();
        let mut pages = Pages::default();
        let (mut begun, mut empty, mut taken) = (0, 0, 0);
        loop {
            let is_first = params.continue_token.is_none();
            let mut request = kube::core::Request::new(&path).list(&params);
            if let (Ok(request), Some(accept)) = (&mut request, accept) {
                request.headers_mut().insert(ACCEPT, accept.clone());
            }
            let page = match self.send(&asked, request) {
                // Not the kind is gone, but where the list was.
                Err(fault) if fault.kind == Kind::Missing && !is_first => {
                    begun += 1;
                    if begun > AGAIN {
                        return Err(self.fault(&asked, Kind::Busy, &fault.words));
                    }
                    params.continue_token = None;
                    pages.begin_anew();
                    continue;
                }
                answer => answer?,
            };
            let (next, count) = take(self, &asked, &page, is_first)?;
            params.continue_token = pages.next(self, &asked, next)?;
            if params.continue_token.is_none() {
                return Ok(());
            }
            empty += usize::from(count == taken);
            taken = count;
            if taken > MOST || empty > EMPTY {
                let words = format!("more than {MOST} objects, or pages without any");
                return Err(self.fault(&asked, Kind::TooLarge, &words));
            }
        }
    }
}

/// What an answer says; what the parser says of it may quote it.
fn read<'p, T: Deserialize<'p>>(client: &Client, asked: &str, page: &'p [u8]) -> Result<T, Fault> {
    serde_json::from_slice(page).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        client.fault(asked, Kind::Malformed, &place)
    })
}

fn text(cell: serde_json::Value) -> String {
    match cell {
        serde_json::Value::String(text) => text,
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}
