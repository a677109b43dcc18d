//! The network: the one place that speaks to a forge. It follows no redirect, reads no long answer, waits no
//! longer than it was told, and puts neither what it sends nor what it gets into the log.

use super::request::{Method, Request};
use std::time::Duration;

/// The longest answer that is read, in bytes.
const LONGEST: usize = 256 * 1024;

/// Why there is no answer. Its text may be logged: it names the host at most.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoAnswer {
    #[error("cannot be reached")]
    Unreachable,
    #[error("did not answer in time")]
    Late,
    #[error("answered with status {0}")]
    Status(u16),
    #[error("answered with more than {LONGEST} bytes")]
    TooLong,
    #[error("broke off its answer")]
    BrokeOff,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
}

impl Client {
    /// `patience`: how long an answer may take, from the first byte sent to the last one read.
    ///
    /// Errors: the machine's own TLS or resolver cannot be set up.
    pub fn new(patience: Duration) -> Result<Self, NoAnswer> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(patience)
            .connect_timeout(patience)
            // GitHub refuses whoever does not say who asks.
            .user_agent(concat!("bugathlon/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| NoAnswer::Unreachable)?;
        Ok(Self { http })
    }

    /// The body of an answer with a status of 200 to 299, and of one with 400, where OAuth says why not.
    pub async fn ask(&self, request: &Request) -> Result<Vec<u8>, NoAnswer> {
        let asked = match request.method {
            Method::Get => self.http.get(&request.url),
            Method::Post => self.http.post(&request.url).form(&request.form),
        };
        let asked = match &request.bearer {
            Some(token) => asked.bearer_auth(token),
            None => asked,
        };
        let mut answer = asked
            .header("accept", "application/json")
            .send()
            .await
            .map_err(|why| fault(&why))?;
        let status = answer.status();
        if !status.is_success() && !matches!(status.as_u16(), 400 | 401) {
            return Err(NoAnswer::Status(status.as_u16()));
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|why| fault(&why))? {
            if body.len() + piece.len() > LONGEST {
                return Err(NoAnswer::TooLong);
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

fn fault(why: &reqwest::Error) -> NoAnswer {
    // What reqwest says of itself bears the address, and with it what was asked.
    if why.is_timeout() {
        NoAnswer::Late
    } else if why.is_connect() || why.is_builder() || why.is_request() {
        NoAnswer::Unreachable
    } else {
        NoAnswer::BrokeOff
    }
}
