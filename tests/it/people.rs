//! People who sign in.

use crate::support::{PASSWORD, Site};
use serde_json::json;

#[actix_web::test]
async fn a_password_signs_in_and_a_sign_out_ends_the_session() {
    let site = Site::start().await;
    let host = site.admin().await;
    let seen = site.see(&host, "/api/v1/session").await;
    assert_eq!(seen.status, 200);
    assert_eq!(
        seen.json()["account"]["roles"],
        json!([{"role": "admin", "competition": null, "team": null}])
    );
    let answer = site
        .post(&host, "/api/v1/session", json!({"login": "HOST", "password": PASSWORD}))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(site.delete(&host, "/api/v1/session").await.status, 204);
    site.see(&host, "/api/v1/session").await.is_problem(401);
    site.stop().await;
}
