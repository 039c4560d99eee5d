//! What values a key takes.

use std::fmt;

use serde_json::Value;

/// The kind of value a key takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Any text on one or more lines.
    Text,
    /// Any text on one line.
    Line,
    /// `true` or `false`.
    Boolean,
    /// A whole number within bounds, both included.
    Integer {
        /// The least.
        minimum: Option<i64>,
        /// The greatest.
        maximum: Option<i64>,
    },
    /// A number, whole or not.
    Number,
    /// One of a few words.
    Choice(Vec<String>),
    /// The address of one machine.
    Address,
    /// An address or a host name.
    AddressOrHost,
    /// A network in prefix notation.
    Cidr,
    /// A domain of two or more labels.
    Domain,
    /// A DNS name or an address, in a certificate.
    AlternativeName,
    /// One label of a DNS name.
    DnsLabel,
    /// A VLAN tag, as number or text.
    VlanTag,
    /// An autonomous system number, as number or text.
    Asn,
    /// `owner/repo`.
    Repository,
    /// A git branch.
    Branch,
    /// A URL.
    Url,
    /// The address of a Proxmox API.
    ProxmoxUrl,
    /// A Proxmox API token's name.
    TokenId,
    /// A token: text without white space.
    Token,
    /// A UUID.
    Uuid,
    /// An amount of storage.
    Quantity,
    /// A Gateway API duration.
    Duration,
    /// A node's name.
    NodeName,
    /// A disk, by path or serial number.
    Disk,
    /// A MAC address.
    MacAddress,
    /// An Image Factory schematic.
    Schematic,
    /// A kernel module's name.
    KernelModule,
    /// Kubernetes labels: keys with values.
    Labels,
    /// A list.
    List {
        /// What each entry is.
        of: Box<Kind>,
        /// Whether it may have no entry.
        may_be_empty: bool,
    },
    /// A single value or a list of them; read as a list.
    OneOrList(Box<Kind>),
    /// A map with keys of any name.
    Map(Box<Kind>),
    /// A map with declared keys.
    Record(Vec<Field>),
    /// Anything.
    Any,
}

/// A declared key of a map inside a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What values it takes.
    pub kind: Kind,
    /// Whether it must be set where the map is.
    pub required: bool,
    /// Whether its value is redacted in every message.
    pub secret: bool,
    /// What it has when it is not set.
    pub default: Option<Value>,
    /// What it is for.
    pub description: String,
}

impl Kind {
    /// A list of one or more.
    pub fn some(of: Self) -> Self {
        Self::List {
            of: Box::new(of),
            may_be_empty: false,
        }
    }

    /// A list, possibly empty.
    pub fn list(of: Self) -> Self {
        Self::List {
            of: Box::new(of),
            may_be_empty: true,
        }
    }

    /// The kind that `templates/variables.yaml` calls by this name.
    ///
    /// ```
    /// use config_model::Kind;
    /// assert_eq!(Kind::by_name("list of cidr"), Some(Kind::list(Kind::Cidr)));
    /// assert_eq!(Kind::by_name("nonsense"), None);
    /// ```
    pub fn by_name(name: &str) -> Option<Self> {
        Self::by_name_within(name, DEEPEST_NAME)
    }

    fn by_name_within(name: &str, levels: usize) -> Option<Self> {
        let name = name.trim();
        if let Some(of) = name.strip_prefix("list of ") {
            return Self::by_name_within(of, levels.checked_sub(1)?).map(Self::list);
        }
        if let Some(of) = name.strip_prefix("map of ") {
            return Self::by_name_within(of, levels.checked_sub(1)?)
                .map(|of| Self::Map(Box::new(of)));
        }
        NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, make)| make())
    }

    /// The names that [`Kind::by_name`] knows, besides `list of …` and `map of …`.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// Whether values are written as one plain word or number: no list and no map.
    pub fn is_scalar(&self) -> bool {
        !matches!(
            self,
            Self::Labels
                | Self::List { .. }
                | Self::OneOrList(_)
                | Self::Map(_)
                | Self::Record(_)
                | Self::Any
        )
    }
}

/// How many `list of` and `map of` a name may have: each is a level of what walks over kinds.
const DEEPEST_NAME: usize = 16;

/// A name and the kind it means; the first name of a kind is the one that messages use.
type Named = (&'static str, fn() -> Kind);

const NAMES: &[Named] = &[
    ("string", || Kind::Text),
    ("text", || Kind::Text),
    ("line", || Kind::Line),
    ("bool", || Kind::Boolean),
    ("boolean", || Kind::Boolean),
    ("integer", || Kind::Integer {
        minimum: None,
        maximum: None,
    }),
    ("int", || Kind::Integer {
        minimum: None,
        maximum: None,
    }),
    ("number", || Kind::Number),
    ("ipv4", || Kind::Address),
    ("address", || Kind::Address),
    ("ipv4 or host", || Kind::AddressOrHost),
    ("cidr", || Kind::Cidr),
    ("fqdn", || Kind::Domain),
    ("domain", || Kind::Domain),
    ("dns label", || Kind::DnsLabel),
    ("vlan tag", || Kind::VlanTag),
    ("asn", || Kind::Asn),
    ("repository", || Kind::Repository),
    ("branch", || Kind::Branch),
    ("url", || Kind::Url),
    ("proxmox url", || Kind::ProxmoxUrl),
    ("proxmox token", || Kind::TokenId),
    ("token", || Kind::Token),
    ("uuid", || Kind::Uuid),
    ("quantity", || Kind::Quantity),
    ("duration", || Kind::Duration),
    ("disk", || Kind::Disk),
    ("mac", || Kind::MacAddress),
    ("schematic", || Kind::Schematic),
    ("kernel module", || Kind::KernelModule),
    ("labels", || Kind::Labels),
    ("map", || Kind::Map(Box::new(Kind::Any))),
    ("list", || Kind::list(Kind::Any)),
    ("any", || Kind::Any),
];

/// With its article, as in “takes …”.
impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text => "text",
            Self::Line => "text on one line",
            Self::Boolean => "`true` or `false`",
            Self::Integer { .. } => "a whole number",
            Self::Number => "a number",
            Self::Choice(words) => {
                for (index, word) in words.iter().enumerate() {
                    let between = match index {
                        0 => "",
                        _ if index + 1 == words.len() => " or ",
                        _ => ", ",
                    };
                    write!(formatter, "{between}`{word}`")?;
                }
                return Ok(());
            }
            Self::Address => "an IPv4 address",
            Self::AddressOrHost => "an IPv4 address or a host name",
            Self::Cidr => "a network",
            Self::Domain => "a domain",
            Self::AlternativeName => "a DNS name or an address",
            Self::DnsLabel => "a DNS label",
            Self::VlanTag => "a VLAN tag",
            Self::Asn => "an autonomous system number",
            Self::Repository => "a repository",
            Self::Branch => "a branch",
            Self::Url | Self::ProxmoxUrl => "a URL",
            Self::TokenId => "the name of a token",
            Self::Token => "a token",
            Self::Uuid => "a UUID",
            Self::Quantity => "an amount of storage",
            Self::Duration => "a duration",
            Self::NodeName => "a name",
            Self::Disk => "a disk",
            Self::MacAddress => "a MAC address",
            Self::Schematic => "a schematic",
            Self::KernelModule => "the name of a kernel module",
            Self::Labels => "a map of labels",
            Self::List { .. } => "a list",
            Self::OneOrList(of) => return write!(formatter, "{of} or a list"),
            Self::Map(_) | Self::Record(_) => "a map",
            Self::Any => "anything",
        })
    }
}
