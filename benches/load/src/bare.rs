//! A lower bound for any such server: axum with one route that sends a constant response.

use std::io::{Error, Result};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

pub fn serve(port: u16, body: &str, headers: &[&str]) -> Result<()> {
    let body = Bytes::from(std::fs::read(body)?);
    let mut fixed = HeaderMap::new();
    for header in headers {
        let (name, value) = header.split_once(':').ok_or_else(|| Error::other("NAME:VALUE"))?;
        let name: HeaderName = name.parse().map_err(Error::other)?;
        fixed.insert(name, HeaderValue::from_str(value.trim()).map_err(Error::other)?);
    }
    let answer = move || {
        let (headers, body) = (fixed.clone(), body.clone());
        async move { (headers, Body::from(body)).into_response() as Response }
    };
    let router = Router::new().route("/{*path}", axum::routing::get(answer));
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
        axum::serve(listener, router).await
    })
}
