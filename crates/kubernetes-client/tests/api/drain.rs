//! A node emptied of its pods.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kubernetes_client::{DrainOptions, DrainStep, Drained};
use testkit::kubernetes::{Asked, Reply, failure};

use crate::served;

const QUICK: DrainOptions = DrainOptions {
    patience: Duration::from_secs(20),
    delete_after: None,
    pause: Duration::from_millis(5),
};

/// What a pod does about evictions.
#[derive(Clone)]
enum Does {
    /// Ends, after so many further looks.
    Ends(u32),
    /// Is held by its budget so many times.
    Held(u32),
    /// Is there still, and ends no more.
    Ending,
    /// Is none that a drain is about.
    Stays(&'static str),
    /// The API server gives this answer to an eviction.
    Answers(Reply),
}

struct World {
    pods: BTreeMap<&'static str, (Does, u32)>,
    /// Answers of the list that go before.
    first: Vec<Reply>,
}

fn pod(name: &str, does: &Does) -> String {
    let more = match does {
        Does::Stays(more) => more,
        Does::Ending => r#","deletionTimestamp":"2026-11-29T00:00:00Z"}"#,
        _ => "}",
    };
    format!(r#"{{"metadata":{{"namespace":"a","name":"{name}","uid":"uid-{name}"{more}}}"#)
}

fn answer(world: &Mutex<World>, asked: &Asked) -> Reply {
    let mut world = world.lock().expect("it is not broken");
    let name = asked
        .path
        .trim_start_matches("/api/v1/namespaces/a/pods/")
        .to_owned();
    match (asked.method.as_str(), name.strip_suffix("/eviction")) {
        ("GET", _) => {
            if let Some(reply) = world.first.pop() {
                return reply;
            }
            let items: Vec<String> = world
                .pods
                .iter()
                .map(|(name, (does, _))| pod(name, does))
                .collect();
            world.pods.retain(|_, (does, asked)| match does {
                Does::Ends(0) => *asked == 0,
                Does::Ends(looks) if *asked > 0 => {
                    *looks -= 1;
                    true
                }
                _ => true,
            });
            Reply::Json(
                200,
                format!(r#"{{"metadata":{{}},"items":[{}]}}"#, items.join(",")),
            )
        }
        ("POST", Some(name)) => {
            assert!(
                asked.body.contains(&format!(r#""uid":"uid-{name}""#)),
                "{}",
                asked.body
            );
            assert!(asked.body.contains("policy/v1"), "{}", asked.body);
            let Some((does, asked)) = world.pods.get_mut(name) else {
                return Reply::status(404, "NotFound", "gone");
            };
            match does {
                Does::Held(0) => *does = Does::Ends(0),
                Does::Held(times) => {
                    *times -= 1;
                    let again = ("Retry-After", "0".to_owned());
                    let body = failure(
                        429,
                        "TooManyRequests",
                        "the budget web needs 2 healthy pods",
                    );
                    return Reply::Plain(429, vec![again], body.into_bytes());
                }
                Does::Answers(reply) => return reply.clone(),
                _ => {}
            }
            *asked += 1;
            Reply::Json(201, "{}".to_owned())
        }
        ("DELETE", None) => {
            assert!(
                asked.body.contains(&format!(r#""uid":"uid-{name}""#)),
                "{}",
                asked.body
            );
            world.pods.retain(|pod, _| *pod != name);
            Reply::Json(200, "{}".to_owned())
        }
        _ => Reply::status(405, "MethodNotAllowed", "no"),
    }
}

type Done = (
    Result<Drained, diagnostics::Diagnostic>,
    Vec<DrainStep>,
    Vec<String>,
);

fn drain(pods: Vec<(&'static str, Does)>, first: Vec<Reply>, options: DrainOptions) -> Done {
    let pods = pods.into_iter().map(|(name, does)| (name, (does, 0)));
    let world = Arc::new(Mutex::new(World {
        pods: pods.collect(),
        first,
    }));
    let (client, api) = served(move |asked| answer(&world, asked));
    let mut steps = Vec::new();
    let done = client.drain("k8s-0", &options, &mut |step| steps.push(step));
    let acts = api
        .calls()
        .into_iter()
        .filter(|call| !call.starts_with("GET"));
    (done, steps, acts.collect())
}

#[test]
fn pods_are_evicted_and_waited_for_and_some_stay() {
    let pods = vec![
        ("web", Does::Ends(3)),
        ("db", Does::Held(2)),
        (
            "mirror",
            Does::Stays(r#","annotations":{"kubernetes.io/config.mirror":""}}"#),
        ),
        (
            "agent",
            Does::Stays(
                r#","ownerReferences":[{"apiVersion":"apps/v1","kind":"DaemonSet","name":"agent","uid":"d","controller":true}]}"#,
            ),
        ),
        ("job", Does::Stays(r#"},"status":{"phase":"Failed"}"#)),
    ];
    let away = vec![
        Reply::status(503, "ServiceUnavailable", "it starts"),
        Reply::Bytes(Vec::new()),
    ];
    let (done, steps, acts) = drain(pods, away, QUICK);
    assert_eq!(
        done,
        Ok(Drained {
            evicted: 2,
            deleted: 0
        })
    );
    let eviction = |name: &str| format!("POST /api/v1/namespaces/a/pods/{name}/eviction");
    let expected = ["db", "web", "db", "db"].map(eviction);
    assert_eq!(acts, expected);
    let pod = |name: &str| format!("a/{name}");
    let away = |step: &DrainStep| matches!(step, DrainStep::Away { .. });
    assert_eq!(
        steps.iter().filter(|step| away(step)).count(),
        2,
        "{steps:?}"
    );
    let others: Vec<_> = steps.into_iter().filter(|step| !away(step)).collect();
    assert_eq!(
        others,
        [
            DrainStep::Begun { pods: 2 },
            DrainStep::Held {
                pod: pod("db"),
                why: "the budget web needs 2 healthy pods".to_owned()
            },
            DrainStep::Evicted { pod: pod("web") },
            DrainStep::Evicted { pod: pod("db") },
            DrainStep::Gone { pod: pod("db") },
            DrainStep::Gone { pod: pod("web") },
        ]
    );
}

#[test]
fn a_pod_that_is_held_is_named_in_the_end_or_deleted_where_that_was_meant() {
    let soon = DrainOptions {
        patience: Duration::from_millis(200),
        ..QUICK
    };
    let pods = || vec![("db", Does::Held(u32::MAX)), ("old", Does::Ending)];
    let (done, _, _) = drain(pods(), Vec::new(), soon);
    let problem = done.expect_err("it is held");
    assert_eq!(problem.rule.id(), "kubernetes-api/not-drained");
    assert!(
        problem.message.ends_with(
            "it still has `a/db` (the budget web needs 2 healthy pods), `a/old`, which does not end"
        ),
        "{problem}"
    );
    let by_force = DrainOptions {
        delete_after: Some(Duration::from_millis(50)),
        ..QUICK
    };
    let (done, steps, acts) = drain(vec![("db", Does::Held(u32::MAX))], Vec::new(), by_force);
    assert_eq!(
        done,
        Ok(Drained {
            evicted: 0,
            deleted: 1
        })
    );
    assert!(
        steps.contains(&DrainStep::Deleted {
            pod: "a/db".to_owned()
        }),
        "{steps:?}"
    );
    assert_eq!(
        acts.last().map(String::as_str),
        Some("DELETE /api/v1/namespaces/a/pods/db")
    );
}

#[test]
fn what_does_not_pass_ends_it() {
    let cases = [
        (
            Reply::status(401, "Unauthorized", "who"),
            "kubernetes-api/client-refused",
        ),
        (
            Reply::status(422, "Invalid", "so not"),
            "kubernetes-api/refused",
        ),
    ];
    for (reply, id) in cases {
        let (done, ..) = drain(vec![("web", Does::Answers(reply))], Vec::new(), QUICK);
        assert_eq!(done.expect_err(id).rule.id(), id);
    }
    // A webhook that refuses, and a pod with two budgets, may think otherwise later.
    let soon = DrainOptions {
        patience: Duration::from_millis(100),
        ..QUICK
    };
    for reply in [
        Reply::status(403, "Forbidden", "a webhook says no"),
        Reply::status(500, "InternalError", "more than one budget"),
    ] {
        let (done, steps, _) = drain(vec![("web", Does::Answers(reply))], Vec::new(), soon);
        assert_eq!(
            done.expect_err("late").rule.id(),
            "kubernetes-api/not-drained"
        );
        let held = |step: &&DrainStep| matches!(step, DrainStep::Held { .. });
        assert_eq!(steps.iter().filter(held).count(), 1, "{steps:?}");
    }
    let refused = Reply::status(403, "Forbidden", "pods is forbidden");
    let (done, ..) = drain(Vec::new(), vec![refused], QUICK);
    assert_eq!(
        done.expect_err("no right").rule.id(),
        "kubernetes-api/denied"
    );
    // Away for too long.
    let away = vec![Reply::status(503, "ServiceUnavailable", "it starts"); 10_000];
    let (done, steps, _) = drain(Vec::new(), away, soon);
    let problem = done.expect_err("late");
    assert!(
        problem
            .message
            .contains("is not ready, asked for the pods: it starts"),
        "{problem}"
    );
    assert_eq!(steps.len(), 1);
}
