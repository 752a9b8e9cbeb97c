//! The AWS SDK for Rust: encryption, data keys, paging and typed errors.
use aws_config::BehaviorVersion;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use aws_sdk_kms::Client;
use aws_smithy_http_client::{tls, Builder};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    let settings = aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(ring).build_https())
        .load()
        .await;
    let kms = Client::new(&settings);

    let made = kms.create_key().description("from Rust").send().await?;
    let key = made.key_metadata().unwrap();
    let arn = key.arn().unwrap();
    let sealed = kms.encrypt().key_id(arn).plaintext(Blob::new("hello")).encryption_context("purpose", "test").send().await?;
    let blob = sealed.ciphertext_blob().unwrap().clone();
    let opened = kms.decrypt().ciphertext_blob(blob.clone()).encryption_context("purpose", "test").send().await?;
    assert_eq!(opened.plaintext().unwrap().as_ref(), b"hello");
    assert_eq!(opened.key_id(), Some(arn));
    let refused = kms.decrypt().ciphertext_blob(blob).send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_ciphertext_exception(), "{refused:?}");

    let data = kms.generate_data_key().key_id(arn).key_spec(DataKeySpec::Aes256).send().await?;
    let again = kms.decrypt().ciphertext_blob(data.ciphertext_blob().unwrap().clone()).send().await?;
    assert_eq!(again.plaintext(), data.plaintext());

    let mut pages = kms.list_keys().limit(1).into_paginator().items().send();
    let mut found = false;
    while let Some(each) = pages.next().await {
        found |= each?.key_id() == Some(key.key_id());
    }
    assert!(found, "ListKeys lacks a key");

    let missing = kms.describe_key().key_id("alias/nobody").send().await.unwrap_err().into_service_error();
    assert!(missing.is_not_found_exception(), "{missing:?}");
    kms.disable_key().key_id(arn).send().await?;
    let disabled = kms.encrypt().key_id(arn).plaintext(Blob::new("x")).send().await.unwrap_err().into_service_error();
    assert!(disabled.is_disabled_exception(), "{disabled:?}");
    Ok(())
}
