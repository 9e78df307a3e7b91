//! `GET /_domock/ca.pem`: the authority that a client must trust to speak TLS with this server.

use axum::extract::State;
use axum::http::{StatusCode, header};
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
            "the certificate is not Domock's own: ask for its authority whoever gave it with --tls-cert",
        )),
        Err(error) => {
            tracing::error!("no certificate for TLS: {error:#}");
            let message = "the certificate could not be made: the log says more";
            Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message))
        }
    }
}
