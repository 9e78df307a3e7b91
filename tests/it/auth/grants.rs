//! What users may do with a dataset, by what they were granted.

use domock::Domock;
use domock::domain::Need;
use domock::wire::routes::{Needs, ROUTES, Route};
use serde_json::{Value, json};

use super::{bearer, send, strict};
use crate::every_route::{filled, least_body};
use crate::support::{Answer, client};

const ORDERS: &str = "0de50000-0000-4000-8000-000000000001";
const STREAM: &str = "371";

/// Whom the seed grants what, and the most that a route may need for them.
const USERS: [(&str, Needs); 7] = [
    ("stranger", Needs::Login),
    ("viewer", Needs::Dataset(Need::View)),
    ("sharer", Needs::Dataset(Need::Share)),
    ("editor", Needs::Dataset(Need::Edit)),
    ("co-owner", Needs::Dataset(Need::Own)),
    ("owner", Needs::Dataset(Need::Own)),
    ("admin", Needs::Admin),
];

/// In the name of a user, with the credential that the route takes.
async fn ask(domo: &Domock, user: &str, route: &Route) -> Answer {
    let body = match route.id {
        "version.hydrate" => json!({ "dataSourceId": ORDERS }).to_string(),
        "access.share" => {
            let grant = json!({ "id": 7, "type": "USER", "accessLevel": "CAN_VIEW" });
            json!({ "permissions": [grant] }).to_string()
        }
        "access.put" => json!({ "id": 7, "accessLevel": "CAN_VIEW" }).to_string(),
        "owner.change" => json!({ "responsibleUserId": 3 }).to_string(),
        _ => least_body(route),
    };
    let header = if route.is_public() {
        ("authorization".to_owned(), bearer(domo, user).await)
    } else {
        ("x-domo-developer-token".to_owned(), format!("{user}-token"))
    };
    let path = filled(route.path, ORDERS, STREAM);
    client::send(domo.address(), (route.verb.name(), &path), &[header], body).await.unwrap()
}

#[tokio::test]
async fn every_route_is_open_to_whom_the_table_says_and_to_nobody_else() {
    let domo = strict().await;
    for route in ROUTES.iter().filter(|it| it.needs != Needs::Nothing) {
        for (user, most) in USERS {
            domo.reset();
            let answer = ask(&domo, user, route).await;
            let status = answer.status.as_u16();
            if route.needs <= most {
                assert!(
                    !matches!(status, 401 | 403 | 500),
                    "{user} {}: {status} {}",
                    route.id,
                    answer.text()
                );
            } else {
                assert_eq!(status, 403, "{user} {}: {}", route.id, answer.text());
                assert_eq!(answer.json()["status"], 403, "{user} {}", route.id);
                let reason = &answer.json()["statusReason"];
                let is_said =
                    if route.is_public() { reason.is_null() } else { reason == "Forbidden" };
                assert!(is_said, "{user} {}: {}", route.id, answer.text());
            }
        }
    }
}

#[tokio::test]
async fn every_route_but_those_that_give_credentials_wants_one() {
    let domo = strict().await;
    for route in ROUTES {
        let path = filled(route.path, ORDERS, STREAM);
        let line = (route.verb.name(), path.as_str());
        let answer = client::send(domo.address(), line, &[], least_body(route)).await.unwrap();
        let wants_one = !matches!(route.id, "login" | "public.token" | "public.token_by_get");
        assert_eq!(wants_one, route.needs != Needs::Nothing, "{}", route.id);
        if wants_one {
            assert_eq!(answer.status, 401, "{}", route.id);
            assert_eq!(answer.body.is_empty(), route.is_public(), "{}", route.id);
            assert_eq!(answer.header("x-domock-evidence"), route.evidence.name(), "{}", route.id);
        }
    }
}

#[test]
fn whatever_names_a_dataset_or_a_stream_needs_access_to_it() {
    for route in ROUTES {
        let is_of_one = route.path.contains("{dataset}") || route.path.contains("{stream}");
        assert!(!is_of_one || route.needs >= Needs::Dataset(Need::View), "{}", route.id);
    }
}

#[tokio::test]
async fn lists_and_searches_leave_out_what_the_caller_may_not_see() {
    let domo = strict().await;
    let search = json!({ "query": "*", "entities": ["DATASET"] });
    let by_dataset = format!("/api/data/v1/streams/search?q=dataSource.id:{ORDERS}");
    let requests = [
        ("GET", "/api/data/v3/datasources", Value::Null, "/dataSources"),
        ("POST", "/api/data/v3/datasources/bulk", json!([ORDERS]), "/dataSources"),
        ("POST", "/api/data/ui/v3/datasources/search", search.clone(), "/dataSources"),
        ("POST", "/api/search/v1/query", search, "/searchObjects"),
        ("GET", "/api/content/v1/cards", Value::Null, ""),
        ("GET", "/api/data/v1/streams", Value::Null, ""),
        ("GET", &by_dataset, Value::Null, ""),
        ("GET", "/api/data/v1/streams/bulk?streamId=371", Value::Null, ""),
        ("GET", "/v1/datasets", Value::Null, ""),
        ("GET", "/v1/streams", Value::Null, ""),
        ("GET", "/v1/streams/search?q=dataSource.owner.id:2", Value::Null, ""),
    ];
    for (method, path, body, place) in requests {
        for (user, count) in [("viewer", 1), ("stranger", 0)] {
            let bearer = bearer(&domo, user).await;
            let header = [("authorization", bearer.as_str())];
            let answer = send(&domo, (method, path), &header, body.clone()).await;
            let found = answer.json().pointer(place).and_then(Value::as_array).map(Vec::len);
            assert_eq!(found, Some(count), "{user} {path}: {}", answer.text());
        }
    }
}

