//! A request to a forge, before it goes over the network.

/// How it is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    Get,
    Post,
}

/// What is asked. No Debug: it bears secrets.
#[derive(Clone)]
pub struct Request {
    pub method: Method,
    pub url: String,
    /// Of `Authorization: Bearer`.
    pub bearer: Option<String>,
    /// The body's fields; sent with POST alone.
    pub form: Vec<(&'static str, String)>,
}
