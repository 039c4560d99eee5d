//! Values, functions, filters, tests and objects.

use insta::assert_snapshot;

use crate::{Repository, no_python, plugin};

#[test]
fn what_nothing_built_in_has_comes_from_the_plugin() {
    if no_python("what_nothing_built_in_has_comes_from_the_plugin") {
        return;
    }
    let repository = Repository::new(
        &plugin(
            "import helper\n\n\
             def shout(text, mark='!'):\n    return helper.loud(text) + mark\n\n\
             def nthhost(network, number):\n    return 'not mine'\n\n\
             def lucky(number):\n    return number % 2\n",
            "    def data(self):\n        self._data['computed'] = len(self._data['nodes'])\n        \
             self._data['own'] += 1\n        self._data.setdefault('cluster_svc_cidr', '10.96.0.0/16')\n        \
             self._data['node_default_gateway'] = 'other'\n        \
             for node in self._data['nodes']:\n            node['rack'] = node['name'] * 2\n            node['name'] = 'x'\n        \
             return self._data\n\n    \
             def functions(self):\n        return [shout]\n\n    \
             def filters(self):\n        return [shout, nthhost]\n\n    \
             def tests(self):\n        return [lucky]\n",
        ),
        "#{ computed }# #{ own }# #{ cluster_svc_cidr }# #{ node_default_gateway }#\n\
         #{ shout('a', mark='?') }# #{ 'b' | shout }# #{ ['c'] | map('shout') | list }#\n\
         #{ node_cidr | nthhost(2) }# #{ 3 is lucky }# #{ [1, 2, 3] | select('lucky') | list }#\n\
         #{ nodes }#\n"
            .replace("#{", "{{")
            .replace("}#", "}}")
            .as_str(),
    );
    repository.write(
        "templates/scripts/helper.py",
        "def loud(text):\n    return text.upper()\n",
    );
    // What the plugin computes of its own keys counts; of built-in ones ichor's does, but for
    // a default that is written out.
    assert_snapshot!(repository.text(), @r"
    2 8 10.96.0.0/16 10.0.0.1
    A? B! ['C!']
    10.0.0.2 True [1, 3]
    [{'name': 'a', 'address': '10.0.0.5', 'rack': 'aa'}, {'name': 'b', 'address': '10.0.0.6', 'rack': 'bb'}]
    ");
    repository.write("templates/variables.yaml", "plugin: all\n");
    assert_snapshot!(repository.text(), @r"
    2 8 10.96.0.0/16 other
    A? B! ['C!']
    not mine True [1, 3]
    [{'name': 'x', 'address': '10.0.0.5', 'rack': 'aa'}, {'name': 'x', 'address': '10.0.0.6', 'rack': 'bb'}]
    ");
    repository.write("templates/variables.yaml", "plugin: none\n");
    let problems = repository.problems();
    for name in ["computed", "shout", "lucky", "rack"] {
        let told = problems.contains(&format!(
            "`{name}`: only `templates/scripts/plugin.py` gives this"
        ));
        // `rack` is only printed with the node, so that no template names it.
        assert_eq!(told, name != "rack", "{problems}");
    }
}

#[test]
fn a_built_in_value_that_the_plugin_computes_otherwise_is_told_where_it_is_used() {
    if no_python("a_built_in_value_that_the_plugin_computes_otherwise_is_told_where_it_is_used") {
        return;
    }
    let source = plugin(
        "",
        "    def data(self):\n        self._data['node_default_gateway'] = 'other'\n        self._data['mine'] = 1\n        return self._data\n",
    );
    // It runs only where something is asked of it.
    let repository = Repository::new(&source, "{{ mine }}\n{{ node_default_gateway }}");
    let differs = |notes: &[String]| {
        let told = notes
            .iter()
            .filter(|note| note.contains("[plugin/differs]"));
        told.cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        differs(&repository.notes()),
        [
            "templates/config/out.txt.j2:2:4: note[plugin/differs]: `templates/scripts/plugin.py` computes `node_default_gateway` otherwise than ichor, whose value is used"
        ]
    );
    repository.write("templates/variables.yaml", "plugin: all\n");
    assert!(differs(&repository.notes()).is_empty());
}

/// As makejinja 2.8.1 prints them.
#[test]
fn a_tuple_among_the_data_stays_one() {
    if no_python("a_tuple_among_the_data_stays_one") {
        return;
    }
    let repository = Repository::new(
        &plugin(
            "",
            "    def data(self):\n        self._data['kept'] = {'of': (7, (1,))}\n        return self._data\n",
        ),
        "{{ kept.of }} {{ kept.of[0] }} {{ kept.of + (2,) }}",
    );
    assert_eq!(repository.text(), "(7, (1,)) 7 (7, (1,), 2)");
}

#[test]
fn addresses_of_earlier_plugins_need_no_package() {
    if no_python("addresses_of_earlier_plugins_need_no_package") {
        return;
    }
    // Where netaddr is installed it is the real one, and says the same.
    let repository = Repository::new(
        &plugin(
            "import netaddr\nfrom netaddr import IPNetwork\n",
            "    def data(self):\n        network = IPNetwork('10.0.0.7/29')\n        \
             self._data['about'] = [str(network), str(network[1]), network.size, str(network.ip), \
             str(network.network), '10.0.0.3' in network, str(netaddr.IPAddress('10.0.0.1') + 1), \
             [str(host) for host in network.iter_hosts()][-1], network.prefixlen, len(list(network))]\n        \
             return self._data\n",
        ),
        "{{ about }}",
    );
    assert_eq!(
        repository.text(),
        "['10.0.0.7/29', '10.0.0.1', 8, '10.0.0.7', '10.0.0.0', True, '10.0.0.2', '10.0.0.6', 29, 8]"
    );
}

/// What Jinja prints of these, recorded with makejinja 2.8.1.
#[test]
fn objects_that_json_lacks_behave_as_in_jinja() {
    if no_python("objects_that_json_lacks_behave_as_in_jinja") {
        return;
    }
    let repository = Repository::new(
        &plugin(
            "import collections, datetime, enum, ipaddress, pathlib\n\
             Pair = collections.namedtuple('Pair', 'left right')\n\n\n\
             class Colour(str, enum.Enum):\n    RED = 'red'\n\n\n\
             def things():\n    return {\n        'address': ipaddress.ip_address('10.0.0.1'),\n        \
             'network': ipaddress.ip_network('10.0.0.0/30'),\n        'path': pathlib.Path('a/b.yaml.j2'),\n        \
             'set': {3, 1, 2},\n        'none': set(),\n        'day': datetime.date(2026, 1, 31),\n        \
             'pair': Pair(1, 'r'),\n        'colour': Colour.RED,\n        'big': 2**70,\n        'float': 1e16,\n        \
             'tuple': (1,),\n        'keys': {1: 'a', (1, 2): 'b'},\n        'lines': (str(n) for n in range(3)),\n        \
             'ordered': collections.OrderedDict(a=1),\n    }\n",
            "    def functions(self):\n        return [things]\n",
        ),
        "{% set t = things() %}\
         {{ t.address }} {{ t.address + 1 }} {{ t.address.is_private }} {{ [t.address] }} {{ t.address in t.network }}\n\
         {{ t.network.num_addresses }} {{ t.network.hosts() | list | length }} {{ t.network[1] }} {{ t.network | first }}\n\
         {{ t.path.stem }} {{ t.path / 'c' }} {{ t.path.with_suffix('').name }} {{ t.path == t.path }}\n\
         {{ t.set | sort | join('-') }} {{ 2 in t.set }} {{ t.set | length }} {{ 'yes' if t.none else 'no' }} {{ t.none }}\n\
         {{ t.day }} {{ t.day.strftime('%d.%m.') }} {{ t.day.year + 1 }} {{ t.day < t.day.replace(year=2027) }}\n\
         {{ t.pair.left }} {{ t.pair[1] }} {{ t.pair }} {{ t.colour.value }} {{ t.colour == 'red' }}\n\
         {{ t.big }} {{ t.float }} {{ t.tuple }} {{ t['keys'] }} {{ t.lines | join(',') }} {{ t.lines | list }} {{ t.ordered.a }}\n\
         {{ t.address.nothing is defined }} {{ t.address is callable }} {{ things is callable }}\n",
    );
    assert_snapshot!(repository.text(), @r"
    10.0.0.1 10.0.0.2 True [IPv4Address('10.0.0.1')] True
    4 2 10.0.0.1 10.0.0.0
    b.yaml a/b.yaml.j2/c b.yaml True
    1-2-3 True 3 no set()
    2026-01-31 31.01. 2027 True
    1 r Pair(left=1, right='r') red True
    1180591620717411303424 1e+16 (1,) {1: 'a', (1, 2): 'b'} 0,1,2 [] 1
    False False True
    ");
}

#[test]
fn templates_are_rendered_in_order_where_a_plugin_remembers() {
    if no_python("templates_are_rendered_in_order_where_a_plugin_remembers") {
        return;
    }
    let counter = plugin(
        "count = 0\n\n\ndef next_number():\n    global count\n    count += 1\n    return count\n",
        "    def functions(self):\n        return [next_number]\n",
    );
    let repository = Repository::new(&counter, "{{ next_number() }}");
    for number in 0..40 {
        repository.write(
            &format!("templates/config/a{number:02}.txt.j2"),
            "{{ next_number() }}",
        );
    }
    assert_eq!(repository.text(), "41");
    assert_eq!(
        std::fs::read_to_string(repository.root().join("a17.txt")).expect("was written"),
        "18"
    );
}

#[test]
fn a_plugin_may_be_given_the_environment_and_change_it() {
    if no_python("a_plugin_may_be_given_the_environment_and_change_it") {
        return;
    }
    let repository = Repository::new(
        "def late():\n    return 'late'\n\n\nclass Plugin:\n    def __init__(self, env, config):\n        \
         env.globals['late'] = late\n        env.globals['fixed'] = config.jinja_suffix\n        \
         env.filters['twice'] = lambda text: text * 2\n",
        "{{ late() }} {{ fixed }} {{ 'x' | twice }}",
    );
    assert_eq!(repository.text(), "late .j2 xx");
}

#[test]
fn a_package_that_is_not_there_matters_where_it_is_used() {
    if no_python("a_package_that_is_not_there_matters_where_it_is_used") {
        return;
    }
    let source = plugin(
        "import not_installed.deep\nfrom not_installed import Network\n\n\n\
         def nthhost(value: Network | None, number):\n    return Network(value)[number]\n\n\n\
         def greet():\n    return 'hello'\n\n\ndef needy():\n    return not_installed.deep.thing()\n",
        "    def functions(self):\n        return [greet, needy]\n\n    def filters(self):\n        return [nthhost]\n",
    );
    let repository = Repository::new(&source, "{{ greet() }} {{ node_cidr | nthhost(3) }}");
    assert_eq!(repository.text(), "hello 10.0.0.3");
    repository.write("templates/config/out.txt.j2", "{{ needy() }}");
    assert_snapshot!(repository.problems(), @r"
    templates/scripts/plugin.py:15:5: error[plugin/module]: `templates/scripts/plugin.py` imports `not_installed`, which this Python does not have
      templates/config/out.txt.j2:1:4: asked for here
      hint: install it where `python3` finds it, or in the repository's `.venv`: `python3 -m pip install not_installed`
    ");
}
