//! `GET /_domock/ca.pem`: the certificate authority that clients must trust for TLS.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Control;
use crate::wire::error::Refusal;

pub(super) async fn authority(State(control): State<Control>) -> Result<Response, Refusal> {
    match control.tls.authority() {
        Ok(Some(pem)) => {
            Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], pem.to_string())
                .into_response())
        }
        Ok(None) => Err(Refusal::not_found(
            "the server uses the certificate from --tls-cert, and does not know its certificate authority",
        )),
        Err(error) => {
            tracing::error!("no certificate for TLS: {error:#}");
            let message = "cannot generate the certificate; see the log";
            Err(Refusal::defect(message))
        }
    }
}