/// A request with a developer token: its status and its body.
async fn does(domo: &Domock, user: &str, line: (&str, &str), body: Value) -> (u16, Value) {
    let token = format!("{user}-token");
    let answer = send(domo, line, &[("x-domo-developer-token", &token)], body).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
async fn nobody_gives_or_takes_more_than_they_have_unless_they_are_in_charge() {
    let domo = strict().await;
    let share = format!("/api/data/v3/datasources/{ORDERS}/share");
    let permissions = format!("/api/data/v3/datasources/{ORDERS}/permissions/USER");
    let give = async |user: &str, to: u64, level: &str| {
        let body = json!({ "permissions": [{ "id": to, "type": "USER", "accessLevel": level }] });
        does(&domo, user, ("POST", &share), body).await.0
    };
    let take = async |user: &str, from: u64| {
        does(&domo, user, ("DELETE", &format!("{permissions}/{from}")), Value::Null).await.0
    };
    let sees = async |user: &str| {
        let path = format!("/api/data/v3/datasources/{ORDERS}");
        does(&domo, user, ("GET", &path), Value::Null).await
    };
    assert_eq!(give("sharer", 7, "CAN_EDIT").await, 403);
    assert_eq!(give("sharer", 5, "CO_OWNER").await, 403);
    assert_eq!(give("sharer", 3, "CAN_VIEW").await, 403);
    assert_eq!(take("sharer", 4).await, 403);
    assert_eq!(take("editor", 2).await, 403);
    assert_eq!(sees("stranger").await.0, 403);
    assert_eq!(give("sharer", 7, "CAN_VIEW").await, 200);
    let shown = sees("stranger").await;
    assert_eq!((shown.0, &shown.1["permissions"]), (200, &json!("READ")));
    assert_eq!(take("sharer", 7).await, 200);
    assert_eq!(sees("stranger").await.0, 403);
    assert_eq!(give("co-owner", 7, "CO_OWNER").await, 200);
    assert_eq!(take("stranger", 4).await, 200);
    assert_eq!(sees("editor").await.0, 403);
}

#[tokio::test]
async fn policies_filter_for_the_user_who_asks_and_no_way_leads_past_them() {
    let domo = strict().await;
    let control = format!("/api/query/v1/data-control/{ORDERS}");
    let groups = format!("{control}/filter-groups");
    let sql = ("POST", format!("/api/query/v1/execute/{ORDERS}?format=table"));
    let rows = async |user: &str| {
        let body = json!({ "sql": "SELECT customer FROM t ORDER BY customer" });
        does(&domo, user, (sql.0, &sql.1), body).await.1["rows"].clone()
    };
    let on = json!({ "enabled": true });
    assert_eq!(does(&domo, "editor", ("PUT", &control), on.clone()).await.0, 403);
    assert_eq!(does(&domo, "owner", ("PUT", &control), on).await.0, 200);
    assert_eq!(rows("viewer").await, json!([]));
    let parameter = json!({ "name": "customer", "values": ["Ada"], "operator": "EQUALS" });
    let policy = json!({ "name": "Ada", "parameters": [parameter], "groupIds": [100] });
    let created = does(&domo, "owner", ("POST", &groups), policy).await;
    assert_eq!(created.0, 200, "{}", created.1);
    assert_eq!(rows("viewer").await, json!([["Ada"]]));
    assert_eq!(rows("editor").await, json!([]));
    assert_eq!(rows("owner").await, json!([["Ada"], ["Grace"]]));

    let versions = format!("/api/data/v2/datasources/{ORDERS}/dataversions");
    for path in [format!("{versions}/latest"), format!("{versions}/1")] {
        for (user, status) in [("viewer", 403), ("editor", 403), ("co-owner", 200)] {
            let answer = does(&domo, user, ("GET", &path), Value::Null).await;
            assert_eq!(answer.0, status, "{user} {path}");
        }
    }
    let bearer = bearer(&domo, "viewer").await;
    let export = format!("/v1/datasets/{ORDERS}/data?includeHeader=false");
    let header = [("authorization", bearer.as_str())];
    let exported = send(&domo, ("GET", &export), &header, Value::Null).await;
    assert_eq!(exported.text(), "Ada,3\n");
    let off = json!({ "name": "Orders", "pdpEnabled": false });
    let bearer = super::bearer(&domo, "editor").await;
    let header = [("authorization", bearer.as_str())];
    let path = format!("/v1/datasets/{ORDERS}");
    assert_eq!(send(&domo, ("PUT", &path), &header, off).await.status, 403);
    let rename = json!({ "name": "Orders anew" });
    assert_eq!(send(&domo, ("PUT", &path), &header, rename).await.status, 200);
}
