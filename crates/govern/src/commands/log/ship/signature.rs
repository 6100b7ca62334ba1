//! AWS Signature Version 4, for one PUT or HEAD at a time: in headers, or in the URL (presigned).
//!
//! Source: "Signature Version 4 signing process", Amazon S3 API Reference. Some forty lines; the crates that do this bring
//! an HTTP stack or a runtime with them.

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use ledger::{digest, to_hex};
use sha2::Sha256;
use std::fmt::Write as _;

/// Who signs.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) key_id: String,
    pub(crate) secret: String,
    /// Of temporary credentials; empty otherwise.
    pub(crate) token: String,
}

/// Where a bucket is.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    /// `https://s3.eu-central-1.amazonaws.com` or another server's address, without a path.
    pub(crate) endpoint: String,
    pub(crate) region: String,
    pub(crate) name: String,
}

impl Bucket {
    /// The host with its port, as the Host header has it.
    pub(crate) fn host(&self) -> &str {
        let rest = self.endpoint.split_once("://").map_or(self.endpoint.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }

    /// The path of an object; the bucket stands in the path, which every S3 server understands.
    pub(crate) fn path(&self, key: &str) -> String {
        format!("/{}/{}", encode(&self.name, true), encode(key, false))
    }

    /// The address of an object.
    pub(crate) fn url(&self, key: &str) -> String {
        format!("{}{}", self.endpoint.trim_end_matches('/'), self.path(key))
    }
}

/// One request to be signed. Header names are in lower case.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) key: &'a str,
    pub(crate) headers: Vec<(String, String)>,
    /// The SHA-256 of the body in hexadecimal, or `UNSIGNED-PAYLOAD`.
    pub(crate) payload: String,
}

impl Request<'_> {
    /// The headers to send, `authorization` among them.
    pub(crate) fn signed(
        mut self,
        bucket: &Bucket,
        who: &Credentials,
        now: DateTime<Utc>,
    ) -> Vec<(String, String)> {
        let mut add = |name: &str, value: String| self.headers.push((name.to_owned(), value));
        add("host", bucket.host().to_owned());
        add("x-amz-date", stamp(now));
        add("x-amz-content-sha256", self.payload.clone());
        if !who.token.is_empty() {
            add("x-amz-security-token", who.token.clone());
        }
        self.headers.sort();
        let signature = self.signature(bucket, who, now, "");
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={signature}",
            who.key_id,
            scope(bucket, now),
            self.names()
        );
        self.headers.push(("authorization".into(), value));
        self.headers
    }

    /// A URL that allows this one request, with exactly these headers, for so many seconds.
    pub(crate) fn presigned(
        mut self,
        bucket: &Bucket,
        who: &Credentials,
        now: DateTime<Utc>,
        seconds: u64,
    ) -> String {
        self.headers.push(("host".into(), bucket.host().to_owned()));
        self.headers.sort();
        let mut query = vec![
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
            ("X-Amz-Credential", format!("{}/{}", who.key_id, scope(bucket, now))),
            ("X-Amz-Date", stamp(now)),
            ("X-Amz-Expires", seconds.to_string()),
            ("X-Amz-SignedHeaders", self.names()),
        ];
        if !who.token.is_empty() {
            query.push(("X-Amz-Security-Token", who.token.clone()));
        }
        query.sort();
        let query: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={}", encode(value, true))).collect();
        let query = query.join("&");
        let signature = self.signature(bucket, who, now, &query);
        format!("{}?{query}&X-Amz-Signature={signature}", bucket.url(self.key))
    }

    fn names(&self) -> String {
        self.headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";")
    }

    fn signature(&self, bucket: &Bucket, who: &Credentials, now: DateTime<Utc>, query: &str) -> String {
        let mut canonical = format!("{}\n{}\n{query}\n", self.method, bucket.path(self.key));
        for (name, value) in &self.headers {
            canonical.extend([name, ":", value.trim(), "\n"]);
        }
        canonical.extend(["\n", &self.names(), "\n", &self.payload]);
        let hash = to_hex(&digest(canonical.as_bytes()));
        let text = format!("AWS4-HMAC-SHA256\n{}\n{}\n{hash}", stamp(now), scope(bucket, now));
        let day = now.format("%Y%m%d").to_string();
        let mut key = format!("AWS4{}", who.secret).into_bytes();
        for part in [day.as_str(), &bucket.region, "s3", "aws4_request", &text] {
            key = mac(&key, part.as_bytes());
        }
        to_hex(&key)
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // HMAC takes keys of every length.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

fn stamp(now: DateTime<Utc>) -> String {
    now.format("%Y%m%dT%H%M%SZ").to_string()
}

fn scope(bucket: &Bucket, now: DateTime<Utc>) -> String {
    format!("{}/{}/s3/aws4_request", now.format("%Y%m%d"), bucket.region)
}

/// Percent-encoding as S3 wants it; slashes of a key stay.
fn encode(text: &str, slashes: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (byte == b'/' && !slashes);
        if plain {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Authenticating Requests: Using Query Parameters", Amazon S3 API Reference: the example there has the bucket in
    /// the host, so the key takes its part of the path here.
    #[test]
    fn keys_are_derived_as_documented() {
        // "Deriving the signing key", the documented example.
        let mut key = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
        for part in ["20120215", "us-east-1", "iam", "aws4_request"] {
            key = mac(&key, part.as_bytes());
        }
        assert_eq!(to_hex(&key), "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
    }

    #[test]
    fn paths_are_encoded() {
        let bucket = Bucket {
            endpoint: "http://127.0.0.1:8333/".into(),
            region: "us-east-1".into(),
            name: "b".into(),
        };
        assert_eq!(bucket.host(), "127.0.0.1:8333");
        assert_eq!(bucket.url("a b/c+d"), "http://127.0.0.1:8333/b/a%20b/c%2Bd");
    }
}
