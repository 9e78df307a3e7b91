//! Arbitrary bytes in every place that takes some: a refusal at the most, never a panic or a 500.

use domock::Config;
use domock::wire::routes::{ROUTES, RequestBody};
use proptest::prelude::*;

use crate::support::{Mock, client};

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_as_csv_are_rows_or_a_refusal(csv in prop::collection::vec(any::<u8>(), 0..300)) {
        run(async move |mock| {
            let upload = mock.start_upload().await;
            assert_eq!(mock.put_part(upload, 1, csv).await.status, 200);
            let committed = mock.commit(upload, serde_json::json!({ "action": "REPLACE" })).await;
            assert!(matches!(committed.status.as_u16(), 200 | 400), "{}", committed.text());
        });
    }

    #[test]
    fn any_text_as_sql_is_rows_or_a_refusal(sql in "(SELECT|FROM|WHERE|GROUP BY|ORDER BY|LIMIT|n|s|\\*|,|\\(|\\)|'|`|\"|1|=|CASE|WHEN|END|INTERVAL|COUNT|CAST|AS|IN|OVER|UNION| |\\PC){0,25}") {
        run(async move |mock| {
            let answer = mock.query(&sql).await;
            assert!(matches!(answer.status.as_u16(), 200 | 400 | 413), "{sql}: {}", answer.text());
            let text = answer.text().to_lowercase();
            assert!(!text.contains("datafusion") && !text.contains("arrow") && !text.contains("panic"), "{sql}: {text}");
        });
    }

    #[test]
    fn any_body_is_answered_in_the_envelope(body in prop::collection::vec(any::<u8>(), 0..200)) {
        run(async move |mock| {
            for route in ROUTES.iter().filter(|it| !matches!(it.body, RequestBody::None)) {
                let path = route.path.replace("{dataset}", &mock.dataset);
                let path = ["{upload}", "{part}", "{stream}", "{execution}"].iter().fold(path, |it, name| it.replace(name, "1"));
                let answer = client::send(mock.address(), (route.verb.name(), &path), &[], body.clone()).await.unwrap();
                let status = answer.status.as_u16();
                assert!(status < 500 || status == 501, "{}: {}", route.id, answer.text());
                if status >= 400 {
                    assert_eq!(answer.json()["status"], status, "{}: {}", route.id, answer.text());
                    assert_eq!(answer.header("content-type"), "application/json;charset=UTF-8");
                }
            }
        });
    }
}

fn run(check: impl AsyncFnOnce(&Mock)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mock = Mock::start(Config::for_tests(), &[("n", "LONG"), ("s", "STRING")]).await;
        mock.upload("1,a\n2,b\n", serde_json::json!({ "action": "REPLACE" })).await;
        check(&mock).await;
    });
}
