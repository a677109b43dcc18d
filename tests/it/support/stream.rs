//! A reader of a live stream.

use super::PATIENCE;
use serde_json::Value;
use std::time::Instant;

#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    pub name: String,
    pub id: Option<i64>,
    pub data: Value,
}

pub struct Stream {
    response: reqwest::Response,
    buffer: String,
    pub comments: usize,
}

impl Stream {
    pub fn new(response: reqwest::Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            buffer: String::new(),
            comments: 0,
        }
    }

    /// The next event; None at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        let waiting = tokio::time::timeout(PATIENCE, self.read());
        waiting.await.expect("no event came")
    }

    /// The next event before `deadline`.
    pub async fn before(&mut self, deadline: Instant) -> Option<Event> {
        tokio::time::timeout_at(deadline.into(), self.read())
            .await
            .ok()
            .flatten()
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                let block: String = self.buffer.drain(..end + 2).collect();
                match parse(&block) {
                    Some(event) => return Some(event),
                    None => self.comments += 1,
                }
                continue;
            }
            let bytes = self.response.chunk().await.ok()??;
            self.buffer.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}

fn parse(block: &str) -> Option<Event> {
    let (mut name, mut id, mut data) = (None, None, String::new());
    for line in block.lines() {
        match line.split_once(": ") {
            Some(("event", value)) => name = Some(value.to_owned()),
            Some(("id", value)) => id = Some(value.parse().unwrap()),
            Some(("data", value)) => data.push_str(value),
            _ => assert!(line.is_empty() || line.starts_with(':'), "{line}"),
        }
    }
    Some(Event {
        name: name?,
        id,
        data: serde_json::from_str(&data).unwrap(),
    })
}
